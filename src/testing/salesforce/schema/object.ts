import { type Field, field, readOnly, reference } from './field.ts';

export interface ObjectDefinition {
  readonly name: string;
  readonly label: string;
  readonly labelPlural: string;
  readonly keyPrefix: string;
  readonly custom: boolean;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly deletable: boolean;
  readonly mergeable: boolean;
  readonly searchable: boolean;
  /** What is deleted goes to the recycle bin; else it is gone at once, and queryAll does not tell of it. */
  readonly undeletable: boolean;
  readonly fields: readonly Field[];
}

type ObjectInit = Partial<Omit<ObjectDefinition, 'name' | 'keyPrefix' | 'fields'>>;

export function objectDefinition(name: string, keyPrefix: string, fields: readonly Field[], init: ObjectInit = {}): ObjectDefinition {
  const label = init.label ?? name.replace(/__c$/, '').replaceAll('_', ' ');
  return {
    name,
    label,
    labelPlural: `${label}s`,
    keyPrefix,
    custom: false,
    createable: true,
    updateable: true,
    deletable: true,
    mergeable: false,
    searchable: true,
    undeletable: init.deletable ?? true,
    ...init,
    fields,
  };
}

/** What every object starts with. */
export const idField = (label: string): Field => readOnly('Id', 'id', { label, nillable: false, defaultedOnCreate: true, idLookup: true });

/** What every object ends with. Stamps have a resolution of one second. */
export const systemFields: readonly Field[] = [
  readOnly('IsDeleted', 'boolean', { label: 'Deleted' }),
  readOnly('CreatedDate', 'datetime', { nillable: false, defaultedOnCreate: true }),
  readOnly('CreatedById', 'reference', {
    label: 'Created By ID',
    referenceTo: ['User'],
    relationshipName: 'CreatedBy',
    nillable: false,
    defaultedOnCreate: true,
  }),
  readOnly('LastModifiedDate', 'datetime', { nillable: false, defaultedOnCreate: true }),
  readOnly('LastModifiedById', 'reference', {
    label: 'Last Modified By ID',
    referenceTo: ['User'],
    relationshipName: 'LastModifiedBy',
    nillable: false,
    defaultedOnCreate: true,
  }),
  readOnly('SystemModstamp', 'datetime', { nillable: false, defaultedOnCreate: true }),
];

/** `Owner` of a record; queues may own some objects. */
export const ownerField = (to: readonly string[] = ['User']): Field =>
  reference('OwnerId', to, { label: 'Owner ID', nillable: false, defaultedOnCreate: true });

export const masterRecordField = (object: string): Field =>
  readOnly('MasterRecordId', 'reference', { referenceTo: [object], relationshipName: 'MasterRecord' });

/** The name of a person: a read-only whole made of three parts. */
export const personNameFields: readonly Field[] = [
  field('LastName', 'string', { length: 80, nillable: false, compoundFieldName: 'Name' }),
  field('FirstName', 'string', { length: 40, compoundFieldName: 'Name' }),
  field('Salutation', 'picklist', { length: 40, compoundFieldName: 'Name', options: ['Mr.', 'Ms.', 'Mrs.', 'Dr.', 'Prof.', 'Mx.'] }),
  readOnly('Name', 'string', { label: 'Full Name', length: 121, nillable: false, nameField: true }),
];

/** An address: a read-only whole made of five parts. `prefix` is `Mailing`, `Billing` …; empty on Lead. */
export function addressFields(prefix: string): readonly Field[] {
  const whole = `${prefix}Address`;
  const part = (name: string, label: string, length: number, type: 'string' | 'textarea' = 'string'): Field =>
    field(prefix + name, type, { label: `${prefix} ${label}`.trim(), length, compoundFieldName: whole });
  return [
    part('Street', 'Street', 255, 'textarea'),
    part('City', 'City', 40),
    part('State', 'State/Province', 80),
    part('PostalCode', 'Zip/Postal Code', 20),
    part('Country', 'Country', 80),
    readOnly(whole, 'address', { label: `${prefix} Address`.trim() }),
  ];
}

export const LEAD_SOURCES = ['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other'] as const;
export const INDUSTRIES: readonly string[] = (
  'Agriculture;Apparel;Banking;Biotechnology;Chemicals;Communications;Construction;Consulting;Education;Electronics;Energy;Engineering;' +
  'Entertainment;Environmental;Finance;Food & Beverage;Government;Healthcare;Hospitality;Insurance;Machinery;Manufacturing;Media;' +
  'Not For Profit;Other;Recreation;Retail;Shipping;Technology;Telecommunications;Transportation;Utilities'
).split(';');
