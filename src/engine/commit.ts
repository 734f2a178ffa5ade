import { CrmSyncError } from '../errors.ts';
import type { Changeset, Committed, RefusedRow } from '../ports/store.ts';
import type { Context } from './context.ts';
import type { Session } from './session.ts';

export type Done = Extract<Committed, { status: 'done' }>;

export interface Attempt<T> {
  /** Null: there is nothing to do. */
  readonly changes: Changeset | null;
  readonly result: T;
}

export type Outcome<T> =
  | { readonly result: T; readonly changes: Changeset; readonly committed: Done; readonly refused: null }
  | { readonly result: T; readonly changes: Changeset; readonly committed: null; readonly refused: readonly RefusedRow[] }
  | { readonly result: T; readonly changes: null; readonly committed: null; readonly refused: null };

/** A commit whose loss of a race is the caller's to handle. */
export const commitOnce = ({ store }: Context, session: Session, changes: Changeset): Promise<Committed> =>
  session.timed(
    () => store.commit(changes),
    (committed) => (committed.status === 'done' ? committed.at : null),
  );

/** A page or an edit that lost this many races in a row meets a store that is written to without pause. */
const RACES_MAX = 12;

/** Loads, plans and commits until nothing moved in between; rows that the host's table refuses are the caller's to handle. */
export async function tryCommit<T>(
  context: Context,
  session: Session,
  attempt: () => Promise<Attempt<T>>,
  racesMax = RACES_MAX,
): Promise<Outcome<T>> {
  for (let race = 0; race < racesMax; race += 1) {
    const { changes, result } = await attempt();
    if (changes === null || isEmpty(changes)) return { result, changes: null, committed: null, refused: null };
    const committed = await commitOnce(context, session, changes);
    if (committed.status === 'refused') return { result, changes, committed: null, refused: committed.rows };
    if (committed.status === 'moved') continue;
    return { result, changes, committed, refused: null };
  }
  throw new CrmSyncError(`Lost ${racesMax} races for the same rows.`, {
    code: 'store_contention',
    category: 'store',
    retryable: true,
    remedy: 'Try again later; if it stays, look for a process that writes the same contacts without pause.',
  });
}

/** The same where a refusal of the host's table ends the operation. */
export async function untilCommitted<T>(
  context: Context,
  session: Session,
  attempt: () => Promise<Attempt<T>>,
  racesMax = RACES_MAX,
): Promise<{ readonly result: T; readonly committed: Done | null }> {
  const { result, committed, refused } = await tryCommit(context, session, attempt, racesMax);
  if (refused !== null)
    throw new CrmSyncError(
      `The contact store refused ${refused.length === 0 ? 'a row' : `${refused.length} row(s)`}: ${refused[0]?.code ?? 'unknown'}.`,
      {
        code: 'store_refused',
        category: 'store',
        // What the table says of it holds the row's values, and errors end up in runs and logs.
        remedy: 'Look at the constraints of the contacts table: it refuses what this would write.',
      },
    );
  return { result, committed };
}

const isEmpty = ({ rows, entries }: Changeset): boolean => rows.length === 0 && entries.every(({ put }) => put === undefined);
