import type { Millis } from '../../core/values/value.ts';

/** Effects that take place when the clock has come to them: late commits, writes whose caller has given up. */
export interface Later {
  at(time: Millis, effect: () => void): void;
  /** The time of the effect that is running, however late somebody looks; else that of the clock. */
  now(): Millis;
  /** Runs what is due, in order of time. */
  settle(): void;
}

export function createLater(now: () => Millis): Later {
  let waiting: { readonly time: Millis; readonly effect: () => void }[] = [];
  let running: Millis | null = null;
  return {
    now: () => running ?? now(),
    at(time, effect) {
      waiting.push({ time, effect });
    },
    settle() {
      if (waiting.length === 0) return;
      const due = waiting.filter(({ time }) => time <= now()).sort((a, b) => a.time - b.time);
      if (due.length === 0) return;
      waiting = waiting.filter((entry) => !due.includes(entry));
      try {
        for (const { time, effect } of due) {
          running = time;
          effect();
        }
      } finally {
        running = null;
      }
    },
  };
}
