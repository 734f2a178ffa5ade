import { stableJson } from '../../core/base/hash.ts';
import { NO_CONVERSATIONS } from '../../core/schema/contact-facts.ts';
import type { Row, RowChange } from '../../ports/store.ts';
import { type Attempt, untilCommitted } from '../commit.ts';
import type { Context } from '../context.ts';
import { loadConversations } from '../conversation/given-entry.ts';
import { KIND } from '../kinds.ts';
import { listContacts } from '../list-contacts.ts';
import { readObjects } from '../pull/checkpoint.ts';
import type { Session } from '../session.ts';
import {
  compileSegments,
  loadMemberships,
  loadState,
  lookAt,
  type Seen,
  type SegmentState,
  type Segments,
  stateChange,
  stateFence,
  tellEvents,
} from './segment-parts.ts';

/** Events that wait for the host: with so many of them nothing more is compared, so that none is lost and the store stays small. */
export const EVENTS_MAX = 10_000;
const PAGE = 200;

export interface Compared {
  /** `full`: as many events wait as are kept. `moved`: another comparison went on meanwhile. */
  readonly ended: 'done' | 'paused' | 'full' | 'moved';
  readonly events: number;
}

interface Work {
  readonly context: Context;
  readonly session: Session;
  readonly segments: Segments;
  readonly state: SegmentState;
  /** CRM objects that are being read for the first time. */
  readonly unread: readonly string[];
  /** Before each page. */
  readonly keep: () => Promise<void>;
  /** Events that may still come. */
  left: number;
}

/**
 * Compares who is in each segment with who was, for everybody: what came by another connection, by the host's own hand, or by a
 * list that a record joined without being touched. A segment that is new, or that others are in now, is taken in without a word.
 */
export async function compareAll(context: Context, session: Session, keep: () => Promise<void> = async () => undefined): Promise<Compared> {
  const segments = compileSegments(context);
  const state = await loadState(context.store);
  const waiting = await countEvents(context);
  const reads = await readObjects(context);
  const objects = [...new Set([...state.objects, ...reads.done])].sort();
  const unread = reads.begun.filter((object) => !objects.includes(object));
  const work: Work = { context, session, segments, state, unread, keep, left: EVENTS_MAX - waiting };
  const ended = work.left <= 0 ? 'full' : ((await compareMembers(work)) ?? (await compareOthers(work)) ?? 'done');
  const events = EVENTS_MAX - waiting - work.left;
  const known = Object.fromEntries(segments.all.map(({ name, hash }) => [name, hash]));
  const { version: _, ...before } = state;
  const next = ended === 'done' ? { known, objects, isFull: false } : { ...before, isFull: ended === 'full' };
  if (ended === 'paused' || ended === 'moved' || stableJson(next) === stableJson(before)) return { ended, events };
  const committed = await context.store.commit({ rows: [], entries: [stateChange(state, next)] });
  return { ended: committed.status === 'done' ? ended : 'moved', events };
}

/** Events that nobody has acknowledged, as far as it matters. */
async function countEvents({ store }: Context): Promise<number> {
  let count = 0;
  for (let after = ''; count < EVENTS_MAX; ) {
    const page = await store.entries({ scope: 'connection', kind: KIND.segmentEvent, after, limit: 1_000 });
    count += page.length;
    if (page.length < 1_000) break;
    after = page.at(-1)?.key ?? '';
  }
  return count;
}

type Stop = 'paused' | 'full' | 'moved' | null;

/** Those who were in one: who left, and who changed. */
async function compareMembers(work: Work): Promise<Stop> {
  const { store } = work.context;
  for (let after = ''; ; ) {
    const page = await store.entries({ scope: 'connection', kind: KIND.membership, after, limit: PAGE });
    const stop = await comparePage(
      work,
      page.flatMap(({ contactId }) => contactId ?? []),
    );
    if (stop !== null || page.length < PAGE) return stop;
    after = page.at(-1)?.key ?? '';
  }
}

/** Those who are in one: who entered. */
async function compareOthers(work: Work): Promise<Stop> {
  const { context, segments } = work;
  if (segments.all.length === 0) return null;
  const where = { any: segments.all.map((segment) => segment.where) };
  for (let after: string | null = null; ; ) {
    const place = after === null ? null : { values: [], id: after };
    const page = await listContacts(context, { entity: 'contact', where, sort: [], after: place, limit: PAGE });
    const stop = await comparePage(
      work,
      page.map(({ row }) => row.id),
    );
    if (stop !== null || page.length < PAGE) return stop;
    after = page.at(-1)?.row.id ?? null;
  }
}

async function comparePage(work: Work, ids: readonly string[]): Promise<Stop> {
  if (ids.length === 0) return null;
  if (work.session.isOver()) return 'paused';
  await work.keep();
  const events = await work.session.step(() => compareContacts(work.context, work.session, ids, { ...work, isFull: true }));
  if (events === 'moved') return 'moved';
  work.left -= events;
  return work.left <= 0 ? 'full' : null;
}

interface Comparing {
  readonly segments: Segments;
  readonly state: SegmentState;
  /** CRM objects that are being read for the first time. */
  readonly unread: readonly string[];
  readonly isFull: boolean;
}

/**
 * Compares just these contacts, in one commit that expects their versions.
 *
 * @param state - That they are compared by; one that is not it any more ends the comparison. Absent: the one of the moment.
 * @returns How many events there were.
 */
export async function compareContacts(
  context: Context,
  session: Session,
  ids: readonly string[],
  { segments = compileSegments(context), state, unread = [], isFull = false }: Partial<Comparing> = {},
): Promise<number | 'moved'> {
  const { result } = await untilCommitted(context, session, async (): Promise<Attempt<'moved' | readonly Looked[]>> => {
    const now = await loadState(context.store);
    if (state !== undefined && now.version !== state.version) return { result: 'moved', changes: null };
    if (!isFull && now.isFull) return { result: [], changes: null };
    const looked = await lookAtThem(context, ids, { segments, state: now, unread, isFull });
    const entries = looked.flatMap((one) => one.seen.entries);
    const rows = looked.flatMap(({ row }): RowChange[] => (row === undefined ? [] : [expectedAsIs(row)]));
    return { result: looked, changes: entries.length === 0 ? null : { rows, entries: [...entries, stateFence(now)] } };
  });
  if (result === 'moved') return 'moved';
  for (const { id, seen } of result) tellEvents(context, id, seen.events);
  return result.reduce((sum, { seen }) => sum + seen.events.length, 0);
}

const expectedAsIs = (row: Row): RowChange => ({ kind: 'update', contactId: row.id, expected: row.version });

interface Looked {
  readonly id: string;
  readonly seen: Seen;
  /** Undefined: nothing is left of the contact. */
  readonly row: Row | undefined;
}

/** Those of these contacts of whom there is something to commit. */
async function lookAtThem(
  context: Context,
  ids: readonly string[],
  { segments, state, unread, isFull }: Comparing,
): Promise<readonly Looked[]> {
  const rows = new Map((await context.store.load({ ids })).map((row) => [row.id, row]));
  const memberships = await loadMemberships(context.store, ids);
  const conversations = segments.looksAtConversations ? await loadConversations(context, ids) : new Map<string, never>();
  return ids.flatMap((id): readonly Looked[] => {
    const row = rows.get(id);
    if (row !== undefined && row.entity !== 'contact') return [];
    const contact = {
      fields: row?.fields ?? {},
      links: row?.links ?? [],
      conversations: conversations.get(id) ?? NO_CONVERSATIONS,
      removed: row === undefined || row.removed === true,
    };
    const isFirstRead = contact.links.length > 0 && contact.links.every(({ object }) => unread.includes(object));
    const seen = lookAt(context, segments, { state, stored: memberships.get(id), contact, ref: id, id, isFull, isFirstRead });
    return seen.entries.length === 0 ? [] : [{ id, seen, row }];
  });
}
