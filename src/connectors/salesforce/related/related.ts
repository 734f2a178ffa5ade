import { CrmSyncError, invariant } from '../../../errors.ts';
import type { Call } from '../../../ports/connector.ts';
import type { Related, RelatedQuery } from '../../../ports/related.ts';
import type { Context } from '../context.ts';
import { RELATED_BATCH_MAX } from '../limits.ts';
import { toId18 } from '../record-id.ts';
import { askTies } from './ask-ties.ts';
import { inOrder } from './in-order.ts';
import { planName, startOf, type UsableName } from './plan-name.ts';

/** Queries for which names share a request; one more tells which records are there. */
const TOGETHER = 4;

/** A task of a lead holds nothing else. Source: Object Reference, Task (`WhatId`). */
const LEAD = {
  code: 'lead_without_ties',
  remedy: 'Convert the lead in Salesforce: what is logged for a contact can be tied to an opportunity, a case or an account.',
} as const;
const NOT_THERE = {
  failed: true,
  code: 'record_not_found',
  remedy: 'The record was deleted, or the connected user may not see it: look the number up again.',
} as const;

/**
 * What records are tied to, each name by queries of its own for all records at once: requests grow with the names, never with
 * the records.
 *
 * Source: Object Reference, Task and OpportunityContactRole; SOQL and SOSL Reference, Using Relationship Queries.
 */
export async function* relatedRecords(context: Context, query: RelatedQuery, call: Call): AsyncGenerator<Related> {
  const { object, ids, to } = query;
  invariant(ids.length <= RELATED_BATCH_MAX, `at most ${RELATED_BATCH_MAX} records are asked for at once`);
  invariant(query.limit >= 1, 'at least one option is asked for');
  call.signal.throwIfAborted();
  if (ids.length === 0 || to.length === 0) return;
  const records = new Map(ids.map((id) => [id, toId18(id)]));
  if (object === 'Lead') for (const name of to) for (const of of ids) yield { of, to: name, options: [], because: LEAD };
  else if ([...records.values()].every((id) => id === null)) for (const name of to) yield* toAll(ids, name, NOT_THERE);
  else yield* relate(context, { ...query, records }, call, false);
}

interface Question extends RelatedQuery {
  /** The ids in the form that Salesforce gives them; null for a text that is none. */
  readonly records: ReadonlyMap<string, string | null>;
}

/** @param isAnew - What describe said was just asked for: a field that is hidden all the same stays an error. */
async function* relate(context: Context, query: Question, call: Call, isAnew: boolean): AsyncGenerator<Related> {
  const { object, ids, to, limit, records } = query;
  const start = await startOf(context, object, call);
  const usable: UsableName[] = [];
  for (const plan of await Promise.all(to.map((name) => planName(context, start, name, call))))
    if ('error' in plan) yield* toAll(ids, plan.name, failed(plan.error));
    else usable.push(plan);

  const known = [...new Set([...records.values()].filter((id) => id !== null))];
  const stale: string[] = [];
  for (const names of sharingRequests(usable)) {
    const { isThere, ties } = await askTies(context.client, { object, ids: known, names, limit: limit + 1, start }, call);
    for (const { name, tied } of ties) {
      if (!(tied instanceof CrmSyncError))
        for (const of of ids) {
          const id = records.get(of);
          yield { of, to: name, ...(id && isThere(id) ? inOrder(tied(id), limit) : NOT_THERE) };
        }
      else if (tied.code === 'field_not_visible' && !isAnew) stale.push(name);
      else yield* toAll(ids, name, failed(tied));
    }
  }
  if (stale.length === 0) return;
  context.describer.forget();
  yield* relate(context, { ...query, to: stale }, call, true);
}

type Failure = Extract<Related, { readonly failed: true }>;
type Failed = Pick<Failure, 'failed' | 'code' | 'remedy'>;

const failed = ({ code, remedy }: CrmSyncError): Failed => ({ failed: true, code, remedy });

function* toAll(ids: readonly string[], name: string, what: Failed): Generator<Related> {
  for (const of of ids) yield { of, to: name, ...what };
}

/** Names in groups whose queries fit together; one with more of them stands alone. */
function sharingRequests(names: readonly UsableName[]): readonly (readonly UsableName[])[] {
  const groups: { names: UsableName[]; queries: number }[] = [];
  for (const name of names) {
    const last = groups.at(-1);
    if (last && last.queries + name.ways.length <= TOGETHER) {
      last.names.push(name);
      last.queries += name.ways.length;
    } else groups.push({ names: [name], queries: name.ways.length });
  }
  return groups.map((group) => group.names);
}
