import type { ContactStore } from 'crm-sync-engine';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { sqliteStore } from 'crm-sync-engine/stores/sqlite';
import { afterAll, describe, expect } from 'vitest';
import { keepsHostileValues } from './keeps-hostile-values.ts';
import { prototypesAreClean } from './strings.ts';

afterAll(() => expect(prototypesAreClean()).toBe(true));

const STORES: Readonly<Record<string, () => ContactStore>> = {
  memory: () => memoryStore(),
  sqlite: () => sqliteStore({ file: ':memory:' }),
};

describe.each(Object.entries(STORES))('hostile values in the %s store', (_, make) => keepsHostileValues(make));
