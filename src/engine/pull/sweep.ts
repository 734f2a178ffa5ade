import { isLive, type LinkState } from '../../core/link/link.ts';
import { filterFields, matchesFilter } from '../../core/mapping/filter.ts';
import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import { readPath } from '../../core/values/paths.ts';
import type { Fetched } from '../../ports/connector.ts';
import type { EntryChange, Row } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { KIND } from '../kinds.ts';
import { recheckEntry } from '../recheck.ts';

/** Contact id to go on after; null: from the first one. */
export const sweepFrom = (object: string, after: string | null): EntryChange => ({
  scope: 'connection',
  kind: KIND.sweep,
  key: object,
  expected: 'any',
  put: { body: { after } },
});

/** Where the verification of links goes on; undefined: none is under way. */
export async function sweepPosition(context: Context, object: string): Promise<{ readonly after: string | null } | undefined> {
  const [entry] = await context.store.entries({ scope: 'connection', kind: KIND.sweep, keys: [object], limit: 1 });
  return entry?.body as { readonly after: string | null } | undefined;
}

interface SweepPage {
  /** Records of live links, to be fetched by id. */
  readonly recordIds: readonly string[];
  /** What the filter of the mapping looks at: nothing where it has none. */
  readonly fields: readonly string[];
  /** By record: what its link says of it. Not of contacts that were removed, to which nothing happens. */
  readonly states: ReadonlyMap<string, LinkState>;
  /** Once they are applied; `null` closes the sweep. */
  readonly next: EntryChange;
  readonly last: boolean;
}

/** The next links to verify, in the order of their contacts. */
export async function sweepPage(
  context: Context,
  { crmObject: object, entity, filter }: CompiledMapping,
  after: string | null,
): Promise<SweepPage> {
  const limit = context.connector.capabilities.fetchBatchMax;
  const rows = await context.store.scan({ entity, object, want: 'linked', plan: '', now: 0, after, limit });
  const linksOf = ({ links }: Row) => links.filter((link) => link.object === object && isLive(link.state));
  const known = rows.filter(({ removed }) => removed !== true).flatMap(linksOf);
  const last = rows.length < limit;
  const next: EntryChange = last
    ? { scope: 'connection', kind: KIND.sweep, key: object, expected: 'any', put: 'delete' }
    : sweepFrom(object, rows.at(-1)?.id ?? null);
  return {
    recordIds: rows.flatMap(linksOf).flatMap(({ recordId }) => recordId ?? []),
    fields: filter === null ? [] : filterFields(filter),
    states: new Map(known.flatMap(({ recordId, state }) => (recordId === null ? [] : [[recordId, state]]))),
    next,
    last,
  };
}

/**
 * What a look at the records says: those that are gone, and those that have to be read, for they are back, or match the filter
 * of the mapping where they did not, or no more where they did (R16).
 */
export function sweptRecords(
  { crmObject: object, filter }: CompiledMapping,
  { states }: SweepPage,
  records: readonly Fetched[],
  now: number,
): { readonly gone: readonly Fetched[]; readonly moved: readonly EntryChange[] } {
  const hasMoved = (record: Fetched): boolean => {
    const state = states.get(record.id);
    if (record.state !== 'present' || state === undefined) return false;
    if (state === 'missing') return true;
    if (filter === null) return false;
    return matchesFilter(filter, (field) => readPath({ fields: record.values }, field)) === (state === 'left_filter');
  };
  return {
    gone: records.filter(({ state }) => state !== 'present'),
    moved: records.filter(hasMoved).map(({ id }) => recheckEntry({ object, recordId: id, code: 'released', attempts: 0 }, now)),
  };
}
