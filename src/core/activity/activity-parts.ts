import { fitText } from '../base/text.ts';
import type { Activity, ActivityPart } from './activity.ts';
import { FORMATS, type TextFormat } from './text-format.ts';

/** Paragraphs, and the lines of each, in the order in which they are read, however they arrive. */
const PARAGRAPHS = [
  ['subject'],
  ['summary', 'body'],
  ['note'],
  ['direction', 'duration', 'from', 'to', 'started', 'outcome', 'disposition', 'sentiment', 'recording', 'link'],
  ['message'],
  ['transcript'],
  ['reference'],
] as const;
const PLACES: ReadonlyMap<string, readonly [paragraph: number, line: number]> = new Map(
  PARAGRAPHS.flatMap((names, paragraph) => names.map((name, line) => [name, [paragraph, line]] as const)),
);
/** What is longer than a line may lose its end; a fact is told whole or not at all. */
const TEXTS = ['transcript', 'note', 'body', 'summary', 'subject'];
const CUT = '… [cut]';

const placeOf = ({ name }: Pick<ActivityPart, 'name'>): readonly [number, number] => PLACES.get(name.split(' ', 1)[0]!) ?? [1, 0];

/** Which of two comes first in the text. */
export function compareParts(a: Pick<ActivityPart, 'name'>, b: Pick<ActivityPart, 'name'>): number {
  const [one, other] = [placeOf(a), placeOf(b)];
  return one[0] - other[0] || one[1] - other[1] || (a.name < b.name ? -1 : Number(a.name > b.name));
}

export const shareParagraph = (a: Pick<ActivityPart, 'name'>, b: Pick<ActivityPart, 'name'>): boolean => placeOf(a)[0] === placeOf(b)[0];

/** What stands between two parts that follow one another. */
export const between = (a: Pick<ActivityPart, 'name'>, b: Pick<ActivityPart, 'name'>, format: TextFormat): string =>
  shareParagraph(a, b) || b.name === 'reference' ? FORMATS[format].line : FORMATS[format].paragraph;

/** Names in the order in which they give way where room is short: texts from the end, then facts; the key never does. */
export function givingWay(parts: readonly Pick<ActivityPart, 'name'>[]): readonly string[] {
  const names = parts.toSorted(compareParts).map(({ name }) => name);
  const texts = TEXTS.filter((name) => name !== 'subject' && names.includes(name));
  const facts = names.filter((name) => !TEXTS.includes(name) && name !== 'reference').toReversed();
  return [...texts, ...facts, ...names.filter((name) => name === 'subject')];
}

/** The part cut so that it is not longer than `max` in that format, with a mark; null: nothing of it fits. */
export function cutPart(part: ActivityPart, max: number, format: TextFormat): ActivityPart | null {
  if (!TEXTS.includes(part.name)) return null;
  const at = (length: number) => ({ ...part, text: `${fitText(part.text, length).trimEnd()}${CUT}` });
  const fits = (length: number): boolean => FORMATS[format].render(at(length).text).length <= max;
  let [low, high] = [0, Math.min(part.text.length, Math.max(0, max))];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  const cut = at(low);
  return low === 0 || !fits(low) || cut.text === CUT ? null : cut;
}

/** Parts one after another in the format. */
export const joinParts = (parts: readonly ActivityPart[], format: TextFormat): string =>
  parts.map((part, index) => `${index === 0 ? '' : between(parts[index - 1]!, part, format)}${FORMATS[format].render(part.text)}`).join('');

export interface ComposedText {
  /** In the format, not longer than `max`. */
  readonly text: string;
  /** What it shows, in order: some of it cut, or left out, where not all fits. */
  readonly parts: readonly ActivityPart[];
  readonly cut: boolean;
}

/**
 * The text of an activity: the same parts give the same text, in whatever order they are given. Where room is short the
 * transcript is cut first, then note and summary; then facts are left out, the last one first.
 *
 * @param max - In characters as JavaScript counts them, which no CRM undercuts.
 */
export function composeText(
  parts: readonly ActivityPart[],
  { format, max }: { readonly format: TextFormat; readonly max: number },
): ComposedText {
  let shown: readonly ActivityPart[] = parts.filter(({ text }) => text !== '').toSorted(compareParts);
  let text = joinParts(shown, format);
  let cut = false;
  for (const name of givingWay(shown)) {
    if (text.length <= max) break;
    cut = true;
    const part = shown.find((one) => one.name === name)!;
    const shorter = cutPart(part, FORMATS[format].render(part.text).length - (text.length - max), format);
    shown = shown.flatMap((one) => (one === part ? (shorter ?? []) : [one]));
    text = joinParts(shown, format);
  }
  return { text, parts: shown, cut };
}

/** The parts of an activity; one that was made by hand, from its body alone, has a single one. */
export const partsOf = ({ parts, body }: Pick<Activity, 'parts' | 'body'>): readonly ActivityPart[] =>
  parts ?? [{ name: 'body', text: body }];
