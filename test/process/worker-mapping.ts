import { defineContactSchema, defineMapping } from '../../src/index.ts';

export const schema = defineContactSchema({ email: { type: 'string' }, lead_source: { type: 'enum', options: ['Web', 'Partner'] } });
export const mapping = defineMapping(schema, {
  crmObject: 'Contact',
  fields: [
    { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
    { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
    { crm: 'LastName', field: 'last_name', direction: 'inbound' },
    { crm: 'Email', field: 'email', direction: 'both' },
    { crm: 'LeadSource', field: 'lead_source', direction: 'both' },
  ],
});
