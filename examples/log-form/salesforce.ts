import { CrmSyncEngine, defineContactSchema, defineLogForm } from 'crm-sync-engine';
import { salesforce } from 'crm-sync-engine/salesforce';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { conversation, fakeSalesforce } from 'crm-sync-engine/testing';
import type { Desk } from './app.ts';
import { callTable } from './calls.ts';

/** A task of Salesforce has one tie beside the person: the form knows, and asks where there would be two. */
const form = defineLogForm({
  kind: 'call',
  fields: [
    {
      key: 'opportunity',
      title: 'Opportunity',
      type: 'selection',
      options: { association: 'Opportunity', openFirst: true },
      writes: 'association',
    },
    { key: 'case', title: 'Case', type: 'selection', options: { association: 'Case', openFirst: true }, writes: 'association' },
    { key: 'next_step', title: 'Next step', type: 'text', maxLength: 80, writes: { activityField: 'Next_Step__c' } },
    {
      key: 'call_back',
      title: 'Call back',
      description: 'Puts the task on the list of open calls.',
      type: 'checkbox',
      writes: { activityField: 'Call_Back__c' },
    },
  ],
  exclusive: [{ fields: ['opportunity', 'case'] }],
});

/** Which sources can be chosen depends on what is made. */
const source = (...names: string[]) => names.map((name) => ({ const: name, title: name }));
const newContact = defineLogForm({
  kind: 'new_contact',
  contactTypes: [
    { const: 'Contact', title: 'Contact' },
    { const: 'Lead', title: 'Lead' },
  ],
  fields: [
    { key: 'first_name', title: 'First name', type: 'text', writes: { recordField: 'FirstName' } },
    { key: 'last_name', title: 'Last name', type: 'text', required: true, writes: { recordField: 'LastName' } },
    {
      key: 'source',
      title: 'Source',
      type: 'selection',
      options: { byContactType: { Contact: source('Web', 'Other'), Lead: source('Web', 'Phone Inquiry', 'Partner Referral') } },
      whenSeveral: 'skip',
      writes: { recordField: 'LeadSource' },
    },
  ],
});

/** A Salesforce org with a few people in it. Your own connector is `salesforce({ auth: … })`, or that of an app. */
export async function salesforceDesk(): Promise<Desk> {
  const crm = fakeSalesforce({ fields: { Task: { Next_Step__c: { type: 'string', length: 80 }, Call_Back__c: { type: 'boolean' } } } });
  const account = crm.add('Account', { Name: 'Hill Logistics' }).id;
  const erin = crm.add('Contact', { FirstName: 'Erin', LastName: 'Hill', Phone: '(415) 555-0143', AccountId: account }).id;
  const deal = crm.add('Opportunity', { Name: 'Cold chain', StageName: 'Prospecting', CloseDate: '2027-03-01', AccountId: account }).id;
  crm.add('OpportunityContactRole', { OpportunityId: deal, ContactId: erin });
  crm.add('Case', { Subject: 'Late delivery', Status: 'New', ContactId: erin, AccountId: account });
  crm.add('Lead', { FirstName: 'Frank', LastName: 'Moss', Company: 'Moss Gardens', Phone: '(415) 555-0144' });

  const schema = defineContactSchema({});
  const person = (crmObject: string, defaults: Readonly<Record<string, string>> = {}) => ({
    crmObject,
    create: { defaults },
    fields: [
      { crm: 'Phone', field: 'phone_number', direction: 'both' },
      { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
      { crm: 'LastName', field: 'last_name', direction: 'inbound' },
    ] as const,
  });
  const engine = new CrmSyncEngine({
    workspace: 'acme',
    connection: 'acme-salesforce',
    schema,
    store: memoryStore(),
    connector: salesforce(crm.options),
    mappings: [person('Contact'), person('Lead', { Company: 'Not known' })],
    activities: { call: true },
    defaultCountry: 'US',
  });
  await engine.pull();

  const textOf = (value: unknown): string => String(value ?? '');
  return {
    engine,
    objects: { Contact: 'Contact', Lead: 'Lead' },
    form,
    newContact,
    calls: callTable({
      'sf-1': {
        conversation: conversation({ id: 'sf-1', phone: '+14155550143', summary: 'Erin asked about Tuesday’s delivery.' }),
        about: 'An opportunity and a case',
      },
      'sf-2': {
        conversation: conversation({ id: 'sf-2', phone: '+14155550144', summary: 'Frank wants a price list.' }),
        about: 'A lead, which has neither',
      },
      'sf-3': {
        conversation: conversation({ id: 'sf-3', phone: '+14155550145', summary: 'Grace asked for a catalogue.' }),
        about: 'Nobody has this number',
      },
    }),
    settings: {},
    loaders: {},
    show({ id }) {
      const { fields } = crm.record(id);
      const nameOf = (to: string | null, object: string) => {
        const values = to === null ? {} : crm.record(to).fields;
        return to === null ? [] : [{ object, title: textOf(values['Name'] ?? values['Subject']) }];
      };
      return {
        crm: 'Salesforce task',
        subject: textOf(fields['Subject']),
        ties: [...nameOf(fields['WhoId'], 'name'), ...nameOf(fields['WhatId'], 'related to')],
        fields: ['Status', 'CallType', 'Next_Step__c', 'Call_Back__c'].flatMap((name) =>
          fields[name] === null ? [] : [{ name, value: textOf(fields[name]) }],
        ),
        body: textOf(fields['Description']),
      };
    },
  };
}
