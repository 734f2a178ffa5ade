import { type PersonTemplate, personTemplate } from '../../core/person-template.ts';

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
