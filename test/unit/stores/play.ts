import fc from 'fast-check';
import { EMPTY_BODY, type LinkState } from '../../../src/core/link/link.ts';
import type {
  BoundStore,
  Changeset,
  Committed,
  ContactStore,
  EntriesQuery,
  EntryChange,
  LinkChange,
  LoadQuery,
  Row,
  RowChange,
  ScanQuery,
} from '../../../src/ports/store.ts';

const CONTACTS = ['c1', 'c2', '😀', '～'];
const LINKS = ['l1', 'l2', 'l3', 'l4'];
const RECORDS = ['r1', 'r2', null];
const OBJECTS = ['Contact', 'Lead'];
const KEYS = ['k1', 'k2', 'k3'];
const STATES: readonly LinkState[] = ['creating', 'active', 'active', 'superseded', 'tombstone'];
const EMAILS = ['ann@example.com', 'bea@example.com', null];

/** What a change expects: what is there now, what was there first, or nothing at all. */
const expectation = fc.constantFrom('now', 'now', 'now', 'stale', 'none');
const link = fc.record({
  id: fc.constantFrom(...LINKS),
  object: fc.constantFrom(...OBJECTS),
  recordId: fc.constantFrom(...RECORDS),
  state: fc.constantFrom(...STATES),
  /** `before`: the version that the contact has before this commit. */
  seen: fc.constantFrom('after' as const, 'before' as const, null),
  plan: fc.constantFrom('p1', 'p2'),
  dueAt: fc.constantFrom(null, 5, 15),
  expect: expectation,
});
const row = fc.record({
  kind: fc.constantFrom('insert', 'insert', 'update', 'update', 'update', 'delete', 'erase'),
  id: fc.constantFrom(...CONTACTS),
  set: fc.dictionary(fc.constantFrom('email', 'first_name'), fc.constantFrom(...EMAILS), { maxKeys: 2 }),
  links: fc.uniqueArray(link, { maxLength: 2, selector: ({ id }) => id }),
  expect: expectation,
});
const entry = fc.record({
  scope: fc.constantFrom('workspace', 'connection'),
  key: fc.constantFrom(...KEYS),
  expect: fc.constantFrom('now', 'now', 'stale', 'none', 'any'),
  put: fc.constantFrom('put', 'put', 'put', 'delete', 'check'),
  dueAt: fc.constantFrom(undefined, null, 5, 15),
  contactId: fc.constantFrom(undefined, null, ...CONTACTS),
});
const step = fc.record({
  connection: fc.constantFrom('a', 'b'),
  rows: fc.uniqueArray(row, { maxLength: 3, selector: ({ id }) => id }),
  entries: fc.uniqueArray(entry, { maxLength: 2, selector: ({ scope, key }) => `${scope} ${key}` }),
});
type Step = (typeof step extends fc.Arbitrary<infer T> ? T : never) & object;

const versionFor = (expect: string, now: string | undefined): string | null =>
  expect === 'now' ? (now ?? null) : expect === 'stale' ? '0' : null;

/** The changeset of a step as one store would be asked: versions differ between stores, what they mean does not. */
async function changesetFor(bound: BoundStore, { rows, entries }: Step): Promise<Changeset> {
  const current = await bound.load({ ids: CONTACTS });
  const contactNow = new Map(current.map((row) => [row.id, row.version]));
  const linkNow = new Map(current.flatMap((row) => row.links.map((link) => [link.id, link.version] as const)));
  const used = new Set<string>();
  const toLinks = (id: string, wanted: Step['rows'][number]['links']): readonly LinkChange[] =>
    wanted.flatMap(({ expect, seen, ...change }) => {
      if (used.has(change.id)) return [];
      used.add(change.id);
      return [
        {
          ...change,
          seen: seen === 'before' ? contactNow.get(id) || null : seen,
          syncedAt: 1,
          body: EMPTY_BODY,
          expected: versionFor(expect, linkNow.get(change.id)),
        },
      ];
    });
  const toRow = ({ kind, id, set, links, expect }: Step['rows'][number]): RowChange => {
    const version = versionFor(expect, current.find((row) => row.id === id)?.version);
    const expected = version === null ? {} : { expected: version };
    if (kind === 'insert') return { kind, entity: id === 'c2' ? 'company' : 'contact', suggestedId: id, set, links: toLinks(id, links) };
    if (kind === 'erase') return { kind, contactId: id, ...expected };
    if (kind === 'delete') return { kind, contactId: id, ...expected, links: toLinks(id, links) };
    if (version !== null) return { kind: 'update', contactId: id, expected: version, set, links: toLinks(id, links) };
    return { kind: 'update', contactId: id, links: toLinks(id, links).filter((change) => change.expected !== null) };
  };
  const toEntry = async ({ scope, key, expect, put, dueAt, contactId }: Step['entries'][number]): Promise<EntryChange> => {
    const [now] = await bound.entries({ scope, kind: 'k', keys: [key], limit: 1 });
    const expected = expect === 'any' ? 'any' : versionFor(expect, now?.version);
    const name = { scope, kind: 'k', key, expected } as const;
    if (put === 'check') return name;
    if (put === 'delete') return { ...name, put };
    return { ...name, put: { body: { key }, ...(dueAt !== undefined && { dueAt }), ...(contactId !== undefined && { contactId }) } };
  };
  return { rows: rows.map(toRow), entries: await Promise.all(entries.map(toEntry)) };
}

/** Versions by the order in which they first appeared: equal for two stores that behave alike. */
class Versions {
  readonly #known = new Map<string, number>();
  of(version: string | null): number | null {
    if (version === null) return null;
    const known = this.#known.get(version) ?? this.#known.size;
    this.#known.set(version, known);
    return known;
  }
}

async function observe(bound: BoundStore, versions: Versions) {
  const rowOf = (row: Row) => ({
    ...row,
    fields: { ...row.fields },
    version: versions.of(row.version),
    links: row.links.map((link) => ({ ...link, version: versions.of(link.version), seen: versions.of(link.seen) })),
  });
  const load = async (query: LoadQuery) => (await bound.load(query)).map(rowOf);
  const scan = async (query: Pick<ScanQuery, 'want' | 'entity' | 'after' | 'limit'>) =>
    (await bound.scan({ object: 'Contact', plan: 'p1', now: 10, ...query })).map(rowOf);
  const entries = async (query: Omit<EntriesQuery, 'kind' | 'limit'>) =>
    (await bound.entries({ kind: 'k', limit: 2, ...query })).map((entry) => ({ ...entry, version: versions.of(entry.version) }));
  const scans = (['pending', 'unlinked', 'linked', 'all'] as const).flatMap((want) =>
    (['contact', 'company'] as const).flatMap((entity) => [
      scan({ want, entity, after: null, limit: 10 }),
      scan({ want, entity, after: 'c1', limit: 1 }),
    ]),
  );
  const both = (['workspace', 'connection'] as const).flatMap((scope) => [
    entries({ scope }),
    entries({ scope, order: 'descending', after: 'k3' }),
    entries({ scope, dueBy: 10 }),
    entries({ scope, contactId: 'c1' }),
    entries({ scope, keys: ['k3', 'k1', 'k9'], after: 'k1' }),
  ]);
  const keys = EMAILS.filter((email) => email !== null);
  return [
    await load({ ids: [...CONTACTS, 'nobody'] }),
    await load({ records: { object: 'Contact', ids: ['r1', 'r2'] }, keys: { entity: 'company', field: 'email', values: keys } }),
    await load({ keys: { entity: 'contact', field: 'email', values: keys.slice(1) } }),
    await Promise.all(scans),
    await Promise.all(both),
  ];
}

/** What each step answers, and what is there afterwards, as seen from both connections. */
export async function play(store: ContactStore, steps: readonly Step[]) {
  const versions = new Versions();
  const told = (committed: Committed) =>
    committed.status === 'done' ? { ...committed, version: versions.of(committed.version) } : committed;
  const bound = { a: store.bind({ workspace: 'w', connection: 'a' }), b: store.bind({ workspace: 'w', connection: 'b' }) };
  const story: unknown[] = [];
  for (const step of steps) {
    const here = bound[step.connection];
    story.push(told(await here.commit(await changesetFor(here, step))), await observe(bound.a, versions), await observe(bound.b, versions));
  }
  return story;
}

/** Any sequence of commits over few names, so that they meet each other. */
export const sequences = fc.array(step, { minLength: 1, maxLength: 12 });
