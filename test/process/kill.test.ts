import { describe, expect, it } from 'vitest';
import { campaign, KILLED_FLOWS } from './kills/campaign.ts';
import { CALLS, COMPANY_NAMES } from './kills/host.ts';
import { PLACES } from './kills/places.ts';

const KILLS = 3;
/** Printed with a failure; `KILL_SEED=… npm test` repeats it. `npm run kills` kills much more often. */
const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);

describe('SIGKILL (P1, P5)', () => {
  // Each CRM and each store once; the long run takes every pair.
  it.each([
    ['salesforce', 'postgres'],
    ['hubspot', 'sqlite'],
  ] as const)(
    `processes that sync people and companies, handle calls and act on segments on %s and %s, killed again and again, leave what an undisturbed one leaves (seed ${SEED})`,
    async (crm, store) => {
      await using places = await PLACES[store]();
      const { expected, ends, kills } = await campaign({ crm, seed: SEED, kills: KILLS, killsPerFlow: 1, places });
      expect(expected.contacts.length).toBeGreaterThan(140);
      expect(expected.seen.activities).toHaveLength(CALLS.length);
      expect(new Set(expected.seen.companies.map((company) => company[COMPANY_NAMES[crm].name]))).toHaveLength(35);
      expect(expected.seen.companies).toHaveLength(35);
      for (const { members, faults } of expected.segments.segments) expect([members.length >= 20, faults]).toEqual([true, []]);
      expect(expected.segments.faults).toEqual([]);
      expect(expected.queues).toMatchObject({ company_waiting: [], untied: [], recheck: [], conversation: [], merge: [] });
      expect(kills.some(({ about }) => about === 'companies')).toBe(true);
      expect(kills.map(({ flow }) => flow)).toEqual(expect.arrayContaining([...KILLED_FLOWS])); // on a busy machine one comes late, and strikes who settles
      expect(ends.length).toBeGreaterThan(0);
      for (const end of ends) expect(end).toEqual(expected);
    },
  );
});
