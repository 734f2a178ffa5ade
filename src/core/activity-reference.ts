import { hashOf } from './hash.ts';
import { countCharacters, cutText } from './text.ts';

const LENGTH = 255;

/** The key of an activity as a field of that length holds it: one that does not fit goes by its hash. */
export const keyText = (key: string, length: number): string => (countCharacters(key) <= length ? key : hashOf(key).slice(0, length));

/** The last line of an activity's text where no field holds the key. */
export const referenceLine = (key: string): string => `Ref: ${keyText(key.replace(/\s+/g, ' ').trim(), LENGTH)}`;

/** The text, cut so that the line for the key still fits. */
export function withReference(body: string, key: string, length: number): string {
  const line = referenceLine(key);
  const text = cutText(body, Math.max(0, length - countCharacters(line) - 1)).trimEnd();
  return text === '' ? line : `${text}\n${line}`;
}
