import { type ContactStore, CrmSyncEngine } from 'crm-sync-engine';
import { connectorOf } from './crm/connector.ts';
import { mapping, OPTIONS, schema } from './people.ts';

export const SCOPE = { workspace: 'bench', connection: 'bench-crm' } as const;

export const engineOf = (store: ContactStore, url: string, total: number) =>
  new CrmSyncEngine({ ...SCOPE, ...OPTIONS, schema, store, connector: connectorOf(url, total), mappings: [mapping] });

/** The engine with all people of the CRM imported. */
export async function importedEngine(store: ContactStore, url: string, total: number) {
  const engine = engineOf(store, url, total);
  const run = await engine.pull();
  if (run.counts.created !== total) throw new Error(`${run.counts.created} of ${total} contacts were made: ${JSON.stringify(run.failure)}`);
  return { engine, run };
}
