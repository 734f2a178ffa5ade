import { MINUTE } from './acts/act.ts';
import { allowDeletions, calmFlow } from './acts/flows.ts';
import { decideAll } from './acts/on-conflicts.ts';
import { deliver } from './acts/on-our-side.ts';
import { readEvents } from './acts/outreach.ts';
import { chanceOf } from './chance.ts';
import type { Deployment } from './deployment.ts';

/** Waits that let leases and open writes, retries, and what is tried once a day come due; the last two also for what the others set off. */
const WAITS_MINUTES = [15, 60, 25 * 60, 25 * 60];

/** Nobody edits and nothing fails any more: until everything that waits for a time has had it, and everybody was answered. */
export async function quiesce(there: Deployment): Promise<void> {
  const { scheduler, trace, conversations, accounts } = there;
  const chance = chanceOf(0, there.counts.flows);
  trace.tell('nothing happens any more');
  await there.untilIdle(chance);
  const inPeace = async (started: Promise<unknown>) => {
    await started;
    await there.untilIdle(chance);
  };
  for (const [round, minutes] of WAITS_MINUTES.entries()) {
    scheduler.advance(minutes * MINUTE);
    there.lookAround();
    for (const [index, { unanswered }] of conversations.entries())
      for (const account of unanswered) await inPeace(deliver(there, index, account, { chance }));
    for (const account of accounts) {
      const records = account.crm.announced();
      if (records.length > 0) await inPeace(calmFlow(there, account, 'pull', { records }));
      await inPeace(calmFlow(there, account, 'sync'));
      await inPeace(allowDeletions(there, account));
      await inPeace(decideAll(there, account));
      if (there.shape.createMissing) await inPeace(calmFlow(there, account, 'push', { createMissing: true }));
      if (round >= WAITS_MINUTES.length - 2) {
        await inPeace(calmFlow(there, account, 'pull', { full: true }));
        await inPeace(allowDeletions(there, account));
      }
    }
  }
  // Of each kind one more: it tells of the one before it how that ended, where its process died. With two CRMs, also what the
  // one that comes last has set off in the other.
  for (const account of [...accounts, ...accounts.slice(1)])
    for (const flow of accounts.length > 1 ? FLOWS : (['retryPending', 'push'] as const)) await inPeace(calmFlow(there, account, flow));
  if (there.shape.segments === true) for (const account of accounts) await inPeace(readEvents(there, account, 10_000));
}

const FLOWS = ['retryPending', 'push', 'sync'] as const;
