import { CrmSyncEngine, defineContactSchema, defineLogForm } from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { conversation, fakeHubSpot } from 'crm-sync-engine/testing';
import type { Desk } from './app.ts';
import { callTable } from './calls.ts';
import { productLoader } from './products.ts';

// Declared once. What to load, what to show, what may be answered and where it is written all follow from it.
const form = defineLogForm({
  kind: 'call',
  fields: [
    { key: 'recording', title: 'This call was recorded.', description: 'Card numbers are cut out of it.', type: 'note' },
    {
      key: 'deal',
      title: 'Deal',
      type: 'selection',
      options: { association: 'deals', openFirst: true },
      writes: 'association',
    },
    { key: 'ticket', title: 'Ticket', type: 'selection', options: { association: 'tickets' }, whenSeveral: 'skip', writes: 'association' },
    {
      key: 'product',
      title: 'Product',
      type: 'selection',
      dynamicOptions: true,
      whenSeveral: 'skip',
      writes: { activityField: 'product' },
    },
    {
      key: 'billable',
      title: 'Billable?',
      type: 'selection',
      required: true,
      options: [
        { const: 'billable', title: 'Billable' },
        { const: 'non_billable', title: 'Non-billable' },
      ],
      defaultSettingValues: { outboundCall: { settingId: 'outbound_billing' } },
      writes: { activityField: 'billable_status' },
    },
    { key: 'next_step', title: 'Next step', type: 'text', multiline: true, maxLength: 500, writes: { activityField: 'next_step' } },
    { key: 'follow_up', title: 'Needs follow-up', type: 'checkbox', default: false, writes: { activityField: 'needs_follow_up' } },
  ],
});

const newContact = defineLogForm({
  kind: 'new_contact',
  fields: [
    { key: 'first_name', title: 'First name', type: 'text', writes: { recordField: 'firstname' } },
    { key: 'last_name', title: 'Last name', type: 'text', required: true, writes: { recordField: 'lastname' } },
  ],
});

/** A HubSpot portal with a few people in it. Your own connector is `hubspot({ auth: … })`, or that of an app. */
export async function hubspotDesk(): Promise<Desk> {
  const select = (...options: string[]) => ({ type: 'enumeration', options: options.map((value) => ({ value, label: value })) }) as const;
  const crm = fakeHubSpot({
    properties: {
      calls: {
        billable_status: select('billable', 'non_billable'),
        product: { type: 'string' },
        next_step: { type: 'string', fieldType: 'textarea' },
        needs_follow_up: { type: 'bool' },
      },
    },
  });
  const person = (firstname: string, lastname: string, phone: string) => crm.add('contacts', { firstname, lastname, phone }).id;
  const deal = (dealname: string, dealstage: string, ...people: string[]) => {
    const { id } = crm.add('deals', { dealname, dealstage, pipeline: 'default' });
    for (const one of people) crm.associate(one, id);
  };
  const ticket = (subject: string, hs_pipeline_stage: string, one: string) =>
    crm.associate(one, crm.add('tickets', { subject, hs_pipeline: '0', hs_pipeline_stage }).id);

  const alice = person('Alice', 'Smith', '(415) 555-0123');
  deal('Renewal 2027', 'contractsent', alice);
  deal('Fleet expansion', 'qualifiedtobuy', alice);
  deal('Pilot', 'closedwon', alice);
  ticket('Cannot log in', '3', alice);
  const [bob, carol] = [person('Bob', 'Jones', '(415) 555-0124'), person('Carol', 'Jones', '(415) 555-0124')];
  deal('Office move', 'presentationscheduled', bob, carol);
  deal('<img src=x onerror="document.title=\'owned\'">', 'appointmentscheduled', carol);
  const dana = person('Dana', 'Flores', '(415) 555-0125');
  for (let year = 2026; year > 1996; year -= 1) deal(`Service contract ${year}`, year > 2023 ? 'contractsent' : 'closedwon', dana);

  const schema = defineContactSchema({});
  const engine = new CrmSyncEngine({
    workspace: 'acme',
    connection: 'acme-hubspot',
    schema,
    store: memoryStore(),
    connector: hubspot(crm.options),
    mappings: [
      {
        crmObject: 'contacts',
        fields: [
          { crm: 'phone', field: 'phone_number', direction: 'both' },
          { crm: 'firstname', field: 'first_name', direction: 'inbound' },
          { crm: 'lastname', field: 'last_name', direction: 'inbound' },
        ],
      },
    ],
    activities: { call: true },
    defaultCountry: 'US',
  });
  await engine.pull();

  const calls = callTable({
    'hs-1': {
      conversation: conversation({ id: 'hs-1', phone: '+14155550123', summary: 'Alice asked when the new contract starts.' }),
      about: 'Two open deals and a ticket',
    },
    'hs-2': {
      conversation: conversation({ id: 'hs-2', phone: '+14155550124', summary: 'The move is planned for spring.' }),
      about: 'Two people share the number',
    },
    'hs-3': {
      conversation: conversation({ id: 'hs-3', phone: '+14155550125', direction: 'outbound', summary: 'Dana wants last year’s terms.' }),
      about: 'Thirty deals to search',
    },
    'hs-4': {
      conversation: conversation({ id: 'hs-4', phone: '+14155550126', summary: 'Hugo asked for an offer.' }),
      about: 'Nobody has this number',
    },
  });
  const textOf = (value: unknown): string => String(value ?? '');
  return {
    engine,
    objects: { contacts: 'Contact' },
    form,
    newContact,
    calls,
    settings: { outbound_billing: 'non_billable' },
    loaders: { product: productLoader() },
    show({ id }) {
      const { properties, associations } = crm.record(id);
      const ties = (object: string, title: string) =>
        (associations[object] ?? []).map((to) => ({ object: object.slice(0, -1), title: textOf(crm.record(to).properties[title]) }));
      return {
        crm: 'HubSpot call',
        subject: textOf(properties['hs_call_title']),
        ties: [...ties('contacts', 'firstname'), ...ties('deals', 'dealname'), ...ties('tickets', 'subject')],
        fields: ['billable_status', 'product', 'next_step', 'needs_follow_up'].flatMap((name) =>
          properties[name] === null ? [] : [{ name, value: textOf(properties[name]) }],
        ),
        body: textOf(properties['hs_call_body'])
          .replaceAll(/<br\s*\/?>|<\/(p|div)>/g, '\n')
          .replaceAll(/<[^>]+>/g, ''),
      };
    },
  };
}
