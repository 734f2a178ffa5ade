import { describe, expect, it } from 'vitest';
import { htmlLines, isBalancedHtml } from '../../../../src/core/activity/html-text.ts';

describe('lines of HTML', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['tags within a line', 'Call <b>her</b> back', ['Call her back']],
    ['a tag within a line in capitals', 'Call <B>her</B> back', ['Call her back']],
    ['any other tag', '<p>One</p><p>Two</p>Three<br>Four', ['One', 'Two', 'Three', 'Four']],
    ['a comment that quotes a tag', 'One<!-- "<b>" -->Two', ['One', 'Two']],
    ['nothing that shows', '<p> &nbsp; </p><p><b></b></p>', []],
    ['entities by name', '&lt;b&gt; &amp; &quot;c&quot;', ['<b> & "c"']],
    ['entities by number', '&#39;caf&#233;&#39;', ["'café'"]],
    ['an entity that stands for another one', '&amp;lt;', ['&lt;']],
    ['an entity that is not known', '&hellip;', ['&hellip;']],
    ['the last character there is', '&#1114111;', ['\u{10ffff}']],
    ['a number after it', '&#1114112;', ['&#1114112;']],
    ['a number that is too long', '&#00000039;', ['&#00000039;']],
  ])('%s', (_, html, expected) => {
    expect(htmlLines(html).map(({ text }) => text)).toEqual(expected);
  });

  it('stand where their text does, without the blanks around it', () => {
    const html = '<p>   Call <b>her</b> </p>\n  soon';
    const lines = htmlLines(html);
    expect(lines).toEqual([
      { text: 'Call her', start: 6, end: 21 },
      { text: 'soon', start: 29, end: 33 },
    ]);
    expect(lines.map(({ start, end }) => html.slice(start, end))).toEqual(['Call <b>her</b>', 'soon']);
  });
});

describe('HTML leaves no tag alone', () => {
  it.each([
    ['without tags', 'text'],
    ['where each is closed', '<b>a</b><i>b</i>'],
    ['where they are closed in each other', '<p><b><i>a</i></b></p>'],
    ['where some have no end', 'a<br>b<img src="x"><hr>'],
    ['where they overlap', '<b><i>a</b></i>'],
    ['where one ends itself', '<o:p/>a'],
    ['where it opens again what it closes', '</b></i></u>a<u><i><b>'],
  ])('%s', (_, html) => expect(isBalancedHtml(html)).toBe(true));

  it.each([
    ['one that is never closed', '<p>a'],
    ['one that was never opened', 'a</p>'],
    ['another one opened than was closed', '</b>a<i>'],
    ['two opened again in the wrong order', '</b></i>a<b><i>'],
  ])('but for %s', (_, html) => expect(isBalancedHtml(html)).toBe(false));
});
