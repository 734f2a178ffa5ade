import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ActivityPart } from '../../../../src/core/activity/activity.ts';
import { composeText } from '../../../../src/core/activity/activity-parts.ts';
import { linesOf } from '../../../../src/core/activity/find-parts.ts';
import { isBalancedHtml } from '../../../../src/core/activity/html-text.ts';
import { isKnownPart, marksOf, mergeActivityText, type PartMark } from '../../../../src/core/activity/merge-activity-text.ts';
import { FORMATS, type TextFormat } from '../../../../src/core/activity/text-format.ts';
import { withoutExtraBlanks } from '../../../../src/core/activity/text-line.ts';

const NAMES = [
  'subject',
  'summary',
  'note',
  'direction',
  'duration',
  'from',
  'to',
  'started',
  'outcome',
  'recording',
  'transcript',
  'reference',
];
const ALL: readonly TextFormat[] = ['plain', 'html', 'markdown'];
const format = fc.constantFrom(...ALL);
/** What tries to be markup, a line of ours, or a pattern. */
const WORDS = [
  '<b>',
  '</div>',
  '<script>alert(1)</script>',
  '&amp;',
  '&lt',
  '$&',
  '$1',
  '*',
  '_',
  '\\',
  '[cut]',
  '1.',
  '- ',
  '# ',
  '> ',
  '`',
  '---',
  'Ref: x',
  'Duration: 2 s',
  'https://example.com/a_b?c=1&d',
  '\n',
  '\n\n',
  ' ',
  '🚀',
  'a',
];
const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 12 }).map((list) => list.join(''));
const text = fc.oneof(words, fc.string({ unit: 'grapheme', maxLength: 40 })).map((one) => one.trim());
const parts = fc
  .uniqueArray(fc.constantFrom(...NAMES), { maxLength: NAMES.length })
  .chain((names) =>
    fc.tuple(...names.map((name) => text.map((one): ActivityPart => ({ name, text: name === 'reference' ? 'Ref: a:1' : one })))),
  );

const shown = (raw: string, in_: TextFormat): string[] => linesOf(raw, in_).map((line) => line.text);
const seen = (plain: string): string[] =>
  plain
    .split(/[\r\n]+/)
    .map(withoutExtraBlanks)
    .filter((line) => line !== '');

describe('a composed text', () => {
  test.prop([parts, fc.integer({ min: 10, max: 400 }), format])(
    'is the same for the same parts, in whatever order they come',
    (all, max, in_) => {
      const composed = composeText(all, { format: in_, max });
      expect(composeText(all.toReversed(), { format: in_, max })).toEqual(composed);
      expect(composeText(composed.parts, { format: in_, max: Number.POSITIVE_INFINITY }).text).toBe(composed.text);
    },
  );

  test.prop([parts, fc.integer({ min: 10, max: 400 }), format])(
    'is never longer than the field, nor ends in half of anything',
    (all, max, in_) => {
      const { text: composed, cut } = composeText(all, { format: in_, max });
      expect(composed.length).toBeLessThanOrEqual(max);
      expect(composed).not.toMatch(/\p{Surrogate}/u);
      expect(cut).toBe(composed !== composeText(all, { format: in_, max: Number.POSITIVE_INFINITY }).text);
      if (in_ === 'html') expect(composed).not.toMatch(/&[a-z#\d]*$|<[^>]*$/);
    },
  );

  test.prop([parts, format])('shows every line of what it is made of, and nothing else', (all, in_) => {
    const { text: composed, parts: made } = composeText(all, { format: in_, max: Number.POSITIVE_INFINITY });
    expect(shown(composed, in_)).toEqual(made.flatMap((part) => seen(part.text)));
  });

  test.prop([text])('holds no tag but line breaks', (one) => {
    expect(FORMATS.html.render(one).replaceAll('<br>', '')).not.toMatch(/[<>"']/);
  });

  it('gives up the transcript, then note and summary, then facts from the last one; never the key, and never half a fact', () => {
    const all: ActivityPart[] = [
      { name: 'reference', text: 'Ref: a:1' },
      { name: 'transcript', text: 't'.repeat(50) },
      { name: 'summary', text: 's'.repeat(50) },
      { name: 'recording', text: 'Recording: https://example.com/1' },
      { name: 'outcome', text: 'Outcome: Busy' },
    ];
    const told = (max: number) => composeText(all, { format: 'plain', max }).text.split(/\n+/);
    expect(told(150)).toEqual([
      `${'s'.repeat(50)}`,
      'Outcome: Busy',
      'Recording: https://example.com/1',
      expect.stringMatching(/^t{30,}… \[cut\]$/),
      'Ref: a:1',
    ]);
    expect(told(100)).toEqual([expect.stringMatching(/^s+… \[cut\]$/), 'Outcome: Busy', 'Recording: https://example.com/1', 'Ref: a:1']);
    expect(told(40)).toEqual(['Outcome: Busy', 'Ref: a:1']);
    expect(told(10)).toEqual(['Ref: a:1']);
  });
});

interface Kept {
  readonly text: string;
  readonly marks: readonly PartMark[];
}
function first(all: readonly ActivityPart[], in_: TextFormat, max = 5_000): Kept {
  const composed = composeText(all, { format: in_, max });
  return { text: composed.text, marks: marksOf(all, composed.parts) };
}
const later = ({ text: present, marks }: Kept, all: readonly ActivityPart[], in_: TextFormat, max = 5_000) =>
  mergeActivityText(present, { format: in_, max, parts: all, marks });

const SUMMARY: ActivityPart = { name: 'summary', text: 'Asked for a demo.\n\nPrefers Tuesdays.' };
const FACTS: ActivityPart[] = [
  { name: 'direction', text: 'Direction: Inbound' },
  { name: 'duration', text: 'Duration: 45 s' },
];
const REFERENCE: ActivityPart = { name: 'reference', text: 'Ref: a:1' };

describe('a later delivery', () => {
  const delivered = fc.tuple(
    text.filter((one) => seen(one).length > 0),
    text.filter((one) => seen(one).length > 0),
    text.filter((one) => seen(one).length > 0),
    fc.shuffledSubarray(['summary', 'note', 'transcript', 'recording'], { minLength: 4 }),
  );
  test.prop([delivered, format])(
    'brings summary, note, recording and transcript in any order, and the text is the same',
    ([summary, note, transcript, order], in_) => {
      const whole: Record<string, ActivityPart> = {
        summary: { name: 'summary', text: summary },
        note: { name: 'note', text: note },
        transcript: { name: 'transcript', text: `Transcript:\n${transcript}` },
        recording: { name: 'recording', text: 'Recording: https://example.com/a_b' },
      };
      let kept: Kept = first([...FACTS, whole[order[0]!]!, REFERENCE], in_);
      for (const name of order.slice(1)) kept = later(kept, [...FACTS, whole[name]!, REFERENCE], in_);
      expect(kept.text).toBe(composeText([...Object.values(whole), ...FACTS, REFERENCE], { format: in_, max: 5_000 }).text);
      // Any of them once more changes nothing, and is known to without looking.
      for (const part of Object.values(whole)) {
        expect(later(kept, [part], in_)).toMatchObject({ text: kept.text, kept: false });
        expect(
          isKnownPart(
            part,
            kept.marks.find(({ name }) => name === part.name),
          ),
        ).toBe(true);
      }
    },
  );

  test.prop([parts, parts, fc.integer({ min: 20, max: 300 }), format])(
    'is never longer than the field, and leaves no tag alone',
    (one, two, max, in_) => {
      const { text: merged } = later(first(one, in_, max), two, in_, max);
      expect(merged.length).toBeLessThanOrEqual(max);
      if (in_ === 'html') expect(isBalancedHtml(merged)).toBe(true);
    },
  );

  test.prop([parts, parts, words, words, format])('keeps what people wrote before and after it', (one, two, above, below, in_) => {
    const { line, render } = FORMATS[in_];
    const [before, after] = [`MINE ${above.replaceAll('\n', '')}`, `MINE TOO ${below.replaceAll('\n', '')}`];
    const kept = first([...one.filter(({ name }) => name !== 'direction'), FACTS[0]!], in_);
    const edited = { ...kept, text: `${render(before)}${line}${kept.text}${line}${render(after)}` };
    const { text: merged } = later(edited, two, in_);
    const lines = shown(merged, in_);
    expect(lines[0]).toBe(withoutExtraBlanks(before));
    expect(lines.at(-1)).toBe(withoutExtraBlanks(after));
    expect(later({ ...edited, text: merged, marks: later(edited, two, in_).marks }, two, in_).text).toBe(merged);
  });

  const TAGS = [
    '<p>',
    '</p>',
    '<div style="a>b">',
    '</div>',
    '<b>',
    '</b>',
    '<br>',
    '<li>',
    '<',
    '>',
    '"',
    "'",
    '&nbsp;',
    '&#60;',
    'Hot!',
    '\n',
  ];
  const html = fc.array(fc.constantFrom(...TAGS), { maxLength: 10 }).map((list) => list.join(''));
  test.prop([html, html, html, text.filter((one) => seen(one).length > 0)])(
    'meets any HTML without harm to it',
    (above, within, below, summary) => {
      const kept = first([SUMMARY, ...FACTS], 'html');
      const present = `${above}${kept.text.replace('<br><br>', within)}${below}`;
      const merged = later({ ...kept, text: present }, [{ name: 'summary', text: summary }, ...FACTS], 'html');
      // Whatever else it is, what people wrote is still there.
      expect(merged.text.split('Hot!')).toHaveLength(present.split('Hot!').length);
      if (isBalancedHtml(present)) expect(isBalancedHtml(merged.text)).toBe(true);
      expect(later({ ...kept, ...merged }, [{ name: 'summary', text: summary }, ...FACTS], 'html').text).toBe(merged.text);
    },
  );

  it.each(ALL)('replaces its own part among what a person has added (%s)', (in_) => {
    const { line } = FORMATS[in_];
    const kept = first([SUMMARY, ...FACTS, REFERENCE], in_);
    const edited = { ...kept, text: `${kept.text}${line}Call her back on Monday!` };
    const merged = later(edited, [{ name: 'summary', text: 'Wants a demo on Tuesday.' }, ...FACTS, REFERENCE], in_);
    expect(shown(merged.text, in_)).toEqual([
      'Wants a demo on Tuesday.',
      'Direction: Inbound',
      'Duration: 45 s',
      'Ref: a:1',
      'Call her back on Monday!',
    ]);
    expect(merged.kept).toBe(false);
  });

  it('finds its parts in what an editor of HTML has made of them', () => {
    const kept = first([SUMMARY, ...FACTS, REFERENCE], 'html');
    const text_ = `<div style="" dir="auto" data-top-level="true"><p style="margin:0;">Asked for a demo.</p><p><br></p><p>Prefers&nbsp;Tuesdays.</p><p>Direction: Inbound</p><p>Duration: 45 s</p><p>Ref: a:1</p><p><strong>Call</strong> her back &amp; soon</p></div>`;
    const merged = later(
      { ...kept, text: text_ },
      [{ name: 'summary', text: 'Wants <one>.\nOn Tuesday.' }, ...FACTS, { name: 'recording', text: 'Recording: none' }],
      'html',
    );
    expect(merged.text).toBe(
      `<div style="" dir="auto" data-top-level="true"><p style="margin:0;">Wants &lt;one&gt;.<br>On Tuesday.</p><p>Direction: Inbound</p><p>Duration: 45 s<br>Recording: none</p><p>Ref: a:1</p><p><strong>Call</strong> her back &amp; soon</p></div>`,
    );
  });

  it('leaves alone a part that a person has edited or taken out, and changes the others', () => {
    const kept = first([SUMMARY, ...FACTS], 'plain');
    const edited = { ...kept, text: kept.text.replace('Tuesdays', 'Mondays').replace('\nDuration: 45 s', '') };
    const merged = later(
      edited,
      [
        { name: 'summary', text: 'New words.' },
        { name: 'direction', text: 'Direction: Outbound' },
        { name: 'duration', text: 'Duration: 46 s' },
      ],
      'plain',
    );
    expect(merged).toMatchObject({ text: 'Asked for a demo.\n\nPrefers Mondays.\n\nDirection: Outbound', kept: true });
  });

  it('leaves alone a part that a person has set half in bold: taken out, it would leave a tag alone', () => {
    const kept = first([SUMMARY, ...FACTS], 'html');
    const edited = { ...kept, text: kept.text.replace('Asked', '<b>Asked').replace('Direction', '</b>Direction') };
    const merged = later(edited, [{ name: 'summary', text: 'New words.' }], 'html');
    expect(merged).toMatchObject({ text: edited.text, kept: true });
  });

  it('leaves alone what was written anew from beginning to end', () => {
    const kept = first([SUMMARY, ...FACTS], 'plain');
    for (const present of ['Written by hand.', '']) {
      const merged = later(
        { ...kept, text: present },
        [
          { name: 'summary', text: 'New words.' },
          { name: 'note', text: 'A note.' },
        ],
        'plain',
      );
      expect(merged).toMatchObject({ text: present, kept: true });
    }
  });

  it('takes no quotation for its own part: the one among the others is meant', () => {
    const kept = first([SUMMARY, ...FACTS], 'plain');
    const edited = { ...kept, text: `${kept.text}\nShe said:\nDuration: 45 s\nis too long` };
    const merged = later(edited, [{ name: 'duration', text: 'Duration: 46 s' }], 'plain');
    expect(merged.text.split('\n').slice(-5)).toEqual([
      'Direction: Inbound',
      'Duration: 46 s',
      'She said:',
      'Duration: 45 s',
      'is too long',
    ]);
  });

  it('never lets what is not known take the place of what is', () => {
    const unknown: ActivityPart = { name: 'duration', text: 'Duration: not known', isFiller: true };
    const [direction, duration] = FACTS as [ActivityPart, ActivityPart];
    expect(later(first(FACTS, 'plain'), [direction, unknown], 'plain').text).toBe('Direction: Inbound\nDuration: 45 s');
    expect(later(first([direction, unknown], 'plain'), [direction, duration], 'plain').text).toBe('Direction: Inbound\nDuration: 45 s');
  });

  it('cuts its own words and not those of a person, and keeps what is there where nothing fits', () => {
    const kept = first([SUMMARY, ...FACTS], 'plain');
    const edited = { ...kept, text: `${kept.text}\n${'x'.repeat(50)}` };
    const max = edited.text.length + 5;
    const longer = later(edited, [{ name: 'summary', text: 'y'.repeat(200) }], 'plain', max);
    expect(longer.text).toMatch(/^y+… \[cut\]\n\nDirection: Inbound\nDuration: 45 s\nx{50}$/);
    expect(longer.text).toHaveLength(max);
    const fact = later(edited, [{ name: 'recording', text: `Recording: https://example.com/${'1'.repeat(20)}` }], 'plain', max);
    expect(fact).toMatchObject({ text: edited.text, full: true });
  });

  it('adds a part again whose write was lost and took no effect', () => {
    const kept = first(FACTS, 'plain');
    const note: ActivityPart = { name: 'note', text: 'A note.' };
    const lost = later(kept, [note], 'plain');
    for (const present of [kept.text, lost.text]) {
      const merged = mergeActivityText(present, { format: 'plain', max: 5_000, parts: [note], marks: kept.marks, maybe: lost.marks });
      expect(merged).toEqual({ text: lost.text, marks: lost.marks, kept: false, full: false });
    }
  });

  it('knows its parts also where a write took effect whose answer was lost', () => {
    const kept = first([SUMMARY, ...FACTS], 'plain');
    const second: ActivityPart = { name: 'summary', text: 'Second words.' };
    const lost = later(kept, [second], 'plain');
    const third: ActivityPart = { name: 'summary', text: 'Third words.' };
    for (const present of [kept.text, lost.text]) {
      const merged = mergeActivityText(present, { format: 'plain', max: 5_000, parts: [third], marks: kept.marks, maybe: lost.marks });
      expect(merged).toMatchObject({ text: 'Third words.\n\nDirection: Inbound\nDuration: 45 s', kept: false });
    }
  });
});
