import { shortHash } from '../base/hash.ts';
import { FORMATS, type TextFormat } from './text-format.ts';
import { type TextLine, withoutExtraBlanks } from './text-line.ts';

/** What a part looked like when it was written, without its words: enough to know it again among what people write. */
export interface PartPrint {
  /** Of its lines; null: nothing of it is shown. */
  readonly hash: string | null;
  readonly lines: number;
}

/** Place of a part: index of its first line, and of the one after its last. */
export type Span = readonly [from: number, to: number];

const DIGITS = 12;
const printOfLines = (hashes: readonly string[]): string => shortHash(hashes, DIGITS);
const lineHash = (text: string): string => shortHash(text, DIGITS);

/** The print of a part's own text. */
export function printOf(text: string): PartPrint {
  const lines = text.split(/[\r\n]+/).map(withoutExtraBlanks);
  const hashes = lines.filter((line) => line !== '').map(lineHash);
  return hashes.length === 0 ? { hash: null, lines: 0 } : { hash: printOfLines(hashes), lines: hashes.length };
}

interface Chain {
  readonly score: number;
  readonly name: string;
  readonly span: Span;
  readonly before: Chain | null;
}

/** As many parts as possible count more than any number of them that stand side by side, as they were written. */
const FOUND = 10_000;

/**
 * Where the parts stand in a text now, each in its order; one that is not there as it was written is absent. What people
 * have copied from one is not taken for it: of several places, the one among the most other parts is meant.
 *
 * @param parts - In order, each with every look it may have: a lost write may have changed it.
 */
export function findParts(
  lines: readonly TextLine[],
  parts: readonly { readonly name: string; readonly prints: readonly PartPrint[] }[],
): ReadonlyMap<string, Span> {
  const spansOf = spanFinder(lines.map(({ text }) => lineHash(text)));
  /** By line: the best chain that ends just there, and the best that ends there or earlier. */
  const endingAt: (Chain | null)[] = new Array(lines.length + 1).fill(null);
  let upTo: (Chain | null)[] = [...endingAt];
  for (const { name, prints } of parts) {
    const chains = prints.flatMap(({ hash, lines: count }) =>
      hash === null ? [] : spansOf(hash, count).map((span) => chainOf(name, span, endingAt[span[0]]!, upTo[span[0]]!)),
    );
    for (const chain of chains) endingAt[chain.span[1]] = better(chain, endingAt[chain.span[1]]!);
    let best: Chain | null = null;
    if (chains.length > 0)
      upTo = endingAt.map((chain) => {
        best = better(best, chain);
        return best;
      });
  }
  const found = new Map<string, Span>();
  for (let chain = upTo.at(-1) ?? null; chain !== null; chain = chain.before) found.set(chain.name, chain.span);
  return found;
}

const better = (a: Chain | null, b: Chain | null): Chain | null => (b === null || (a !== null && a.score >= b.score) ? a : b);

function chainOf(name: string, span: Span, beside: Chain | null, before: Chain | null): Chain {
  const next: Chain = { score: (beside?.score ?? 0) + FOUND + (beside === null ? 0 : 1), name, span, before: beside };
  const later: Chain = { score: (before?.score ?? 0) + FOUND, name, span, before };
  return next.score >= later.score ? next : later;
}

/** Hashes each place once for each number of lines: a day's messages are many parts of one line. */
function spanFinder(hashes: readonly string[]): (hash: string, count: number) => readonly Span[] {
  const byCount = new Map<number, ReadonlyMap<string, readonly Span[]>>();
  return (hash, count) => {
    const known = byCount.get(count) ?? spansByHash(hashes, count);
    byCount.set(count, known);
    return known.get(hash) ?? [];
  };
}

function spansByHash(hashes: readonly string[], count: number): ReadonlyMap<string, readonly Span[]> {
  const spans = new Map<string, Span[]>();
  for (let from = 0; from + count <= hashes.length; from += 1) {
    const hash = printOfLines(hashes.slice(from, from + count));
    const same = spans.get(hash);
    if (same === undefined) spans.set(hash, [[from, from + count]]);
    else same.push([from, from + count]);
  }
  return spans;
}

/** The lines of a text as the CRM keeps it. */
export const linesOf = (raw: string, format: TextFormat): readonly TextLine[] => FORMATS[format].lines(raw);
