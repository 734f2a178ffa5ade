import { CrmSyncEngine } from '../../src/index.ts';
import { salesforce, staticToken } from '../../src/salesforce.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { mapping, schema } from './worker-mapping.ts';

/** One process of a host: pulls into a SQLite file until it is done, or until somebody kills it. */
const [file = '', instanceUrl = '', accessToken = ''] = process.argv.slice(2);

await using store = sqliteStore({ file });
const engine = new CrmSyncEngine({
  workspace: 'acme',
  connection: 'acme-salesforce',
  schema,
  store,
  connector: salesforce({ auth: staticToken({ accessToken, instanceUrl }) }),
  mappings: [mapping],
  defaultCountry: 'US',
  leaseMs: 300, // a killed process gives nothing back: its lease must run out within the test
});
process.stdout.write('ready\n');
for (;;) {
  const run = await engine.pull();
  if (run.status === 'done') break;
  await new Promise((resolve) => setTimeout(resolve, 50));
}
process.stdout.write('done\n');
