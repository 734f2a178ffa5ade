import { compareCodePoints } from '../../core/base/compare-code-points.ts';
import { type Entity, isLive } from '../../core/link/link.ts';
import type { StoredLink } from '../../ports/store.ts';
import { Groups } from './groups.ts';
import { SortedKeys } from './sorted-keys.ts';

/** A link and what its contact is, which outlives the contact. */
export interface LinkRow {
  readonly entity: Entity;
  readonly link: StoredLink;
}

interface ObjectIndex {
  /** Contacts with a link of the object. */
  readonly contactIds: SortedKeys;
  /** By record id, live or not. */
  readonly byRecord: Groups<LinkRow>;
}

/** The links of one connection. */
export class LinkRows {
  readonly #byId = new Map<string, LinkRow>();
  readonly #byContact = new Groups<LinkRow>();
  readonly #objects = new Map<string, ObjectIndex>();

  get(id: string): LinkRow | undefined {
    return this.#byId.get(id);
  }

  /** All links of a contact, in the order of their ids. */
  of(contactId: string): readonly LinkRow[] {
    const rows = [...this.#byContact.of(contactId)];
    return rows.length < 2 ? rows : rows.sort((a, b) => compareCodePoints(a.link.id, b.link.id));
  }

  /** Whether a contact has a link of the object for which `test` holds. */
  has(contactId: string, object: string, test: (row: LinkRow) => boolean = () => true): boolean {
    for (const row of this.#byContact.of(contactId)) if (row.link.object === object && test(row)) return true;
    return false;
  }

  /** Links to a record, live or not. */
  withRecord(object: string, recordId: string): Iterable<LinkRow> {
    return this.#objects.get(object)?.byRecord.of(recordId) ?? [];
  }

  /** Contacts with a link of the object behind `after`, in the order of ids. */
  contactsAfter(object: string, after: string | null): Iterable<string> {
    return this.#objects.get(object)?.contactIds.ascending(after) ?? [];
  }

  put(row: LinkRow): void {
    const { id, contactId, object, recordId } = row.link;
    this.delete(id);
    this.#byId.set(id, row);
    this.#byContact.add(contactId, row);
    const index = this.#indexOf(object);
    index.contactIds.add(contactId);
    if (recordId !== null) index.byRecord.add(recordId, row);
  }

  delete(id: string): void {
    const row = this.#byId.get(id);
    if (row) this.#delete(row);
  }

  /** Removes all links of a contact. */
  erase(contactId: string): void {
    for (const row of this.of(contactId)) this.#delete(row);
  }

  /** Whether another live link of the contact and object, or of the record, is there that does not leave. */
  isTaken(
    { object, recordId }: Pick<StoredLink, 'object' | 'recordId'>,
    contactId: string,
    leaves: (link: StoredLink) => boolean,
  ): boolean {
    const stays = ({ link }: LinkRow) => isLive(link.state) && !leaves(link);
    if (this.has(contactId, object, stays)) return true;
    if (recordId !== null) for (const row of this.withRecord(object, recordId)) if (stays(row)) return true;
    return false;
  }

  #delete(row: LinkRow): void {
    const { id, contactId, object, recordId } = row.link;
    const index = this.#indexOf(object);
    this.#byId.delete(id);
    this.#byContact.delete(contactId, row);
    if (recordId !== null) index.byRecord.delete(recordId, row);
    if (!this.has(contactId, object)) index.contactIds.delete(contactId);
  }

  #indexOf(object: string): ObjectIndex {
    const known = this.#objects.get(object);
    if (known) return known;
    const index: ObjectIndex = { contactIds: new SortedKeys(), byRecord: new Groups() };
    this.#objects.set(object, index);
    return index;
  }
}
