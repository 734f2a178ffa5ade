import type { StoredHistory } from '../../core/runs/stored-history.ts';
import type { Fields } from '../../core/values/value.ts';
import type { EntryChange, RowChange } from '../../ports/store.ts';
import type { Account } from './account.ts';
import type { Companies } from './companies/companies.ts';
import { COMPANY_FIELDS, TIE } from './companies/company.ts';
import type { Conflict, Departures } from './departures.ts';
import type { Ledger } from './ledger.ts';
import { FIELDS, type Person } from './people.ts';
import type { Trace } from './trace.ts';
import type { Committing } from './wrapped-store.ts';

/** Flows whose values come from a person on our side, or from an analysis. */
const OURS: ReadonlySet<string> = new Set(['manual', 'analysis', 'merge']);

interface CommitsParts {
  readonly ledger: Ledger;
  readonly trace: Trace;
  readonly departures: Departures;
  readonly companies: Companies | null;
}

/** Notes what a commit did: who set which value of a contact, what became of its links, which conflicts it recorded. */
export function commitsOf({ ledger, trace, departures, companies }: CommitsParts, account: Account, by: string): Committing {
  return ({ rows, entries }, { ids, stored }) => {
    const history = historyOf(entries).map((each) => ({ ...each, contactId: contactOf(each.of, ids) }));
    for (const { body, contactId } of history)
      for (const { field, local, remote, winner } of body.conflicts ?? []) {
        ledger.conflicts += 1;
        const what = `a conflict over ${field} of contact ${contactId}: ${local} here, ${remote} there, ${winner} wins`;
        trace.tell(`${by} records ${what}`, [contactId]);
        departures.keepConflict(contactId, { field, local, remote });
      }
    for (const { contactId, ...conflict } of openConflictsOf(entries)) departures.keepConflict(contactId, conflict);
    for (const [index, row] of rows.entries()) {
      const contactId = ids[index] ?? '';
      const isOurs = history.some((each) => each.contactId === contactId && OURS.has(each.body.source.flow));
      if (companies !== null && isCompany(row, companies)) {
        noteCompany(companies, { row, stored: stored?.[index], id: contactId, isOurs, by });
        continue;
      }
      for (const link of 'links' in row ? (row.links ?? []) : []) {
        const { object, recordId, state, body } = link;
        const what = `link of contact ${contactId} with ${object} ${recordId} is ${link.remove === true ? 'removed' : state}`;
        trace.tell(`${by}: ${what}${body.sent.length > 0 ? ', a write is open' : ''}`, [contactId, recordId ?? contactId]);
        // Nothing was compared yet where nothing is agreed on: they meet with the first look at both.
        const haveMet = state === 'active' && link.remove !== true && Object.keys(body.base).length > 0;
        if (haveMet && recordId !== null) ledger.meet(contactId, recordId);
        if (state === 'declined' && recordId !== null) ledger.part(contactId, recordId);
      }
      if (row.kind === 'delete' || row.kind === 'erase') trace.tell(`${by}: ${row.kind}s contact ${contactId}`, [contactId]);
      departures.note(row, contactId, { by, account });
      if (row.kind !== 'insert' && row.kind !== 'update') continue;
      const set = onlyFields({ ...setOf(row), ...stored?.[index] });
      if (row.kind === 'insert' && !ledger.isKnown('local', contactId)) ledger.engine('local', contactId, {}, by);
      if (Object.hasOwn(row.set ?? {}, TIE)) companies?.noteTie(contactId, row.set?.[TIE] as string | null, { isOurs, by });
      if (isOurs) ledger.type('local', contactId, set, by);
      else ledger.engine('local', contactId, set, by);
    }
  };
}

const isCompany = (row: RowChange, { ledger }: Companies): boolean =>
  row.kind === 'insert' ? row.entity === 'company' : ledger.isKnown('local', row.contactId);

interface CompanyRow {
  readonly row: RowChange;
  readonly stored: Fields | undefined;
  readonly id: string;
  readonly isOurs: boolean;
  readonly by: string;
}

function noteCompany(companies: Companies, { row, stored, id, isOurs, by }: CompanyRow): void {
  const { ledger, removals } = companies;
  removals.note(row, id, by);
  for (const link of 'links' in row ? (row.links ?? []) : []) {
    const { recordId, state } = link;
    companies.tell(`${by}: link of company ${id} with ${recordId} is ${link.remove === true ? 'removed' : state}`, [id, recordId ?? id]);
    if (state === 'active' && recordId !== null && link.remove !== true) ledger.meet(id, recordId);
    if (recordId !== null && state === 'declined') ledger.part(id, recordId);
    if (recordId === null || (state !== 'declined' && link.remove !== true)) continue;
    companies.unsettle(recordId); // whoever belongs to it belongs to another company from now on, and nobody said so
  }
  if (row.kind !== 'insert' && row.kind !== 'update') {
    companies.left.add(id);
    companies.tell(`${by}: ${row.kind}s company ${id}`, [id]);
    return;
  }
  const set = { ...setOf(row), ...stored };
  const known = Object.fromEntries(
    COMPANY_FIELDS.flatMap((field) => (Object.hasOwn(set, field) ? [[field, set[field] as string | null]] : [])),
  );
  if (row.kind === 'insert') {
    ledger.engine('local', id, {}, by);
    if (by.startsWith('assignment ') && typeof known['domain'] === 'string') companies.sharedDomains.add(known['domain']);
  }
  if (isOurs) ledger.type('local', id, known, by);
  else ledger.engine('local', id, known, by);
}

const historyOf = (entries: readonly EntryChange[]) =>
  entries.flatMap(({ kind, put }) =>
    kind === 'history' && put !== undefined && put !== 'delete' ? [{ body: put.body as unknown as StoredHistory, of: put.contactId }] : [],
  );

const openConflictsOf = (entries: readonly EntryChange[]) =>
  entries.flatMap(({ kind, put }) =>
    kind === 'conflict' && put !== undefined && put !== 'delete' ? [put.body as unknown as Conflict & { readonly contactId: string }] : [],
  );

/** Of an entry about a row of the same commit, which may be new. */
const contactOf = (of: unknown, ids: readonly string[]): string =>
  typeof of === 'string' ? of : (ids[(of as { readonly row?: number } | null | undefined)?.row ?? 0] ?? '');

const setOf = (row: Extract<RowChange, { kind: 'insert' | 'update' }>): Readonly<Record<string, unknown>> => row.set ?? {};

const onlyFields = (fields: Readonly<Record<string, unknown>>): Partial<Person> =>
  Object.fromEntries(FIELDS.flatMap((field) => (Object.hasOwn(fields, field) ? [[field, fields[field] as string | null]] : [])));
