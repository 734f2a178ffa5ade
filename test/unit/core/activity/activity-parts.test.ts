import { describe, expect, it } from 'vitest';
import type { ActivityPart } from '../../../../src/core/activity/activity.ts';
import { compareParts, composeText, givingWay, partsOf } from '../../../../src/core/activity/activity-parts.ts';

const part = (name: string, text: string): ActivityPart => ({ name, text });
const compose = (parts: readonly ActivityPart[], max = 1_000) => composeText(parts, { format: 'plain', max });
const SUMMARY = part('summary', 'Asked for a demo.');
const REFERENCE = part('reference', 'Ref: a:1');

describe('the order of parts', () => {
  it.each([
    ['subject', 'summary'],
    ['direction', 'duration'],
    ['message 2026-01-05T08:30:00.000Z call_1', 'message 2026-01-05T08:31:00.000Z call_0'],
    ['message 2026-01-05T08:30:00.000Z call_1', 'transcript'],
    ['something else', 'note'],
  ])('%s comes before %s', (one, other) => {
    expect(Math.sign(compareParts({ name: one }, { name: other }))).toBe(-1);
    expect(Math.sign(compareParts({ name: other }, { name: one }))).toBe(1);
  });

  it('is none between a part and another one of its name', () => {
    expect(compareParts({ name: 'message 1' }, { name: 'message 1' })).toBe(0);
  });

  it('shows the messages of a thread by their time, whichever came first', () => {
    const messages = ['08:32', '08:30', '08:31'].map((time) => part(`message 2026-01-05T${time}:00.000Z call_1`, `${time} Contact: Hi`));
    expect(compose(messages).text).toBe('08:30 Contact: Hi\n08:31 Contact: Hi\n08:32 Contact: Hi');
  });

  it('shows a part of a name that is not ours where the summary is', () => {
    const parts = [part('note', 'A note.'), part('weather', 'Rain.'), SUMMARY, part('subject', 'Inbound call')];
    expect(compose(parts).text).toBe('Inbound call\n\nAsked for a demo.\nRain.\n\nA note.');
  });
});

describe('a composed text', () => {
  it('has the key in a line right below what comes before it', () => {
    expect(compose([REFERENCE, SUMMARY]).text).toBe('Asked for a demo.\nRef: a:1');
  });

  it('leaves no gap for a part without words', () => {
    const parts = [SUMMARY, part('note', ''), part('duration', 'Duration: 45 s'), part('recording', '')];
    expect(compose(parts)).toEqual({
      text: 'Asked for a demo.\n\nDuration: 45 s',
      parts: [SUMMARY, part('duration', 'Duration: 45 s')],
      cut: false,
    });
  });

  it('is cut behind a word without the blank', () => {
    expect(compose([SUMMARY], 13)).toEqual({ text: 'Asked… [cut]', parts: [part('summary', 'Asked… [cut]')], cut: true });
  });

  it.each([
    ['half a character', '🚀'.repeat(10), 8],
    ['blanks', `  ${'x'.repeat(20)}`, 9],
  ])('never has a mark alone where there is room for it and %s', (_, text, max) => {
    expect(compose([part('summary', text)], max)).toEqual({ text: '', parts: [], cut: true });
    expect(compose([part('summary', text)], max + 1).text).toBe(`${text.slice(0, max - 6)}… [cut]`);
  });

  it('gives up its subject last of all but the key', () => {
    const parts = [
      REFERENCE,
      part('outcome', 'Outcome: Busy'),
      SUMMARY,
      part('subject', 'Inbound call'),
      part('direction', 'Direction: Inbound'),
    ];
    expect(compose(parts, 60).text).toBe('Inbound call\n\nDirection: Inbound\nOutcome: Busy\nRef: a:1');
    expect(compose(parts, 45).text).toBe('Inbound call\n\nDirection: Inbound\nRef: a:1');
    expect(compose(parts, 21).text).toBe('Inbound call\nRef: a:1');
    expect(compose(parts, 20).text).toBe('Inbo… [cut]\nRef: a:1');
    expect(compose(parts, 8).text).toBe('Ref: a:1');
  });
});

it('texts give way from the last one, then facts from the last one, then the subject; the key never does', () => {
  const names = ['reference', 'subject', 'summary', 'direction', 'outcome', 'message 1', 'note', 'transcript', 'body'];
  expect(givingWay(names.map((name) => ({ name })))).toEqual([
    'transcript',
    'note',
    'body',
    'summary',
    'message 1',
    'outcome',
    'direction',
    'subject',
  ]);
  expect(givingWay([SUMMARY, REFERENCE])).toEqual(['summary']);
});

describe('an activity', () => {
  it('that was made by hand has its body for its only part', () => {
    expect(partsOf({ body: 'Called her.' })).toEqual([{ name: 'body', text: 'Called her.' }]);
  });

  it('that has parts goes by them', () => {
    expect(partsOf({ body: 'Asked for a demo.\nRef: a:1', parts: [SUMMARY, REFERENCE] })).toEqual([SUMMARY, REFERENCE]);
  });
});
