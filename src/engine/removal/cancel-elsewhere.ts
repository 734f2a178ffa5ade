import type { Context } from '../context.ts';
import { tellClosed } from '../ended-conflicts.ts';
import { KIND } from '../kinds.ts';
import { onePerKey } from '../recheck.ts';
import type { Session } from '../session.ts';
import { cancelledWork } from './cancelled-work.ts';

const PAGE = 500;

/**
 * Ends what this connection still had to do for contacts that were removed through another one: a removal reaches the entries of
 * its own connection only, and a conflict that nobody can decide any more would wait for ever.
 */
export async function cancelForRemoved(context: Context, session: Session): Promise<void> {
  const seen = new Set<string>();
  for (const [kind, open] of [
    [KIND.conflict, { dueBy: Number.MAX_SAFE_INTEGER }],
    [KIND.question, {}],
    [KIND.create, {}],
  ] as const)
    for (let after = ''; !session.isOver(); ) {
      const page = await context.store.entries({ scope: 'connection', kind, after, limit: PAGE, ...open });
      const ids = [...new Set(page.flatMap(({ contactId }) => contactId ?? []))].filter((id) => !seen.has(id));
      for (const id of ids) seen.add(id);
      for (const id of await removedAmong(context, ids)) {
        const cancelled = onePerKey(await cancelledWork(context, id, session.storeNow()));
        if (cancelled.length === 0) continue;
        const { status } = await context.store.commit({ rows: [], entries: cancelled });
        if (status === 'done') tellClosed(context, cancelled); // else somebody was faster, or the next run does it
      }
      if (page.length < PAGE) break;
      after = page.at(-1)?.key ?? '';
    }
}

async function removedAmong({ store }: Context, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const here = new Set((await store.load({ ids, elsewhere: true })).flatMap(({ id, removed }) => (removed === true ? [] : [id])));
  return ids.filter((id) => !here.has(id));
}
