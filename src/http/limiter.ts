import type { Clock } from '../ports/clock.ts';

/** Who wants to make a request: a `Call`. */
export interface Caller {
  readonly signal: AbortSignal;
  /** A person waits for it. */
  readonly interactive?: boolean;
}

/**
 * Lets requests start in turn: so many at once, and so far apart. Who comes first starts first, except that a call that a
 * person waits for goes before all others; such calls are few, so nobody waits for ever.
 */
export interface Limiter {
  /**
   * Runs `work` when its turn has come.
   *
   * @throws the reason of `signal`, where that aborts before the turn.
   */
  run<T>(caller: Caller, work: () => Promise<T>): Promise<T>;
  /** On the injected clock: nobody starts before. */
  opensAt(): number;
  /** Nobody starts within the next `ms`. A longer pause that runs already stays. */
  pause(ms: number): void;
}

interface LimiterOptions {
  readonly clock: Clock;
  /** Default: any number. */
  readonly parallelMax?: number;
  /** In the background none starts while so many run: the rest is for calls that a person waits for. Default `parallelMax`. */
  readonly backgroundMax?: number;
  /** From one start to the next, in ms, as it is now. Default 0. */
  readonly spacingMs?: () => number;
}

type Turn = () => void;

export function createLimiter({ clock, spacingMs = () => 0, ...most }: LimiterOptions): Limiter {
  const { parallelMax = Number.POSITIVE_INFINITY, backgroundMax = parallelMax } = most;
  /** In the order in which they came; who gives up is taken out. */
  const [interactive, background] = [new Set<Turn>(), new Set<Turn>()];
  let running = 0;
  let nextAt = Number.NEGATIVE_INFINITY;
  /** Ends the present wait for `nextAt`. */
  let asleep: AbortController | null = null;

  function startNext(): void {
    for (const queue of [interactive, background]) {
      for (const turn of queue) {
        if (running >= (queue === interactive ? parallelMax : backgroundMax)) break;
        if (clock.now() < nextAt) {
          sleep();
          return;
        }
        queue.delete(turn);
        running += 1;
        nextAt = Math.max(nextAt, clock.now() + spacingMs());
        turn();
      }
    }
  }

  function sleep(): void {
    if (asleep) return;
    const controller = new AbortController();
    asleep = controller;
    void clock.sleep(nextAt - clock.now(), controller.signal).then(() => {
      asleep = null;
      startNext();
    });
  }

  const turnOf = (queue: Set<Turn>, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const giveUp = () => {
        queue.delete(turn);
        if (interactive.size + background.size === 0) asleep?.abort(); // no timer is left behind
        reject(signal.reason);
      };
      const turn = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      queue.add(turn);
      startNext();
    });

  return {
    async run(caller, work) {
      caller.signal.throwIfAborted();
      await turnOf(caller.interactive === true ? interactive : background, caller.signal);
      try {
        return await work();
      } finally {
        running -= 1;
        startNext();
      }
    },
    opensAt: () => nextAt,
    pause(ms) {
      nextAt = Math.max(nextAt, clock.now() + ms);
    },
  };
}
