import { type ConflictResolution, type ConflictTimes, resolveConflict } from './conflict.ts';
import type { Agreed } from './link.ts';
import type { BlankPolicy, ConflictPolicy, MappingDirection } from './mapping-types.ts';
import type { Value } from './value.ts';

/** One mapped field as it stands on both sides. */
export interface FieldState {
  readonly direction: MappingDirection;
  readonly policy: ConflictPolicy;
  readonly blank: BlankPolicy;
  /** This field finds contacts: a blank never clears it (R20). */
  readonly isMatchKey: boolean;
  /** Absent: the two sides never agreed. */
  readonly base: Agreed | undefined;
  readonly local: Value;
  /** The CRM's canonical value. */
  readonly remote: Value;
  /** `remote` in the field's own type. */
  readonly incoming: Value;
  /** CRM values of writes that are not settled (R2). */
  readonly sent: readonly Value[];
  readonly times?: ConflictTimes | undefined;
}

export type FieldReason =
  | 'unchanged'
  | 'ours'
  | 'intent_open'
  | 'converged'
  | 'crm_changed'
  | 'crm_cleared'
  | 'crm_blank_kept'
  | 'local_changed'
  | 'drift'
  | 'conflict'
  | 'first_link_equal'
  | 'first_link_filled'
  | 'first_link_conflict'
  | 'first_link_quiet'
  | 'first_link_to_send';

export interface FieldDecision {
  readonly reason: FieldReason;
  /** The contact's new value; absent: it stays. */
  readonly set?: Value;
  /** The pair agreed on from now; absent: it stays as it is. */
  readonly base?: Agreed;
  /** The contact's value still has to reach the CRM. */
  readonly send: boolean;
  /** The snapshot can't be judged while a write is open: the record must be looked at again (R2). */
  readonly recheck?: true;
  readonly conflict?: ConflictResolution;
}

/**
 * What one CRM value means for one field: three-way against the pair last agreed on (R1, R2, R7, R18, R20). Pure and total;
 * used on pull, and on push for what was read just before writing.
 */
export function decideField(state: FieldState): FieldDecision {
  return state.base === undefined ? decideFirst(state) : decideNext(state, state.base);
}

function decideFirst({ direction, policy, local, remote, incoming, sent, times }: FieldState): FieldDecision {
  if (sent.length > 0)
    return sent.includes(remote) ? { reason: 'ours', send: false } : { reason: 'intent_open', send: false, recheck: true };
  const agreed = { local, remote };
  if (local === incoming) return { reason: 'first_link_equal', base: agreed, send: false };
  if (direction === 'outbound')
    return incoming === null ? { reason: 'first_link_to_send', send: true } : { reason: 'first_link_quiet', base: agreed, send: false };
  if (incoming === null) {
    if (direction === 'both') return { reason: 'first_link_to_send', send: true };
    return { reason: 'first_link_quiet', base: agreed, send: false };
  }
  const set = { set: incoming, base: { local: incoming, remote }, send: false };
  if (local === null) return { reason: 'first_link_filled', ...set };
  // Both filled and different: the CRM is never overwritten at a first link, whatever the policy (R18).
  const { reason } = resolveConflict({ policy, local, remote: incoming, times });
  return { reason: 'first_link_conflict', ...set, conflict: { winner: 'crm', reason } };
}

function decideNext(state: FieldState, base: Agreed): FieldDecision {
  const { direction, policy, blank, isMatchKey, local, remote, incoming, sent, times } = state;
  const localMoved = local !== base.local;
  const send = localMoved && direction !== 'inbound';
  if (remote === base.remote) return { reason: localMoved ? 'local_changed' : 'unchanged', send };
  if (sent.includes(remote)) return { reason: 'ours', send: false };
  if (sent.length > 0) return { reason: 'intent_open', send: false, recheck: true };

  const remoteOnly = { local: base.local, remote }; // the CRM's half moves on, ours still says what was agreed
  if (direction === 'outbound') return { reason: 'drift', base: remoteOnly, send };
  if (local === incoming) return { reason: 'converged', base: { local, remote }, send: false };
  if (incoming === null && (blank === 'keep' || isMatchKey)) return { reason: 'crm_blank_kept', base: remoteOnly, send };

  const take = { set: incoming, base: { local: incoming, remote }, send: false };
  if (!localMoved) return { reason: incoming === null ? 'crm_cleared' : 'crm_changed', ...take };
  const conflict = resolveConflict({ policy, base, local, remote: incoming, times });
  return conflict.winner === 'crm' ? { reason: 'conflict', ...take, conflict } : { reason: 'conflict', base: remoteOnly, send, conflict };
}
