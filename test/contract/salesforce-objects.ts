import { toId18 } from '../../src/connectors/salesforce/record-id.ts';
import type { ConnectorCapability, CrmUnderTest, CrmValues } from '../../src/testing/contracts/connector.ts';
import type { FieldSpec } from '../../src/testing/salesforce/schema/field-spec.ts';

type Described = CrmUnderTest['described'];

/** What a test of the connector has to know of one object. */
export interface ObjectUnderTest {
  readonly fields: CrmUnderTest['fields'];
  readonly required: CrmValues;
  readonly described: Described;
  /** Of fields that Salesforce leaves blank where nobody fills them. */
  readonly samples: CrmValues;
  readonly strangers: readonly string[];
  /** How a parent is reached: by its look-up, along a path to its text. */
  readonly parent: { readonly object: string; readonly lookup: string; readonly path: string };
  /** What the object lacks. */
  readonly missing: ReadonlySet<ConnectorCapability>;
}

export const KEY: FieldSpec = { type: 'string', length: 255, externalId: true, unique: true };
/** Custom fields of every object. */
export const FIELDS: Readonly<Record<string, FieldSpec>> = {
  Key__c: KEY,
  Score__c: { type: 'double', scale: 2 },
  Visits__c: { type: 'int' },
  Met__c: { type: 'datetime' },
  Home__c: { type: 'url' },
  Topics__c: { type: 'multipicklist', options: ['Price', 'Support'] },
  Total__c: { type: 'double', readOnly: true },
};
export const LOOKUPS: Readonly<Record<string, Readonly<Record<string, FieldSpec>>>> = {
  Lead: { Partner__c: { type: 'reference', to: 'Account' } },
  Account: { Champion__c: { type: 'reference', to: 'Contact' } },
};

const CUSTOM_DESCRIBED: Described = [
  {
    name: 'Topics__c',
    type: 'multipicklist',
    restricted: true,
    options: [
      { value: 'Price', label: 'Price' },
      { value: 'Support', label: 'Support' },
    ],
  },
  { name: 'Score__c', type: 'number', scale: 2, unique: false },
  { name: 'Total__c', type: 'number' },
  { name: 'SystemModstamp', type: 'datetime', creatable: false },
];
const CUSTOM_SAMPLES: CrmValues = {
  Score__c: 12.25,
  Visits__c: 7,
  Met__c: '2026-03-29T01:30:00.000Z',
  Home__c: 'https://example.com/?a=b&c=d',
  Topics__c: 'Price;Support',
  Description: 'line one\nline two',
};
const ACCOUNT = { object: 'Account', lookup: 'AccountId', path: 'Account.Name' } as const;
const strangersOf = (prefix: string): readonly string[] => [`${prefix}Fk0000zzzzzz`, `${prefix}Fk0000zzzzzy`].map((id) => toId18(id)!);
const requiredText = (name: string, length: number) => ({ name, type: 'string', length, required: true, nullable: false }) as const;

export const OBJECTS = {
  Contact: {
    fields: { text: 'Title', readOnly: 'Total__c', email: 'Email', phone: 'Phone', unique: 'Key__c' },
    required: { LastName: 'Lee' },
    described: [
      requiredText('LastName', 80),
      ...CUSTOM_DESCRIBED,
      { name: 'AccountId', type: 'reference' },
      { name: 'MailingAddress', type: 'unsupported' },
    ],
    samples: {
      ...CUSTOM_SAMPLES,
      LeadSource: 'Web',
      Title: 'Buyer',
      DoNotCall: true,
      Birthdate: '1984-02-29',
      Email: 'ann@example.com',
      MobilePhone: '+1 (415) 555-0100',
    },
    strangers: [strangersOf('003')[0]!, strangersOf('001')[0]!],
    parent: ACCOUNT,
    missing: new Set(),
  },
  Lead: {
    fields: { text: 'Title', readOnly: 'Total__c', email: 'Email', phone: 'Phone', unique: 'Key__c' },
    required: { LastName: 'Lee', Company: 'Acme' },
    described: [
      requiredText('LastName', 80),
      requiredText('Company', 255),
      ...CUSTOM_DESCRIBED,
      { name: 'Status', type: 'picklist', required: false, nullable: false },
      { name: 'IsConverted', type: 'boolean', creatable: true, updatable: false },
      { name: 'AnnualRevenue', type: 'currency' },
    ],
    samples: {
      ...CUSTOM_SAMPLES,
      Title: 'Buyer',
      Rating: 'Hot',
      AnnualRevenue: 1_200_000,
      NumberOfEmployees: 42,
      HasOptedOutOfEmail: true,
      Email: 'ann@example.com',
      MobilePhone: '+1 (415) 555-0100',
      Website: 'example.com',
    },
    strangers: strangersOf('00Q'),
    parent: { object: 'Account', lookup: 'Partner__c', path: 'Partner__r.Name' },
    missing: new Set(['relates', 'reties']),
  },
  Account: {
    fields: { text: 'Site', readOnly: 'Total__c', phone: 'Phone', unique: 'Key__c' },
    required: { Name: 'Acme' },
    described: [requiredText('Name', 255), ...CUSTOM_DESCRIBED, { name: 'BillingAddress', type: 'unsupported' }],
    samples: {
      ...CUSTOM_SAMPLES,
      Site: 'Bern',
      Industry: 'Banking',
      AnnualRevenue: 1_200_000,
      NumberOfEmployees: 42,
      Website: 'example.com',
    },
    strangers: strangersOf('001'),
    parent: { object: 'Contact', lookup: 'Champion__c', path: 'Champion__r.LastName' },
    missing: new Set(['memberships', 'reties', 'emails']),
  },
  Opportunity: {
    fields: { text: 'NextStep', readOnly: 'Total__c', unique: 'Key__c' },
    required: { Name: 'First order', StageName: 'Prospecting', CloseDate: '2026-06-30' },
    described: [
      requiredText('Name', 120),
      { name: 'StageName', type: 'picklist', required: true },
      { name: 'CloseDate', type: 'date', required: true },
      ...CUSTOM_DESCRIBED,
      { name: 'IsClosed', type: 'boolean', creatable: false, updatable: false },
      { name: 'ContactId', type: 'reference', creatable: true, updatable: false },
    ],
    samples: { ...CUSTOM_SAMPLES, NextStep: 'Call', Amount: 1200.5, Type: 'New Customer', StageName: 'Qualification' },
    strangers: strangersOf('006'),
    parent: ACCOUNT,
    missing: new Set(['memberships', 'relates', 'reties', 'emails', 'phones', 'merges', 'mergesInReads']),
  },
  Case: {
    fields: { text: 'Subject', readOnly: 'Total__c', email: 'SuppliedEmail', unique: 'Key__c' },
    required: {},
    described: [
      ...CUSTOM_DESCRIBED,
      { name: 'CaseNumber', type: 'string', creatable: false, updatable: false },
      { name: 'SuppliedPhone', type: 'string', length: 40 },
      { name: 'ContactPhone', type: 'phone', creatable: false },
    ],
    samples: { ...CUSTOM_SAMPLES, Subject: 'Broken', Reason: 'Performance', Origin: 'Phone', SuppliedPhone: '415-555-0100' },
    strangers: strangersOf('500'),
    parent: ACCOUNT,
    missing: new Set(['memberships', 'relates', 'reties', 'phones']),
  },
} as const satisfies Readonly<Record<string, ObjectUnderTest>>;
export type ObjectName = keyof typeof OBJECTS;
