import { isLive } from '../../core/link.ts';
import type { CompiledMapping } from '../../core/mapping-types.ts';
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
  /** Those of links that are `missing`: back again, if they are there. */
  readonly missing: ReadonlySet<string>;
  /** Once they are applied; `null` closes the sweep. */
  readonly next: EntryChange;
  readonly last: boolean;
}

/** The next links to verify, in the order of their contacts. */
export async function sweepPage(
  context: Context,
  { crmObject: object, entity }: CompiledMapping,
  after: string | null,
): Promise<SweepPage> {
  const limit = context.connector.capabilities.fetchBatchMax;
  const rows = await context.store.scan({ entity, object, want: 'linked', plan: '', now: 0, after, limit });
  const links = rows.flatMap(({ links }: Row) => links.filter((link) => link.object === object && isLive(link.state)));
  const last = rows.length < limit;
  const next: EntryChange = last
    ? { scope: 'connection', kind: KIND.sweep, key: object, expected: 'any', put: 'delete' }
    : sweepFrom(object, rows.at(-1)?.id ?? null);
  return {
    recordIds: links.flatMap(({ recordId }) => recordId ?? []),
    missing: new Set(links.flatMap(({ recordId, state }) => (state === 'missing' && recordId !== null ? [recordId] : []))),
    next,
    last,
  };
}

/** What a look at the records says: those that are gone, and those that are back and have to be read. */
export function sweptRecords(
  object: string,
  { missing }: SweepPage,
  records: readonly Fetched[],
  now: number,
): { readonly gone: readonly Fetched[]; readonly back: readonly EntryChange[] } {
  const isBack = ({ id, state }: Fetched) => state === 'present' && missing.has(id);
  return {
    gone: records.filter(({ state }) => state !== 'present'),
    back: records.filter(isBack).map(({ id }) => recheckEntry({ object, recordId: id, code: 'released', attempts: 0 }, now)),
  };
}
