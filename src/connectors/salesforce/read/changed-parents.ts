import type { CrmSyncError } from '../../../errors.ts';
import { memberClause } from '../query/campaigns.ts';
import type { Selection } from '../query/selection.ts';
import { instantLiteral } from '../query/soql.ts';
import { type Changes, type Checkpoint, firstStamp, JOINED, turnTo } from './checkpoint.ts';

/** The position, unless it stands at a parent that is hidden by now: then the changes are read from their start. */
export function placed(position: Checkpoint, selection: Selection): Checkpoint {
  if (position.mode === 'all' || position.parent === undefined) return position;
  return partsOf(selection).includes(position.parent) ? position : turnTo(position, null);
}

/** What follows the records' own changes. */
const partsOf = ({ parents, campaigns }: Selection): readonly string[] => [
  ...parents.map(({ path }) => path),
  ...(campaigns === null ? [] : [JOINED]),
];

/** Path to the stamp that this part of the read goes by. */
export function stampOf(position: Checkpoint, { parents }: Selection): string {
  const parent = position.mode === 'all' ? undefined : parents.find(({ path }) => path === position.parent);
  return parent?.stamp ?? 'SystemModstamp';
}

/** The parent whose changes come after this part of the read, or `JOINED`, or null. */
export function nextPart(position: Checkpoint, selection: Selection): string | null {
  if (position.mode === 'all') return null;
  const parts = partsOf(selection);
  return parts[parts.indexOf(position.parent ?? '') + 1] ?? null;
}

/** Lets the records pass that came to a campaign since, whatever their own stamp is. */
export function joinedClause(position: Changes, { campaigns }: Selection, overlapMs: number): string | null {
  if (position.parent !== JOINED || campaigns === null) return null;
  const ids = [...new Set(campaigns.paths.map(({ id }) => id))];
  return memberClause(campaigns, ids, instantLiteral(firstStamp(position, overlapMs)));
}

/** Salesforce will never tell this parent's changes: then they come with the children's own, and stop no other change. */
export const isUntold = ({ category }: CrmSyncError, position: Checkpoint): position is Changes =>
  category === 'configuration' && position.mode === 'changes' && position.parent !== undefined && position.parent !== JOINED;
