import { sqliteStore } from '../../src/stores/sqlite.ts';

/** Adds one to a counter that other processes write too, so many times: `node sqlite-writer.ts <file> <times>`. */
const [, , file, times] = process.argv;
await using store = sqliteStore({ file: file! });
const bound = store.bind({ workspace: 'w', connection: 'c' });
const name = { scope: 'workspace', kind: 'counter', key: 'shared' } as const;
for (let done = 0; done < Number(times); ) {
  const [entry] = await bound.entries({ ...name, keys: ['shared'], limit: 1 });
  const body = Number(entry?.body ?? 0) + 1;
  const committed = await bound.commit({
    rows: [{ kind: 'insert', entity: 'contact', suggestedId: crypto.randomUUID(), set: { score: body } }],
    entries: [{ ...name, expected: entry?.version ?? null, put: { body } }],
  });
  if (committed.status === 'done') done += 1;
}
