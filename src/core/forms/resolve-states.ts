import type { Issue } from '../../errors.ts';
import { settleGroups } from './exclusive.ts';
import { contactTypeOf, type FormInput } from './form-input.ts';
import type { AnsweredField, LogForm } from './log-form.ts';
import { type FieldState, resolveField } from './resolve-field.ts';
import type { OpenQuestion } from './resolved-form.ts';

export interface ResolvedStates {
  readonly contactType: string | null;
  readonly states: readonly FieldState[];
  readonly questions: readonly OpenQuestion[];
  readonly notes: readonly Issue[];
}

/** Every field with its value and why, before it is shown or bound. */
export function resolveStates(form: LogForm, input: FormInput, answers: Readonly<Record<string, unknown>>): ResolvedStates {
  const { contactType, isSwitched, question, note } = typeOf(form, input);
  const fields = form.fields.filter((field): field is AnsweredField => field.type !== 'note');
  const situation = { input, answers, contactType, isSwitched };
  const states = settleGroups(
    form,
    fields.map((field) => resolveField(field, situation)),
  );
  const questions = states.flatMap((state) => (state.question === undefined ? [] : [state.question]));
  return {
    contactType,
    states,
    questions: question === undefined ? questions : [question, ...questions],
    notes: [...(note === undefined ? [] : [note]), ...states.flatMap((state) => state.notes)],
  };
}

interface TypeOfContact {
  readonly contactType: string | null;
  readonly isSwitched: boolean;
  readonly question?: OpenQuestion;
  readonly note?: Issue;
}

function typeOf({ kind, contactTypes, defaultContactType }: LogForm, input: FormInput): TypeOfContact {
  const known = contactTypeOf(input);
  const { contactType: chosen } = input;
  if (typeof chosen === 'string' && (contactTypes?.some((type) => type.const === chosen) ?? true))
    return { contactType: chosen, isSwitched: known !== undefined && chosen !== known };
  const unknown: Issue = {
    path: ['contactType'],
    code: 'unknown_contact_type',
    message: 'is no type of contact that the form has',
    remedy: 'Use one of `contactTypes`.',
  };
  const told = chosen === undefined ? {} : { note: unknown };
  const only = contactTypes?.length === 1 ? contactTypes[0]?.const : undefined;
  const contactType = known ?? defaultContactType ?? only ?? null;
  if (contactType !== null || kind !== 'new_contact' || contactTypes === undefined) return { contactType, isSwitched: false, ...told };
  const question: OpenQuestion = {
    field: 'contactType',
    code: 'several_contact_types',
    message: 'is not chosen, and the form has several',
    remedy: 'Give `contactType`, or `defaultContactType` in the form.',
    options: contactTypes,
  };
  return { contactType, isSwitched: false, question, ...told };
}
