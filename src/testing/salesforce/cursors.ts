import type { Millis } from '../../core/values/value.ts';
import { SalesforceFailure } from './failure.ts';
import type { Found } from './soql/query.ts';

/** Salesforce keeps a cursor for two days. */
const CURSOR_LIFE_MS = 2 * 86_400_000;
const PAGE_MAX = 2000;
const PAGE_MAX_LONG_TEXT = 1000;
const PAGE_MIN = 200;

export interface Cursors {
  /** The first page of what was found. `hint` is the batch size the caller asked for. */
  open(found: Found, base: string, hint: number | null): Record<string, unknown>;
  /** @throws SalesforceFailure INVALID_QUERY_LOCATOR. */
  next(locator: string, base: string): Record<string, unknown>;
}

/** @param pageSizeMax - Smaller pages than Salesforce sends, so that a test needs few records to see several. */
export function createCursors(now: () => Millis, pageSizeMax: number | undefined): Cursors {
  const open = new Map<string, { readonly found: Found; readonly size: number; readonly at: Millis }>();
  let opened = 0;

  const page = (id: string, found: Found, size: number, offset: number, base: string): Record<string, unknown> => {
    const records = found.records.slice(offset, offset + size).map((record) => found.row(record));
    const done = offset + size >= found.records.length;
    const more = done ? {} : { nextRecordsUrl: `${base}/query/${id}-${offset + size}` };
    return { totalSize: found.records.length, done, ...more, records };
  };

  return {
    open(found, base, hint) {
      if (found.countOnly) return { totalSize: found.records.length, done: true, records: [] };
      const natural = found.hasLongText ? PAGE_MAX_LONG_TEXT : PAGE_MAX;
      const asked = hint === null ? natural : Math.min(natural, Math.max(PAGE_MIN, hint));
      const size = Math.min(asked, pageSizeMax ?? asked);
      opened += 1;
      const id = `0r8Fk${String(opened).padStart(10, '0')}AAA`;
      if (found.records.length > size) open.set(id, { found, size, at: now() });
      return page(id, found, size, 0, base);
    },
    next(locator, base) {
      const [id = '', offset = ''] = locator.split('-');
      const cursor = open.get(id);
      const start = /^\d+$/.test(offset) ? Number(offset) : -1;
      if (cursor === undefined || start < 0 || start >= cursor.found.records.length || now() - cursor.at > CURSOR_LIFE_MS)
        throw new SalesforceFailure('INVALID_QUERY_LOCATOR', 'invalid query locator');
      return page(id, cursor.found, cursor.size, start, base);
    },
  };
}
