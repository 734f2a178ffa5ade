import { describe, expect, it } from 'vitest';
import { markdownLines, markdownOf } from '../../../../src/core/activity/markdown-text.ts';

describe('plain text in Markdown', () => {
  it.each([
    ['a web address becomes a link, as it is', 'See https://example.com/a_b *now*', 'See <https://example.com/a_b> \\*now\\*'],
    [
      'what ends its sentence is not part of it',
      'See https://example.com/a, or (https://example.com/b).',
      'See <https://example.com/a>, or (<https://example.com/b>).',
    ],
    [
      'a bracket that it opens is',
      'https://example.com/a_(b)? https://example.com/c…',
      '<https://example.com/a_(b)>? <https://example.com/c>…',
    ],
    ['several of them do', 'http://example.com/a_b _or_ https://example.com', '<http://example.com/a_b> \\_or\\_ <https://example.com>'],
    ['what is none does not', 'ftp://example.com/a_b', 'ftp://example.com/a\\_b'],
    ['a number at the beginning is no list', '1. *now*', '1\\. \\*now\\*'],
    ['nor is it behind blanks', '  12) now ', '12\\) now'],
    ['a dash at the beginning is no list', '- now', '\\- now'],
    ['a number within a line stays', 'Version 1. now', 'Version 1. now'],
    ['blanks around a line make no code of it', '    now\t', 'now'],
    ['a line stays a line', 'one\r\ntwo\rthree', 'one  \ntwo  \nthree'],
    ['a paragraph stays a paragraph', 'one\n\ntwo', 'one\n\ntwo'],
    ['several empty lines are one', 'one\n\n \n\ntwo', 'one\n\ntwo'],
  ])('%s', (_, text, markdown) => expect(markdownOf(text)).toBe(markdown));
});

describe('lines of Markdown', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['read without what keeps signs from being markup', '1\\. \\*now\\* \\- \\\\', ['1. *now* - \\']],
    [
      'have a link by its address',
      'See <https://example.com/a_b> or <http://example.com>',
      ['See https://example.com/a_b or http://example.com'],
    ],
    ['keep what only looks like one', '<b> <ftp://example.com>', ['<b> <ftp://example.com>']],
    ['are those that show something', 'one  \n \t \r\n\r\ntwo', ['one', 'two']],
    ['are none where nothing shows', ' \n ', []],
  ])('%s', (_, markdown, expected) => {
    expect(markdownLines(markdown).map(({ text }) => text)).toEqual(expected);
  });

  it('stand where their text does, without the break behind it', () => {
    const markdown = 'one  \n\ntwo ';
    expect(markdownLines(markdown)).toEqual([
      { text: 'one', start: 0, end: 3 },
      { text: 'two', start: 7, end: 10 },
    ]);
  });
});
