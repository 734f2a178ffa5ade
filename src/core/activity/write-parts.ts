import type { ActivityPart } from './activity.ts';
import { between, compareParts, cutPart, givingWay, shareParagraph } from './activity-parts.ts';
import type { Span } from './find-parts.ts';
import { FORMATS, type TextFormat } from './text-format.ts';
import type { TextLine } from './text-line.ts';

/** A part that is to be written, and what it takes the place of. */
export type Write = { readonly part: ActivityPart; readonly span: Span | null };

/** Where these lines stand in the text: from the first one's start to the last one's end. */
export const sliceOf = (lines: readonly TextLine[], [from, to]: Span): readonly [number, number] => [
  lines[from]!.start,
  lines[to - 1]!.end,
];

interface Layout {
  readonly lines: readonly TextLine[];
  readonly spans: ReadonlyMap<string, Span>;
  readonly writes: readonly Write[];
  readonly format: TextFormat;
}

/** Writes parts into the text that is there. What people wrote is never cut: where room is short, what is to be written gives way. */
export function writeParts(present: string, { max, ...layout }: Layout & { readonly max: number }) {
  const { format } = layout;
  let writes = layout.writes;
  let text = written(present, { ...layout, writes });
  for (const name of givingWay(writes.map(({ part }) => part))) {
    if (text.length <= max || text.length <= present.length) break;
    const write = writes.find(({ part }) => part.name === name)!;
    const room = FORMATS[format].render(write.part.text).length - (text.length - max);
    const part = cutPart(write.part, room, format);
    writes = writes.flatMap((one) => (one !== write ? [one] : part === null ? [] : [{ ...write, part }]));
    text = written(present, { ...layout, writes });
  }
  const fits = text.length <= Math.max(max, present.length);
  return { text: fits ? text : present, shown: fits ? writes.map(({ part }) => part) : [] };
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A part that stands in the text, and where. */
interface Placed {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

function written(present: string, { lines, spans, writes, format }: Layout): string {
  const replaced = writes.flatMap(({ part, span }): Edit[] => {
    if (span === null) return [];
    const [start, end] = sliceOf(lines, span);
    return [{ start, end, text: FORMATS[format].render(part.text) }];
  });
  const placed = [...spans]
    .map(([name, span]): Placed => {
      const [start, end] = sliceOf(lines, span);
      return { name, start, end };
    })
    .toSorted(compareParts);
  const added = writes.filter(({ span }) => span === null).map(({ part }) => part);
  const inserted = [null, ...placed].flatMap((before, index) => insertedBetween(before, placed[index] ?? null, { added, format }));
  return edited(present, [...replaced, ...inserted]);
}

interface Added {
  readonly added: readonly ActivityPart[];
  readonly format: TextFormat;
}

/** Of what is added, that which belongs between two parts: a line stands with the others of its paragraph, whichever side they are on. */
function insertedBetween(before: Placed | null, after: Placed | null, { added, format }: Added): readonly Edit[] {
  const { render } = FORMATS[format];
  const gap = added.filter(
    (part) => (before === null || compareParts(before, part) < 0) && (after === null || compareParts(part, after) < 0),
  );
  const joinsAfter = (part: ActivityPart): boolean =>
    after !== null && (before === null || (shareParagraph(part, after) && !shareParagraph(before, part)));
  const edits: Edit[] = [];
  const behind = gap.filter((part) => !joinsAfter(part));
  if (before !== null && behind.length > 0) {
    const texts = behind.map((part, index) => `${between(behind[index - 1] ?? before, part, format)}${render(part.text)}`);
    edits.push({ start: before.end, end: before.end, text: texts.join('') });
  }
  const ahead = gap.filter(joinsAfter);
  if (after !== null && ahead.length > 0) {
    const texts = ahead.map((part, index) => `${render(part.text)}${between(part, ahead[index + 1] ?? after, format)}`);
    edits.push({ start: after.start, end: after.start, text: texts.join('') });
  }
  return edits;
}

/** Sorting is stable: what is added at one place stays in its order, and behind what is replaced before it. */
function edited(present: string, edits: readonly Edit[]): string {
  let text = '';
  let from = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    text += present.slice(from, edit.start) + edit.text;
    from = edit.end;
  }
  return text + present.slice(from);
}
