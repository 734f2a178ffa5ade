import type { Issue } from '../../errors.ts';
import { own } from '../base/own.ts';
import { isBlank } from '../values/blank.ts';
import { isValue } from '../values/is-value.ts';
import type { Value } from '../values/value.ts';
import { chooseOption } from './choose-option.ts';
import { defaultOf } from './default-of.ts';
import type { FormInput } from './form-input.ts';
import type { AnsweredField, LoadedOption, SelectionField } from './log-form.ts';
import { dependsOnType, type OfferedOptions, optionsOf } from './options-of.ts';
import { type ReadAnswer, readAnswer } from './read-answer.ts';
import { isOptionValue, optionOf, textOfOption } from './read-options.ts';
import type { OpenQuestion, ResolvedField, ResolvedOption, ValueSource } from './resolved-form.ts';

/** A field with what was found out on the way. */
export interface FieldState {
  readonly field: AnsweredField;
  readonly offered?: OfferedOptions;
  /** Those offered, and the one that the CRM holds where it is not among them. */
  readonly options: readonly ResolvedOption[];
  /** What the CRM holds, as its option has it. Undefined: the form is for something new. */
  readonly stored: Value | undefined;
  readonly value: Value;
  readonly source: ValueSource | null;
  /** How the answer was read, where there is one. */
  readonly answer?: ReadAnswer;
  readonly question?: OpenQuestion;
  readonly notes: readonly Issue[];
}

export interface Situation {
  readonly input: FormInput;
  readonly answers: Readonly<Record<string, unknown>>;
  readonly contactType: string | null;
  /** A person chose another type than the match has: what belongs to the old one goes. */
  readonly isSwitched: boolean;
}

/** What a field shows, and why: the answer, what is stored, a setting, the form's default, the only option, the policy. */
export function resolveField(field: AnsweredField, situation: Situation): FieldState {
  const { input, answers, contactType } = situation;
  const offered = field.type === 'selection' ? optionsOf(field, input, contactType) : undefined;
  const { stored, isDropped, options, note } = storedIn(field, situation, offered);
  const notes = [offered?.note, note].filter((one) => one !== undefined);
  const given = own(answers, field.key);
  const known = { field, ...(offered && { offered }), options, stored };

  const isHeld = isDropped !== true && isSame(given, stored);
  const answer = given === undefined ? undefined : isHeld ? ({ ok: true, value: stored! } as const) : readAnswer(field, given, options);
  if (answer?.ok === true) return { ...known, value: answer.value, source: 'user', answer, notes };
  const refused: readonly Issue[] = answer === undefined ? [] : [{ path: [field.key], ...unreadable(answer, offered) }];
  const base = { ...known, ...(answer && { answer }) };
  if (stored !== undefined) {
    const value = isDropped === true ? null : stored;
    return { ...base, value, source: value === null ? null : 'stored', notes: [...notes, ...refused] };
  }

  const proposal = defaultOf(field, input, offered);
  const told = [...notes, ...refused, ...(proposal.note ? [proposal.note] : [])];
  if (proposal.source !== undefined) return { ...base, value: proposal.value ?? null, source: proposal.source, notes: told };
  return {
    ...base,
    ...(field.type === 'selection' ? choose(field, options, offered?.isPartial) : { value: null, source: null }),
    notes: told,
  };
}

function unreadable(answer: Extract<ReadAnswer, { ok: false }>, offered: OfferedOptions | undefined): Omit<Issue, 'path'> {
  const { ok: _, ...refusal } = answer;
  if (refusal.code !== 'not_offered' || offered === undefined || (offered.are === 'ready' && offered.isPartial !== true)) return refusal;
  const message = `can not be checked: ${offered.are === 'ready' ? 'only some of the options are' : 'the options are not'} loaded`;
  return { code: 'options_not_loaded', message, remedy: 'Load the options of the field, all of them, and give them where it takes them.' };
}

/** A page posts text, and breaks lines its own way: what the CRM holds may come back so, also where nobody could answer it. */
const isSame = (given: unknown, stored: Value | undefined): boolean =>
  stored !== undefined && stored !== null && isValue(given) && given !== null && pageText(given) === pageText(stored);
const pageText = (value: Exclude<Value, null>): string => String(value).replaceAll('\r\n', '\n');

function storedIn(field: AnsweredField, { input, isSwitched }: Situation, offered: OfferedOptions | undefined) {
  const options: readonly LoadedOption[] = offered?.options ?? [];
  const all = input.stored ?? undefined;
  if (all === undefined) return { stored: undefined, options };
  const found = own(all, field.key);
  const held = !isValue(found) ? null : typeof found === 'boolean' && field.type === 'selection' ? String(found) : found;
  if (isBlank(held)) return { stored: null, options };
  if (field.type === 'checkbox') {
    const read = readAnswer(field, held, options);
    return { stored: read.ok ? read.value : held, options };
  }
  if (field.type !== 'selection') return { stored: held, options };
  if (!isOptionValue(held)) return { stored: null, options };
  const option = optionOf(options, held);
  if (option !== undefined) return { stored: option.const, options };
  if (isSwitched && dependsOnType(field)) {
    const remedy = 'Choose one of the options of this type.';
    const note = { path: [field.key], code: 'no_longer_offered', message: 'held a value that this type of contact does not have', remedy };
    return { stored: held, isDropped: true, options, note };
  }
  return { stored: held, options: [...options, { const: held, title: textOfOption(held), isStoredOnly: true as const }] };
}

/** Several options are never narrowed down in silence. */
function choose(
  field: SelectionField,
  options: readonly ResolvedOption[],
  isPartial = false,
): Pick<FieldState, 'value' | 'source' | 'question'> {
  const { key, whenSeveral = 'ask', options: from } = field;
  const [only] = options;
  if (only !== undefined && options.length === 1 && !isPartial) return { value: only.const, source: 'single_option' };
  if (only === undefined || whenSeveral === 'skip') return { value: null, source: null };
  const openFirst = from !== undefined && 'openFirst' in from && from.openFirst === true;
  const chosen = whenSeveral === 'ask' || isPartial ? undefined : chooseOption(options, whenSeveral, openFirst);
  if (chosen !== undefined) return { value: chosen.const, source: 'policy' };
  const question: OpenQuestion = {
    field: key,
    ...(whenSeveral === 'ask'
      ? { code: 'several_options', message: `has ${isPartial ? 'more than ' : ''}${options.length} options, and nothing says which` }
      : isPartial
        ? { code: 'policy_undecided', message: `has more options than were loaded, and \`${whenSeveral}\` may mean another one` }
        : { code: 'policy_undecided', message: `has several options that \`${whenSeveral}\` can't tell apart` }),
    remedy: 'Answer the field, or give it a default or a policy in `whenSeveral`.',
    options: options.map(({ const: value, title }) => ({ const: value, title })),
  };
  return { value: null, source: null, question };
}

/** The field as a page shows it. */
export function shownField({ field, offered, options, value, source }: FieldState): ResolvedField {
  const { key, type, title, description, required = false } = field;
  return {
    key,
    type,
    title,
    ...(description !== undefined && { description }),
    required,
    ...(offered && {
      options: options.map(shownOption),
      optionsAre: offered.are,
    }),
    ...(field.type === 'selection' && {
      allowsNone: allowsNone(field),
      allowsCustomValue: field.allowCustomValue === true,
    }),
    ...(field.type === 'text' && { multiline: field.multiline === true }),
    ...(field.type === 'text' && field.maxLength !== undefined && { maxLength: field.maxLength }),
    value,
    source,
  };
}

/** "None" satisfies a required field only where the form lists it as an option. */
export const allowsNone = (field: AnsweredField): boolean =>
  (field.type === 'selection' ? field.includeNoneOption : undefined) ?? field.required !== true;

const shownOption = ({ const: value, title, description, open, isStoredOnly }: ResolvedOption): ResolvedOption => ({
  const: value,
  title,
  ...(description !== undefined && { description }),
  ...(open !== undefined && { open }),
  ...(isStoredOnly && { isStoredOnly }),
});
