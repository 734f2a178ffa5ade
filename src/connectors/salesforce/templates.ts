import { type CompanyTemplate, companyTemplateOf } from '../../core/suggest/company-template.ts';
import { type PersonTemplate, personTemplate } from '../../core/suggest/person-template.ts';

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

/**
 * Companies. Name and domain, which find a company, are only read; the domain is the host of the web site, which no address could be
 * made of again. Industry, size and where bills go to go both ways, and where both sides changed the CRM wins. A new account gets name
 * and domain all the same.
 */
export const accountTemplate: CompanyTemplate = companyTemplateOf({
  crmObject: 'Account',
  fields: [
    { crm: 'Name', field: 'name', direction: 'inbound' },
    { crm: 'Website', field: 'domain', direction: 'inbound' },
    { crm: 'Industry', field: 'industry', direction: 'both' },
    { crm: 'NumberOfEmployees', field: 'employees', direction: 'both' },
    { crm: 'BillingCity', field: 'city', direction: 'both' },
    { crm: 'BillingState', field: 'state', direction: 'both' },
    { crm: 'BillingCountry', field: 'country', direction: 'both' },
  ],
});
