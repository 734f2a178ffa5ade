import { chooseOption } from './choose-option.ts';
import type { LoadedOption, SeveralPolicy } from './log-form.ts';

/** What is looked at of a match. */
export interface MatchToChoose {
  readonly record: { readonly label: string } | null;
  /** ISO 8601, of the record. */
  readonly createdAt?: string;
  readonly updatedAt?: string;
  /** Objects that could not be searched: there may be further matches. */
  readonly unasked?: readonly unknown[];
}

/**
 * `only_one`: there is nothing to choose. `policy`: it decided. `ask`: a person has to. `skip`: several, and none is taken.
 * `undecided`: the policy can't tell two apart, or lacks what it goes by. `incomplete`: not everything was searched, so that
 * nobody knows whether there are others. `nobody`: there is no match.
 */
export type MatchReason = 'only_one' | 'policy' | 'ask' | 'skip' | 'undecided' | 'incomplete' | 'nobody';

export interface ChosenMatch<M> {
  /** Null: none was chosen. */
  readonly match: M | null;
  readonly reason: MatchReason;
}

/**
 * The one of several matches that a policy picks; the only one needs none. Their order never matters. Never chooses silently:
 * where the policy can't decide, or not everything was searched, none is chosen, and `reason` says why.
 *
 * @example
 * chooseMatch([{ record: { label: 'Bob' } }, { record: { label: 'alice' } }], 'alphabetical') //=> { match: { record: { label: 'alice' } }, reason: 'policy' }
 * chooseMatch([{ record: { label: 'Bob' } }, { record: { label: 'Alice' } }], 'ask') //=> { match: null, reason: 'ask' }
 */
export function chooseMatch<M extends MatchToChoose>(matches: readonly M[], policy: SeveralPolicy): ChosenMatch<M> {
  const [only] = matches;
  if (only === undefined) return { match: null, reason: 'nobody' };
  if (matches.some(({ unasked = [] }) => unasked.length > 0)) return { match: null, reason: 'incomplete' };
  if (matches.length === 1) return { match: only, reason: 'only_one' };
  if (policy === 'ask' || policy === 'skip') return { match: null, reason: policy };
  const options = matches.flatMap(({ record, createdAt, updatedAt }, index): readonly LoadedOption[] =>
    record === null && policy === 'alphabetical'
      ? []
      : [{ const: index, title: record?.label ?? '', ...(createdAt && { createdAt }), ...(updatedAt && { updatedAt }) }],
  );
  const chosen = options.length < matches.length ? undefined : chooseOption(options, policy);
  return chosen === undefined ? { match: null, reason: 'undecided' } : { match: matches[Number(chosen.const)]!, reason: 'policy' };
}
