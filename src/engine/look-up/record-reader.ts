import type { DescribedObject } from '../../core/schema/described.ts';
import { labelFieldNames, labelFields, recordLabel } from '../../core/schema/record-label.ts';
import type { Fetched } from '../../ports/connector.ts';
import type { Context } from '../context.ts';
import type { Session } from '../session.ts';

/** A record of the CRM, as a match shows it. */
export interface FoundRecord {
  readonly recordId: string;
  /** Undefined: nothing that people call it by was readable. */
  readonly label: string | undefined;
  readonly createdAt: string | undefined;
  readonly updatedAt: string | undefined;
}

/** What has become of a record. */
export type Standing =
  | { readonly is: 'there'; readonly record: FoundRecord }
  /** Another record stands for it now. */
  | { readonly is: 'merged'; readonly object: string; readonly recordId: string }
  | { readonly is: 'gone' };

/** What a look-up asks about the records of one object. */
export interface RecordReader {
  /** Every record with this number, in whatever spelling, by one search. */
  find(number: string): Promise<readonly FoundRecord[]>;
  /** What has become of records that a search did not bring, by id; asked for together. */
  look(ids: readonly string[]): Promise<ReadonlyMap<string, Standing>>;
}

export async function recordReader(context: Context, { call }: Session, object: string): Promise<RecordReader> {
  const { connector } = context;
  const described = await connector.describe(object, call);
  const names = labelFields(described);
  const created = createdField(context, described);
  const fields = [...labelFieldNames(names), ...(created === undefined ? [] : [created])];
  const shown = ({ id, values, modifiedAt }: Extract<Fetched, { readonly state: 'present' }>): FoundRecord => {
    const createdAt = created === undefined ? undefined : values[created];
    return {
      recordId: id,
      label: recordLabel(names, values),
      createdAt: typeof createdAt === 'string' ? createdAt : undefined,
      updatedAt: modifiedAt,
    };
  };
  return {
    async find(number) {
      const { found } = await connector.find({ object, by: '$phone', values: [number], fields }, call);
      const records = found.flatMap(({ record }) => (record.state === 'present' ? [shown(record)] : []));
      return [...new Map(records.map((record) => [record.recordId, record])).values()];
    },
    async look(ids) {
      const standings = new Map<string, Standing>();
      const most = connector.capabilities.fetchBatchMax;
      for (let start = 0; start < ids.length; start += most)
        for (const fetched of await connector.fetch({ object, ids: ids.slice(start, start + most), fields }, call))
          standings.set(fetched.id, standingOf(fetched, object, shown));
      return standings;
    },
  };
}

function standingOf(
  fetched: Fetched,
  object: string,
  shown: (record: Extract<Fetched, { readonly state: 'present' }>) => FoundRecord,
): Standing {
  const { id: recordId } = fetched;
  if (fetched.state === 'present') return { is: 'there', record: shown(fetched) };
  if (fetched.state === 'merged') return { is: 'merged', object: fetched.successorObject ?? object, recordId: fetched.successor };
  if (fetched.state !== 'unreadable') return { is: 'gone' };
  return { is: 'there', record: { recordId, label: undefined, createdAt: undefined, updatedAt: undefined } };
}

const createdField = ({ connector }: Context, { fields }: DescribedObject): string | undefined =>
  connector.capabilities.createdFields?.find((wanted) => fields.some(({ name }) => name === wanted));
