import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import { startOf } from '../../../http/answers.ts';
import type { Call } from '../../../ports/connector.ts';
import type { Client } from '../client.ts';
import { brokenAnswer } from '../errors.ts';
import { compareIds } from '../objects.ts';
import { objectsOf } from '../paths.ts';
import { type WireRecord, wirePaging, wireRecord } from '../wire-record.ts';

/** Source: HubSpot developer docs, "Search the CRM": records of a page, groups, filters of a group, filters in all. */
export const PAGE_MAX = 200;
export const GROUPS_MAX = 5;
export const FILTERS_MAX = 6;
export const FILTERS_TOTAL_MAX = 18;
/** A body of more than 3,000 characters is refused; the rest is for what each page adds, the id from which it starts to each group. */
export const GROUPS_LENGTH_MAX = 2_400;

/** How late a change may be found by a search. HubSpot names no bound; about 30 seconds were seen. */
export const INDEX_LAG_MS = 120_000;

export interface SearchFilter {
  readonly propertyName: string;
  readonly operator: 'EQ' | 'NEQ' | 'LT' | 'LTE' | 'GT' | 'GTE' | 'IN' | 'NOT_IN' | 'HAS_PROPERTY' | 'NOT_HAS_PROPERTY';
  readonly value?: string;
  readonly values?: readonly string[];
}
/** All of these. */
export type FilterGroup = readonly SearchFilter[];

export interface SearchQuery {
  readonly object: string;
  /** Any of these; none: every record. */
  readonly groups: readonly FilterGroup[];
  readonly properties?: readonly string[];
  readonly afterId: string | null;
  readonly limit?: number;
}
export interface SearchPage {
  readonly rows: readonly WireRecord[];
  readonly done: boolean;
  /** The CRM's clock when the search started, in ms; null where it does not say. */
  readonly startedAt: number | null;
}

const searchAnswer = lazy(() =>
  z.object({ total: z.number().nullish().catch(null), results: z.array(wireRecord()), paging: wirePaging() }),
);

/**
 * A page of records in the order of their ids, from an id on. Never by offset: a search gives 10,000 records at most, and
 * records that leave it while it is paged through would push others over the edge of a page.
 */
export async function searchPage(
  client: Client,
  { object, groups, properties = [], afterId, limit = PAGE_MAX }: SearchQuery,
  call: Call,
): Promise<SearchPage> {
  const resource = objectsOf(object, 'search');
  const after: FilterGroup = afterId === null ? [] : [{ propertyName: 'hs_object_id', operator: 'GT', value: afterId }];
  const filterGroups = (groups.length === 0 ? [[]] : groups).map((group) => ({ filters: [...group, ...after] }));
  const body = {
    filterGroups: filterGroups.filter(({ filters }) => filters.length > 0),
    sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
    properties: ['hs_object_id', ...properties],
    limit,
  };
  const answer = await client.read(resource, { body, search: true }, call);
  const parsed = searchAnswer().safeParse(answer.body);
  if (!parsed.success || !ascends(afterId, parsed.data.results)) throw brokenAnswer(`POST ${resource.operation}`);
  const { results, total, paging } = parsed.data;
  const done = results.length === 0 || (paging === null && (total ?? 0) <= results.length);
  return { rows: results, done, startedAt: startOf(answer) };
}

/** Every record of a search that is known to be small, and when it started. */
export async function searchAll(
  client: Client,
  query: Omit<SearchQuery, 'afterId' | 'limit'>,
  call: Call,
): Promise<{ readonly rows: readonly WireRecord[]; readonly startedAt: number | null }> {
  const rows: WireRecord[] = [];
  let first: SearchPage | null = null;
  // Bound: every page goes on behind its last id, and the result is finite.
  for (;;) {
    const page: SearchPage = await searchPage(client, { ...query, afterId: rows.at(-1)?.id ?? null }, call);
    first ??= page;
    rows.push(...page.rows);
    if (page.done) return { rows, startedAt: first.startedAt };
  }
}

/** Going on behind the last id would skip records if they came in another order. */
function ascends(afterId: string | null, rows: readonly WireRecord[]): boolean {
  const ids = [...(afterId === null ? [] : [afterId]), ...rows.map(({ id }) => id)];
  return ids.every((id, index) => index === 0 || compareIds(ids[index - 1]!, id) < 0);
}
