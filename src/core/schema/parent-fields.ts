import type { DescribedField, DescribedObject, DescribedParent } from './described.ts';

/**
 * The fields of a parent as they are reached from its children: `Account.Name`. They are only read, for a parent's field is written by
 * the mapping of the parent. What no path can name is left out.
 *
 * @example
 * parentFields({ name: 'Account', label: 'Account', object: 'Account' }, { name: 'Account', label: 'Account', fields: [] }) //=> []
 */
export const parentFields = (parent: DescribedParent, { fields }: DescribedObject): readonly DescribedField[] =>
  fields
    .filter(({ name, type }) => !name.includes('.') && type !== 'unsupported')
    .map((field) => ({
      ...field,
      name: `${parent.name}.${field.name}`,
      label: `${parent.label}: ${field.label}`,
      creatable: false,
      updatable: false,
      required: false,
      unique: false,
    }));
