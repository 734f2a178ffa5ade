import type { Millis } from '../../core/values/value.ts';
import { isLive, type StoredRecord } from './database.ts';
import type { Portal } from './portal.ts';
import type { ObjectType } from './schema/object-type.ts';

export type ProcessingType = 'MANUAL' | 'DYNAMIC' | 'SNAPSHOT';

/** A list, which the product calls a segment. */
export interface Segment {
  readonly id: string;
  readonly name: string;
  readonly type: ObjectType;
  readonly processingType: ProcessingType;
  readonly createdAt: Millis;
  updatedAt: Millis;
  version: number;
  /** When each member was added, by record id. */
  readonly members: Map<string, Millis>;
}

export interface Segments {
  add(segment: { readonly name: string; readonly type: ObjectType; readonly processingType: ProcessingType }, at: Millis): Segment;
  get(id: string): Segment | undefined;
  remove(id: string): void;
  /** In the order they were made. */
  readonly all: readonly Segment[];
}

/** Ids of lists are apart from those of records. */
const FIRST_ID = 611;

export function createSegments(): Segments {
  const all: Segment[] = [];
  let made = 0;
  return {
    add({ name, type, processingType }, at) {
      const segment: Segment = {
        id: String(FIRST_ID + made),
        name,
        type,
        processingType,
        createdAt: at,
        updatedAt: at,
        version: 1,
        members: new Map(),
      };
      made += 1;
      all.push(segment);
      return segment;
    },
    get: (id) => all.find((segment) => segment.id === id),
    remove(id) {
      const index = all.findIndex((segment) => segment.id === id);
      if (index !== -1) all.splice(index, 1);
    },
    all,
  };
}

export interface Membership {
  readonly record: StoredRecord;
  readonly at: Millis;
}

/** Live members, in the order they were added. */
export function membersOf({ database }: Portal, { members }: Segment): readonly Membership[] {
  return [...members].flatMap(([id, at]) => {
    const record = database.get(id);
    return record !== undefined && isLive(record) ? [{ record, at }] : [];
  });
}

/** Changes members; true where something changed. */
export function changeMembers(
  segment: Segment,
  change: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
  at: Millis,
): boolean {
  const before = segment.members.size;
  let changed = false;
  for (const id of change.remove ?? []) changed = segment.members.delete(id) || changed;
  for (const id of change.add ?? []) if (!segment.members.has(id)) segment.members.set(id, at);
  changed ||= segment.members.size !== before;
  if (changed) {
    segment.version += 1;
    segment.updatedAt = at;
  }
  return changed;
}
