import type { Run } from '../core/runs/run.ts';
import type { CrmSyncError } from '../errors.ts';
import type { MergeUsage } from './merger.ts';

interface At {
  readonly workspace: string;
  readonly connection: string;
}

/**
 * What the engine tells while it works. Ids, field names, codes and counts: no personal value, no token. Where `object` is one of
 * those that companies are mapped to, `contactId` is the company's id.
 */
export type SyncEvent = At &
  (
    | { readonly type: 'run.started'; readonly run: string; readonly flow: Run['flow']; readonly trigger: string }
    | {
        readonly type: 'run.progress';
        readonly run: string;
        readonly object: string;
        readonly counts: Run['counts'];
        readonly apiCalls: number;
      }
    | { readonly type: 'run.finished'; readonly run: string; readonly result: Run }
    | { readonly type: 'run.failed'; readonly run: string; readonly error: CrmSyncError }
    | {
        readonly type: 'record.failed';
        readonly run: string | null;
        readonly object: string;
        readonly recordId: string;
        readonly error: Failure;
      }
    | {
        readonly type: 'field.refused';
        readonly object: string;
        readonly recordId: string | null;
        readonly contactId: string | null;
        readonly field: string;
        readonly error: Failure;
      }
    | {
        readonly type: 'conflict';
        /** Of its record: `conflicts.get(id)`. */
        readonly id: string;
        readonly object: string;
        readonly recordId: string;
        readonly contactId: string;
        readonly field: string;
        /** `value`: a third one. Null: the field waits until somebody decides. */
        readonly winner: 'crm' | 'local' | 'value' | null;
        readonly reason: string;
      }
    | {
        readonly type: 'conflict.closed';
        readonly id: string;
        readonly object: string;
        readonly recordId: string;
        readonly contactId: string;
        readonly field: string;
        readonly reason: string;
      }
    | {
        readonly type: 'link.changed';
        readonly object: string;
        readonly recordId: string;
        readonly contactId: string;
        readonly state: string;
        /** With `superseded`: the record that is left, and another contact that has it already; people are never fused. */
        readonly successor?: { readonly object: string; readonly recordId: string; readonly contactId: string | null };
      }
    | {
        readonly type: 'record.written';
        readonly object: string;
        readonly recordId: string;
        readonly contactId: string;
        readonly fields: readonly string[];
      }
    | {
        readonly type: 'contact.changed';
        readonly contactId: string;
        readonly fields: readonly string[];
        readonly cause: 'pull' | 'push' | 'analysis' | 'merge' | 'manual';
      }
    | { readonly type: 'contact.removed'; readonly contactId: string; readonly cause: 'manual' | 'record_deleted' }
    | {
        /** Kept until the host acknowledges it: `segments.events()` has it with its values. */
        readonly type: 'segment.entered' | 'segment.left' | 'segment.changed';
        readonly id: string;
        readonly segment: string;
        readonly contactId: string;
        /** With `segment.changed`: the watched fields that did. */
        readonly fields: readonly string[];
      }
    | { readonly type: 'contact.erased'; readonly contactId: string }
    | {
        readonly type: 'company.changed';
        readonly companyId: string;
        readonly fields: readonly string[];
        readonly cause: 'pull' | 'push' | 'analysis' | 'merge' | 'manual';
      }
    | { readonly type: 'company.removed'; readonly companyId: string; readonly cause: 'manual' | 'record_deleted' }
    | {
        readonly type: 'activity.logged';
        readonly contactId: string;
        readonly object: string;
        readonly recordId: string;
        readonly conversation: string;
        readonly created: boolean;
      }
    | {
        /** A question to the merger was answered, with texts that can be used or not: it was paid for. */
        readonly type: 'merge.answered';
        readonly contactId: string;
        /** The fields that were asked for. */
        readonly fields: readonly string[];
        /** Null: the merger did not tell. */
        readonly usage: MergeUsage | null;
        /** By the price in the settings; null where none is set, or it is one of tokens and none were told. */
        readonly cost: number | null;
      }
    | { readonly type: 'merge.failed'; readonly contactId: string; readonly field: string; readonly error: Failure }
  );

interface Failure {
  readonly code: string;
  readonly remedy: string;
}

export type SyncEventType = SyncEvent['type'];

/** Told of everything, at once. One that throws changes nothing in a run. */
export interface Observer {
  notify(event: SyncEvent): void;
}

/** An observer from one function per event type. */
export function onEvents(handlers: { readonly [T in SyncEventType]?: (event: Extract<SyncEvent, { type: T }>) => void }): Observer {
  return {
    notify(event) {
      const handler = handlers[event.type] as ((event: SyncEvent) => void) | undefined;
      handler?.(event);
    },
  };
}

/** Several observers as one; one that throws does not keep the others from being told. */
export function combineObservers(...observers: readonly Observer[]): Observer {
  return {
    notify(event) {
      for (const observer of observers) {
        try {
          observer.notify(event);
        } catch {
          // An observer watches; it takes part in nothing.
        }
      }
    },
  };
}
