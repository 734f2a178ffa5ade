import type { Run } from '../../../core/runs/run.ts';
import type { StoredHistory } from '../../../core/runs/stored-history.ts';
import type { Entry, Row, StoredLink } from '../../../ports/store.ts';
import type { Account } from '../account.ts';
import { asLocalOfCompany } from '../companies/company.ts';
import type { CrmCompany } from '../companies/crm-of-companies.ts';
import type { CrmPerson } from '../crm-of-people.ts';
import type { Conflict } from '../departures.ts';
import type { Deployment } from '../deployment.ts';

/** A contact with its present record. */
export interface Pair {
  readonly row: Row;
  readonly link: StoredLink;
  readonly person: CrmPerson;
}

/** A company with its present record. */
export interface CompanyPair {
  readonly row: Row;
  readonly link: StoredLink;
  readonly company: CrmCompany;
}

/** What one connection has once everything is quiet. */
export interface SeenAccount {
  readonly account: Account;
  /** Contacts, and those that were removed but have links; with the links of this connection. */
  readonly rows: readonly Row[];
  readonly pairs: readonly Pair[];
  /** The same for companies. */
  readonly companies: readonly Row[];
  readonly companyPairs: readonly CompanyPair[];
  readonly runs: readonly Run[];
  readonly entries: (kind: KindOf<'connection'>) => readonly Entry[];
  readonly allEntries: readonly Entry[];
}

/** What there is once everything is quiet. */
export interface Seen {
  readonly there: Deployment;
  readonly accounts: readonly SeenAccount[];
  /** Contacts, and those that were removed but have links. What links they have is told by the accounts. */
  readonly rows: readonly Omit<Row, 'links'>[];
  readonly companies: readonly Omit<Row, 'links'>[];
  /** Both values of every conflict that was recorded, of erased people too, as `<field> <value>`. */
  readonly conflicts: ReadonlySet<string>;
  /** Of the workspace. */
  readonly entries: (kind: KindOf<'workspace'>) => readonly Entry[];
  /** Of all accounts, too. */
  readonly allEntries: readonly Entry[];
}

/** Every kind of entry that is looked at, by its scope. */
const KINDS = {
  workspace: ['merge', 'applied', 'history', 'claim', 'former_number', 'flips', 'awaited', 'released', 'removed_with_record'],
  connection: [
    'merge',
    'conflict',
    'run',
    'waiting',
    'recheck',
    'conversation',
    'create',
    'activity',
    'brake',
    'untied',
    'company_waiting',
    'membership',
    'segment_event',
  ],
} as const;
type Scope = keyof typeof KINDS;
type KindOf<S extends Scope> = (typeof KINDS)[S][number];
const MANY = 1_000_000;

/** Records that wait until they can be told from another one with their number, or domain. */
export const waitingRecords = ({ entries }: SeenAccount, kind: 'waiting' | 'company_waiting' = 'waiting'): ReadonlySet<string> =>
  new Set(entries(kind).map(({ key }) => key.slice(key.lastIndexOf('|') + 1)));

export const LIVE: ReadonlySet<string> = new Set(['creating', 'active', 'ambiguous', 'missing', 'left_filter']);

export async function look(there: Deployment): Promise<Seen> {
  const accounts: SeenAccount[] = [];
  for (const account of there.accounts) accounts.push(await lookAt(account));
  const { entries, allEntries } = await entriesOf(there.accounts[0] as Account, 'workspace');
  const conflicts = [
    ...accounts.flatMap((seen) => seen.entries('conflict').map(({ body }) => body as unknown as Conflict)),
    ...there.departures.conflictsOfErased,
    ...entries('history').flatMap(({ body }) => (body as unknown as StoredHistory).conflicts ?? []),
  ];
  return {
    there,
    accounts,
    rows: eachOnce(accounts.flatMap(({ rows }) => rows)),
    companies: eachOnce(accounts.flatMap(({ companies }) => companies)),
    conflicts: new Set(conflicts.flatMap(({ field, local, remote }) => [`${field} ${local}`, `${field} ${asHere(field, remote)}`])),
    entries,
    allEntries: [...allEntries, ...accounts.flatMap((seen) => seen.allEntries)],
  };
}

/** A domain stands in a conflict as the CRM spells it. */
const asHere = (field: string, value: Conflict['remote']): Conflict['remote'] =>
  field === 'domain' && typeof value === 'string' ? asLocalOfCompany(field, value) : value;

const eachOnce = (rows: readonly Row[]): readonly Row[] => [...new Map(rows.map((row) => [row.id, row])).values()];

async function lookAt(account: Account): Promise<SeenAccount> {
  const { bound, crm } = account;
  const rowsOf = async (entity: Row['entity'], object: string): Promise<readonly Row[]> => {
    const query = { entity, object, plan: '', now: 0, after: null, limit: MANY };
    return eachOnce([...(await bound.scan({ ...query, want: 'all' })), ...(await bound.scan({ ...query, want: 'linked' }))]);
  };
  const rows = await rowsOf('contact', crm.object);
  const companies = crm.companies === null ? [] : await rowsOf('company', crm.companies.object);
  const { entries, allEntries } = await entriesOf(account, 'connection');
  const pairs = rows.flatMap((row) =>
    row.links.flatMap((link): Pair[] => {
      const person = link.state === 'active' && link.recordId !== null && row.removed !== true ? crm.person(link.recordId) : null;
      return person === null || person.gone !== null ? [] : [{ row, link, person }];
    }),
  );
  const companyPairs = companies.flatMap((row) =>
    row.links.flatMap((link): CompanyPair[] => {
      const isLinked = link.state === 'active' && link.recordId !== null && row.removed !== true;
      const company = isLinked ? (crm.companies?.company(link.recordId as string) ?? null) : null;
      return company === null || company.gone !== null ? [] : [{ row, link, company }];
    }),
  );
  const runs = entries('run').map(({ body }) => body as unknown as Run);
  return { account, rows, pairs, companies, companyPairs, runs, entries, allEntries };
}

async function entriesOf<S extends Scope>({ bound }: Account, scope: S) {
  const found = new Map<string, readonly Entry[]>();
  for (const kind of KINDS[scope]) found.set(kind, await bound.entries({ scope, kind, limit: MANY }));
  return { entries: (kind: KindOf<S>): readonly Entry[] => found.get(kind) ?? [], allEntries: [...found.values()].flat() };
}

export const fieldOf = (row: Pick<Row, 'fields'>, field: string): string | null => (row.fields[field] as string | null | undefined) ?? null;
