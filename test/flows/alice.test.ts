import { toDynamicVariables } from 'crm-sync-engine';
import { retellWebhook, signRetell } from 'crm-sync-engine/conversations';
import { describe, expect, it } from 'vitest';
import { callsOf } from './support.ts';
import { WORLDS, type World } from './world.ts';

/** The call of the walk-through in each CRM's own fields, units and words. */
const KEPT_AS: Readonly<Record<World['name'], object>> = {
  Salesforce: {
    Status: 'Completed',
    TaskSubtype: 'Call',
    CallType: 'Inbound',
    CallDurationInSeconds: 125,
    ActivityDate: '2026-01-06',
  },
  HubSpot: {
    hs_call_status: 'COMPLETED',
    hs_call_direction: 'INBOUND',
    hs_call_duration: '125400',
    hs_timestamp: '2026-01-06T08:57:54.600Z',
    hs_call_from_number: '+14155550123',
    hs_call_to_number: '+14155550199',
    hs_call_body: expect.stringContaining('<br>'),
  },
};

describe.each(WORLDS)('on $name', (world) => {
  const { deployment } = world;

  const API_KEY = 'key_test';

  /** A Retell webhook as it arrives: real shape, real signature. */
  async function webhook(callId: string, at: number, analysis: Record<string, unknown>): Promise<Request> {
    const body = JSON.stringify({
      event: 'call_analyzed',
      call: {
        call_id: callId,
        call_type: 'phone_call',
        call_status: 'ended',
        agent_id: 'agent_1',
        agent_version: 4,
        direction: 'inbound',
        from_number: '+14155550123',
        to_number: '+14155550199',
        start_timestamp: at - 125_400,
        end_timestamp: at,
        duration_ms: 125_400,
        disconnection_reason: 'user_hangup',
        call_analysis: {
          call_summary: 'Alice asked for a demo of the enterprise plan.',
          user_sentiment: 'Positive',
          call_successful: true,
          in_voicemail: false,
          custom_analysis_data: analysis,
        },
      },
    });
    const signature = await signRetell(body, { apiKey: API_KEY, at });
    return new Request('https://example.com/hooks/retell', { method: 'POST', body, headers: { 'x-retell-signature': signature } });
  }

  async function conversationOf(clock: { now(): number }, callId: string, analysis: Record<string, unknown>) {
    const read = retellWebhook({ apiKey: API_KEY, clock });
    const incoming = await read(await webhook(callId, clock.now(), analysis));
    if (incoming.kind !== 'conversation') throw new Error(`ignored: ${incoming.reason}`);
    return incoming.conversation;
  }

  /** Alice as she is after her first import and one earlier conversation. */
  async function aliceKnown() {
    const there = deployment();
    const { id } = there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '+14155550123', status: 'New' });
    await there.engine.pull();
    await there.engine.handleConversation(await conversationOf(there.clock, 'call_first', { customer_notes: 'Asked about prices.' }));
    there.clock.advance(86_400_000);
    return { ...there, recordId: id };
  }

  describe("Alice's walk-through", () => {
    it('imports her and hands her fields to the agent as texts', async () => {
      const { engine } = await aliceKnown();
      const { contact } = await engine.contacts.byPhone('(415) 555-0123');
      expect(contact?.fields).toMatchObject({ phone_number: '+14155550123', first_name: 'Alice', last_name: 'Smith', lead_status: 'New' });
      expect(toDynamicVariables(contact as NonNullable<typeof contact>)).toMatchObject({ first_name: 'Alice', lead_status: 'New' });
    });

    it('carries one analysed call through contact, CRM fields and activity', async () => {
      const { engine, crm, clock, recordId } = await aliceKnown();
      const loggedBefore = crm.loggedCalls().length;
      const call = await conversationOf(clock, 'call_second', {
        lead_qualification_status: 'Qualified',
        customer_notes: 'Interested in enterprise plan, wants demo next week',
        email: 'alice@example.com',
      });
      const result = await engine.handleConversation(call);
      expect(result).toMatchObject({
        complete: true,
        steps: { analysis: { status: 'done' }, push: { status: 'done' }, activity: { status: 'done' } },
      });

      const { contact } = await engine.contacts.byPhone('+14155550123');
      expect(contact?.fields).toMatchObject({ lead_status: 'Qualified', email: 'alice@example.com' });
      expect(contact?.fields.interaction_summary).toMatch(/Asked about prices\.[\s\S]*wants demo next week/);

      const { fields } = crm.record(recordId);
      expect(fields).toMatchObject({
        status: 'Qualified',
        email: 'alice@example.com',
        notes: contact?.fields.interaction_summary,
      });

      const logged = crm.loggedCalls();
      expect(logged).toHaveLength(loggedBefore + 1);
      const { id, subject, body, key, contactIds } = logged.at(-1) as NonNullable<(typeof logged)[number]>;
      expect({ key, contactIds }).toEqual({ key: 'retell:call_second', contactIds: [recordId] });
      expect(crm.valuesOf(id)).toMatchObject(KEPT_AS[world.name]);
      for (const text of ['Inbound', '+14155550123', '+14155550199', '2026-01-06', 'Alice asked for a demo of the enterprise plan.'])
        expect(`${subject}\n${body}`).toContain(text);
    });

    it('a redelivered webhook changes nothing and costs no write', async () => {
      const { engine, crm, clock } = await aliceKnown();
      const call = await conversationOf(clock, 'call_second', { lead_qualification_status: 'Qualified', customer_notes: 'Wants a demo' });
      await engine.handleConversation(call);
      const contacts = await engine.contacts.list();
      const records = crm.list();
      const logged = crm.loggedCalls();
      const calls = await callsOf(crm, async () => {
        const again = await engine.handleConversation(call);
        expect(again).toMatchObject({
          complete: true,
          steps: { analysis: { status: 'unchanged' }, push: { status: 'unchanged' }, activity: { status: 'unchanged' } },
        });
      });
      expect(await engine.contacts.list()).toEqual(contacts);
      expect(crm.list()).toEqual(records);
      expect(crm.loggedCalls()).toEqual(logged);
      expect(calls).toEqual([]);
    });

    it('a first-ever call costs no merge: the text is taken as it is', async () => {
      const merged: unknown[] = [];
      const { engine, crm, clock } = deployment({
        merger: {
          specVersion: 1,
          async merge(request) {
            merged.push(request);
            return { fields: {} };
          },
        },
      });
      crm.add({ lastName: 'Smith', phone: '+14155550123' });
      await engine.pull();
      await engine.handleConversation(await conversationOf(clock, 'call_first', { customer_notes: 'Asked about prices.' }));
      expect(merged).toEqual([]);
      expect((await engine.contacts.byPhone('+14155550123')).contact?.fields.interaction_summary).toBe('Asked about prices.');
    });
  });
});
