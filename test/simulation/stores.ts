import { postgresStore } from 'crm-sync-engine/stores/postgres';
import { sqliteStore } from 'crm-sync-engine/stores/sqlite';
import { memoryStore, type SimulationOptions } from 'crm-sync-engine/testing';
import { openSchema } from '../postgres/open-schema.ts';
import { startPostgres } from '../postgres/start-postgres.ts';

/** Makes an empty store for each deployment. They go when this is disposed. */
export interface Stores extends AsyncDisposable {
  readonly make: NonNullable<SimulationOptions['store']>;
}

async function onPostgres(): Promise<Stores> {
  const server = await startPostgres();
  const parts = new AsyncDisposableStack();
  parts.defer(() => server.stop());
  return {
    async make({ clock }) {
      const { pool } = parts.use(await openSchema(server.url));
      return postgresStore({ pool, clock });
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

const without = (make: Stores['make']) => async (): Promise<Stores> => ({ make, [Symbol.asyncDispose]: async () => undefined });

export const STORES = {
  memory: without(memoryStore),
  sqlite: without(({ clock }) => sqliteStore({ file: ':memory:', clock })),
  postgres: onPostgres,
} as const;
