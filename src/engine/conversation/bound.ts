import { hashOf } from '../../core/base/hash.ts';
import { own } from '../../core/base/own.ts';
import type { AnsweredTies, TiedRecord } from '../../core/forms/activity-answers.ts';
import type { Value } from '../../core/values/value.ts';

/** What forms have put at an activity, so that a later answer moves it, and nothing else touches it. Ids and names, no values. */
export interface Bound {
  /** By key of the form's field: ties that are ours to move and to take away. */
  readonly ties: Readonly<Record<string, TiedRecord>>;
  /** CRM fields that were answered: what later deliveries say of them does not count. */
  readonly fields: readonly string[];
  /** By conversation: the last submission that was carried out. The same once more changes nothing, so that what people did since stays. */
  readonly last: readonly { readonly of: string; readonly hash: string }[];
}

/** The answers to a form, as the CRM takes them. */
export interface Submitted extends AnsweredTies {
  /** Key of the conversation that it was filled in for. */
  readonly of: string;
  readonly hash: string;
  /** By CRM field; null clears. */
  readonly values: Readonly<Record<string, Value>>;
  /** Nobody has filled it in: it counts only where the activity is made. */
  readonly isAutomatic: boolean;
}

export interface TieChanges {
  readonly associations: readonly TiedRecord[];
  readonly untie: readonly TiedRecord[];
}

const NOTHING: Bound = { ties: {}, fields: [], last: [] };
/** Conversations of one activity whose submissions are told apart: those of a thread's day. */
const LAST_MAX = 50;

export const submissionHash = (writes: unknown): string => hashOf({ writes });

export const isCarriedOut = (bound: Bound | undefined, { of, hash }: Submitted): boolean =>
  bound?.last.some((one) => one.of === of && one.hash === hash) === true;

export function boundAfter(bound: Bound = NOTHING, { of, hash, ties, cleared, values }: Submitted): Bound {
  const left = Object.entries(bound.ties).filter(([key]) => !cleared.includes(key) && !Object.hasOwn(ties, key));
  return {
    ties: Object.fromEntries([...left, ...Object.entries(ties)]),
    fields: [...new Set([...bound.fields, ...Object.keys(values)])],
    last: [...bound.last.filter((one) => one.of !== of), { of, hash }].slice(-LAST_MAX),
  };
}

const isSame = (a: TiedRecord, b: TiedRecord): boolean => a.object === b.object && a.id === b.id;

/** Which ties an update adds, and which it takes away: those of the same fields that are ours, and that no other field has. */
export function tieChanges(bound: Bound = NOTHING, submitted: Submitted): TieChanges {
  const kept = Object.values(boundAfter(bound, submitted).ties);
  const left = [...submitted.cleared, ...Object.keys(submitted.ties)].flatMap((key) => own(bound.ties, key) ?? []);
  return { associations: Object.values(submitted.ties), untie: left.filter((tie) => !kept.some((one) => isSame(one, tie))) };
}
