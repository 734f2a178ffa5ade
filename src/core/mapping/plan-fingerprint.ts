import { shortHash } from '../base/hash.ts';

/** Digits, 60 bits: of a thousand mappings that a connection had, two share a name in one of two million million connections. */
const NAME = 10;
/** Digits, 36 bits: a changed rule passes for one of ten that a link was planned with in one of seven thousand million changes. */
const IDENTITY = 6;

/** Of what a pair depends on in a rule. */
export const identityOf = (rule: object): string => shortHash(rule, IDENTITY);

/**
 * What a link says of the mapping that it was planned with: a name by which mappings are told apart, then the identity of each
 * rule, in no order that means anything. Short, for every link and two indexes have it; digits that no store reads otherwise.
 */
export const planFingerprint = (mapping: object, identities: readonly string[]): string =>
  shortHash(mapping, NAME) + [...identities].sort().join('');

/** The part by which mappings are told apart. */
export const planName = (plan: string): string => plan.slice(0, NAME);

/** The rules that it was made of. */
export function identitiesOf(plan: string): ReadonlySet<string> {
  const identities = new Set<string>();
  for (let from = NAME; from < plan.length; from += IDENTITY) identities.add(plan.slice(from, from + IDENTITY));
  return identities;
}
