import type { CrmFieldType, DescribedField } from '../../src/core/schema/described.ts';

/** A field of a CRM object that can be read, written and filtered by. */
export const describedField = (name: string, type: CrmFieldType = 'string', more: Partial<DescribedField> = {}): DescribedField => ({
  name,
  label: name,
  type,
  creatable: true,
  updatable: true,
  nullable: true,
  required: false,
  filterable: true,
  unique: false,
  ...more,
});
