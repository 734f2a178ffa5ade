import { CrmSyncEngine, defineContactSchema, type EngineOptions } from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { salesforce } from 'crm-sync-engine/salesforce';
import { conversation, fakeHubSpot, fakeSalesforce, manualClock, memoryStore } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';

const schema = defineContactSchema({});
const clock = manualClock('2026-01-05T09:00:00Z');
const engineOf = (options: Partial<EngineOptions<typeof schema>>) =>
  new CrmSyncEngine({ workspace: 'acme', connection: 'acme-crm', schema, store: memoryStore({ clock }), clock, ...options });

describe('the owners that a settings page offers', () => {
  it.each([
    ['Salesforce', () => salesforce(fakeSalesforce({ clock }).options)],
    ['HubSpot', () => hubspot(fakeHubSpot({ clock }).options)],
  ])('are those of %s', async (_, connect) => {
    const owners = await engineOf({ connector: connect() }).owners();
    expect(owners).toContainEqual({ id: expect.any(String), name: 'Integration User', email: expect.any(String), active: true });
  });

  it('a connector that can not tell is refused by the name of what it lacks', async () => {
    const { owners: _, ...less } = hubspot(fakeHubSpot({ clock }).options);
    await expect(engineOf({ connector: less }).owners()).rejects.toMatchObject({
      code: 'capability_missing',
      category: 'configuration',
      message: expect.stringContaining('`owners`'),
    });
  });

  it('can be given an activity: HubSpot takes the id that it told', async () => {
    const crm = fakeHubSpot({ clock });
    const ann = crm.addOwner({ email: 'ann@example.com', firstName: 'Ann' });
    const alice = crm.add('contacts', { firstname: 'Alice' });
    const engine = engineOf({ connector: hubspot(crm.options), activities: { call: true }, owners: { agent_1: ann.id } });
    const record = { object: 'contacts', id: alice.id };
    expect(await engine.logActivity(conversation({ agentId: 'agent_1' }), { record })).toMatchObject({ status: 'done' });
    expect(crm.list('calls')[0]?.properties['hubspot_owner_id']).toBe(ann.id);
  });
});
