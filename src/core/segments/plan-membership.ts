import { own } from '../base/own.ts';
import { type Filter, matchesFilter } from '../mapping/filter.ts';
import { type FilteredContact, factReader } from '../schema/contact-facts.ts';
import type { Value } from '../values/value.ts';
import type { SegmentEvent } from './segment.ts';

/** A segment ready to be compared. */
export interface CompiledSegment {
  readonly name: string;
  readonly where: Filter;
  /** Changes where other contacts may be in it. */
  readonly hash: string;
  readonly watch: readonly string[];
  readonly initial: boolean;
}

/** By name, the hash of the segments that everybody was compared with once: from then on coming and going are told. */
export type KnownSegments = Readonly<Record<string, string>>;

/** The segments that a contact was in when it was last looked at, each with what its watched fields held. */
export interface Membership {
  readonly in: Readonly<Record<string, Readonly<Record<string, Value>>>>;
  /** Events so far, and when the latest was: those of a contact sort in the order they came, whoever's clock wrote them. */
  readonly events: number;
  readonly lastAt: string | null;
}
export const NO_MEMBERSHIP: Membership = { in: {}, events: 0, lastAt: null };

export type PlannedEvent = Pick<SegmentEvent, 'segment' | 'type' | 'reason' | 'changes'>;

export interface MembershipInput {
  readonly segments: readonly CompiledSegment[];
  readonly known: KnownSegments;
  readonly before: Membership;
  readonly contact: FilteredContact & { readonly removed?: boolean };
  /** Everybody is compared: also with segments that are new, or other than they were, which is not told. */
  readonly isFull: boolean;
  /** The first read of an object brought the contact: that it is in a segment from the start is not told. */
  readonly isFirstRead: boolean;
}

/**
 * Which segments a contact is in now, and what of it is news. What is compared is who is in it with who was, whatever happened in
 * between; the same object comes back where nothing changed.
 */
export function planMembership({ segments, known, before, contact, isFull, isFirstRead }: MembershipInput): {
  readonly in: Membership['in'];
  readonly events: readonly PlannedEvent[];
} {
  const next = new Map(Object.entries(before.in));
  const events: PlannedEvent[] = [];
  const read = factReader(contact);
  for (const { name, where, hash, watch, initial } of segments) {
    const isTold = initial || own(known, name) === hash;
    if (!isTold && !isFull) continue;
    const held = next.get(name);
    const isIn = contact.removed !== true && matchesFilter(where, read);
    if (!isIn) {
      next.delete(name);
      if (held !== undefined && isTold)
        events.push({ segment: name, type: 'left', reason: contact.removed === true ? 'contact_removed' : 'no_match', changes: [] });
      continue;
    }
    const values = Object.fromEntries(watch.map((field) => [field, read(field) ?? null]));
    if (held === undefined) {
      if (isTold && (initial || !isFirstRead)) events.push({ segment: name, type: 'entered', reason: null, changes: [] });
    } else {
      const changes = watch.flatMap((field) => {
        const [was, after] = [own(held, field), values[field] ?? null];
        return was === undefined || was === after ? [] : [{ field, before: was, after }];
      });
      if (changes.length > 0 && isTold) events.push({ segment: name, type: 'changed', reason: null, changes });
    }
    if (held === undefined || !isSame(held, values)) next.set(name, values);
  }
  if (isFull) for (const name of next.keys()) if (!segments.some((segment) => segment.name === name)) next.delete(name);
  const isUnchanged = next.size === Object.keys(before.in).length && [...next].every(([name, values]) => own(before.in, name) === values);
  return { in: isUnchanged ? before.in : Object.fromEntries(next), events };
}

const isSame = (a: Readonly<Record<string, Value>>, b: Readonly<Record<string, Value>>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([field, value]) => own(b, field) === value);
