import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type SqliteStore, sqliteStore } from '../../src/stores/sqlite.ts';
import { contactStoreContract } from '../../src/testing/contracts/contact-store.ts';

describe('sqliteStore keeps the contract of a contact store', () => {
  let folder: string;
  let files = 0;
  const stores: SqliteStore[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'crm-sync-contract-'));
  });
  afterAll(() => {
    for (const store of stores) store.close();
    rmSync(folder, { recursive: true });
  });

  /** An SQLite store in a file of its own. */
  function makeSqliteStore() {
    let now = 1_700_000_000_000;
    const clock = {
      now: () => now,
      advance: (ms: number) => {
        now += ms;
      },
    };
    const store = sqliteStore({ file: join(folder, `${++files}.db`), clock });
    stores.push(store);
    return { store, clock, poison: { score: Number.NaN } };
  }

  it.each(contactStoreContract)('$id $rule', ({ check }) => check(makeSqliteStore));
});
