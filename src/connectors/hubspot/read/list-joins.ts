import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import { startOf } from '../../../http/answers.ts';
import type { Call, Page } from '../../../ports/connector.ts';
import { toInstant } from '../codec.ts';
import type { Context } from '../context.ts';
import { brokenAnswer } from '../errors.ts';
import { BATCH_MAX } from '../limits.ts';
import { unlessNotFound } from '../lists.ts';
import { compareIds, recordId } from '../objects.ts';
import { orNothing } from '../optional.ts';
import { joinOrderOf } from '../paths.ts';
import { readByIds } from '../query/read-by-id.ts';
import type { Selection } from '../query/selection.ts';
import { wirePaging } from '../wire-record.ts';
import { type ChangesCheckpoint, type ListMark, lowestStamp, MARK } from './checkpoint.ts';

/** Most members of a page. Source: HubSpot developer docs, "Lists". */
const PAGE_MAX = '250';

const joinsAnswer = lazy(() =>
  z.object({
    results: z.array(z.object({ recordId: z.unknown(), membershipTimestamp: z.unknown().optional() })),
    paging: wirePaging(),
  }),
);

/**
 * The records that have come on one of the lists that are asked for, which moves no stamp of theirs: by id, from a walk
 * through the members in the order they joined. One that has left a list is not found so: a comparison
 * of all members finds it (`readMembers`), a full read, or its own next change.
 *
 * @returns The position behind them, from where the next walk begins near the end of each list.
 */
export async function* recordsThatJoined(
  context: Context,
  selection: Selection,
  start: ChangesCheckpoint,
  call: Call,
): AsyncGenerator<Page, ChangesCheckpoint> {
  if (selection.lists.length === 0) return start;
  const since = lowestStamp(start, context.overlapMs);
  const joined = new Set<string>();
  const marks: Record<string, ListMark> = {};
  for (const { id } of selection.lists) {
    const walk = await walkList(context, { id, mark: start.marks?.[id], since }, call);
    for (const each of walk.joined) joined.add(each);
    if (walk.mark) marks[id] = walk.mark;
  }
  const behind = start.joined?.recordAfterId ?? null;
  const left = [...joined].filter((id) => behind === null || compareIds(id, behind) > 0).sort(compareIds);
  for (let from = 0; from < left.length; from += BATCH_MAX) {
    const part = left.slice(from, from + BATCH_MAX);
    const requestedAt = call.now();
    const { records, merged } = await readByIds(context, selection, part, call);
    // The marks stay as they are until the end: a read that goes on here walks the same way again.
    yield {
      records: [...records, ...merged],
      requestedAt,
      checkpoint: { ...start, joined: { recordAfterId: part.at(-1)! } },
      last: false,
    };
  }
  return { ...start, marks };
}

interface Walk {
  readonly id: string;
  /** Where the last walk ended. */
  readonly mark: ListMark | undefined;
  readonly since: number;
}

/**
 * Members who joined since. A mark is only a short cut, since nobody says what HubSpot's cursor stands for: it counts while
 * the page behind it begins with the member that it began with, and only where members come in the order of their times.
 */
export async function walkList(
  context: Context,
  { id, mark, since }: Walk,
  call: Call,
): Promise<{ readonly joined: readonly string[]; readonly mark: ListMark | null; readonly startedAt: number | null }> {
  const marked = mark === undefined ? null : await orNothing(() => pageOf(context, id, mark.after, call));
  const holds = marked !== null && marked.members[0]?.id === mark?.first;
  let after = holds && mark ? mark.after : null;
  let page = holds && marked ? marked : await pageOf(context, id, null, call);
  const { startedAt } = page;
  const joined: string[] = [];
  let ordered = true;
  let latest = Number.NEGATIVE_INFINITY;
  // Bound: every page names another place to go on from.
  for (;;) {
    for (const member of page.members) {
      if (!(member.at < since)) joined.push(member.id);
      ordered &&= member.at >= latest;
      latest = member.at;
    }
    const [first] = page.members;
    const { next } = page;
    if (next === null)
      return { joined, mark: ordered && first && after !== null && MARK.test(after) ? { after, first: first.id } : null, startedAt };
    if (next === after) throw brokenAnswer(`GET ${joinOrderOf(id).operation}`);
    after = next;
    page = await pageOf(context, id, after, call);
  }
}

interface JoinPage {
  /** `at`: when it joined, in ms; NaN where that can't be read, which counts as just now. */
  readonly members: readonly { readonly id: string; readonly at: number }[];
  readonly next: string | null;
  /** The CRM's clock when its request started, in ms; null where it does not say. */
  readonly startedAt: number | null;
}

async function pageOf({ client }: Context, list: string, after: string | null, call: Call): Promise<JoinPage> {
  const resource = joinOrderOf(list);
  const query: Record<string, string> = { limit: PAGE_MAX, ...(after === null ? {} : { after }) };
  const read = await unlessNotFound(list, () => client.read(resource, { query }, call));
  const answer = joinsAnswer().safeParse(read.body);
  if (!answer.success) throw brokenAnswer(`GET ${resource.operation}`);
  const members = answer.data.results.flatMap(({ recordId: raw, membershipTimestamp }) => {
    const id = recordId(raw);
    return id === null ? [] : [{ id, at: Date.parse(toInstant(membershipTimestamp) ?? '') }];
  });
  return { members, next: answer.data.paging, startedAt: startOf(read) };
}
