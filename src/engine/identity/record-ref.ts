import { isLive } from '../../core/link/link.ts';
import type { Mapping } from '../../core/mapping/mapping-types.ts';
import { CrmSyncError } from '../../errors.ts';
import type { Row } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { contactNotFound } from '../edit/refusals.ts';
import { keepingRecords } from '../removal/kept-records.ts';

/** A record of the connection's CRM. */
export interface RecordRef {
  readonly object: string;
  readonly recordId: string;
}

/** @throws CrmSyncError `no_mapping`. */
export function mappingOf({ mappings }: Context, object: string): Mapping {
  const mapping = mappings.find(({ crmObject }) => crmObject === object);
  if (mapping !== undefined) return mapping;
  throw new CrmSyncError(`No mapping for the CRM object ${object}.`, {
    code: 'no_mapping',
    category: 'configuration',
    remedy: `Add a mapping with crmObject '${object}'.`,
    at: { object },
  });
}

/** @throws CrmSyncError `contact_not_found`. */
export async function rowOf(context: Context, contactId: string): Promise<Row> {
  const [row] = await context.store.load({ ids: [contactId] });
  const { entity } = context.schema;
  if (row !== undefined && row.removed !== true && row.entity === entity) return row;
  throw contactNotFound(contactId, entity);
}

/** The contact that has the record. */
export async function holderOf(context: Context, { object, recordId }: RecordRef): Promise<Row | undefined> {
  const rows = await keepingRecords(context, await context.store.load({ records: { object, ids: [recordId] } }));
  return rows.find(({ links }) => links.some((link) => link.object === object && link.recordId === recordId && isLive(link.state)));
}
