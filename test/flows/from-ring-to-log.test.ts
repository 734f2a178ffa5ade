import { bindSubmission, CrmSyncEngine, defineContactSchema, defineLogForm, type LogForm, resolveLogForm } from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { salesforce } from 'crm-sync-engine/salesforce';
import { type ConversationOptions, conversation, fakeHubSpot, fakeSalesforce, manualClock, memoryStore } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';

const PHONE = '+14155550123';
const schema = defineContactSchema({});
const tie = (association: string, more: object = {}) =>
  ({
    key: association,
    title: association,
    type: 'selection',
    options: { association, openFirst: true },
    writes: 'association',
    ...more,
  }) as const;

/** A phone rings, somebody fills the form in, the call is logged: what a host does, with the JSON that it keeps in between. */
async function logCall(engine: CrmSyncEngine, form: LogForm, answers: object, talk: ConversationOptions = {}) {
  const context = form.kind === 'message' ? 'message' : 'inboundCall';
  const [match] = JSON.parse(JSON.stringify(await engine.lookUp(PHONE, { forms: [form] }))) as Awaited<ReturnType<CrmSyncEngine['lookUp']>>;
  const shown = resolveLogForm(form, { match: match!, context });
  const submission = bindSubmission(form, { match: match!, context }, answers);
  if (!submission.ok) return { shown, issues: submission.issues.map(({ path, code }) => `${path.join('.')} ${code}`) };
  const kept = JSON.parse(JSON.stringify(submission.value)) as typeof submission.value;
  const step = await engine.logActivity(conversation({ id: 'talk-1', phone: PHONE, ...talk }), { submission: kept });
  return { shown, step, issues: [] };
}

const optionsOf = ({ fields }: ReturnType<typeof resolveLogForm>, key: string) =>
  fields
    .find((field) => field.key === key)!
    .options!.map(({ title, description, open }) => `${title}, ${description}${open === false ? ', closed' : ''}`);

function inHubSpot() {
  const clock = manualClock('2026-05-01T12:00:00Z');
  const crm = fakeHubSpot({ clock, properties: { sales_lead: { title: { type: 'string' } } } });
  const engine = new CrmSyncEngine({
    workspace: 'acme',
    connection: 'hub',
    schema,
    store: memoryStore({ clock }),
    clock,
    connector: hubspot({ ...crm.options, clock }),
    mappings: [
      {
        crmObject: 'contacts',
        fields: [
          { crm: 'phone', field: 'phone_number', direction: 'inbound' },
          { crm: 'firstname', field: 'first_name', direction: 'inbound' },
        ],
      },
    ],
    activities: { call: true, sms: true },
    defaultCountry: 'US',
  });
  const alice = crm.add('contacts', { firstname: 'Alice', phone: '(415) 555-0123' }).id;
  const tied = (object: string, properties: object) => {
    const { id } = crm.add(object, properties as Record<string, unknown>);
    crm.associate(alice, id);
    clock.advance(60_000);
    return id;
  };
  const deal = (dealname: string, dealstage: string) => tied('deals', { dealname, dealstage, pipeline: 'default' });
  const ticket = (subject: string, stage: string) => tied('tickets', { subject, hs_pipeline: '0', hs_pipeline_stage: stage });
  return { clock, crm, engine, alice, tied, deal, ticket };
}

describe('deals and leads at once', () => {
  it('are both tied to a call, and to a message too', async () => {
    const { crm, engine, alice, tied, deal } = inHubSpot();
    const LEADS = `p${crm.portalId}_sales_lead`;
    const fields = [tie('deals'), tie(LEADS, { title: 'Lead' })].map((field) => ({ ...field, key: field.key === LEADS ? 'lead' : 'deal' }));
    const fleet = deal('Fleet', 'qualifiedtobuy');
    const fair = tied('sales_lead', { title: 'Trade fair' });
    const other = tied('sales_lead', { title: 'Web form' });
    await engine.pull();
    for (const [kind, channel, object] of [
      ['call', 'call', 'calls'],
      ['message', 'sms', 'communications'],
    ] as const) {
      const { shown, step } = await logCall(engine, defineLogForm({ kind, fields }), { lead: fair }, { id: channel, channel });
      expect(shown.values).toEqual({ deal: fleet, lead: null });
      expect(shown.questions.map(({ field, options }) => [field, options.map((option) => option.const).toSorted()])).toEqual([
        ['lead', [fair, other].toSorted()],
      ]);
      expect(step).toMatchObject({ status: 'done' });
      const [logged] = crm.list(object);
      expect(logged!.associations).toEqual({ contacts: [alice], deals: [fleet], sales_lead: [fair] });
    }
  });
});

describe('deals and tickets of HubSpot', () => {
  const form = defineLogForm({ kind: 'call', fields: [tie('deals'), tie('tickets', { whenSeveral: 'last_updated' })] });

  it('come with the labels of their stages, open ones first, and one of each is tied', async () => {
    const { crm, engine, alice, deal, ticket } = inHubSpot();
    const renewal = deal('Renewal', 'contractsent');
    deal('Pilot', 'closedwon');
    deal('Upgrade', 'qualifiedtobuy');
    const login = ticket('Cannot log in', '3');
    ticket('Broken', '4');
    await engine.pull();
    const { shown, step } = await logCall(engine, form, { deals: renewal });
    expect(optionsOf(shown, 'deals')).toEqual(['Upgrade, Qualified To Buy', 'Renewal, Contract Sent', 'Pilot, Closed Won, closed']);
    expect([shown.values['tickets'], shown.sources['tickets']]).toEqual([login, 'policy']);
    expect(step).toMatchObject({ status: 'done' });
    expect(crm.list('calls').map(({ associations }) => associations)).toEqual([{ contacts: [alice], deals: [renewal], tickets: [login] }]);
  });

  it('that the contact has none of leave the call with the contact alone', async () => {
    const { crm, engine, alice } = inHubSpot();
    await engine.pull();
    const { shown, step } = await logCall(engine, form, {});
    expect([shown.values, shown.questions]).toEqual([{ deals: null, tickets: null }, []]);
    expect(step).toMatchObject({ status: 'done' });
    expect(crm.list('calls').map(({ associations }) => associations)).toEqual([{ contacts: [alice] }]);
  });
});

describe('opportunities and cases of Salesforce', () => {
  const CASE = { Case__c: { type: 'reference', to: 'Case' } } as const;
  async function inSalesforce() {
    const clock = manualClock('2026-05-01T12:00:00Z');
    const crm = fakeSalesforce({ clock, fields: { Task: CASE } });
    const account = crm.add('Account', { Name: 'Acme' }).id;
    const alice = crm.add('Contact', { FirstName: 'Alice', LastName: 'Smith', Phone: '(415) 555-0123', AccountId: account }).id;
    const opportunity = (Name: string, StageName: string) =>
      crm.add('Opportunity', { Name, StageName, CloseDate: '2026-09-01', AccountId: account }).id;
    const [won, fleet] = [opportunity('Pilot', 'Closed Won'), opportunity('Fleet', 'Prospecting')];
    const printer = crm.add('Case', { Subject: 'Printer', Status: 'New', ContactId: alice }).id;
    const engine = new CrmSyncEngine({
      workspace: 'acme',
      connection: 'org',
      schema,
      store: memoryStore({ clock }),
      clock,
      connector: salesforce({ ...crm.options, clock }),
      mappings: [{ crmObject: 'Contact', fields: [{ crm: 'Phone', field: 'phone_number', direction: 'inbound' }] }],
      activities: { call: true },
      defaultCountry: 'US',
    });
    await engine.pull();
    clock.advance(60_000);
    const tasks = () => crm.list('Task').map(({ fields }) => ({ who: fields['WhoId'], what: fields['WhatId'], case: fields['Case__c'] }));
    return { crm, engine, alice, won, fleet, printer, tasks };
  }
  const fields = [tie('Opportunity'), tie('Case')];
  const exclusive = [{ fields: ['Opportunity', 'Case'] }];

  it('come open ones first, and a task is tied to one of them', async () => {
    const { engine, alice, fleet, tasks } = await inSalesforce();
    const { shown, step } = await logCall(engine, defineLogForm({ kind: 'call', fields, exclusive }), { Opportunity: fleet, Case: 'none' });
    expect(optionsOf(shown, 'Opportunity')).toEqual(['Fleet, Prospecting', 'Pilot, Closed Won, closed']);
    expect(shown.questions.map(({ field }) => field)).toEqual(['Opportunity']);
    expect(step).toMatchObject({ status: 'done' });
    expect(tasks()).toEqual([{ who: alice, what: fleet, case: null }]);
  });

  it('answered both are refused, unless the form names a lookup field for the second', async () => {
    const { engine, alice, fleet, printer, tasks } = await inSalesforce();
    const both = { Opportunity: fleet, Case: printer };
    expect((await logCall(engine, defineLogForm({ kind: 'call', fields, exclusive }), both)).issues).toEqual(['Case one_tie_only']);
    expect(tasks()).toEqual([]);
    const lookups = [{ ...exclusive[0]!, lookups: { Case: 'Case__c' } }];
    expect((await logCall(engine, defineLogForm({ kind: 'call', fields, exclusive: lookups }), both)).step).toMatchObject({
      status: 'done',
    });
    expect(tasks()).toEqual([{ who: alice, what: fleet, case: printer }]);
  });
});
