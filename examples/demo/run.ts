import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gap, say } from './present.ts';
import { tell } from './story.ts';

const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
const folder = await mkdtemp(join(tmpdir(), 'crm-sync-demo-'));
try {
  await tell(folder);
} finally {
  if (values.keep) say(`The database is kept: ${join(folder, 'contacts.db')}`);
  else await rm(folder, { recursive: true, force: true });
  gap();
}
