import type { Row } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { formerNumbers } from './former-numbers.ts';

/** When a number was a contact's; ISO 8601 UTC. */
export interface FormerlyTheirs {
  /** Null: not known since when. */
  readonly from: string | null;
  readonly until: string;
}

/** The contact that had a number last, of those that are still there. */
export async function lastHolder(
  context: Context,
  number: string,
): Promise<{ readonly row: Row; readonly formerly: FormerlyTheirs } | null> {
  const former = await formerNumbers(context, number);
  if (former.length === 0) return null;
  const rows = await context.store.load({ ids: former.map(({ contactId }) => contactId) });
  const there = new Map(rows.filter(({ removed }) => removed !== true).map((row) => [row.id, row]));
  const last = former.findLast(({ contactId }) => there.has(contactId));
  if (last === undefined) return null;
  const from = last.from === null ? null : new Date(last.from).toISOString();
  return { row: there.get(last.contactId) as Row, formerly: { from, until: new Date(last.until).toISOString() } };
}
