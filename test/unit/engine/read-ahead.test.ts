import type { Page } from 'crm-sync-engine';
import { describe, expect, it } from 'vitest';
import { ReadAhead } from '../../../src/engine/pull/read-ahead.ts';

const page = (number: number): Page => ({ records: [], requestedAt: number, checkpoint: number, last: false });

/** A read whose requests leave as those of `fetch` do: once the event loop has turned. */
function reading() {
  const left: number[] = [];
  const signals: AbortSignal[] = [];
  async function* read({ signal }: { readonly signal: AbortSignal }): AsyncGenerator<Page> {
    signals.push(signal);
    for (let number = 1; ; number += 1) {
      await turn();
      left.push(number);
      yield page(number);
    }
  }
  const call = { signal: new AbortController().signal, now: () => 0 };
  return { left, signals, pages: new ReadAhead(read, call) };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const clock = { now: () => 0, sleep: turn };

describe('a page that is asked for ahead', () => {
  it('is on its way before a store that blocks the process goes on', async () => {
    const { pages, left } = reading();
    await pages.ask(clock);
    expect(left).toEqual([1]);
  });

  it('comes once, and the one after it when it is asked for', async () => {
    const { pages, left } = reading();
    await pages.ask(clock);
    expect(pages.isAsked).toBe(true);
    expect(await pages.next()).toEqual(page(1));
    expect(pages.isAsked).toBe(false);
    await turn();
    expect(left).toEqual([1]);
    expect(await pages.next()).toEqual(page(2));
  });

  it('is given up where nobody waits for it any more', async () => {
    const { pages, signals } = reading();
    await pages.ask(clock);
    expect(signals[0]?.aborted).toBe(false);
    await pages.close();
    expect(signals[0]?.aborted).toBe(true);
  });
});
