import type { Run } from '../../../core/run.ts';
import type { StoredHistory } from '../../../core/stored-history.ts';
import type { Value } from '../../../core/value.ts';
import type { Entry, Row, StoredLink } from '../../../ports/store.ts';
import type { CrmPerson } from '../crm-of-people.ts';
import type { Deployment } from '../deployment.ts';

interface Conflict {
  readonly field: string;
  readonly local: Value;
  readonly remote: Value;
}

/** A promise that was not kept. */
export interface Broken {
  /** As `docs/promises.md` numbers it. */
  readonly promise: string;
  readonly message: string;
  /** Ids and values that it is about. */
  readonly about: readonly string[];
}

/** A contact with its present record. */
export interface Pair {
  readonly row: Row;
  readonly link: StoredLink;
  readonly person: CrmPerson;
}

/** What there is once everything is quiet. */
export interface Seen {
  readonly there: Deployment;
  /** Contacts, and those that were removed but have links. */
  readonly rows: readonly Row[];
  readonly pairs: readonly Pair[];
  readonly runs: readonly Run[];
  /** Both values of every conflict that was recorded, as `<field> <value>`. */
  readonly conflicts: ReadonlySet<string>;
  readonly entries: (kind: string) => readonly Entry[];
}

/** Every kind of entry that waits for something, by its scope. */
const KINDS = {
  workspace: ['merge', 'applied', 'history'],
  connection: ['conflict', 'run', 'waiting', 'recheck', 'conversation', 'create', 'activity'],
} as const;
const MANY = 1_000_000;

export const LIVE: ReadonlySet<string> = new Set(['creating', 'active', 'ambiguous', 'missing', 'left_filter']);

export async function look(there: Deployment): Promise<Seen> {
  const { bound, crm } = there;
  const query = { entity: 'contact', object: crm.object, plan: '', now: 0, after: null, limit: MANY } as const;
  const rows = new Map((await bound.scan({ ...query, want: 'all' })).map((row) => [row.id, row]));
  for (const row of await bound.scan({ ...query, want: 'linked' })) rows.set(row.id, row);
  const entries = new Map<string, readonly Entry[]>();
  for (const scope of ['workspace', 'connection'] as const)
    for (const kind of KINDS[scope]) entries.set(kind, await bound.entries({ scope, kind, limit: MANY }));
  const pairs = [...rows.values()].flatMap((row) =>
    row.links.flatMap((link): Pair[] => {
      const person = link.state === 'active' && link.recordId !== null && row.removed !== true ? crm.person(link.recordId) : null;
      return person === null || person.gone !== null ? [] : [{ row, link, person }];
    }),
  );
  return {
    there,
    rows: [...rows.values()],
    pairs,
    runs: (entries.get('run') ?? []).map(({ body }) => body as unknown as Run),
    conflicts: new Set(
      [
        ...(entries.get('conflict') ?? []).map(({ body }) => body as unknown as Conflict),
        ...(entries.get('history') ?? []).flatMap(({ body }) => (body as unknown as StoredHistory).conflicts ?? []),
      ].flatMap(({ field, local, remote }) => [`${field} ${local}`, `${field} ${remote}`]),
    ),
    entries: (kind) => entries.get(kind) ?? [],
  };
}

export const fieldOf = (row: Row, field: string): string | null => (row.fields[field] as string | null | undefined) ?? null;
