import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { alias } from './vitest.config.ts';

const instead = (path: string) => fileURLToPath(new URL(`./test/mutation/${path}`, import.meta.url));
/** What the core makes once and keeps is made for each test here; these files' own tests name them by their full path. */
const forgetful = [
  { find: /^\.{1,2}\/base\/lazy\.ts$/, replacement: instead('lazy.ts') },
  { find: /^\.{1,2}\/schema\/per-schema\.ts$/, replacement: instead('per-schema.ts') },
];

/**
 * What each mutant of the core is tried on: the tests of the core alone, under one time zone, with few examples for a property.
 * The round trip is left out, since it takes seconds a time; the tests of each part are to notice by themselves.
 */
export default defineConfig({
  resolve: { alias: [...alias, ...forgetful] },
  test: {
    include: ['test/unit/core/**/*.test.ts'],
    exclude: ['test/unit/core/round-trip.test.ts'],
    setupFiles: ['test/seed.ts', 'test/mutation/forget.ts'],
    env: { TZ: 'Asia/Tokyo', FC_RUNS: '20', FC_SHARE: '0.1' },
    pool: 'threads',
    isolate: false,
    testTimeout: 30_000,
  },
});
