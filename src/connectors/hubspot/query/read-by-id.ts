import type { Call, Fetched } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { BATCH_MAX } from '../limits.ts';
import { orNothing } from '../optional.ts';
import type { WireRecord } from '../wire-record.ts';
import { batchRead } from './batch-read.ts';
import { withRelated } from './related.ts';
import { searchAll } from './search.ts';
import { MERGED_IDS, mergedInto, type Selection } from './selection.ts';

export interface RecordsById {
  /** One per id, in order. */
  readonly records: readonly Fetched[];
  /** Further records that the present ones have taken in. */
  readonly merged: readonly Fetched[];
}

/**
 * What HubSpot says of each id now. An id without a record is `deleted` or `merged` only where HubSpot shows so: as an
 * archived record, or in the list of ids that another record keeps of those merged into it.
 *
 * @param ids - Record ids, each once.
 */
export async function readByIds(context: Context, selection: Selection, ids: readonly string[], call: Call): Promise<RecordsById> {
  const found = new Map<string, Fetched>();
  const merged: Fetched[] = [];
  for (let start = 0; start < ids.length; start += BATCH_MAX) {
    const batch = await readBatch(context, selection, ids.slice(start, start + BATCH_MAX), call);
    for (const record of batch.records) found.set(record.id, record);
    merged.push(...batch.merged);
  }
  return { records: ids.map((id) => found.get(id) ?? { id, state: 'missing' }), merged: merged.filter(({ id }) => !found.has(id)) };
}

/** The evidence that records hold of others. */
export const mergedIn = (rows: readonly WireRecord[]): readonly Fetched[] =>
  rows.flatMap((row) => mergedInto(row).map((id): Fetched => ({ id, state: 'merged', successor: row.id })));

async function readBatch(context: Context, selection: Selection, ids: readonly string[], call: Call): Promise<RecordsById> {
  const { rows } = await batchRead(context.client, { object: selection.info.kind.name, ids, properties: selection.properties }, call);
  const asked = new Set(ids);
  const present = rows.filter(({ id }) => asked.has(id)).map(selection.decode);
  const answered = new Set(present.map(({ id }) => id));
  const left = ids.filter((id) => !answered.has(id));
  const gone = left.length === 0 ? [] : await readGone(context, selection, { left, rows, asked: ids.length }, call);
  return { records: [...(await withRelated(context, selection, present, call)), ...gone], merged: mergedIn(rows) };
}

interface Left {
  readonly left: readonly string[];
  /** What came back of the batch, which may be a survivor under its own id. */
  readonly rows: readonly WireRecord[];
  /** How many ids were asked for. */
  readonly asked: number;
}

async function readGone(
  context: Context,
  { info: { kind } }: Selection,
  { left, rows, asked }: Left,
  call: Call,
): Promise<readonly Fetched[]> {
  const gone = new Map<string, Fetched>();
  const note = (survivors: readonly WireRecord[]) => {
    for (const merged of mergedIn(survivors)) if (left.includes(merged.id)) gone.set(merged.id, merged);
  };
  note(rows);
  // One id, and one record that came back under another: that is where it was merged into.
  const [only] = left;
  const [stranger] = rows;
  if (only !== undefined && stranger && left.length === 1 && rows.length === 1 && asked === 1)
    gone.set(only, { id: only, state: 'merged', successor: stranger.id });

  const unexplained = () => left.filter((id) => !gone.has(id));
  if (kind.archive && unexplained().length > 0) {
    const query = { object: kind.name, ids: unexplained(), properties: [MERGED_IDS], archived: true } as const;
    const archived = (await orNothing(() => batchRead(context.client, query, call)))?.rows ?? [];
    for (const { id } of archived.filter((row) => row.archived === true)) if (left.includes(id)) gone.set(id, { id, state: 'deleted' });
  }
  if (kind.merges && unexplained().length > 0) {
    const groups = [[{ propertyName: MERGED_IDS, operator: 'IN', values: unexplained() } as const]];
    const survivors = await orNothing(() => searchAll(context.client, { object: kind.name, groups, properties: [MERGED_IDS] }, call));
    note(survivors?.rows ?? []);
  }
  return [...gone.values()];
}
