import { type Act, someAccount } from './acts/act.ts';
import { BY_HAND } from './acts/by-hand.ts';
import { DEPARTURES } from './acts/departures.ts';
import { deathIn, FLOWS } from './acts/flows.ts';
import { IN_CRM } from './acts/in-crm.ts';
import { ON_CONFLICTS } from './acts/on-conflicts.ts';
import { ON_OUR_SIDE } from './acts/on-our-side.ts';
import { readEvents, somePage } from './acts/outreach.ts';
import { actOnCompanies } from './acts/with-companies.ts';
import { troubleCompanies } from './acts/with-troubled-companies.ts';
import { chanceOf } from './chance.ts';
import type { Deployment } from './deployment.ts';

const WEIGHED = Object.entries({ ...IN_CRM, ...ON_OUR_SIDE, ...ON_CONFLICTS, ...DEPARTURES, ...BY_HAND, ...FLOWS }).flatMap(
  ([name, [weight, act]]) => Array.from({ length: weight }, (): readonly [string, Act] => [name, act]),
);
/** So many processes work at once. */
const PROCESSES_MAX = 3;
/** What else is done in a step is drawn apart: it moves nothing of the step itself. */
const APART = 0x5bd1e995;
const READING = 0x27d4eb2f;
const TROUBLE = 0x165667b1;
/** Share of steps in which the host reads what it is told of segments. */
const READS = 0.3;
/** Share of steps in which something is done with companies, too, where there are any. */
const COMPANY_ACTS = 0.5;
/** And share of them in which companies have trouble, in deployments where they do. */
const TROUBLED = 0.2;

/** One step: somebody does something, and the processes that are at work go on for a while. What happens follows from `seed` and `step`. */
export async function takeStep(there: Deployment, seed: number, step: number): Promise<void> {
  const chance = chanceOf(seed, step);
  const { scheduler, trace } = there;
  trace.step = step;
  const [name, act] = chance.oneOf(WEIGHED);
  trace.tell(name);
  there.lookAround();
  await act(there, chance);
  const apart = chanceOf(seed ^ APART, step);
  if (there.companies !== null && apart.of(COMPANY_ACTS)) await actOnCompanies(there, apart);
  const trouble = chanceOf(seed ^ TROUBLE, step);
  if (there.shape.companies?.troubled === true && trouble.of(TROUBLED)) await troubleCompanies(there, trouble);
  const reading = chanceOf(seed ^ READING, step);
  if (there.shape.segments === true && reading.of(READS))
    await readEvents(there, someAccount(there, reading), somePage(reading), { death: deathIn(there, reading, 6), chance: reading });
  const turns = chance.of(0.3) ? 0 : chance.below(chance.oneOf([4, 12, 60]));
  for (let turn = 0; turn < turns && (await scheduler.turn(chance)); turn += 1);
  while (scheduler.living >= PROCESSES_MAX) await scheduler.turn(chance);
}
