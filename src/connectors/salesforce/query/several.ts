import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import type { CrmSyncError } from '../../../errors.ts';
import { jsonOf } from '../../../http/answers.ts';
import type { Call } from '../../../ports/connector.ts';
import type { Client } from '../client.ts';
import { brokenAnswer, salesforceError } from '../errors.ts';
import type { WireRow } from './field-path.ts';

/** Most queries of one composite request. */
const QUERIES_MAX = 5;
const OPERATION = '/composite';

const answer = lazy(() => z.object({ compositeResponse: z.array(z.object({ httpStatusCode: z.number(), body: z.unknown() })) }));
const result = lazy(() =>
  z.object({
    totalSize: z.number(),
    records: z.array(z.record(z.string(), z.unknown())),
    done: z.boolean(),
    nextRecordsUrl: z.string().nullish(),
  }),
);

/** What became of one of several queries. */
export type QueryOutcome = { readonly rows: readonly WireRow[]; readonly total: number } | { readonly error: CrmSyncError };

/**
 * Several small queries at once: five of them are one request, and one call of the account's limit. One that Salesforce refuses
 * fails alone.
 *
 * Source: REST API Developer Guide, Composite.
 *
 * @throws CrmSyncError where nobody can tell, and where the refusal of one is that of all: a limit, a lost session.
 */
export async function queryTogether(client: Client, queries: readonly string[], call: Call): Promise<readonly QueryOutcome[]> {
  const outcomes: QueryOutcome[] = [];
  for (let start = 0; start < queries.length; start += QUERIES_MAX)
    outcomes.push(...(await queryOnce(client, queries.slice(start, start + QUERIES_MAX), call)));
  return outcomes;
}

async function queryOnce(client: Client, queries: readonly string[], call: Call): Promise<readonly QueryOutcome[]> {
  const compositeRequest = queries.map((q, index) => ({
    method: 'GET',
    url: `${client.root}/query?${new URLSearchParams({ q })}`,
    referenceId: `q${index}`,
  }));
  const body = { allOrNone: false, compositeRequest };
  const { text, headers } = await client.repeat({ method: 'POST', path: '/composite', operation: OPERATION, body }, call);
  const read = answer().safeParse(jsonOf(text));
  if (!read.success || read.data.compositeResponse.length !== queries.length) throw brokenAnswer(`POST ${OPERATION}`);
  return Promise.all(
    read.data.compositeResponse.map(async ({ httpStatusCode: status, body: one }): Promise<QueryOutcome> => {
      const counted = status === 200 ? result().safeParse(one) : null;
      if (counted !== null) return { rows: await rowsOf(client, one, call), total: counted.data?.totalSize ?? 0 };
      const error = salesforceError({ status, body: JSON.stringify(one ?? null), headers }, 'GET /query');
      if (error.retryable || error.category === 'authentication' || error.category === 'rate_limit') throw error;
      return { error };
    }),
  );
}

/**
 * All rows of a result, of a query or of a subquery: null is none.
 *
 * @throws CrmSyncError where a page of it can't be had.
 */
export async function rowsOf(client: Client, first: unknown, call: Call): Promise<readonly WireRow[]> {
  const rows: WireRow[] = [];
  // Bound: the result is finite, and every page names the next one.
  for (let page = first; page !== null; ) {
    const { data } = result().safeParse(page);
    if (!data || (!data.done && !data.nextRecordsUrl)) throw brokenAnswer('GET /query');
    rows.push(...data.records);
    if (data.done || !data.nextRecordsUrl) break;
    page = (await client.read({ path: data.nextRecordsUrl, fromRoot: true, operation: '/query/{cursor}' }, call)).body;
  }
  return rows;
}
