import type { Millis } from '../../core/values/value.ts';

/** Effects that take place when the clock has come to them: late commits, calculated values, workflows. */
export interface Later {
  at(time: Millis, effect: () => void): void;
  /** The time of the effect that is running, however late somebody looks; else that of the clock. */
  now(): Millis;
  /** Runs what is due, in order of time; what becomes due meanwhile too. */
  settle(): void;
}

export function createLater(now: () => Millis): Later {
  /** In order of time; effects of one time in the order they came. */
  const waiting: { readonly time: Millis; readonly effect: () => void }[] = [];
  let running: Millis | null = null;
  return {
    now: () => running ?? now(),
    at(time, effect) {
      let low = 0;
      let high = waiting.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (waiting[middle]!.time <= time) low = middle + 1;
        else high = middle;
      }
      waiting.splice(low, 0, { time, effect });
    },
    settle() {
      // ends: what effects set off at once is due in the next turn, and nothing here sets itself off
      for (;;) {
        const later = waiting.findIndex(({ time }) => time > now());
        const due = waiting.splice(0, later === -1 ? waiting.length : later);
        if (due.length === 0) return;
        try {
          for (const { time, effect } of due) {
            running = time;
            effect();
          }
        } finally {
          running = null;
        }
      }
    },
  };
}
