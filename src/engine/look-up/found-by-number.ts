import type { DescribedObject } from '../../core/described.ts';
import { labelFieldNames, labelFields, recordLabel } from '../../core/record-label.ts';
import type { Context } from '../context.ts';
import type { Session } from '../session.ts';

/** A record of the CRM that has the number. */
export interface FoundRecord {
  readonly recordId: string;
  /** Undefined: nothing that people call it by was readable. */
  readonly label: string | undefined;
  readonly createdAt: string | undefined;
  readonly updatedAt: string;
}

/** Every record of an object with this number, in whatever spelling, by one search. */
export async function foundByNumber(context: Context, session: Session, object: string, number: string): Promise<readonly FoundRecord[]> {
  const described = await context.connector.describe(object, session.call);
  const names = labelFields(described);
  const created = createdField(context, described);
  const fields = [...labelFieldNames(names), ...(created === undefined ? [] : [created])];
  const { found } = await context.connector.find({ object, by: '$phone', values: [number], fields }, session.call);
  const records = new Map<string, FoundRecord>();
  for (const { record } of found) {
    if (record.state !== 'present') continue;
    const { id, values, modifiedAt } = record;
    const createdAt = created === undefined ? undefined : values[created];
    records.set(id, {
      recordId: id,
      label: recordLabel(names, values),
      createdAt: typeof createdAt === 'string' ? createdAt : undefined,
      updatedAt: modifiedAt,
    });
  }
  return [...records.values()];
}

const createdField = ({ connector }: Context, { fields }: DescribedObject): string | undefined =>
  connector.capabilities.createdFields?.find((wanted) => fields.some(({ name }) => name === wanted));
