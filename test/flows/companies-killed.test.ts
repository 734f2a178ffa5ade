import { sqliteStore } from 'crm-sync-engine/stores/sqlite';
import { describe, expect, it } from 'vitest';
import { changedApart, EXPECTED, finish, stateOf, work, workByTwo } from './companies-apart.ts';
import { COMPANY_CRMS } from './company-world.ts';
import { connectorAround, Died, dying, storeAround } from './harness.ts';

describe.each(COMPANY_CRMS)('companies and their contacts on $name', (crm) => {
  it('come to the same on both sides', async () => {
    const there = await changedApart(crm);
    await work(there.engine);
    expect(await stateOf(there)).toEqual(EXPECTED);
    await finish(there);
    expect(await stateOf(there)).toEqual(EXPECTED);
  });

  it('do so in SQLite', async () => {
    const there = await changedApart(crm, (clock) => sqliteStore({ file: ':memory:', clock }));
    await work(there.engine);
    await finish(there);
    expect(await stateOf(there)).toEqual(EXPECTED);
  });

  /** Every third call of each: together with other tests of killed processes, which take all of them, enough for what is new here. */
  it.each([
    ['before', 1],
    ['before', 2],
    ['after', 3],
  ] as const)(
    'do so where the process dies at any call, %s it took effect, and make nothing twice (P1, P5), from call %i on',
    async (moment, first) => {
      let calls = 0;
      for (let at: number = first; ; at += 3) {
        const there = await changedApart(crm);
        const { around, isDead } = dying(at, moment);
        const engine = there.engineOf({
          store: storeAround(there.store, around),
          connector: connectorAround(there.crm.connectorOf(), around),
        });
        await work(engine).catch((error: unknown) => {
          if (!isDead()) throw error;
          return error instanceof Died;
        });
        if (!isDead()) break;
        await finish(there);
        expect(await stateOf(there), `killed ${moment} call ${at}`).toEqual(EXPECTED);
        calls = at;
      }
      expect(calls).toBeGreaterThan(30);
    },
    120_000,
  );

  it.each([1, 2, 3, 4, 5, 6])('do so where two workers are at it, without leases, in the order of seed %i (R9)', async (seed) => {
    const there = await changedApart(crm);
    await workByTwo(there, seed);
    await finish(there);
    expect(await stateOf(there)).toEqual(EXPECTED);
  });
});
