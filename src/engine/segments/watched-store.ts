import { NO_CONVERSATIONS } from '../../core/schema/contact-facts.ts';
import type { Fields } from '../../core/values/value.ts';
import type { BoundStore, Changeset, ContactRef, LinkChange, Row, RowChange, StoredLink } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { conversationsIn, loadConversations } from '../conversation/given-entry.ts';
import { KIND } from '../kinds.ts';
import {
  isNewTo,
  loadMemberships,
  loadState,
  lookAt,
  type Seen,
  type SegmentState,
  type Segments,
  stateFence,
  tellEvents,
} from './segment-parts.ts';

/** A contact of a commit as it will be. */
interface Coming {
  readonly ref: ContactRef;
  readonly id: string;
  readonly row: Pick<Row, 'fields' | 'links'> & { readonly removed: boolean };
}

/**
 * The store of an engine with segments. Whatever commits a change of a contact commits with it what that change means for the
 * segments: neither is there without the other, and of two that look at a contact at once one is told `moved`.
 *
 * @param later - Compares these contacts by themselves, once a commit has gone through that did not expect their versions.
 */
export function watchedStore(
  context: Pick<Context, 'store' | 'clock' | 'ids' | 'notify' | 'schema'>,
  segments: Segments,
  later: (contactIds: readonly string[]) => Promise<void>,
): BoundStore {
  const { store } = context;
  return {
    load: (query) => store.load(query),
    scan: (query) => store.scan(query),
    ...(store.list !== undefined && { list: (query) => store.list!(query) }),
    entries: (query) => store.entries(query),
    lease: (request) => store.lease(request),
    release: (name, token) => store.release(name, token),
    async commit(changes) {
      const touched = changes.rows.flatMap((row, index) => (matters(segments, changes, row, index) ? [{ row, index }] : []));
      if (touched.length === 0) return store.commit(changes);
      const state = await loadState(store);
      const { seen, unsure } = state.isFull ? NOTHING : await see(context, segments, changes, state, touched);
      const entries = seen.flatMap((one) => one.entries);
      const fence = entries.length > 0 ? [stateFence(state)] : [];
      const committed = await store.commit({ rows: changes.rows, entries: [...changes.entries, ...entries, ...fence] });
      if (committed.status !== 'done') return committed;
      for (const { events, index } of seen) tellEvents(context, committed.ids[index] as string, events);
      if (unsure.length > 0) await later(unsure);
      return committed;
    },
  };
}

interface Touched {
  readonly row: RowChange;
  readonly index: number;
}
interface Looked {
  readonly seen: readonly (Seen & { readonly index: number })[];
  /** Contacts that may be others by the time of the commit: the acknowledgement of a write expects no version (R5). */
  readonly unsure: readonly string[];
}
const NOTHING: Looked = { seen: [], unsure: [] };

function matters({ looksAtLinks, looksAtConversations }: Segments, { entries }: Changeset, row: RowChange, index: number): boolean {
  if (row.kind === 'insert') return row.entity === 'contact';
  // What is kept about an erased person goes with it.
  if (row.kind !== 'update') return row.kind === 'delete';
  if (Object.keys(row.set ?? {}).length > 0) return true;
  if (looksAtLinks && (row.links ?? []).length > 0) return true;
  return looksAtConversations && entries.some((entry) => entry.kind === KIND.given && isAbout(entry.put, row.contactId, index));
}

const isAbout = (put: Changeset['entries'][number]['put'], contactId: string, index: number): boolean => {
  const ref = typeof put === 'object' ? put.contactId : undefined;
  return typeof ref === 'object' && ref !== null ? ref.row === index : ref === contactId;
};

async function see(
  context: Parameters<typeof watchedStore>[0],
  segments: Segments,
  changes: Changeset,
  state: SegmentState,
  touched: readonly Touched[],
): Promise<Looked> {
  const { store } = context;
  const ids = touched.flatMap(({ row }) => (row.kind === 'insert' ? [] : [row.contactId]));
  const rows = new Map((ids.length === 0 ? [] : await store.load({ ids })).map((row) => [row.id, row]));
  const memberships = await loadMemberships(store, ids);
  const conversations = segments.looksAtConversations ? await loadConversations(context, ids) : new Map<string, never>();
  const seen: Looked['seen'][number][] = [];
  const unsure: string[] = [];
  const unread = firstReadBy(changes, state);
  for (const { row, index } of touched) {
    const before = row.kind === 'insert' ? undefined : rows.get(row.contactId);
    if (row.kind === 'update' && row.expected === undefined) {
      unsure.push(row.contactId);
      continue;
    }
    if (row.kind !== 'insert' && (before === undefined || before.entity !== 'contact' || before.removed === true)) continue;
    const { ref, id, row: after } = comingOf(row, index, before);
    const given = changes.entries.find((entry) => entry.kind === KIND.given && isAbout(entry.put, id, index));
    const talked = typeof given?.put === 'object' ? conversationsIn(given.put.body) : (conversations.get(id) ?? NO_CONVERSATIONS);
    const contact = { ...after, conversations: talked };
    const isFirstRead = row.kind === 'insert' ? isNewTo(state.objects, after.links) : isFirstLinked(row, before?.links ?? [], unread);
    seen.push({
      ...lookAt(context, segments, { state, stored: memberships.get(id), contact, ref, id, isFull: false, isFirstRead }),
      index,
    });
  }
  return { seen, unsure };
}

/**
 * CRM objects that a commit reads for the first time: it moves their checkpoint, or is done with a record that had to be fetched
 * again. A push does neither: whom it gives a record, enters.
 */
const firstReadBy = ({ entries }: Changeset, { objects }: SegmentState): ReadonlySet<string> =>
  new Set(
    entries.flatMap(({ kind, key, put }) => {
      const isRead = kind === KIND.checkpoint || (kind === KIND.recheck && put === 'delete');
      const [object = ''] = key.split('|');
      return isRead && !objects.includes(object) ? [object] : [];
    }),
  );

/** Somebody who was here before gets a record by it. */
const isFirstLinked = (row: RowChange, before: readonly StoredLink[], unread: ReadonlySet<string>): boolean =>
  row.kind === 'update' && (row.links ?? []).some(({ id, object }) => unread.has(object) && !before.some((link) => link.id === id));

/** The contact once the change is applied. */
function comingOf(row: Exclude<RowChange, { kind: 'erase' }>, index: number, before: Row | undefined): Coming {
  const links = withChanges(before?.links ?? [], row.links ?? [], row.kind === 'insert' ? row.suggestedId : row.contactId);
  if (row.kind === 'insert') return { ref: { row: index }, id: row.suggestedId, row: { fields: row.set, links, removed: false } };
  const { contactId: id } = row;
  if (row.kind !== 'update') return { ref: id, id, row: { fields: {}, links, removed: true } };
  const fields: Fields = { ...before?.fields, ...row.set };
  return { ref: id, id, row: { fields, links, removed: false } };
}

function withChanges(links: readonly StoredLink[], changes: readonly LinkChange[], contactId: string): readonly StoredLink[] {
  const after = new Map(links.map((link) => [link.id, link]));
  for (const { expected: _, remove, seen, ...link } of changes) {
    if (remove === true) after.delete(link.id);
    else after.set(link.id, { ...link, seen: seen === 'after' ? null : seen, contactId, version: '' });
  }
  return [...after.values()];
}
