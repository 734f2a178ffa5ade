import type { ContactStore } from 'crm-sync-engine';
import { postgresStore } from 'crm-sync-engine/stores/postgres';
import { openSchema } from './open-schema.ts';

interface Clock {
  readonly now: () => number;
}

export interface PeopleTable extends AsyncDisposable {
  /** Contacts in our table. */
  readonly onPostgres: (clock: Clock) => ContactStore;
  /** Contacts in a table as hosts have them, which makes its own ids; what else there is, in ours. */
  readonly inTheirTable: (clock: Clock) => ContactStore;
  readonly clear: () => Promise<void>;
}

const TABLE = `create table people (id uuid primary key default gen_random_uuid(), org text not null, n integer not null default 1,
  phone text, last text, status text, company text, rest jsonb not null default '{}')`;
const contacts = {
  ...{ table: 'people', id: 'id', workspace: 'org', version: 'n', json: 'rest' },
  columns: { phone_number: 'phone', last_name: 'last', lead_status: 'status', company_id: 'company' },
} as const;

/** Both ways to keep contacts in one PostgreSQL, for flows that must go as they do in memory. */
export async function openPeopleTable(server: string): Promise<PeopleTable> {
  const schema = await openSchema(server);
  const { pool } = schema;
  await pool.query(TABLE);
  return {
    onPostgres: (clock) => postgresStore({ pool, clock }),
    inTheirTable: (clock) => postgresStore({ pool, clock, contacts }),
    async clear() {
      const tables = ['crm_sync_contacts', 'crm_sync_links', 'crm_sync_entries', 'crm_sync_unseen', 'people'];
      await pool.query(tables.map((table) => `delete from ${table}`).join(';'));
    },
    [Symbol.asyncDispose]: () => schema[Symbol.asyncDispose](),
  };
}

/** A store on the clock of a deployment that is made with it. */
export function storeOnItsClock(storeOf: (clock: Clock) => ContactStore) {
  let clock: Clock = { now: () => 0 };
  const store = storeOf({ now: () => clock.now() });
  const runOn = (its: Clock) => {
    clock = its;
  };
  return { store, runOn };
}
