import type { CheckedPolicy, ConflictReason, ConflictTimes } from '../link/conflict-types.ts';
import type { Agreed } from '../link/link.ts';
import type { ConflictPolicy } from '../mapping/mapping-types.ts';
import type { Value } from '../values/value.ts';

export interface ConflictInput {
  readonly policy: ConflictPolicy | CheckedPolicy;
  /** Contact field; told to a host's policy. */
  readonly field?: string;
  /** What the two sides last agreed on; absent at a first link. */
  readonly base?: Agreed | undefined;
  readonly local: Value;
  /** The CRM's value, already in the field's own type. */
  readonly remote: Value;
  readonly times?: ConflictTimes | undefined;
}

export type ConflictResolution =
  | { readonly winner: 'crm'; readonly reason: ConflictReason }
  | { readonly winner: 'local'; readonly reason: ConflictReason }
  /** A third value for both sides. */
  | { readonly winner: 'value'; readonly value: Value; readonly reason: ConflictReason }
  /** Nobody yet: both sides keep what they have until the host, or the merger, decides. */
  | { readonly winner: null; readonly open: 'manual' | 'merge'; readonly reason: ConflictReason };

/** Two edits closer than this are not told apart by their times. */
export const SKEW_MS = 2_000;

/**
 * Who wins a field that changed on both sides. A filled value beats a blank one, unless the host itself decides (`manual`,
 * or a policy of its own). `newest` decides by times only when they prove an order outside the clocks' skew; otherwise the
 * CRM wins and the reason says so. `merge` is for two texts.
 *
 * @example
 * resolveConflict({ policy: 'local', local: 'a', remote: 'b' }) //=> { winner: 'local', reason: 'policy' }
 * resolveConflict({ policy: 'crm', local: 'a', remote: null }) //=> { winner: 'local', reason: 'filled_beats_blank' }
 * resolveConflict({ policy: 'newest', local: 'a', remote: 'b' }) //=> { winner: 'crm', reason: 'undecided_times' }
 * resolveConflict({ policy: 'manual', local: 'a', remote: 'b' }) //=> { winner: null, open: 'manual', reason: 'policy' }
 */
export function resolveConflict(input: ConflictInput): ConflictResolution {
  const { policy, local, remote, times } = input;
  if (typeof policy === 'function') return resolveByHost(policy, input);
  if (policy === 'manual') return { winner: null, open: 'manual', reason: 'policy' };
  if (remote === null && local !== null) return { winner: 'local', reason: 'filled_beats_blank' };
  if (local === null && remote !== null) return { winner: 'crm', reason: 'filled_beats_blank' };
  if (policy === 'merge') return mergeOf(local, remote);
  if (policy === 'crm' || policy === 'local') return { winner: policy, reason: 'policy' };
  if (times?.local !== undefined && times.remote !== undefined) {
    if (times.local > times.remote + SKEW_MS) return { winner: 'local', reason: 'later_edit' };
    if (times.remoteIsExact === true && times.remote > times.local + SKEW_MS) return { winner: 'crm', reason: 'later_edit' };
  }
  return { winner: 'crm', reason: 'undecided_times' };
}

function resolveByHost(policy: CheckedPolicy, { field = '', base, local, remote, times }: ConflictInput): ConflictResolution {
  const answer = policy({ field, ...(base !== undefined && { base: base.local }), local, remote, times });
  if (answer === 'crm' || answer === 'local') return { winner: answer, reason: 'policy' };
  if (answer === 'manual') return { winner: null, open: 'manual', reason: 'policy' };
  if (answer === 'merge') return mergeOf(local, remote);
  if (answer === 'unusable') return UNDECIDED;
  if (answer.value === local) return { winner: 'local', reason: 'policy' };
  if (answer.value === remote) return { winner: 'crm', reason: 'policy' };
  return { winner: 'value', value: answer.value, reason: 'policy' };
}

const UNDECIDED: ConflictResolution = { winner: null, open: 'manual', reason: 'policy_failed' };

/** A blank has no text to merge, and a number neither: nothing is decided then. */
const mergeOf = (local: Value, remote: Value): ConflictResolution =>
  typeof local === 'string' && typeof remote === 'string' ? { winner: null, open: 'merge', reason: 'policy' } : UNDECIDED;
