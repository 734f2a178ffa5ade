import type { Millis, Value } from '../values/value.ts';

/** What a host's own policy is told of a conflict. */
export interface PolicyInput {
  readonly field: string;
  /** What the two sides last agreed on, in the field's own type; absent: they never did. */
  readonly base?: Value;
  readonly local: Value;
  /** The CRM's value, in the field's own type. */
  readonly remote: Value;
  readonly times?: ConflictTimes | undefined;
}
/** Who wins, another value for both sides, or nobody yet: `manual` and `merge` as the policies of these names. */
export type PolicyAnswer = 'crm' | 'local' | 'merge' | 'manual' | { readonly value: Value };
/** Pure. One that throws, or answers something else, decides nothing: both values are kept, and the host is asked. */
export type PolicyFunction = (conflict: PolicyInput) => PolicyAnswer;
/** By the name that a mapping says: `{ policy: 'longest' }`. Functions stay out of JSON. */
export type Policies = Readonly<Record<string, PolicyFunction>>;

/** A host's policy as a rule runs it: an answer that the field can't hold is `unusable`. */
export type CheckedPolicy = (conflict: PolicyInput) => PolicyAnswer | 'unusable';

/**
 * When each side changed. `local` must be the time of that very edit. `remote` is usually the record's stamp, which is only
 * an upper bound for the field (R24): it can prove the local edit later, never the remote one.
 */
export interface ConflictTimes {
  readonly local?: Millis | undefined;
  readonly remote?: Millis | undefined;
  /** `remote` is the time of this field, not of its record. */
  readonly remoteIsExact?: boolean;
}

/**
 * `answer_lost`: nobody knows whether our write took effect, and the CRM shows neither it nor what was there before.
 * `overwritten`: it was typed in the CRM between our look at the field and our write.
 */
export type ConflictReason =
  | 'policy'
  | 'filled_beats_blank'
  | 'later_edit'
  | 'undecided_times'
  | 'policy_failed'
  | 'first_link'
  | 'answer_lost'
  | 'overwritten';
