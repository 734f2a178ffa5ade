import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../../src/stores/memory.ts';
import { sqliteStore } from '../../../src/stores/sqlite.ts';

describe.each([
  ['memoryStore', memoryStore()],
  ['sqliteStore', sqliteStore({ file: ':memory:' })],
])('%s', (_, store) => {
  it.each([
    { workspace: '', connection: 'c' },
    { workspace: 'w', connection: '' },
  ])('refuses an empty name in %j', (scope) => {
    expect(() => store.bind(scope)).toThrow(expect.objectContaining({ code: 'invalid_scope', category: 'configuration' }));
  });

  it('refuses a value that JSON could not keep, and names its field and not the value', async () => {
    const bound = store.bind({ workspace: 'w', connection: 'c' });
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, undefined, 1n, { a: 1 }]) {
      const set = { good: 'x', odd: value as unknown as null };
      const committed = await bound.commit({ rows: [{ kind: 'insert', entity: 'contact', suggestedId: 'c1', set }], entries: [] });
      expect(committed).toEqual({
        status: 'refused',
        rows: [{ index: 0, code: 'unstorable_value', message: 'Field "odd" holds neither text, a finite number, a boolean nor null.' }],
      });
    }
    expect(await bound.load({ ids: ['c1'] })).toEqual([]);
  });

  it('a changeset that names a contact twice throws and changes nothing', async () => {
    const bound = store.bind({ workspace: 'w', connection: 'c' });
    const row = { kind: 'insert', entity: 'contact', suggestedId: 'c1', set: {} } as const;
    await expect(bound.commit({ rows: [row, row], entries: [] })).rejects.toThrow('names a contact twice');
    expect(await bound.load({ ids: ['c1'] })).toEqual([]);
  });
});

it('memoryStore keeps the time of the system where no clock is given', async () => {
  const before = Date.now();
  const committed = await memoryStore().bind({ workspace: 'w', connection: 'c' }).commit({ rows: [], entries: [] });
  expect(committed).toMatchObject({ status: 'done' });
  expect(committed.status === 'done' && committed.at).toBeGreaterThanOrEqual(before);
});

it('sqliteStore keeps the time of the machine where no clock is given', async () => {
  const before = Date.now();
  await using store = sqliteStore({ file: ':memory:' });
  const committed = await store.bind({ workspace: 'w', connection: 'c' }).commit({ rows: [], entries: [] });
  const at = committed.status === 'done' ? committed.at : Number.NaN;
  expect(Number.isInteger(at)).toBe(true);
  expect(at).toBeGreaterThanOrEqual(before - 1);
  expect(at).toBeLessThanOrEqual(Date.now() + 1);
});
