import type { Entity } from '../../core/link/link.ts';
import { ENTITIES } from '../../core/schema/entities.ts';
import { CrmSyncError } from '../../errors.ts';
import type { RefusedRow } from '../../ports/store.ts';

/** @param contactId - Null for one that is about to be made. */
export const keyTaken = (contactId: string | null, field: string, entity: Entity): CrmSyncError =>
  new CrmSyncError(`Another ${entity} has this ${field} already.`, {
    code: 'match_key_taken',
    category: 'duplicate',
    remedy: `Correct ${field} on one of the two ${ENTITIES[entity].plural}.`,
    at: { ...(contactId !== null && { contactId }), field },
  });

export const contactNotFound = (contactId: string, entity: Entity): CrmSyncError =>
  new CrmSyncError(`There is no such ${entity}.`, {
    code: `${entity}_not_found`,
    category: 'not_found',
    remedy: `Look the ${entity} up again; it may have been removed.`,
    at: { contactId },
  });

export const companyNotFound = (contactId: string): CrmSyncError =>
  new CrmSyncError('The contact is to belong to a company that is not there.', {
    code: 'company_not_found',
    category: 'not_found',
    remedy: 'Give the id of a company, as `companies.list()` tells it, or null.',
    at: { contactId },
  });

/** @param row - What the table says of it. */
export const rowRefused = (contactId: string, row: Pick<RefusedRow, 'code' | 'message'>): CrmSyncError =>
  new CrmSyncError(`The contact store refused the edit: ${row.code}.`, {
    code: 'store_refused',
    category: 'store',
    remedy: row.message,
    at: { contactId },
  });
