import { own } from '../base/own.ts';
import type { Value } from '../values/value.ts';
import type { ExclusiveGroup, LogForm } from './log-form.ts';
import type { FieldState } from './resolve-field.ts';
import type { OpenQuestion } from './resolved-form.ts';

type Values = Readonly<Record<string, Value>>;
const isFilled = (values: Values, key: string): boolean => (own(values, key) ?? null) !== null;

/** The filled fields of a group that can only be the tie: more than one is too many. */
export const contenders = ({ fields, lookups = {} }: ExclusiveGroup, values: Values): readonly string[] =>
  fields.filter((key) => isFilled(values, key) && own(lookups, key) === undefined);

/** The lookup field that takes the answer; undefined: it is the tie, or in no group. */
export function lookupOf({ exclusive = [] }: LogForm, key: string, values: Values): string | undefined {
  const group = exclusive.find(({ fields }) => fields.includes(key));
  if (group === undefined) return undefined;
  const holder = contenders(group, values)[0] ?? group.fields.find((one) => isFilled(values, one));
  return holder === key ? undefined : own(group.lookups ?? {}, key);
}

/** One tie only: what a person answered or the CRM holds goes before what was merely proposed, and among proposals nothing is chosen. */
export function settleGroups({ exclusive = [] }: LogForm, states: readonly FieldState[]): readonly FieldState[] {
  return exclusive.reduce<readonly FieldState[]>(settle, states);
}

function settle(states: readonly FieldState[], group: ExclusiveGroup): readonly FieldState[] {
  const values = Object.fromEntries(states.map(({ field, value }) => [field.key, value]));
  const filled = contenders(group, values);
  const isGiven = (key: string): boolean =>
    states.some(({ field, source }) => field.key === key && (source === 'user' || source === 'stored'));
  const given = filled.filter(isGiven);
  const canOnlyTie = (key: string): boolean => group.fields.includes(key) && own(group.lookups ?? {}, key) === undefined;
  if (given.length > 0)
    return states.map((state) => (canOnlyTie(state.field.key) && !isGiven(state.field.key) ? withoutValue(state) : state));
  if (filled.length < 2) return states;
  if (group.whenSeveral === 'first') return states.map((state) => (filled.indexOf(state.field.key) > 0 ? withoutValue(state) : state));
  return states.map((state) =>
    filled.includes(state.field.key)
      ? { ...withoutValue(state), ...(state.field.key === filled[0] && { question: oneTie(state, filled) }) }
      : state,
  );
}

function withoutValue(state: FieldState): FieldState {
  const { question: _, ...rest } = state;
  return rest.source === 'user' ? rest : { ...rest, value: null, source: null };
}

function oneTie({ field, options }: FieldState, fields: readonly string[]): OpenQuestion {
  return {
    field: field.key,
    code: 'one_tie_only',
    message: 'would be tied together with other fields, and the CRM holds one tie',
    remedy: 'Answer one of the fields, and none for the others.',
    options: options.map(({ const: value, title }) => ({ const: value, title })),
    fields,
  };
}
