import type { PolicyFunction } from '../../core/conflict-types.ts';
import type { Conversation } from '../../core/conversation.ts';
import type { StoredHistory } from '../../core/stored-history.ts';
import { isCrmSyncError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Merger } from '../../ports/merger.ts';
import type { SyncEvent } from '../../ports/observer.ts';
import type { BoundStore, Changeset, Committed, ContactStore } from '../../ports/store.ts';
import { requestOf } from '../fake-http.ts';
import { type Chance, chanceOf } from './chance.ts';
import type { CrmOfPeople } from './crm-of-people.ts';
import { type MakeEngine, type SimulatedEngine, schema } from './engine.ts';
import { createArrivals } from './late-edits.ts';
import { Ledger } from './ledger.ts';
import { createValues, FIELDS, type Person } from './people.ts';
import { type Death, type Ending, type Process, Scheduler } from './scheduler.ts';
import type { Shape } from './shape.ts';
import { Trace } from './trace.ts';
import { storeOf, withoutLeases } from './wrapped-store.ts';

export const WORKSPACE = 'acme';
export const CONNECTION = 'acme-crm';
const STARTS_AT = Date.parse('2026-01-05T09:00:00Z');

/** A conversation, and whether its platform has its answer. */
export interface Delivered {
  readonly conversation: Conversation;
  isAnswered: boolean;
}

/** A flow that ended with an error. */
export interface Failure {
  readonly flow: string;
  readonly error: unknown;
  /** What went wrong with its requests. */
  readonly faults: readonly string[];
  readonly tookMs: number;
}

export interface DeploymentParts {
  readonly shape: Shape;
  readonly engine: MakeEngine;
  readonly store: (parts: { readonly clock: Clock }) => ContactStore | Promise<ContactStore>;
  readonly crm: (clock: Clock, shape: Shape) => Promise<CrmOfPeople>;
}

export interface StartOptions {
  readonly death?: Death | null;
  /** Share of requests that go wrong. */
  readonly failing?: number;
  readonly chance?: Chance;
}

/** A store, a CRM of people, and processes that work on both. */
export class Deployment {
  readonly shape: Shape;
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly ledger: Ledger;
  readonly values = createValues();
  readonly crm: CrmOfPeople;
  readonly bound: BoundStore;
  readonly conversations: Delivered[] = [];
  readonly events: SyncEvent[] = [];
  readonly failures: Failure[] = [];
  /** By run: the process that it is of. */
  readonly processOf = new Map<string, string>();
  /** By process: when it died. */
  readonly diedAt = new Map<string, number>();
  readonly #faults = new Map<string, string[]>();
  /** Until then a write may have its effect by itself, long after it was sent. */
  #lateUntil = Number.NEGATIVE_INFINITY;
  /** Ids of records and activities that the engine made. */
  readonly made: { readonly records: Set<string>; readonly activities: Map<string, string> } = {
    records: new Set(),
    activities: new Map(),
  };
  readonly arrivals: ReturnType<typeof createArrivals>;
  readonly counts = { flows: 0, deaths: 0, requests: 0, writes: 0, faults: 0 };
  readonly startedAt = STARTS_AT;
  readonly #store: ContactStore;
  readonly #engine: MakeEngine;
  #ids = 0;

  private constructor({ shape, engine }: DeploymentParts, scheduler: Scheduler, trace: Trace, crm: CrmOfPeople, store: ContactStore) {
    this.shape = shape;
    this.scheduler = scheduler;
    this.trace = trace;
    this.ledger = new Ledger(trace, () => scheduler.clock.now());
    this.crm = crm;
    this.#engine = engine;
    this.#store = shape.withoutLeases ? withoutLeases(store) : store;
    this.bound = store.bind({ workspace: WORKSPACE, connection: CONNECTION });
    this.arrivals = createArrivals(this);
  }

  static async open(parts: DeploymentParts): Promise<Deployment> {
    const trace = new Trace(() => scheduler.clock.now());
    const scheduler: Scheduler = new Scheduler(STARTS_AT, (text) => trace.turn(text));
    const crm = await parts.crm(scheduler.clock, parts.shape);
    const store = await parts.store({ clock: scheduler.clock });
    return new Deployment(parts, scheduler, trace, crm, store);
  }

  /** Starts a process with an engine of its own. */
  async start<T>(
    what: string,
    { death = null, failing = 0, chance = chanceOf(0) }: StartOptions,
    work: (engine: SimulatedEngine, process: Process) => Promise<T>,
  ): Promise<{ readonly over: Promise<Ending<T>> }> {
    this.counts.flows += 1;
    const name = `${what} ${this.counts.flows}`;
    this.trace.tell(`${name} starts`, [name]);
    const startedAt = this.scheduler.clock.now();
    const { over } = await this.scheduler.start(name, death, (process) => work(this.#engineOf(process, failing, chance), process));
    const told = over.then((ending) => {
      if (ending.as === 'died') {
        this.counts.deaths += 1;
        this.diedAt.set(name, this.scheduler.clock.now());
      }
      const tookMs = this.scheduler.clock.now() - startedAt;
      if (ending.as === 'failed') this.failures.push({ flow: name, error: ending.error, faults: this.#faults.get(name) ?? [], tookMs });
      this.trace.tell(`${name} ${describe(ending)}`, [name]);
      return ending;
    });
    return { over: told };
  }

  /** Goes on until nobody is at work. */
  async untilIdle(chance: Chance): Promise<void> {
    while (await this.scheduler.turn(chance));
    if (this.scheduler.living > 0) throw new Error('simulate: a process is at work and waits for nothing.');
  }

  #engineOf(process: Process, failing: number, chance: Chance): SimulatedEngine {
    const { crm, shape } = this;
    const fetch = this.#fetchOf(process, failing, chance);
    return this.#engine({
      workspace: WORKSPACE,
      connection: CONNECTION,
      schema,
      mappings: [crm.mapping],
      analysis: [
        { from: 'email', field: 'email', mode: 'fill_if_empty' },
        { from: 'title', field: 'title', mode: 'overwrite' },
        { from: 'notes', field: 'notes', mode: 'merge' },
      ],
      activities: { call: true },
      unknownCaller: shape.unknownCaller,
      defaultCountry: 'US',
      policies: { longest },
      onDelete: shape.onDelete,
      store: storeOf(this.#store, process, (changes, committed) => this.#committed(process.name, changes, committed)),
      connector: crm.connector(fetch, process.clock, chance.next),
      merger: lineByLine(process, () => failing > 0 && chance.of(shape.failingMerges)),
      observer: { notify: (event) => this.events.push(event) },
      clock: process.clock,
      ids: () => {
        this.#ids += 1;
        return `id-${String(this.#ids).padStart(7, '0')}`;
      },
    });
  }

  #fetchOf(process: Process, failing: number, chance: Chance): typeof globalThis.fetch {
    return async (input, init) => {
      const request = requestOf(input, init);
      const sentAt = process.clock.now();
      const label = `${request.method} ${new URL(request.url).pathname}`;
      if (chance.of(failing / 2)) await process.clock.sleep(chance.below(20_000), request.signal);
      return process.call(label, async () => {
        this.counts.requests += 1;
        this.lookAround();
        const isWrite = this.crm.isWrite(request);
        if (isWrite) this.counts.writes += 1;
        if (isWrite) this.ledger.sent(`${request.url} ${await request.clone().text()}`, sentAt);
        // A request that was given up meanwhile reaches nobody: its fault would strike another one.
        if (chance.of(failing) && !request.signal.aborted) {
          this.counts.faults += 1;
          const fault = chance.oneOf(this.crm.faultsFor(request, chance));
          this.#faults.set(process.name, [...(this.#faults.get(process.name) ?? []), fault.what]);
          fault.declare();
          if (fault.lateMs > 0) this.#lateUntil = Math.max(this.#lateUntil, this.scheduler.clock.now() + fault.lateMs);
        }
        try {
          return await this.crm.fetch(request);
        } finally {
          if (isWrite) this.look(process.name);
        }
      });
    };
  }

  /** Notes what has happened in the CRM by itself, before anything else does. */
  lookAround(): void {
    this.arrivals.look();
    if (this.#lateUntil === Number.NEGATIVE_INFINITY) return;
    this.look('a write that was lost');
    if (this.#lateUntil < this.scheduler.clock.now()) this.#lateUntil = Number.NEGATIVE_INFINITY;
  }

  /** What is in the CRM now: what nobody typed is the engine's doing. */
  look(by: string): void {
    for (const { id, gone: _, ...person } of this.crm.people()) {
      if (!this.ledger.isKnown('crm', id)) {
        this.made.records.add(id);
        this.trace.tell(`${by} makes record ${id}`, [id]);
      }
      this.ledger.engine('crm', id, person, by);
    }
    for (const { id, key } of this.crm.activities()) {
      if (this.made.activities.has(id)) continue;
      this.made.activities.set(id, key);
      this.trace.tell(`${by} makes activity ${id} of ${key}`, [id, key]);
    }
  }

  #committed(by: string, { rows, entries }: Changeset, committed: Extract<Committed, { status: 'done' }>): void {
    const { ledger } = this;
    for (const { kind, key } of entries) if (kind === 'run' && !this.processOf.has(key)) this.processOf.set(key, by);
    const history = entries.flatMap(({ kind, put }) =>
      kind === 'history' && put !== undefined && put !== 'delete'
        ? [{ body: put.body as unknown as StoredHistory, of: put.contactId }]
        : [],
    );
    for (const { body, of } of history) {
      const contactId = typeof of === 'string' ? of : (committed.ids[of?.row ?? 0] ?? '');
      for (const { field, local, remote, winner } of body.conflicts ?? []) {
        ledger.conflicts += 1;
        this.trace.tell(`${by} records a conflict over ${field} of contact ${contactId}: ${local} here, ${remote} there, ${winner} wins`, [
          contactId,
        ]);
      }
    }
    for (const [index, row] of rows.entries()) {
      const contactId = committed.ids[index] ?? '';
      const links = row.links ?? [];
      for (const { object, recordId, state, body } of links)
        this.trace.tell(
          `${by}: link of contact ${contactId} with ${object} ${recordId} is ${state}${body.sent.length > 0 ? ', a write is open' : ''}`,
          [contactId, recordId ?? contactId],
        );
      for (const { recordId, state } of links) if (state === 'active' && recordId !== null) ledger.meet(contactId, recordId);
      if (row.kind !== 'insert' && row.kind !== 'update') continue;
      const set = onlyFields({ ...row.set, ...committed.stored?.[index] });
      const own = history.some(({ body, of }) => sameContact(of, contactId, index) && OURS.has(body.source.flow));
      if (row.kind === 'insert' && !ledger.isKnown('local', contactId)) ledger.engine('local', contactId, {}, by);
      if (own) ledger.type('local', contactId, set, by);
      else ledger.engine('local', contactId, set, by);
    }
  }
}

/** Flows whose values come from a person on our side, or from an analysis. */
const OURS: ReadonlySet<string> = new Set(['manual', 'analysis', 'merge']);

const sameContact = (of: unknown, contactId: string, row: number): boolean =>
  typeof of === 'string' ? of === contactId : (of as { row?: number } | null | undefined)?.row === row;

const onlyFields = (fields: Readonly<Record<string, unknown>>): Partial<Person> =>
  Object.fromEntries(FIELDS.flatMap((field) => (Object.hasOwn(fields, field) ? [[field, fields[field] as string | null]] : [])));

function describe<T>(ending: Ending<T>): string {
  if (ending.as === 'died') return 'is dead';
  if (ending.as === 'done') return `ends ${JSON.stringify((ending.value as { status?: string } | null)?.status ?? 'done')}`;
  const { error } = ending;
  return isCrmSyncError(error) ? `fails with ${error.code}` : `fails with ${String(error)}`;
}

/** What the shortest field of both CRMs holds. */
const MERGED_MAX = 120;

/**
 * A merger that adds a line, whatever stands there already: a text that is merged twice shows. Of a title only what fits.
 *
 * @param fails - Asked for each text.
 */
const lineByLine = (process: Process, fails: () => boolean): Merger => ({
  specVersion: 1,
  merge: ({ items }) =>
    process.call('merge', async () => ({
      fields: Object.fromEntries(
        items.map(({ field, existing, incoming }) => {
          if (fails()) return [field, { ok: false, code: 'too_busy', remedy: 'Ask again later.' }];
          const value = field === 'notes' ? `${existing}\n${incoming}` : `${existing} ${incoming}`;
          return [field, { ok: true, value: (field === 'notes' || value.length <= MERGED_MAX ? value : incoming).trim() }];
        }),
      ),
    })),
});

/** The host's own policy. Where it can't tell, a person has to. */
const longest: PolicyFunction = ({ local, remote }) => {
  const [ours, theirs] = [String(local ?? '').length, String(remote ?? '').length];
  return ours === theirs ? 'manual' : ours > theirs ? 'local' : 'crm';
};
