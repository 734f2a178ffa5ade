import type { Entry, EntryChange } from '../ports/store.ts';
import { untilCommitted } from './commit.ts';
import { partsOf } from './companies/company-context.ts';
import type { Context } from './context.ts';
import { endedWith, tellClosed } from './ended-conflicts.ts';
import { loadReleased } from './identity/released.ts';
import { noLongerWaiting, storedWaiting } from './identity/waiting.ts';
import { KIND } from './kinds.ts';
import { changeOf } from './link-change.ts';
import { onePerKey } from './recheck.ts';
import { FORGET_STATE } from './segments/segment-parts.ts';
import type { Session } from './session.ts';

/** Drops every link of the mapped objects, and where pulls and their queues stood: the next pull matches every record anew. */
export async function dropLinks(context: Context, session: Session): Promise<void> {
  if ((context.options.segments ?? []).length > 0) await context.store.commit({ rows: [], entries: [FORGET_STATE] });
  for (const part of partsOf(context)) await dropPart(part, session);
  await dropAll(context, session, () => loadReleased(context), dropped);
  for (const kind of [KIND.checkpoint, KIND.recheck, KIND.writtenOver, KIND.untied, KIND.brake])
    await dropAll(context, session, () => notes(context, kind), dropped);
}

async function dropPart(context: Context, session: Session): Promise<void> {
  for (const { crmObject } of context.mappings) {
    for (let after: string | null = null; ; ) {
      const { entity } = context.schema;
      const rows = await context.store.scan({ entity, object: crmObject, want: 'linked', plan: '', now: 0, after, limit: 500 });
      const last = rows.at(-1);
      if (last === undefined) break;
      const { result } = await untilCommitted(context, session, async () => {
        const fresh = await context.store.load({ ids: rows.map(({ id }) => id) });
        const changes = fresh.map((row) => ({
          kind: 'update' as const,
          contactId: row.id,
          links: row.links.filter(({ object }) => object === crmObject).map((link) => ({ ...changeOf(link), remove: true as const })),
        }));
        const links = fresh.flatMap((row) => row.links.filter(({ object }) => object === crmObject));
        const entries = links.flatMap((link) => endedWith(link, { run: null, at: session.storeNow() }).entries);
        return { result: entries, changes: { rows: changes.filter(({ links }) => links.length > 0), entries } };
      });
      tellClosed(context, result);
      after = last.id;
    }
  }
  await dropAll(
    context,
    session,
    () => notes(context, KIND.waiting),
    (note) => noLongerWaiting(context, storedWaiting(note)),
  );
}

const notes = ({ store }: Context, kind: string): Promise<readonly Entry[]> => store.entries({ scope: 'connection', kind, limit: 500 });

const dropped = ({ scope, kind, key, version }: Entry): EntryChange[] => [{ scope, kind, key, expected: version, put: 'delete' }];

/** Page by page, until none is left. */
async function dropAll(
  context: Context,
  session: Session,
  load: () => Promise<readonly Entry[]>,
  drop: (entry: Entry) => readonly EntryChange[],
): Promise<void> {
  for (let isMore = true; isMore; ) {
    const { result } = await untilCommitted(context, session, async () => {
      const found = await load();
      return { result: found.length, changes: { rows: [], entries: onePerKey(found.flatMap(drop)) } };
    });
    isMore = result > 0;
  }
}
