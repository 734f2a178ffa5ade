import type { Json } from '../../core/values/value.ts';
import { storable } from './storable.ts';

const DEPTH_MAX = 32; // a conversation goes through queues, and what reads it back refuses endless nesting

/**
 * A copy that is JSON and nothing else: what another party's payload may hold goes through queues and stores unharmed.
 * Undefined where the value has no JSON form. Left out: keys without a value, keys named `__proto__`, which code further
 * on could take for the prototype, and whatever is nested deeper than 32 levels.
 */
export function plainJson(value: unknown, within: readonly object[] = []): Json | undefined {
  if (typeof value === 'string') return storable(value);
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object' || within.length > DEPTH_MAX || within.includes(value)) return undefined;
  const path = [...within, value];
  return Array.isArray(value) ? Array.from(value, (item) => plainJson(item, path) ?? null) : plainMembers(value, path);
}

function plainMembers(value: object, path: readonly object[]): Readonly<Record<string, Json>> {
  const members: [string, Json][] = [];
  for (const [name, member] of Object.entries(value)) {
    const key = storable(name);
    const plain = key === '__proto__' ? undefined : plainJson(member, path);
    if (plain !== undefined) members.push([key, plain]);
  }
  return Object.fromEntries(members);
}

/** A copy of an object's members, undefined for anything that is no object. */
export const plainObject = (value: unknown): Readonly<Record<string, Json>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? plainMembers(value, [value]) : undefined;
