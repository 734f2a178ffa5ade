import type { EntryChange } from '../../ports/store.ts';
import { untilCommitted } from '../commit.ts';
import { recheckEmployees } from '../companies/untied.ts';
import type { Context } from '../context.ts';
import { historyEntry } from '../history.ts';
import { changeOf } from '../link-change.ts';
import { onePerKey, recheckEntry } from '../recheck.ts';
import { Session } from '../session.ts';
import { type LeftRecord, leftRecords } from './left-records.ts';

/**
 * Forgets that the contact was removed: the next pull makes contacts of its records in this CRM, with what the CRM has. The
 * history stays with the old id; contacts of a company that comes back follow it to its new one. Nothing happens where the contact
 * is there, or was never known.
 *
 * @returns The records that are fetched.
 */
export async function restoreContact(context: Context, id: string, by: string): Promise<{ readonly records: readonly LeftRecord[] }> {
  const session = new Session(context);
  const { result } = await untilCommitted(context, session, async () => {
    const [row] = await context.store.load({ ids: [id] });
    const left = row?.removed === true && row.entity === context.schema.entity ? row.links.filter(({ state }) => state !== 'creating') : [];
    if (row === undefined || left.length === 0) return { result: [], changes: null };
    const at = session.storeNow();
    const records = leftRecords(context, { ...row, links: left });
    const fetched = records.map(({ object, recordId }): EntryChange => {
      return recheckEntry({ object, recordId, code: 'released', attempts: 0 }, at);
    });
    const history = { at: new Date(at).toISOString(), source: { flow: 'manual', by }, changes: [], event: 'restored' } as const;
    const employees = context.employees === undefined ? [] : await recheckEmployees(context.employees, [id], at);
    const links = left.map((link) => ({ ...changeOf(link), remove: true as const }));
    return {
      result: records,
      changes: {
        rows: [{ kind: 'update', contactId: id, expected: row.version, links }],
        entries: onePerKey([...fetched, ...employees, historyEntry(context, id, history)]),
      },
    };
  });
  return { records: result };
}
