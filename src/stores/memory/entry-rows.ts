import { compareCodePoints } from '../../core/base/compare-code-points.ts';
import type { EntriesQuery, Entry } from '../../ports/store.ts';
import { Groups } from './groups.ts';
import { SortedKeys } from './sorted-keys.ts';

interface Kind {
  readonly keys: SortedKeys;
  readonly rows: Map<string, Entry>;
}

/** The entries of a workspace, or of one connection. */
export class EntryRows {
  readonly #kinds = new Map<string, Kind>();
  readonly #byContact = new Groups<Entry>();

  get(kind: string, key: string): Entry | undefined {
    return this.#kinds.get(kind)?.rows.get(key);
  }

  put(entry: Entry): void {
    const kind = this.#kinds.get(entry.kind) ?? { keys: new SortedKeys(), rows: new Map() };
    this.#kinds.set(entry.kind, kind);
    const before = kind.rows.get(entry.key);
    if (before) this.#forgetContact(before);
    else kind.keys.add(entry.key);
    kind.rows.set(entry.key, entry);
    if (entry.contactId !== null) this.#byContact.add(entry.contactId, entry);
  }

  delete(kind: string, key: string): void {
    const rows = this.#kinds.get(kind);
    const before = rows?.rows.get(key);
    if (!rows || !before) return;
    this.#forgetContact(before);
    rows.rows.delete(key);
    rows.keys.delete(key);
  }

  /** Removes all entries about a contact. */
  erase(contactId: string): void {
    for (const { kind, key } of Array.from(this.#byContact.of(contactId))) this.delete(kind, key);
  }

  query(query: EntriesQuery): readonly Entry[] {
    const found: Entry[] = [];
    if (query.limit <= 0) return found;
    for (const key of this.#keysOf(query)) {
      const entry = this.get(query.kind, key);
      if (entry === undefined || !matches(entry, query)) continue;
      found.push(entry);
      if (found.length === query.limit) break;
    }
    return found;
  }

  /** The keys that may match, each once, in the order asked, behind `after`. */
  #keysOf({ kind, keys, contactId, contactIds, after, order = 'ascending' }: EntriesQuery): Iterable<string> {
    const about = contactId === undefined ? contactIds : [contactId];
    const few = keys ?? about?.flatMap((id) => this.#keysAbout(id, kind));
    if (few === undefined) return this.#kinds.get(kind)?.keys[order](after ?? null) ?? [];
    const compare = order === 'ascending' ? compareCodePoints : (a: string, b: string) => compareCodePoints(b, a);
    const sorted = [...new Set(few)].sort(compare);
    return after === undefined ? sorted : sorted.filter((key) => compare(key, after) > 0);
  }

  #keysAbout(contactId: string, kind: string): readonly string[] {
    return Array.from(this.#byContact.of(contactId))
      .filter((entry) => entry.kind === kind)
      .map((entry) => entry.key);
  }

  #forgetContact(entry: Entry): void {
    if (entry.contactId !== null) this.#byContact.delete(entry.contactId, entry);
  }
}

function matches(entry: Entry, { dueBy, contactId, contactIds }: EntriesQuery): boolean {
  if (dueBy !== undefined && (entry.dueAt === null || entry.dueAt > dueBy)) return false;
  if (contactIds !== undefined && (entry.contactId === null || !contactIds.includes(entry.contactId))) return false;
  return contactId === undefined || entry.contactId === contactId;
}
