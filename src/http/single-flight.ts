/**
 * Starts work, or joins it, and waits until the caller's own signal aborts; the work goes on for the others. Who has given
 * up before starts nothing: a failure that nobody waits for would end the process.
 *
 * @throws the reason of `signal`.
 */
export async function untilAborted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Runs `work` at most once at a time: who comes while it runs gets the same result. */
export function singleFlight<T>(): (work: () => Promise<T>) => Promise<T> {
  let flight: Promise<T> | null = null;
  return (work) => {
    flight ??= work().finally(() => {
      flight = null;
    });
    return flight;
  };
}

/** Runs one `work` after another, in the order in which they came, whether or not the one before succeeded. */
export function oneByOne(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine;
    return mine;
  };
}
