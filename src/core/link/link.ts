import type { Millis, Value } from '../values/value.ts';
import type { ConflictReason } from './conflict-types.ts';

/** Opaque; differs after any change of the thing it versions, whoever made it. Only compared for equality. */
export type Version = string;

/** What kind of row of the host a record belongs to. */
export type Entity = 'contact' | 'company';

/**
 * The pair of values last agreed on, one spelling per side (R1). Local is compared with `local`, remote with `remote`.
 * No pair at all means that the two sides never agreed.
 */
export interface Agreed {
  readonly local: Value;
  readonly remote: Value;
  /** The local half did not come from this CRM: it was sent there, or was here before the two met. */
  readonly ours?: true;
}

/** What was agreed on, as a link keeps it: a value alone is both halves of its pair, and came from the CRM. Null is a value. */
export type Pair = Agreed | Value;

/** Values of a CRM write whose outcome is not settled (R3). Until `until` nobody else writes this record (R8). */
export interface Sent {
  /** Operation id, ours. */
  readonly op: string;
  readonly at: Millis;
  readonly until: Millis;
  /** By mapping key. */
  readonly values: Readonly<Record<string, Agreed>>;
}

/** A field that the CRM refuses for now (R12): costs no call until it is due, its value changes, or the mapping does. */
export interface Held {
  readonly code: string;
  readonly remedy: string;
  readonly valueHash: string;
  /** Null: only a changed value or mapping brings it back. */
  readonly retryAt: Millis | null;
}

/**
 * A field that waits for a decision. `manual` and `merge`: nothing is taken or sent for it. `rewritten`: the CRM keeps
 * undoing what is sent, so nothing is sent.
 */
export interface OpenConflict {
  /** Of the conflict's own record. */
  readonly id: string;
  /** Contact field: the rule that named it may be gone. */
  readonly field: string;
  readonly kind: 'manual' | 'merge' | 'rewritten';
  readonly reason: ConflictReason | 'rewritten';
  readonly since: Millis;
  /** Both sides as they were last seen; `incoming` is `remote` in the field's own type. */
  readonly local: Value;
  readonly remote: Value;
  readonly incoming: Value;
  /** When each side changed, as far as that was known. */
  readonly times: KnownTimes | null;
}

/** `remote` is an upper bound unless it is exact. */
export interface KnownTimes {
  readonly local: Millis | null;
  readonly remote: Millis | null;
  readonly remoteIsExact: boolean;
}

export type LinkState = 'creating' | 'active' | 'ambiguous' | 'missing' | 'left_filter' | 'tombstone' | 'superseded' | 'declined';

/** Contact ↔ record of one connection. The link is the identity (P11). All times are the store's clock. */
export interface Link {
  /** Ours; a contact may have several links of an object, of which one at most is live. */
  readonly id: string;
  readonly object: string;
  /** Null while `creating` or `declined`. Unique with object among live links. */
  readonly recordId: string | null;
  readonly state: LinkState;
  /** Contact version at which nothing was left to send; null: never looked at. */
  readonly seen: Version | null;
  /** Fingerprint of the mapping and types it was planned with. */
  readonly plan: string;
  /** Earliest retry of a held field or end of an open intent. */
  readonly dueAt: Millis | null;
  /** When `base` last changed, or the record came back: a snapshot requested earlier is stale (R6). */
  readonly syncedAt: Millis;
  readonly body: LinkBody;
}

/** One JSON column, opaque to the store. All keys are mapping keys (`ruleKey`). */
export interface LinkBody {
  readonly base: Readonly<Record<string, Pair>>;
  readonly sent: readonly Sent[];
  readonly held: Readonly<Record<string, Held>>;
  /** Absent: no field waits for a decision. */
  readonly open?: Readonly<Record<string, OpenConflict>>;
  /** What the CRM held where our last write of a field replaced it, as marks; until that field moves in the CRM. */
  readonly over?: Readonly<Record<string, Value>>;
  /** Values that somebody has decided this CRM is to have, as marks, until they are sent: who gave them does not count (R25). */
  readonly decided?: Readonly<Record<string, Value>>;
  /** Newest CRM stamp that was planned. */
  readonly modifiedAt: string | null;
  /** The record that a merge in the CRM left, or that this one was converted to. */
  readonly successor?: string;
  /** Where that is a record of another object. */
  readonly successorObject?: string;
}

export const EMPTY_BODY: LinkBody = { base: {}, sent: [], held: {}, modifiedAt: null };

/** States in which a contact holds its record: no other link of the object may have either of them. */
export const LIVE_STATES: readonly LinkState[] = ['creating', 'active', 'ambiguous', 'missing', 'left_filter'];
export const isLive = (state: LinkState): boolean => LIVE_STATES.includes(state);

/** A snapshot taken this soon after a link changed may still show the record as it was (R6). */
const SNAPSHOT_MARGIN_MS = 2_000;

/** What the CRM showed then may be from before the link became what it is: of another request, and so of another time, if not `fresh`. */
export const isFromBefore = (
  link: Pick<Link, 'syncedAt'>,
  { readAt, fresh }: { readonly readAt: Millis; readonly fresh: boolean },
): boolean => readAt < link.syncedAt + (fresh ? 0 : SNAPSHOT_MARGIN_MS);
