import type { Conversation } from 'crm-sync-engine';
import {
  type ConversationMapping,
  fromRingCentralCall,
  type Incoming,
  jsonWebhook,
  signJson,
  signTwilio,
  twilioWebhook,
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
      for (const isLater of [false, false, true, true]) {
        const result = await engine.handleConversation(await callOf(isLater));
        expect(result.complete).toBe(true);
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
