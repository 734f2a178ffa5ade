import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sqliteStore } from '../../src/stores/sqlite.ts';

const WRITER = fileURLToPath(new URL('./sqlite-writer.ts', import.meta.url));
const PROCESSES = 3;
const TIMES = 60;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crm-sync-processes-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('processes that open one new file at once make its tables once, and lose no update of each other', async () => {
  const file = join(folder, 'contacts.db');
  const run = () => promisify(execFile)(process.execPath, [WRITER, file, String(TIMES)]);
  await Promise.all(Array.from({ length: PROCESSES }, run));

  await using store = sqliteStore({ file });
  const bound = store.bind({ workspace: 'w', connection: 'c' });
  const [counter] = await bound.entries({ scope: 'workspace', kind: 'counter', keys: ['shared'], limit: 1 });
  expect(counter?.body).toBe(PROCESSES * TIMES);
  const rows = await bound.scan({ entity: 'contact', object: '', want: 'all', plan: '', now: 0, after: null, limit: 1000 });
  const scores = rows.map((row) => Number(row.fields['score'])).sort((a, b) => a - b);
  expect(scores).toEqual(Array.from({ length: PROCESSES * TIMES }, (_, index) => index + 1));
});
