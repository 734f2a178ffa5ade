import fc from 'fast-check';

/**
 * Properties run on one seed, so that the gate says the same thing twice. `FC_SEED=<number>` sets another one,
 * `FC_SEED=random` looks further afield; a failure prints the seed that repeats it. `FC_RUNS` says how many examples a property
 * tries that does not say so itself, and `FC_SHARE` which part of its own number one that does (`number-of-examples.ts`).
 */
const { FC_SEED = '20261121', FC_RUNS } = process.env;
if (FC_SEED !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(FC_SEED) });
if (FC_RUNS !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), numRuns: Number(FC_RUNS) });
