import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { scenesIn } from './scenes.ts';
import { WORLDS } from './world.ts';

describe.each(WORLDS)('what is pending, on $name', (world) => {
  const { aliceKnown } = scenesIn(world);
  const talk = (id: string) => conversation({ id, analysis: { customer_notes: `Notes of ${id}.` } });

  it('is listed with why and since when, a page at a time, and retried as a whole', async () => {
    const there = await aliceKnown();
    const { contactId, clock, crm } = there;
    const engine = there.engineOf({ merger: undefined as never });
    await there.edit({ interaction_summary: 'Asked.' });
    crm.fault({ on: 'log', what: 'lost_ack' });
    await engine.handleConversation(talk('call-1'));
    const items = await engine.pending.list();
    expect(items).toMatchObject([
      {
        kind: 'conversation',
        id: 'conversation:test:call-1',
        conversation: 'test:call-1',
        contactId,
        attempts: 1,
        dueAt: expect.any(String),
      },
      { kind: 'merge', conversation: 'test:call-1', contactId, fields: ['interaction_summary'], dueAt: expect.any(String) },
    ]);
    expect(await engine.pending.list({ limit: 1 })).toEqual(items.slice(0, 1));
    expect(await engine.pending.list({ limit: 5, after: items[0]?.id ?? '' })).toEqual(items.slice(1));
    expect(await engine.pending.list({ kinds: ['merge'] })).toEqual(items.slice(1));
    for (let times = 0; times < 3; times += 1) {
      clock.advance(1_800_000);
      await there.engine.pending.retry();
    }
    expect(await engine.pending.list()).toEqual([]);
    expect(crm.loggedCalls()).toHaveLength(1);
  });
});
