import type { PartMark } from '../../core/activity/merge-activity-text.ts';
import { hashOf } from '../../core/base/hash.ts';
import type { Version } from '../../core/link/link.ts';
import type { Json, Millis, Value } from '../../core/values/value.ts';
import type { EntryChange } from '../../ports/store.ts';
import { untilCommitted } from '../commit.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import type { Session } from '../session.ts';
import type { Bound } from './bound.ts';
import { closedQuestion } from './question-entry.ts';

/** Hash by CRM field: what was sent, without the texts, which are in the CRM and in the conversation's own entry. */
export type Written = Readonly<Record<string, string>>;

export const hashes = (values: Readonly<Record<string, Value>>): Written =>
  Object.fromEntries(Object.entries(values).map(([field, value]) => [field, hashOf(value)]));

/** The entry of a conversation's one activity. */
export interface ActivityEntry {
  readonly object: string;
  /** Null: its create is not settled. */
  readonly id: string | null;
  /** What a person edited since is told by it (R22). */
  readonly written: Written;
  /** The parts of its text, so that later ones find their places among what people write there. */
  readonly parts?: readonly PartMark[];
  /** By field: of several conversations of this activity (`Activity.order`), the one whose it is. */
  readonly givenBy?: Readonly<Record<string, string>>;
  /** Hashes of the deliveries that were logged, or that a logged one replaced: one that comes again changes nothing. */
  readonly deliveries: readonly string[];
  /** What forms have put there. */
  readonly bound?: Bound;
  /** The write whose outcome is not known yet (R3), and what the entry becomes if it took effect. */
  readonly intent: {
    readonly op: string;
    /** Until then nobody else writes this activity (R8). */
    readonly until: Millis;
    readonly written: Written;
    readonly parts?: readonly PartMark[];
    readonly givenBy?: Readonly<Record<string, string>>;
    readonly bound?: Bound;
    /** `asked`: what its form left open is kept along with it. `answered`: once it took effect nothing is open any more. */
    readonly question?: 'asked' | 'answered';
    readonly deliveries: readonly string[];
  } | null;
}

export interface StoredActivity {
  readonly entry: ActivityEntry;
  readonly version: Version;
}

/** Deliveries of one conversation that are told apart. */
const DELIVERIES_MAX = 20;

export const withDeliveries = (known: readonly string[], more: readonly string[]): readonly string[] =>
  [...new Set([...known, ...more])].slice(-DELIVERIES_MAX);

export async function loadActivity(context: Context, key: string): Promise<StoredActivity | null> {
  const [stored] = await context.store.entries({ scope: 'connection', kind: KIND.activity, keys: [key], limit: 1 });
  return stored === undefined ? null : { entry: stored.body as unknown as ActivityEntry, version: stored.version };
}

interface Place {
  readonly key: string;
  readonly contactId: string | null;
}

/** The change that stores the entry; null removes it. */
export function activityChange({ key, contactId }: Place, entry: ActivityEntry | null, expected: Version | null): EntryChange {
  const place = { scope: 'connection', kind: KIND.activity, key, expected } as const;
  return entry === null ? { ...place, put: 'delete' } : { ...place, put: { body: entry as unknown as Json, contactId } };
}

/** Records what became of our own operation on the entry as it is now: the id it has, or null where nothing took effect (R5). */
export async function settleActivity(
  context: Context,
  session: Session,
  place: Place,
  { op, id }: { readonly op: string; readonly id: string | null },
): Promise<void> {
  await untilCommitted(context, session, async () => {
    const stored = await loadActivity(context, place.key);
    const intent = stored?.entry.intent ?? null;
    if (stored === null || intent?.op !== op) return { result: undefined, changes: null }; // settled by another worker
    const { entry, version } = stored;
    const { op: _, until: __, question, ...effect } = intent;
    const done = id === null ? { ...entry, intent: null } : { ...entry, id, ...effect, intent: null };
    const settled = done.id === null ? null : done; // a create without effect never was
    const isClosed = settled === null ? question === 'asked' : id !== null && question === 'answered';
    const closed = isClosed ? [closedQuestion(place.key)] : [];
    return { result: undefined, changes: { rows: [], entries: [activityChange(place, settled, version), ...closed] } };
  });
}
