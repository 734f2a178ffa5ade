import type { Clock } from '../../ports/clock.ts';
import type { ContactStore } from '../../ports/store.ts';
import { memoryStore } from '../../stores/memory.ts';
import { someAccount } from './acts/act.ts';
import { addRecord } from './acts/in-crm.ts';
import { foundCompanies } from './acts/with-companies.ts';
import { takeStep } from './acts.ts';
import type { Broken } from './broken.ts';
import { chanceOf } from './chance.ts';
import { apart } from './checks/apart.ts';
import { companiesInStep } from './checks/companies.ts';
import { convergence } from './checks/convergence.ts';
import { gone } from './checks/gone.ts';
import { identity } from './checks/identity.ts';
import { nothingDropped } from './checks/nothing-dropped.ts';
import { nothingLost } from './checks/nothing-lost.ts';
import { once } from './checks/once.ts';
import { quiet } from './checks/quiet.ts';
import { runs } from './checks/runs.ts';
import { look } from './checks/seen.ts';
import { segments } from './checks/segments.ts';
import { whose } from './checks/whose.ts';
import { hubspotOfPeople } from './crm-hubspot.ts';
import type { MakeConnector } from './crm-of-people.ts';
import { salesforceOfPeople } from './crm-salesforce.ts';
import { Deployment } from './deployment.ts';
import type { MakeEngine } from './engine.ts';
import { quiesce } from './quiesce.ts';
import { type Beside, shapeOf, withBeside } from './shape.ts';
import { shrink } from './shrink.ts';
import type { SimulationTotals } from './totals.ts';

export interface SimulationOptions {
  /** Everything that happens follows from it. */
  readonly seed: number;
  /** Things that somebody does, before all comes to rest. Default 200. */
  readonly steps?: number;
  /** What there is beside people. Default: a seed chooses. */
  readonly beside?: readonly Beside[];
  /** Only these of the steps, as a failure names them. */
  readonly only?: readonly number[];
  /** How often a failure is tried again with fewer steps, to tell of it in few words. Default 60; 0: never. */
  readonly shrinkMax?: number;
  /** `(options) => new CrmSyncEngine(options)`. */
  readonly engine: MakeEngine;
  /** `{ salesforce, hubspot }`, or one of them: a seed chooses one, or both. */
  readonly connectors: Readonly<Partial<Record<'salesforce' | 'hubspot', MakeConnector>>>;
  /** An empty store on this clock. Default `memoryStore`. */
  readonly store?: (parts: { readonly clock: Clock }) => ContactStore | Promise<ContactStore>;
}

/** A promise that was not kept, with how it came about. */
export interface BrokenPromise extends Broken {
  /** The last things that happened to what it is about. */
  readonly story: readonly string[];
}

export interface SimulationReport {
  readonly seed: number;
  readonly steps: number;
  readonly broken: readonly BrokenPromise[];
  readonly totals: SimulationTotals;
  /** Of everything that happened, in its order: the same for the same seed. */
  readonly hash: string;
  /** What to say of it: the promises that were broken, how it came about, and the call that does it again. Empty: none was. */
  readonly text: string;
}

const CRMS = { salesforce: salesforceOfPeople, hubspot: hubspotOfPeople } as const;
const STEPS = 200;
/** No step has this number: what is drawn by it moves nothing else. */
const APART = -7;
const FOUNDED = -8;
const STORY_LENGTH = 40;

/**
 * A deployment of the engine that is lived in for a while: people edit, remove and merge on both sides, conversations come in,
 * flows run at once, requests fail, processes die at any await. Then all comes to rest, and every promise is checked against
 * what people did. One seed decides everything, and so does it again.
 *
 * @example
 * const report = await simulate({ seed: 42, engine: (options) => new CrmSyncEngine(options), connectors: { salesforce, hubspot } });
 * assert.equal(report.text, '');
 */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const { steps = STEPS, shrinkMax = 60 } = options;
  const report = await simulateOnce(options);
  const [first] = report.broken;
  if (first === undefined || shrinkMax === 0) return report;
  const fails = async (only: readonly number[]) => {
    const { broken } = await simulateOnce({ ...options, only });
    return broken.some(({ promise }) => promise === first.promise);
  };
  const only = await shrink(options.only ?? upTo(steps), fails, shrinkMax);
  return simulateOnce({ ...options, only });
}

async function simulateOnce(options: SimulationOptions): Promise<SimulationReport> {
  const { seed, steps = STEPS, only, beside, engine, connectors, store = memoryStore } = options;
  const names = (['salesforce', 'hubspot'] as const).filter((name) => connectors[name] !== undefined);
  const chance = chanceOf(seed);
  const shape = withBeside(shapeOf(chance, names), chanceOf(seed, APART), beside);
  const there = await Deployment.open({
    shape,
    engine,
    store,
    crm: (clock, its) => {
      const crm = its.crm as keyof typeof CRMS;
      return CRMS[crm](clock, its, connectors[crm] as MakeConnector);
    },
  });
  there.trace.tell(JSON.stringify(shape));
  for (let people = 0; people < shape.people; people += 1) addRecord(there, someAccount(there, chance), there.values.person());
  if (there.companies !== null) foundCompanies(there, chanceOf(seed, FOUNDED));
  for (const step of only ?? upTo(steps)) await takeStep(there, seed, step);
  await quiesce(there);
  const seen = await look(there);
  const { ledger } = there;
  const people = [convergence, identity, once, nothingDropped, runs, gone, whose].flatMap((check) => check(seen));
  const found = [...people, ...nothingLost({ ...seen, ledger }), ...apart(seen, ledger), ...companiesInStep(seen), ...segments(seen)];
  const broken = [...found, ...there.untrue, ...(await quiet(seen))];
  const { clock } = there.scheduler;
  const told = broken.map((each) => ({ ...each, story: there.trace.about(each.about, STORY_LENGTH) }));
  return {
    seed,
    steps,
    broken: told,
    text: told.length === 0 ? '' : textOf(told, callOf(options)),
    totals: {
      steps: only?.length ?? steps,
      ...there.counts,
      edits: there.ledger.typed.length,
      conversations: there.conversations.length,
      conflicts: there.ledger.conflicts,
      removals: there.departures.removals,
      assignments: there.departures.assignments,
      erasures: there.departures.erased.size,
      days: Math.round((clock.now() - there.startedAt) / 86_400_000),
    },
    hash: there.trace.hash,
  };
}

/** As somebody writes it to see the same again. */
const callOf = ({ seed, steps = STEPS, only, beside }: SimulationOptions): string => {
  const named = [`seed: ${seed}`, `steps: ${steps}`];
  if (only !== undefined) named.push(`only: [${only.join(', ')}]`);
  if (beside !== undefined) named.push(`beside: [${beside.map((what) => `'${what}'`).join(', ')}]`);
  return `simulate({ ${named.join(', ')} })`;
};

const upTo = (steps: number): readonly number[] => Array.from({ length: steps }, (_, index) => index + 1);

/** Most promises of which a text tells. */
const TOLD_MAX = 3;

function textOf(broken: readonly BrokenPromise[], call: string): string {
  const each = broken
    .slice(0, TOLD_MAX)
    .map(({ promise, message, story }) => [`${promise}: ${message}`, ...story.map((line) => `  ${line}`)]);
  const more = broken.length > TOLD_MAX ? [`and ${broken.length - TOLD_MAX} more`] : [];
  return [`${broken.length} broken with ${call}`, ...each.flat(), ...more].join('\n');
}
