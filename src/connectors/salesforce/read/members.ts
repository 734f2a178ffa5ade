import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import type { Json } from '../../../core/values/value.ts';
import type { Call } from '../../../ports/connector.ts';
import type { Members, MembersQuery } from '../../../ports/members.ts';
import type { Context } from '../context.ts';
import { campaignOf, membersOf } from '../query/campaigns.ts';
import { queryRows } from '../query/query.ts';
import { type QueryOutcome, queryTogether } from '../query/several.ts';
import { instantLiteral } from '../query/soql.ts';
import { toId18 } from '../record-id.ts';

/** How many members there were, and the CRM's time at which they were asked for. */
const mark = lazy(() => z.strictObject({ version: z.literal(1), members: z.number(), at: z.iso.datetime() }));
type Mark = z.infer<ReturnType<typeof mark>>;

/**
 * Who is in a campaign. A member that is removed leaves no trace, so all of them are read, 2,000 to a request, wherever their
 * number has changed or one of them since the last time; else one request tells that all are as they were.
 *
 * @returns Null for a path of no campaign.
 * @throws CrmSyncError `campaign_not_found`, `object_without_campaigns`, `object_not_visible`.
 */
export async function readMembers(context: Context, { object, path, known }: MembersQuery, call: Call): Promise<Members | null> {
  const campaign = campaignOf(path);
  if (campaign === null) return null;
  const { lookup } = await membersOf(context.describer, await context.describer.object(object, call), call);
  const members = `FROM CampaignMember WHERE CampaignId = '${campaign}' AND ${lookup} != null`;
  const before = mark().safeParse(known).data ?? null;
  if (before !== null && (await isAsBefore(context, { campaign, members, before }, call))) return { ids: null, known: before };
  const { rows, startedAt } = await queryRows(context.client, { soql: `SELECT ${lookup} ${members}`, deletedToo: false }, call);
  await context.campaigns.check([campaign], 0, call); // last: one that was deleted meanwhile has given no members, or only some
  const ids = [...new Set(rows.flatMap((row) => toId18(row[lookup]) ?? []))];
  return { ids, known: markOf(rows.length, startedAt) };
}

/** Nothing was changed since, late commits included, and as many are there: nobody came, so nobody has left. */
async function isAsBefore(
  { client, overlapMs }: Context,
  { campaign, members, before }: { readonly campaign: string; readonly members: string; readonly before: Mark },
  call: Call,
): Promise<boolean> {
  const since = instantLiteral(Date.parse(before.at) - overlapMs);
  const counts = [`${members}`, `${members} AND SystemModstamp >= ${since}`, `FROM Campaign WHERE Id = '${campaign}'`];
  const outcomes = await queryTogether(
    client,
    counts.map((from) => `SELECT COUNT() ${from}`),
    call,
  );
  const [all, changed, campaigns] = outcomes.map(totalOf);
  return all === before.members && changed === 0 && campaigns === 1;
}

function totalOf(outcome: QueryOutcome): number {
  if ('error' in outcome) throw outcome.error;
  return outcome.total;
}

/** Without a time nobody can say what has changed since: the next answer has everybody again. */
const markOf = (members: number, startedAt: number | null): Json =>
  startedAt === null ? null : { version: 1, members, at: new Date(startedAt).toISOString() };
