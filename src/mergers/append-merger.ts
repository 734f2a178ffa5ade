import { dayIn } from '../core/values/dates.ts';
import { CrmSyncError } from '../errors.ts';
import type { Merger } from '../ports/merger.ts';
import { eachItem } from './each-item.ts';

export interface AppendMergerOptions {
  /** Between entries. Default a line end. It needs a line end or a visible character, so that entries can be told apart. */
  readonly separator?: string;
  /** Put the day of the conversation in front: `2026-01-05: Wants a demo`. Default true. */
  readonly dated?: boolean;
  /** IANA zone of that day. Default UTC. */
  readonly timeZone?: string;
}

const DATE = /(?:^|[^\d])\d{4}-\d{2}-\d{2}: $/;
const DATE_LENGTH = '2026-01-05: '.length;

/**
 * A merger without a language model: adds the incoming text at the end and leaves the existing text as it is. What
 * already stands there as an entry of its own, with or without a date, is not added again. A result longer than the
 * field is refused, never cut.
 *
 * @throws CrmSyncError `invalid_separator` or `unknown_time_zone`, category `configuration`.
 */
export function appendMerger({ separator = '\n', dated = true, timeZone = 'UTC' }: AppendMergerOptions = {}): Merger {
  if (!/\n|\S/.test(separator))
    throw new CrmSyncError('The separator does not tell entries apart.', {
      code: 'invalid_separator',
      category: 'configuration',
      remedy: 'Give a `separator` with a line end or a visible character.',
    });
  dayIn(0, timeZone);
  const append = (existing: string, incoming: string, day: string | null): string => {
    const text = incoming.trim();
    if (text === '' || standsIn(existing, text, separator)) return existing;
    const entry = day === null ? text : `${day}: ${text}`;
    if (existing.trim() === '') return entry;
    return existing.endsWith(separator) ? `${existing}${entry}` : `${existing}${separator}${entry}`;
  };
  return {
    specVersion: 1,
    merge: async (request, { signal }) =>
      eachItem(request, signal, ({ existing, incoming }) =>
        append(existing, incoming, dated ? dayIn(Date.parse(request.at), timeZone) : null),
      ),
  };
}

/** Whether the text is an entry already; `no` is none in `not now`. CRMs may have turned line ends into `\r\n`. */
function standsIn(existing: string, text: string, separator: string): boolean {
  const unify = (raw: string): string => raw.replace(/\r\n?/g, '\n');
  const [within, entry, ends] = [unify(existing), unify(text), ['\n', unify(separator)]];
  for (let at = within.indexOf(entry); at !== -1; at = within.indexOf(entry, at + 1)) {
    const before = within.slice(0, at);
    const start = DATE.test(before) ? before.slice(0, -DATE_LENGTH) : before;
    const after = within.slice(at + entry.length);
    const starts = [before, start].some((head) => head.trim() === '' || ends.some((end) => head.endsWith(end)));
    if (starts && (after.trim() === '' || ends.some((end) => after.startsWith(end)))) return true;
  }
  return false;
}
