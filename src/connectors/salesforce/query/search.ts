import type { Value } from '../../../core/values/value.ts';
import type { Call, Fetched, FindQuery, FoundRecords } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import type { WireRow } from './field-path.ts';
import { type Selection, selectFields } from './selection.ts';

export interface Search {
  readonly selection: Selection;
  soql(where: string): string;
  /** Rows of an answer, and the CRM's time at its start. */
  take(answer: { readonly rows: readonly WireRow[]; readonly startedAt: number | null }): void;
  /** Something that was asked for can't be searched: then an empty result proves nothing. */
  incomplete(): void;
  /** Each record with each searched value that it has, fields that were only needed to compare left out. */
  result(matches: (values: Readonly<Record<string, Value>>, value: string) => boolean): FoundRecords;
}

/** Collects the records of several requests, each once. */
export async function startSearch(context: Context, query: FindQuery, compared: readonly string[], call: Call): Promise<Search> {
  const info = await context.describer.object(query.object, call);
  const converted = info.fields.has('IsConverted') && query.by.startsWith('$') ? ['IsConverted'] : [];
  const selection = await selectFields(context.describer, query.object, [...query.fields, ...compared, ...converted], call);
  const records = new Map<string, Fetched & { readonly state: 'present' }>();
  const wanted = new Set(query.fields);
  let completeUntil = Number.POSITIVE_INFINITY;
  return {
    selection,
    soql: (where) => `SELECT ${selection.columns.join(', ')} FROM ${query.object} WHERE ${where}`,
    take({ rows, startedAt }) {
      completeUntil = Math.min(completeUntil, startedAt ?? 0);
      for (const row of rows) {
        const record = selection.decode(row);
        if (record?.state === 'present' && record.values['IsConverted'] !== true) records.set(record.id, record);
      }
    },
    incomplete: () => {
      completeUntil = 0;
    },
    result: (matches) => ({
      found: query.values.flatMap((value) =>
        [...records.values()]
          .filter((record) => matches(record.values, value))
          .map((record) => ({
            value,
            record: { ...record, values: Object.fromEntries(Object.entries(record.values).filter(([name]) => wanted.has(name))) },
          })),
      ),
      completeUntil: Number.isFinite(completeUntil) ? completeUntil : 0,
    }),
  };
}
