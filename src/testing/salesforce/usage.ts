import type { Millis } from '../../core/values/value.ts';

const DAY_MS = 86_400_000;

/** API calls of the last 24 hours: the quota of an org rolls, it does not start anew at midnight. */
export interface Usage {
  readonly limit: number;
  used(): number;
  /** Counts calls, or refuses them with false where the quota is used up. */
  take(calls: number): boolean;
}

export function createUsage(now: () => Millis, limit: number): Usage {
  const taken: { readonly at: Millis; readonly calls: number }[] = [];
  let first = 0; // entries before it are older than a day
  let total = 0;
  const forget = (): void => {
    while (first < taken.length && taken[first]!.at <= now() - DAY_MS) {
      total -= taken[first]!.calls;
      first += 1;
    }
    if (first > 1000) taken.splice(0, first);
    if (first > 1000) first = 0;
  };
  return {
    limit,
    used() {
      forget();
      return total;
    },
    take(calls) {
      forget();
      if (total + calls > limit) return false;
      taken.push({ at: now(), calls });
      total += calls;
      return true;
    },
  };
}
