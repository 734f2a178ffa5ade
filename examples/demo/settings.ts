import { type ConnectionSettings, defineAnalysis, defineContactSchema } from 'crm-sync-engine';

/** The fields of a contact beside the built-in ones: phone_number, first_name, last_name, do_not_call. */
export const schema = defineContactSchema({
  lead_status: { type: 'enum', options: ['New', 'Working', 'Qualified', 'Customer'] },
  email: { type: 'string' },
  company_name: { type: 'string' },
  interaction_summary: {
    type: 'string',
    description:
      'What we know from all talks with this person, a dated line for each: what they asked for, what we promised, what is next.',
  },
});

/**
 * Everything else that a host decides, but for the mapping, which is the CRM's. Plain data: it could as well come from a
 * settings page, through `parseSettings`.
 */
export const settings: ConnectionSettings<typeof schema> = {
  analysis: defineAnalysis(schema, [
    { from: 'lead_qualification_status', field: 'lead_status', mode: 'overwrite' },
    { from: 'email', field: 'email', mode: 'fill_if_empty' },
    { from: 'customer_notes', field: 'interaction_summary', mode: 'merge' },
  ]),
  activities: { call: true, sms: true },
  defaultCountry: 'US',
};
