import type { Millis } from '../../../core/values/value.ts';

export type PropertyType = 'string' | 'number' | 'bool' | 'enumeration' | 'date' | 'datetime' | 'phone_number';
export type PropertyFieldType =
  | 'text'
  | 'textarea'
  | 'html'
  | 'phonenumber'
  | 'file'
  | 'number'
  | 'booleancheckbox'
  | 'select'
  | 'radio'
  | 'checkbox'
  | 'date'
  | 'calculation_equation';

/** The field types that go with a type. Source: HubSpot developer docs, "Properties". */
export const FIELD_TYPES: Readonly<Record<PropertyType, readonly PropertyFieldType[]>> = {
  string: ['text', 'textarea', 'html', 'phonenumber', 'file', 'calculation_equation'],
  number: ['number', 'calculation_equation'],
  bool: ['booleancheckbox', 'calculation_equation'],
  enumeration: ['select', 'radio', 'checkbox', 'calculation_equation'],
  date: ['date'],
  datetime: ['date'],
  phone_number: ['phonenumber'],
};

export interface PropertyOption {
  readonly label: string;
  readonly value: string;
  readonly description: string;
  readonly displayOrder: number;
  readonly hidden: boolean;
}

/** Where the values of an enumeration without options of its own come from. */
export type External = 'owners' | 'pipelines' | 'stages';

export interface Property {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly type: PropertyType;
  readonly fieldType: PropertyFieldType;
  readonly groupName: string;
  readonly options: readonly PropertyOption[];
  readonly displayOrder: number;
  readonly calculated: boolean;
  /** The options live elsewhere: `options` is empty. */
  readonly external: External | null;
  readonly hasUniqueValue: boolean;
  /** Not shown in the forms of the portal; the API shows it like any other. */
  readonly hidden: boolean;
  readonly hubspotDefined: boolean;
  readonly readOnly: boolean;
  readonly calculationFormula: string | null;
  /** A datetime that is read as epoch milliseconds, as some of HubSpot's own are. */
  readonly readsMillis: boolean;
  readonly createdAt: Millis;
  readonly updatedAt: Millis;
  /** Null while it is live. */
  readonly archivedAt: Millis | null;
}

/** A value, or a value and its label. */
export type OptionInit = string | readonly [value: string, label: string];
export type PropertyInit = Partial<Omit<Property, 'name' | 'label' | 'type' | 'options'>> & { readonly options?: readonly OptionInit[] };

/** HubSpot's own properties are as old as HubSpot. */
const SINCE = Date.UTC(2019, 7, 6, 2, 41, 8, 29);

export function property(name: string, label: string, type: PropertyType, init: PropertyInit = {}): Property {
  return {
    name,
    label,
    description: '',
    type,
    fieldType: FIELD_TYPES[type][0]!,
    groupName: '',
    displayOrder: -1,
    calculated: false,
    external: null,
    hasUniqueValue: false,
    hidden: false,
    hubspotDefined: true,
    readOnly: false,
    calculationFormula: null,
    readsMillis: false,
    createdAt: SINCE,
    updatedAt: SINCE,
    archivedAt: null,
    ...init,
    options:
      type === 'bool'
        ? optionsOf([
            ['true', 'True'],
            ['false', 'False'],
          ])
        : optionsOf(init.options ?? []),
  };
}

/** A property that only HubSpot itself sets. */
export const readOnly = (name: string, label: string, type: PropertyType, init: PropertyInit = {}): Property =>
  property(name, label, type, { readOnly: true, ...init });

/** A property that HubSpot works out from others. */
export const calculated = (name: string, label: string, type: PropertyType, init: PropertyInit = {}): Property =>
  property(name, label, type, { readOnly: true, calculated: true, hidden: true, ...init });

export const optionsOf = (options: readonly OptionInit[]): readonly PropertyOption[] =>
  options.map((option, displayOrder) => {
    const [value, label] = typeof option === 'string' ? [option, option] : option;
    return { label, value, description: '', displayOrder, hidden: false };
  });

/** Several values joined by `;`. */
export const isMultiple = ({ type, fieldType }: Property): boolean => type === 'enumeration' && fieldType === 'checkbox';

/** As the properties API shows it. */
export function showProperty(shown: Property): Record<string, unknown> {
  const { name, label, description, type, fieldType, groupName, options, displayOrder, calculated, hasUniqueValue, hidden } = shown;
  const { external, readOnly: isReadOnly, hubspotDefined, calculationFormula, createdAt, updatedAt, archivedAt } = shown;
  return {
    name,
    label,
    description,
    type,
    fieldType,
    groupName,
    options,
    displayOrder,
    calculated,
    externalOptions: external !== null,
    hasUniqueValue,
    hidden,
    ...(external === 'owners' ? { referencedObjectType: 'OWNER' } : {}),
    ...(hubspotDefined ? { hubspotDefined: true } : {}),
    ...(calculationFormula === null ? {} : { calculationFormula }),
    modificationMetadata: {
      archivable: !hubspotDefined || !isReadOnly,
      readOnlyDefinition: hubspotDefined,
      readOnlyOptions: hubspotDefined && isReadOnly,
      readOnlyValue: isReadOnly,
    },
    formField: !isReadOnly,
    dataSensitivity: 'non_sensitive',
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    ...(archivedAt === null ? { archived: false } : { archived: true, archivedAt: new Date(archivedAt).toISOString() }),
  };
}
