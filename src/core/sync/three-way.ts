import type { CheckedPolicy, ConflictTimes } from '../link/conflict-types.ts';
import type { Agreed } from '../link/link.ts';
import type { BlankPolicy, ConflictPolicy, FirstLinkPolicy, MappingDirection } from '../mapping/mapping-types.ts';
import type { Value } from '../values/value.ts';
import { type ConflictResolution, resolveConflict } from './conflict.ts';

/** One mapped field as it stands on both sides. */
export interface FieldState {
  readonly direction: MappingDirection;
  /** Contact field; told to a host's policy. */
  readonly field?: string;
  readonly policy: ConflictPolicy | CheckedPolicy;
  readonly firstLink: FirstLinkPolicy;
  /** What a blank of the CRM does. */
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
  /** What writes sent from here whose time is over and whose answer was lost, unless the CRM shows it: it may have been there. */
  readonly unsure?: readonly Value[];
  readonly times?: ConflictTimes | undefined;
  /** An earlier conflict of this field waits for a decision. */
  readonly isOpen?: boolean;
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
  | 'conflict_open'
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
  if (state.isOpen === true) return decideOpen(state);
  return state.base === undefined ? decideFirst(state) : decideNext(state, state.base);
}

/** Neither side is touched before somebody has decided, or both have come to the same value by themselves. */
function decideOpen({ base, local, remote, incoming }: FieldState): FieldDecision {
  if (local !== incoming) return { reason: 'conflict_open', send: false };
  return { reason: base === undefined ? 'first_link_equal' : 'converged', base: { local, remote }, send: false };
}

function decideFirst({ direction, firstLink, local, remote, incoming, sent }: FieldState): FieldDecision {
  if (sent.length > 0)
    return sent.includes(remote) ? { reason: 'ours', send: false } : { reason: 'intent_open', send: false, recheck: true };
  const agreed = { local, remote };
  if (local === incoming) return { reason: 'first_link_equal', base: agreed, send: false };
  if (direction === 'outbound')
    return incoming === null ? { reason: 'first_link_to_send', send: true } : { reason: 'first_link_quiet', base: agreed, send: false };
  if (incoming === null) {
    if (direction === 'both') return { reason: 'first_link_to_send', send: true };
    // Nobody has agreed to the one here: once the CRM has a value the two differ, and none of them goes unseen.
    return { reason: 'first_link_quiet', base: { local: incoming, remote }, send: false };
  }
  const set = { set: incoming, base: { local: incoming, remote }, send: false };
  if (local === null) return { reason: 'first_link_filled', ...set };
  // Both filled and different: the CRM is never overwritten at a first link, whatever the policy (R18).
  if (firstLink === 'apart') return { reason: 'first_link_quiet', base: agreed, send: false };
  if (firstLink === 'manual')
    return { reason: 'first_link_conflict', send: false, conflict: { winner: null, open: 'manual', reason: 'first_link' } };
  return { reason: 'first_link_conflict', ...set, conflict: { winner: 'crm', reason: 'first_link' } };
}

function decideNext(state: FieldState, base: Agreed): FieldDecision {
  const { direction, blank, isMatchKey, local, remote, incoming, sent, unsure = [] } = state;
  const localMoved = local !== base.local;
  const send = localMoved && direction !== 'inbound';
  if (remote === base.remote) return { reason: localMoved ? 'local_changed' : 'unchanged', send };
  if (sent.includes(remote)) return { reason: 'ours', send: false };
  if (sent.length > 0) return { reason: 'intent_open', send: false, recheck: true };

  const remoteOnly = { local: base.local, remote }; // the CRM's half moves on, ours still says what was agreed
  if (direction === 'outbound') {
    if (!unsure.includes(local)) return { reason: 'drift', base: remoteOnly, send };
    // It may have been typed over what we sent, and is not written over: ours goes again once it changes.
    return { reason: 'conflict', base: { local, remote }, send: false, conflict: { winner: 'crm', reason: 'answer_lost' } };
  }
  if (local === incoming) return { reason: 'converged', base: { local, remote }, send: false };
  if (incoming === null && (blank === 'keep' || isMatchKey)) return { reason: 'crm_blank_kept', base: remoteOnly, send };

  const take = { set: incoming, base: { local: incoming, remote }, send: false };
  // Either pair may be the last that both sides had.
  if (!localMoved && unsure.every((value) => value === local))
    return { reason: incoming === null ? 'crm_cleared' : 'crm_changed', ...take };
  const conflict = decideConflict(state);
  if (conflict.winner === null) return { reason: 'conflict', send: false, conflict };
  if (conflict.winner === 'crm') return { reason: 'conflict', ...take, conflict };
  // The CRM's value counts as agreed on, so that the one here is an edit, which still has to reach the CRM, also where it
  // goes back meanwhile to what was agreed on before.
  const over = { base: { local: incoming, remote }, send: direction === 'both', conflict };
  return conflict.winner === 'value' ? { reason: 'conflict', set: conflict.value, ...over } : { reason: 'conflict', ...over };
}

function decideConflict({ field, policy, base, local, incoming, times, isMatchKey }: FieldState): ConflictResolution {
  const conflict = resolveConflict({ policy, ...(field !== undefined && { field }), base, local, remote: incoming, times });
  // Nobody has checked whether another contact has the third value (R20).
  return isMatchKey && conflict.winner === 'value' ? { winner: null, open: 'manual', reason: 'policy_failed' } : conflict;
}
