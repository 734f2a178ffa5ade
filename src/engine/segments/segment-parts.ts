import { hashOf } from '../../core/base/hash.ts';
import type { Version } from '../../core/link/link.ts';
import { compileContactFilter } from '../../core/mapping/contact-filter.ts';
import { filterFields } from '../../core/mapping/filter.ts';
import {
  type CompiledSegment,
  type KnownSegments,
  type Membership,
  NO_MEMBERSHIP,
  planMembership,
} from '../../core/segments/plan-membership.ts';
import type { SegmentEvent } from '../../core/segments/segment.ts';
import type { Json } from '../../core/values/value.ts';
import type { BoundStore, ContactRef, Entry, EntryChange } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';

/** The segments of an engine, ready to be compared, and what a change must touch to matter to them. */
export interface Segments {
  readonly all: readonly CompiledSegment[];
  readonly looksAtLinks: boolean;
  readonly looksAtConversations: boolean;
}

export function compileSegments({ schema, options }: Pick<Context, 'schema' | 'options'>): Segments {
  const all = (options.segments ?? []).map(({ name, where, watch = [], initial = false }): CompiledSegment => {
    const compiled = compileContactFilter(schema, where, options);
    return { name, where: compiled, hash: hashOf(compiled), watch, initial };
  });
  const names = all.flatMap(({ where }) => filterFields(where));
  return {
    all,
    looksAtLinks: names.some((name) => name.startsWith('$link.')),
    looksAtConversations: names.some((name) => name === '$conversations' || name === '$last_conversation_at'),
  };
}

/** What all comparisons of a connection agree on. */
export interface SegmentState {
  readonly known: KnownSegments;
  /** CRM objects whose first read was over when everybody was compared. */
  readonly objects: readonly string[];
  /** So many events wait for the host that nothing more is compared. */
  readonly isFull: boolean;
  readonly version: Version | null;
}

const STATE = { scope: 'connection', kind: KIND.segments, key: 'state' } as const;

export async function loadState(store: BoundStore): Promise<SegmentState> {
  const [entry] = await store.entries({ scope: STATE.scope, kind: STATE.kind, keys: [STATE.key], limit: 1 });
  if (entry === undefined) return { known: {}, objects: [], isFull: false, version: null };
  const { known, objects, isFull = false } = entry.body as unknown as Omit<SegmentState, 'version'>;
  return { known, objects, isFull, version: entry.version };
}

/** Nothing is compared by a state that another comparison has moved on. */
export const stateFence = ({ version }: SegmentState): EntryChange => ({ ...STATE, expected: version });

export function stateChange({ version }: SegmentState, { known, objects, isFull }: Omit<SegmentState, 'version'>): EntryChange {
  return { ...STATE, expected: version, put: { body: { known, objects, ...(isFull && { isFull }) } as unknown as Json } };
}

/** For another account: what its first read brings is not told, as that of the one before was not. */
export const FORGET_STATE: EntryChange = { ...STATE, expected: 'any', put: 'delete' };

/** It has records, and none of an object that was read to the end once. */
export const isNewTo = (objects: readonly string[], links: readonly { readonly object: string }[]): boolean =>
  links.length > 0 && links.every(({ object }) => !objects.includes(object));

export interface StoredMembership {
  readonly membership: Membership;
  readonly entry: Entry | null;
}

/** By contact. Of whom nothing is kept, was in no segment. */
export async function loadMemberships(store: BoundStore, contactIds: readonly string[]): Promise<ReadonlyMap<string, StoredMembership>> {
  if (contactIds.length === 0) return new Map();
  const entries = await store.entries({ scope: 'connection', kind: KIND.membership, contactIds, limit: contactIds.length });
  return new Map(entries.map((entry) => [entry.contactId ?? '', { membership: entry.body as unknown as Membership, entry }]));
}

export interface Look {
  readonly state: SegmentState;
  readonly stored: StoredMembership | undefined;
  readonly contact: Parameters<typeof planMembership>[0]['contact'];
  readonly ref: ContactRef;
  /** Of the contact, or that it is made with. */
  readonly id: string;
  readonly isFull: boolean;
  readonly isFirstRead: boolean;
}

export interface Seen {
  readonly entries: readonly EntryChange[];
  readonly events: readonly Omit<SegmentEvent, 'contactId'>[];
}

/** What a look at one contact finds: its membership and its events, to be committed together; nothing where nothing changed. */
export function lookAt(
  context: Pick<Context, 'clock' | 'ids'>,
  { all }: Segments,
  { state, stored, contact, ref, id, ...how }: Look,
): Seen {
  const before = stored?.membership ?? NO_MEMBERSHIP;
  const plan = planMembership({ segments: all, known: state.known, before, contact, ...how });
  if (plan.in === before.in && plan.events.length === 0) return { entries: [], events: [] };
  const now = new Date(context.clock.now()).toISOString();
  const at = before.lastAt !== null && before.lastAt > now ? before.lastAt : now;
  const events = plan.events.map((event, index) => {
    const turn = String(before.events + index + 1).padStart(8, '0');
    return { id: `${at}/${turn}/${context.ids()}`, at, ...event };
  });
  const next: Membership = {
    in: plan.in,
    events: before.events + events.length,
    lastAt: events.length > 0 ? at : before.lastAt,
  };
  const name = { scope: 'connection', kind: KIND.membership, key: stored?.entry?.key ?? id } as const;
  const kept = events.map(
    ({ id: key, ...body }): EntryChange => ({
      scope: 'connection',
      kind: KIND.segmentEvent,
      key,
      expected: null,
      put: { body: body as unknown as Json, contactId: ref },
    }),
  );
  const membership = { ...name, expected: stored?.entry?.version ?? null, put: { body: next as unknown as Json, contactId: ref } };
  return { entries: [membership, ...kept], events };
}

/** Tells observers what was committed: names of fields, no values. */
export function tellEvents({ notify }: Pick<Context, 'notify'>, contactId: string, events: Seen['events']): void {
  for (const { id, segment, type, changes } of events)
    notify({ type: `segment.${type}`, id, segment, contactId, fields: changes.map(({ field }) => field) });
}
