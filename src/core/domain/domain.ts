import { isBlank } from '../values/blank.ts';
import { refuse } from '../values/refusal.ts';
import type { Coerced } from '../values/value.ts';

/**
 * Why there is no domain. `ip_address`: a number, which is a machine's. `not_public`: a host of a network of its own, such as
 * `localhost`. `not_a_host`: everything else, such as `n/a`.
 */
export type DomainReason = 'blank' | 'not_text' | 'not_a_host' | 'ip_address' | 'not_public';
export type Domain = { readonly ok: true; readonly domain: string } | { readonly ok: false; readonly reason: DomainReason };

const SCHEME = /^(?:[a-z][a-z0-9+.-]*:)?\/\/|^(?:mailto|https?):/i;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const TOP_LEVEL = /^(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;
const HOST_MAX = 253;
/** Source: RFC 6761; RFC 6762, appendix G; RFC 8375; ICANN, 2024: reserved for private use. */
const NOT_PUBLIC: ReadonlySet<string> = new Set(
  ['localhost', 'local', 'localdomain', 'invalid', 'arpa'].concat(['internal', 'intranet', 'private', 'corp', 'home', 'lan']),
);

/**
 * The host of a web address, of an email address or as it is, in one spelling: lower case, without `www.`, port, path and the
 * dot at the end, other letters than ASCII in punycode. Other subdomains stay: `acme.shop.example` may be a company of its own.
 * Total: never throws.
 *
 * @example
 * normalizeDomain('https://www.Acme.com:8080/about?x=1') //=> { ok: true, domain: 'acme.com' }
 * normalizeDomain('Alice@ACME.com') //=> { ok: true, domain: 'acme.com' }
 * normalizeDomain('www.müller.de.') //=> { ok: true, domain: 'xn--mller-kva.de' }
 * normalizeDomain('n/a') //=> { ok: false, reason: 'not_a_host' }
 */
export function normalizeDomain(raw: unknown): Domain {
  if (isBlank(raw)) return { ok: false, reason: 'blank' };
  if (typeof raw !== 'string') return { ok: false, reason: 'not_text' };
  const address = `https://${raw.trim().replace(SCHEME, '').replace(/^\/+/, '')}`;
  // Blanks inside of an address are left out by the parser: two words would make one host.
  if (/\s/.test(address) || !URL.canParse(address)) return { ok: false, reason: 'not_a_host' };
  const host = new URL(address).hostname.replace(/\.$/, '');
  if (host.startsWith('[') || /^\d+(?:\.\d+){3}$/.test(host)) return { ok: false, reason: 'ip_address' };
  const domain = withoutWww(host);
  const labels = domain.split('.');
  const top = labels.at(-1) as string;
  if (NOT_PUBLIC.has(top)) return { ok: false, reason: 'not_public' };
  const isHost = labels.length > 1 && domain.length <= HOST_MAX && TOP_LEVEL.test(top) && labels.every((label) => LABEL.test(label));
  return isHost ? { ok: true, domain } : { ok: false, reason: 'not_a_host' };
}

/** `www.com` is somebody's domain itself. */
const withoutWww = (host: string): string => (/^www\.[^.]+\./.test(host) ? host.slice('www.'.length) : host);

/** What is wrong, and what to do about it. */
const ADVICE: Readonly<Record<Exclude<DomainReason, 'blank'>, readonly [message: string, remedy: string]>> = {
  not_text: ['is not text', 'Give the domain as text, such as `acme.com`.'],
  not_a_host: ['is no domain', 'Correct the address, or clear it: a domain looks like `acme.com`.'],
  ip_address: ['is the number of a machine', 'Give the domain of the company, such as `acme.com`, or clear it.'],
  not_public: ['is a host of a private network', 'Give the domain of the company, such as `acme.com`, or clear it.'],
};

/**
 * The canonical value of a company's field `domain`. Null for blank; what is no domain is refused with the reason.
 *
 * @example
 * coerceDomain('http://www.acme.com/') //=> { ok: true, value: 'acme.com' }
 * coerceDomain('localhost').code //=> 'not_a_domain'
 */
export function coerceDomain(raw: unknown): Coerced<string> {
  const read = normalizeDomain(raw);
  if (read.ok) return { ok: true, value: read.domain };
  if (read.reason === 'blank') return { ok: true, value: null };
  const [message, remedy] = ADVICE[read.reason];
  return refuse('not_a_domain', `The domain ${message}.`, remedy);
}
