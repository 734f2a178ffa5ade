const SCHEMES = ['', 'https://', 'http://'];

/**
 * The ways in which a CRM may hold a domain as web site: a search compares with the whole text. Others, with a path or a port, are
 * found by nobody who looks for the domain.
 *
 * @example
 * domainSpellings('acme.com').includes('https://www.acme.com/') //=> true
 * domainSpellings('acme.com').length //=> 12
 */
export const domainSpellings = (domain: string): readonly string[] =>
  SCHEMES.flatMap((scheme) => ['', 'www.'].flatMap((www) => ['', '/'].map((end) => `${scheme}${www}${domain}${end}`)));
