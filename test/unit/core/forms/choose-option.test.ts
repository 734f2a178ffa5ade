import { describe, expect, it } from 'vitest';
import { chooseOption } from '../../../../src/core/forms/choose-option.ts';
import type { LoadedOption } from '../../../../src/core/forms/log-form.ts';

const titled = (...titles: readonly string[]) => titles.map((title, index): LoadedOption => ({ const: index, title }));
const chosen = (options: readonly LoadedOption[], ...how: [Parameters<typeof chooseOption>[1], boolean?]) =>
  chooseOption(options, ...how)?.title;

describe('by the alphabet', () => {
  it.each<readonly [string, readonly string[], string | undefined]>([
    ['case makes no difference', ['beta', 'Alpha', 'Gamma'], 'Alpha'],
    ['blanks around a title make none', ['Beta', '  gamma', ' Alpha'], ' Alpha'],
    ['a mark stands before the letters', ['Alpha', '_Internal'], '_Internal'],
    ['ss and ß are different letters', ['Straße', 'Strasse'], 'Strasse'],
    ['the only one is the first', ['Alpha'], 'Alpha'],
    ['two that are alike after the first decide nothing', ['beta', 'Beta', 'Alpha'], 'Alpha'],
    ['two that are alike and the first are not told apart', ['Beta', 'alpha', 'Alpha'], undefined],
    ['composed and decomposed letters are the same', ['Zoe\u0308', 'Zo\u00eb'], undefined],
    ['none is chosen out of none', [], undefined],
  ])('%s', (_, titles, expected) => {
    expect(chosen(titled(...titles), 'alphabetical')).toBe(expected);
    expect(chosen(titled(...titles).toReversed(), 'alphabetical')).toBe(expected);
  });
});

describe('by time', () => {
  const at = (title: string, time: string): LoadedOption => ({ const: title, title, createdAt: time, updatedAt: time });
  it('a time without a zone is one of UTC', () => {
    const options = [
      at('Tokyo', '2026-03-01T12:00:00+09:00'),
      at('none', '2026-03-01T04:00:00'),
      at('Denver', '2026-03-01T00:00:00-07:00'),
    ];
    expect(chosen(options, 'earliest_created')).toBe('Tokyo');
    expect(chosen(options, 'last_updated')).toBe('Denver');
    expect(chosen(options.slice(0, 2), 'last_updated')).toBe('none');
    expect(chosen(options.slice(1), 'earliest_created')).toBe('none');
    expect(chosen([at('none', '2026-03-01T04:00:00'), at('UTC', '2026-03-01T04:00:00Z')], 'last_updated')).toBeUndefined();
  });

  it.each(['2026-02-30T00:00:00Z', 'yesterday', ''])('nothing is chosen where one has %j as its time', (time) => {
    const options = [at('Good', '2026-03-01T00:00:00Z'), at('Bad', time)];
    expect(chosen(options, 'earliest_created')).toBeUndefined();
    expect(chosen(options, 'last_updated')).toBeUndefined();
  });
});

describe('closed ones', () => {
  const closed: LoadedOption = { const: 'c', title: 'Alpha', open: false };
  const open: LoadedOption = { const: 'o', title: 'Beta', open: true };
  const unsaid: LoadedOption = { const: 'u', title: 'Gamma' };
  it('are chosen like others where nobody asks for open ones', () => {
    expect(chosen([closed, open, unsaid], 'alphabetical')).toBe('Alpha');
    expect(chosen([closed, open, unsaid], 'alphabetical', false)).toBe('Alpha');
  });
  it('are passed over where open ones go first and there is one', () => {
    expect(chosen([closed, open, unsaid], 'alphabetical', true)).toBe('Beta');
    expect(chosen([closed, unsaid], 'alphabetical', true)).toBe('Gamma');
    expect(chosen([closed], 'alphabetical', true)).toBe('Alpha');
  });
});
