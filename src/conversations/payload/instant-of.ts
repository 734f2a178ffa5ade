import { instantText, readInstant } from '../../core/values/dates.ts';
import type { Millis } from '../../core/values/value.ts';

/** Epoch milliseconds as ISO text; undefined for a time that is missing or impossible. */
export const instantOf = (at: Millis | undefined): string | undefined => (at === undefined ? undefined : (instantText(at) ?? undefined));

/** Epoch milliseconds of an ISO 8601 text, which is UTC where it names no zone; undefined for anything else. */
export function millisOfText(text: string | undefined): Millis | undefined {
  const read = text === undefined ? undefined : readInstant(text.trim(), 'UTC');
  return typeof read === 'object' ? read.at : undefined;
}
