import type { CompiledMapping, Mapping } from '../../core/mapping/mapping-types.ts';
import type { Run } from '../../core/runs/run.ts';
import type { Json, Millis } from '../../core/values/value.ts';
import { CrmSyncError } from '../../errors.ts';
import type { Fetched, Page } from '../../ports/connector.ts';
import type { EntryChange, ScanQuery } from '../../ports/store.ts';
import { commitOnce } from '../commit.ts';
import { partsOf } from '../companies/company-context.ts';
import { receiveTied } from '../companies/untied.ts';
import { compiled } from '../compiled.ts';
import { mergeConflicts } from '../conflict-merges.ts';
import type { Context } from '../context.ts';
import { receiveReleased } from '../identity/released.ts';
import type { Lease } from '../lease.ts';
import type { PullOptions } from '../options.ts';
import { Permit } from '../permit.ts';
import { dueRechecks, recheckOf, unchangedRechecks } from '../recheck.ts';
import { cancelForRemoved } from '../removal/cancel-elsewhere.ts';
import type { RunRecorder } from '../run-recorder.ts';
import { recorded } from '../runs.ts';
import { compareAll, EVENTS_MAX } from '../segments/compare.ts';
import { noteUnusable } from '../unusable.ts';
import { Checkpoint } from './checkpoint.ts';
import { changedMembers, movedByMembers } from './members.ts';
import { tellOverwritten } from './overwritten.ts';
import { applyPage } from './page.ts';
import { ReadAhead } from './read-ahead.ts';
import { sweepPage, sweepPosition, sweptRecords } from './sweep.ts';

/** Links that are compared with members at once. */
const LINKS_PER_PAGE = 500;

/** CRM → contacts: what changed since the last run, page by page, resumable at every page. */
export function pull(context: Context, options: PullOptions): Promise<Run> {
  return recorded(context, 'pull', options, (run, lease) => pullInto(context, run, lease, options));
}

export async function pullInto(context: Context, run: RunRecorder, lease: Lease, options: PullOptions): Promise<'done' | 'paused'> {
  const parts = partsOf(context);
  assertMapped(parts, options);
  for (const part of parts) {
    const mappings = selected(part, options);
    if (mappings.length === 0 && parts.length > 1) continue;
    if ((await pullObjects(part, run, lease, mappings, options)) === 'paused') return 'paused';
  }
  await mergeConflicts(context, run);
  return isWhole(options) ? compareSegments(context, run, lease) : 'done';
}

async function pullObjects(
  context: Context,
  run: RunRecorder,
  lease: Lease,
  mappings: readonly Mapping[],
  options: PullOptions,
): Promise<'done' | 'paused'> {
  const permit = await Permit.ask(context, run.session, lease);
  await permit.checkAccount();
  if (!permit.isAlone) {
    await receiveReleased(context, run.session);
    await cancelForRemoved(context, run.session);
  }
  await receiveTied(context, run.session);
  for (const mapping of mappings) {
    if (!(await permit.goesOn())) return 'paused';
    const puller = new ObjectPull(context, run, permit, await compiled(context, run.session, mapping));
    if ((await puller.run(options)) === 'paused') return 'paused';
    // A field may have been hidden while its records were read.
    if (!run.session.isOver()) noteUnusable(run, await compiled(context, run.session, mapping));
  }
  return 'done';
}

/** A test sync, or a few records, say nothing of everybody. */
const isWhole = ({ sample, records }: PullOptions): boolean => sample === undefined && records === undefined;

/** Joining a list touches no record, and others write contacts too: at the end of each pull everybody is compared. */
async function compareSegments(context: Context, run: RunRecorder, lease: Lease): Promise<'done' | 'paused'> {
  if ((context.options.segments ?? []).length === 0 || context.isPreview === true) return 'done';
  const { ended } = await compareAll(context, run.session, () => lease.keep());
  if (ended === 'full')
    run.note({
      code: 'segments_full',
      message: `${EVENTS_MAX} events of segments wait: acknowledge them, or prune them. Nothing is lost: the next pull goes on.`,
    });
  return ended === 'paused' ? 'paused' : 'done';
}

const namedObjects = ({ objects, records }: PullOptions): readonly string[] | undefined => records?.map(({ object }) => object) ?? objects;

/** @throws CrmSyncError `no_mapping`. */
function assertMapped(parts: readonly Context[], options: PullOptions): void {
  for (const object of namedObjects(options) ?? [])
    if (!parts.some(({ mappings }) => mappings.some(({ crmObject }) => crmObject === object)))
      throw new CrmSyncError(`No mapping for the CRM object ${object}.`, {
        code: 'no_mapping',
        category: 'configuration',
        remedy: `Add a mapping with crmObject '${object}', or leave it out of the pull.`,
        at: { object },
      });
}

/** Objects whose records may become records of another one come first: that one's record then finds whose it is. */
function selected({ mappings, connector }: Context, options: PullOptions): readonly Mapping[] {
  const named = new Set(namedObjects(options) ?? mappings.map(({ crmObject }) => crmObject));
  const { becomes = {} } = connector.capabilities;
  const rank = ({ crmObject }: Mapping): number => (Object.hasOwn(becomes, crmObject) ? 0 : 1);
  return mappings.filter(({ crmObject }) => named.has(crmObject)).sort((a, b) => rank(a) - rank(b));
}

/** The pull of one CRM object. */
class ObjectPull {
  readonly #context: Context;
  readonly #run: RunRecorder;
  readonly #permit: Permit;
  readonly #mapping: CompiledMapping;

  constructor(context: Context, run: RunRecorder, permit: Permit, mapping: CompiledMapping) {
    this.#context = context;
    this.#run = run;
    this.#permit = permit;
    this.#mapping = mapping;
  }

  async run(options: PullOptions): Promise<'done' | 'paused'> {
    noteUnusable(this.#run, this.#mapping);
    const object = this.#mapping.crmObject;
    if (options.records !== undefined) {
      const ids = options.records.filter((record) => record.object === object).map(({ id }) => id);
      return this.#fetchAll([...new Set(ids)]);
    }
    if (options.sample !== undefined) return this.#readSample(options.sample);
    if ((await this.#fetchDue()) === 'paused') return 'paused';
    if ((await this.#readPages(options)) === 'paused') return 'paused';
    if ((await this.#compareMembers()) === 'paused') return 'paused';
    if ((await this.#sweep()) === 'paused') return 'paused';
    if ((await this.#fetchDue()) === 'paused') return 'paused'; // what the pages have released
    await this.#run.brake.settle(object);
    return tellOverwritten(this.#context, this.#run, this.#permit, this.#mapping);
  }

  async #readPages({ full = false }: PullOptions): Promise<'done' | 'paused'> {
    const checkpoint = await Checkpoint.load(this.#context, this.#mapping, full);
    if (checkpoint.note !== null) this.#run.note(checkpoint.note);
    return this.#read({ from: checkpoint.from }, async (page) => {
      const { mustRefetch, version } = await this.#apply(page.records, {
        readAt: this.#run.session.inStoreTime(page.requestedAt),
        entries: () => checkpoint.after(page),
        onRace: () => checkpoint.assertMine(),
      });
      checkpoint.advance(version);
      if (mustRefetch) await this.#fetchDue();
      return page.last;
    });
  }

  /** Who has left what the filter asks for is in no read of changes: the links are compared with those who are in it. */
  async #compareMembers(): Promise<'done' | 'paused'> {
    const { crmObject: object, entity } = this.#mapping;
    const { session } = this.#run;
    if (this.#mapping.filter === null || this.#context.connector.members === undefined) return 'done';
    if (!(await this.#permit.goesOn())) return 'paused';
    const changed = await session.step(() => changedMembers(this.#context, this.#mapping, session.call));
    if (changed === null) return 'done';
    for (let after: string | null = null; ; ) {
      if (!(await this.#permit.goesOn())) return 'paused';
      const query: ScanQuery = { entity, object, want: 'linked', plan: '', now: 0, after, limit: LINKS_PER_PAGE };
      const rows = await this.#context.store.scan(query);
      const isLast = rows.length < LINKS_PER_PAGE;
      const moved = movedByMembers(this.#mapping, rows, changed.byPath, session.storeNow());
      const entries = [...moved, ...(isLast ? [changed.done] : [])];
      await this.#permit.keep();
      if (entries.length > 0) await commitOnce(this.#context, session, { rows: [], entries });
      if (isLast) return 'done';
      after = rows.at(-1)?.id ?? null;
    }
  }

  /** After a full read: the links that are known are verified by id, for what is gone, or filtered, is in no read (R14, R16). */
  async #sweep(): Promise<'done' | 'paused'> {
    const { crmObject: object } = this.#mapping;
    for (let position = await sweepPosition(this.#context, object); position !== undefined; ) {
      if (!(await this.#permit.goesOn())) return 'paused';
      const page = await sweepPage(this.#context, this.#mapping, position.after);
      await this.#run.session.step(async () => {
        const requestedAt = this.#context.clock.now();
        const records = await this.#fetchRecords(page.recordIds, page.fields);
        const { session } = this.#run;
        const { gone, moved } = sweptRecords(this.#mapping, page, records, session.storeNow());
        const entries = () => [page.next, ...moved];
        await this.#apply(gone, { readAt: session.inStoreTime(requestedAt), fresh: true, entries });
      });
      this.#run.assertHealthy();
      position = page.last ? undefined : await sweepPosition(this.#context, object);
    }
    return 'done';
  }

  /** @param ids - More of them than one request takes, where contacts have several links. */
  async #fetchRecords(ids: readonly string[], fields: readonly string[]): Promise<readonly Fetched[]> {
    const { fetchBatchMax } = this.#context.connector.capabilities;
    const object = this.#mapping.crmObject;
    const records: Fetched[] = [];
    for (let start = 0; start < ids.length; start += fetchBatchMax) {
      const query = { object, ids: ids.slice(start, start + fetchBatchMax), fields };
      records.push(...(await this.#context.connector.fetch(query, this.#run.session.call)));
    }
    return records;
  }

  async #readSample(sample: number): Promise<'done' | 'paused'> {
    let left = sample;
    return this.#read({ from: null, limit: sample }, async (page) => {
      const records = page.records.slice(0, left);
      left -= records.length;
      await this.#apply(records, { readAt: this.#run.session.inStoreTime(page.requestedAt) });
      return page.last || left <= 0;
    });
  }

  /**
   * Page after page, until one says that it is the last, the connector has no more, or time is up. A read without a limit goes
   * ahead of the commits by a page, as long as what is left of time and calls allows for it.
   */
  async #read(
    { from, limit }: { readonly from: Json | null; readonly limit?: number },
    work: (page: Page) => Promise<boolean>,
  ): Promise<'done' | 'paused'> {
    const { session } = this.#run;
    const { crmObject: object, crmFields: fields, filter } = this.#mapping;
    const query = { object, fields, filter, from, ...(limit !== undefined && { limit }) };
    const pages = new ReadAhead((call) => this.#context.connector.read(query, call), session.call);
    try {
      for (;;) {
        if (pages.isAsked ? session.isOver() : !(await this.#permit.goesOn())) return 'paused';
        const isLast = await session.step(async () => {
          const page = await pages.next();
          if (page === null) return true;
          if (limit === undefined && !page.last && (await this.#permit.goesAhead())) await pages.ask(this.#context.clock);
          return work(page);
        });
        this.#run.progress(object);
        this.#run.assertHealthy();
        if (isLast) return 'done';
      }
    } finally {
      await pages.close();
    }
  }

  /** Records that failed, were stale, or may have found their contact since: fetched by id, whatever the checkpoint says. */
  async #fetchDue(): Promise<'done' | 'paused'> {
    const { fetchBatchMax } = this.#context.connector.capabilities;
    const object = this.#mapping.crmObject;
    // Bound: what is fetched is done with, or comes back later than now.
    for (const now = this.#run.session.storeNow(); ; ) {
      const due = await dueRechecks(this.#context, { object, now, limit: fetchBatchMax });
      if (due.length === 0) return 'done';
      if (!(await this.#permit.goesOn())) return 'paused';
      let doneWith = due;
      await this.#fetch(
        due.map((entry) => recheckOf(entry).recordId),
        {
          entries: () => doneWith.map(({ scope, kind, key, version }) => ({ scope, kind, key, expected: version, put: 'delete' })),
          // One that was queued anew meanwhile stays in the queue.
          onRace: async () => {
            doneWith = await unchangedRechecks(this.#context, doneWith);
          },
        },
      );
    }
  }

  async #fetchAll(ids: readonly string[]): Promise<'done' | 'paused'> {
    const { fetchBatchMax } = this.#context.connector.capabilities;
    for (let start = 0; start < ids.length; start += fetchBatchMax) {
      if (!(await this.#permit.goesOn())) return 'paused';
      await this.#fetch(ids.slice(start, start + fetchBatchMax));
    }
    return 'done';
  }

  /** Fetches records by id and applies them as a page. */
  async #fetch(ids: readonly string[], page: Omit<PageOptions, 'readAt'> = {}): Promise<void> {
    const { session } = this.#run;
    await session.step(async () => {
      const requestedAt = this.#context.clock.now();
      const records = await this.#fetchRecords(ids, this.#mapping.crmFields);
      await this.#apply(records, { ...page, readAt: session.inStoreTime(requestedAt), fresh: true });
    });
    this.#run.assertHealthy();
  }

  async #apply(records: readonly Fetched[], { entries, fresh = false, ...page }: PageOptions) {
    await this.#permit.keep();
    return applyPage(this.#context, this.#run, {
      ...page,
      mapping: this.#mapping,
      records: lastOfEach(records),
      fresh,
      flow: 'pull',
      permit: this.#permit,
      entries: () => [this.#run.entry(), ...(entries?.() ?? [])],
    });
  }
}

interface PageOptions {
  readonly readAt: Millis;
  /** Fetched by id just now. */
  readonly fresh?: boolean;
  readonly entries?: () => readonly EntryChange[];
  readonly onRace?: () => Promise<void>;
}

/** A connector may repeat a record within a page; the later reading counts. */
function lastOfEach(records: readonly Fetched[]): readonly Fetched[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  return byId.size === records.length ? records : [...byId.values()];
}
