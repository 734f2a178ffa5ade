import type { CrmSyncError } from '../../../errors.ts';
import type { Selection } from '../query/selection.ts';
import { type Changes, type Checkpoint, turnTo } from './checkpoint.ts';

/** The position, unless it stands at a parent that is hidden by now: then the changes are read from their start. */
export function placed(position: Checkpoint, { parents }: Selection): Checkpoint {
  if (position.mode === 'all' || position.parent === undefined) return position;
  return parents.some(({ path }) => path === position.parent) ? position : turnTo(position, null);
}

/** Path to the stamp that this part of the read goes by. */
export function stampOf(position: Checkpoint, { parents }: Selection): string {
  const parent = position.mode === 'all' ? undefined : parents.find(({ path }) => path === position.parent);
  return parent?.stamp ?? 'SystemModstamp';
}

/** The parent whose changes come after this part of the read, or null. */
export function nextParent(position: Checkpoint, { parents }: Selection): string | null {
  if (position.mode === 'all') return null;
  return parents[parents.findIndex(({ path }) => path === position.parent) + 1]?.path ?? null;
}

/** Salesforce will never tell this parent's changes: then they come with the children's own, and stop no other change. */
export const isUntold = ({ category }: CrmSyncError, position: Checkpoint): position is Changes =>
  category === 'configuration' && position.mode === 'changes' && position.parent !== undefined;
