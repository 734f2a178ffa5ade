import type { HistoryEntry, Run, RunError, RunNote } from '../core/runs/run.ts';
import { readChanges, type StoredHistory } from '../core/runs/stored-history.ts';
import type { Value } from '../core/values/value.ts';
import type { CompleteConnector, Fetched, Page, Wrote } from '../ports/connector.ts';
import type { MergeItem, Merger } from '../ports/merger.ts';
import type { Changeset } from '../ports/store.ts';
import { withTies } from './companies/tied-connector.ts';
import type { Context } from './context.ts';
import { IN_CRM_ONLY } from './history.ts';
import { KIND } from './kinds.ts';
import { PreviewStore } from './preview-store.ts';
import type { ConversationResult, Step } from './step.ts';

/** What a flow would do now. Holds values: never stored, never sent to the observer. */
export interface Preview {
  /** Contacts that would be made or changed, each change with its reason. */
  readonly contacts: readonly PreviewedContact[];
  /** The same of companies: `contactId` is a company's id. */
  readonly companies: readonly PreviewedContact[];
  /** What would be written to the CRM, activities too. */
  readonly writes: readonly { readonly object: string; readonly id: string | null; readonly values: Readonly<Record<string, Value>> }[];
  /** Texts that the merger would be asked for; a preview doesn't call it. */
  readonly merges: readonly MergeItem[];
  readonly counts: Run['counts'] | null;
  readonly skips: Readonly<Record<string, number>>;
  readonly errors: readonly RunError[];
  readonly notes: readonly RunNote[];
  /** For the flows of a conversation. */
  readonly steps: Readonly<Record<string, Step>>;
  /** HTTP requests that the preview itself cost: reading is real. */
  readonly apiCalls: number;
}

export interface PreviewedContact {
  /** Null: a new contact. */
  readonly contactId: string | null;
  readonly recordId: string | null;
  readonly changes: HistoryEntry['changes'];
  readonly conflicts: NonNullable<HistoryEntry['conflicts']>;
}

interface Captured {
  readonly writes: Preview['writes'][number][];
  readonly merges: MergeItem[];
}

/** Runs a flow as it is, on a store and a CRM that take nothing in. */
export async function preview(
  context: Context,
  limit: number,
  flow: (context: Context) => Promise<Run | Step | ConversationResult>,
): Promise<Preview> {
  const captured: Captured = { writes: [], merges: [] };
  const store = new PreviewStore(context.store, limit, () => context.clock.now());
  const connector = previewConnector(context.untied ?? context.connector, limit, captured);
  const merger = context.merger === null ? null : previewMerger(captured);
  const seen = { ...context, store, connector, merger, interactive: true, isPreview: true, notify: () => undefined } as const;
  const result = await flow(withTies(seen));
  const changed = store.commits.flatMap(contactsOf);
  const companyObjects = new Set(context.options.companies?.mappings.map(({ crmObject }) => crmObject));
  const [contacts, companies] = [false, true].map((isOfCompany) =>
    changed.filter(({ object }) => companyObjects.has(object ?? '') === isOfCompany).map(({ object: _, ...one }) => one),
  ) as [PreviewedContact[], PreviewedContact[]];
  const common = { contacts, companies, writes: captured.writes, merges: captured.merges };
  if ('counts' in result) {
    const { counts, skips, errors, notes, apiCalls } = result;
    return { ...common, counts, skips, errors, notes, steps: {}, apiCalls };
  }
  const steps: Readonly<Record<string, Step>> = 'steps' in result ? result.steps : { step: result };
  const apiCalls = Object.values(steps).reduce((sum, step) => sum + step.apiCalls, 0);
  return { ...common, counts: null, skips: {}, errors: [], notes: [], steps, apiCalls };
}

/** Everything a flow changes in a contact goes into its history: that is where the preview reads it from. */
function contactsOf({ entries }: Changeset): (PreviewedContact & { readonly object: string | undefined })[] {
  return entries.flatMap(({ kind, put }) => {
    if (kind !== KIND.history || put === undefined || put === 'delete') return [];
    const { source, conflicts = [], changes: stored } = put.body as unknown as StoredHistory;
    const changes = readChanges(stored);
    if (source.flow === 'push' && changes.every(({ reason }) => IN_CRM_ONLY.includes(reason))) return []; // shown among the writes
    const contactId = typeof put.contactId === 'string' ? put.contactId : null;
    return [{ object: source.object, contactId, recordId: source.recordId ?? null, changes, conflicts }];
  });
}

/** The real CRM, read only; what would have been written is seen by later reads. */
function previewConnector(connector: CompleteConnector, limit: number, { writes }: Captured): CompleteConnector {
  const shown = (record: Fetched): Fetched => {
    const written = writes.filter(({ id }) => id === record.id).map(({ values }) => values);
    return record.state === 'present' && written.length > 0 ? { ...record, values: Object.assign({}, record.values, ...written) } : record;
  };
  const { specVersion, provider, capabilities } = connector;
  const { bulk: _, ...oneByOne } = capabilities; // it has no `writeBulk`, which would really write
  return {
    specVersion,
    provider,
    capabilities: oneByOne,
    account: (call) => connector.account(call),
    describe: (object, call) => connector.describe(object, call),
    fetch: async (query, call) => (await connector.fetch(query, call)).map(shown),
    find: (query, call) => connector.find(query, call),
    ...(connector.fieldTimes !== undefined && { fieldTimes: connector.fieldTimes.bind(connector) }),
    activityRecord: (activity, call) => connector.activityRecord(activity, call),
    async *read(query, call): AsyncGenerator<Page> {
      for await (const page of connector.read({ ...query, limit }, call)) {
        yield { ...page, records: page.records.slice(0, limit).map(shown), last: true };
        return;
      }
    },
    async write(batch): Promise<readonly Wrote[]> {
      const before = writes.length;
      writes.push(...batch.map(({ object, id, values }) => ({ object, id, values })));
      return batch.map(({ id }, index) => ({ outcome: 'done', id: id ?? `preview-${before + index}`, created: id === null, values: {} }));
    },
  };
}

/** Notes what would be merged; the texts stay as they are. */
const previewMerger = ({ merges }: Captured): Merger => ({
  specVersion: 1,
  async merge({ items }) {
    merges.push(...items);
    return { fields: Object.fromEntries(items.map(({ field, existing }) => [field, { ok: true, value: existing }])) };
  },
});
