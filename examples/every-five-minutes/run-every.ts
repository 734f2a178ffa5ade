import { type Clock, isCrmSyncError, type Run } from 'crm-sync-engine';

export interface Schedule {
  /** From the start of one run to the start of the next; the first starts so long from now. */
  readonly everyMs: number;
  readonly clock: Clock;
  /** Ends the loop. Give it to the flow as well, so that the request in flight is cut. */
  readonly signal: AbortSignal;
  /** One run. The next one never starts before this one has ended, however long it takes. */
  readonly work: () => Promise<Run>;
  /** Told of a run that failed. The next one tries again. */
  readonly onFailure: (error: unknown) => void;
}

/** Runs `work` at a steady pace until `signal` aborts. */
export async function runEvery({ everyMs, clock, signal, work, onFailure }: Schedule): Promise<void> {
  let dueAt = clock.now() + everyMs;
  while (!signal.aborted) {
    await clock.sleep(Math.max(0, dueAt - clock.now()), signal);
    if (signal.aborted) return;
    dueAt = clock.now() + everyMs;
    try {
      const run = await work();
      if (run.status === 'paused') dueAt = clock.now(); // out of time with more to do; a busy one waits for its turn
    } catch (error) {
      onFailure(error);
      const asked = isCrmSyncError(error) ? (error.retryAfterMs ?? 0) : 0;
      dueAt = Math.max(dueAt, clock.now() + asked);
    }
  }
}
