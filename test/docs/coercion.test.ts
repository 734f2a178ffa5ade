import { CRM_FIELD_TYPES, compatible, type FieldType } from 'crm-sync-engine';
import { expect, it } from 'vitest';
import { tableUnder } from './pages.ts';

/** A Record, so that a new type is missing here until it is in the docs. */
const COLUMNS: Readonly<Record<FieldType, true>> = { string: true, number: true, boolean: true, date: true, datetime: true, enum: true };
const FIELDS = Object.keys(COLUMNS) as FieldType[];

it('the coercion table says what the code does, for every pair and no other', () => {
  const fromCode = CRM_FIELD_TYPES.map((crm) => [`\`${crm}\``, ...FIELDS.map((field) => compatible(crm, field))]);
  const asMarkdown = fromCode.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  expect(tableUnder('docs/coercion.md', 'The table'), `The table should be:\n${asMarkdown}`).toEqual(fromCode);
});
