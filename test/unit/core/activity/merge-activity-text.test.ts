import { describe, expect, it } from 'vitest';
import type { ActivityPart } from '../../../../src/core/activity/activity.ts';
import { composeText } from '../../../../src/core/activity/activity-parts.ts';
import { marksOf, mergeActivityText, type PartMark, type TextToMerge } from '../../../../src/core/activity/merge-activity-text.ts';

const SUMMARY: ActivityPart = { name: 'summary', text: 'Asked for a demo.\n\nPrefers Tuesdays.' };
const NOTE: ActivityPart = { name: 'note', text: 'A note.' };
const DURATION: ActivityPart = { name: 'duration', text: 'Duration: 45 s' };
const LINK: ActivityPart = { name: 'recording', text: 'Recording: https://example.com/1' };

/** The text as it was made of these parts, and what is known of them. */
function made(...parts: readonly ActivityPart[]): { readonly text: string; readonly marks: readonly PartMark[] } {
  const { text, parts: shown } = composeText(parts, { format: 'plain', max: 1_000 });
  return { text, marks: marksOf(parts, shown) };
}
const merge = (present: string, marks: readonly PartMark[], parts: readonly ActivityPart[], options: Partial<TextToMerge> = {}) =>
  mergeActivityText(present, { format: 'plain', max: 1_000, parts, marks, ...options });
const namesOf = (marks: readonly PartMark[]): string[] => marks.map(({ name }) => name);

describe('what is known of the parts of an activity', () => {
  it('has nothing of a part without words', () => {
    expect(namesOf(marksOf([{ name: 'summary', text: '' }, NOTE], [NOTE]))).toEqual(['note']);
  });

  it('says of a part that had no room that nothing of it is shown', () => {
    expect(marksOf([NOTE, LINK], [NOTE])).toEqual([
      { name: 'note', wanted: expect.any(String), hash: expect.any(String), lines: 1 },
      { name: 'recording', wanted: expect.any(String), hash: null, lines: 0 },
    ]);
  });

  it('is the same for a part that came later as for one that was there from the start', () => {
    const { text, marks } = made(DURATION);
    expect(merge(text, marks, [SUMMARY, NOTE])).toEqual({ ...made(SUMMARY, NOTE, DURATION), kept: false, full: false });
  });
});

describe('a later delivery', () => {
  it('leaves a part as it is where it brings it without words', () => {
    const { text, marks } = made(SUMMARY, DURATION);
    expect(
      merge(text, marks, [
        { name: 'summary', text: '' },
        { name: 'note', text: '' },
      ]),
    ).toEqual({ text, marks, kept: false, full: false });
  });

  it('brings a part for which there was no room, in words that have room', () => {
    const long: ActivityPart = { name: 'recording', text: `${LINK.text}${'1'.repeat(100)}` };
    const short: ActivityPart = { name: 'recording', text: 'Recording: none' };
    const full = merge(made(DURATION).text, made(DURATION).marks, [long], { max: 50 });
    expect(full).toMatchObject({ text: 'Duration: 45 s', kept: false, full: true });
    expect(merge(full.text, full.marks, [short], { max: 50 })).toEqual({ ...made(DURATION, short), kept: false, full: false });
  });

  it('counts as known by then what had no room, and is not tried again', () => {
    const first = merge(made(DURATION).text, made(DURATION).marks, [LINK], { max: 20 });
    expect(first.full).toBe(true);
    expect(first.marks).toEqual(marksOf([DURATION, LINK], [DURATION]));
    expect(merge(first.text, first.marks, [LINK])).toEqual({ text: 'Duration: 45 s', marks: first.marks, kept: false, full: false });
  });

  it('leaves the old words of a part where the new ones have no room, and knows them again', () => {
    const { text, marks } = made(NOTE, DURATION);
    const full = merge(text, marks, [{ name: 'duration', text: `Duration: ${'1'.repeat(100)} s` }], { max: 40 });
    expect(full).toMatchObject({ text, kept: false, full: true });
    const next = merge(full.text, full.marks, [{ name: 'duration', text: 'Duration: 46 s' }], { max: 40 });
    expect(next).toMatchObject({ text: 'A note.\n\nDuration: 46 s', kept: false, full: false });
  });

  it('adds nothing where nothing of ours is left, and does not claim to have', () => {
    const { marks } = made(SUMMARY, DURATION);
    expect(merge('Written by hand.', marks, [NOTE])).toMatchObject({ text: 'Written by hand.', kept: true, full: false });
  });

  it('says once that a part stays as a person has left it, and again for other words', () => {
    const { text, marks } = made(SUMMARY, DURATION);
    const edited = text.replace('Tuesdays', 'Mondays');
    const second: ActivityPart = { name: 'summary', text: 'Second words.' };
    const once = merge(edited, marks, [second]);
    expect(once).toMatchObject({ text: edited, kept: true });
    expect(merge(edited, once.marks, [second])).toEqual({ text: edited, marks: once.marks, kept: false, full: false });
    expect(merge(edited, once.marks, [{ name: 'summary', text: 'Third words.' }])).toMatchObject({ text: edited, kept: true });
  });
});

describe('a write whose answer was lost', () => {
  const before = made(SUMMARY, DURATION);
  const after = made({ name: 'summary', text: 'Second words.\nOn Monday.' }, NOTE, DURATION);

  it.each([
    ['took effect where its words are there', after],
    ['took none where the words before it are there', before],
  ])('%s, part by part', (_, { text, marks }) => {
    expect(merge(text, before.marks, [], { maybe: after.marks })).toEqual({ text, marks, kept: false, full: false });
  });

  it('brings nothing new when it comes again, if it took effect and a person has changed another part since', () => {
    const present = after.text.replace('Duration: 45 s', 'Duration: a minute');
    const again: ActivityPart = { name: 'summary', text: 'Second words.\nOn Monday.' };
    expect(merge(present, before.marks, [again, NOTE, DURATION], { maybe: after.marks })).toEqual({
      text: present,
      marks: after.marks,
      kept: false,
      full: false,
    });
  });
});
