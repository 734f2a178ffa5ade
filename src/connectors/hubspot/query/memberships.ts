import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import type { Call, Fetched } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { brokenAnswer } from '../errors.ts';
import { BATCH_MAX } from '../limits.ts';
import { LIST_MEMBERSHIPS } from '../paths.ts';
import type { Selection } from './selection.ts';

/** A deleted list would be taken for one without members: it is looked at again after so long, whenever members matter. */
const FRESH_MS = 60_000;

const text = lazy(() => z.union([z.string(), z.number()]).transform(String));
const membershipsAnswer = lazy(() =>
  z.object({
    results: z.array(z.object({ recordId: text(), recordListMemberships: z.array(z.object({ listId: text() })) })),
    errors: z
      .array(z.object({ context: z.record(z.string(), z.array(z.string()).catch([])).catch({}) }))
      .nullish()
      .catch(null),
  }),
);

/** @throws CrmSyncError where one of the lists can't be asked: before any record is read. Costs a request a list, once. */
export async function checkLists({ lists }: Context, selection: Pick<Selection, 'info' | 'lists'>, call: Call): Promise<void> {
  for (const { id } of selection.lists) await lists.typeOf(id, selection.info.kind, Number.POSITIVE_INFINITY, call);
}

/**
 * The records with whether each is on the lists that are asked for. A record that HubSpot can't tell it of is unreadable:
 * nobody is taken off a list by a failure.
 *
 * Source: HubSpot developer docs, "Lists" (memberships of records).
 */
export async function withMemberships(
  context: Context,
  { info, lists }: Selection,
  records: readonly Fetched[],
  call: Call,
): Promise<readonly Fetched[]> {
  const ids = records.filter(({ state }) => state === 'present').map(({ id }) => id);
  if (lists.length === 0 || ids.length === 0) return records;
  let objectTypeId = '';
  for (const { id } of lists) objectTypeId = await context.lists.typeOf(id, info.kind, FRESH_MS, call);
  const memberships = new Map<string, ReadonlySet<string>>();
  const failed = new Set<string>();
  for (let start = 0; start < ids.length; start += BATCH_MAX) {
    const inputs = ids.slice(start, start + BATCH_MAX).map((recordId) => ({ objectTypeId, recordId }));
    const answer = membershipsAnswer().safeParse((await context.client.read(LIST_MEMBERSHIPS, { body: { inputs } }, call)).body);
    if (!answer.success) throw brokenAnswer(`POST ${LIST_MEMBERSHIPS.operation}`);
    for (const { recordId, recordListMemberships } of answer.data.results)
      memberships.set(recordId, new Set(recordListMemberships.map(({ listId }) => listId)));
    for (const id of (answer.data.errors ?? []).flatMap((error) => Object.values(error.context).flat())) failed.add(id);
  }
  return records.map((record) => {
    if (record.state !== 'present') return record;
    if (failed.has(record.id)) return { id: record.id, state: 'unreadable', ...UNKNOWN };
    const of = memberships.get(record.id);
    return { ...record, values: { ...record.values, ...Object.fromEntries(lists.map(({ path, id }) => [path, of?.has(id) ?? false])) } };
  });
}

const UNKNOWN = {
  code: 'membership_unknown',
  remedy: 'HubSpot did not tell which lists the record is on: it is read again later.',
} as const;
