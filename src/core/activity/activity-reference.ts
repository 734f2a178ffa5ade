import { hashOf } from '../base/hash.ts';
import { countCharacters } from '../base/text.ts';
import type { ActivityPart } from './activity.ts';
import { FORMATS, type TextFormat } from './text-format.ts';
import { withoutExtraBlanks } from './text-line.ts';

const LENGTH = 255;

/** The key of an activity as a field of that length holds it: one that does not fit goes by its hash. */
export const keyText = (key: string, length: number): string => (countCharacters(key) <= length ? key : hashOf(key).slice(0, length));

/** The last line of an activity's text where no field holds the key. */
export const referenceLine = (key: string): string => `Ref: ${keyText(key.replace(/\s+/g, ' ').trim(), LENGTH)}`;

/** The last part of an activity's text where no field holds the key. */
export const referencePart = (key: string): ActivityPart => ({ name: 'reference', text: referenceLine(key) });

/** Whether the text, as the CRM gives it back, has the line for the key: what people add may stand before it and after it. */
export const hasReference = (raw: string, format: TextFormat, key: string): boolean => {
  const line = withoutExtraBlanks(referenceLine(key));
  return FORMATS[format].lines(raw).some(({ text }) => text === line);
};
