import { isSharedKey } from '../link/shared-key.ts';
import type { CompiledMapping } from '../mapping/mapping-types.ts';
import type { Fields } from '../values/value.ts';
import { matchText } from './match-text.ts';
import type { MatchValues } from './plan-types.ts';

/** A contact that is about to have another value of a match key. */
export interface KeyMove {
  readonly contactId: string;
  readonly field: string;
  readonly to: string;
}

/** Who a record may belong to: contacts by match key, less those that have a record of the object already (R19). */
export class Candidates {
  readonly #mapping: Pick<CompiledMapping, 'entity' | 'matchKeys'>;
  /** By field, then by value: one contact in most cases. */
  readonly #byKey: ReadonlyMap<string, Map<string, string | Set<string>>>;
  /** The record that a contact has; null: it wants none, or one is being made. */
  readonly #recordOf = new Map<string, string | null>();
  /** The contact whose record is being made with a key. */
  readonly #makingWith = new Map<string, string>();
  /** By record: contacts that the host said it does not belong to. */
  readonly #declined = new Map<string, Set<string>>();
  /** By company: the domain that it is known by. */
  readonly #domainOf = new Map<string, string>();

  constructor(mapping: Pick<CompiledMapping, 'entity' | 'matchKeys'>) {
    this.#mapping = mapping;
    this.#byKey = new Map(mapping.matchKeys.map(({ field }) => [field, new Map()]));
  }

  /** The contact has these fields from now on. */
  add(id: string, fields: Fields, before?: Fields): void {
    const { entity, matchKeys } = this.#mapping;
    for (const { field } of matchKeys) {
      const [from, to] = [matchText(entity, field, before?.[field]), matchText(entity, field, fields[field])];
      const holders = this.#byKey.get(field)!;
      if (from !== null && from !== to) leave(holders, from, id);
      if (entity === 'company' && field === 'domain') this.#knownBy(id, to);
      if (to === null) continue;
      const known = holders.get(to);
      if (known === undefined) holders.set(to, id);
      else if (typeof known !== 'string') known.add(id);
      else if (known !== id) holders.set(to, new Set([known, id]));
    }
  }

  /** A contact is made for the record, with these fields: it has a record of the object, and no id yet. */
  addNew(recordId: string, fields: Fields): void {
    this.add(NEW + recordId, fields);
  }

  /** The contact has a record of the object: it is no candidate for another one. */
  take(id: string, recordId: string | null): void {
    this.#recordOf.set(id, recordId);
  }

  /** A record with one of these keys is being made for the contact, which may have other keys by now. */
  making(id: string, keys: MatchValues): void {
    for (const [field, value] of Object.entries(keys)) {
      const text = matchText(this.#mapping.entity, field, value);
      if (text !== null) this.#makingWith.set(keyOf(field, text), id);
    }
  }

  /** The record is not this contact's, whatever keys they share. */
  decline(id: string, recordId: string): void {
    this.#declined.set(recordId, (this.#declined.get(recordId) ?? new Set()).add(id));
  }

  hasOtherRecord(id: string, recordId: string): boolean {
    return this.#recordOf.has(id) && this.#recordOf.get(id) !== recordId;
  }

  /**
   * The one contact that has a key and no record yet; keys count in their order. `all`: who has any of the keys. Nobody gets
   * what may be the record that is being made for another contact (R4).
   *
   * @param isProven - Asked of the only one there is: whether a key is enough for this contact.
   */
  match(
    recordId: string,
    keys: MatchValues,
    isProven: (id: string) => boolean = () => true,
  ): { readonly only: string | null; readonly all: readonly string[] } {
    if (!this.#isKnown(keys)) return NOBODY;
    const texts = this.#textsOf(keys);
    const all = new Set<string>();
    for (const [field, value] of texts) {
      const found = this.#withKey(field, value).filter((id) => !this.#isOtherCompany(id, texts));
      for (const id of found) all.add(id);
      const maker = this.#makingWith.get(keyOf(field, value));
      if (maker !== undefined && !this.#isOtherCompany(maker, texts)) {
        all.add(maker);
        break;
      }
      const declined = this.#declined.get(recordId);
      const [free, ...others] = found.filter((id) => !isNew(id) && !this.#recordOf.has(id) && declined?.has(id) !== true);
      if (others.length > 0 || (free !== undefined && !isProven(free))) break;
      if (free !== undefined) return { only: free, all: [...all] };
    }
    return { only: null, all: [...all] };
  }

  /**
   * Moves to a key that another contact keeps (R20). Looked at together: a number that its holder leaves is free, and two
   * may change places. Of two that want one key, the first gets it. A company's name is nobody's alone: it only finds.
   */
  refused(moves: readonly KeyMove[]): ReadonlySet<KeyMove> {
    const refused = new Set<KeyMove>();
    const isLeaving = (id: string, field: string): boolean =>
      moves.some((move) => move.contactId === id && move.field === field && !refused.has(move));
    const isBlocked = (move: KeyMove): boolean => {
      const { field } = move;
      const to = this.#ownText(move);
      if (to === null) return false;
      const first = moves.find((other) => other.field === field && this.#ownText(other) === to);
      return first !== move || this.#withKey(field, to).some((id) => !isLeaving(id, field));
    };
    // Whoever is refused stays where he is, and may block another one: until no more are.
    for (let before = -1; before < refused.size; ) {
      before = refused.size;
      for (const move of moves) if (!refused.has(move) && isBlocked(move)) refused.add(move);
    }
    return refused;
  }

  /** The value of a key that only one may have; null: several may. */
  #ownText({ field, to }: KeyMove): string | null {
    const { entity } = this.#mapping;
    return isSharedKey(entity, field) ? null : matchText(entity, field, to);
  }

  /** In the order of the keys, as they are compared. */
  #textsOf(keys: MatchValues): readonly (readonly [field: string, text: string])[] {
    return Object.entries(keys).flatMap(([field, value]) => {
      const text = matchText(this.#mapping.entity, field, value);
      return text === null ? [] : [[field, text] as const];
    });
  }

  #knownBy(id: string, domain: string | null): void {
    if (domain === null) this.#domainOf.delete(id);
    else this.#domainOf.set(id, domain);
  }

  /** Two domains are two companies, whatever else they share. */
  #isOtherCompany(id: string, texts: readonly (readonly [field: string, text: string])[]): boolean {
    if (this.#domainOf.size === 0) return false;
    const known = this.#domainOf.get(id);
    return known !== undefined && texts.some(([field, text]) => field === 'domain' && text !== known);
  }

  /** Asked for each record of a first import, and no of most: it makes nothing on the way. */
  #isKnown(keys: MatchValues): boolean {
    for (const field in keys) {
      const value = matchText(this.#mapping.entity, field, keys[field]);
      if (value === null) continue;
      if (this.#byKey.get(field)?.has(value) === true) return true;
      if (this.#makingWith.size > 0 && this.#makingWith.has(keyOf(field, value))) return true;
    }
    return false;
  }

  #withKey(field: string, value: string): readonly string[] {
    const found = this.#byKey.get(field)?.get(value) ?? [];
    return typeof found === 'string' ? [found] : [...found];
  }
}

function leave(holders: Map<string, string | Set<string>>, value: string, id: string): void {
  const known = holders.get(value);
  if (known === id) holders.delete(value);
  else if (known instanceof Set) known.delete(id);
}

/** Stands in for the id of a contact that the page makes; no host's id starts like this. */
const NEW = '\u0000new:';
export const isNew = (id: string): boolean => id.startsWith(NEW);

const NOBODY = { only: null, all: [] } as const;

const keyOf = (field: string, value: string): string => `${field}:${value}`;
