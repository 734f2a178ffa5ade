/**
 * Waits for `work` no longer than `ms`, or until `signal` aborts, whatever it makes of the signal that it is handed. Real
 * time, as the limits of requests are: no injected clock knows how long somebody else takes.
 *
 * @throws the reason of `signal`, or a `TimeoutError`.
 */
export async function withinTime<T>(ms: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(ms)]);
  either.throwIfAborted();
  const aborted = new Promise<never>((_, reject) => {
    either.addEventListener('abort', () => reject(either.reason), { once: true });
  });
  return Promise.race([work(either), aborted]);
}
