import * as z from 'zod';
import type { Call, Page } from '../../ports/connector.ts';
import { BATCH_MAX } from './batch-read.ts';
import type { ListCheckpoint } from './checkpoint.ts';
import type { Context } from './context.ts';
import { brokenAnswer } from './errors.ts';
import { orNothing } from './optional.ts';
import { objectsOf } from './paths.ts';
import type { Selection } from './selection.ts';
import { wirePaging, wireRecord } from './wire-record.ts';

const archivedAnswer = z.object({ results: z.array(wireRecord), paging: wirePaging });

/**
 * The records in the bin, which a list of the others, a search and every stamp leave out: the end of a read of everything.
 * Those that were merged away have been told before, with the records that took them in.
 *
 * Source: HubSpot developer docs, "Using object APIs" (`archived`).
 */
export async function* archivedRecords(context: Context, { info }: Selection, start: ListCheckpoint, call: Call): AsyncGenerator<Page> {
  const resource = objectsOf(info.kind.name);
  let { after } = start;
  // Bound: every page names another place to go on from.
  for (;;) {
    const query = { limit: String(BATCH_MAX), archived: 'true', properties: 'hs_object_id', ...(after === null ? {} : { after }) };
    const requestedAt = call.now();
    const answer = await orNothing(() => context.client.read(resource, { query }, call));
    if (answer === null) return; // HubSpot keeps no bin for this object
    const page = archivedAnswer.safeParse(answer.body);
    if (!page.success || (page.data.paging !== null && page.data.paging === after)) throw brokenAnswer(`GET ${resource.operation}`);
    const deleted = page.data.results.filter(({ archived }) => archived === true);
    after = page.data.paging;
    const checkpoint = { ...start, after: after ?? start.after, archived: true as const };
    if (deleted.length > 0) yield { records: deleted.map(({ id }) => ({ id, state: 'deleted' })), requestedAt, checkpoint, last: false };
    if (after === null) return;
  }
}
