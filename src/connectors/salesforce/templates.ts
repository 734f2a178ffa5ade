import { type PersonTemplate, personTemplate } from '../../core/person-template.ts';

/** Salesforce refuses to blank what it requires of each record: a field that is cleared here stays filled there. */
const KEPT = { outbound: 'keep' } as const;
const NUMBER = { crm: ['Phone', 'MobilePhone'], field: 'phone_number', direction: 'inbound' } as const;
const NAME_AND_ROLE = [
  { crm: 'FirstName', field: 'first_name', direction: 'both' },
  { crm: 'LastName', field: 'last_name', direction: 'both', blank: KEPT },
  { crm: 'Email', field: 'email', direction: 'both' },
  { crm: 'Title', field: 'job_title', direction: 'both' },
] as const;

/**
 * People who are Contacts. The number and the account's name are only read; all else goes both ways, and where both sides
 * changed the CRM wins. Found by number, then by email.
 */
export const contactTemplate: PersonTemplate = personTemplate({
  crmObject: 'Contact',
  fields: [NUMBER, ...NAME_AND_ROLE, { crm: 'Account.Name', field: 'company_name', direction: 'inbound' }],
  matchKey: ['phone_number', 'email'],
});

/** People who are Leads. As `contactTemplate`; the company is a field of the lead itself, and goes both ways. */
export const leadTemplate: PersonTemplate = personTemplate({
  crmObject: 'Lead',
  fields: [NUMBER, ...NAME_AND_ROLE, { crm: 'Company', field: 'company_name', direction: 'both', blank: KEPT }],
  matchKey: ['phone_number', 'email'],
});
