import { CrmSyncEngine, defineContactSchema, defineMapping, type EngineOptions } from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { salesforce } from 'crm-sync-engine/salesforce';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { type FakeSalesforceOptions, fakeHubSpot, fakeSalesforce, manualClock } from 'crm-sync-engine/testing';

export const schema = defineContactSchema({ email: { type: 'string' } });

/** Alice with two deals and a ticket. */
export async function hubspotAlice(options: Partial<EngineOptions<typeof schema>> = {}) {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = fakeHubSpot({
    clock,
    properties: {
      calls: {
        billable_status: { type: 'enumeration', options: ['billable', 'pro_bono'] },
        needs_follow_up: { type: 'bool' },
        team_size: { type: 'number' },
        computed: { type: 'string', readOnly: true },
        department: { type: 'string' },
      },
      communications: { billable_status: { type: 'enumeration', options: ['billable', 'pro_bono'] } },
    },
  });
  const mapping = defineMapping(schema, {
    crmObject: 'contacts',
    fields: [
      { crm: 'phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'firstname', field: 'first_name', direction: 'inbound' },
      { crm: 'lastname', field: 'last_name', direction: 'inbound' },
      { crm: 'email', field: 'email', direction: 'both' },
    ],
  });
  const store = memoryStore({ clock });
  const connectorOf = () => hubspot({ ...crm.options, clock });
  const engineOf = (more: Partial<EngineOptions<typeof schema>> = {}) =>
    new CrmSyncEngine({
      workspace: 'acme',
      connection: 'hub',
      schema,
      store,
      connector: connectorOf(),
      mappings: [mapping],
      activities: { call: true, sms: true },
      defaultCountry: 'US',
      clock,
      ...options,
      ...more,
    });
  const deal = (dealname: string) => crm.add('deals', { dealname, pipeline: 'default', dealstage: 'appointmentscheduled' }).id;
  const alice = crm.add('contacts', { firstname: 'Alice', lastname: 'Smith', phone: '+14155550123' }).id;
  const [renewal, expansion] = [deal('Renewal'), deal('Expansion')];
  const ticket = crm.add('tickets', { subject: 'Printer', hs_pipeline: '0', hs_pipeline_stage: '1' }).id;
  for (const id of [renewal, expansion, ticket]) crm.associate(alice, id);
  const engine = engineOf();
  await engine.pull();
  clock.advance(60_000);
  const match = {
    record: { object: 'contacts', recordId: alice },
    options: {
      deals: [
        { const: renewal, title: 'Renewal' },
        { const: expansion, title: 'Expansion' },
      ],
      tickets: [{ const: ticket, title: 'Printer' }],
    },
  };
  const logged = (object = 'calls') =>
    crm.list(object).map(({ id, properties, associations }) => {
      const { contacts = [], deals = [], tickets = [] } = associations;
      return { id, properties, contacts, deals, tickets };
    });
  return { crm, clock, engine, engineOf, connectorOf, store, alice, renewal, expansion, ticket, match, logged };
}

/** Alice with an opportunity and a case, and Leo, a lead. */
export async function salesforceAlice(
  options: Partial<EngineOptions<typeof schema>> = {},
  org: Pick<FakeSalesforceOptions, 'validationRules'> = {},
) {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = fakeSalesforce({
    ...org,
    clock,
    fields: {
      Task: {
        Billable__c: { type: 'picklist', options: ['Billable', 'Pro bono'], restricted: true },
        Follow_Up__c: { type: 'boolean' },
        Team_Size__c: { type: 'double', scale: 0 },
        Case__c: { type: 'reference', to: 'Case' },
        Total__c: { type: 'double', readOnly: true },
      },
    },
  });
  const people = (crmObject: string) =>
    defineMapping(schema, {
      crmObject,
      fields: [
        { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
        { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
        { crm: 'LastName', field: 'last_name', direction: 'inbound' },
        { crm: 'Email', field: 'email', direction: 'both' },
      ],
    });
  const store = memoryStore({ clock });
  const connectorOf = () => salesforce({ ...crm.options, clock });
  const engineOf = (more: Partial<EngineOptions<typeof schema>> = {}) =>
    new CrmSyncEngine({
      workspace: 'acme',
      connection: 'org',
      schema,
      store,
      connector: connectorOf(),
      mappings: [people('Contact'), people('Lead')],
      activities: { call: true, sms: true },
      defaultCountry: 'US',
      clock,
      ...options,
      ...more,
    });
  const engine = engineOf();
  const account = crm.add('Account', { Name: 'Acme' }).id;
  const alice = crm.add('Contact', { FirstName: 'Alice', LastName: 'Smith', Phone: '(415) 555-0123', AccountId: account }).id;
  const lead = crm.add('Lead', { LastName: 'Leo', Company: 'Leo', Phone: '(415) 555-0199' }).id;
  const opportunity = (Name: string) =>
    crm.add('Opportunity', { Name, StageName: 'Prospecting', CloseDate: '2026-03-01', AccountId: account }).id;
  const [renewal, expansion] = [opportunity('Renewal'), opportunity('Expansion')];
  const printer = crm.add('Case', { Subject: 'Printer', ContactId: alice }).id;
  await engine.pull();
  clock.advance(60_000);
  const match = {
    record: { object: 'Contact', recordId: alice },
    options: {
      Opportunity: [
        { const: renewal, title: 'Renewal' },
        { const: expansion, title: 'Expansion' },
      ],
      Case: [{ const: printer, title: 'Printer' }],
    },
  };
  const tasks = () => crm.list('Task').map(({ id, fields }) => ({ id, ...fields }));
  return { crm, clock, engine, engineOf, connectorOf, store, account, alice, lead, renewal, expansion, printer, match, tasks };
}
