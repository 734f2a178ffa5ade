/** The types of describe that the fake knows. */
export type FieldType =
  | 'id'
  | 'reference'
  | 'string'
  | 'textarea'
  | 'phone'
  | 'email'
  | 'url'
  | 'picklist'
  | 'multipicklist'
  | 'combobox'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'address';

interface PicklistOption {
  readonly value: string;
  readonly label: string;
  readonly active: boolean;
  readonly isDefault: boolean;
}

/** A field as describe shows it. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly type: FieldType;
  /** Characters; 0 where the type has none. */
  readonly length: number;
  /** All digits of a decimal number. */
  readonly precision: number;
  readonly scale: number;
  /** Most digits of an integer. */
  readonly digits: number;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly nillable: boolean;
  readonly defaultedOnCreate: boolean;
  readonly custom: boolean;
  readonly externalId: boolean;
  readonly unique: boolean;
  readonly caseSensitive: boolean;
  readonly idLookup: boolean;
  readonly calculated: boolean;
  readonly filterable: boolean;
  readonly sortable: boolean;
  readonly groupable: boolean;
  readonly nameField: boolean;
  readonly compoundFieldName: string | null;
  readonly referenceTo: readonly string[];
  readonly relationshipName: string | null;
  /** Deleting the parent deletes this record. */
  readonly cascadeDelete: boolean;
  readonly restricted: boolean;
  readonly options: readonly PicklistOption[];
  readonly defaultValue: string | number | boolean | null;
}

export type FieldInit = Partial<Omit<Field, 'name' | 'type' | 'options'>> & {
  readonly options?: readonly string[];
  readonly inactive?: readonly string[];
};

const LENGTHS: Partial<Record<FieldType, number>> = {
  id: 18,
  reference: 18,
  phone: 40,
  email: 80,
  url: 255,
  picklist: 255,
  multipicklist: 4099,
  combobox: 255,
  string: 255,
  textarea: 255,
};
/** Up to here a text area can be filtered and sorted; longer ones are "long text areas". */
const LONG_TEXT = 255;

/** Long text: neither filterable nor sortable, and the pages of a query that selects it are smaller. */
export const isLongText = ({ type, length }: Field): boolean => type === 'textarea' && length > LONG_TEXT;

export const isNumber = ({ type }: Field): boolean => type === 'int' || type === 'double' || type === 'currency' || type === 'percent';

export function field(name: string, type: FieldType, init: FieldInit = {}): Field {
  const length = init.length ?? LENGTHS[type] ?? 0;
  const long = type === 'textarea' && length > LONG_TEXT;
  const decimal = type === 'double' || type === 'currency' || type === 'percent';
  const { options = [], inactive = [], ...given } = init;
  const defaultValue = init.defaultValue ?? (type === 'boolean' ? false : null);
  return {
    name,
    label: labelOf(name),
    type,
    length,
    precision: decimal ? 18 : 0,
    scale: type === 'double' || type === 'percent' ? 2 : 0,
    digits: type === 'int' ? 8 : 0,
    createable: true,
    updateable: true,
    nillable: type !== 'boolean',
    defaultedOnCreate: type === 'boolean' || defaultValue !== null,
    custom: false,
    externalId: false,
    unique: false,
    caseSensitive: false,
    idLookup: false,
    calculated: false,
    filterable: !long,
    sortable: !long && type !== 'multipicklist' && type !== 'address',
    groupable: !long && !decimal && type !== 'datetime' && type !== 'address' && type !== 'multipicklist',
    nameField: false,
    compoundFieldName: null,
    referenceTo: [],
    relationshipName: null,
    cascadeDelete: false,
    restricted: false,
    ...given,
    options: [
      ...options.map((value) => ({ value, label: value, active: true, isDefault: value === defaultValue })),
      ...inactive.map((value) => ({ value, label: value, active: false, isDefault: false })),
    ],
    defaultValue,
  };
}

/** A field that only Salesforce itself sets. */
export const readOnly = (name: string, type: FieldType, init: FieldInit = {}): Field =>
  field(name, type, { createable: false, updateable: false, ...init });

export const reference = (name: string, to: string | readonly string[], init: FieldInit = {}): Field =>
  field(name, 'reference', { referenceTo: typeof to === 'string' ? [to] : to, relationshipName: name.replace(/Id$/, ''), ...init });

/** `MobilePhone` is "Mobile Phone", `AccountId` "Account ID". */
const labelOf = (name: string): string =>
  name
    .replace(/__c$/, '')
    .replaceAll('_', ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/\bId$/, 'ID');
