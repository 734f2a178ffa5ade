import { type PersonTemplate, personTemplate } from '../../core/person-template.ts';

const NUMBER_AND_NAME = [
  { crm: ['Phone', 'MobilePhone'], field: 'phone_number', direction: 'inbound' },
  { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
  { crm: 'LastName', field: 'last_name', direction: 'inbound' },
] as const;
const EMAIL_AND_TITLE = [
  { crm: 'Email', field: 'email', direction: 'both' },
  { crm: 'Title', field: 'job_title', direction: 'both' },
] as const;

/**
 * People who are Contacts. Number, name and the account's name are only read; email and title go both ways, and where both
 * sides changed the CRM wins. Found by number, then by email.
 */
export const contactTemplate: PersonTemplate = personTemplate({
  crmObject: 'Contact',
  fields: [...NUMBER_AND_NAME, ...EMAIL_AND_TITLE, { crm: 'Account.Name', field: 'company_name', direction: 'inbound' }],
  matchKey: ['phone_number', 'email'],
});

/**
 * People who are Leads. As `contactTemplate`; the company is a field of the lead itself and goes both ways. Salesforce
 * refuses a lead without one: cleared here, it stays there.
 */
export const leadTemplate: PersonTemplate = personTemplate({
  crmObject: 'Lead',
  fields: [
    ...NUMBER_AND_NAME,
    ...EMAIL_AND_TITLE,
    { crm: 'Company', field: 'company_name', direction: 'both', blank: { outbound: 'keep' } },
  ],
  matchKey: ['phone_number', 'email'],
});
