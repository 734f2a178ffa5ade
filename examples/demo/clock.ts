import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from 'crm-sync-engine';

export interface StoryClock extends Clock {
  /** Jumps ahead to a later time, ISO 8601 UTC. */
  jumpTo(at: string): void;
}

/** A clock that runs as fast as the machine's and can jump: three days pass in a second, and durations stay true. */
export function storyClock(startsAt: string): StoryClock {
  let start = Date.parse(startsAt) - performance.now();
  const now = () => Math.floor(start + performance.now());
  return {
    now,
    async sleep(ms, signal) {
      await pause(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined); // a wait that is cut ends early
    },
    jumpTo(at) {
      start += Math.max(0, Date.parse(at) - now());
    },
  };
}
