import type { ManualClock } from 'crm-sync-engine/testing';
import type { CrmOfPeople, Person } from './crms.ts';

type Random = () => number;

export const below = (random: Random, limit: number): number => Math.floor(random() * limit);
export const oneOf = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)] as T;

/** People whose every value is theirs alone. */
export function peopleMaker() {
  let made = 0;
  const phone = (number: number) => `(415) ${200 + Math.floor(number / 10_000)}-${String(number % 10_000).padStart(4, '0')}`;
  return {
    person(): Person {
      made += 1;
      return { phone_number: phone(made), first_name: `F${made}`, last_name: `L${made}`, email: `p${made}@example.com`, notes: null };
    },
    /** A change of some fields to values that nobody had yet. */
    change(random: Random): Partial<Person> {
      made += 1;
      const kind = random();
      if (kind < 0.1) return { phone_number: phone(made), first_name: `F${made}` };
      if (kind < 0.2) return { email: `p${made}@example.com`, last_name: `L${made}` };
      if (kind < 0.21) return { first_name: null, last_name: `L${made}` };
      return { first_name: `F${made}` };
    },
  };
}

export interface TroubleOptions {
  readonly crm: CrmOfPeople;
  readonly clock: ManualClock;
  readonly random: Random;
  readonly people: ReturnType<typeof peopleMaker>;
  /** Share of requests that go wrong. */
  readonly failing: number;
  /** Things that happen in the CRM in all, and after one answer at most. */
  readonly happenings: { readonly total: number; readonly perAnswer: number };
}

/** How late a commit may become visible: within the overlap of both connectors. */
const LATE_MAX_MS = 5 * 60_000;

/**
 * A CRM in trouble: a share of its requests fails, and people go on working in it after every answer. Whatever happens is
 * decided by `random`.
 */
export function trouble({ crm, clock, random, people, failing, happenings }: TroubleOptions) {
  let left = happenings.total;
  let failures = 0;
  let calm = false;
  let answered: (() => void) | null = null;
  /** Ids that something may happen to. */
  const ids = crm.people().map(({ id }) => id);
  /** Records that a transaction holds, until it commits. */
  const locked = new Map<string, number>();
  /** Records that a late commit makes, with its time. */
  const unborn = new Map<string, number>();

  /** A live record that no transaction holds. */
  function someone(): string | null {
    // Bound: few records are gone or locked at a time.
    for (let tries = 0; tries < 20; tries += 1) {
      const index = below(random, ids.length);
      const id = ids[index];
      if (id === undefined) return null;
      if ((locked.get(id) ?? 0) >= clock.now()) continue;
      if (crm.person(id).gone === null) return id;
      ids.splice(index, 1);
    }
    return null;
  }

  /** One thing that people or other software do in the CRM: they make, edit, delete or merge records, at once or late. */
  function happen(): void {
    const what = random();
    if (what < 0.14) ids.push(crm.add(people.person()));
    else if (what < 0.18) {
      const commitDelayMs = 1_000 + below(random, LATE_MAX_MS);
      unborn.set(crm.add(people.person(), { commitDelayMs }), clock.now() + commitDelayMs);
    } else happenTo(someone(), what);
  }

  function happenTo(id: string | null, what: number): void {
    if (id === null) return;
    if (what < 0.26) {
      const commitDelayMs = 1_000 + below(random, LATE_MAX_MS);
      locked.set(id, clock.now() + commitDelayMs);
      crm.edit(id, people.change(random), { commitDelayMs });
    } else if (what < 0.31) crm.remove(id);
    else if (what < 0.36) {
      const other = someone();
      if (other !== null && other !== id) ids.push(crm.merge(id, other));
    } else crm.edit(id, people.change(random));
  }

  function admitBorn(): void {
    for (const [id, at] of unborn) if (at < clock.now() && unborn.delete(id)) ids.push(id);
  }

  return {
    get failures() {
      return failures;
    },
    /** Nothing more will happen by itself. */
    get isOver() {
      return left === 0;
    },
    /** From now on nothing happens and nothing fails. */
    calmDown() {
      calm = true;
      left = 0;
    },
    /** Called after each answer, once what happened there has happened; null ends it. */
    onAnswer(heard: (() => void) | null) {
      answered = heard;
    },
    fetch: (async (input, init) => {
      const request = new Request(input, init);
      if (!calm && random() < failing) {
        failures += 1;
        oneOf(random, crm.faultsFor(request))();
      }
      try {
        return await crm.fetch(request);
      } finally {
        if (!calm) {
          clock.advance(20 + below(random, 1_500));
          admitBorn();
          for (let count = Math.min(left, below(random, happenings.perAnswer + 1)); count > 0; count -= 1) {
            left -= 1;
            happen();
          }
          answered?.();
        }
      }
    }) satisfies typeof globalThis.fetch,
  };
}
