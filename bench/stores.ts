import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContactStore } from 'crm-sync-engine';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { sqliteStore } from 'crm-sync-engine/stores/sqlite';

export type StoreKind = 'memory' | 'sqlite';

/** A folder for files of this process, gone when it ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'crm-sync-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function openStore(kind: StoreKind): ContactStore {
  return kind === 'memory' ? memoryStore() : sqliteStore({ file: join(temporaryFolder(), 'contacts.db') });
}
