import { CrmSyncEngine, CrmSyncError, type Merger, type Observer, parseContactSchema, parseSettings } from 'crm-sync-engine';
import type { HubSpotApp } from 'crm-sync-engine/hubspot';
import type { SalesforceApp, TokenStore, Tokens } from 'crm-sync-engine/salesforce';
import { postgresStore } from 'crm-sync-engine/stores/postgres';
import type { Pool } from 'pg';
import type { ConnectionRow } from './tables.ts';

/** What all connections of a process share. An app holds request limits and token refreshes by CRM account. */
export interface Shared {
  readonly pool: Pool;
  readonly apps: { readonly salesforce: SalesforceApp; readonly hubspot: HubSpotApp };
  readonly merger?: Merger;
  readonly observer?: Observer;
}

/** Makes the engine of a connection: no I/O in its constructor, cheap enough to make one per job and forget it. */
export type EngineFor = (connection: string) => Promise<CrmSyncEngine>;

export function enginesOf({ pool, apps, ...shared }: Shared): EngineFor {
  const store = postgresStore({ pool });

  /** `save` is a compare-and-swap, so that of two workers none loses a token that the other has rotated. */
  const tokensOf = (connection: string): TokenStore => ({
    async load() {
      const { rows } = await pool.query('select tokens from crm_connections where id = $1', [connection]);
      return (rows[0]?.tokens as Tokens | undefined) ?? null;
    },
    async save(next, previous) {
      const text = 'update crm_connections set tokens = $2 where id = $1 and tokens is not distinct from $3::jsonb';
      const { rowCount } = await pool.query(text, [connection, next, previous]);
      return rowCount === 1 ? 'saved' : 'changed';
    },
  });

  return async (connection) => {
    const { rows } = await pool.query<ConnectionRow>(
      `select c.*, (select coalesce(jsonb_agg(m.mapping), '[]') from crm_mappings m where m.connection = c.id) as mappings
       from crm_connections c where c.id = $1`,
      [connection],
    );
    const [row] = rows;
    if (row === undefined) throw unknownConnection(connection);
    const schema = parseContactSchema(row.schema);
    return new CrmSyncEngine({
      ...shared,
      store,
      workspace: row.workspace,
      connection: row.id,
      schema,
      connector: apps[row.crm].connect({ account: row.crm_account, tokens: tokensOf(row.id), apiCallsPerDay: 20_000 }),
      ...parseSettings(schema, { ...row.settings, mappings: row.mappings }), // the same strict check as on the way in
    });
  };
}

const unknownConnection = (connection: string): CrmSyncError =>
  new CrmSyncError('There is no such connection.', {
    code: 'unknown_connection',
    category: 'not_found',
    remedy: 'Connect the CRM first.',
    at: { connection },
  });
