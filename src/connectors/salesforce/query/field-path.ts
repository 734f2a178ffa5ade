import type { CrmFieldType } from '../../../core/schema/described.ts';
import type { Value } from '../../../core/values/value.ts';
import { CrmSyncError } from '../../../errors.ts';
import type { Call } from '../../../ports/connector.ts';
import { decodeValue } from '../codec.ts';
import type { Describer, ObjectInfo } from '../describe.ts';

export type WireRow = Readonly<Record<string, unknown>>;

/** One field that was asked for and can be read: where its value is, and which look-ups lead there. */
export interface FieldPath {
  readonly name: string;
  readonly type: CrmFieldType;
  /** Salesforce compares it as the engine does, without regard to case. */
  readonly filterable: boolean;
  readonly segments: readonly string[];
  /** By segment but the last: the field that holds the parent's id. */
  readonly lookups: readonly string[];
  /** Parents on the way whose changes can be asked for. */
  readonly parents: readonly Parent[];
}

/** A parent that fields are read from: `Account`, or `Account.Owner`. */
export interface Parent {
  readonly path: string;
  /** Path to the stamp that tells of its changes. */
  readonly stamp: string;
}

/** What the parent of a polymorphic look-up has, whatever it is. Source: Object Reference, Name. */
const NAME_FIELDS = new Set(['Id', 'Name', 'FirstName', 'LastName', 'Type', 'Alias', 'Username', 'Email', 'Phone', 'Title']);

/** Null for a field that describe does not show, its own or a parent's. */
export async function resolvePath(describer: Describer, start: ObjectInfo, name: string, call: Call): Promise<FieldPath | null> {
  const segments = name.split('.');
  const lookups: string[] = [];
  const parents: Parent[] = [];
  let info = start;
  for (const [index, relationship] of segments.slice(0, -1).entries()) {
    const relation = info.relations.get(relationship);
    if (!relation) return null;
    lookups.push([...segments.slice(0, index), relation.lookup].join('.'));
    const [target, ...others] = relation.targets;
    if (target === undefined) return null;
    if (others.length > 0) {
      const last = segments.slice(index + 1);
      const found = last.length === 1 && NAME_FIELDS.has(last[0]!);
      return found ? { name, type: 'string', filterable: true, segments, lookups, parents } : null;
    }
    const parent = await visible(describer, target, call);
    if (!parent) return null;
    info = parent;
    const path = segments.slice(0, index + 1).join('.');
    const stamp = stampOf(info);
    if (stamp !== null) parents.push({ path, stamp: `${path}.${stamp}` });
  }
  const field = info.fields.get(segments.at(-1)!);
  if (!field || field.type === 'unsupported') return null;
  return { name, type: field.type, filterable: field.filterable && !info.caseSensitive.has(field.name), segments, lookups, parents };
}

/** The field that tells of an object's changes. A user's other stamp may move with every login, which changes nothing. */
function stampOf({ described, fields }: ObjectInfo): string | null {
  const name = described.name === 'User' ? 'LastModifiedDate' : 'SystemModstamp';
  return fields.get(name)?.filterable ? name : null;
}

/** Null: the connected user may not see the object. */
export async function visible(describer: Describer, object: string, call: Call): Promise<ObjectInfo | null> {
  try {
    return await describer.object(object, call);
  } catch (error) {
    if (error instanceof CrmSyncError && error.code === 'object_not_visible') return null;
    throw error;
  }
}

/** A parent that is set but not visible leaves its fields absent; one that is not set leaves them empty. */
export function readPath(row: WireRow, { segments, lookups, type }: FieldPath): Value | undefined {
  let at: WireRow = row;
  for (const [index, relationship] of segments.slice(0, -1).entries()) {
    const parent = at[relationship];
    if (typeof parent !== 'object' || parent === null) return at[lookups[index]!.split('.').at(-1)!] === null ? null : undefined;
    at = parent as WireRow;
  }
  return decodeValue(at[segments.at(-1)!], type);
}

/** What a row holds at a path, as received. */
export function rawAt(row: WireRow, path: string): unknown {
  let at: unknown = row;
  for (const segment of path.split('.')) at = typeof at === 'object' && at !== null ? (at as WireRow)[segment] : undefined;
  return at;
}
