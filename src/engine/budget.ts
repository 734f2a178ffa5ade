import type { Json, Millis } from '../core/values/value.ts';
import { CrmSyncError } from '../errors.ts';
import type { BoundStore, Entry } from '../ports/store.ts';
import { untilCommitted } from './commit.ts';
import type { Context } from './context.ts';
import { KIND } from './kinds.ts';
import type { Session } from './session.ts';

/** API calls, or questions to the merger, that a connection has made since a time, on the store's clock. */
export interface Spent {
  readonly since: Millis;
  readonly calls: number;
}

const HOUR_MS = 60 * 60_000;
export const DAY_MS = 24 * HOUR_MS;
const KEY = { scope: 'connection', kind: KIND.budget, key: 'calls' } as const;

export async function loadSpent(
  store: BoundStore,
  key: string,
  now: Millis,
): Promise<{ readonly spent: Spent; readonly entry: Entry | undefined }> {
  const [entry] = await store.entries({ scope: KEY.scope, kind: KEY.kind, keys: [key], limit: 1 });
  const stored = entry?.body as unknown as Spent | undefined;
  // One that lies a day ahead began by a clock that was wrong.
  const isOver = stored === undefined || Math.abs(now - stored.since) >= DAY_MS;
  return { spent: isOver ? { since: now, calls: 0 } : stored, entry };
}

/** What the budget stands at; null: none is set. */
export async function budgetState(context: Context, now: Millis): Promise<(Spent & { readonly callsPerDay: number }) | null> {
  const { budget } = context.connector.capabilities;
  if (budget === undefined) return null;
  return { ...(await loadSpent(context.store, KEY.key, now)).spent, callsPerDay: budget.callsPerDay };
}

/**
 * Adds the calls that this session has made to those of the connection's other processes. Costs nothing without a budget.
 * What the store fails to take is counted the next time.
 */
export async function countCalls(context: Context, session: Session): Promise<void> {
  const calls = context.connector.capabilities.budget === undefined ? 0 : session.uncounted;
  if (calls === 0) return;
  session.uncounted -= calls;
  try {
    await addCalls(context, session, calls);
  } catch (error) {
    session.uncounted += calls;
    throw error;
  }
}

async function addCalls(context: Context, session: Session, calls: number): Promise<void> {
  await untilCommitted(context, session, async () => {
    const { spent, entry } = await loadSpent(context.store, KEY.key, session.storeNow());
    const body = { ...spent, calls: spent.calls + calls } as unknown as Json;
    return { result: undefined, changes: { rows: [], entries: [{ ...KEY, expected: entry?.version ?? null, put: { body } }] } };
  });
}

/**
 * Why a flow has to end at a committed page: its share of the calls is used up. Nobody waits for a run, so it leaves the reserve
 * to calls that a person waits for. The account's own count, where the CRM tells it, counts too: other apps use it as well.
 * Null: there are calls left.
 */
export async function budgetSpent(context: Context, session: Session): Promise<CrmSyncError | null> {
  const { budget } = context.connector.capabilities;
  if (budget === undefined) return null;
  await countCalls(context, session);
  const now = session.storeNow();
  const { spent } = await loadSpent(context.store, KEY.key, now);
  const reserve = session.call.interactive === true ? 0 : budget.reserve;
  const { usage } = session;
  const isAccountLow = usage !== null && usage.limit - usage.used <= reserve;
  if (spent.calls < budget.callsPerDay - reserve && !isAccountLow) return null;
  return new CrmSyncError(
    isAccountLow ? 'The API calls of the CRM account are nearly used up.' : 'The API calls of this connection are used up for now.',
    {
      code: 'api_budget_spent',
      category: 'rate_limit',
      retryable: true,
      // the account's own calls come back little by little
      retryAfterMs: isAccountLow ? HOUR_MS : Math.max(0, spent.since + DAY_MS - now),
      remedy: 'Nothing to do: it goes on where it stopped. If it happens often, raise `apiCallsPerDay`, or run less often.',
      at: { connection: context.connection },
    },
  );
}

/** @throws CrmSyncError code `api_budget_spent`, category `rate_limit`, with the time until calls are there again. */
export async function assertBudget(context: Context, session: Session): Promise<void> {
  const error = await budgetSpent(context, session);
  if (error !== null) throw error;
}
