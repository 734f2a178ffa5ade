import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../../../src/core/base/freeze.ts';
import { lintMapping } from '../../../../src/core/checks/lint-mapping.ts';
import { safeParseMapping } from '../../../../src/core/mapping/mapping.ts';
import { CRM_FIELD_TYPES, type DescribedField } from '../../../../src/core/schema/described.ts';
import { wordsOf } from '../../../../src/core/schema/field-words.ts';
import { defineCompanySchema, defineContactSchema } from '../../../../src/core/schema/schema.ts';
import type { Schema } from '../../../../src/core/schema/schema-types.ts';
import { COMPANY_FIELDS } from '../../../../src/core/suggest/company-template.ts';
import { PERSON_FIELDS } from '../../../../src/core/suggest/person-template.ts';
import { suggestMapping } from '../../../../src/core/suggest/suggest-mapping.ts';
import { describedField } from '../../described-field.ts';

const field = (name: string, label: string, type: DescribedField['type'] = 'string', more: Partial<DescribedField> = {}): DescribedField =>
  describedField(name, type, { label, ...more });
const READ_ONLY = { creatable: false, updatable: false } as const;
const picklist = (values: readonly string[], more: Partial<DescribedField> = {}): Partial<DescribedField> => ({
  restricted: true,
  options: values.map((value) => ({ value, label: value })),
  ...more,
});

const SALESFORCE: readonly DescribedField[] = [
  field('Id', 'Contact ID', 'id', READ_ONLY),
  field('IsDeleted', 'Deleted', 'boolean', READ_ONLY),
  field('AccountId', 'Account ID', 'reference'),
  field('LastName', 'Last Name', 'string', { nullable: false, required: true }),
  field('FirstName', 'First Name'),
  field('Salutation', 'Salutation', 'picklist'),
  field('Name', 'Full Name', 'string', READ_ONLY),
  field('MailingStreet', 'Mailing Street', 'text'),
  field('MailingCity', 'Mailing City'),
  field('OtherCity', 'Other City'),
  field('MailingPostalCode', 'Mailing Zip/Postal Code'),
  field('Phone', 'Business Phone', 'phone'),
  field('Fax', 'Business Fax', 'phone'),
  field('MobilePhone', 'Mobile Phone', 'phone'),
  field('HomePhone', 'Home Phone', 'phone'),
  field('AssistantPhone', 'Asst. Phone', 'phone'),
  field('Email', 'Email', 'email'),
  field('Title', 'Title'),
  field('Department', 'Department'),
  field('LeadSource', 'Lead Source', 'picklist', picklist(['Web', 'Partner'], { restricted: false })),
  field('Birthdate', 'Birthdate', 'date'),
  field('Description', 'Contact Description', 'text'),
  field('OwnerId', 'Owner ID', 'reference', { nullable: false }),
  field('HasOptedOutOfEmail', 'Email Opt Out', 'boolean', { nullable: false }),
  field('DoNotCall', 'Do Not Call', 'boolean', { nullable: false }),
  field('EmailBouncedReason', 'Email Bounced Reason', 'string', READ_ONLY),
  field('EmailBouncedDate', 'Email Bounced Date', 'datetime', READ_ONLY),
  field('MailingAddress', 'Mailing Address', 'unsupported', READ_ONLY),
  field('acme__Lead_Status__c', 'Status of Lead', 'picklist', picklist(['New', 'Working', 'Qualified'])),
  field('Sales_Phase__c', 'Sales Phase', 'picklist', picklist(['new', 'working', 'qualified', 'lost'])),
  field('Lead_Score__c', 'Score', 'number'),
  field('AI_Interaction_Summary__c', 'AI Interaction Summary', 'text'),
  field('Renewal__c', 'Renewal', 'datetime'),
  field('Tier__c', 'Tier', 'string', READ_ONLY),
];

const LEAD: readonly DescribedField[] = [
  ...SALESFORCE.filter(({ name }) => !/^Account|^Mailing|^Other|__c$/.test(name)),
  field('Company', 'Company', 'string', { nullable: false, required: true }),
  field('Street', 'Street', 'text'),
  field('City', 'City'),
  field('PostalCode', 'Zip/Postal Code'),
  field('Status', 'Status', 'picklist', picklist(['Open - Not Contacted', 'Closed - Converted'], { nullable: false })),
];

const HUBSPOT: readonly DescribedField[] = [
  field('email', 'Email', 'email', { unique: true }),
  field('work_email', 'Work email', 'email'),
  field('firstname', 'First Name'),
  field('lastname', 'Last Name'),
  field('phone', 'Phone Number', 'phone'),
  field('mobilephone', 'Mobile Phone Number', 'phone'),
  field('hs_calculated_phone_number', 'Calculated Phone Number in International Format', 'phone', READ_ONLY),
  field('hs_searchable_calculated_phone_number', 'Calculated Phone Number without country code', 'phone', READ_ONLY),
  field('company', 'Company Name'),
  field('jobtitle', 'Job Title'),
  field('address', 'Street Address'),
  field('city', 'City'),
  field('zip', 'Postal Code'),
  field('date_of_birth', 'Date of birth'),
  field('hs_lead_status', 'Lead Status', 'picklist', picklist(['NEW', 'WORKING', 'QUALIFIED', 'OPEN'])),
  field('lifecyclestage', 'Lifecycle Stage', 'picklist', picklist(['subscriber', 'lead'])),
  field('hs_email_optout', 'Unsubscribed from all email', 'boolean', READ_ONLY),
  field('hs_email_domain', 'Email Domain', 'string', READ_ONLY),
  field('hubspot_owner_id', 'Owner', 'reference'),
  field('associatedcompanyid', 'Primary Associated Company ID', 'number', READ_ONLY),
  field('message', 'Message', 'text'),
  field('odd-name', 'Job Title'),
];

/** A Contact with the fields of its parents, as a settings page asks for them. */
const WITH_PARENTS: readonly DescribedField[] = [
  ...SALESFORCE,
  field('Account.Name', 'Account: Account Name', 'string', READ_ONLY),
  field('Account.Industry', 'Account: Industry', 'picklist', { ...READ_ONLY, ...picklist(['Banking']) }),
  field('Account.Website', 'Account: Website', 'url', READ_ONLY),
  field('Account.Phone', 'Account: Account Phone', 'phone', READ_ONLY),
  field('Account.BillingCity', 'Account: Billing City', 'string', READ_ONLY),
  field('ReportsTo.Email', 'Reports To: Email', 'email', READ_ONLY),
  field('ReportsTo.Phone', 'Reports To: Business Phone', 'phone', READ_ONLY),
];

const ACCOUNT: readonly DescribedField[] = [
  field('Id', 'Account ID', 'id', READ_ONLY),
  field('Name', 'Account Name', 'string', { nullable: false, required: true }),
  field('Type', 'Account Type', 'picklist'),
  field('ParentId', 'Parent Account ID', 'reference'),
  field('BillingStreet', 'Billing Street', 'text'),
  field('BillingCity', 'Billing City'),
  field('BillingState', 'Billing State/Province'),
  field('BillingCountry', 'Billing Country'),
  field('ShippingCity', 'Shipping City'),
  field('ShippingCountry', 'Shipping Country'),
  field('Phone', 'Account Phone', 'phone'),
  field('Website', 'Website', 'url'),
  field('Industry', 'Industry', 'picklist', picklist(['Banking'], { restricted: false })),
  field('AnnualRevenue', 'Annual Revenue', 'currency'),
  field('NumberOfEmployees', 'Employees', 'integer'),
  field('Site', 'Account Site'),
];

const COMPANIES: readonly DescribedField[] = [
  field('name', 'Company name'),
  field('domain', 'Company Domain Name'),
  field('website', 'Website URL'),
  field('hs_additional_domains', 'Additional Domains', 'multipicklist'),
  field('industry', 'Industry', 'picklist', picklist(['BANKING'])),
  field('numberofemployees', 'Number of Employees', 'number'),
  field('num_associated_contacts', 'Number of Associated Contacts', 'number', READ_ONLY),
  field('address', 'Street Address'),
  field('city', 'City'),
  field('state', 'State/Region'),
  field('country', 'Country/Region'),
  field('type', 'Type', 'picklist', picklist(['PROSPECT'])),
];

const companySchema = defineCompanySchema({ ...COMPANY_FIELDS, main_number: { type: 'string', label: 'Phone' } });

const schema = defineContactSchema({
  ...PERSON_FIELDS,
  mobile: { type: 'string', label: 'Mobile' },
  city: { type: 'string' },
  zip_code: { type: 'string' },
  lead_status: { type: 'enum', options: ['New', 'Working', 'Qualified'] },
  phase: { type: 'enum', options: ['New', 'Working', 'Qualified'] },
  lead_score: { type: 'number' },
  interaction_summary: { type: 'string' },
  birthday: { type: 'date' },
  renewal: { type: 'date' },
  tier: { type: 'string' },
  owner: { type: 'string' },
  favourite_colour: { type: 'string' },
});

const told = (described: readonly DescribedField[], of: Schema = schema) => {
  const suggestion = suggestMapping<Schema>(of, deepFreeze([...described]));
  return Object.fromEntries(
    Object.entries(suggestion.candidates).map(([name, candidates]) => {
      const rule = suggestion.fields.find((each) => each.field === name);
      const [chosen] = candidates.filter(({ crm }) => crm === rule?.crm);
      const { direction = '', blank = undefined } = rule ?? {};
      return [name, chosen ? `${chosen.crm} ${direction}${blank ? ' keep' : ''} ${chosen.reason} ${chosen.score}` : ''];
    }),
  );
};

describe('what is proposed for real fields', () => {
  it('of a Salesforce Contact', () =>
    expect(told(SALESFORCE)).toEqual({
      phone_number: 'Phone inbound usual_name 0.9',
      first_name: 'FirstName both same_name 1',
      last_name: 'LastName both keep same_name 1',
      do_not_call: 'DoNotCall both keep same_name 1',
      email: 'Email both same_name 1',
      job_title: 'Title both usual_name 0.9',
      company_name: '', // the account's name is a field of the parent
      mobile: 'MobilePhone both usual_name 0.9',
      city: 'MailingCity both usual_name 0.9',
      zip_code: 'MailingPostalCode both usual_name 0.9',
      lead_status: 'acme__Lead_Status__c both same_name 1',
      phase: 'Sales_Phase__c both same_options 0.7',
      lead_score: 'Lead_Score__c both same_name 1',
      interaction_summary: 'AI_Interaction_Summary__c both similar_name 0.6',
      birthday: 'Birthdate both usual_name 0.9',
      renewal: 'Renewal__c inbound same_name 0.7',
      tier: 'Tier__c inbound same_name 0.95',
      owner: 'OwnerId inbound usual_name 0.63',
      favourite_colour: '',
    }));

  it('of a Salesforce Lead', () =>
    expect(told(LEAD)).toMatchObject({
      phone_number: 'Phone inbound usual_name 0.9',
      company_name: 'Company both keep usual_name 0.9',
      city: 'City both same_name 1',
      zip_code: 'PostalCode both usual_name 0.9',
      lead_status: '', // a picklist that has none of the options is another one
      job_title: 'Title both usual_name 0.9',
    }));

  it('of a HubSpot contact', () =>
    expect(told(HUBSPOT)).toEqual({
      phone_number: 'phone inbound same_label 0.95',
      first_name: 'firstname both same_name 1',
      last_name: 'lastname both same_name 1',
      do_not_call: '',
      email: 'email both same_name 1',
      job_title: 'jobtitle both same_name 1',
      company_name: 'company both same_label 0.95',
      mobile: 'mobilephone both usual_name 0.9',
      city: 'city both same_name 1',
      zip_code: 'zip both usual_name 0.9',
      lead_status: 'hs_lead_status both same_name 1',
      phase: '',
      lead_score: '',
      interaction_summary: '',
      birthday: 'date_of_birth inbound usual_name 0.63', // text there
      renewal: '',
      tier: '',
      owner: 'hubspot_owner_id inbound same_label 0.66',
      favourite_colour: '',
    }));
});

describe('what is proposed for companies', () => {
  it('of a Salesforce Account: the host of the web site is only read', () =>
    expect(told(ACCOUNT, companySchema)).toEqual({
      name: 'Name both keep same_name 1',
      domain: 'Website inbound usual_name 0.8',
      industry: 'Industry both same_name 1',
      employees: 'NumberOfEmployees both same_label 0.95',
      city: 'BillingCity both usual_name 0.9',
      state: 'BillingState both usual_name 0.9',
      country: 'BillingCountry both usual_name 0.9',
      main_number: 'Phone both same_label 0.95',
    }));

  it('of a HubSpot company: a list of industries takes no other one', () =>
    expect(told(COMPANIES, companySchema)).toEqual({
      name: 'name both same_name 1',
      domain: 'domain both same_name 1',
      industry: 'industry inbound same_name 1',
      employees: 'numberofemployees both usual_name 0.9',
      city: 'city both same_name 1',
      state: 'state both same_name 1',
      country: 'country both same_name 1',
      main_number: '',
    }));
});

describe("what is proposed where parents' fields are described", () => {
  const ofCompany = defineContactSchema({
    ...PERSON_FIELDS,
    company_industry: { type: 'string' },
    company_website: { type: 'string' },
    account_phone: { type: 'string' },
    company_city: { type: 'string' },
  });

  it('is the field of the account that a field of the contact is called after, only read', () =>
    expect(told(WITH_PARENTS, ofCompany)).toMatchObject({
      phone_number: 'Phone inbound usual_name 0.9',
      email: 'Email both same_name 1',
      company_name: 'Account.Name inbound same_name 0.9',
      company_industry: 'Account.Industry inbound same_name 0.9',
      company_website: 'Account.Website inbound same_name 0.9',
    }));

  it('is never the email or number of somebody else', () => {
    const others = WITH_PARENTS.filter(({ name }) => name.includes('.'));
    const { fields } = suggestMapping(ofCompany, others);
    expect(fields.map(({ field: name }) => name)).not.toContain('email');
    expect(fields.map(({ field: name }) => name)).not.toContain('phone_number');
  });

  it('is the field of the record itself where both are meant', () => {
    const both = [field('company', 'Company Name'), field('company.name', 'Company: Company name', 'string', READ_ONLY)];
    expect(told(both)).toMatchObject({ company_name: 'company both same_label 0.95' });
    expect(suggestMapping(schema, both).candidates.company_name.map(({ crm, score }) => `${crm} ${score}`)).toEqual([
      'company 0.95',
      'company.name 0.9',
    ]);
  });
});

it.each([
  ['Salesforce', SALESFORCE, 'AccountId'],
  ['HubSpot', HUBSPOT, 'associatedcompanyid'],
])("the company's id is that of the record that %s refers to", (_, described, crm) => {
  const tied = defineContactSchema({ company_id: { type: 'string' } });
  expect(suggestMapping(tied, described).candidates.company_id[0]).toMatchObject({ crm, reason: 'usual_name' });
});

describe('what there is to choose from', () => {
  it('comes best first, other numbers too', () => {
    const { phone_number } = suggestMapping(schema, SALESFORCE).candidates;
    expect(phone_number.map(({ crm, score }) => `${crm} ${score}`)).toEqual(['Phone 0.9', 'MobilePhone 0.8', 'HomePhone 0.75']);
  });

  it('is a rule each, which a mapping takes', () => {
    const { mobile, email } = suggestMapping(schema, SALESFORCE).candidates;
    expect(mobile[0]?.rule).toEqual({ crm: 'MobilePhone', field: 'mobile', direction: 'both' });
    expect(email.map(({ crm }) => crm)).toEqual(['Email', 'EmailBouncedReason']);
  });

  it('is never a general number where a special one is wanted', () =>
    expect(suggestMapping(schema, [field('Phone', 'Phone', 'phone')]).candidates.mobile).toEqual([]));
});

describe('a proposal', () => {
  const TEXT_FOR_NUMBER = field('Lead_Score__c', 'Score');

  it('gives one CRM field to one contact field: to the one that is likelier meant', () => {
    const twice = defineContactSchema({ title: { type: 'string' }, job_title: { type: 'string' } });
    const { fields, candidates } = suggestMapping(twice, [field('Title', 'Title')]);
    expect(fields).toEqual([{ crm: 'Title', field: 'title', direction: 'both' }]);
    expect(candidates.job_title.map(({ crm }) => crm)).toEqual(['Title']);
  });

  it.each<readonly [what: string, offered: DescribedField, direction: string]>([
    ['a field that only the CRM fills', field('Email', 'Email', 'email', READ_ONLY), 'inbound'],
    ["a parent's field", field('Account.Name', 'Company Name'), 'inbound'],
    ['a picklist that takes no free text', field('Title', 'Title', 'picklist', picklist(['CEO', 'CTO'])), 'inbound'],
    ['a picklist that takes any text', field('Title', 'Title', 'picklist', picklist(['CEO'], { restricted: false })), 'both'],
    ['a text that is to be a number', TEXT_FOR_NUMBER, 'inbound'],
    ['a number that is a number', field('Lead_Score__c', 'Score', 'integer'), 'both'],
  ])('of %s', (_, offered, direction) =>
    expect(suggestMapping(schema, [offered]).fields.map((rule) => rule.direction)).toEqual([direction]),
  );

  it.each<readonly [what: string, offered: DescribedField]>([
    ['a phone number that is a date', field('Phone', 'Phone', 'date')],
    ['a number that is a phone', field('Lead_Score__c', 'Lead Score', 'phone')],
    ['an address', field('City', 'City', 'unsupported')],
    ['a name that no mapping takes', field('job-title', 'Job Title')],
    ['nothing in common', field('Xyz__c', 'Xyz')],
  ])('never takes %s', (_, offered) => expect(suggestMapping(schema, [offered]).fields).toEqual([]));
});

const NAMES = [...new Set([...WITH_PARENTS, ...HUBSPOT, ...LEAD, ...ACCOUNT, ...COMPANIES].map(({ name }) => name))];
const anyField = fc.record({
  name: fc.oneof(fc.constantFrom(...NAMES), fc.string({ maxLength: 12 })),
  label: fc.oneof(fc.constantFrom('Email', 'Phone Number', 'Job Title', '', 'Status'), fc.string({ maxLength: 12 })),
  type: fc.constantFrom(...CRM_FIELD_TYPES),
  creatable: fc.boolean(),
  updatable: fc.boolean(),
  nullable: fc.boolean(),
  required: fc.boolean(),
  filterable: fc.boolean(),
  unique: fc.boolean(),
  restricted: fc.boolean(),
});
const anyDescribed = fc.uniqueArray(anyField, { selector: ({ name }) => name, maxLength: 30 });
const anySchema = fc.constantFrom<Schema>(schema, companySchema);

test.prop([anySchema, anyDescribed])(
  'whatever the CRM has, the proposal is a mapping without a problem, one field to one',
  (of, described) => {
    const { fields, candidates } = suggestMapping<Schema>(of, deepFreeze(described));
    expect(new Set(fields.map(({ crm }) => crm)).size).toBe(fields.length);
    expect(new Set(fields.map((rule) => rule.field)).size).toBe(fields.length);
    expect(Object.keys(candidates)).toEqual(Object.keys(of.fields));
    for (const { score } of Object.values(candidates).flat()) expect(score > 0 && score <= 1).toBe(true);
    for (const { crm, direction } of fields) expect(String(crm).includes('.') && direction !== 'inbound').toBe(false);
    if (fields.length === 0) return;
    const parsed = safeParseMapping(of, { crmObject: 'Contact', fields }, { describedFields: described });
    expect(parsed.ok ? [] : parsed.issues).toEqual([]);
    const linted = lintMapping(of, { crmObject: 'Contact', fields }, { describedFields: described }).map(({ code }) => code);
    const unfit = ['read_only', 'incompatible_type', 'field_not_visible', 'text_shorter_in_crm', 'address_shortened'];
    expect(linted.filter((code) => unfit.includes(code))).toEqual([]);
  },
);

test.prop([anySchema, anyDescribed, fc.integer()])("the order of the CRM's fields changes nothing", (of, described, seed) => {
  const shuffled = [...described].sort((a, b) => (Math.imul(seed, a.name.length + 1) % 7) - (Math.imul(seed, b.name.length + 1) % 7));
  expect(suggestMapping(of, shuffled)).toEqual(suggestMapping(of, described));
  expect(suggestMapping(of, [...described].reverse())).toEqual(suggestMapping(of, described));
});

it.each([
  ['', []],
  ['__c', []],
  ['Phone2', ['phone2']],
  ['SSNNumber', ['ssn', 'number']],
  ['Größe__c', ['größe']],
  ["Assistant's Name", ['assistant', 's', 'name']],
])('the words of %s', (name, words) => expect(wordsOf(name)).toEqual(words));
