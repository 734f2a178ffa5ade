import { isFreeMailHost } from '../domain/free-mail.ts';
import { keyText } from '../link/key-text.ts';
import type { Entity } from '../link/link.ts';
import type { CompiledMapping } from '../mapping/mapping-types.ts';
import type { Fields, Value } from '../values/value.ts';
import { foldCompanyName } from './company-match.ts';
import type { MatchValues } from './plan-types.ts';

/**
 * A value of a match key as values are compared; null: it finds nobody. An email address is compared in any case, and names of
 * companies are folded; all others are compared as they are. A domain where anybody gets a mailbox is no company's.
 *
 * @example
 * matchText('contact', 'email', 'Ada@Example.com') //=> 'ada@example.com'
 * matchText('company', 'name', 'ACME, Inc.') //=> 'acme inc'
 * matchText('company', 'domain', 'gmail.com') //=> null
 */
export function matchText(entity: Entity, field: string, value: Value | undefined): string | null {
  if (typeof value !== 'string') return null;
  if (entity === 'contact') return keyText(field, value);
  if (field === 'name') return foldCompanyName(value);
  return field === 'domain' && isFreeMailHost(value) ? null : keyText(field, value);
}

/** The values of match keys among fields, as they are stored: those that find somebody. */
export const matchValuesOf = ({ entity, matchKeys }: Pick<CompiledMapping, 'entity' | 'matchKeys'>, fields: Fields): MatchValues =>
  Object.fromEntries(
    matchKeys.flatMap(({ field }) => (matchText(entity, field, fields[field]) === null ? [] : [[field, fields[field] as string]])),
  );
