/**
 * A host's own test of its sync: the real engine and connector against a Salesforce in memory, no network, no waiting.
 *
 *   node --test examples/unit-test/qualified-call.test.ts
 */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { CrmSyncEngine, defineAnalysis, defineContactSchema, defineMapping } from 'crm-sync-engine';
import { salesforce } from 'crm-sync-engine/salesforce';
import { appendMerger, conversation, fakeSalesforce, manualClock, memoryStore } from 'crm-sync-engine/testing';

const schema = defineContactSchema({ lead_status: { type: 'enum', options: ['New', 'Qualified'] }, notes: { type: 'string' } });
const mapping = defineMapping(schema, {
  crmObject: 'Contact',
  fields: [
    { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
    { crm: 'Lead_Status__c', field: 'lead_status', direction: 'both' },
    { crm: 'Notes__c', field: 'notes', direction: 'outbound' },
  ],
});
const analysis = defineAnalysis(schema, [
  { from: 'status', field: 'lead_status', mode: 'overwrite' },
  { from: 'summary', field: 'notes', mode: 'merge' },
]);

let crm: ReturnType<typeof fakeSalesforce>;
let clock: ReturnType<typeof manualClock>;
let engine: CrmSyncEngine<typeof schema>;
beforeEach(() => {
  clock = manualClock('2026-01-05T09:00:00Z'); // one clock for all: time passes only when the test says so
  crm = fakeSalesforce({
    fields: {
      Contact: { Lead_Status__c: { type: 'picklist', options: ['New', 'Qualified'] }, Notes__c: { type: 'textarea', length: 32_000 } },
    },
    clock,
  });
  engine = new CrmSyncEngine({
    workspace: 'w',
    connection: 'c',
    schema,
    mappings: [mapping],
    analysis,
    activities: { call: true },
    store: memoryStore({ clock }),
    connector: salesforce(crm.options),
    merger: appendMerger(),
    clock,
  });
});

test('a qualified call reaches the CRM, once', async () => {
  const alice = crm.add('Contact', { LastName: 'Smith', Phone: '+14155550123', Lead_Status__c: 'New' });
  await engine.pull();
  crm.fault({ on: 'POST Task', what: 'lost_ack', times: 1 }); // the write is done, the answer is lost

  const call = conversation({ phone: '+14155550123', analysis: { status: 'Qualified', summary: 'Wants a demo' } });
  const { complete, steps } = await engine.handleConversation(call);
  await engine.handleConversation(call); // redelivered

  assert.equal(crm.record(alice.id).fields['Lead_Status__c'], 'Qualified');
  assert.match(crm.record(alice.id).fields['Notes__c'], /Wants a demo/);
  assert.equal(crm.list('Task').length, 1);
  assert.equal(complete, false); // nobody knows yet whether the Task is there, so it is not sent again
  assert.equal(steps.activity.status, 'pending');

  clock.advance(60 * 60_000);
  await engine.retryPending(); // looks it up and finds it
  assert.equal(crm.list('Task').length, 1);
  assert.equal((await engine.status()).waiting.conversations, 0);
  crm.verify(); // the fault did strike
});
