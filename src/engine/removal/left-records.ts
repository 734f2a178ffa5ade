import type { LinkElsewhere, Row, StoredLink } from '../../ports/store.ts';
import type { Context } from '../context.ts';

/** A record that is still in a CRM: nothing here deletes it. */
export interface LeftRecord {
  readonly connection: string;
  readonly object: string;
  readonly recordId: string;
}

/**
 * A contact's records in every CRM of the workspace, those that theirs were merged into among them; not those of which somebody
 * said that they are not the contact's.
 */
export function leftRecords({ connection }: Context, row: Pick<Row, 'links' | 'elsewhere'> | undefined): readonly LeftRecord[] {
  const links: readonly (StoredLink | LinkElsewhere)[] = [...(row?.links ?? []), ...(row?.elsewhere ?? [])];
  const records = links.flatMap((link): LeftRecord[] => {
    const place = { connection: 'connection' in link ? link.connection : connection };
    const { object, recordId, body } = link;
    if (link.state === 'declined') return [];
    const { successor, successorObject = object } = body;
    return [
      ...(recordId === null ? [] : [{ ...place, object, recordId }]),
      ...(successor === undefined ? [] : [{ ...place, object: successorObject, recordId: successor }]),
    ];
  });
  return uniqueRecords(records);
}

export const recordName = ({ connection, object, recordId }: LeftRecord): string => JSON.stringify([connection, object, recordId]);

export const uniqueRecords = (records: readonly LeftRecord[]): readonly LeftRecord[] => [
  ...new Map(records.map((record) => [recordName(record), record])).values(),
];
