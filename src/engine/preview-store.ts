import { keyText } from '../core/link/key-text.ts';
import type { Entity } from '../core/link/link.ts';
import type { Millis } from '../core/values/value.ts';
import type {
  BoundStore,
  Changeset,
  Committed,
  ContactRef,
  EntriesQuery,
  Entry,
  EntryChange,
  Leased,
  LoadQuery,
  Row,
  RowChange,
  ScanQuery,
  StoredLink,
} from '../ports/store.ts';

/**
 * A store that flows can work on without anything being stored: reads go through to the real one, writes are kept here and
 * seen by later reads. That is how a preview takes the very path of a run.
 */
export class PreviewStore implements BoundStore {
  /** All that flows committed, in order. */
  readonly commits: Changeset[] = [];
  readonly #inner: BoundStore;
  readonly #now: () => Millis;
  readonly #rows = new Map<string, Row>();
  readonly #entries = new Map<string, Entry | null>();
  /** At most so many contacts, and as many companies, have something to send, or no record. */
  readonly #left: Record<Entity, number>;
  #commitCount = 0;

  constructor(inner: BoundStore, limit: number, now: () => Millis) {
    this.#inner = inner;
    this.#now = now;
    this.#left = { contact: limit, company: limit };
  }

  async load(query: LoadQuery): Promise<readonly Row[]> {
    const stored = await this.#inner.load(query);
    return this.#merge(stored, (row) => matches(row, query));
  }

  async scan(query: ScanQuery): Promise<readonly Row[]> {
    const isLimited = query.want === 'pending' || query.want === 'unlinked';
    const limit = isLimited ? Math.min(query.limit, this.#left[query.entity]) : query.limit;
    if (limit <= 0) return [];
    const stored = await this.#inner.scan({ ...query, limit });
    const rows = this.#merge(
      stored,
      (row) => row.entity === query.entity && (query.after === null || row.id > query.after) && isWanted(row, query),
    ).slice(0, limit);
    if (isLimited) this.#left[query.entity] -= rows.length;
    return rows;
  }

  async entries(query: EntriesQuery): Promise<readonly Entry[]> {
    const stored = await this.#inner.entries(query);
    const entries = new Map(stored.map((entry) => [nameOf(entry), entry]));
    for (const [name, entry] of this.#entries) {
      if (entry === null || !isAsked(entry, query)) entries.delete(name);
      else entries.set(name, entry);
    }
    const sorted = [...entries.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    return (query.order === 'descending' ? sorted.reverse() : sorted).slice(0, query.limit);
  }

  async commit(changes: Changeset): Promise<Committed> {
    this.#commitCount += 1;
    const version = `preview-${this.#commitCount}`;
    this.commits.push(changes);
    const ids: string[] = [];
    for (const change of changes.rows) ids.push(await this.#applyRow(change, version));
    for (const change of changes.entries) this.#applyEntry(change, version, ids);
    return { status: 'done', at: this.#now(), version, ids };
  }

  async lease(): Promise<Leased> {
    return { held: true, token: 'preview', now: this.#now() };
  }

  async release(): Promise<void> {}

  #merge(stored: readonly Row[], isIn: (row: Row) => boolean): Row[] {
    const rows = new Map(stored.map((row) => [row.id, row]));
    for (const row of this.#rows.values()) {
      if (isIn(row)) rows.set(row.id, row);
      else rows.delete(row.id);
    }
    return [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async #applyRow(change: RowChange, version: string): Promise<string> {
    if (change.kind === 'insert') {
      const id = change.suggestedId;
      const links = (change.links ?? []).map(
        (link): StoredLink => ({ ...link, contactId: id, version, seen: link.seen === 'after' ? version : link.seen }),
      );
      this.#rows.set(id, { id, entity: change.entity, fields: change.set, version, links });
      return id;
    }
    const [row] = await this.load({ ids: [change.contactId] });
    if (row === undefined || change.kind !== 'update') return change.contactId;
    const set = change.set ?? {};
    const next = Object.keys(set).length > 0 ? version : row.version;
    const links = new Map(row.links.map((link) => [link.id, link]));
    for (const { expected: _, remove, ...link } of change.links ?? []) {
      if (remove === true) links.delete(link.id);
      else links.set(link.id, { ...link, contactId: row.id, version, seen: link.seen === 'after' ? next : link.seen });
    }
    this.#rows.set(row.id, { ...row, fields: { ...row.fields, ...set }, version: next, links: [...links.values()] });
    return row.id;
  }

  #applyEntry({ scope, kind, key, put }: EntryChange, version: string, ids: readonly string[]): void {
    if (put === undefined) return;
    const resolve = (ref: ContactRef | null | undefined) =>
      typeof ref === 'object' && ref !== null ? (ids[ref.row] ?? null) : (ref ?? null);
    const entry =
      put === 'delete' ? null : { scope, kind, key, version, body: put.body, dueAt: put.dueAt ?? null, contactId: resolve(put.contactId) };
    this.#entries.set(nameOf({ scope, kind, key }), entry);
  }
}

const nameOf = ({ scope, kind, key }: Pick<Entry, 'scope' | 'kind' | 'key'>): string => `${scope} ${kind} ${key}`;

function matches(row: Row, { ids, records, keys }: LoadQuery): boolean {
  if (ids?.includes(row.id) === true) return true;
  if (
    records !== undefined &&
    row.links.some(({ object, recordId }) => object === records.object && recordId !== null && records.ids.includes(recordId))
  )
    return true;
  if (keys === undefined || row.entity !== keys.entity) return false;
  const text = keyText(keys.field, String(row.fields[keys.field] ?? ''));
  return keys.values.some((value) => keyText(keys.field, value) === text);
}

function isWanted(row: Row, { want, object, plan, now }: ScanQuery): boolean {
  if (want === 'all') return true;
  const links = row.links.filter((link) => link.object === object);
  if (want === 'unlinked') return links.length === 0;
  if (want === 'linked') return links.length > 0;
  return links.some(
    (link) => link.state === 'active' && (link.seen !== row.version || link.plan !== plan || (link.dueAt !== null && link.dueAt <= now)),
  );
}

function isAsked(entry: Entry, { scope, kind, keys, dueBy, contactId, contactIds, after, order }: EntriesQuery): boolean {
  if (entry.scope !== scope || entry.kind !== kind) return false;
  if (keys !== undefined && !keys.includes(entry.key)) return false;
  if (dueBy !== undefined && (entry.dueAt === null || entry.dueAt > dueBy)) return false;
  if (contactId !== undefined && entry.contactId !== contactId) return false;
  if (contactIds !== undefined && (entry.contactId === null || !contactIds.includes(entry.contactId))) return false;
  if (after === undefined || after === '') return true;
  return order === 'descending' ? entry.key < after : entry.key > after;
}
