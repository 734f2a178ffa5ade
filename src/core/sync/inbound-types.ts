import type { Flip } from '../link/flips.ts';
import type { CompiledMapping, CrmRecord } from '../mapping/mapping-types.ts';
import type { Millis } from '../values/value.ts';
import type { Conflict, PlannedContact, PlannedLink, RecordPlan, RefusedField } from './plan-types.ts';

export interface InboundInput {
  readonly mapping: CompiledMapping;
  /** Each record once. */
  readonly records: readonly CrmRecord[];
  /** Contacts that the records may belong to: linked ones, and all that have one of their match keys. */
  readonly contacts: readonly PlannedContact[];
  /** Links of this mapping's object for these records and contacts. Absent: records are matched by their keys alone. */
  readonly links?: readonly PlannedLink[];
  /** Time of the snapshot: a `Date`, ISO text or milliseconds, on the clock of the links' `syncedAt`. */
  readonly now: Date | string | Millis;
  /** The snapshot was fetched by id: it is not stale for having been taken soon after a commit. */
  readonly fresh?: boolean;
  /** By record: the contact that the host gave it, whatever their keys say; null: a new one, although others have its keys. */
  readonly assigned?: Readonly<Record<string, string | null>>;
  /** Records of people who were erased: `record`, the very one; `key`, one with a match key of theirs, which makes no contact (R21). */
  readonly erased?: ReadonlyMap<string, 'record' | 'key'>;
  /** When a contact's fields were last edited here, ISO 8601 UTC by contact id and field; what `newest` decides by. */
  readonly editedAt?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** When fields were last edited in the CRM, ISO 8601 UTC by record id and CRM field, where the CRM knows it exactly. */
  readonly remoteEditedAt?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Earlier flips of contacts whose plan has one, by contact id: without them no field is taken to be rewritten. */
  readonly flips?: Readonly<Record<string, readonly Flip[]>>;
}

export interface InboundPlan {
  /** One for each record, in order. */
  readonly records: readonly RecordPlan[];
  readonly creates: readonly Extract<RecordPlan, { action: 'create' }>[];
  readonly updates: readonly Extract<RecordPlan, { action: 'update' }>[];
  readonly unchanged: readonly Extract<RecordPlan, { action: 'unchanged' | 'link' }>[];
  readonly skipped: readonly Extract<RecordPlan, { action: 'skip' }>[];
  /** Fields that could not be read; the other fields of their record went on. */
  readonly refused: readonly RefusedField[];
  readonly conflicts: readonly Conflict[];
}
