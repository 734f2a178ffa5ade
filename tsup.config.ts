import { defineConfig } from 'tsup';
import { coreInOneFile } from './scripts/core-in-one-file.mjs';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    salesforce: 'src/salesforce.ts',
    hubspot: 'src/hubspot.ts',
    conversations: 'src/conversations.ts',
    'stores/memory': 'src/stores/memory.ts',
    'stores/sqlite': 'src/stores/sqlite.ts',
    'stores/postgres': 'src/stores/postgres.ts',
    'stores/host': 'src/stores/host.ts',
    mergers: 'src/mergers.ts',
    'mergers/ai': 'src/mergers/ai.ts',
    testing: 'src/testing.ts',
  },
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  tsconfig: 'tsconfig.build.json',
  noExternal: ['@noble/hashes', 'zod', 'libphonenumber-js', 'papaparse'], // bundled: tree-shaken they start in a tenth of the time
  removeNodeProtocol: false, // `node:sqlite` has no other name
  dts: true,
  splitting: true,
  esbuildPlugins: [coreInOneFile()],
  clean: true,
});
