import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AppendMergerOptions, appendMerger } from '../../../src/mergers/append-merger.ts';
import type { Merged, MergeItem } from '../../../src/ports/merger.ts';

const AT = '2026-01-05T03:30:00.000Z';
async function merge(item: Partial<MergeItem>, options?: AppendMergerOptions, at = AT): Promise<Merged> {
  const { fields } = await appendMerger(options).merge(
    { items: [{ field: 'notes', existing: '', incoming: '', ...item }], at },
    { signal: new AbortController().signal },
  );
  return fields['notes']!;
}
async function text(existing: string, incoming: string, options?: AppendMergerOptions, at?: string): Promise<string> {
  const merged = await merge({ existing, incoming }, options, at);
  if (!merged.ok) throw new Error(merged.code);
  return merged.value;
}

describe('adds', () => {
  it('on a new line, with the day of the conversation', async () => {
    expect(await text('Likes tea.', ' Wants a demo. ')).toBe('Likes tea.\n2026-01-05: Wants a demo.');
  });
  it('without a day where that is switched off, and behind the separator that the host gives', async () => {
    expect(await text('Likes tea', 'Wants a demo', { dated: false, separator: '; ' })).toBe('Likes tea; Wants a demo');
  });
  it('with the day of the zone', async () => {
    expect(await text('Likes tea.', 'Called.', { timeZone: 'America/Los_Angeles' })).toBe('Likes tea.\n2026-01-04: Called.');
  });
  it('no second separator where the text ends in one', async () => {
    expect(await text('Likes tea.\n', 'Called.', { dated: false })).toBe('Likes tea.\nCalled.');
  });
  it('as the first entry where nothing is there', async () => {
    expect(await text(' ', 'Called.')).toBe('2026-01-05: Called.');
  });
  it('leaves the existing text exactly as it is', async () => {
    expect(await text('  Likes\ttea.\r\nHates coffee. ', 'Called.')).toBe('  Likes\ttea.\r\nHates coffee. \n2026-01-05: Called.');
  });
});

describe('adds nothing', () => {
  it.each([
    ['the text stands there', 'Called.\nWants a demo.', 'Wants a demo.'],
    ['it stands there with another day', '2025-12-01: Wants a demo.\nCalled.', 'Wants a demo.'],
    ['it stands there with line ends of a CRM', 'Called.\r\n2026-01-05: Wants\r\na demo.\r\nBye.', 'Wants\na demo.'],
    ['nothing is to be added', 'Called.', ' \n '],
    ['it begins like a day itself', '2026-01-05: 2025-12-01: paid', '2025-12-01: paid'],
  ])('where %s', async (_, existing, incoming) => {
    expect(await text(existing, incoming)).toBe(existing);
  });
  it.each([
    ['part of a line', 'not now, no way', 'no'],
    ['the beginning of a line', 'no way', 'no'],
    ['the end of a line', 'say no', 'no'],
    ['a number in front of it, not a day', '12026-01-05: no', 'no'],
  ])('but %s is not the text', async (_, existing, incoming) => {
    expect(await text(existing, incoming)).toBe(`${existing}\n2026-01-05: ${incoming}`);
  });
});

describe('length', () => {
  it('a result that is too long is refused, never cut', async () => {
    expect(await merge({ existing: 'Likes tea.', incoming: 'Called.', maxLength: 29 })).toEqual({
      ok: false,
      code: 'too_long',
      remedy: 'Shorten the existing text, or raise the length of the field: it holds 29 characters.',
    });
    expect(await merge({ existing: 'Likes tea.', incoming: 'Called.', maxLength: 30 })).toMatchObject({ ok: true });
  });
  it('counts characters, not halves of them', async () => {
    expect(await merge({ existing: '🚀', incoming: '🚗', maxLength: 15 })).toEqual({ ok: true, value: '🚀\n2026-01-05: 🚗' });
  });
});

it.each(['', ' ', '\t'])('the separator %o is refused: entries could not be told apart', (separator) => {
  expect(() => appendMerger({ separator })).toThrow(expect.objectContaining({ code: 'invalid_separator', category: 'configuration' }));
});
it('a zone that does not exist is refused at once', () => {
  expect(() => appendMerger({ timeZone: 'Mars/Olympus' })).toThrow(expect.objectContaining({ code: 'unknown_time_zone' }));
});

const words = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '\r\n', '|', '1', '-', ':', '2026-01-05: '), maxLength: 12 });
test.prop([words, words, fc.constantFrom('\n', '\n\n', ' | ', '|'), fc.boolean()])(
  'nothing is lost, and merging once more changes nothing',
  async (existing, incoming, separator, dated) => {
    const once = await text(existing, incoming, { separator, dated });
    if (existing.trim() !== '') expect(once.startsWith(existing)).toBe(true);
    expect(once.replace(/\r\n?/g, '\n')).toContain(incoming.trim().replace(/\r\n?/g, '\n'));
    expect(await text(once, incoming, { separator, dated })).toBe(once);
    expect(await text(once, incoming, { separator, dated }, '2026-02-01T00:00:00.000Z')).toBe(once);
  },
);
