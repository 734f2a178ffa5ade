import { defineMapping } from 'crm-sync-engine';
import { refreshToken, salesforce } from 'crm-sync-engine/salesforce';
import { fakeSalesforce } from 'crm-sync-engine/testing';
import type { Crm, Values } from './crm.ts';
import { ALICES_NUMBER, COMPANIES, everybody } from './people.ts';
import { schema } from './settings.ts';

export const salesforceCrm: Crm = {
  name: 'Salesforce',
  words: { account: 'an org', contact: 'Contact', call: 'Task', message: 'Task' },
  connection: 'acme-salesforce',
  mapping: defineMapping(schema, {
    crmObject: 'Contact',
    fields: [
      { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
      { crm: 'LastName', field: 'last_name', direction: 'inbound' },
      { crm: 'DoNotCall', field: 'do_not_call', direction: 'inbound' },
      { crm: 'Account.Name', field: 'company_name', direction: 'inbound' },
      { crm: 'Lead_Status__c', field: 'lead_status', direction: 'both', conflict: 'newest' },
      { crm: 'Email', field: 'email', direction: 'both' },
      { crm: 'Notes__c', field: 'interaction_summary', direction: 'outbound' },
    ],
  }),
  callFields: ['Subject', 'Status', 'ActivityDate', 'CallType', 'CallDurationInSeconds', 'CallObject', 'Description'],
  importCallsMax: 8, // 1,000 records a page
  isWrite: (operation) => /^(POST|PATCH|DELETE|upsert) /.test(operation),

  async open(clock) {
    const crm = fakeSalesforce({
      clock,
      fields: {
        Contact: {
          Lead_Status__c: { type: 'picklist', options: ['New', 'Working', 'Qualified', 'Customer'], restricted: true },
          Notes__c: { type: 'textarea', length: 32_000 },
        },
      },
    });
    const accounts = COMPANIES.map((Name) => crm.add('Account', { Name }).id);
    let aliceId = '';
    for (const { firstName, lastName, phone, status, email, doNotCall, company } of everybody()) {
      const { id } = crm.add('Contact', {
        FirstName: firstName,
        LastName: lastName,
        Phone: phone,
        Lead_Status__c: status,
        Email: email,
        DoNotCall: doNotCall,
        AccountId: company === null ? null : accounts[company],
      });
      if (phone === ALICES_NUMBER) aliceId = id;
    }

    const server = await crm.listen();
    const auth = refreshToken(
      { refreshToken: crm.oauth.refreshToken }, // a host with many connections gives its own TokenStore here
      { clientId: crm.oauth.clientId, clientSecret: crm.oauth.clientSecret, loginUrl: server.url },
    );
    const tasks = (): readonly Values[] => crm.list('Task').map(({ fields }) => fields);
    return {
      url: server.url,
      connector: salesforce({ auth, clock }),
      aliceId,
      calls: crm.calls,
      contact: (id) => crm.record(id).fields,
      contacts: () => crm.list('Contact').map(({ fields }) => fields),
      companyOf: (id) => crm.record(String(crm.record(id).fields['AccountId'])).fields['Name'],
      logged: () => tasks().flatMap((fields) => (isCall(fields) ? [{ values: fields, contactIds: [fields['WhoId']] }] : [])),
      threads: () => tasks().flatMap((fields) => (isCall(fields) ? [] : [String(fields['Description'])])),
      edit: (id, values) => void crm.edit(id, values),
      [Symbol.asyncDispose]: () => server.close(),
    };
  },
};

const isCall = (task: Values): boolean => task['TaskSubtype'] === 'Call';
