import { untilCommitted } from '../commit.ts';
import type { Context } from '../context.ts';
import { contactNotFound } from '../edit/refusals.ts';
import { tellClosed } from '../ended-conflicts.ts';
import { historyEntry } from '../history.ts';
import { releaseWaiting } from '../identity/waiting.ts';
import { keyOf, matchFields } from '../match-keys.ts';
import { onePerKey } from '../recheck.ts';
import { Session } from '../session.ts';
import { cancelledLink, cancelledWork } from './cancelled-work.ts';
import { removedEntry } from './kept-records.ts';
import { type LeftRecord, leftRecords } from './left-records.ts';

/**
 * Removes the contact and leaves its links, by which its records are known: no pull makes it again. What was about to be
 * written or merged is given up.
 *
 * @throws CrmSyncError `contact_not_found`.
 */
export async function removeContact(context: Context, id: string, by: string): Promise<{ readonly records: readonly LeftRecord[] }> {
  const session = new Session(context);
  const { result } = await untilCommitted(context, session, async () => {
    const [row] = await context.store.load({ ids: [id], elsewhere: true });
    if (row === undefined || row.removed === true || row.entity !== context.schema.entity) throw contactNotFound(id, context.schema.entity);
    const at = session.storeNow();
    const keys = [...matchFields(context)].flatMap((field) => {
      const value = row.fields[field];
      return typeof value === 'string' ? [keyOf(row.entity, field, value)] : [];
    });
    const history = { at: new Date(at).toISOString(), source: { flow: 'manual', by }, changes: [], event: 'removed' } as const;
    const records = leftRecords(context, row);
    const cancelled = await cancelledWork(context, id, at);
    const entries = onePerKey([
      ...cancelled,
      ...(await releaseWaiting(context, keys, at)),
      historyEntry(context, id, history),
      removedEntry(id, { withRecord: false, records }),
    ]);
    const links = row.links.map(cancelledLink);
    return {
      result: { records, cancelled },
      changes: { rows: [{ kind: 'delete', contactId: id, expected: row.version, links }], entries },
    };
  });
  tellClosed(context, result.cancelled);
  context.notify({ type: 'contact.removed', contactId: id, cause: 'manual' });
  return { records: result.records };
}
