import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { dumpOf } from './harness.ts';
import { WORLDS } from './world.ts';

const HOUR = 3_600_000;

describe.each(WORLDS)('a call on $name', (world) => {
  async function twoKnown() {
    const there = world.deployment();
    const alice = there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '(415) 555-0123' });
    const bea = there.crm.add({ firstName: 'Bea', lastName: 'Jones', phone: '(415) 555-0124' });
    await there.engine.pull();
    there.clock.advance(HOUR);
    const texts = async () => (await dumpOf(there.store, there.scope)).entries['conversation']?.length;
    return { ...there, alice, bea, texts };
  }

  it('of a contact whose record was merged into one that is deleted since is skipped, and its text is not kept for ever', async () => {
    const { engine, crm, clock, alice, bea, texts } = await twoKnown();
    const left = crm.merge(alice.id, bea.id);
    await engine.pull({ full: true }); // Bea's contact has lost its record to Alice's
    const { contact } = await engine.contacts.byPhone('+14155550124');
    expect(contact?.links.at(-1)).toMatchObject({ state: 'superseded' });
    crm.remove(left.id);
    clock.advance(HOUR);
    const { steps, complete } = await engine.handleConversation(conversation({ phone: '+14155550124' }));
    expect(steps.activity).toMatchObject({ status: 'skipped', reason: 'record_gone' });
    expect(complete).toBe(true);
    expect(await texts()).toBe(0);
    expect(crm.loggedCalls()).toEqual([]);
  });

  it('of a contact whose record is deleted, which nobody has noticed yet, is skipped', async () => {
    const { engine, crm, alice, texts } = await twoKnown();
    crm.remove(alice.id);
    const { steps } = await engine.handleConversation(conversation({ phone: '+14155550123' }));
    expect(steps.activity).toMatchObject({ status: 'skipped', reason: 'record_gone' });
    expect(await texts()).toBe(0);
  });

  it('of a contact whose record was merged, which nobody has noticed yet, is logged on the record that is left, once', async () => {
    const { engine, crm, clock, alice, bea, texts } = await twoKnown();
    const left = crm.merge(alice.id, bea.id);
    const call = conversation({ phone: '+14155550124' });
    await engine.handleConversation(call);
    clock.advance(HOUR);
    await engine.sync();
    await engine.handleConversation(call);
    expect(crm.loggedCalls().map(({ contactIds }) => contactIds)).toEqual([[left.id]]);
    expect(await texts()).toBe(0);
  });

  it('of a contact whose record was merged into one that was merged in turn is logged on the last of them', async () => {
    const { engine, crm, clock, alice, bea, texts } = await twoKnown();
    const left = crm.merge(alice.id, bea.id);
    await engine.pull({ full: true }); // Bea's contact has lost its record to Alice's
    const carl = crm.add({ firstName: 'Carl', lastName: 'Hall', phone: '(415) 555-0125' });
    const last = crm.merge(carl.id, left.id);
    clock.advance(HOUR);
    const { steps } = await engine.handleConversation(conversation({ phone: '+14155550124' }));
    expect(steps.activity).toMatchObject({ status: 'done' });
    expect(crm.loggedCalls().map(({ contactIds }) => contactIds)).toEqual([[last.id]]);
    expect(await texts()).toBe(0);
  });

  it('that is delivered again with more to say, once the record it was logged on was merged in turn, says it there', async () => {
    const { engine, crm, clock, alice, bea, texts } = await twoKnown();
    const left = crm.merge(alice.id, bea.id);
    await engine.pull({ full: true }); // Bea's contact has lost its record to Alice's
    const carl = crm.add({ firstName: 'Carl', lastName: 'Hall', phone: '(415) 555-0125' });
    const last = crm.merge(carl.id, left.id);
    clock.advance(HOUR);
    const call = conversation({ phone: '+14155550124' });
    await engine.handleConversation(call);
    const { steps, complete } = await engine.handleConversation({ ...call, summary: 'She asked for a demo.' });
    expect(steps.activity).toMatchObject({ status: 'done' });
    expect(complete).toBe(true);
    const [logged, ...others] = crm.loggedCalls();
    expect(logged).toMatchObject({ contactIds: [last.id], body: expect.stringContaining('She asked for a demo.') });
    expect(others).toEqual([]);
    expect(await texts()).toBe(0);
  });

  it('that is delivered again once the record it names is gone, and not merged, is not kept for ever', async () => {
    const { engine, crm, clock, alice, bea, texts } = await twoKnown();
    const left = crm.merge(alice.id, bea.id);
    await engine.pull({ full: true });
    const carl = crm.add({ firstName: 'Carl', lastName: 'Hall', phone: '(415) 555-0125' });
    const last = crm.merge(carl.id, left.id);
    clock.advance(HOUR);
    const call = conversation({ phone: '+14155550124' });
    await engine.handleConversation(call);
    crm.remove(last.id);
    const { steps, complete } = await engine.handleConversation({ ...call, summary: 'She asked for a demo.' });
    expect(steps.activity).toMatchObject({ status: expect.stringMatching(/skipped|done/) });
    expect(complete).toBe(true);
    expect(await texts()).toBe(0);
  });
});
