import { type CompanyTemplate, companyTemplateOf } from '../../core/suggest/company-template.ts';
import { type PersonTemplate, personTemplate } from '../../core/suggest/person-template.ts';

/**
 * People. Number and name are only read; email, title and company go both ways, and where both sides changed the CRM wins.
 * Found by number, then by email. `company` is the contact's own text, apart from the name of an associated company.
 */
export const contactTemplate: PersonTemplate = personTemplate({
  crmObject: 'contacts',
  fields: [
    { crm: ['phone', 'mobilephone'], field: 'phone_number', direction: 'inbound' },
    { crm: 'firstname', field: 'first_name', direction: 'inbound' },
    { crm: 'lastname', field: 'last_name', direction: 'inbound' },
    { crm: 'email', field: 'email', direction: 'both' },
    { crm: 'jobtitle', field: 'job_title', direction: 'both' },
    { crm: 'company', field: 'company_name', direction: 'both' },
  ],
  matchKey: ['phone_number', 'email'],
});

/**
 * Companies. Name and domain, which find a company, are only read, and so is the industry, which HubSpot takes from a list of its own.
 * Size and location go both ways, and where both sides changed the CRM wins. A new company gets name and domain all the same.
 */
export const companyTemplate: CompanyTemplate = companyTemplateOf({
  crmObject: 'companies',
  fields: [
    { crm: 'name', field: 'name', direction: 'inbound' },
    { crm: 'domain', field: 'domain', direction: 'inbound' },
    { crm: 'industry', field: 'industry', direction: 'inbound' },
    { crm: 'numberofemployees', field: 'employees', direction: 'both' },
    { crm: 'city', field: 'city', direction: 'both' },
    { crm: 'state', field: 'state', direction: 'both' },
    { crm: 'country', field: 'country', direction: 'both' },
  ],
});
