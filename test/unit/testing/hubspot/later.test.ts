import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLater } from '../../../../src/testing/hubspot/later.ts';

test.prop([fc.array(fc.nat(20)), fc.nat(20)])('what is due runs in order of time, and in that of its declaration', (times, now) => {
  const later = createLater(() => now);
  const ran: (readonly [time: number, index: number])[] = [];
  for (const [index, time] of times.entries()) later.at(time, () => ran.push([time, index]));
  later.settle();
  later.settle();
  const due = times.map((time, index) => [time, index] as const).filter(([time]) => time <= now);
  expect(ran).toEqual(due.toSorted(([a, i], [b, j]) => a - b || i - j));
});

it('an effect that sets off another one at once sees it run', () => {
  const later = createLater(() => 5);
  const ran: string[] = [];
  later.at(1, () => {
    ran.push('first');
    later.at(5, () => ran.push('second'));
  });
  later.settle();
  expect(ran).toEqual(['first', 'second']);
});

it('an effect takes place at its own time, however late somebody looks', () => {
  const later = createLater(() => 100);
  const times: number[] = [];
  for (const time of [30, 20]) later.at(time, () => times.push(later.now()));
  later.settle();
  expect([...times, later.now()]).toEqual([20, 30, 100]);
});
