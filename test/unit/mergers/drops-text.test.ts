import { describe, expect, it } from 'vitest';
import { dropsText } from '../../../src/mergers/drops-text.ts';

const NOTES = 'Asked about prices for twenty seats, wants to decide before summer.';

describe('dropsText', () => {
  it.each([
    ['nothing of it', NOTES, 'Meow.', true],
    ['nothing but small words', NOTES, 'for to be the one we all say yes to', true],
    ['a word by chance', NOTES, 'All notes were removed, as asked.', true],
    ['some of its words, with other endings', NOTES, 'Decided for 25 SEATS.', false],
    ['a few of very many words', `${NOTES} ${Array.from({ length: 500 }, (_, index) => `word${index}`).join(' ')}`, NOTES, false],
    ['itself', NOTES, NOTES, false],
    ['another short text', 'Prefers mornings.', 'Any time after noon.', false],
    ['words of a script without blanks', '客户询问了价格并希望在夏天之前决定二十个席位', '客户决定购买二十个席位', false],
    ['nothing of such a script', '客户询问了价格并希望在夏天之前决定二十个席位', 'Meow', true],
    ['Cyrillic', 'Спросил о цене на двадцать мест, решит до лета', 'Решил: двадцать пять мест', false],
  ])('a text that keeps %s', (_, existing, merged, dropped) => expect(dropsText(existing, merged)).toBe(dropped));
});
