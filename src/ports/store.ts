import type { Entity, Link, Version } from '../core/link.ts';
import type { Fields, Json, Millis } from '../core/value.ts';

/** A link as stored. */
export interface StoredLink extends Link {
  readonly contactId: string;
  readonly version: Version;
}

/** A contact (or company) with its links of the bound connection. */
export interface Row {
  readonly id: string;
  readonly entity: Entity;
  /** All fields that are stored; one that is missing here counts as null. */
  readonly fields: Fields;
  readonly version: Version;
  readonly links: readonly StoredLink[];
  /** The host removed the contact, its links are still here. `fields` is empty and `version` is `''`. */
  readonly removed?: true;
}

/** Analysis markers, queues, claims and history are the workspace's; checkpoints, runs and activities the connection's. */
export type Scope = 'workspace' | 'connection';

/** A row of the store's one table of checkpoints, runs, markers, activities, queues, retries, claims, history. */
export interface Entry {
  readonly scope: Scope;
  readonly kind: string;
  /** Unique with scope and kind. Keys sort by code point. */
  readonly key: string;
  readonly body: Json;
  readonly version: Version;
  readonly dueAt: Millis | null;
  /** Whom it is about: erasing the contact removes it. */
  readonly contactId: string | null;
}

/** A contact by id, or the one that row number `row` of the same changeset inserts. */
export type ContactRef = string | { readonly row: number };

export interface LinkChange extends Omit<Link, 'seen'> {
  /** Null: there must be no link of this contact and object, live or not. */
  readonly expected: Version | null;
  /** `'after'`: the version this very commit gives the contact. */
  readonly seen: Version | null | 'after';
}

/** One contact in a changeset. */
export type RowChange =
  | {
      readonly kind: 'insert';
      readonly entity: Entity;
      /** Used unless the host's table makes its own ids. */
      readonly suggestedId: string;
      readonly set: Fields;
      readonly links?: readonly LinkChange[];
    }
  | {
      readonly kind: 'update';
      readonly contactId: string;
      /** Contact version that must still be there. Absent only for the acknowledgement of a CRM write (R5), which sets no field. */
      readonly expected?: Version;
      /** Changed fields only: the host's other columns survive. Absent or empty: the contact keeps its version. */
      readonly set?: Fields;
      readonly links?: readonly LinkChange[];
    }
  | {
      /** `delete` removes the contact and keeps links and entries; `erase` removes everything with its id (R21). */
      readonly kind: 'delete' | 'erase';
      readonly contactId: string;
      readonly expected?: Version;
      /** With `delete`: what its links become, in the same commit. */
      readonly links?: readonly LinkChange[];
    };

export interface EntryChange {
  readonly scope: Scope;
  readonly kind: string;
  readonly key: string;
  /** Null: must not exist (markers, intents). `'any'`: whatever is there is replaced (idempotent notes only). */
  readonly expected: Version | null | 'any';
  /** Absent: only checked, as a lease is. */
  readonly put?: { readonly body: Json; readonly dueAt?: Millis | null; readonly contactId?: ContactRef | null } | 'delete';
}

/** All or nothing. A contact or an entry appears at most once. */
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
      /** Contact id of each row, in order. */
      readonly ids: readonly string[];
      /** By row index, where the table kept something else than it was given (a cut text, false for null). */
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
  /** Rows whose field has one of these values. */
  readonly keys?: { readonly entity: Entity; readonly field: string; readonly values: readonly string[] };
}

export interface ScanQuery {
  readonly entity: Entity;
  readonly object: string;
  /**
   * `pending`: an active link of the object whose `seen` is not the contact's version, whose `plan` is not `plan`, or
   * whose `dueAt` is not after `now`. `unlinked`: no link of the object at all. `linked`: any link of the object, removed
   * contacts too. `all`: every contact. A superset is fine: the core decides.
   */
  readonly want: 'pending' | 'unlinked' | 'linked' | 'all';
  readonly plan: string;
  readonly now: Millis;
  /** Contact id to go on after, in the order of ids; null: from the start. */
  readonly after: string | null;
  readonly limit: number;
}

export interface EntriesQuery {
  readonly scope: Scope;
  readonly kind: string;
  readonly keys?: readonly string[];
  /** Only with a `dueAt` that is not after this. */
  readonly dueBy?: Millis;
  readonly contactId?: string;
  /** Key to go on after, in the order asked. */
  readonly after?: string;
  /** By key; default ascending. */
  readonly order?: 'ascending' | 'descending';
  readonly limit: number;
}

export interface LeaseRequest {
  readonly name: string;
  readonly ttlMs: number;
  /** Who holds it: shown to whoever is told that it is busy. */
  readonly holder: string;
  /** Token of a lease that is held: renews it. */
  readonly token?: Version;
}

export type Leased =
  | { readonly held: true; readonly token: Version; readonly now: Millis }
  | { readonly held: false; readonly holder: string; readonly now: Millis };

/** The lease is an entry of this kind (scope `connection`, its name as key): a commit that expects its token is fenced. */
export const LEASE_KIND = 'lease';

export interface BoundStore {
  /** Rows of any of the given kinds, each once, ordered by id. No rows for an empty query. */
  load(query: LoadQuery): Promise<readonly Row[]>;
  /** Rows ordered by id. */
  scan(query: ScanQuery): Promise<readonly Row[]>;
  entries(query: EntriesQuery): Promise<readonly Entry[]>;
  /** Atomic. A repeated commit whose answer was lost answers `moved` and changes nothing. */
  commit(changes: Changeset): Promise<Committed>;
  /** Takes a free or expired lease, or renews one, by the store's clock. */
  lease(request: LeaseRequest): Promise<Leased>;
  /** Gives it back early; nothing happens if the token is no longer the lease's. */
  release(name: string, token: Version): Promise<void>;
}

/**
 * One per process, for all tenants; the engine binds it. Nothing of another workspace is ever visible through a bound
 * store, nor links and connection entries of another connection.
 *
 * @throws CrmSyncError of category `store` where the storage can't be reached.
 */
export interface ContactStore {
  readonly specVersion: 1;
  bind(scope: { readonly workspace: string; readonly connection: string }): BoundStore;
}
