import { CrmSyncError } from '../../errors.ts';

/** The schema as it stands before a table: quoted, with its dot; nothing where the connection looks first. */
export function schemaPrefix(schema: string | undefined): string {
  if (schema === undefined) return '';
  if (schema === '' || schema.includes('\0'))
    throw new CrmSyncError('The schema of the tables has no usable name.', {
      code: 'invalid_schema_name',
      category: 'configuration',
      remedy: 'Name a schema of the database, or leave `schema` out.',
    });
  return `"${schema.replaceAll('"', '""')}".`;
}
