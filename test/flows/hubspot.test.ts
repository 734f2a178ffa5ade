import { CrmSyncEngine, defineAnalysis, defineContactSchema, defineMapping } from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { appendMerger, conversation, fakeHubSpot, manualClock, memoryStore } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';

const schema = defineContactSchema({
  lead_status: { type: 'enum', options: ['NEW', 'IN_PROGRESS', 'CONNECTED'] },
  email: { type: 'string' },
  notes: { type: 'string', description: 'A running summary.' },
});
const mapping = defineMapping(schema, {
  crmObject: 'contacts',
  fields: [
    { crm: 'phone', field: 'phone_number', direction: 'inbound' },
    { crm: 'firstname', field: 'first_name', direction: 'inbound' },
    { crm: 'lastname', field: 'last_name', direction: 'inbound' },
    { crm: 'hs_lead_status', field: 'lead_status', direction: 'both' },
    { crm: 'email', field: 'email', direction: 'both' },
    { crm: 'message', field: 'notes', direction: 'outbound' },
  ],
});
const analysis = defineAnalysis(schema, [
  { from: 'status', field: 'lead_status', mode: 'overwrite' },
  { from: 'email', field: 'email', mode: 'fill_if_empty' },
  { from: 'summary', field: 'notes', mode: 'merge' },
]);

function deployment() {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = fakeHubSpot({ clock });
  const engine = new CrmSyncEngine({
    workspace: 'acme',
    connection: 'acme-hubspot',
    schema,
    mappings: [mapping],
    analysis,
    activities: { call: true },
    defaultCountry: 'US',
    store: memoryStore({ clock }),
    connector: hubspot({ ...crm.options, clock }),
    merger: appendMerger(),
    clock,
  });
  return { clock, crm, engine };
}

describe('the same flows on HubSpot', () => {
  it('pulls, analyses, pushes and logs a call once, and finds nothing to do the second time', async () => {
    const { clock, crm, engine } = deployment();
    const { id } = crm.add('contacts', { firstname: 'Alice', lastname: 'Smith', phone: '(415) 555-0123', hs_lead_status: 'NEW' });
    expect((await engine.pull()).counts).toMatchObject({ processed: 1, created: 1 });
    clock.advance(60_000);

    const call = conversation({
      phone: '+14155550123',
      analysis: { status: 'CONNECTED', email: 'alice@example.com', summary: 'Wants a demo' },
    });
    expect(await engine.handleConversation(call)).toMatchObject({ complete: true });
    expect(crm.record(id).properties).toMatchObject({ hs_lead_status: 'CONNECTED', email: 'alice@example.com', message: 'Wants a demo' });
    expect(crm.list('calls')).toHaveLength(1);

    clock.advance(60_000);
    expect((await engine.pull()).counts).toMatchObject({ created: 0, updated: 0, failed: 0 });
    const before = crm.calls.length;
    await engine.push();
    expect(crm.calls.length).toBe(before);
    await engine.handleConversation(call);
    expect(crm.list('calls')).toHaveLength(1);
  });
});
