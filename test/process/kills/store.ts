import type { Clock, ContactStore } from 'crm-sync-engine';
import { postgresStore } from 'crm-sync-engine/stores/postgres';
import { sqliteStore } from 'crm-sync-engine/stores/sqlite';
import pg from 'pg';

/** Where a store keeps everything, for each process to open. */
export type Place = { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'postgres'; readonly url: string };

export function openStore(place: Place, clock: Clock): ContactStore & AsyncDisposable {
  if (place.kind === 'sqlite') return sqliteStore({ file: place.file, clock });
  const pool = new pg.Pool({ connectionString: place.url, max: 8 });
  pool.on('error', () => undefined); // the next query tells of a lost connection
  return { ...postgresStore({ pool, clock }), [Symbol.asyncDispose]: () => pool.end() };
}
