import { readAssociationName } from '../../../core/forms/association-name.ts';
import { CrmSyncError, type ErrorCategory, invariant } from '../../../errors.ts';
import type { Call } from '../../../ports/connector.ts';
import type { Related, RelatedQuery } from '../../../ports/related.ts';
import type { Context } from '../context.ts';
import { BATCH_MAX, RELATED_MAX } from '../limits.ts';
import { compareIds, type ObjectKind, objectKind, recordId } from '../objects.ts';
import { readAssociations, type Tie } from '../query/associated.ts';
import { batchRead } from '../query/batch-read.ts';
import type { WireRecord } from '../wire-record.ts';
import { asTheyCome } from './as-they-come.ts';
import { type Display, displayOf } from './display.ts';
import { optionsFrom } from './options-from.ts';

/** Most tied records of one record and name that are looked at: five batches. */
const TIED_MAX = 500;

/**
 * What records are tied to: a request for the ties of all of them under a name, and one for each hundred of the records that
 * they lead to. Ties are read as they are now; a search would know them later.
 *
 * Source: HubSpot developer docs, "Associations"; "Pipelines".
 */
export async function* readRelated(context: Context, { object, ids, to, limit }: RelatedQuery, call: Call): AsyncGenerator<Related> {
  invariant(ids.length <= RELATED_MAX, `at most ${RELATED_MAX} records are asked about at once`);
  call.signal.throwIfAborted();
  const asked = ids.filter((id) => recordId(id) === id);
  for (const of of ids.filter((id) => !asked.includes(id))) for (const name of to) yield { of, to: name, ...NO_RECORD };
  if (asked.length === 0) return;
  const from = objectKind(object);
  for await (const answers of asTheyCome(to.map((name) => underName(context, { from, ids: asked, name, limit }, call)))) yield* answers;
}

interface NameQuery {
  readonly from: ObjectKind;
  readonly ids: readonly string[];
  readonly name: string;
  readonly limit: number;
}

async function underName(context: Context, query: NameQuery, call: Call): Promise<readonly Related[]> {
  const { ids, name } = query;
  try {
    return await readName(context, query, call);
  } catch (error) {
    if (!(error instanceof CrmSyncError) || !ALONE.includes(error.category)) throw error;
    const { code, remedy } = error;
    return ids.map((of) => ({ of, to: name, failed: true, code, remedy }));
  }
}

/** What says something of a name, and nothing of the others. */
const ALONE: readonly ErrorCategory[] = ['validation', 'configuration', 'permission', 'not_found'];

async function readName(context: Context, { from, ids, name, limit }: NameQuery, call: Call): Promise<readonly Related[]> {
  const { object, label } = readAssociationName(name);
  const to = objectKind(object);
  const [display, typeIds] = await Promise.all([
    displayOf(context, object, call),
    label === null ? null : context.associationTypes.labelled(from.name, to.name, label, call),
  ]);
  const { ties } = await readAssociations(context.client, { from: from.name, to: to.name, ids }, call);
  const all = new Map([...ties].map(([of, each]) => [of, typeIds === null ? each : each.filter((tie) => isOneOf(tie, typeIds))]));
  const looked = new Map([...all].map(([of, each]) => [of, firstOf(each)]));
  const rows = await readRows(context, to, display, [...new Set([...looked.values()].flat().map(({ id }) => id))], call);
  return ids.map((of): Related => {
    const wanted = looked.get(of);
    if (wanted === undefined) return { of, to: name, ...NO_ANSWER };
    const { options, more } = optionsFrom(wanted, { rows, display, limit });
    return { of, to: name, options, ...((more || wanted.length < all.get(of)!.length) && { more: true }) };
  });
}

const isOneOf = ({ typeIds }: Tie, wanted: ReadonlySet<number>): boolean => typeIds.some((id) => wanted.has(id));

/** Of more than are looked at: the primary one, and those with the highest ids, which are the youngest more often than not. */
const firstOf = (ties: readonly Tie[]): readonly Tie[] =>
  ties.length <= TIED_MAX
    ? ties
    : ties.toSorted((a, b) => Number(b.primary) - Number(a.primary) || compareIds(b.id, a.id)).slice(0, TIED_MAX);

async function readRows(
  { client }: Context,
  { name }: ObjectKind,
  { properties }: Display,
  ids: readonly string[],
  call: Call,
): Promise<ReadonlyMap<string, WireRecord>> {
  const rows = new Map<string, WireRecord>();
  for (let start = 0; start < ids.length; start += BATCH_MAX) {
    const answer = await batchRead(client, { object: name, ids: ids.slice(start, start + BATCH_MAX), properties }, call);
    for (const row of answer.rows) rows.set(row.id, row);
  }
  return rows;
}

const NO_RECORD = {
  failed: true,
  code: 'invalid_record_id',
  remedy: 'Give the id of the record: digits only, as they stand in its URL in HubSpot.',
} as const;
const NO_ANSWER = {
  failed: true,
  code: 'record_not_readable',
  remedy: 'Check that the app may see the record and what it is tied to.',
} as const;
