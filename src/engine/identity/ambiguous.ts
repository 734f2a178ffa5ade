import type { LinkState } from '../../core/link/link.ts';
import type { MatchValues } from '../../core/sync/plan-types.ts';
import type { LoadQuery, Row } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import { hasAnyKey } from '../match-keys.ts';
import { type Waiting, waitingOf } from './waiting.ts';

/** A record that waits until somebody decides, or a match key is corrected. Holds values: for people who may see contacts. */
export interface Ambiguity {
  /** To go on after, in `ambiguous({ after })`. */
  readonly id: string;
  readonly object: string;
  readonly recordId: string;
  /**
   * `ambiguous`: nobody can say whose record it is. `match_key_taken`: it is `contactId`'s, whose new match key another
   * contact has; the contact keeps its old one until then.
   */
  readonly reason: Waiting['reason'];
  readonly contactId: string | null;
  /** By contact field: what it waits for. */
  readonly keys: MatchValues;
  /** Every contact that has one of these keys now, with its records of the object. */
  readonly candidates: readonly Candidate[];
  /** ISO 8601 UTC. */
  readonly since: string;
}

interface Candidate {
  readonly contactId: string;
  readonly records: readonly { readonly recordId: string | null; readonly state: LinkState }[];
}

/** A page of them, in the order of their ids. */
export async function ambiguous(
  context: Context,
  { after = '', limit = 100 }: { readonly after?: string | null; readonly limit?: number } = {},
): Promise<readonly Ambiguity[]> {
  const notes = await context.store.entries({ scope: 'connection', kind: KIND.waiting, after: after ?? '', limit });
  const found = notes.map((note) => ({ id: note.key, ...waitingOf(note) }));
  const rows = await holders(
    context,
    found.map(({ keys }) => keys),
  );
  return found.map(({ since, candidates: _, ...waiting }) => ({
    ...waiting,
    candidates: rows
      .filter((row) => hasAnyKey(context.schema.entity, row.fields, waiting.keys))
      .map((row) => candidateOf(row, waiting.object)),
    since: new Date(since).toISOString(),
  }));
}

/** Contacts that have any of these keys, each once. */
async function holders(context: Context, keys: readonly MatchValues[]): Promise<readonly Row[]> {
  const rows = new Map<string, Row>();
  for (const field of new Set(keys.flatMap((one) => Object.keys(one)))) {
    const values = [...new Set(keys.flatMap((one) => one[field] ?? []))];
    const query: LoadQuery = { keys: { entity: context.schema.entity, field, values } };
    for (const row of await context.store.load(query)) rows.set(row.id, row);
  }
  return [...rows.values()];
}

const candidateOf = ({ id, links }: Row, object: string): Candidate => ({
  contactId: id,
  records: links.filter((link) => link.object === object).map(({ recordId, state }) => ({ recordId, state })),
});
