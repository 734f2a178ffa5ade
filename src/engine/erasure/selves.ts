import type { Row } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { contactNotFound } from '../edit/refusals.ts';
import { KIND } from '../kinds.ts';
import { removedNoteOf } from '../removal/kept-records.ts';
import { type LeftRecord, leftRecords, recordName } from '../removal/left-records.ts';

/** A contact that the person is, or was. */
export interface Self {
  readonly id: string;
  /** Undefined: nothing of it is left but entries. */
  readonly row: Row | undefined;
  readonly records: readonly LeftRecord[];
}

/**
 * The contact first, then those that the person was before: they were removed, and left a record that one of the others has, or
 * left too. A record that is there again makes a new contact of the same person, under a new id.
 *
 * @throws CrmSyncError `contact_not_found` where the id is a company's.
 */
export async function selvesOf(context: Context, id: string): Promise<readonly Self[]> {
  const [row] = await context.store.load({ ids: [id], elsewhere: true });
  if (row !== undefined && row.entity !== 'contact') throw contactNotFound(id, 'contact');
  const selves: Self[] = [{ id, row, records: leftRecords(context, row) }];
  const records = new Set(selves.flatMap(({ records }) => records.map(recordName)));
  let left = (await formerContacts(context)).filter((former) => former.id !== id);
  for (let found: readonly Former[]; ; ) {
    found = left.filter((former) => former.records.some((record) => records.has(recordName(record))));
    if (found.length === 0) return selves;
    left = left.filter((former) => !found.includes(former));
    const ids = found.map((former) => former.id);
    const rows = new Map((await context.store.load({ ids, elsewhere: true })).map((one) => [one.id, one]));
    for (const former of found) {
      const row = rows.get(former.id);
      if (row !== undefined && row.removed !== true) continue; // the host gave its id to somebody else
      selves.push({ ...former, row });
      for (const record of former.records) records.add(recordName(record));
    }
  }
}

type Former = Omit<Self, 'row'>;

const PAGE = 1_000;

async function formerContacts({ store }: Context): Promise<readonly Former[]> {
  const former: Former[] = [];
  for (let after = ''; ; ) {
    const page = await store.entries({ scope: 'workspace', kind: KIND.removed, after, limit: PAGE });
    former.push(...page.map((entry) => ({ id: entry.key, records: removedNoteOf(entry).records })));
    if (page.length < PAGE) return former;
    after = page.at(-1)?.key ?? '';
  }
}
