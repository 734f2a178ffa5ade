import type { Value } from '../values/value.ts';
import type { MergingTotals } from './merging.ts';

export type Flow = 'pull' | 'push' | 'sync' | 'pending' | 'backfill';

/** `processed` = created + updated + unchanged + skipped + failed. */
export interface Counts {
  readonly processed: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly failed: number;
}
export const NO_COUNTS: Counts = { processed: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, failed: 0 };

export type CountKey = Exclude<keyof Counts, 'processed'>;

/** The counts with `times` more of one kind. */
export const count = (counts: Counts, key: CountKey, times = 1): Counts =>
  times === 0 ? counts : { ...counts, [key]: counts[key] + times, processed: counts.processed + times };

/** A record or field that a run could not handle. No personal value in it. */
export interface RunError {
  readonly object?: string;
  readonly recordId?: string;
  readonly contactId?: string;
  readonly field?: string;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** Something that whoever reads a run should know: why it read everything again, a field that is hidden. */
export interface RunNote {
  readonly code: string;
  readonly message: string;
  readonly object?: string;
}

/** One recorded pull, push or sync. Plain JSON without personal values. */
export interface Run {
  readonly id: string;
  readonly flow: Flow;
  /** Who started it: `manual`, `schedule`, or the host's own word. */
  readonly trigger: string;
  /** `paused`: ended at a committed page by time limit or abort. `busy`: another run of the flow is under way. */
  readonly status: 'running' | 'done' | 'paused' | 'busy' | 'failed';
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  /** ISO 8601 UTC; null while it is under way. */
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
  /** Records of a pull, contacts of a push, conversations of a backfill. */
  readonly counts: Counts;
  /** Of a sync: the counts of each flow in it. */
  readonly parts: Readonly<Partial<Record<Flow, Counts>>>;
  /** HTTP requests to the CRM. */
  readonly apiCalls: number;
  /** Questions to the merger. */
  readonly merging: MergingTotals;
  /** Conflicts recorded. */
  readonly conflicts: number;
  /** Fields that somebody changed in the CRM although only we should write them. */
  readonly drift: number;
  /** Why records were skipped, counted by reason. */
  readonly skips: Readonly<Record<string, number>>;
  /** The first ones in full (`RUN_ERRORS_MAX`), the others counted. */
  readonly errors: readonly RunError[];
  /** How many errors there were beside those in `errors`. */
  readonly errorsBeyond: number;
  /** What is worth knowing and stopped nothing, such as a rule whose field is not visible. */
  readonly notes: readonly RunNote[];
  /** The paused run that this one went on from. */
  readonly continues: string | null;
  /** Of a busy answer: the run that is under way. */
  readonly busyWith: string | null;
  /** Why the run as a whole is `failed`; null for any other status. Single records that failed are in `errors`. */
  readonly failure: { readonly code: string; readonly category: string; readonly message: string; readonly remedy: string } | null;
}

export const RUN_ERRORS_MAX = 100;

/** Why a contact's fields are what they are: one entry per commit that changed them (P12). Holds values; erasure removes it. */
export interface HistoryEntry {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly source: {
    readonly flow: 'pull' | 'push' | 'analysis' | 'merge' | 'manual';
    readonly run?: string;
    readonly conversation?: string;
    readonly by?: string;
    readonly object?: string;
    readonly recordId?: string;
  };
  /** What happened to the contact itself, where no field changed for it alone. */
  readonly event?: 'removed' | 'restored' | 'record_deleted' | 'record_restored';
  readonly changes: readonly {
    readonly field: string;
    readonly before: Value;
    readonly after: Value;
    readonly rule: string;
    readonly reason: string;
  }[];
  readonly conflicts?: readonly {
    readonly field: string;
    readonly local: Value;
    readonly remote: Value;
    /** `value`: a third one. Null: nobody yet. */
    readonly winner: 'crm' | 'local' | 'value' | null;
    readonly reason: string;
  }[];
}
