import type { Version } from '../../core/link/link.ts';
import { matchText } from '../../core/sync/match-text.ts';
import type { Fields } from '../../core/values/value.ts';
import type { BoundStore, EntryChange } from '../../ports/store.ts';
import { awaitingOf } from '../identity/released.ts';
import { KIND } from '../kinds.ts';
import { keyOf } from '../match-keys.ts';

/** The field that is compared otherwise than it is written. */
export const NAME = 'name';
/** Key of the note that all companies were gone through: no name's, for those begin with the field. */
const ALL = 'all';
const PAGE = 500;
/** Records that wait, as flows of companies file them. */
const AWAITED = `company_${KIND.awaited}`;

interface Noted {
  readonly spellings: readonly string[];
  readonly version: Version;
}

/** A name's key; null: it finds nobody. */
const keyOfName = (name: string): string | null => (matchText('company', NAME, name) === null ? null : keyOf('company', NAME, name));

const keysOfNames = (names: readonly string[]): readonly string[] => [...new Set(names.flatMap((name) => keyOfName(name) ?? []))];

async function load(store: BoundStore, keys: readonly string[]): Promise<ReadonlyMap<string, Noted>> {
  const entries = keys.length === 0 ? [] : await store.entries({ scope: 'workspace', kind: KIND.spelling, keys, limit: keys.length });
  return new Map(
    entries.map(({ key, body, version }) => [key, { spellings: (body as unknown as Pick<Noted, 'spellings'>).spellings, version }]),
  );
}

/**
 * These names in every spelling that a company here may have: a store compares values as they are written. A spelling that nobody has
 * any more finds nobody.
 */
export async function everySpelling(store: BoundStore, names: readonly string[]): Promise<readonly string[]> {
  const keys = keysOfNames(names);
  if (keys.length === 0) return names;
  const asked = [...keys, ALL];
  let noted = await load(store, asked);
  if (!noted.has(ALL)) {
    await noteAll(store);
    noted = await load(store, asked);
  }
  return [...new Set([...names, ...keys.flatMap((key) => noted.get(key)?.spellings ?? [])])];
}

/** Notes how the names of these companies are written, with the commit that writes them. */
export async function spellingEntries(store: BoundStore, written: readonly Fields[]): Promise<readonly EntryChange[]> {
  const names = [...new Set(written.flatMap(({ [NAME]: name }) => (typeof name === 'string' ? [name] : [])))];
  const keys = keysOfNames(names);
  const noted = await load(store, keys);
  return keys.flatMap((key): EntryChange[] => {
    const { spellings = [], version = null } = noted.get(key) ?? {};
    const more = names.filter((name) => keyOfName(name) === key && !spellings.includes(name));
    if (more.length === 0) return [];
    return [{ scope: 'workspace', kind: KIND.spelling, key, expected: version, put: { body: { spellings: [...spellings, ...more] } } }];
  });
}

/** Once for a workspace: companies may have been written before spellings were noted. */
async function noteAll(store: BoundStore): Promise<void> {
  // Bound: a page that is moved was noted by somebody else in part.
  for (let after: string | null = null; ; ) {
    const rows = await store.scan({ entity: 'company', object: '', want: 'all', plan: '', now: 0, after, limit: PAGE });
    const isLast = rows.length < PAGE;
    const entries = await spellingEntries(
      store,
      rows.map(({ fields }) => fields),
    );
    const done = { scope: 'workspace', kind: KIND.spelling, key: ALL, expected: 'any', put: { body: { spellings: [] } } } as const;
    const committed = await store.commit({ rows: [], entries: isLast ? [...entries, ...(await refiled(store)), done] : entries });
    if (committed.status !== 'done') continue;
    if (isLast) return;
    after = rows.at(-1)!.id;
  }
}

/** Records that wait for a name, from when they were filed under it as it is written: whoever gives it up is to find them. */
async function refiled(store: BoundStore): Promise<readonly EntryChange[]> {
  const changes: EntryChange[] = [];
  for (let after = `${NAME}:`; ; ) {
    const page = await store.entries({ scope: 'workspace', kind: AWAITED, after, limit: PAGE });
    for (const { key, body, version, contactId } of page) {
      const { connection, object, recordId } = awaitingOf({ body });
      const place = `|${connection}|${object}|${recordId}`;
      const now = keyOf('company', NAME, key.slice(`${NAME}:`.length, -place.length)) + place;
      if (!key.startsWith(`${NAME}:`) || now === key) continue;
      changes.push(
        { scope: 'workspace', kind: AWAITED, key, expected: version, put: 'delete' },
        { scope: 'workspace', kind: AWAITED, key: now, expected: 'any', put: { body, contactId } },
      );
    }
    if (page.length < PAGE) return changes;
    after = page.at(-1)!.key;
  }
}
