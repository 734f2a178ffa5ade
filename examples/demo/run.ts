import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Crm } from './crm.ts';
import { hubspotCrm } from './hubspot.ts';
import { gap, say } from './present.ts';
import { salesforceCrm } from './salesforce.ts';
import { tell } from './story.ts';

const CRMS: Readonly<Record<string, Crm>> = { salesforce: salesforceCrm, hubspot: hubspotCrm };

const { values } = parseArgs({ options: { crm: { type: 'string', default: 'salesforce' }, keep: { type: 'boolean', default: false } } });
const crm = Object.hasOwn(CRMS, values.crm) ? CRMS[values.crm] : undefined;
if (crm === undefined) {
  process.stderr.write(`There is no demo with the CRM "${values.crm}". Choose --crm ${Object.keys(CRMS).join(' or --crm ')}.\n`);
  process.exitCode = 1;
} else {
  const folder = await mkdtemp(join(tmpdir(), 'crm-sync-demo-'));
  try {
    await tell(crm, folder);
  } finally {
    if (values.keep) say(`The database is kept: ${join(folder, 'contacts.db')}`);
    else await rm(folder, { recursive: true, force: true });
    gap();
  }
}
