import type { Activity, ActivityLimits, ActivityPart } from '../core/activity/activity.ts';
import type { TextFormat } from '../core/activity/text-format.ts';
import type { Finding } from '../core/checks/finding.ts';
import type { Filter } from '../core/mapping/filter.ts';
import type { DescribedObject } from '../core/schema/described.ts';
import type { FieldVersion } from '../core/sync/overwritten.ts';
import type { Json, Millis, Value } from '../core/values/value.ts';
import type { Members, MembersQuery } from './members.ts';
import type { Related, RelatedQuery } from './related.ts';

/** What every call gets. */
export interface Call {
  /** Cuts a read in flight. A write looks at it before sending, never during (R4). */
  readonly signal: AbortSignal;
  /** The engine's clock: `requestedAt` is told in it. */
  readonly now: () => Millis;
  /**
   * By `now()`: no write is sent after it, nor sent again, for what it is based on may have changed since. What was not sent
   * by then is `not_sent` with code `too_late`. Absent: it can be sent at any time.
   */
  readonly notAfter?: Millis;
  /** A person waits for it: where requests have to wait for each other, it goes before those of the background. */
  readonly interactive?: boolean;
  /** Told of each HTTP request to the CRM, once its answer (or the lack of one) is known. */
  readonly onRequest?: (request: RequestSeen) => void;
}
export interface RequestSeen {
  /** Method and a path without ids or values: `POST /composite/sobjects`. */
  readonly operation: string;
  /** HTTP status; null: no answer. */
  readonly status: number | null;
  /** The account's calls of the day so far, where the CRM says so. */
  readonly usage?: { readonly used: number; readonly limit: number };
}

/** What the CRM says of one record id. Only `deleted` and `merged` are positive evidence (R14). */
export type Fetched = { readonly id: string } & (
  | {
      readonly state: 'present';
      /** The CRM's stamp, ISO 8601 UTC. */
      readonly modifiedAt: string;
      /** Canonical values by CRM field. A field that was not readable is absent, which is not null (R15). */
      readonly values: Readonly<Record<string, Value>>;
    }
  | { readonly state: 'deleted' }
  /** Another record took over: of the same object, or of `successorObject` (a lead that was converted to a contact). */
  | { readonly state: 'merged'; readonly successor: string; readonly successorObject?: string }
  /** No answer for this id: hidden, or gone without evidence. */
  | { readonly state: 'missing' }
  | { readonly state: 'unreadable'; readonly code: string; readonly remedy: string }
);

export interface ReadQuery {
  readonly object: string;
  /** CRM fields and dotted paths; those that describe does not show come back absent. */
  readonly fields: readonly string[];
  /** For the first read of everything; reads of changes carry no filter (R16): the engine evaluates it on each record. */
  readonly filter: Filter | null;
  /** A checkpoint of this object and these fields, or null to read everything. */
  readonly from: Json | null;
  /** At most so many records in all, for a test sync. */
  readonly limit?: number;
}

export interface Page {
  readonly records: readonly Fetched[];
  /** `call.now()` before the request whose snapshot this is: for a cursor, the request that opened it. */
  readonly requestedAt: Millis;
  /** Where to go on after this page, in the CRM's own time (R23). Flat JSON, opaque to the engine. */
  readonly checkpoint: Json;
  /** Nothing more for now: the checkpoint stands for changes that are still to come. */
  readonly last: boolean;
}

export interface Association {
  readonly object: string;
  readonly id: string;
}

/** One record to create (`id: null`) or update. Values are canonical; null clears. */
export interface Write {
  /** Operation id, ours; sent to the CRM where it has a place for it. */
  readonly op: string;
  readonly object: string;
  readonly id: string | null;
  readonly values: Readonly<Record<string, Value>>;
  /** With `id: null`: what the new record is tied to. With an id, and capability `reties` only: ties to add; what is tied already stays so. */
  readonly associations?: readonly Association[];
  /** With an id, and capability `reties` only: ties to take away. One that is not there any more is nothing to do, and no other one goes. */
  readonly untie?: readonly Association[];
  /** With `id: null`: upsert by this field, allowed only where describe shows it unique. */
  readonly uniqueKey?: { readonly field: string; readonly value: string };
}

/** What became of a write (R4). Anything unclear after the first byte is `unknown`. */
export type Wrote =
  | {
      readonly outcome: 'done';
      readonly id: string;
      readonly created: boolean;
      /** What is known to be in the record now, where it may differ from what was sent. */
      readonly values: Readonly<Record<string, Value>>;
      readonly modifiedAt?: string;
    }
  /** `successorObject`: as in `Fetched`. */
  | { readonly outcome: 'gone'; readonly successor?: string; readonly successorObject?: string }
  | {
      readonly outcome: 'refused';
      readonly code: string;
      readonly remedy: string;
      /** The CRM field at fault, where it says so. */
      readonly field?: string;
      /** The same write may succeed later: a row lock, a limit. */
      readonly retryable: boolean;
      /** With code `duplicate`: the record that is there already. */
      readonly existing?: string;
    }
  | { readonly outcome: 'not_sent' | 'unknown'; readonly code: string; readonly remedy: string };

export interface FindQuery {
  readonly object: string;
  /** A CRM field; or `$phone` (all phone fields, compared as E.164), `$email`, `$activity` (the key of an activity). */
  readonly by: '$phone' | '$email' | '$activity' | (string & {});
  readonly values: readonly string[];
  /** CRM fields to return. */
  readonly fields: readonly string[];
  /** For `$activity`: ISO time of the conversation, which bounds the search, and the record it was logged on. */
  readonly near?: string;
  readonly record?: { readonly object: string; readonly id: string };
}
export interface FoundRecords {
  readonly found: readonly { readonly value: string; readonly record: Fetched }[];
  /** Every write that the CRM accepted before this time of its own clock would have been found. */
  readonly completeUntil: Millis;
}

/** The CRM's own form of an activity: what to write, and where its key is kept. */
export interface ActivityRecord {
  readonly object: string;
  readonly values: Readonly<Record<string, Value>>;
  /** Fields that can only be set on create: left out of an update. */
  readonly createOnly: readonly string[];
  readonly associations?: readonly Association[];
  /** The field that holds `activity.key` and is proven unique, so that a create may be sent again as an upsert. */
  readonly uniqueKey?: { readonly field: string; readonly value: string };
  /**
   * The field of `values` that holds the text, and the parts that it is composed of. A later delivery then changes only its own
   * parts of what stands there, and what people wrote around them stays. Absent: an edited text is left alone as a whole.
   */
  readonly text?: ActivityText;
}

/** The value of `field` is `composeText(parts, { format, max })`. */
export interface ActivityText {
  readonly field: string;
  readonly format: TextFormat;
  /** Most characters that the field holds, in the format. */
  readonly max: number;
  readonly parts: readonly ActivityPart[];
}

/**
 * What a connector can do beside what every one must, as data. Together with which optional methods are there, it is what
 * the engine and the contract suite branch on; nobody branches on `provider`. What is absent is something it can't do: a
 * mapping or a call that needs it is refused before it runs.
 */
export interface Capabilities {
  readonly fetchBatchMax: number;
  /** The CRM field of the match keys, used where a mapping names none: `{ phone_number: 'Phone', email: 'Email' }`. */
  readonly matchFields?: Readonly<Record<string, string>>;
  /** Fields that hold when a record was made; an object has one of them. A look-up goes by it where several share a number. */
  readonly createdFields?: readonly string[];
  /** Dotted paths are read like fields: those of a parent record (`Account.Name`) or of an object within the record. */
  readonly parents?: boolean;
  /** With `find`: it searches all phone fields, all email fields, beside single fields that describe calls filterable. */
  readonly findsBy?: readonly ('$phone' | '$email')[];
  /** With `write`, and needed there: most items of one batch. */
  readonly writeBatchMax?: number;
  /** With `write`, and needed there: how long one request may take, in ms. It is given up then. */
  readonly requestTimeoutMs?: number;
  /** With `write`, and needed there: how long a request that was given up may still take effect, in ms. */
  readonly settleMs?: number;
  /** With `write`: the items of one batch must share an object. */
  readonly writeOneObject?: boolean;
  /** With `write`: it makes records (`id: null`) of mapped objects, beside changing them. */
  readonly creates?: boolean;
  /** With `activityRecord`, and needed there: how much an activity holds. */
  readonly activity?: ActivityLimits;
  /**
   * With `activityRecord`: an update changes what an activity is tied to, beside its values. All of it may be done again without
   * harm, so that one that was done in part is sent again. Where an activity holds one tie, another one takes its place.
   */
  readonly reties?: boolean;
  /** With `related`, and needed there: most ids of one call. */
  readonly relatedBatchMax?: number;
  /**
   * With `related`: further names that it answers, which are no associations. A field with `contactDependent` and such a key has
   * these options: `{ const: 'billable', title: 'Billable' }` of a client's rates.
   */
  readonly relatedFields?: readonly string[];
  /** Objects whose records may become a record of another one: `{ Lead: 'Contact' }`. A pull reads them first. */
  readonly becomes?: Readonly<Record<string, string>>;
  /** What `writeBulk` takes: worth its while from `min` writes on, at most `max`, over after `timeoutMs`. */
  readonly bulk?: { readonly min: number; readonly max: number; readonly timeoutMs: number };
  /** API calls that this connection may make in 24 hours; the last `reserve` of them are for calls that a person waits for. */
  readonly budget?: { readonly callsPerDay: number; readonly reserve: number };
}

/** `at`: ISO 8601 UTC. */
export interface FieldTime {
  readonly id: string;
  readonly field: string;
  readonly at: string;
  /** All that the CRM still knows of the field, oldest first, its present value included. Absent: it tells no values. */
  readonly versions?: readonly FieldVersion[];
}

/** A user of the CRM who may own records and activities. */
export interface Owner {
  /** What `owners` in the settings names. */
  readonly id: string;
  readonly name: string;
  readonly email?: string;
  readonly active: boolean;
}

/** What a check is to look at. */
export interface CheckQuery {
  /** CRM objects of the mappings. */
  readonly objects: readonly string[];
  /** CRM fields and dotted paths that are read, by object: of rules and filters. */
  readonly reads: Readonly<Record<string, readonly string[]>>;
  /** CRM fields that are written, by object: of rules, defaults and the id field. An object that is only read is absent. */
  readonly writes: Readonly<Record<string, readonly string[]>>;
  /** Conversations are to be logged. */
  readonly activities: boolean;
}

export interface Account {
  /** Salesforce org id, HubSpot portal id: another one under the same connection stops every flow. */
  readonly id: string;
  readonly userId?: string;
}

/**
 * A CRM. Account, describe, read and fetch are what a pull needs, and all that a connector must have; each further method
 * is an ability of its own. Every method may be called by several callers at once; an empty input costs no request.
 *
 * @throws CrmSyncError categories `authentication`, `permission`, `rate_limit`, `configuration`, `network`, `server`.
 */
export interface CrmConnector {
  /** Changes only when this interface breaks. */
  readonly specVersion: 1;
  readonly provider: string;
  readonly capabilities: Capabilities;
  /** Whose data this is. Kept by the connector after the first answer. */
  account(call: Call): Promise<Account>;
  /** Fields the connected user can see. May be kept by the connector for a while. */
  describe(object: string, call: Call): Promise<DescribedObject>;
  /**
   * Pages of records; may repeat a record, never skips one. At least one page, with a checkpoint. The next page may be asked for
   * before the one before it is committed: a checkpoint that was given once stays good.
   */
  read(query: ReadQuery, call: Call): AsyncIterable<Page>;
  /** One answer per id, in order. At most `fetchBatchMax` ids. */
  fetch(
    query: { readonly object: string; readonly ids: readonly string[]; readonly fields: readonly string[] },
    call: Call,
  ): Promise<readonly Fetched[]>;
  /**
   * Records that have these values, so that nothing is made twice. Compares with the record as it is now.
   *
   * @throws CrmSyncError `configuration` where it can't search by this: an empty answer would be taken for the truth.
   */
  find?(query: FindQuery, call: Call): Promise<FoundRecords>;
  /**
   * One request, at most `writeBatchMax` items, one outcome per item in order. Throws only if nothing was sent; a
   * refused record is an outcome and never rejects the batch. Needed for outbound rules.
   */
  write?(batch: readonly Write[], call: Call): Promise<readonly Wrote[]>;
  /**
   * The same for many writes of one kind, as one job of the CRM. With capability `bulk` only. Throws only if nothing was
   * written; what a job that ended too late has become of is `unknown`. Never with `notAfter`: nobody knows when a job gets
   * to a record.
   */
  writeBulk?(batch: readonly Write[], call: Call): Promise<readonly Wrote[]>;
  /**
   * How the CRM keeps this activity. Pure but for what describe needs. Needed for logging conversations, together with
   * `write`, which makes the activity, and `find`, which finds it by `$activity`.
   */
  activityRecord?(activity: Activity, call: Call): Promise<ActivityRecord>;
  /**
   * When fields of records were last changed, by the CRM's own history of each. What it does not know is left out. Asked for
   * where `newest` can't decide by the record's stamp, and after writes, to find what went under them; at most `fetchBatchMax` ids.
   */
  fieldTimes?(
    query: { readonly object: string; readonly ids: readonly string[]; readonly fields: readonly string[] },
    call: Call,
  ): Promise<readonly FieldTime[]>;
  /**
   * The records that others are tied to, as options of a form: one answer for each id and name, in any order, as soon as it is
   * known, so that whoever is out of time keeps what came. The number of requests does not grow with the number of records, a
   * batch of the CRM's aside. What is wrong with one name or record is its answer; what stops all of them is thrown.
   */
  related?(query: RelatedQuery, call: Call): AsyncIterable<Related>;
  /**
   * Everybody of whom a path of a filter is true, where coming or going does not touch the record, as with the members of a
   * campaign: a pull compares them with the links to find who has left. Null for any other path, without a request.
   */
  members?(query: MembersQuery, call: Call): Promise<Members | null>;
  /** Users who may own records and activities. */
  owners?(call: Call): Promise<readonly Owner[]>;
  /**
   * Credentials, permissions, scopes and limits: what the account itself says. What goes wrong is a finding; it throws only
   * when the signal aborts. Afterwards `describe` says what is there now: the engine checks mappings against it itself.
   */
  check?(query: CheckQuery, call: Call): Promise<readonly Finding[]>;
}

/** Capabilities that every complete connector states. */
type Stated = 'matchFields' | 'writeBatchMax' | 'requestTimeoutMs' | 'settleMs' | 'activity';

/** A connector that reads, finds, writes and logs: what `salesforce()` and `hubspot()` are. */
export interface CompleteConnector extends CrmConnector {
  readonly capabilities: Capabilities & Required<Pick<Capabilities, Stated>>;
  find: NonNullable<CrmConnector['find']>;
  write: NonNullable<CrmConnector['write']>;
  activityRecord: NonNullable<CrmConnector['activityRecord']>;
}

/** What a connector does, without what it is. */
export type ConnectorCalls = Omit<CompleteConnector, 'specVersion' | 'provider' | 'capabilities'>;
