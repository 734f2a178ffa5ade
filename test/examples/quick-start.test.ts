import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { runExample } from './spawn-example.ts';

const PRINTED = `done {
  processed: 1,
  created: 1,
  updated: 0,
  unchanged: 0,
  skipped: 0,
  failed: 0
}
Alice Web
alice@example.com
`;

it('the quick start prints what its comments say', async () => {
  expect(await runExample('examples/quick-start.ts')).toEqual({ code: 0, stdout: PRINTED, stderr: '' });
});

it('given a file, the quick start keeps its contacts there and closes it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quick-start-'));
  try {
    const file = join(folder, 'contacts.db');
    expect(await runExample('examples/quick-start.ts', file)).toMatchObject({ code: 0, stdout: PRINTED });
    expect(await readdir(folder)).toEqual(['contacts.db']); // no -wal: it was closed
    using database = new DatabaseSync(file, { readOnly: true });
    expect(database.prepare('select count(*) as contacts from crm_sync_contacts').get()).toMatchObject({ contacts: 1 });
  } finally {
    await rm(folder, { recursive: true });
  }
});
