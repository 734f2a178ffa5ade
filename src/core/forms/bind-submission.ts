import type { Issue } from '../../errors.ts';
import { deepFreeze } from '../base/freeze.ts';
import { own } from '../base/own.ts';
import { nearestName } from '../base/text.ts';
import { membersOf } from '../mapping/rule-schema.ts';
import type { Parsed, Value } from '../values/value.ts';
import type { BoundAnswer, BoundSubmission, BoundWrite } from './bound-submission.ts';
import { contenders } from './exclusive.ts';
import { type FormInput, recordOf } from './form-input.ts';
import type { LogForm } from './log-form.ts';
import { planWrites } from './plan-writes.ts';
import { readMetadata } from './read-metadata.ts';
import { allowsNone, type FieldState } from './resolve-field.ts';
import { resolveStates } from './resolve-states.ts';

/**
 * Checks what a page posted against the form as it is now, and says for each field whether it is set, cleared or left alone, and
 * what that writes where. A field that is not answered gets what `resolveLogForm` shows, so that no answers at all is automatic
 * logging; with `stored` it is left alone. Everything that is wrong, and every question still open, is told at once, by key.
 * Never throws on answers.
 *
 * @example
 * bindSubmission({ kind: 'call', fields: [{ key: 'paid', title: 'Paid?', type: 'checkbox' }] }, { context: 'inboundCall' }, { paid: false }).value.answers //=> { paid: { action: 'set', value: false, source: 'user' } }
 * bindSubmission({ kind: 'call', fields: [{ key: 'paid', title: 'Paid?', type: 'checkbox' }] }, { context: 'inboundCall' }, { piad: true }).issues[0].code //=> 'unknown_field'
 */
export function bindSubmission<const F extends LogForm>(form: F, input: FormInput, answers: unknown = {}): Parsed<BoundSubmission<F>> {
  const given = membersOf(answers);
  const { states, questions, notes, contactType } = resolveStates(form, input, given);
  const bound = Object.fromEntries(states.map((state) => [state.field.key, boundAnswer(state)]));
  const before = Object.fromEntries(states.map(({ field, stored }) => [field.key, stored ?? null]));
  const after = Object.fromEntries(
    states.map(({ field: { key }, value }) => [key, bound[key]?.action === 'untouched' ? (before[key] ?? null) : value]),
  );
  const issues = [
    ...shapeIssues(form, answers),
    ...notes.filter(({ path, code }) => Object.hasOwn(given, path[0]!) && !isOnlyTold(code)),
    ...notes.filter(({ code }) => code === 'unknown_contact_type'),
    ...questions
      .filter(({ field, code }) => code === 'several_contact_types' || own(given, field) === undefined) // an answer that was refused is told as that
      .map(({ field, code, message, remedy }): Issue => ({ path: [field], code, message, remedy })),
    ...states.flatMap(missing),
    ...tieIssues(form, after, bound),
  ];
  if (issues.length > 0) return { ok: false, issues };

  const metadata = readMetadata(form.metadata ?? [], input.metadata).values;
  const submission: BoundSubmission = {
    kind: form.kind,
    context: input.context,
    ...recordOf(input),
    contactType,
    answers: bound,
    metadata,
    writes: [...planWrites(form, before, after, bound), ...metadataWrites(form, metadata)],
  };
  return { ok: true, value: deepFreeze(submission) as BoundSubmission<F> };
}

/** Notes about the form and its options; those about an answer are its problems. */
const isOnlyTold = (code: string): boolean =>
  code === 'options_failed' ||
  code === 'never_tied' ||
  code === 'options_not_published' ||
  code === 'setting_not_usable' ||
  code === 'no_longer_offered';

function shapeIssues({ fields, metadata = [] }: LogForm, answers: unknown): readonly Issue[] {
  if (typeof answers !== 'object' || answers === null || Array.isArray(answers))
    return [{ path: [], code: 'wrong_type', message: 'must be an object', remedy: 'Give the answers by the keys of their fields.' }];
  const keys = fields.filter(({ type }) => type !== 'note').map(({ key }) => key);
  return Object.keys(answers)
    .filter((key) => !keys.includes(key))
    .map((key) => {
      if (metadata.some((one) => one.key === key))
        return { path: [key], code: 'not_answerable', message: 'is taken from metadata', remedy: 'Leave it out: nobody answers it.' };
      if (fields.some((field) => field.key === key))
        return { path: [key], code: 'not_answerable', message: 'is a note, which has no answer', remedy: 'Leave it out.' };
      const nearest = nearestName(key, keys);
      const remedy = nearest === undefined ? 'Remove it, or add a field with this key to the form.' : `Did you mean \`${nearest}\`?`;
      return { path: [key], code: 'unknown_field', message: 'is no field of the form', remedy };
    });
}

/** No answer to a required field. One that was refused, or is an open question, is told as that. */
function missing({ field, value, stored, answer, question }: FieldState): readonly Issue[] {
  if (field.required !== true || value !== null || question !== undefined || answer?.ok === false) return [];
  if ((answer?.ok === true || stored === null) && allowsNone(field)) return [];
  return [{ path: [field.key], code: 'missing', message: 'needs an answer', remedy: 'Answer the field.' }];
}

/** Two ties that the CRM holds already are nobody's mistake here while nothing of them is answered. */
function tieIssues(
  { exclusive = [] }: LogForm,
  values: Readonly<Record<string, Value>>,
  answers: Readonly<Record<string, BoundAnswer>>,
): readonly Issue[] {
  const touched = exclusive.filter(({ fields }) => fields.some((key) => (own(answers, key)?.action ?? 'untouched') !== 'untouched'));
  return touched.flatMap((group) =>
    contenders(group, values)
      .slice(1)
      .map((key) => ({
        path: [key],
        code: 'one_tie_only',
        message: 'is one tie too many: the CRM holds one',
        remedy: `Answer none here, or none for \`${contenders(group, values)[0]}\`.`,
      })),
  );
}

function boundAnswer({ value, source, stored, answer }: FieldState): BoundAnswer {
  const isGiven = answer !== undefined || stored === undefined;
  if (!isGiven || (stored !== undefined && value === stored)) return { action: 'untouched' };
  if (value !== null && source !== null) return { action: 'set', value, source };
  return source === 'user' || source === 'setting' ? { action: 'clear' } : { action: 'untouched' };
}

function metadataWrites({ metadata = [] }: LogForm, values: Readonly<Record<string, string | number | boolean>>): readonly BoundWrite[] {
  return metadata.flatMap(({ key, writes }): readonly BoundWrite[] => {
    const value = own(values, key);
    return writes === undefined || value === undefined ? [] : [{ key, to: writes, action: 'set', value }];
  });
}
