import { CrmSyncError } from '../../errors.ts';
import { unstorableField } from '../semantics/unstorable-field.ts';
import type { StoredContact } from '../sql/contact-table.ts';
import type { ContactRow } from './contact-table.ts';

export const invalidTable = (message: string, remedy: string): CrmSyncError =>
  new CrmSyncError(message, { code: 'invalid_contact_table', category: 'configuration', remedy });

/**
 * A row that a method of the host has answered, looked at once: a `Date` or a number that is text would look like an edit
 * with every scan, an id in another spelling would never be found again.
 *
 * @param spells - Whether the database may spell an id so.
 * @throws CrmSyncError `invalid_contact_table`, without a value of the row.
 */
export function toContact({ id, version, fields }: ContactRow, spells: (id: string) => boolean): StoredContact {
  if (typeof id !== 'string' || id === '' || !spells(id))
    throw invalidTable('`find` answered an id that is not as the database spells it.', 'Answer the id as text, as the database shows it.');
  if (typeof version !== 'string' || version === '')
    throw invalidTable('`find` answered a row without a version.', 'Answer the version as text, such as `String(row.version)`.');
  const problem = unstorableField(fields);
  if (problem !== null)
    throw invalidTable(
      `\`find\` answered a value that is no field of a contact: ${problem.message}`,
      'Answer text, finite numbers, booleans or null; dates as text: `YYYY-MM-DD`, and ISO 8601 in UTC for a time.',
    );
  return { id, entity: 'contact', fields, version };
}
