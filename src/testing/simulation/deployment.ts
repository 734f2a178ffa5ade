import type { Conversation } from '../../core/conversation/conversation.ts';
import { isCrmSyncError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SyncEvent } from '../../ports/observer.ts';
import type { ContactStore } from '../../ports/store.ts';
import { requestOf } from '../fake-http.ts';
import { Account } from './account.ts';
import type { Broken } from './broken.ts';
import { type Chance, chanceOf } from './chance.ts';
import { commitsOf } from './commits.ts';
import { Companies } from './companies/companies.ts';
import { companySchema, TIE } from './companies/company.ts';
import type { CrmOfPeople } from './crm-of-people.ts';
import { Departures } from './departures.ts';
import { type MakeEngine, type SimulatedEngine, schema } from './engine.ts';
import { lineByLine, longest } from './host.ts';
import { Ledger } from './ledger.ts';
import { asLocal, createValues, FIELDS } from './people.ts';
import { type Death, type Ending, type Process, Scheduler } from './scheduler.ts';
import { segmentsOf } from './segments-of.ts';
import type { AccountShape, Shape } from './shape.ts';
import { Trace } from './trace.ts';
import { storeOf, withoutLeases } from './wrapped-store.ts';

const WORKSPACE = 'acme';
const STARTS_AT = Date.parse('2026-01-05T09:00:00Z');

/** A conversation, and whether its platform has its answer. */
export interface Delivered {
  readonly conversation: Conversation;
  /** Connections that it is for. */
  readonly accounts: readonly Account[];
  /** Those that have not answered yet. */
  readonly unanswered: Set<Account>;
}

/** A flow that ended with an error. */
export interface Failure {
  readonly flow: string;
  readonly error: unknown;
  /** What went wrong with its requests. */
  readonly faults: readonly string[];
  /** Records and values that people had taken from the CRM by then. */
  readonly losses: number;
  readonly tookMs: number;
}

export interface DeploymentParts {
  readonly shape: Shape;
  readonly engine: MakeEngine;
  readonly store: (parts: { readonly clock: Clock }) => ContactStore | Promise<ContactStore>;
  readonly crm: (clock: Clock, shape: AccountShape) => Promise<CrmOfPeople>;
}

export interface StartOptions {
  readonly death?: Death | null;
  /** Share of requests that go wrong. */
  readonly failing?: number;
  readonly chance?: Chance;
}

/** A store, one or two CRMs of people, and processes that work on all of them. */
export class Deployment {
  readonly shape: Shape;
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly ledger: Ledger;
  readonly departures: Departures;
  /** Null: people only. */
  readonly companies: Companies | null;
  readonly values = createValues();
  /** Each CRM once. */
  readonly accounts: readonly Account[];
  readonly conversations: Delivered[] = [];
  readonly events: SyncEvent[] = [];
  readonly failures: Failure[] = [];
  /** Answers that were not true. */
  readonly untrue: Broken[] = [];
  /** By run: the process that it is of. */
  readonly processOf = new Map<string, string>();
  /** By process: when it died. */
  readonly diedAt = new Map<string, number>();
  readonly #faults = new Map<string, string[]>();
  readonly counts = { flows: 0, deaths: 0, requests: 0, writes: 0, faults: 0 };
  readonly startedAt = STARTS_AT;
  readonly #store: ContactStore;
  readonly #engine: MakeEngine;
  #ids = 0;

  private constructor(
    { shape, engine }: DeploymentParts,
    scheduler: Scheduler,
    trace: Trace,
    crms: readonly CrmOfPeople[],
    store: ContactStore,
  ) {
    this.shape = shape;
    this.scheduler = scheduler;
    this.trace = trace;
    const now = () => scheduler.clock.now();
    this.ledger = new Ledger(trace, now, { fields: FIELDS, asLocal });
    this.companies = shape.companies === undefined ? null : new Companies({ shape: shape.companies, trace, now, values: this.values });
    this.departures = new Departures(this.ledger, now, shape.deletionBrake ?? undefined);
    this.#engine = engine;
    this.#store = shape.withoutLeases ? withoutLeases(store) : store;
    this.accounts = shape.accounts.map((its, index) => {
      const connection = `acme-${its.crm}`;
      const bound = store.bind({ workspace: WORKSPACE, connection });
      const { ledger, companies } = this;
      return new Account({ shape: its, crm: crms[index] as CrmOfPeople, connection, bound, scheduler, ledger, trace, companies });
    });
  }

  static async open(parts: DeploymentParts): Promise<Deployment> {
    const trace = new Trace(() => scheduler.clock.now());
    const scheduler: Scheduler = new Scheduler(STARTS_AT, (text) => trace.turn(text));
    const crms: CrmOfPeople[] = [];
    for (const shape of parts.shape.accounts) crms.push(await parts.crm(scheduler.clock, shape));
    const store = await parts.store({ clock: scheduler.clock });
    return new Deployment(parts, scheduler, trace, crms, store);
  }

  /** The account that has had this record. */
  accountOf(recordId: string): Account | undefined {
    return this.accounts.find(({ crm }) => crm.person(recordId) !== null);
  }

  /** Starts a process with an engine of its own, on one of the connections. */
  async start<T>(
    what: string,
    account: Account,
    { death = null, failing = 0, chance = chanceOf(0) }: StartOptions,
    work: (engine: SimulatedEngine, process: Process) => Promise<T>,
  ): Promise<{ readonly over: Promise<Ending<T>> }> {
    this.counts.flows += 1;
    const name = `${what} ${this.counts.flows}`;
    this.trace.tell(`${name} starts on ${account.connection}`, [name]);
    const startedAt = this.scheduler.clock.now();
    this.ledger.begin(name);
    this.companies?.ledger.begin(name);
    const { over } = await this.scheduler.start(name, death, (process) => work(this.#engineOf(account, process, failing, chance), process));
    const told = over.then((ending) => {
      if (ending.as === 'died') {
        this.counts.deaths += 1;
        this.diedAt.set(name, this.scheduler.clock.now());
      }
      const tookMs = this.scheduler.clock.now() - startedAt;
      if (ending.as === 'failed') {
        const faults = this.#faults.get(name) ?? [];
        this.failures.push({ flow: name, error: ending.error, faults, losses: account.losses, tookMs });
      }
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

  /** Notes what has happened in the CRMs by itself, before anything else does. */
  lookAround(): void {
    for (const account of this.accounts) account.lookAround();
  }

  #engineOf(account: Account, process: Process, failing: number, chance: Chance): SimulatedEngine {
    const { shape } = this;
    const { crm } = account;
    const fetch = this.#fetchOf(account, process, failing, chance);
    const heard = commitsOf(this, account, process.name);
    return this.#engine({
      workspace: WORKSPACE,
      connection: account.connection,
      schema,
      mappings: [crm.mapping],
      ...(shape.segments === true && { segments: segmentsOf(crm.object) }),
      ...(crm.companies !== null && { companies: { schema: companySchema, mappings: [crm.companies.mapping], contactField: TIE } }),
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
      ...(shape.deletionBrake !== null && { deletionBrake: shape.deletionBrake }),
      propagate: account.shape.propagate,
      store: storeOf(this.#store, process, (changes, committed) => {
        for (const { kind, key } of changes.entries) if (kind === 'run' && !this.processOf.has(key)) this.processOf.set(key, process.name);
        heard(changes, committed);
      }),
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

  #sent(text: string, at: number): void {
    this.ledger.sent(text, at);
    this.companies?.ledger.sent(text, at);
  }

  #fetchOf(account: Account, process: Process, failing: number, chance: Chance): typeof globalThis.fetch {
    const { crm } = account;
    return async (input, init) => {
      const request = requestOf(input, init);
      const sentAt = process.clock.now();
      const label = `${request.method} ${new URL(request.url).pathname}`;
      if (chance.of(failing / 2)) await process.clock.sleep(chance.below(20_000), request.signal);
      return process.call(label, async () => {
        this.counts.requests += 1;
        this.lookAround();
        const isWrite = crm.isWrite(request);
        if (isWrite) this.counts.writes += 1;
        if (isWrite) this.#sent(`${request.url} ${await request.clone().text()}`, sentAt);
        // A request that was given up meanwhile reaches nobody: its fault would strike another one.
        if (chance.of(failing) && !request.signal.aborted) {
          this.counts.faults += 1;
          const fault = chance.oneOf(crm.faultsFor(request, chance));
          this.#faults.set(process.name, [...(this.#faults.get(process.name) ?? []), fault.what]);
          fault.declare();
          account.expectLate(fault.lateMs);
        }
        try {
          return await crm.fetch(request);
        } finally {
          if (isWrite) account.look(process.name);
        }
      });
    };
  }
}

function describe<T>(ending: Ending<T>): string {
  if (ending.as === 'died') return 'is dead';
  if (ending.as === 'done') return `ends ${JSON.stringify((ending.value as { status?: string } | null)?.status ?? 'done')}`;
  const { error } = ending;
  return isCrmSyncError(error) ? `fails with ${error.code}` : `fails with ${String(error)}`;
}
