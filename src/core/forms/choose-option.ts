import { readInstant } from '../values/dates.ts';
import type { LoadedOption, SeveralPolicy } from './log-form.ts';
import { isOpen } from './options-of.ts';

type Choosing = Exclude<SeveralPolicy, 'ask' | 'skip'>;

/**
 * The option that a policy picks out of several. Undefined where it can't: a time is missing that it goes by, or two are equal.
 * The order of the options never matters. With `openFirst`, closed ones are looked at only where none is open.
 *
 * @example
 * chooseOption([{ const: 1, title: 'Renewal' }, { const: 2, title: 'expansion' }], 'alphabetical').const //=> 2
 * chooseOption([{ const: 1, title: 'A', updatedAt: '2026-01-01T00:00:00Z' }, { const: 2, title: 'B' }], 'last_updated') //=> undefined
 */
export function chooseOption(options: readonly LoadedOption[], policy: Choosing, openFirst = false): LoadedOption | undefined {
  const open = openFirst ? options.filter(isOpen) : options;
  const candidates = open.length > 0 ? open : options;
  const ranked = candidates.map((option) => ({ option, rank: RANK[policy](option) }));
  if (ranked.some(({ rank }) => rank === undefined)) return undefined;
  const [first, second] = ranked.sort((a, b) => (a.rank! < b.rank! ? -1 : a.rank! > b.rank! ? 1 : 0));
  return first !== undefined && first.rank !== second?.rank ? first.option : undefined;
}

/** The least is chosen. */
const RANK: Readonly<Record<Choosing, (option: LoadedOption) => number | string | undefined>> = {
  alphabetical: ({ title }) => title.normalize('NFC').trim().toLowerCase(),
  earliest_created: ({ createdAt }) => instantOf(createdAt),
  last_updated: ({ updatedAt }) => {
    const at = instantOf(updatedAt);
    return at === undefined ? undefined : -at;
  },
};

function instantOf(text: string | undefined): number | undefined {
  const read = text === undefined ? undefined : readInstant(text, 'UTC');
  return read === undefined || read === 'no_such_day' ? undefined : read.at;
}
