import { defineConfig } from 'vitest/config';
import { alias } from './vitest.config.ts';

/**
 * What each mutant of the core is tried on: the tests of the core alone, under one time zone, with few examples for a property.
 * The round trip is left out, since it takes seconds a time; the tests of each part are to notice by themselves.
 */
export default defineConfig({
  resolve: { alias },
  test: {
    include: ['test/unit/core/**/*.test.ts'],
    exclude: ['test/unit/core/round-trip.test.ts'],
    setupFiles: ['test/seed.ts'],
    env: { TZ: 'Asia/Tokyo', FC_RUNS: '20', FC_SHARE: '0.1' },
    pool: 'threads',
    isolate: false,
    testTimeout: 30_000,
  },
});
