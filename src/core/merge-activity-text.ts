import type { ActivityPart } from './activity.ts';
import { between, compareParts, cutPart, givingWay, shareParagraph } from './activity-parts.ts';
import { findParts, linesOf, type PartPrint, printOf, type Span } from './find-parts.ts';
import { hashOf } from './hash.ts';
import { FORMATS, type TextFormat } from './text-format.ts';
import type { TextLine } from './text-line.ts';

/** What we know of a part of ours in the CRM: hashes, for its words are in the CRM. */
export interface PartMark extends PartPrint {
  readonly name: string;
  /** Of the whole text that it was to have. */
  readonly wanted: string;
}

/** What was asked for, and what of it is shown: some parts are cut or left out where not all fits. */
export function marksOf(parts: readonly ActivityPart[], shown: readonly ActivityPart[]): readonly PartMark[] {
  const texts = new Map(shown.map(({ name, text }) => [name, text]));
  return parts.filter(({ text }) => text !== '').map((part) => markOf(part, texts.get(part.name) ?? ''));
}

const markOf = ({ name, text }: ActivityPart, shown: string): PartMark => ({ name, wanted: hashOf(text), ...printOf(shown) });

/** A delivery that brings this part brings nothing new. What only says that something is not known never does. */
export const isKnownPart = ({ text, isFiller }: ActivityPart, mark: PartMark | undefined): boolean =>
  mark !== undefined && (isFiller === true || mark.wanted === hashOf(text));

export interface TextToMerge {
  readonly format: TextFormat;
  readonly max: number;
  /** Of the delivery. A part that it lacks stays as it is. */
  readonly parts: readonly ActivityPart[];
  readonly marks: readonly PartMark[];
  /** What the parts are if a write whose answer was lost took effect. */
  readonly maybe?: readonly PartMark[];
}

export interface MergedText {
  readonly text: string;
  readonly marks: readonly PartMark[];
  /** Some part stays as a person has left it. */
  readonly kept: boolean;
  /** Some part has no room at all. */
  readonly full: boolean;
}

/** A part that is to be written, and what it takes the place of. */
type Write = { readonly part: ActivityPart; readonly span: Span | null };

/**
 * The text that stands in the CRM, with the parts of a later delivery in it: those that stand there as they were written are
 * replaced, new ones are added at their place, and everything else stays. A part that a person has edited or taken out stays
 * so. In whatever order deliveries bring their parts, the same text comes out.
 */
export function mergeActivityText(present: string, { format, max, parts, marks, maybe = [] }: TextToMerge): MergedText {
  const lines = linesOf(present, format);
  const known = [...new Set([...marks, ...maybe].map(({ name }) => name))].map((name) => {
    const looks = [maybe, marks].flatMap((all) => all.find((mark) => mark.name === name) ?? []);
    return { name, looks, prints: looks };
  });
  const spans = findParts(lines, known.toSorted(compareParts));
  const now = new Map(
    known.flatMap(({ name, looks }) => {
      const look = lookOf(looks, lines, spans.get(name)) ?? marks.find((mark) => mark.name === name);
      return look === undefined ? [] : [[name, look] as const];
    }),
  );

  let kept = false;
  const writes: Write[] = [];
  for (const part of parts.filter(({ text }) => text !== '').toSorted(compareParts)) {
    const mark = now.get(part.name);
    const span = spans.get(part.name) ?? null;
    if (isKnownPart(part, mark)) continue;
    const isFree = mark === undefined || mark.hash === null;
    const isOurs = isFree ? spans.size > 0 : span !== null && isWhole(present, lines, span, format);
    if (isOurs) writes.push({ part, span });
    else kept = true;
    if (mark !== undefined) now.set(part.name, { ...mark, wanted: hashOf(part.text) });
  }
  const { text, shown } = withinMax(present, { lines, spans, writes, format, max });
  for (const { part } of writes) {
    const written = shown.find(({ name }) => name === part.name);
    const mark = now.get(part.name);
    now.set(part.name, written === undefined && mark !== undefined ? mark : markOf(part, written?.text ?? ''));
  }
  return { text, marks: [...now.values()].toSorted(compareParts), kept, full: shown.length < writes.length };
}

/** Of the looks that a part may have, the one that is there. */
function lookOf(looks: readonly PartMark[], lines: readonly TextLine[], span: Span | undefined): PartMark | undefined {
  const there =
    span &&
    printOf(
      lines
        .slice(...span)
        .map(({ text }) => text)
        .join('\n'),
    ).hash;
  return there === undefined ? undefined : looks.find(({ hash }) => hash !== null && hash === there);
}

const sliceOf = (lines: readonly TextLine[], [from, to]: Span): readonly [number, number] => [lines[from]!.start, lines[to - 1]!.end];

const isWhole = (present: string, lines: readonly TextLine[], span: Span, format: TextFormat): boolean =>
  FORMATS[format].isWhole(present.slice(...sliceOf(lines, span)));

interface Layout {
  readonly lines: readonly TextLine[];
  readonly spans: ReadonlyMap<string, Span>;
  readonly writes: readonly Write[];
  readonly format: TextFormat;
}

/** What people wrote is never cut: where room is short, what is to be written gives way. */
function withinMax(present: string, { max, ...layout }: Layout & { readonly max: number }) {
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

const insertion = (at: number, text: string): Edit => ({ start: at, end: at, text });

function written(present: string, { lines, spans, writes, format }: Layout): string {
  const { render } = FORMATS[format];
  const edits: Edit[] = writes.flatMap(({ part, span }) => {
    if (span === null) return [];
    const [start, end] = sliceOf(lines, span);
    return [{ start, end, text: render(part.text) }];
  });
  const placed = [...spans].map(([name, span]) => ({ name, at: sliceOf(lines, span) })).toSorted(compareParts);
  const added = writes.filter(({ span }) => span === null).map(({ part }) => part);
  for (const [index, one] of [null, ...placed].entries()) {
    const next = placed[index] ?? null;
    const gap = added.filter((part) => (one === null || compareParts(one, part) < 0) && (next === null || compareParts(part, next) < 0));
    // A line stands with the others of its paragraph, whichever side of the gap they are on.
    const joinsNext = (part: ActivityPart) => next !== null && (one === null || (shareParagraph(part, next) && !shareParagraph(one, part)));
    const behind = gap.filter((part) => !joinsNext(part));
    const ahead = gap.filter(joinsNext);
    const texts = (parts: readonly ActivityPart[], glue: (index: number) => readonly [string, string]) =>
      parts.map((part, at) => `${glue(at)[0]}${render(part.text)}${glue(at)[1]}`).join('');
    if (behind.length > 0)
      edits.push(
        insertion(
          one!.at[1],
          texts(behind, (at) => [between(behind[at - 1] ?? one!, behind[at]!, format), '']),
        ),
      );
    if (ahead.length > 0)
      edits.push(
        insertion(
          next!.at[0],
          texts(ahead, (at) => ['', between(ahead[at]!, ahead[at + 1] ?? next!, format)]),
        ),
      );
  }
  let text = '';
  let from = 0;
  // Sorting is stable: what is added at one place stays in its order, and behind what is replaced before it.
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    text += present.slice(from, edit.start) + edit.text;
    from = edit.end;
  }
  return text + present.slice(from);
}
