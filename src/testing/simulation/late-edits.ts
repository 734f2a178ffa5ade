import type { CrmOfPeople } from './crm-of-people.ts';
import type { Ledger } from './ledger.ts';
import type { Person } from './people.ts';
import type { Scheduler } from './scheduler.ts';

interface Arrival {
  readonly id: string;
  readonly change: Partial<Person>;
  /** Our clock. */
  readonly at: number;
}

interface Parts {
  readonly scheduler: Scheduler;
  readonly crm: CrmOfPeople;
  readonly ledger: Ledger;
}

/** Changes that people have made in the CRM and that become visible late: a transaction that is open, a slow automation. */
export function createArrivals({ scheduler, crm, ledger }: Parts) {
  let open: Arrival[] = [];
  return {
    add(arrival: Omit<Arrival, 'at'>, delayMs: number): void {
      open.push({ ...arrival, at: scheduler.clock.now() + delayMs });
    },
    /** The record is in nobody's hands. */
    isFree: (id: string): boolean => open.every((arrival) => arrival.id !== id),
    /** Notes what has become visible. */
    look(): void {
      const due = open.filter(({ at }) => at <= scheduler.clock.now());
      if (due.length === 0) return;
      open = open.filter((arrival) => !due.includes(arrival));
      crm.people(); // lets them take effect, before anything else does
      for (const { id, change } of due.sort((a, b) => a.at - b.at)) ledger.type('crm', id, change, 'somebody, late');
    },
  };
}
