import { calculated, type Property, readOnly } from './property.ts';

/** An object of the CRM, as the portal has it. */
export interface ObjectType {
  /** `contacts`: what paths call it. */
  readonly name: string;
  /** `contact`: what association types, events and `associations.contact` call it. */
  readonly singular: string;
  /** `CONTACT`: what messages call it. */
  readonly code: string;
  /** `0-1` */
  readonly typeId: string;
  readonly createdProperty: string;
  /** `lastmodifieddate` for contacts, `hs_lastmodifieddate` for every other object. */
  readonly modifiedProperty: string;
  /** What a read shows that names no properties. */
  readonly shownByDefault: readonly string[];
  /** What `query` of a search looks into. */
  readonly searched: readonly string[];
  /** A creation must give all of these. */
  readonly required: readonly string[];
  /** A creation must give one of these. */
  readonly requiredOneOf: readonly string[];
  /** Archived records can be read. Calls, communications and notes are gone at once. */
  readonly readsArchived: boolean;
  readonly mergeable: boolean;
  /** Webhook events have a name of their own, as `contact.creation`; others are `object.creation`. */
  readonly namedEvents: boolean;
  readonly readScope: string;
  readonly writeScope: string;
  /** Any one of them reads its properties. */
  readonly schemaScopes: readonly string[];
  readonly schemaWriteScope: string;
  readonly groups: readonly string[];
  readonly custom: boolean;
  /** By name; archived ones too. */
  readonly properties: Map<string, Property>;
}

export interface ObjectDefinition extends Omit<ObjectType, 'properties' | 'code' | 'custom' | 'searched' | 'required' | 'requiredOneOf'> {
  readonly searched?: readonly string[];
  readonly required?: readonly string[];
  readonly requiredOneOf?: readonly string[];
  readonly properties: readonly Property[];
}

/** A fresh object of a portal. Properties without a group go to the first one. */
export function objectType(definition: ObjectDefinition, custom = false): ObjectType {
  const { groups, properties, singular } = definition;
  return {
    searched: [],
    required: [],
    requiredOneOf: [],
    ...definition,
    code: singular.toUpperCase(),
    custom,
    properties: new Map(
      properties.map((one, displayOrder) => [one.name, { ...one, groupName: one.groupName || (groups[0] ?? ''), displayOrder }]),
    ),
  };
}

/** Properties that every object has. */
export const systemProperties: readonly Property[] = [
  readOnly('hs_object_id', 'Record ID', 'number'),
  readOnly('hs_object_source', 'Record creation source', 'string', { hidden: true }),
  readOnly('hs_merged_object_ids', 'Merged record IDs', 'enumeration', { fieldType: 'checkbox', hidden: true }),
  readOnly('hs_unique_creation_key', 'Unique creation key', 'string', { hidden: true }),
  readOnly('hs_read_only', 'Read only object', 'bool', { hidden: true }),
];

/** Stamps of every object but contacts. */
export const stampProperties = (createdProperty: 'createdate' | 'hs_createdate'): readonly Property[] => [
  readOnly(createdProperty, 'Create Date', 'datetime'),
  readOnly('hs_lastmodifieddate', 'Last Modified Date', 'datetime'),
];

const phoneParts = (suffix: string, label: string): readonly Property[] => [
  calculated(`hs_calculated_phone_number${suffix}`, `Calculated Phone Number ${label}`, 'string', { fieldType: 'phonenumber' }),
];

/** What HubSpot works out from `phone`. The parts of a number are described and stay blank: their form is not documented. */
export const calculatedPhone: readonly Property[] = [
  calculated('hs_calculated_phone_number', 'Calculated Phone Number in International Format', 'string', {
    fieldType: 'phonenumber',
    calculationFormula: 'format_phone_number(string(phone))',
  }),
  calculated('hs_searchable_calculated_phone_number', 'Calculated Phone Number without country code', 'string', {
    fieldType: 'phonenumber',
    calculationFormula: 'format_searchable_phone_number(string(phone))',
  }),
];

export const phonePartProperties: readonly Property[] = [
  ...phoneParts('_country_code', 'Country Code'),
  ...phoneParts('_area_code', 'Area Code'),
  ...phoneParts('_region_code', 'Region'),
];
