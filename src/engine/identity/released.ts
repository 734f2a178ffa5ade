import type { Json, Millis } from '../../core/values/value.ts';
import type { Entry, EntryChange } from '../../ports/store.ts';
import { untilCommitted } from '../commit.ts';
import { connectionKey, firstState, loadConnection } from '../connection.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import { type Recheck, recheckEntry } from '../recheck.ts';
import type { Session } from '../session.ts';

/** A record that waits for a match key, on its own connection. */
export interface Awaiting extends Pick<Recheck, 'object' | 'recordId'> {
  readonly connection: string;
  readonly candidates: readonly string[];
}

export const awaitingOf = ({ body }: Pick<Entry, 'body'>): Awaiting => body as unknown as Awaiting;

export const releasedRecheck = ({ object, recordId }: Pick<Recheck, 'object' | 'recordId'>, now: Millis): EntryChange =>
  recheckEntry({ object, recordId, code: 'released', attempts: 0 }, now);

type Place = Pick<Awaiting, 'connection' | 'object' | 'recordId'>;

const placeOf = ({ connection, object, recordId }: Place) =>
  ({ scope: 'workspace', kind: KIND.released, key: `${connection}|${object}|${recordId}`, expected: 'any' }) as const;

/** A record to look at again: queued, or told to the connection whose record it is, since only that one has its queue. */
export function releasedEntry(context: Context, { connection, object, recordId }: Place, now: Millis): EntryChange {
  if (connection === context.connection) return releasedRecheck({ object, recordId }, now);
  return { ...placeOf({ connection, object, recordId }), put: { body: { connection, object, recordId } satisfies Json } };
}

/** Connections look for what they are told once they know of another one: one that no flow has worked on yet shows itself. */
export async function withOwnName(context: Context, entries: readonly EntryChange[]): Promise<EntryChange[]> {
  const isShown = entries.every(({ kind }) => kind !== KIND.released) || (await loadConnection(context)).entry !== null;
  return isShown ? [...entries] : [...entries, { ...connectionKey(context), expected: null, put: { body: { ...firstState } } }];
}

/** Nothing is told of this record any more. */
export const notReleased = (place: Place): EntryChange => ({ ...placeOf(place), put: 'delete' });

const PAGE = 500;

/** What other connections have told this one, to be queued. */
export async function loadReleased({ store, connection }: Context): Promise<readonly Entry[]> {
  const prefix = `${connection}|`;
  const told = await store.entries({ scope: 'workspace', kind: KIND.released, after: prefix, limit: PAGE });
  return told.filter((entry) => entry.key.startsWith(prefix) && (entry.body as unknown as Place).connection === connection);
}

/** Records that other connections have released are queued here: their way may be free now (R20). */
export async function receiveReleased(context: Context, session: Session): Promise<void> {
  // Bound: what is queued is told of no more.
  for (let isMore = true; isMore; ) {
    const { result } = await untilCommitted(context, session, async () => {
      const told = await loadReleased(context);
      const entries = told.flatMap(({ scope, kind, key, version, body }): EntryChange[] => [
        { scope, kind, key, expected: version, put: 'delete' },
        releasedRecheck(body as unknown as Place, session.storeNow()),
      ]);
      return { result: told.length, changes: { rows: [], entries } };
    });
    isMore = result > 0;
  }
}
