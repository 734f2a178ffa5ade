import type { CompiledMapping, Mapping } from '../core/mapping-types.ts';
import type { Run } from '../core/run.ts';
import { CrmSyncError } from '../errors.ts';
import type { Fetched } from '../ports/connector.ts';
import type { EntryChange } from '../ports/store.ts';
import { Checkpoint } from './checkpoint.ts';
import { compiled } from './compiled.ts';
import { assertActive, checkAccount, loadConnection } from './connection.ts';
import type { Context } from './context.ts';
import type { Lease } from './lease.ts';
import type { PullOptions } from './options.ts';
import { applyPage, type PageResult } from './page.ts';
import { dueRechecks, failedEntry, recheckOf } from './recheck.ts';
import { type RunRecorder, recorded } from './runs.ts';

/** CRM → contacts: what changed since the last run, page by page, resumable at every page. */
export function pull(context: Context, options: PullOptions): Promise<Run> {
  return recorded(context, 'pull', options, (run, lease) => pullInto(context, run, lease, options));
}

export async function pullInto(context: Context, run: RunRecorder, lease: Lease, options: PullOptions): Promise<'done' | 'paused'> {
  assertActive(context, (await loadConnection(context)).state);
  await checkAccount(context, run.session);
  for (const mapping of selected(context, options)) {
    if (run.session.isOver()) return 'paused';
    const puller = new ObjectPull(context, run, lease, await compiled(context, run.session, mapping));
    const ended = await puller.run(options);
    if (ended === 'paused') return 'paused';
  }
  return 'done';
}

function selected({ mappings }: Context, { objects, records }: PullOptions): readonly Mapping[] {
  const named = new Set(records?.map(({ object }) => object) ?? objects ?? mappings.map(({ crmObject }) => crmObject));
  for (const object of named)
    if (!mappings.some(({ crmObject }) => crmObject === object))
      throw new CrmSyncError(`No mapping for the CRM object ${object}.`, {
        code: 'no_mapping',
        category: 'configuration',
        remedy: `Add a mapping with crmObject '${object}', or leave it out of the pull.`,
        at: { object },
      });
  return mappings.filter(({ crmObject }) => named.has(crmObject));
}

/** The pull of one CRM object. */
class ObjectPull {
  readonly #context: Context;
  readonly #run: RunRecorder;
  readonly #lease: Lease;
  readonly #mapping: CompiledMapping;

  constructor(context: Context, run: RunRecorder, lease: Lease, mapping: CompiledMapping) {
    this.#context = context;
    this.#run = run;
    this.#lease = lease;
    this.#mapping = mapping;
  }

  async run(options: PullOptions): Promise<'done' | 'paused'> {
    this.#noteUnusable();
    const object = this.#mapping.crmObject;
    if (options.records !== undefined) {
      const ids = options.records.filter((record) => record.object === object).map(({ id }) => id);
      return this.#fetchAll([...new Set(ids)]);
    }
    if (options.sample === undefined && (await this.#fetchDue()) === 'paused') return 'paused';
    return this.#readPages(options);
  }

  async #readPages({ full = false, sample }: PullOptions): Promise<'done' | 'paused'> {
    const { session } = this.#run;
    const checkpoint = await Checkpoint.load(this.#context, this.#mapping, full || sample !== undefined);
    if (sample === undefined && checkpoint.note !== null) this.#run.note(checkpoint.note);
    const { crmObject: object, crmFields: fields, filter } = this.#mapping;
    const query = {
      object,
      fields,
      filter,
      from: sample === undefined ? checkpoint.from : null,
      ...(sample !== undefined && { limit: sample }),
    };
    const pages = this.#context.connector.read(query, session.call)[Symbol.asyncIterator]();
    try {
      for (;;) {
        if (session.isOver()) return 'paused';
        const isLast = await session.step(async () => {
          const { value: page, done } = await pages.next();
          if (done === true) return true;
          await this.#lease.keep();
          const keepsCheckpoint = sample === undefined;
          const { version } = await this.#apply(sample === undefined ? page.records : page.records.slice(0, sample), {
            readAt: session.inStoreTime(page.requestedAt),
            fresh: false,
            entries: () => (keepsCheckpoint ? [checkpoint.after(page)] : []),
            onRace: () => (keepsCheckpoint ? checkpoint.assertMine() : Promise.resolve()),
          });
          checkpoint.advance(version);
          return page.last || sample !== undefined;
        });
        this.#run.progress(object);
        this.#run.assertHealthy();
        if (isLast) return 'done';
      }
    } finally {
      await pages.return?.();
    }
  }

  /** Records that failed, were stale, or may have found their contact since: fetched by id, whatever the checkpoint says. */
  async #fetchDue(): Promise<'done' | 'paused'> {
    const { fetchBatchMax } = this.#context.connector.capabilities;
    for (;;) {
      if (this.#run.session.isOver()) return 'paused';
      const due = await dueRechecks(this.#context, this.#mapping.crmObject, this.#run.session.storeNow(), fetchBatchMax);
      if (due.length === 0) return 'done';
      const attempts = new Map(due.map((entry) => [recheckOf(entry).recordId, recheckOf(entry).attempts]));
      const doneWith = due.map(({ scope, kind, key, version }): EntryChange => ({ scope, kind, key, expected: version, put: 'delete' }));
      await this.#fetch([...attempts.keys()], { doneWith, attempts });
    }
  }

  async #fetchAll(ids: readonly string[]): Promise<'done' | 'paused'> {
    const { fetchBatchMax } = this.#context.connector.capabilities;
    for (let start = 0; start < ids.length; start += fetchBatchMax) {
      if (this.#run.session.isOver()) return 'paused';
      await this.#fetch(ids.slice(start, start + fetchBatchMax));
    }
    return 'done';
  }

  /** Fetches records by id and applies them as a page. One that still can't be judged is queued: a write to it is under way. */
  async #fetch(
    ids: readonly string[],
    { doneWith = [], attempts }: { doneWith?: readonly EntryChange[]; attempts?: ReadonlyMap<string, number> } = {},
  ): Promise<void> {
    const { session } = this.#run;
    await session.step(async () => {
      const requestedAt = this.#context.clock.now();
      const query = { object: this.#mapping.crmObject, ids, fields: this.#mapping.crmFields };
      const records = await this.#context.connector.fetch(query, session.call);
      await this.#lease.keep();
      const { refetch } = await applyPage(this.#context, this.#run, {
        mapping: this.#mapping,
        records,
        readAt: session.inStoreTime(requestedAt),
        fresh: true,
        flow: 'pull',
        entries: () => [this.#lease.fence(), this.#run.entry(), ...doneWith],
        onRace: () => this.#lease.renew(),
        ...(attempts !== undefined && { attempts }),
      });
      await this.#queue(refetch);
    });
  }

  async #apply(
    records: readonly Fetched[],
    page: { readAt: number; fresh: boolean; entries: () => readonly EntryChange[]; onRace: () => Promise<void> },
  ): Promise<PageResult> {
    const result = await applyPage(this.#context, this.#run, {
      mapping: this.#mapping,
      records: lastOfEach(records),
      readAt: page.readAt,
      fresh: page.fresh,
      flow: 'pull',
      entries: () => [this.#lease.fence(), this.#run.entry(), ...page.entries()],
      onRace: async () => {
        await this.#lease.renew();
        await page.onRace();
      },
    });
    const { fetchBatchMax } = this.#context.connector.capabilities;
    for (let start = 0; start < result.refetch.length; start += fetchBatchMax)
      await this.#fetch(result.refetch.slice(start, start + fetchBatchMax));
    return result;
  }

  async #queue(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const now = this.#run.session.storeNow();
    for (const _ of ids) this.#run.skip('write_in_flight');
    const entries = ids.map((id) => failedEntry(this.#mapping.crmObject, id, 'write_in_flight', 1, now));
    await this.#context.store.commit({ rows: [], entries });
  }

  /** A mapped field that the CRM doesn't show is absent: nothing is cleared, and the run says which. */
  #noteUnusable(): void {
    const object = this.#mapping.crmObject;
    for (const { key, unusable } of this.#mapping.rules)
      if (unusable !== null) this.#run.note({ code: unusable.code, object, message: `${key}: ${unusable.remedy}` });
  }
}

/** A connector may repeat a record within a page; the later reading counts. */
function lastOfEach(records: readonly Fetched[]): readonly Fetched[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  return byId.size === records.length ? records : [...byId.values()];
}
