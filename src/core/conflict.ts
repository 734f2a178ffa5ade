import type { Agreed } from './link.ts';
import type { ConflictPolicy } from './mapping-types.ts';
import type { Millis, Value } from './value.ts';

export interface ConflictInput {
  readonly policy: ConflictPolicy;
  /** What the two sides last agreed on; absent at a first link. */
  readonly base?: Agreed | undefined;
  readonly local: Value;
  /** The CRM's value, already in the field's own type. */
  readonly remote: Value;
  readonly times?: ConflictTimes | undefined;
}

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

export interface ConflictResolution {
  readonly winner: 'crm' | 'local';
  readonly reason: 'policy' | 'filled_beats_blank' | 'later_edit' | 'undecided_times';
}

/** Two edits closer than this are not told apart by their times. */
export const SKEW_MS = 2_000;

/**
 * Who wins a field that changed on both sides. A filled value always beats a blank one. `newest` decides by times only
 * when they prove an order outside the clocks' skew; otherwise the CRM wins and the reason says so.
 *
 * @example
 * resolveConflict({ policy: 'local', local: 'a', remote: 'b' }) //=> { winner: 'local', reason: 'policy' }
 * resolveConflict({ policy: 'crm', local: 'a', remote: null }) //=> { winner: 'local', reason: 'filled_beats_blank' }
 * resolveConflict({ policy: 'newest', local: 'a', remote: 'b' }) //=> { winner: 'crm', reason: 'undecided_times' }
 */
export function resolveConflict({ policy, local, remote, times }: ConflictInput): ConflictResolution {
  if (remote === null && local !== null) return { winner: 'local', reason: 'filled_beats_blank' };
  if (local === null && remote !== null) return { winner: 'crm', reason: 'filled_beats_blank' };
  if (policy !== 'newest') return { winner: policy, reason: 'policy' };
  if (times?.local !== undefined && times.remote !== undefined) {
    if (times.local > times.remote + SKEW_MS) return { winner: 'local', reason: 'later_edit' };
    if (times.remoteIsExact === true && times.remote > times.local + SKEW_MS) return { winner: 'crm', reason: 'later_edit' };
  }
  return { winner: 'crm', reason: 'undecided_times' };
}
