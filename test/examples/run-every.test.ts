import { CrmSyncError, type Run } from 'crm-sync-engine';
import { manualClock } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { runEvery } from '../../examples/every-five-minutes/run-every.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-01-05T09:00:00Z');

type Turn = { readonly takesMs?: number } & ({ readonly status: Run['status'] } | { readonly error: Error });
const DONE = { status: 'done' } as const;
const asking = (retryAfterMs: number | null) =>
  new CrmSyncError('Not now.', { code: 'busy', category: 'rate_limit', remedy: 'Wait.', retryable: true, retryAfterMs });

/** The minutes at which the runs start that go like these turns, and the failures that were told. The last turn stops the loop. */
async function startsOf(...turns: readonly Turn[]) {
  const clock = manualClock(START);
  const stop = new AbortController();
  const starts: number[] = [];
  const told: unknown[] = [];
  let underWay = 0;
  await runEvery({
    everyMs: 5 * MINUTE,
    clock,
    signal: stop.signal,
    onFailure: (error) => told.push(error),
    work: async () => {
      expect(++underWay).toBe(1);
      const turn = turns[starts.length] as Turn;
      starts.push((clock.now() - START) / MINUTE);
      if (starts.length === turns.length) stop.abort();
      await Promise.resolve();
      clock.advance(turn.takesMs ?? 0);
      underWay -= 1;
      if ('error' in turn) throw turn.error;
      return { status: turn.status } as Run;
    },
  });
  return { starts, told };
}

describe('runEvery', () => {
  it('starts the first run after one interval, and each from the start of the one before', async () => {
    expect((await startsOf({ ...DONE, takesMs: 2 * MINUTE }, DONE, DONE)).starts).toEqual([5, 10, 15]);
  });

  it('a run that takes longer than the interval delays the next one and overlaps with none', async () => {
    expect((await startsOf({ ...DONE, takesMs: 12 * MINUTE }, DONE, DONE)).starts).toEqual([5, 17, 22]);
  });

  it('goes on at once with a paused run', async () => {
    const paused = { status: 'paused', takesMs: MINUTE } as const;
    expect((await startsOf(paused, paused, DONE, DONE)).starts).toEqual([5, 6, 7, 12]);
  });

  it('waits for its turn when another run is at it', async () => {
    expect((await startsOf({ status: 'busy' }, DONE)).starts).toEqual([5, 10]);
  });

  it('tells of a failure, of whatever kind, and tries again at the next turn', async () => {
    const errors = [asking(null), new TypeError('a bug')];
    const { starts, told } = await startsOf(...errors.map((error) => ({ error })), DONE);
    expect(starts).toEqual([5, 10, 15]);
    expect(told).toEqual(errors);
  });

  it('waits as long as the CRM asked, counted from its answer, and never less than the interval', async () => {
    const hour = { error: asking(60 * MINUTE), takesMs: MINUTE };
    expect((await startsOf({ error: asking(MINUTE) }, hour, DONE, DONE)).starts).toEqual([5, 10, 71, 76]);
  });

  it('does not start when it is stopped while it waits', async () => {
    const stop = new AbortController();
    const sleeping = runEvery({
      everyMs: MINUTE,
      clock: { now: () => START, sleep: (_ms, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())) },
      signal: stop.signal,
      onFailure: (error) => expect.unreachable(String(error)),
      work: () => expect.unreachable('nothing may start any more'),
    });
    stop.abort();
    await expect(sleeping).resolves.toBeUndefined();
  });
});
