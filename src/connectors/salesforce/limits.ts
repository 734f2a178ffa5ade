/** Records of one request. */
export const WRITE_BATCH_MAX = 200;
export const FETCH_BATCH_MAX = 200;
/** As many ids as a query has room for in its URL. */
export const RELATED_BATCH_MAX = 200;
/** From the start of `write` to its answer, whatever happens in between. */
export const WRITE_TIMEOUT_MS = 90_000;
/** Rows that Salesforce works on together. Source: Bulk API 2.0 limits, internal batches. */
export const BULK_WRITE_MAX = 10_000;
/** From the start of `writeBulk` to its answer, whatever happens in between. */
export const BULK_TIMEOUT_MS = 15 * 60_000;
export const ACTIVITY_LIMITS = { subjectMax: 255, bodyMax: 32_000 } as const;
/** What a lead becomes. */
export const CONVERTED_TO = 'Contact';
