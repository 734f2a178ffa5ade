/**
 * Seeds of the runs under faults: all that happens and fails in one follows from its seed. `FAULT_SEEDS=7,8,9` runs others;
 * a failure names its seed in the title of the test.
 */
const { FAULT_SEEDS = '1,2' } = process.env;
export const SEEDS: readonly number[] = FAULT_SEEDS.split(',').map(Number);
/** Thousands of records take a few seconds, on a busy machine more. */
export const TIMEOUT_MS = 180_000;
