import type { Value } from '../values/value.ts';
import type { DescribedObject } from './described.ts';
import { standsInFor } from './usual-names.ts';

/** The fields that people tell records of an object apart by, by what they are. */
export interface LabelFields {
  readonly first: string | null;
  readonly last: string | null;
  readonly full: string | null;
  readonly email: string | null;
}

/** Names of one kind without what CRMs add to them. */
const plain = (name: string): string => name.replaceAll(/[\s_]/g, '').toLowerCase();

/**
 * The fields that make the label of a record, as far as the object has them.
 *
 * @example
 * labelFields({ fields: [{ name: 'LastName' }, { name: 'Email' }] }) //=> { first: null, last: 'LastName', full: null, email: 'Email' }
 */
export function labelFields({ fields }: { readonly fields: readonly Pick<DescribedObject['fields'][number], 'name'>[] }): LabelFields {
  const named = (thing: string): string | null => fields.find(({ name }) => standsInFor(thing, plain(name)) === 0)?.name ?? null;
  return { first: named('firstname'), last: named('lastname'), full: named('name'), email: named('email') };
}

export const labelFieldNames = (fields: LabelFields): readonly string[] => Object.values(fields).filter((name) => name !== null);

/**
 * What people call a record: first and last name, else the whole name, else the email address.
 *
 * @param values - By CRM field.
 * @returns Undefined where it has none of them.
 */
export function recordLabel({ first, last, full, email }: LabelFields, values: Readonly<Record<string, Value>>): string | undefined {
  const text = (name: string | null): string => String((name === null ? null : values[name]) ?? '').trim();
  const both = [text(first), text(last)].filter((part) => part !== '').join(' ');
  return [both, text(full), text(email)].find((label) => label !== '');
}
