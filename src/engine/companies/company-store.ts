import type { BoundStore, Changeset, EntryChange } from '../../ports/store.ts';
import { KIND } from '../kinds.ts';
import { everySpelling, NAME, spellingEntries } from './name-spellings.ts';

/**
 * Kinds that are filed under match keys, or listed for one sort of rows: a contact's field may have the name of a company's, and
 * the two keys say nothing of each other. All other kinds are filed under ids and CRM objects, which are of one sort only.
 */
const APART: ReadonlySet<string> = new Set([KIND.claim, KIND.waiting, KIND.awaited]);
const PREFIX = 'company_';

const kindOf = (kind: string): string => (APART.has(kind) ? `${PREFIX}${kind}` : kind);
const fromStore = <T extends { readonly kind: string }>(entry: T): T =>
  entry.kind.startsWith(PREFIX) ? { ...entry, kind: entry.kind.slice(PREFIX.length) } : entry;
const toStore = (change: EntryChange): EntryChange => (APART.has(change.kind) ? { ...change, kind: kindOf(change.kind) } : change);

/**
 * The store as flows of companies see it: their claims and waiting records are not those of contacts, and names are found however
 * they are spelt.
 */
export const companyStore = (store: BoundStore): BoundStore => ({
  async load(query) {
    const { keys } = query;
    if (keys?.entity !== 'company' || keys.field !== NAME) return store.load(query);
    return store.load({ ...query, keys: { ...keys, values: await everySpelling(store, keys.values) } });
  },
  scan: (query) => store.scan(query),
  entries: async (query) => (await store.entries({ ...query, kind: kindOf(query.kind) })).map(fromStore),
  async commit({ rows, entries }: Changeset) {
    const written = rows.flatMap((row) => ('set' in row && row.set !== undefined ? [row.set] : []));
    return store.commit({ rows, entries: [...entries.map(toStore), ...(await spellingEntries(store, written))] });
  },
  lease: (request) => store.lease(request),
  release: (name, token) => store.release(name, token),
});
