import type { Value } from '../../../core/values/value.ts';
import { startOf } from '../../../http/answers.ts';
import type { Call, Fetched, FindQuery, FoundRecords } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { batchRead } from './batch-read.ts';
import { readByIds } from './read-by-id.ts';
import { withRelated } from './related.ts';
import { type FilterGroup, INDEX_LAG_MS, searchAll } from './search.ts';
import { type Present, type Selection, selectProperties } from './selection.ts';

/** Collects the records of several requests, each once, with their values of now. */
export interface Finder {
  readonly selection: Selection;
  /** Records that the search knows: it may be behind. */
  search(groups: readonly FilterGroup[]): Promise<void>;
  /** Records by a unique property, at most a batch of values. Answers them. */
  takeByKey(property: string, keys: readonly string[]): Promise<readonly Present[]>;
  /** Records by id, any number. */
  takeIds(ids: readonly string[]): Promise<void>;
  /** Something that was asked for can't be looked up: then an empty result proves nothing. */
  incomplete(): void;
  /** Each record with each searched value that it has, properties that were only needed to compare left out. */
  result(matches: (values: Readonly<Record<string, Value>>, value: string) => boolean): FoundRecords;
}

export async function startFinder(context: Context, query: FindQuery, compared: readonly string[], call: Call): Promise<Finder> {
  const selection = await selectProperties(context.describer, query.object, [...query.fields, ...compared], call);
  const object = selection.info.kind.name;
  const found = new Map<string, Present>();
  const wanted = new Set(query.fields);
  let complete = Number.POSITIVE_INFINITY;

  const completeUntil = (at: number | null) => {
    complete = Math.min(complete, at ?? 0);
  };
  const keep = (records: readonly Fetched[]): readonly Present[] => {
    const present = records.filter((record) => record.state === 'present');
    for (const record of present) found.set(record.id, record);
    return present;
  };
  const takeIds = async (ids: readonly string[]): Promise<void> => {
    const left = [...new Set(ids)].filter((id) => !found.has(id));
    keep((await readByIds(context, selection, left, call)).records);
  };

  return {
    selection,
    async search(groups) {
      const { rows, startedAt } = await searchAll(context.client, { object, groups }, call);
      completeUntil(startedAt === null ? null : startedAt - INDEX_LAG_MS);
      await takeIds(rows.map(({ id }) => id));
    },
    async takeByKey(idProperty, keys) {
      const answer = await batchRead(context.client, { object, ids: keys, idProperty, properties: selection.properties }, call);
      completeUntil(startOf(answer));
      return keep(await withRelated(context, selection, answer.rows.map(selection.decode), call));
    },
    takeIds,
    incomplete: () => completeUntil(null),
    result: (matches) => ({
      found: query.values.flatMap((value) =>
        [...found.values()]
          .filter((record) => matches(record.values, value))
          .map((record) => ({
            value,
            record: { ...record, values: Object.fromEntries(Object.entries(record.values).filter(([name]) => wanted.has(name))) },
          })),
      ),
      completeUntil: Number.isFinite(complete) ? complete : 0,
    }),
  };
}
