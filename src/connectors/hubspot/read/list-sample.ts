import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import type { Filter } from '../../../core/mapping/filter.ts';
import { startOf } from '../../../http/answers.ts';
import type { Call, Page } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { brokenAnswer } from '../errors.ts';
import { unlessNotFound } from '../lists.ts';
import { recordId } from '../objects.ts';
import { membersOf } from '../paths.ts';
import { readByIds } from '../query/read-by-id.ts';
import type { ListPath, Selection } from '../query/selection.ts';
import { advance, finish, startOfAll } from './checkpoint.ts';

/** Most members of a page. Source: HubSpot developer docs, "Lists". */
const PAGE_MAX = 250;
const membersAnswer = lazy(() => z.object({ results: z.array(z.object({ recordId: z.unknown() })) }));

/** The list that every record of the filter is on; null: there is none. */
export function listOfAll(filter: Filter | null, lists: readonly ListPath[]): ListPath | null {
  if (filter === null) return null;
  if ('all' in filter) return filter.all.map((part) => listOfAll(part, lists)).find((list) => list !== null) ?? null;
  return 'eq' in filter && filter.eq === true ? (lists.find(({ path }) => path === filter.field) ?? null) : null;
}

/** A few members of a list: among the first records of a large portal there may be none of them. */
export async function sampleOfList(
  context: Context,
  selection: Selection,
  { list, limit }: { readonly list: string; readonly limit: number },
  call: Call,
): Promise<Page> {
  const requestedAt = call.now();
  const resource = membersOf(list);
  const query = { limit: String(Math.min(limit, PAGE_MAX)) };
  const answer = await unlessNotFound(list, () => context.client.read(resource, { query }, call));
  const members = membersAnswer().safeParse(answer.body);
  if (!members.success) throw brokenAnswer(`GET ${resource.operation}`);
  const ids = members.data.results.flatMap((member) => recordId(member.recordId) ?? []).slice(0, limit);
  const { records } = await readByIds(context, selection, ids, call);
  return { records, requestedAt, checkpoint: finish(advance(startOfAll('search'), startOf(answer), null), context.lagMs), last: true };
}
