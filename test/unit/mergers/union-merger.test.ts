import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unionMerger } from '../../../src/mergers/union-merger.ts';

async function union(existing: string, incoming: string, maxLength?: number) {
  const { fields } = await unionMerger().merge(
    { items: [{ field: 'list', existing, incoming, ...(maxLength === undefined ? {} : { maxLength }) }], at: '2026-01-05T03:30:00.000Z' },
    { signal: new AbortController().signal },
  );
  return fields['list']!;
}
async function text(existing: string, incoming: string): Promise<string> {
  const merged = await union(existing, incoming);
  if (!merged.ok) throw new Error(merged.code);
  return merged.value;
}

it.each([
  ['lines that are new come at the end, in order', 'tea\ncoffee', 'milk\nwater', 'tea\ncoffee\nmilk\nwater'],
  ['a line that is there is not added', 'tea\ncoffee', 'coffee\nmilk', 'tea\ncoffee\nmilk'],
  ['upper and lower case make no difference', 'Tea', 'TEA\nÄPFEL\näpfel', 'Tea\nÄPFEL'],
  [
    'bullets, numbers and blanks make no difference',
    '- tea\n- green   tea',
    '* tea\n1. green tea\n2) milk',
    '- tea\n- green   tea\n- milk',
  ],
  ['new lines get the bullet of the list', '• tea', 'milk', '• tea\n• milk'],
  ['a list of mixed bullets gives none', '- tea\ncoffee', '* milk', '- tea\ncoffee\n* milk'],
  ['numbers are not counted on', '1. tea', '1. milk', '1. tea\n1. milk'],
  ['a hyphen within a word is no bullet', '-tea', 'tea', '-tea\ntea'],
  ['empty lines and line ends of a CRM make no difference', 'tea\r\n\r\ncoffee\r\n', '\n coffee \n\nmilk', 'tea\r\n\r\ncoffee\nmilk'],
  ['existing lines stay, even twice', 'tea\ntea', 'milk', 'tea\ntea\nmilk'],
  ['nothing new changes nothing', 'tea \r\n', 'TEA', 'tea \r\n'],
  ['nothing incoming changes nothing', 'tea', '  ', 'tea'],
  ['an empty list takes the incoming lines', ' ', '- milk\n\n- Milk\n- water', '- milk\n- water'],
])('%s', async (_, existing, incoming, expected) => {
  expect(await text(existing, incoming)).toBe(expected);
});

it('a list that becomes too long is refused, never cut', async () => {
  expect(await union('tea', 'milk', 7)).toMatchObject({ ok: false, code: 'too_long' });
  expect(await union('tea', 'milk', 8)).toEqual({ ok: true, value: 'tea\nmilk' });
});

const lists = fc.string({ unit: fc.constantFrom('a', 'A', 'b', ' ', '\n', '\r\n', '- ', '* ', '1. '), maxLength: 15 });
test.prop([lists, lists])('no line is lost, and merging once more changes nothing', async (existing, incoming) => {
  const once = await text(existing, incoming);
  expect(once.startsWith(existing.trimEnd())).toBe(true);
  expect(await text(once, incoming)).toBe(once);
});
