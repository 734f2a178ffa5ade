import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import { startOf } from '../../../http/answers.ts';
import type { Call } from '../../../ports/connector.ts';
import type { Client } from '../client.ts';
import { brokenAnswer } from '../errors.ts';
import { recordId } from '../objects.ts';
import { associationsOf } from '../paths.ts';
import { wirePaging } from '../wire-record.ts';

/** Most records of one request. Source: HubSpot developer docs, "Associations". */
const INPUTS_MAX = 1_000;

const text = lazy(() => z.union([z.string(), z.number()]).transform(String));
const associationsAnswer = lazy(() =>
  z.object({
    results: z.array(
      z.object({
        from: z.object({ id: text() }),
        to: z.array(
          z.object({
            toObjectId: text(),
            associationTypes: z
              .array(z.object({ category: z.string().nullish(), typeId: z.number(), label: z.string().nullish() }))
              .catch([]),
          }),
        ),
        paging: wirePaging().optional(),
      }),
    ),
    errors: z
      .array(
        z.object({
          category: z.string().nullish().catch(null),
          subCategory: z.unknown().optional(),
          context: z.record(z.string(), z.array(z.string()).catch([])).catch({}),
        }),
      )
      .nullish()
      .catch(null),
  }),
);

/** A record that another one is associated with. */
export interface Tie {
  readonly id: string;
  /** The one that HubSpot itself shows first. */
  readonly primary: boolean;
  /** Associated without a label. */
  readonly plain: boolean;
  /** Numbers of the types of association, labels included. */
  readonly typeIds: readonly number[];
}

export interface Associations {
  /** By record. */
  readonly ties: ReadonlyMap<string, readonly Tie[]>;
  /** The CRM's clock when the first request started, in ms; 0 where it does not say. */
  readonly startedAt: number;
}

interface AssociationsQuery {
  readonly from: string;
  readonly to: string;
  readonly ids: readonly string[];
}

/**
 * What each record is associated with, as it is now: unlike a search, this knows no lag. A record without associations
 * has none; one that could not be asked about is not in the map.
 */
export async function readAssociations(client: Client, { from, to, ids }: AssociationsQuery, call: Call): Promise<Associations> {
  const ties = new Map<string, Tie[]>(ids.map((id) => [id, []]));
  const resource = associationsOf(from, to, 'batch', 'read');
  let startedAt = Number.POSITIVE_INFINITY;
  let left: readonly { readonly id: string; readonly after?: string }[] = ids.map((id) => ({ id }));
  // Bound: each request answers for its inputs; an input comes again only with the place of its next page.
  while (left.length > 0) {
    const inputs = left.slice(0, INPUTS_MAX);
    const { body, ...times } = await client.read(resource, { body: { inputs } }, call);
    const answer = associationsAnswer().safeParse(body);
    startedAt = Math.min(startedAt, startOf(times) ?? 0);
    if (!answer.success) throw brokenAnswer(`POST ${resource.operation}`);
    const { results, errors } = answer.data;
    for (const result of results) {
      const known = ties.get(result.from.id);
      for (const { toObjectId, associationTypes } of result.to) {
        const id = recordId(toObjectId);
        if (id !== null && known?.every((tie) => tie.id !== id)) known.push(tieOf(id, from, associationTypes));
      }
    }
    for (const { category, subCategory, context } of errors ?? []) {
      if (isNone(category, subCategory)) continue;
      for (const id of Object.values(context).flat()) ties.delete(id);
    }
    const next = results.flatMap(({ from: { id }, paging }) => (paging ? [{ id, after: paging }] : []));
    left = [...left.slice(INPUTS_MAX), ...next];
  }
  return { ties, startedAt };
}

/** The type of the primary company. Source: HubSpot developer docs, "Associations", association type ids. */
const PRIMARY: Readonly<Record<string, number>> = { contacts: 1, deals: 5, tickets: 26 };

type WireTypes = readonly {
  readonly category?: string | null | undefined;
  readonly typeId: number;
  readonly label?: string | null | undefined;
}[];

const tieOf = (id: string, from: string, types: WireTypes): Tie => ({
  id,
  primary: types.some(({ category, typeId, label }) => category === 'HUBSPOT_DEFINED' && (typeId === PRIMARY[from] || label === 'Primary')),
  plain: types.some(({ label }) => label === null || label === undefined),
  typeIds: types.map(({ typeId }) => typeId),
});

/** A record without associations is answered as if it were an error. */
const isNone = (category: string | null | undefined, subCategory: unknown): boolean =>
  [category, subCategory].some((each) => typeof each === 'string' && each.includes('NO_ASSOCIATIONS_FOUND'));
