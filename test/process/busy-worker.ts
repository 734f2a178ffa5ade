import pg from 'pg';
import {
  type ContactStore,
  type Conversation,
  CrmSyncEngine,
  defineAnalysis,
  defineContactSchema,
  defineMapping,
} from '../../src/index.ts';
import { salesforce, staticToken } from '../../src/salesforce.ts';
import { postgresStore } from '../../src/stores/postgres.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';

export const schema = defineContactSchema({ lead_source: { type: 'enum', options: ['Web', 'Partner'] }, email: { type: 'string' } });
const mapping = defineMapping(schema, {
  crmObject: 'Contact',
  fields: [
    { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
    { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
    { crm: 'LeadSource', field: 'lead_source', direction: 'both' },
    { crm: 'Email', field: 'email', direction: 'outbound' },
  ],
});
const analysis = defineAnalysis(schema, [
  { from: 'source', field: 'lead_source', mode: 'overwrite' },
  { from: 'email', field: 'email', mode: 'overwrite' },
]);

export const phoneOf = (index: number): string => `+1415300${String(index).padStart(4, '0')}`;

/** The call of a caller: every third is not in the CRM. */
export const callOf = (index: number): Conversation => ({
  id: `call-${index}`,
  source: 'test',
  channel: 'call',
  direction: 'inbound',
  contact: { kind: 'phone', phone: phoneOf(index) },
  agent: { kind: 'phone', phone: '+14155550100' },
  startedAt: '2026-01-05T08:30:00.000Z',
  outcome: 'completed',
  analysis: { source: 'Partner', email: `caller${index}@example.com` },
  final: true,
});

/** A store in a file, or in the PostgreSQL of a URL. */
export function openStore(place: string): ContactStore & AsyncDisposable {
  if (!place.startsWith('postgres')) return sqliteStore({ file: place });
  const pool = new pg.Pool({ connectionString: place, max: 4 });
  return { ...postgresStore({ pool }), [Symbol.asyncDispose]: () => pool.end() };
}

export function engineOn(store: ContactStore, instanceUrl: string, accessToken: string) {
  return new CrmSyncEngine({
    workspace: 'acme',
    connection: 'acme-salesforce',
    schema,
    store,
    connector: salesforce({ auth: staticToken({ accessToken, instanceUrl }) }),
    mappings: [mapping],
    analysis,
    activities: { call: true },
    unknownCaller: 'create',
    defaultCountry: 'US',
  });
}

type Engine = ReturnType<typeof engineOn>;

/** Until it is done, whoever does it. */
async function importAll(engine: Engine): Promise<void> {
  for (;;) {
    const run = await engine.pull().catch((error: { readonly retryable?: boolean }) => {
      if (error.retryable !== true) throw error; // another process was faster
      return null;
    });
    if (run?.status === 'done') return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function handleAll(engine: Engine, calls: number): Promise<void> {
  for (let index = 0; index < calls; index += 1) {
    await engine.handleConversation(callOf(index));
    if (index % 10 === 0) await engine.push();
  }
}

/** One process of a host with several: it imports, handles every call, and pushes, whatever the others do meanwhile. */
export async function work([place = '', instanceUrl = '', accessToken = '', calls = '0']: readonly string[]): Promise<void> {
  await using store = openStore(place);
  const engine = engineOn(store, instanceUrl, accessToken);
  await Promise.all([importAll(engine), handleAll(engine, Number(calls))]);
  await handleAll(engine, Number(calls)); // delivered again: callers that were not imported before are known now
  process.stdout.write('done\n');
}

if (process.argv[1]?.endsWith('busy-worker.ts')) await work(process.argv.slice(2));
