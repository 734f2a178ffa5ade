import { keyText } from '../../core/link/key-text.ts';
import type { Entity, Version } from '../../core/link/link.ts';
import type { Fields } from '../../core/values/value.ts';
import type { LoadQuery } from '../../ports/store.ts';
import { Groups } from './groups.ts';
import { SortedKeys } from './sorted-keys.ts';

export interface StoredContact {
  readonly id: string;
  readonly entity: Entity;
  readonly fields: Fields;
  readonly version: Version;
}

/** Value of one field to contact ids. */
type Index = Groups<string>;

/** The value that a contact is found by, as it is compared; only text is a match key. */
function keyOf({ fields }: StoredContact, field: string): string | null {
  const value = Object.hasOwn(fields, field) ? fields[field] : null;
  return typeof value === 'string' ? keyText(field, value) : null;
}

function addTo(index: Index, field: string, contact: StoredContact): void {
  const key = keyOf(contact, field);
  if (key !== null) index.add(key, contact.id);
}

function takeFrom(index: Index, field: string, contact: StoredContact): void {
  const key = keyOf(contact, field);
  if (key !== null) index.delete(key, contact.id);
}

/** The contacts of one workspace, in the order of their ids. A field is indexed from the first time it is asked for. */
export class ContactRows {
  readonly ids = new SortedKeys();
  readonly #rows = new Map<string, StoredContact>();
  readonly #indexes = new Map<string, Index>();

  get(id: string): StoredContact | undefined {
    return this.#rows.get(id);
  }

  put(contact: StoredContact): void {
    const before = this.#rows.get(contact.id);
    for (const [field, index] of this.#indexes) {
      if (before) takeFrom(index, field, before);
      addTo(index, field, contact);
    }
    this.#rows.set(contact.id, contact);
    if (!before) this.ids.add(contact.id);
  }

  delete(id: string): void {
    const before = this.#rows.get(id);
    if (!before) return;
    for (const [field, index] of this.#indexes) takeFrom(index, field, before);
    this.#rows.delete(id);
    this.ids.delete(id);
  }

  /** Ids of the contacts whose field is one of these values; text only. */
  *withKey({ entity, field, values }: NonNullable<LoadQuery['keys']>): Generator<string> {
    const index = this.#indexOf(field);
    const wanted = new Set(values.map((value) => keyText(field, value)));
    for (const value of wanted) for (const id of index.of(value)) if (this.#rows.get(id)!.entity === entity) yield id;
  }

  #indexOf(field: string): Index {
    const known = this.#indexes.get(field);
    if (known) return known;
    const index: Index = new Groups();
    for (const contact of this.#rows.values()) addTo(index, field, contact);
    this.#indexes.set(field, index);
    return index;
  }
}
