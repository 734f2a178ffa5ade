import { tiePath, unknownRecord } from '../../core/mapping/company-tie.ts';
import type { Millis, Value } from '../../core/values/value.ts';
import type { Fetched } from '../../ports/connector.ts';
import type { ContactRef, Entry, EntryChange } from '../../ports/store.ts';
import { untilCommitted } from '../commit.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import { recheckEntry } from '../recheck.ts';
import type { Session } from '../session.ts';
import { companiesByRecord, tiesOf } from './ties.ts';

/** A contact's record whose company is not here. Ids only. */
interface Untied {
  readonly company: string;
  readonly object: string;
  readonly recordId: string;
}

const PAGE = 500;

/** By record of the page: the record of its company, which is none here. */
export function untiedIn(context: Context, object: string, records: readonly Fetched[]): ReadonlyMap<string, string> {
  const crm = tiesOf(context)?.references.get(object);
  if (crm === undefined) return new Map();
  return new Map(
    records.flatMap((record) => {
      const company = record.state === 'present' ? unknownRecord(record.values[tiePath(crm)] as Value | undefined) : null;
      return company === null ? [] : [[record.id, company] as const];
    }),
  );
}

/** Notes a record under the company that it waits for: whoever links that one finds it. */
export function untiedEntry({ company, object, recordId }: Untied, contactId: ContactRef | null): EntryChange {
  const body = { company, object, recordId };
  return { scope: 'connection', kind: KIND.untied, key: `${company}|${object}|${recordId}`, expected: 'any', put: { body, contactId } };
}

const untiedOf = ({ body }: Entry): Untied => body as unknown as Untied;

const released = (note: Entry, now: Millis): EntryChange[] => {
  const { scope, kind, key } = note;
  const { object, recordId } = untiedOf(note);
  return [{ scope, kind, key, expected: 'any', put: 'delete' }, recheckEntry({ object, recordId, code: 'released', attempts: 0 }, now)];
};

/** These companies have a record from this commit on: contacts that waited for one of them are looked at again. */
export async function releaseUntied(context: Context, companyRecords: readonly string[], now: Millis): Promise<EntryChange[]> {
  if (companyRecords.length === 0) return [];
  const wanted = new Set(companyRecords);
  const first = await notes(context, '');
  // Mostly few wait, or none: one call tells for any number of companies.
  if (first.length < PAGE) return first.filter((note) => wanted.has(untiedOf(note).company)).flatMap((note) => released(note, now));
  const changes: EntryChange[] = [];
  for (const company of wanted)
    for (let after = `${company}|`; ; ) {
      const page = await notes(context, after);
      const theirs = page.filter((note) => untiedOf(note).company === company);
      changes.push(...theirs.flatMap((note) => released(note, now)));
      if (theirs.length < PAGE) break;
      after = page.at(-1)!.key;
    }
  return changes;
}

const notes = ({ store }: Context, after: string): Promise<readonly Entry[]> =>
  store.entries({ scope: 'connection', kind: KIND.untied, ...(after !== '' && { after }), limit: PAGE });

/**
 * Before contacts are read: those of the ones that wait whose company has come meanwhile, by another worker or by hand. As many as
 * one look tells; the others are released with their company, or found by the next full read.
 */
export async function receiveTied(context: Context, session: Session): Promise<void> {
  const ties = tiesOf(context);
  if (ties === null) return;
  await untilCommitted(context, session, async () => {
    const waiting = await notes(context, '');
    const here = await companiesByRecord(
      context,
      ties,
      waiting.map((note) => untiedOf(note).company),
    );
    const entries = waiting.filter((note) => here.has(untiedOf(note).company)).flatMap((note) => released(note, session.storeNow()));
    return { result: undefined, changes: entries.length === 0 ? null : { rows: [], entries } };
  });
}

/** Contacts of companies whose record is gone, or went over to another company: what the CRM says of them now is looked at. */
export async function recheckEmployees(whole: Context, companyIds: readonly string[], now: Millis): Promise<EntryChange[]> {
  const ties = tiesOf(whole);
  if (ties === null || companyIds.length === 0) return [];
  const { field, references } = ties;
  const rows = await whole.store.load({ keys: { entity: 'contact', field, values: [...new Set(companyIds)] } });
  return rows.flatMap(({ links }) =>
    links.flatMap(({ object, recordId, state }) =>
      recordId !== null && state === 'active' && references.has(object)
        ? [recheckEntry({ object, recordId, code: 'released', attempts: 0 }, now)]
        : [],
    ),
  );
}
