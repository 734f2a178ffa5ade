import type { ConflictReason } from '../link/conflict-types.ts';
import type { Flip } from '../link/flips.ts';
import type { Agreed, KnownTimes, Link, LinkBody, LinkState, OpenConflict, Version } from '../link/link.ts';
import type { Fields, Millis, Value } from '../values/value.ts';
import type { FieldReason } from './three-way.ts';

/** A contact as a planner needs it. Fields that are missing count as null. */
export interface PlannedContact {
  readonly id: string;
  readonly fields: Fields;
  /** Needed where links are given: `seen` is compared with it. */
  readonly version?: Version;
  /** The host removed it; only its links are left. */
  readonly removed?: boolean;
  /** Fields whose value another CRM gave, and which are not passed on to this one (R25). */
  readonly foreign?: readonly string[];
}

export interface PlannedLink extends Link {
  readonly contactId: string;
}

/** One field of a contact that changes, and why. */
export interface FieldChange {
  readonly field: string;
  readonly before: Value;
  readonly after: Value;
  readonly reason: FieldReason;
  /** The mapping key (CRM field) it came from. */
  readonly rule: string;
}

export interface RefusedField {
  readonly recordId: string | null;
  readonly contactId: string | null;
  readonly field: string;
  readonly crm: string;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** Both sides changed one field. Nothing is lost: both values are here, whoever won. */
export interface Conflict {
  /** Of its record; sorts by time. */
  readonly id: string;
  readonly since: Millis;
  /** `moved`: an open one, one side of which has changed again. `closed`: it was open, and is over without the host. */
  readonly event: 'found' | 'moved' | 'closed';
  readonly recordId: string;
  readonly contactId: string;
  readonly field: string;
  readonly crm: string;
  readonly base: Agreed | null;
  readonly local: Value;
  /** The CRM's canonical value, and the same in the field's own type. */
  readonly remote: Value;
  readonly incoming: Value;
  /** When each side changed, as far as that is known. */
  readonly times: KnownTimes | null;
  /** `value`: a third one. Null: nobody, or nobody yet. */
  readonly winner: 'crm' | 'local' | 'value' | null;
  readonly value?: Value;
  readonly reason: ConflictReason | 'rewritten' | EndReason;
  /** Who has to decide: the host (`manual`, `rewritten`) or the merger. Null: it is decided. */
  readonly open: OpenConflict['kind'] | null;
}

/** Why an open conflict is over without anybody having decided it. */
export type EndReason =
  | 'sides_agree'
  | 'mapping_changed'
  /** A field that the CRM rewrote is tried again: nothing was sent to it for long enough. */
  | 'left_alone'
  /** Another conflict of the same field has taken its place. */
  | 'replaced'
  /** The contact has lost its record. */
  | 'link_closed'
  | 'contact_removed';

/** What a link becomes. `seen: 'after'`: nothing is left to send once the contact is as planned. */
export interface LinkPlan {
  readonly object: string;
  readonly recordId: string;
  readonly state: LinkState;
  readonly plan: string;
  readonly seen: Version | null | 'after';
  /** The pair changed: snapshots requested before this commit are stale from now on (R6). */
  readonly rebased: boolean;
  readonly body: LinkBody;
}

export type SkipReason =
  | 'filtered'
  | 'no_match_key'
  | 'ambiguous'
  | 'contact_removed'
  | 'superseded'
  | 'deleted'
  | 'merged'
  | 'missing'
  | 'erased'
  | 'unknown_record';

interface RecordOutcome {
  readonly recordId: string;
  readonly refused: readonly RefusedField[];
  readonly conflicts: readonly Conflict[];
  /** CRM fields of outbound-only rules that somebody else changed in the CRM. */
  readonly drift: readonly string[];
  /** Fields that the CRM put back to what they were before we wrote them. */
  readonly flips: readonly Flip[];
}
export type RecordPlan = RecordOutcome &
  (
    | {
        readonly action: 'create';
        readonly fields: Fields;
        readonly changes: readonly FieldChange[];
        readonly link: LinkPlan;
        readonly keys: MatchValues;
      }
    | {
        readonly action: 'update';
        readonly contactId: string;
        /** Changed fields only. */
        readonly fields: Fields;
        readonly changes: readonly FieldChange[];
        readonly link: LinkPlan;
        readonly keys: MatchValues;
      }
    /** Only the link is new or changed. */
    | { readonly action: 'link'; readonly contactId: string; readonly isNew: boolean; readonly link: LinkPlan }
    | { readonly action: 'unchanged'; readonly contactId: string }
    /** The snapshot is too old to be planned: fetch the record by id (R6, R2). */
    | { readonly action: 'refetch'; readonly contactId: string; readonly reason: 'stale' | 'intent_open' }
    | {
        readonly action: 'skip';
        readonly reason: SkipReason;
        readonly remedy: string;
        readonly contactId?: string;
        /** Contacts that this record could belong to. */
        readonly candidates?: readonly string[];
        readonly keys?: MatchValues;
        /** What its link becomes, if it has one that changes. */
        readonly link?: LinkPlan;
      }
  );

/** Values of the match keys, by contact field: claimed with an insert, watched by records that wait for them. */
export type MatchValues = Readonly<Record<string, string>>;
