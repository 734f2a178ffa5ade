import { hashOf } from '../base/hash.ts';
import type { ActivityPart } from './activity.ts';
import { compareParts } from './activity-parts.ts';
import { findParts, linesOf, type PartPrint, printOf, type Span } from './find-parts.ts';
import { FORMATS, type TextFormat } from './text-format.ts';
import type { TextLine } from './text-line.ts';
import { sliceOf, type Write, writeParts } from './write-parts.ts';

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
  const { text, shown } = writeParts(present, { lines, spans, writes, format, max });
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

const isWhole = (present: string, lines: readonly TextLine[], span: Span, format: TextFormat): boolean =>
  FORMATS[format].isWhole(present.slice(...sliceOf(lines, span)));
