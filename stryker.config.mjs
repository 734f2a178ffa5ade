/** `npm run mutation`; `-- --mutate src/core/base/hash.ts` takes one file, and the results of the others stay as they were. */
export default {
  mutate: ['src/core/**/*.ts'],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  coverageAnalysis: 'perTest',
  // Which of four thousand tests reaches which of sixteen thousand mutants does not fit into the usual heap.
  testRunnerNodeArgs: ['--max-old-space-size=8192'],
  // What only runs while a module loads, such as a table or a schema, costs a whole run of the tests for each mutant.
  ignoreStatic: true,
  concurrency: 1,
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  reporters: ['json', 'clear-text'],
  clearTextReporter: { reportTests: false, reportMutants: false },
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  ignorePatterns: ['dist', 'reports', 'coverage', 'docs', 'examples', 'bench'],
  thresholds: { high: 95, low: 85, break: 85 },
};
