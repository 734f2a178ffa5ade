import { defineMapping } from 'crm-sync-engine';
import { hubspot, refreshToken } from 'crm-sync-engine/hubspot';
import { fakeHubSpot } from 'crm-sync-engine/testing';
import type { Crm, Values } from './crm.ts';
import { ALICES_NUMBER, COMPANIES, everybody, RECORDS } from './people.ts';
import { schema } from './settings.ts';

export const hubspotCrm: Crm = {
  name: 'HubSpot',
  words: { account: 'an account', contact: 'contact', call: 'call', message: 'communication' },
  connection: 'acme-hubspot',
  mapping: defineMapping(schema, {
    crmObject: 'contacts',
    fields: [
      { crm: 'phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'firstname', field: 'first_name', direction: 'inbound' },
      { crm: 'lastname', field: 'last_name', direction: 'inbound' },
      { crm: 'do_not_call', field: 'do_not_call', direction: 'inbound' },
      { crm: 'company.name', field: 'company_name', direction: 'inbound' },
      { crm: 'hs_lead_status', field: 'lead_status', direction: 'both', conflict: 'newest' },
      { crm: 'email', field: 'email', direction: 'both' },
      { crm: 'conversation_notes', field: 'interaction_summary', direction: 'outbound' },
    ],
  }),
  callFields: [
    'hs_call_title',
    'hs_call_status',
    'hs_timestamp',
    'hs_call_direction',
    'hs_call_duration',
    'hs_call_external_id',
    'hs_call_body',
  ],
  importCallsMax: Math.ceil(RECORDS / 100) * 3 + 5, // 100 records a page, then their companies: which ones, and their names
  isWrite: (operation) => /^(create|update|upsert|archive|createAssociations) /.test(operation),

  async open(clock) {
    const crm = fakeHubSpot({
      clock,
      properties: {
        contacts: {
          hs_lead_status: { type: 'enumeration', fieldType: 'radio', options: ['New', 'Working', 'Qualified', 'Customer'] },
          conversation_notes: { type: 'string', fieldType: 'textarea' },
          do_not_call: { type: 'bool' },
        },
      },
    });
    const companies = COMPANIES.map((name) => crm.add('companies', { name }).id);
    let aliceId = '';
    for (const { firstName, lastName, phone, status, email, doNotCall, company } of everybody()) {
      const { id } = crm.add('contacts', {
        firstname: firstName,
        lastname: lastName,
        phone,
        hs_lead_status: status,
        email,
        do_not_call: doNotCall,
      });
      if (company !== null) crm.associate(id, companies[company] as string, 'Primary');
      if (phone === ALICES_NUMBER) aliceId = id;
    }

    const server = await crm.listen();
    const auth = refreshToken(
      { refreshToken: crm.oauth.refreshToken }, // a host with many connections gives its own TokenStore here
      { clientId: crm.oauth.clientId, clientSecret: crm.oauth.clientSecret, baseUrl: server.url },
    );
    return {
      url: server.url,
      connector: hubspot({ auth, clock, baseUrl: server.url }),
      aliceId,
      calls: crm.calls,
      contact: (id) => filled(crm.record(id).properties),
      contacts: () => crm.list('contacts').map(({ properties }) => properties),
      companyOf: (id) => crm.record(crm.record(id).associations['companies']?.[0] ?? '').properties['name'],
      logged: () =>
        crm.list('calls').map(({ properties, associations }) => ({
          values: { ...properties, hs_call_body: textOf(properties['hs_call_body']) },
          contactIds: associations['contacts'] ?? [],
        })),
      threads: () => crm.list('communications').map(({ properties }) => textOf(properties['hs_communication_body'])),
      edit: (id, values) => void crm.edit(id, values),
      [Symbol.asyncDispose]: () => server.close(),
    };
  },
};

/** HubSpot keeps a text that was cleared as an empty one. */
const filled = (properties: Values): Values =>
  Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, value === '' ? null : value]));

/** The body of a call is HTML. */
const textOf = (html: unknown): string => String(html).replaceAll('<br>', '\n');
