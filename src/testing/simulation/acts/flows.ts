import type { Account } from '../account.ts';
import { type Chance, chanceOf } from '../chance.ts';
import type { Deployment, StartOptions } from '../deployment.ts';
import type { Death } from '../scheduler.ts';
import { type Acts, someAccount } from './act.ts';
import { someRecord } from './in-crm.ts';

type Flow = 'pull' | 'push' | 'sync' | 'retryPending';

/** Now and then a process dies at one of its calls. */
export const deathIn = ({ shape }: Deployment, chance: Chance, calls: number): Death | null =>
  chance.of(shape.cut / 2) ? { at: 1 + chance.below(calls), moment: chance.oneOf(['before', 'after']) } : null;

/** Starts a flow whose process may die, be told to stop at one of its calls, or have a time limit. */
function startFlow(there: Deployment, chance: Chance, flow: Flow, options: object = {}, account = someAccount(there, chance)) {
  const { shape } = there;
  const controller = new AbortController();
  const limit = chance.of(shape.cut / 3) ? { timeLimitMs: 2_000 + chance.below(60_000) } : {};
  const lastCall = chance.of(shape.cut / 3) ? 1 + chance.below(40) : Number.POSITIVE_INFINITY;
  const settings = { death: deathIn(there, chance, 60), failing: shape.failing, chance };
  return there.start(flow, account, settings, (engine, process) => {
    process.onCall((calls) => calls === lastCall && controller.abort(new Error('the host stops')));
    return engine[flow]({ ...limit, ...options, signal: controller.signal });
  });
}

/** One flow without any trouble. */
export const calmFlow = (there: Deployment, account: Account, flow: Flow, options: object = {}) =>
  there.start(flow, account, { chance: chanceOf(there.counts.flows) }, (engine) => engine[flow](options));

/** Somebody answers a run that asks whether so many deletions are meant: they are. */
export const allowDeletions = (there: Deployment, account: Account, options: StartOptions = {}) =>
  there.start('answer', account, options, async (engine) => {
    const { deletions } = await engine.status();
    return deletions.length === 0 ? null : engine.pull({ allowDeletions: true });
  });

export const FLOWS: Acts = {
  pull: [10, (there, chance) => startFlow(there, chance, 'pull')],
  'a full pull': [1, (there, chance) => startFlow(there, chance, 'pull', { full: true })],
  'a webhook of the CRM': [
    4,
    (there, chance) => {
      const account = someAccount(there, chance);
      const id = someRecord(account, chance);
      const records = [...account.crm.announced(), ...(id === null ? [] : [{ object: account.crm.object, id }])];
      return records.length === 0 ? undefined : startFlow(there, chance, 'pull', { records }, account);
    },
  ],
  'a question about deletions is answered': [
    2,
    (there, chance) => {
      const options = { death: deathIn(there, chance, 40), failing: there.shape.failing, chance };
      return allowDeletions(there, someAccount(there, chance), options);
    },
  ],
  push: [8, (there, chance) => startFlow(there, chance, 'push')],
  'a push that makes records': [3, (there, chance) => startFlow(there, chance, 'push', { createMissing: there.shape.createMissing })],
  sync: [4, (there, chance) => startFlow(there, chance, 'sync')],
  'what is pending': [2, (there, chance) => startFlow(there, chance, 'retryPending')],
};
