import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import { startOf } from '../../../http/answers.ts';
import type { Call } from '../../../ports/connector.ts';
import type { Client } from '../client.ts';
import { brokenAnswer } from '../errors.ts';
import type { WireRow } from './field-path.ts';

const queryAnswer = lazy(() =>
  z.object({
    records: z.array(z.record(z.string(), z.unknown())),
    done: z.boolean(),
    nextRecordsUrl: z.string().nullish(),
  }),
);

export interface QueryPage {
  readonly rows: readonly WireRow[];
  /** The whole result has been given. */
  readonly done: boolean;
  /** The engine's clock before the query was sent: the rows of every page may be as old as that. */
  readonly requestedAt: number;
  /** The CRM's clock when the query started, in ms; null where it does not say. */
  readonly startedAt: number | null;
}

/** Most rows of a page; a hint, pages may be shorter. Source: REST API guide, Query Options Header. */
const HEADERS = { 'sforce-query-options': 'batchSize=2000' };

/**
 * The pages of a query through its cursor, at least one. Only Salesforce's own word ends it, never a short page.
 *
 * @throws CrmSyncError code `query_cursor_expired` between two pages.
 */
export async function* queryPages(client: Client, query: { soql: string; deletedToo: boolean }, call: Call): AsyncGenerator<QueryPage> {
  const resource = query.deletedToo ? '/queryAll' : '/query';
  const requestedAt = call.now();
  let answer = await client.read({ path: resource, query: { q: query.soql }, headers: HEADERS, operation: resource }, call);
  const times = { requestedAt, startedAt: startOf(answer) };
  // Bound: the result is finite, and every page names the next one.
  for (;;) {
    const page = queryAnswer().safeParse(answer.body);
    if (!page.success || (!page.data.done && !page.data.nextRecordsUrl)) throw brokenAnswer(`GET ${resource}`);
    const { records, done, nextRecordsUrl } = page.data;
    yield { rows: records, done, ...times };
    if (done || !nextRecordsUrl) return;
    answer = await client.read({ path: nextRecordsUrl, fromRoot: true, headers: HEADERS, operation: `${resource}/{cursor}` }, call);
  }
}

/** All rows of a query whose result is known to be small. */
export async function queryRows(
  client: Client,
  query: { soql: string; deletedToo: boolean },
  call: Call,
): Promise<{ readonly rows: readonly WireRow[]; readonly startedAt: number | null }> {
  const rows: WireRow[] = [];
  let startedAt: number | null = null;
  for await (const page of queryPages(client, query, call)) {
    rows.push(...page.rows);
    startedAt = page.startedAt;
  }
  return { rows, startedAt };
}
