import { normalizeDomain } from '../domain/domain.ts';
import { isFreeMailHost } from '../domain/free-mail.ts';
import { isPlaceholder } from '../schema/placeholder.ts';
import { isBlank } from '../values/blank.ts';
import type { Value } from '../values/value.ts';

/** By what a company is found, each in the one spelling that is compared. */
export interface CompanyMatchKeys {
  readonly domain?: string;
  readonly name?: string;
}

/**
 * A company's keys: the domain, but for one where anybody gets a mailbox, and the folded name. What stands for no name, such
 * as `unknown`, finds nobody.
 *
 * @example
 * companyMatchKeys({ name: 'ACME, Inc.', domain: 'https://www.acme.com' }) //=> { domain: 'acme.com', name: 'acme inc' }
 * companyMatchKeys({ name: 'Acme Inc', domain: 'gmail.com' }) //=> { name: 'acme inc' }
 * companyMatchKeys({ name: 'n/a', domain: null }) //=> {}
 */
export function companyMatchKeys({ domain, name }: { readonly domain?: Value; readonly name?: Value }): CompanyMatchKeys {
  const host = normalizeDomain(domain ?? null);
  const folded = foldCompanyName(name ?? null);
  return { ...(host.ok && !isFreeMailHost(host.domain) && { domain: host.domain }), ...(folded !== null && { name: folded }) };
}

/**
 * By which key two companies are one; null: they are not, or nothing says so. Two domains decide, whatever the names: many
 * companies share a name. Where one of the two has none, the name does.
 *
 * @example
 * sameCompanyBy({ domain: 'acme.com', name: 'acme' }, { domain: 'acme.com', name: 'acme labs' }) //=> 'domain'
 * sameCompanyBy({ domain: 'acme.com', name: 'acme' }, { name: 'acme' }) //=> 'name'
 * sameCompanyBy({ domain: 'acme.com', name: 'acme' }, { domain: 'acme.de', name: 'acme' }) //=> null
 */
export function sameCompanyBy(a: CompanyMatchKeys, b: CompanyMatchKeys): 'domain' | 'name' | null {
  if (a.domain !== undefined && b.domain !== undefined) return a.domain === b.domain ? 'domain' : null;
  return a.name !== undefined && a.name === b.name ? 'name' : null;
}

/** Signs that one person writes and the next one leaves out; those that tell names apart (`C++`, `A&B`) stay. */
const SIGNS = /[^\p{L}\p{M}\p{N}+&#]+/gu;

/**
 * A company's name as it is compared: in any case, width and punctuation. What the law calls it stays: `Acme Ltd` and `Acme GmbH`
 * are two. Null: no name.
 *
 * @example
 * foldCompanyName(' ACME,  Inc. ') //=> 'acme inc'
 * foldCompanyName('O’Neil & Sons') //=> 'oneil & sons'
 */
export function foldCompanyName(name: Value): string | null {
  if (typeof name !== 'string' || isBlank(name) || isPlaceholder(name, { type: 'string' })) return null;
  const lower = name.normalize('NFKC').toLowerCase();
  const folded = lower
    .replace(/['’‘`´]/gu, '')
    .replace(SIGNS, ' ')
    .trim();
  return folded === '' ? lower.trim() : folded;
}
