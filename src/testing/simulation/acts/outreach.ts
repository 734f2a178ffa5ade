import type { Account } from '../account.ts';
import type { Chance } from '../chance.ts';
import type { Deployment, StartOptions } from '../deployment.ts';

/** The host reads some events, keeps them, and acknowledges them: its process may die in between. */
export const readEvents = (there: Deployment, account: Account, limit: number, options: StartOptions = {}) =>
  there.start('outreach', account, options, async ({ segments }) => {
    const { outreach } = account;
    const begun = outreach.begin();
    const events = await segments.events({ limit });
    outreach.receive(events, begun);
    const ids = events.map(({ id }) => id);
    await segments.acknowledge(ids);
    outreach.acknowledged(ids);
  });

/** Some page size, so that the host is often not done with all. */
export const somePage = (chance: Chance): number => 1 + chance.below(10);
