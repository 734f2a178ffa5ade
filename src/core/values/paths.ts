import { isValue } from './is-value.ts';
import type { Value } from './value.ts';

/** A CRM field name or a path over at most five parents: identifiers and dots, nothing that could end a quoted text. */
export const CRM_PATH = /^[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*){0,5}$/;

/**
 * The value at a CRM field or dotted path: flat (`{ 'Account.Name': 'Acme' }`) or nested (`{ Account: { Name: 'Acme' } }`).
 * An empty parent gives null; what is not there, or is no value, is undefined, which is not null (R15). Only own
 * properties count.
 *
 * @example
 * readPath({ id: '1', fields: { Account: { Name: 'Acme' } } }, 'Account.Name') //=> 'Acme'
 * readPath({ id: '1', fields: { Account: null } }, 'Account.Name') //=> null
 * readPath({ id: '1', fields: {} }, 'Account.Name') //=> undefined
 */
export function readPath({ fields }: { readonly fields: Readonly<Record<string, unknown>> }, path: string): Value | undefined {
  if (Object.hasOwn(fields, path)) return scalarOf(fields[path]);
  if (!path.includes('.')) return undefined;
  let parent: unknown = fields;
  for (const name of path.split('.')) {
    if (parent === null) return null;
    if (typeof parent !== 'object' || !Object.hasOwn(parent, name)) return undefined;
    parent = (parent as Readonly<Record<string, unknown>>)[name];
  }
  return scalarOf(parent);
}

/** An instant is read as its text. */
function scalarOf(found: unknown): Value | undefined {
  if (isValue(found)) return found;
  return found instanceof Date && !Number.isNaN(found.getTime()) ? found.toISOString() : undefined;
}
