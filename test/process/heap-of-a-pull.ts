/** A first pull of many pages: `node --expose-gc heap-of-a-pull.ts <file, or memory>`; tells the bytes that are alive at each page. */
import { type CrmConnector, CrmSyncEngine, defineContactSchema } from 'crm-sync-engine';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { sqliteStore } from 'crm-sync-engine/stores/sqlite';
import { PAGES, RECORDS } from './pages-of-a-pull.ts';

const alive: number[] = [];
const field = { creatable: true, updatable: true, nullable: true, required: false, filterable: true, unique: false } as const;

const connector: CrmConnector = {
  specVersion: 1,
  provider: 'pages',
  capabilities: { fetchBatchMax: 200 },
  account: async () => ({ id: 'pages' }),
  describe: async () => ({
    name: 'Contact',
    label: 'Contact',
    fields: ['Phone', 'Name', 'Company'].map((name) => ({ ...field, name, label: name, type: 'string' })),
  }),
  async *read(_, call) {
    for (let page = 1; page <= PAGES; page += 1) {
      globalThis.gc?.();
      alive.push(process.memoryUsage().heapUsed);
      const records = Array.from({ length: RECORDS }, (_, index) => {
        const number = page * RECORDS + index;
        const values = { Phone: `+1201555${String(number).padStart(4, '0')}`, Name: `Person ${number}`, Company: 'A & B' };
        return { id: `r${number}`, state: 'present', modifiedAt: '2026-01-05T09:00:00.000Z', values } as const;
      });
      yield { records, requestedAt: call.now(), checkpoint: { page }, last: page === PAGES };
    }
  },
  fetch: async ({ ids }) => ids.map((id) => ({ id, state: 'missing' })),
};

const file = process.argv[2] ?? 'memory';
const engine = new CrmSyncEngine({
  workspace: 'acme',
  connection: 'pages',
  schema: defineContactSchema({ company_name: { type: 'string' } }),
  store: file === 'memory' ? memoryStore() : sqliteStore({ file }),
  connector,
  mappings: [
    {
      crmObject: 'Contact',
      fields: [
        { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
        { crm: 'Name', field: 'last_name', direction: 'inbound' },
        { crm: 'Company', field: 'company_name', direction: 'inbound' },
      ],
    },
  ],
});
const run = await engine.pull();
console.log(JSON.stringify({ created: run.counts.created, alive }));
