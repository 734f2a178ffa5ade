import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));
/** Tests, examples and docs import the package by its name and get the sources. */
export const alias = [
  { find: /^crm-sync-engine\/(.+)$/, replacement: source('$1.ts') },
  { find: /^crm-sync-engine$/, replacement: source('index.ts') },
];

/** A test that dies at every await in turn has hundreds of runs in it: half a minute where the machine is shared. */
const LONG_MS = 120_000;

/** The unit tests run under two process time zones: a hidden use of the local zone fails in one of them. */
const unit = (name: string, TZ: string) => ({
  resolve: { alias },
  test: {
    name,
    include: ['test/unit/**/*.test.ts'],
    setupFiles: ['test/seed.ts'],
    env: { TZ },
    pool: 'forks' as const,
    isolate: false,
    testTimeout: LONG_MS,
    benchmark: { include: [] },
  },
});

export default defineConfig({
  test: {
    maxWorkers: 2,
    unstubEnvs: true,
    unstubGlobals: true,
    testTimeout: 30_000,
    coverage: { provider: 'v8', include: ['src/**/*.ts'], thresholds: { lines: 85 } },
    projects: [
      unit('unit tokyo', 'Asia/Tokyo'),
      unit('unit los angeles', 'America/Los_Angeles'),
      {
        resolve: { alias },
        test: {
          name: 'flows',
          setupFiles: ['test/seed.ts'],
          include: ['test/**/*.test.ts'],
          exclude: ['test/unit/**', 'test/process/**', 'test/package/**', 'test/postgres/**'],
          pool: 'forks',
          isolate: false,
          testTimeout: LONG_MS,
          benchmark: { include: [] },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'postgres',
          globalSetup: ['test/postgres/provide-url.ts'],
          setupFiles: ['test/seed.ts'],
          include: ['test/postgres/**/*.test.ts'],
          pool: 'forks',
          isolate: false,
          benchmark: { include: [] },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'processes',
          globalSetup: ['test/build.ts'],
          include: ['test/process/**/*.test.ts', 'test/package/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 240_000,
          benchmark: { include: [] },
        },
      },
      {
        test: {
          name: 'types',
          include: [],
          benchmark: { include: [] },
          typecheck: { enabled: true, only: true, include: ['test/types/**/*.test-d.ts'], tsconfig: 'tsconfig.json' },
        },
      },
    ],
  },
});
