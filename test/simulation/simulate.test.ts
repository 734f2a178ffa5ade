import { CrmSyncEngine } from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { salesforce } from 'crm-sync-engine/salesforce';
import { type SimulationOptions, type SimulationTotals, simulate } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { SEEDS, STEPS } from './seeds.ts';

const live = (seed: number, steps = STEPS, only?: readonly number[], beside?: SimulationOptions['beside']) =>
  simulate({
    seed,
    steps,
    engine: (options) => new CrmSyncEngine(options),
    connectors: { salesforce, hubspot },
    ...(only !== undefined && { only }),
    ...(beside !== undefined && { beside }),
  });

/** What a deployment had beside people when its seed was kept. */
type Beside = NonNullable<SimulationOptions['beside']>;
const PEOPLE: Beside = [];
const COMPANIES: Beside = ['companies'];
const SEGMENTS: Beside = ['segments'];
const BOTH: Beside = ['companies', 'segments'];
const TROUBLED: Beside = ['companies', 'troubled companies'];

const ofPeople = (seed: number, only?: readonly number[]) => live(seed, 60, only, PEOPLE);

describe('a deployment that is lived in', { timeout: 120_000 }, () => {
  it.each(SEEDS)('seed %i: keeps every promise', async (seed) => {
    expect((await live(seed)).text).toBe('');
  });

  it('a push that learns of a deletion of a record which waits for a match key itself', async () => {
    expect((await ofPeople(20000354, [1, 2, 10, 13, 16, 18, 27, 31, 33])).text).toBe('');
  });

  it('a contact that goes with its record, by a look at the CRM that is older than the one that has seen it again', async () => {
    expect((await ofPeople(20000580)).text).toBe('');
  });

  it('a sync that is held up until another one has taken it over, and dies', async () => {
    expect((await ofPeople(20003153, [7, 10, 12, 13, 18])).text).toBe('');
  });

  it('a person who is erased while a pull links another record of theirs', async () => {
    expect((await ofPeople(20007960, [1, 3, 4, 11, 14, 15, 59])).text).toBe('');
  });

  it('an erased contact whose number had been passed on by hand, to somebody who went too', async () => {
    expect((await ofPeople(23, [15, 31, 35, 44, 46, 51, 52, 53, 58])).text).toBe('');
  });

  it('companies of one name in two CRMs, which get their records in one push', async () => {
    expect((await live(120, 60, [28, 29, 49, 50, 53], COMPANIES)).text).toBe('');
  });

  it("a conflict over a company's name that is decided for the CRM", async () => {
    expect((await live(86, 60, undefined, COMPANIES)).text).toBe('');
  });

  it.each([
    ['a value that came to a company by a merge in the other CRM', 21000061, COMPANIES, [2, 5, 6, 17, 18, 21, 29, 30, 35, 43]],
    ['a text that was written between the link and the first look at both', 21001769, COMPANIES, undefined],
    [
      'a record of somebody who was erased before it was known, without a number since',
      22000090,
      PEOPLE,
      [1, 2, 6, 10, 11, 14, 15, 22, 23, 24, 25, 26, 27, 32, 33, 48],
    ],
    [
      'a person who was erased under a new id, after they had gone and come back with their record',
      22000560,
      PEOPLE,
      [1, 2, 7, 8, 9, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 33, 34, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 59, 60],
    ],
    [
      'a record whose contact was removed and restored, when its number was another one’s',
      23001043,
      BOTH,
      [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 32, 40, 54, 55],
    ],
    ['a company from the other CRM, whose record there was said to be somebody else’s', 23001586, BOTH, [20, 21, 29, 30, 44, 46, 48, 49]],
    [
      'what was said of the company of an earlier contact of the record',
      23001667,
      COMPANIES,
      [4, 15, 21, 22, 24, 25, 26, 27, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 50, 51, 52, 53],
    ],
    ['a mass deletion, half of which a pull carries out a day after the other half', 24001795, COMPANIES, undefined],
    [
      'an email that a record had before, and another one of the person has now',
      24002045,
      COMPANIES,
      [2, 4, 5, 8, 10, 11, 12, 16, 28, 30, 33],
    ],
    ['a conflict whose hash has the digits of a number in it', 24004815, BOTH, undefined],
    ['a company out of the bin, whose people had gone to another one', 21002060, COMPANIES, [3, 7, 8, 21, 34, 39, 42]],
    [
      'a conflict of a company that was removed through the other CRM',
      31000651,
      TROUBLED,
      [1, 7, 8, 9, 10, 11, 14, 38, 39, 41, 42, 54, 56],
    ],
    ['a note of a tie that a page brought after its contact was erased', 32000602, TROUBLED, undefined],
    ['a tie to a company whose record was taken from it', 30000982, TROUBLED, [12, 14, 16, 21, 24, 27, 30]],
    [
      'an erased contact whose record had been given to a new one',
      33000623,
      COMPANIES,
      [2, 4, 9, 10, 13, 14, 15, 17, 18, 30, 32, 50, 51, 55],
    ],
    ['a record that was made of a contact which was erased meanwhile', 34003358, SEGMENTS, undefined],
    [
      'a record that its contact gave up, whose next one was erased',
      41003682,
      COMPANIES,
      [1, 2, 9, 10, 11, 12, 21, 22, 23, 24, 26, 27, 28, 29, 30, 31, 32, 34, 37, 38, 42, 49, 50],
    ],
    ['a record whose answer was lost, and then its number', 41004802, COMPANIES, [1, 2, 7, 8, 9, 11, 13, 15, 16, 21, 23, 24, 28]],
    ['a push that began before the other CRM’s people were mapped', 33005678, COMPANIES, undefined],
  ])('%s', async (_, seed, beside, only) => {
    expect((await live(seed, 60, only, beside)).text).toBe('');
  });

  it('is the same again with the same seed, and another one with another', async () => {
    const [first, second, other] = [await live(7, 60), await live(7, 60), await live(8, 60)];
    expect(second).toEqual(first);
    expect(other.hash).not.toBe(first.hash);
  });

  it('has everything in it: edits, conversations, conflicts, faults, deaths, people who go', async () => {
    const lived = [await live(23), await live(24), await live(25)];
    for (const what of Object.keys(lived[0]?.totals ?? {}) as (keyof SimulationTotals)[])
      expect(
        lived.reduce((sum, { totals }) => sum + totals[what], 0),
        what,
      ).toBeGreaterThan(0);
  });
});
