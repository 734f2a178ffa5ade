import { describe, expect, it } from 'vitest';
import type { ActivityPart } from '../../../../src/core/activity/activity.ts';
import { findParts, linesOf, printOf } from '../../../../src/core/activity/find-parts.ts';
import { writeParts } from '../../../../src/core/activity/write-parts.ts';

const part = (name: string, text: string): ActivityPart => ({ name, text });
const SUMMARY = part('summary', 'Asked for a demo.');
const DIRECTION = part('direction', 'Direction: Inbound');
const DURATION = part('duration', 'Duration: 45 s');
const RECORDING = part('recording', 'Recording: none');
const TRANSCRIPT = part('transcript', 'Transcript:\nAgent: Hello');
const REFERENCE = part('reference', 'Ref: a:1');

/** Writes what is brought into a text in which these parts stand as they were written; where one stands already, in its place. */
function write(present: string, standing: readonly ActivityPart[], brought: readonly ActivityPart[], max = 1_000) {
  const lines = linesOf(present, 'plain');
  const spans = findParts(
    lines,
    standing.map(({ name, text }) => ({ name, prints: [printOf(text)] })),
  );
  const writes = brought.map((one) => ({ part: one, span: spans.get(one.name) ?? null }));
  return writeParts(present, { lines, spans, writes, format: 'plain', max });
}

describe('a part that is added', () => {
  it.each<readonly [string, string, readonly ActivityPart[], readonly ActivityPart[], string]>([
    [
      'stands with the lines after it where they are one paragraph',
      'Asked for a demo.\n\nDuration: 45 s',
      [SUMMARY, DURATION],
      [DIRECTION],
      'Asked for a demo.\n\nDirection: Inbound\nDuration: 45 s',
    ],
    [
      'stands with the lines before it where they are one paragraph',
      'Duration: 45 s\n\nTranscript:\nAgent: Hello',
      [DURATION, TRANSCRIPT],
      [RECORDING],
      'Duration: 45 s\nRecording: none\n\nTranscript:\nAgent: Hello',
    ],
    [
      'stands behind the line before it where that is of the same paragraph as the one after it',
      'Direction: Inbound\nWhat a person wrote.\nRecording: none',
      [DIRECTION, RECORDING],
      [DURATION],
      'Direction: Inbound\nDuration: 45 s\nWhat a person wrote.\nRecording: none',
    ],
    [
      'comes with others in front of all there is, each in its paragraph',
      'Mine.\nDuration: 45 s',
      [DURATION],
      [SUMMARY, part('note', 'A note.'), DIRECTION],
      'Mine.\nAsked for a demo.\n\nA note.\n\nDirection: Inbound\nDuration: 45 s',
    ],
    [
      'comes with others behind all there is, each in its paragraph',
      'Duration: 45 s\nMine.',
      [DURATION],
      [RECORDING, TRANSCRIPT, REFERENCE],
      'Duration: 45 s\nRecording: none\n\nTranscript:\nAgent: Hello\nRef: a:1\nMine.',
    ],
    [
      'stands in its place where a later one is replaced',
      'Asked for a demo.\n\nDuration: 45 s\nRef: a:1',
      [SUMMARY, DURATION, REFERENCE],
      [part('note', 'A note.'), part('duration', 'Duration: 46 s')],
      'Asked for a demo.\n\nA note.\n\nDuration: 46 s\nRef: a:1',
    ],
    [
      'stands in front of a line that is replaced',
      'Asked for a demo.\n\nDuration: 45 s\nRef: a:1',
      [SUMMARY, DURATION, REFERENCE],
      [DIRECTION, part('duration', 'Duration: 46 s')],
      'Asked for a demo.\n\nDirection: Inbound\nDuration: 46 s\nRef: a:1',
    ],
    [
      'stands behind a line that is replaced',
      'Asked for a demo.\n\nDuration: 45 s\nRef: a:1',
      [SUMMARY, DURATION, REFERENCE],
      [part('duration', 'Duration: 46 s'), RECORDING],
      'Asked for a demo.\n\nDuration: 46 s\nRecording: none\nRef: a:1',
    ],
  ])('%s', (_, present, standing, brought, text) => {
    expect(write(present, standing, brought)).toEqual({ text, shown: brought });
  });
});

describe('where room is short', () => {
  const LONG = part('transcript', 'Transcript: one two three');

  it('what just fits is written whole', () => {
    const whole = 'Duration: 45 s\n\nTranscript: one two three';
    expect(write('Duration: 45 s', [DURATION], [LONG], whole.length)).toEqual({ text: whole, shown: [LONG] });
    const cut = part('transcript', 'Transcript: one t… [cut]');
    expect(write('Duration: 45 s', [DURATION], [LONG], whole.length - 1)).toEqual({ text: `Duration: 45 s\n\n${cut.text}`, shown: [cut] });
  });

  it('the transcript gives way before the summary, and what else is written stays whole', () => {
    const summary = part('summary', 'Wants a demo on Tuesday.');
    const cut = part('transcript', 'Transcript: one… [cut]');
    expect(write('Asked for a demo.\n\nDuration: 45 s', [SUMMARY, DURATION], [summary, DIRECTION, LONG], 84)).toEqual({
      text: 'Wants a demo on Tuesday.\n\nDirection: Inbound\nDuration: 45 s\n\nTranscript: one… [cut]',
      shown: [summary, DIRECTION, cut],
    });
    expect(write('Asked for a demo.\n\nDuration: 45 s', [SUMMARY, DURATION], [summary, DIRECTION, LONG], 60)).toEqual({
      text: 'Wants a demo on Tuesday.\n\nDirection: Inbound\nDuration: 45 s',
      shown: [summary, DIRECTION],
    });
  });

  it.each([
    ['shorter', 'Asked for one.'],
    ['as long', 'Needs two demos.!'],
  ])('words that are %s than those they replace stay whole, though a person has written more than there is room for', (_, words) => {
    const mine = 'x'.repeat(100);
    const summary = part('summary', words);
    expect(write(`Asked for a demo.\n${mine}`, [SUMMARY], [summary], 60)).toEqual({ text: `${words}\n${mine}`, shown: [summary] });
  });

  it('the text stays as it is where not even the line for the key fits, for that is never cut', () => {
    const present = 'Asked for a demo.\n\nDuration: 45 s';
    expect(write(present, [SUMMARY, DURATION], [REFERENCE], present.length + 9)).toEqual({
      text: `${present}\nRef: a:1`,
      shown: [REFERENCE],
    });
    expect(write(present, [SUMMARY, DURATION], [RECORDING, REFERENCE], present.length + 8)).toEqual({ text: present, shown: [] });
  });
});
