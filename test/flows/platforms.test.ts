import type { Conversation } from 'crm-sync-engine';
import {
  blandWebhook,
  type ConversationMapping,
  elevenLabsWebhook,
  fromRingCentralCall,
  type Incoming,
  jsonWebhook,
  signBland,
  signElevenLabs,
  signJson,
  signTwilio,
  signVapi,
  twilioWebhook,
  vapiWebhook,
} from 'crm-sync-engine/conversations';
import { describe, expect, it } from 'vitest';
import { WORLDS } from './world.ts';

const ADDRESS = 'https://example.com/hooks';

const taken = (incoming: Incoming): Conversation => {
  if (incoming.kind !== 'conversation') throw new Error(`ignored: ${incoming.reason}`);
  return incoming.conversation;
};

const MAPPING: ConversationMapping = {
  source: 'thoughtly',
  id: 'call.id',
  channel: { value: 'call' },
  direction: { value: 'inbound' },
  contact: 'caller',
  startedAt: 'call.started_at',
  summary: 'call.summary',
  analysis: { fields: { lead_qualification_status: 'call.status' } },
};

const SENT_AT = Date.parse('2026-01-05T08:31:00.000Z');
const SIGNED = { secret: 's3cret', at: SENT_AT };
const READER = { secret: 's3cret', clock: { now: () => SENT_AT } };
const post = (body: string, headers: Readonly<Record<string, string>>) => new Request(ADDRESS, { method: 'POST', body, headers });

let deliveries = 0; // what a platform makes anew for each delivery

/** A call of each platform as it arrives, first as it is known at once and then with what came later. */
const PLATFORMS: Readonly<Record<string, (isLater: boolean) => Promise<Conversation>>> = {
  async twilio(isLater) {
    const form = {
      CallSid: 'CA01',
      CallStatus: 'completed',
      Direction: 'inbound',
      From: '+14155550123',
      To: '+14155550199',
      CallDuration: '42',
      Timestamp: 'Mon, 05 Jan 2026 08:31:00 +0000',
      SequenceNumber: isLater ? '4' : '3',
    };
    const signature = await signTwilio(form, { url: ADDRESS, authToken: 'token' });
    const headers = { 'x-twilio-signature': signature };
    const request = new Request(ADDRESS, { method: 'POST', body: new URLSearchParams(form), headers });
    const conversation = taken(await twilioWebhook({ authToken: 'token' })(request));
    return isLater ? { ...conversation, summary: 'Wants a demo.' } : conversation;
  },
  ringcentral: async (isLater) =>
    taken(
      fromRingCentralCall({
        logInfo: {
          sessionId: '1039811321016',
          startTime: '2026-01-05T08:30:00.000Z',
          duration: 42,
          direction: 'Inbound',
          result: 'Accepted',
          from: { phoneNumber: '14155550123' },
          to: { phoneNumber: '+14155550199', extensionId: '400200001' },
          lastModifiedTime: isLater ? '2026-01-05T08:35:00.000Z' : '2026-01-05T08:31:00.000Z',
        },
        ...(isLater ? { aiNote: 'Wants a demo.' } : {}),
      }),
    ),
  async vapi(isLater) {
    deliveries += 1;
    const message = {
      type: 'end-of-call-report',
      timestamp: SENT_AT + deliveries,
      endedReason: 'customer-ended-call',
      startedAt: '2026-01-05T08:30:00.000Z',
      endedAt: '2026-01-05T08:30:42.000Z',
      call: { id: '5fe26c8e', type: 'inboundPhoneCall' },
      customer: { number: '+14155550123' },
      phoneNumber: { number: '+14155550199' },
      analysis: isLater ? { summary: 'Wants a demo.' } : {},
      artifact: { presignedMonoUrl: `https://example.com/m.wav?sig=${deliveries}` },
    };
    const body = JSON.stringify({ message });
    return taken(await vapiWebhook({ ...READER, hmac: true })(post(body, await signVapi(body, SIGNED))));
  },
  async elevenlabs(isLater) {
    const phone_call = { direction: 'inbound', external_number: '+14155550123', agent_number: '+14155550199' };
    const data = {
      conversation_id: 'conv_01',
      status: 'done',
      metadata: { start_time_unix_secs: 1_767_601_800, call_duration_secs: 42, phone_call },
      analysis: isLater ? { transcript_summary: 'Wants a demo.' } : null,
    };
    const body = JSON.stringify({ type: 'post_call_transcription', event_timestamp: 1_767_601_860, data });
    return taken(await elevenLabsWebhook(READER)(post(body, { 'ElevenLabs-Signature': await signElevenLabs(body, SIGNED) })));
  },
  async bland(isLater) {
    const body = JSON.stringify({
      call_id: 'c0ffee00',
      inbound: true,
      from: '+14155550123',
      to: '+14155550199',
      completed: true,
      started_at: '2026-01-05T08:30:00.000Z',
      call_length: 0.7,
      ...(isLater ? { summary: 'Wants a demo.' } : {}),
    });
    return taken(await blandWebhook(READER)(post(body, { 'X-Webhook-Signature': await signBland(body, SIGNED) })));
  },
  async thoughtly(isLater) {
    const call = {
      id: 'call_01',
      started_at: '2026-01-05T08:30:00Z',
      status: 'Qualified',
      ...(isLater ? { summary: 'Wants a demo.' } : {}),
    };
    const body = JSON.stringify({ caller: '(415) 555-0123', call });
    const verify = { header: 'x-signature', secret: 's3cret', hmac: 'sha256' } as const;
    const request = new Request(ADDRESS, { method: 'POST', body, headers: await signJson(body, verify) });
    return taken(await jsonWebhook({ mapping: MAPPING, verify, defaultCountry: 'US' })(request));
  },
};

describe.each(WORLDS)('on $name', ({ deployment }) => {
  describe.each(Object.entries(PLATFORMS))('a call of %s', (source, callOf) => {
    it('is logged once for its caller, and what comes later joins it', async () => {
      const { engine, crm, clock } = deployment();
      const { id } = crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '+14155550123', status: 'New' });
      await engine.pull();
      clock.advance(3_600_000);
      for (const isLater of [false, true]) {
        expect(await engine.handleConversation(await callOf(isLater))).toMatchObject({
          complete: true,
          steps: { activity: { status: 'done' } },
        });
        const again = await engine.handleConversation(await callOf(isLater));
        expect(again).toMatchObject({ complete: true, steps: { analysis: { status: 'unchanged' }, activity: { status: 'unchanged' } } });
      }
      const logged = crm.loggedCalls();
      expect(logged).toHaveLength(1);
      expect(logged[0]?.key).toMatch(new RegExp(`^${source}:`));
      expect(logged[0]?.contactIds).toEqual([id]);
      expect(logged[0]?.body).toContain('Wants a demo.');
    });
  });

  it('what a mapping takes from a webhook reaches the contact and its record', async () => {
    const { engine, crm, clock } = deployment();
    const { id } = crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '+14155550123', status: 'New' });
    await engine.pull();
    clock.advance(3_600_000);
    await engine.handleConversation(await PLATFORMS['thoughtly']!(true));
    const { contact } = await engine.contacts.byPhone('+14155550123');
    expect(contact?.fields).toMatchObject({ lead_status: 'Qualified' });
    expect(crm.list().find((record) => record.id === id)?.fields).toMatchObject({ status: 'Qualified' });
  });
});
