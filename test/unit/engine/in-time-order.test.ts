import { test } from '@fast-check/vitest';
import { conversation } from 'crm-sync-engine/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inTimeOrder } from '../../../src/engine/conversation/in-time-order.ts';

const at = (minute: number, id = `at-${minute}`) =>
  conversation({ id, startedAt: new Date(Date.UTC(2026, 0, 5, 9, minute)).toISOString() });
async function* streamOf<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function idsOf(source: Iterable<unknown> | AsyncIterable<unknown>, window?: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const next of inTimeOrder(source, window))
    ids.push('issues' in next ? 'unreadable' : `${next.conversation.id}${next.isLate ? ' late' : ''}`);
  return ids;
}

it('a list is sorted as a whole, however small the window', async () => {
  expect(await idsOf([at(3), at(1), at(2)], 1)).toEqual(['at-1', 'at-2', 'at-3']);
});

it('a stream is sorted within the window, and tells of what comes later than that', async () => {
  const newestFirst = [at(4), at(3), at(2), at(1)];
  expect(await idsOf(streamOf(newestFirst))).toEqual(['at-1', 'at-2', 'at-3', 'at-4']);
  expect(await idsOf(streamOf(newestFirst), 2)).toEqual(['at-2', 'at-1 late', 'at-3', 'at-4']);
  expect(await idsOf(new Set(newestFirst), 2)).toEqual(['at-2', 'at-1 late', 'at-3', 'at-4']);
});

it('of the same time the one that came first goes first', async () => {
  expect(await idsOf([at(1, 'a'), at(0, 'b'), at(1, 'c')])).toEqual(['b', 'a', 'c']);
});

it('what can not be read goes at once and holds nothing up', async () => {
  expect(await idsOf(streamOf([at(2), { id: 7 }, null, at(1)]))).toEqual(['unreadable', 'unreadable', 'at-1', 'at-2']);
});

it('holds no more than the window', async () => {
  let asked = 0;
  async function* source() {
    for (let minute = 0; ; minute += 1) {
      asked += 1;
      yield at(minute % 60, `${minute}`);
    }
  }
  for await (const _ of inTimeOrder(source(), 10)) break;
  expect(asked).toBe(11);
});

it('closes the source when whoever reads stops', async () => {
  let closed = false;
  async function* source() {
    try {
      for (;;) yield at(1);
    } finally {
      closed = true;
    }
  }
  for await (const _ of inTimeOrder(source(), 2)) break;
  expect(closed).toBe(true);
});

test.prop([fc.array(fc.integer({ min: 0, max: 59 })), fc.integer({ min: 1, max: 5 })])(
  'gives back every conversation once, and late ones are those that are older than one before',
  async (minutes, window) => {
    const all = minutes.map((minute, index) => at(minute, `${index}`));
    let newest = '';
    const ids: string[] = [];
    for await (const next of inTimeOrder(streamOf(all), window)) {
      if ('issues' in next) throw new Error('unreadable');
      expect(next.isLate).toBe(next.conversation.startedAt < newest);
      if (next.conversation.startedAt > newest) newest = next.conversation.startedAt;
      ids.push(next.conversation.id);
    }
    expect(ids.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
  },
);
