import type { BoundStore } from '../../ports/store.ts';
import type { Companies } from './companies/companies.ts';
import type { CompanyField } from './companies/company.ts';
import type { CrmOfPeople } from './crm-of-people.ts';
import { Arrivals } from './late-edits.ts';
import type { Ledger } from './ledger.ts';
import { Outreach } from './outreach.ts';
import type { PersonField } from './people.ts';
import type { Scheduler } from './scheduler.ts';
import type { AccountShape } from './shape.ts';
import type { Trace } from './trace.ts';

export interface AccountParts {
  readonly shape: AccountShape;
  readonly crm: CrmOfPeople;
  readonly connection: string;
  readonly bound: BoundStore;
  readonly scheduler: Scheduler;
  readonly ledger: Ledger;
  readonly trace: Trace;
  readonly companies: Companies | null;
}

/** A connection of the workspace: a CRM of people, and what the engine has made in it. */
export class Account {
  readonly shape: AccountShape;
  readonly crm: CrmOfPeople;
  readonly connection: string;
  /** The store as this connection sees it. */
  readonly bound: BoundStore;
  readonly arrivals: Arrivals<PersonField>;
  /** Null: people only. */
  readonly companyArrivals: Arrivals<CompanyField> | null;
  /** Ids of records and activities that the engine made. */
  readonly made: { readonly records: Set<string>; readonly activities: Map<string, string> } = {
    records: new Set(),
    activities: new Map(),
  };
  /** What its host was told of segments. */
  readonly outreach = new Outreach();
  /** Records that people removed or merged, and values that they took away. */
  losses = 0;
  readonly #scheduler: Scheduler;
  readonly #ledger: Ledger;
  readonly #trace: Trace;
  readonly #companies: Companies | null;
  /** Until then a write may have its effect by itself, long after it was sent. */
  #lateUntil = Number.NEGATIVE_INFINITY;

  constructor({ shape, crm, connection, bound, scheduler, ledger, trace, companies }: AccountParts) {
    this.shape = shape;
    this.crm = crm;
    this.connection = connection;
    this.bound = bound;
    this.#scheduler = scheduler;
    this.#ledger = ledger;
    this.#trace = trace;
    this.#companies = companies;
    this.arrivals = new Arrivals({ scheduler, ledger, show: () => crm.people() });
    const show = () => crm.companies?.companies();
    this.companyArrivals = companies === null ? null : new Arrivals({ scheduler, ledger: companies.ledger, show });
  }

  /** A write may have its effect so much later. */
  expectLate(ms: number): void {
    if (ms > 0) this.#lateUntil = Math.max(this.#lateUntil, this.#scheduler.clock.now() + ms);
  }

  /** Notes what has happened in the CRM by itself, before anything else does. */
  lookAround(): void {
    this.arrivals.look();
    this.companyArrivals?.look();
    if (this.#lateUntil === Number.NEGATIVE_INFINITY) return;
    this.look('a write that was lost');
    if (this.#lateUntil < this.#scheduler.clock.now()) this.#lateUntil = Number.NEGATIVE_INFINITY;
  }

  /** What is in the CRM now: what nobody typed is the engine's doing. */
  look(by: string): void {
    for (const { id, gone: _, ...person } of this.crm.people()) {
      if (!this.#ledger.isKnown('crm', id)) {
        this.made.records.add(id);
        this.#trace.tell(`${by} makes record ${id}`, [id]);
      }
      this.#ledger.engine('crm', id, person, by);
    }
    if (this.crm.companies !== null) this.#companies?.look(this.crm.companies, by);
    for (const { id, key } of this.crm.activities()) {
      if (this.made.activities.has(id)) continue;
      this.made.activities.set(id, key);
      this.#trace.tell(`${by} makes activity ${id} of ${key}`, [id, key]);
    }
  }
}
