import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import type { Json } from '../../../core/values/value.ts';
import { toId18 } from '../record-id.ts';

const recordId = lazy(() => z.string().refine((id) => toId18(id) === id));
const bulkPosition = lazy(() =>
  z.strictObject({
    version: z.literal(1),
    mode: z.literal('bulk'),
    job: recordId(),
    startedAt: z.iso.datetime().nullable(),
    locator: z.string().nullable(),
    rows: z.int().positive(),
    done: z.int().nonnegative(),
    lastId: recordId().nullable(),
  }),
);

/**
 * Where a first read by a query job goes on. `startedAt`: the CRM's clock before the job was made, ISO 8601 UTC, null
 * where it did not say. `locator`: the page of results, null for the first; `rows`: how many it may have. `done`: how many
 * of its rows were given, and `lastId` the last of them.
 */
export type BulkPosition = z.infer<ReturnType<typeof bulkPosition>>;

/** Null for every other checkpoint. */
export function bulkPositionOf(json: Json | null): BulkPosition | null {
  const parsed = bulkPosition().safeParse(json);
  return parsed.success ? parsed.data : null;
}
