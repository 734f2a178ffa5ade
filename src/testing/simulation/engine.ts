import type { Conversation } from '../../core/conversation/conversation.ts';
import type { Policies } from '../../core/link/conflict-types.ts';
import type { Mapping } from '../../core/mapping/mapping-types.ts';
import type { Run } from '../../core/runs/run.ts';
import { defineContactSchema } from '../../core/schema/schema.ts';
import type { SegmentEvent } from '../../core/segments/segment.ts';
import type { ConnectionSettings } from '../../core/settings.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CompleteConnector } from '../../ports/connector.ts';
import type { Merger } from '../../ports/merger.ts';
import type { Observer } from '../../ports/observer.ts';
import type { ContactStore } from '../../ports/store.ts';
import type { companySchema, TIE } from './companies/company.ts';

export const schema = defineContactSchema({
  email: { type: 'string' },
  title: { type: 'string' },
  city: { type: 'string' },
  notes: { type: 'string', description: 'A line for each conversation.' },
  /** Filled where a deployment has companies. */
  company_id: { type: 'string' },
});
type SimulatedSchema = typeof schema;

/** What an engine of the simulation is made with. */
export interface SimulatedEngineOptions extends ConnectionSettings<SimulatedSchema> {
  readonly workspace: string;
  readonly connection: string;
  readonly schema: SimulatedSchema;
  /** Absent: people only. */
  readonly companies?: {
    readonly schema: typeof companySchema;
    readonly mappings: readonly Mapping<typeof companySchema>[];
    readonly contactField: typeof TIE;
  };
  readonly store: ContactStore;
  readonly connector: CompleteConnector;
  readonly merger: Merger;
  readonly observer: Observer;
  readonly clock: Clock;
  readonly ids: () => string;
  readonly policies: Policies;
}

export type ConflictAnswer = 'crm' | 'local' | { readonly value: string };

interface Handled {
  readonly contactId: string | null;
  readonly steps: Readonly<Record<'analysis' | 'push' | 'activity', { readonly status: string; readonly reason: string | null }>>;
}

/** How one edit of several went. */
export interface EditAnswer {
  readonly id: string;
  readonly status: 'done' | 'unchanged' | 'refused';
  readonly push?: { readonly status: string; readonly refused: readonly unknown[] } | null;
  readonly error?: unknown;
}

interface RecordRef {
  readonly object: string;
  readonly recordId: string;
}

/** A record that waits for somebody to decide. */
interface Waiting extends RecordRef {
  readonly candidates: readonly {
    readonly contactId: string;
    readonly records: readonly { readonly recordId: string | null; readonly state: string }[];
  }[];
}

interface FlowOptions {
  readonly timeLimitMs?: number;
  readonly signal?: AbortSignal;
}

/** What the simulation calls: a `CrmSyncEngine`. */
export interface SimulatedEngine {
  pull(
    options?: FlowOptions & { full?: boolean; allowDeletions?: boolean; records?: readonly { object: string; id: string }[] },
  ): Promise<Run>;
  push(options?: FlowOptions & { createMissing?: boolean }): Promise<Run>;
  sync(options?: FlowOptions): Promise<Run>;
  retryPending(options?: FlowOptions): Promise<Run>;
  status(): Promise<{ readonly deletions: readonly unknown[] }>;
  handleConversation(conversation: Conversation): Promise<Handled>;
  readonly contacts: {
    // biome-ignore lint/suspicious/noExplicitAny: the patch is typed by the schema
    update(id: string, patch: any, options: { by: string }): Promise<unknown>;
    updateMany(
      // biome-ignore lint/suspicious/noExplicitAny: the patches are typed by the schema
      edits: readonly { id: string; fields: any }[],
      options: { by: string; push?: boolean },
    ): Promise<readonly EditAnswer[]>;
    ambiguous(options: { limit: number }): Promise<readonly Waiting[]>;
    link(contactId: string | null, record: RecordRef, options: { by: string }): Promise<unknown>;
    unlink(contactId: string, record: RecordRef): Promise<unknown>;
    remove(id: string, options: { by: string }): Promise<unknown>;
    restore(id: string, options: { by: string }): Promise<unknown>;
    erase(id: string): Promise<unknown>;
  };
  /** Asked only where there are any. */
  readonly companies: {
    // biome-ignore lint/suspicious/noExplicitAny: the fields are typed by the schema
    create(fields: any, options: { by: string }): Promise<{ readonly id: string }>;
    // biome-ignore lint/suspicious/noExplicitAny: the patch is typed by the schema
    update(id: string, patch: any, options: { by: string; push?: boolean }): Promise<unknown>;
    ambiguous(options: { limit: number }): Promise<readonly Waiting[]>;
    link(companyId: string | null, record: RecordRef, options: { by: string }): Promise<unknown>;
    unlink(companyId: string, record: RecordRef): Promise<unknown>;
    remove(id: string, options: { by: string }): Promise<unknown>;
    restore(id: string, options: { by: string }): Promise<unknown>;
  };
  /** Asked only where there are any. */
  readonly segments: {
    events(options: { limit: number }): Promise<readonly SegmentEvent[]>;
    acknowledge(ids: readonly string[]): Promise<unknown>;
  };
  readonly conflicts: {
    list(options: { open: boolean; limit?: number }): Promise<readonly { readonly id: string; readonly field: string }[]>;
    resolve(id: string, answer: ConflictAnswer, options: { by: string }): Promise<unknown>;
  };
}
export type MakeEngine = (options: SimulatedEngineOptions) => SimulatedEngine;
