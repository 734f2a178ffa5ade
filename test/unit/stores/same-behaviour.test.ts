import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Committed } from '../../../src/ports/store.ts';
import { memoryStore } from '../../../src/stores/memory.ts';
import { sqliteStore } from '../../../src/stores/sqlite.ts';
import { play, sequences } from './play.ts';

const clock = { now: () => 1000 };

test.prop([sequences], { numRuns: 100 })(
  'a memory store and an SQLite store answer any sequence of commits alike, and show the same afterwards',
  async (steps) => {
    await using sqlite = sqliteStore({ file: ':memory:', clock });
    expect(await play(sqlite, steps)).toEqual(await play(memoryStore({ clock }), steps));
  },
);

test('such sequences are neither all refused nor all done', async () => {
  const stories = await Promise.all(fc.sample(sequences, { numRuns: 50, seed: 1 }).map((steps) => play(memoryStore({ clock }), steps)));
  const answers = stories.flat().map((part) => (part as Partial<Committed>).status);
  expect(answers.filter((status) => status === 'done').length).toBeGreaterThan(50);
  expect(answers.filter((status) => status === 'moved').length).toBeGreaterThan(50);
});
