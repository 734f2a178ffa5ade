import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import type { Call } from '../../../ports/connector.ts';
import type { Members, MembersQuery } from '../../../ports/members.ts';
import type { Context } from '../context.ts';
import { brokenAnswer } from '../errors.ts';
import { unlessNotFound } from '../lists.ts';
import { membersOf } from '../paths.ts';
import { listOf } from '../query/selection.ts';
import { listMark } from './checkpoint.ts';
import { walkList } from './list-joins.ts';

/** A list of more members is compared by full reads alone: it takes a request for each 250 of them. */
const MEMBERS_MAX = 50_000;

/** How many there were, the CRM's time at which they were asked for, and where the walk through them ended. */
const known = lazy(() => z.strictObject({ version: z.literal(1), total: z.number(), at: z.iso.datetime(), mark: listMark().nullable() }));
type Known = z.infer<ReturnType<typeof known>>;

const sizeAnswer = lazy(() => z.object({ total: z.number() }));

/**
 * Who is on a list. Who leaves is in no answer of HubSpot's, so all members are read wherever their number has changed or
 * somebody joined since the last time; else two or three requests tell that all are as they were.
 *
 * Source: HubSpot developer docs, "Lists" (memberships, in the order of joining).
 *
 * @returns Null for a path of no list.
 * @throws CrmSyncError `list_not_found`, `list_of_other_object`, `missing_scopes`.
 */
export async function readMembers(context: Context, { object, path, known: before }: MembersQuery, call: Call): Promise<Members | null> {
  const list = listOf(path);
  if (list === null) return null;
  const { kind } = await context.describer.object(object, call);
  await context.lists.typeOf(list, kind, Number.POSITIVE_INFINITY, call);
  const total = await sizeOf(context, list, call);
  const last = known().safeParse(before).data ?? null;
  if (total > MEMBERS_MAX) return { ids: null, known: null };
  if (last !== null && total === last.total && (await nobodyJoined(context, list, last, call))) return { ids: null, known: last };
  const { joined, mark, startedAt } = await walkList(context, { id: list, mark: undefined, since: Number.NEGATIVE_INFINITY }, call);
  await context.lists.typeOf(list, kind, 0, call); // last: one that was deleted meanwhile has given some of them
  return { ids: joined, known: startedAt === null ? null : { version: 1, total, at: new Date(startedAt).toISOString(), mark } };
}

async function nobodyJoined(context: Context, id: string, { at, mark }: Known, call: Call): Promise<boolean> {
  const walk = { id, mark: mark ?? undefined, since: Date.parse(at) - context.overlapMs };
  return (await walkList(context, walk, call)).joined.length === 0;
}

async function sizeOf({ client }: Context, list: string, call: Call): Promise<number> {
  const resource = membersOf(list);
  const { body } = await unlessNotFound(list, () => client.read(resource, { query: { limit: '1' } }, call));
  const answer = sizeAnswer().safeParse(body);
  if (!answer.success) throw brokenAnswer(`GET ${resource.operation}`);
  return answer.data.total;
}
