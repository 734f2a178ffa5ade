import type { DescribedField } from '../../../core/schema/described.ts';
import type { Millis, Value } from '../../../core/values/value.ts';
import type { CrmConnector } from '../../../ports/connector.ts';
import type { Make, WrittenCase } from '../contract-case.ts';

/**
 * What a CRM and its connector may be able to do, beside what every connector must. Each comes with the members of
 * `CrmUnderTest` or `CrmFields` that it names. What is not declared is not checked: declare all that is there.
 *
 * - `finds`: the connector has `find`. `writes`: it has `write`. `creates`: and makes records with it.
 * - `emails`, `phones`: `finds`, and `fields.email`, `fields.phone`: records are found by `$email`, `$phone`.
 * - `uniqueKeys`: `creates`, and `fields.unique`.
 * - `parents`: `parent`. `hiddenParents`: and `unshare`. `parentChanges`: and `parent.rename`, and reads of changes bring
 *   the children of a parent that has changed.
 * - `hiding`: `hide`. `unsharing`: `unshare`.
 * - `removals`: `remove`, and the connector tells `deleted`. `removalsInReads`: and reads of changes bring it.
 * - `merges`: `merge`, and the connector tells `merged`. `mergesInReads`: and reads of changes bring it.
 * - `lateCommits`: `addLate`.
 * - `faults`: `fault`. `refreshes`: and the connector gets a new access token. `holds`: `hold`. `faultyFetch` has both.
 * - `memberships`: the connector has `members`, and `membership`.
 * - `relates`: the connector has `related`, and `related`.
 * - `activities`: `finds` and `writes`, and activities that were logged on a record of `object` are found by their key.
 * - `reties`: `activities` and `ties`: an update changes what an activity is tied to.
 */
export type ConnectorCapability =
  | 'finds'
  | 'writes'
  | 'creates'
  | 'emails'
  | 'phones'
  | 'uniqueKeys'
  | 'parents'
  | 'hiddenParents'
  | 'parentChanges'
  | 'hiding'
  | 'unsharing'
  | 'removals'
  | 'removalsInReads'
  | 'merges'
  | 'mergesInReads'
  | 'lateCommits'
  | 'faults'
  | 'refreshes'
  | 'holds'
  | 'memberships'
  | 'relates'
  | 'activities'
  | 'reties';

/** Canonical values by CRM field. */
export type CrmValues = Readonly<Record<string, Value>>;

/** A record as it is in the CRM now. */
export interface CrmRecord {
  readonly id: string;
  readonly values: CrmValues;
}

/** Fields of `CrmUnderTest.object`, by API name. */
export interface CrmFields {
  /** Free text of 40 characters or more. The connected user may write it, clear it and find records by it. */
  readonly text: string;
  /** Shown to the connected user, who can't write it. */
  readonly readOnly: string;
  readonly email?: string;
  readonly phone?: string;
  /** Text; no two records share a value, and an upsert by it is possible. */
  readonly unique?: string;
}

/** What can go wrong with a request. */
export type CrmFault =
  /** It is carried out, then the connection breaks. */
  | 'lost_ack'
  /** It is carried out, and its answer is cut in the middle. */
  | 'garbled'
  /** The connection breaks before anything is done, and nobody can know that. */
  | 'network'
  /** No connection can be made: the host name is not found. */
  | 'unreachable'
  /** The CRM is too busy for it; nothing is done. */
  | 'unavailable'
  /** The account's API calls are used up; nothing is done. */
  | 'limit'
  /** Its access token is no longer good, and another one can be had; where none ever can, the same as `revoked`. */
  | 'expired_session'
  /** Its access token is no longer good, and no other one can be had. */
  | 'revoked';

/** A request of this kind: one that changes something, or not. Requests for tokens are neither. */
export type RequestKind = 'read' | 'write';

export interface HeldRequest {
  /** The CRM has carried it out. */
  readonly arrived: Promise<void>;
  /** Lets the answer go, as if the CRM had worked on it until now. */
  release(): void;
}

/** A CRM whose connector is tested, and what a test may do there. A driver of a real account may be slow: await everything. */
export interface CrmUnderTest {
  /** API name of an object without records, which the connected user may read, create and update. */
  readonly object: string;
  readonly fields: CrmFields;
  /** What a record of `object` must have beside the fields of a case. */
  readonly required: CrmValues;
  /** What describe says of some fields of `object`: at least of one with options, where the CRM has such. */
  readonly described: readonly (Pick<DescribedField, 'name' | 'type'> & Partial<DescribedField>)[];
  /** Values that the CRM keeps as they are, of every type that the connector writes. */
  readonly samples: CrmValues;
  /** So many records make at least three pages of a read. */
  readonly severalPages: number;
  /** Ids of the CRM's form that no record has. */
  readonly strangers: readonly string[];
  /** Access tokens and the like that are in use: nobody may ever see them. */
  readonly secrets: readonly string[];

  /** The CRM's clock; it need not agree with ours. */
  now(): Millis;
  /** Time passes, for the CRM and for the connector. Indexes that are not late for longer catch up. */
  advance(ms: number): Awaitable<void>;
  /** How long a change may stay unseen by reads and finds, in ms. Default 0. */
  readonly lagMs?: number;
  /** Requests that the CRM was sent so far, those for tokens left out. */
  calls(): number;

  /** Adds a record, as somebody else would. */
  add(values: CrmValues): Awaitable<string>;
  edit(id: string, values: CrmValues): Awaitable<void>;
  /** All live records of an object. */
  records(object: string): Awaitable<readonly CrmRecord[]>;
  /** Into the recycle bin. */
  remove?(id: string): Awaitable<void>;
  /** Merges `loser` into `winner`; answers the id of the record that is left. */
  merge?(winner: string, loser: string): Awaitable<string>;
  /** Takes a field of `object` from the connected user. */
  hide?(field: string): Awaitable<void>;
  /** Takes a record from the connected user; it is not deleted. */
  unshare?(id: string): Awaitable<void>;
  /** A record that is stamped now and becomes visible `ms` later: of a transaction that takes so long. */
  addLate?(values: CrmValues, ms: number): Awaitable<void>;
  readonly parent?: {
    /** Dotted path to a text field of a parent, such as `Account.Name`. */
    readonly path: string;
    /** Gives the record a new parent with this text; answers the parent's id. */
    give(id: string, text: string): Awaitable<string>;
    /** Gives a parent another text; nobody touches its children. */
    rename?(parentId: string, text: string): Awaitable<void>;
  };
  /** What an activity can be tied to beside the record that it is logged on. */
  readonly ties?: {
    /** API name of their object. */
    readonly object: string;
    add(): Awaitable<string>;
    /** Ids of the records of this object that the activity is tied to now. */
    of(activity: { readonly object: string; readonly id: string }): Awaitable<readonly string[]>;
    /** Ids of the records of `CrmUnderTest.object` that it is tied to. */
    people(activity: { readonly object: string; readonly id: string }): Awaitable<readonly string[]>;
  };
  readonly related?: {
    /** An association of `object`, whose records are open or closed. */
    readonly to: string;
    /** Names of no association: an object, a label that the CRM does not have. */
    readonly unknown: readonly string[];
    /** A new record with this title that `id` is tied to in this way; answers its id. `closed`: nobody works on it any more. */
    give(id: string, title: string, how?: { readonly closed?: true }): Awaitable<string>;
  };
  readonly membership?: {
    /** True of a record that is a member; joining and leaving does not touch the record. */
    readonly path: string;
    join(id: string): Awaitable<void>;
    leave(id: string): Awaitable<void>;
    /** What records are members of is gone. */
    end(): Awaitable<void>;
  };
  /** The next `times` (default 1) requests of this kind meet a fault. */
  fault?(what: CrmFault, on: RequestKind, times?: number): Awaitable<void>;
  /** The next request of this kind is carried out, and its answer held back. */
  hold?(on: RequestKind): HeldRequest;
}

export type Awaitable<T> = T | Promise<T>;

export interface ConnectorUnderTest {
  readonly crm: CrmUnderTest;
  /** A connector to this CRM that has made no request yet, as a process has that was started anew. */
  connect(): CrmConnector;
}

/** A case of the contract as it is written down here. */
export type ConnectorCase = WrittenCase<ConnectorUnderTest, ConnectorCapability>;
export type MakeConnector = Make<ConnectorUnderTest>;
