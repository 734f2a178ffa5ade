import type { ContactSort, Place } from '../core/contacts/contact-order.ts';
import type { Entity, Link, Version } from '../core/link/link.ts';
import type { Filter } from '../core/mapping/filter.ts';
import type { Fields, Json, Millis } from '../core/values/value.ts';

/** A link as stored. */
export interface StoredLink extends Link {
  readonly contactId: string;
  readonly version: Version;
}

/** A link of another connection of the workspace: to be looked at, for only its own connection changes it. */
export interface LinkElsewhere extends StoredLink {
  readonly connection: string;
}

/** A contact (or company) with its links of the bound connection. Changing it changes nothing in the store. */
export interface Row {
  readonly id: string;
  readonly entity: Entity;
  /** All fields that are stored; one that is missing here counts as null. */
  readonly fields: Fields;
  readonly version: Version;
  /** Live or not, in the order of their ids. */
  readonly links: readonly StoredLink[];
  /**
   * The contact was removed, its links are still here. `fields` is empty and `version` is `''`: a change that expects
   * `''` passes only while the contact is still gone. Found by id, by record and by scans for `linked`.
   */
  readonly removed?: true;
  /** Where asked: its links of the workspace's other connections, in the order of their connections and ids. */
  readonly elsewhere?: readonly LinkElsewhere[];
}

/** Analysis markers, queues, claims and history are the workspace's; checkpoints, runs and activities the connection's. */
export type Scope = 'workspace' | 'connection';

/** A row of the store's one table of checkpoints, runs, markers, activities, queues, retries, claims, history. */
export interface Entry {
  readonly scope: Scope;
  readonly kind: string;
  /** Unique with scope and kind, and for scope `connection` with the connection. Keys sort by code point. */
  readonly key: string;
  readonly body: Json;
  readonly version: Version;
  readonly dueAt: Millis | null;
  /** Whom it is about: erasing the contact removes it, removing the contact does not. */
  readonly contactId: string | null;
}

/** A contact by id, or the one that row number `row` of the same changeset inserts. */
export type ContactRef = string | { readonly row: number };

export interface LinkChange extends Omit<Link, 'seen'> {
  /**
   * Version of the link with this id; null: it is new, and so is its id on this connection. A link stays with its contact:
   * the id of another contact's link is `moved`. So is a second live link of a contact and object, or of a record, that the
   * commit would leave behind; the order of its rows does not matter, so that one commit can pass a record on or swap two.
   */
  readonly expected: Version | null;
  /** `'after'`: the version that the contact has after this very commit; null where it is not there then. */
  readonly seen: Version | null | 'after';
  /** The link is removed, as if it had never been: what else the change says does not count. Not for a new one. */
  readonly remove?: true;
}

/** One contact in a changeset. */
export type RowChange =
  | {
      readonly kind: 'insert';
      readonly entity: Entity;
      /** Used unless the host's table makes its own ids. An id that is taken is `moved`. */
      readonly suggestedId: string;
      readonly set: Fields;
      readonly links?: readonly LinkChange[];
    }
  | {
      readonly kind: 'update';
      readonly contactId: string;
      /**
       * Contact version that must still be there. Absent only for the acknowledgement of a CRM write (R5), which sets no field
       * and adds no link; it passes for a removed contact too.
       */
      readonly expected?: Version;
      /**
       * Changed fields only: the host's other columns survive. A field with another value gives the contact a new version, one
       * with the value it had may; absent or empty, the contact keeps its version, whatever becomes of its links.
       */
      readonly set?: Fields;
      readonly links?: readonly LinkChange[];
    }
  | {
      /**
       * `delete` removes the contact and keeps its links and entries. `erase` removes the contact, its links on every
       * connection of the workspace, and every entry of the workspace that is about it, of both scopes and on every connection,
       * those put by the same commit too (R21). Without `expected`, one that is gone already is done.
       */
      readonly kind: 'delete' | 'erase';
      readonly contactId: string;
      readonly expected?: Version;
      /** Versions of all its links of this connection, in any order: where it has others, fewer or more by then, it is `moved`. */
      readonly here?: readonly Version[];
      /** The same for its links elsewhere. */
      readonly elsewhere?: readonly Version[];
      /** With `delete` only: what its links become, in the same commit. */
      readonly links?: readonly LinkChange[];
    };

export interface EntryChange {
  readonly scope: Scope;
  readonly kind: string;
  readonly key: string;
  /** Null: must not exist (markers, intents). `'any'`: whatever is there is replaced (idempotent notes only). */
  readonly expected: Version | null | 'any';
  /** Replaces the entry as a whole: `dueAt` and `contactId` that are left out become null. Absent: only checked, as a lease is. */
  readonly put?: { readonly body: Json; readonly dueAt?: Millis | null; readonly contactId?: ContactRef | null } | 'delete';
}

/** All or nothing. A contact, a link or an entry appears at most once. An empty one is done. */
export interface Changeset {
  readonly rows: readonly RowChange[];
  readonly entries: readonly EntryChange[];
}

export interface RefusedRow {
  /** Index in `rows`. */
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

export type Committed =
  | {
      readonly status: 'done';
      /** The store's clock. */
      readonly at: Millis;
      /** What every link and entry that this commit put has as its version. */
      readonly version: Version;
      /** Contact id of each row, in order. */
      readonly ids: readonly string[];
      /**
       * By row index, where the table kept something else than it was given (a cut text, false for null): the fields of `set`
       * as they are now. What is not told here was kept exactly.
       */
      readonly stored?: Readonly<Record<number, Fields>>;
    }
  /** Something expected is no longer so: nothing was applied, load and plan again. */
  | { readonly status: 'moved' }
  /** The table refused rows: nothing was applied. Empty: it can't say which; the engine bisects. */
  | { readonly status: 'refused'; readonly rows: readonly RefusedRow[] };

export interface LoadQuery {
  readonly ids?: readonly string[];
  /** Rows linked to these records, live or not. */
  readonly records?: { readonly object: string; readonly ids: readonly string[] };
  /**
   * Rows whose field has one of these values, compared exactly, those of `email` in any case of their ASCII letters; all of them where
   * several share one. Never a removed contact.
   */
  readonly keys?: { readonly entity: Entity; readonly field: string; readonly values: readonly string[] };
  /**
   * Every row tells its links of other connections, too. A contact that was named by id and has links nowhere but there is
   * found `removed`, where it is not there itself.
   */
  readonly elsewhere?: boolean;
}

export interface ScanQuery {
  readonly entity: Entity;
  readonly object: string;
  /**
   * `pending`: an active link of the object whose `seen` is not the contact's version, whose `plan` is not `plan`, or
   * whose `dueAt` is not after `now`. `unlinked`: no link of the object at all. `linked`: any link of the object, removed
   * contacts too. `all`: every contact. Only `linked` has removed contacts. A superset within the entity is fine: the core
   * decides.
   */
  readonly want: 'pending' | 'unlinked' | 'linked' | 'all';
  readonly plan: string;
  readonly now: Millis;
  /** Contact id to go on after, in the order of ids; null: from the start. */
  readonly after: string | null;
  /** Most rows. Fewer come back only where no more follow. */
  readonly limit: number;
}

/**
 * Where what is known of a contact's conversations is kept: a workspace entry of this kind about the contact, whose body has the
 * two under `member`. A store that lists contacts looks there for the facts of these names.
 */
export const CONVERSATIONS = {
  kind: 'given',
  member: '$conversations',
  count: '$conversations',
  lastAt: '$last_conversation_at',
} as const;

/** Contacts in an order. A field is named as the schema does, a fact with its `$`. */
export interface ListQuery {
  readonly entity: Entity;
  /** Only who matches; null: everybody. A superset within the entity is fine: the core decides. */
  readonly where: Filter | null;
  /** As `comparePlaces` orders them. */
  readonly sort: readonly ContactSort[];
  /** Only who comes behind this place; null: from the start. */
  readonly after: Place | null;
  /** Most rows. Fewer come back only where no more follow. */
  readonly limit: number;
}

export interface EntriesQuery {
  readonly scope: Scope;
  readonly kind: string;
  readonly keys?: readonly string[];
  /** Only with a `dueAt` that is not after this. */
  readonly dueBy?: Millis;
  readonly contactId?: string;
  /** About any of these contacts. */
  readonly contactIds?: readonly string[];
  /** Key to go on after, in the order asked; it need not exist. */
  readonly after?: string;
  /** By key; default ascending. */
  readonly order?: 'ascending' | 'descending';
  /** Most entries. Fewer come back only where no more follow. */
  readonly limit: number;
}

export interface LeaseRequest {
  readonly name: string;
  readonly ttlMs: number;
  /** Who holds it: shown to whoever is told that it is busy. */
  readonly holder: string;
  /** Token of a lease that is held: renews it, also an expired one that nobody else took. One that was taken since is not renewed. */
  readonly token?: Version;
}

export type Leased =
  | { readonly held: true; readonly token: Version; readonly now: Millis }
  | { readonly held: false; readonly holder: string; readonly now: Millis };

/**
 * The lease is an entry of this kind (scope `connection`, its name as key), and its token is the version: it changes when
 * the lease is taken, not when it is renewed. A commit that expects the token is fenced: it passes as long as nobody else
 * took the lease, expired or not, and is `moved` afterwards.
 */
export const LEASE_KIND = 'lease';

export interface BoundStore {
  /** Rows found in any of the given ways, each once, ordered by id (by code point). No rows for an empty query. */
  load(query: LoadQuery): Promise<readonly Row[]>;
  /** Rows ordered by id (by code point). */
  scan(query: ScanQuery): Promise<readonly Row[]>;
  /** Contacts that match a filter, in the order asked. Optional: without it the engine reads all of them and looks itself. */
  list?(query: ListQuery): Promise<readonly Row[]>;
  entries(query: EntriesQuery): Promise<readonly Entry[]>;
  /**
   * Atomic, and at once visible to every bound store. Where anything expected is no longer so, nothing is applied. A repeated
   * commit whose answer was lost answers `moved` and changes nothing, if it inserts or expects something that it changes.
   *
   * The version of a link or an entry never comes back, not even after a delete: whoever holds an old one is told `moved`. That
   * of a contact may, with the very content it had then (a version made of the row's values).
   */
  commit(changes: Changeset): Promise<Committed>;
  /** Takes a free or expired lease, or renews one, by the store's clock. */
  lease(request: LeaseRequest): Promise<Leased>;
  /** Gives it back early; nothing happens if the token is no longer the lease's. */
  release(name: string, token: Version): Promise<void>;
}

/**
 * One per process, for all tenants; the engine binds it. Nothing of another workspace is ever visible through a bound
 * store, nor links and connection entries of another connection. Ids, names and keys are any well-formed text that is not
 * empty and has no NUL; nothing in them has a meaning for the store.
 *
 * @throws CrmSyncError of category `store` where the storage can't be reached.
 */
export interface ContactStore {
  readonly specVersion: 1;
  bind(scope: { readonly workspace: string; readonly connection: string }): BoundStore;
}
