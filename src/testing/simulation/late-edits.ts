import type { Ledger } from './ledger.ts';
import type { Scheduler } from './scheduler.ts';

interface Parts<F extends string> {
  readonly scheduler: Scheduler;
  readonly ledger: Ledger<F>;
  /** Lets what is due take effect in the CRM. */
  readonly show: () => unknown;
}

interface Arrival<F extends string> {
  readonly id: string;
  readonly change: Readonly<Partial<Record<F, string | null>>>;
  /** Our clock. */
  readonly at: number;
}

/** Changes that people have made in the CRM and that become visible late: a transaction that is open, a slow automation. */
export class Arrivals<F extends string> {
  readonly #parts: Parts<F>;
  #open: Arrival<F>[] = [];

  constructor(parts: Parts<F>) {
    this.#parts = parts;
  }

  add(arrival: Omit<Arrival<F>, 'at'>, delayMs: number): void {
    this.#open.push({ ...arrival, at: this.#parts.scheduler.clock.now() + delayMs });
  }

  /** The record is in nobody's hands. */
  isFree(id: string): boolean {
    return this.#open.every((arrival) => arrival.id !== id);
  }

  /** Notes what has become visible. */
  look(): void {
    const { scheduler, ledger, show } = this.#parts;
    const due = this.#open.filter(({ at }) => at <= scheduler.clock.now());
    if (due.length === 0) return;
    this.#open = this.#open.filter((arrival) => !due.includes(arrival));
    show(); // before anything else does
    for (const { id, change } of due.sort((a, b) => a.at - b.at)) ledger.type('crm', id, change, 'somebody, late');
  }
}
