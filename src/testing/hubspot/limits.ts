import type { Millis } from '../../core/values/value.ts';
import { HubSpotFailure } from './failure.ts';
import { nextMidnight } from './zone.ts';

const WINDOW_MS = 10_000;
const SEARCH_WINDOW_MS = 1000;

export interface LimitOptions {
  readonly now: () => Millis;
  readonly timeZone: string;
  /** Requests in ten seconds, searches not counted. */
  readonly burst: number;
  /** Searches in a second, of every app of the account. */
  readonly searches: number;
  /** Requests until midnight of the account. */
  readonly daily: number;
  /** The daily pair of headers is for private apps alone. */
  readonly tellsDaily: boolean;
}

/** What the account allows. Source: HubSpot developer docs, "API usage guidelines and limits". */
export interface Limits {
  /** Counts a request. @throws HubSpotFailure 429. */
  take(isSearch: boolean): void;
  /** Headers of an answer. Searches have none of the ten seconds. */
  headers(isSearch: boolean): Readonly<Record<string, string>>;
  usage(): { readonly used: number; readonly limit: number; readonly resetsAt: Millis };
}

export function createLimits({ now, timeZone, burst, searches, daily, tellsDaily }: LimitOptions): Limits {
  const window = rolling(now, WINDOW_MS);
  const searchWindow = rolling(now, SEARCH_WINDOW_MS);
  let used = 0;
  let resetsAt = Number.NEGATIVE_INFINITY;
  const rollDay = (): void => {
    if (now() < resetsAt) return;
    used = 0;
    resetsAt = nextMidnight(timeZone, now());
  };
  return {
    take(isSearch) {
      rollDay();
      if (used >= daily) throw limited('DAILY');
      if (isSearch && searchWindow.count() >= searches) throw limited('SECONDLY');
      if (!isSearch && window.count() >= burst) throw limited('TEN_SECONDLY_ROLLING');
      (isSearch ? searchWindow : window).add();
      used += 1;
    },
    headers(isSearch) {
      rollDay();
      const day = tellsDaily
        ? { 'x-hubspot-ratelimit-daily': String(daily), 'x-hubspot-ratelimit-daily-remaining': String(Math.max(0, daily - used)) }
        : {};
      if (isSearch || !Number.isFinite(burst)) return day;
      const secondly = Math.floor(burst / 10);
      return {
        'x-hubspot-ratelimit-interval-milliseconds': String(WINDOW_MS),
        'x-hubspot-ratelimit-max': String(burst),
        'x-hubspot-ratelimit-remaining': String(Math.max(0, burst - window.count())),
        'x-hubspot-ratelimit-secondly': String(secondly),
        'x-hubspot-ratelimit-secondly-remaining': String(Math.max(0, secondly - 1)),
        ...day,
      };
    },
    usage() {
      rollDay();
      return { used, limit: daily, resetsAt };
    },
  };
}

/** The 429 of a policy. That of searches has other members than those of the other two. */
export function limited(
  policy: 'DAILY' | 'SECONDLY' | 'TEN_SECONDLY_ROLLING',
  headers: Readonly<Record<string, string>> = {},
): HubSpotFailure {
  const message = `You have reached your ${policy.toLowerCase()} limit.`;
  if (policy === 'SECONDLY') return new HubSpotFailure(429, message, { category: 'RATE_LIMITS', headers });
  return new HubSpotFailure(429, message, { extra: { errorType: 'RATE_LIMIT', policyName: policy, requestId: 'fakerequest' }, headers });
}

/** Counts within the last so many milliseconds. */
function rolling(now: () => Millis, length: Millis): { add(): void; count(): number } {
  let times: Millis[] = [];
  let first = 0;
  const forget = (): void => {
    while (first < times.length && times[first]! <= now() - length) first += 1;
    if (first > 1000) {
      times = times.slice(first);
      first = 0;
    }
  };
  return {
    add: () => {
      times.push(now());
    },
    count() {
      forget();
      return times.length - first;
    },
  };
}
