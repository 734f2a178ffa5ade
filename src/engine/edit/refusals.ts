import { CrmSyncError } from '../../errors.ts';
import type { RefusedRow } from '../../ports/store.ts';

export const keyTaken = (contactId: string, field: string): CrmSyncError =>
  new CrmSyncError(`Another contact has this ${field} already.`, {
    code: 'match_key_taken',
    category: 'duplicate',
    remedy: `Correct ${field} on one of the two contacts.`,
    at: { contactId, field },
  });

export const contactNotFound = (contactId: string): CrmSyncError =>
  new CrmSyncError('There is no such contact.', {
    code: 'contact_not_found',
    category: 'not_found',
    remedy: 'Look the contact up again; it may have been removed.',
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
