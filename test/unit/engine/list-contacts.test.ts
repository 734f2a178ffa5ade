import { test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/engine/context.ts';
import { listContacts } from '../../../src/engine/list-contacts.ts';
import type { BoundStore } from '../../../src/ports/store.ts';
import { memoryStore } from '../../../src/stores/memory.ts';
import { sqliteStore } from '../../../src/stores/sqlite.ts';
import { audience, expected, listed, put } from './audiences.ts';

const RUNS = { numRuns: 150 };
let workspaces = 0;
/** Each audience in a workspace of its own. */
const emptyIn = (store: ReturnType<typeof memoryStore>) => store.bind({ workspace: `w${++workspaces}`, connection: 'c' });

describe('a list gives the same contacts in the same order as the pure functions say', () => {
  const memory = memoryStore();
  test.prop({ asked: audience }, RUNS)('in memory, where all of them are looked at', async ({ asked: { everybody, ...asked } }) => {
    const store = emptyIn(memory);
    await put(store, everybody);
    expect(await listed(store, asked)).toEqual(expected(everybody, asked));
  });

  const sqlite = sqliteStore({ file: ':memory:' });
  test.prop({ asked: audience }, RUNS)('in SQLite, which looks at those who may match', async ({ asked: { everybody, ...asked } }) => {
    const store = emptyIn(sqlite);
    expect(store.list).toBeDefined();
    await put(store, everybody);
    expect(await listed(store, asked)).toEqual(expected(everybody, asked));
  });
});

describe('SQL', () => {
  it('leaves out most of those who do not match', async () => {
    const store = emptyIn(sqliteStore({ file: ':memory:' }));
    const everybody = Array.from({ length: 8 }, (_, index) => ({
      fields: { name: `Name ${index}`, score: index, seen: `2026-01-0${index + 1}T09:00:00.000Z` },
      states: index % 2 === 0 ? (['active'] as const) : [],
      talked: index === 3 ? { count: 2, lastAt: '2026-01-05T09:00:00.000Z' } : null,
    }));
    await put(store, everybody);
    const count = async (where: object) =>
      (await store.list!({ entity: 'contact', where: where as never, sort: [], after: null, limit: 100 })).length;
    expect(await count({ field: 'name', eq: 'NAME 3' })).toBe(1);
    expect(await count({ not: { field: 'name', eq: 'NAME 3' } })).toBe(7);
    expect(await count({ field: 'name', contains: '3' })).toBe(1);
    expect(await count({ field: 'score', gt: 5.5 })).toBe(2);
    expect(await count({ not: { field: 'score', gt: 5.5 } })).toBe(6);
    expect(await count({ field: 'seen', since: '2026-01-07' })).toBe(3);
    expect(await count({ field: 'name', blank: true })).toBe(0);
    expect(await count({ field: '$link.Contact', eq: 'active' })).toBe(4);
    expect(await count({ field: '$conversations', gt: 1 })).toBe(1);
    expect(await count({ field: '$last_conversation_at', blank: true })).toBe(7);
  });
});

it('a page costs few reads: those of a store without lists are of bounded size', async () => {
  const sizes: number[] = [];
  const inner = emptyIn(memoryStore());
  for (let at = 0; at < 3; at += 1)
    await inner.commit({
      rows: Array.from({ length: 500 }, (_, index) => ({
        kind: 'insert',
        entity: 'contact',
        suggestedId: `${at}-${index}`,
        set: { n: index },
      })),
      entries: [],
    });
  const store: BoundStore = {
    ...inner,
    async scan(query) {
      const rows = await inner.scan(query);
      sizes.push(rows.length);
      return rows;
    },
  };
  const query = { entity: 'contact', where: { field: 'n', eq: 7 }, after: null, limit: 10 } as const;
  const context = { store } as Context;
  expect(await listContacts(context, { ...query, sort: [] })).toHaveLength(3);
  expect(await listContacts(context, { ...query, sort: [{ field: 'n' }] })).toHaveLength(3);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
});
