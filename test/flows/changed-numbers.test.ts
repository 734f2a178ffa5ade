import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { byPhone, scenesIn } from './scenes.ts';
import { WORLDS } from './world.ts';

const HOUR = 3_600_000;
const OLD = '+14155550120';

describe.each(WORLDS)('on $name', (world) => {
  const { people } = scenesIn(world);

  /** First0 gets another number in the CRM at noon; what began before is of their old one. */
  async function moved(options: Parameters<typeof people>[2] = {}) {
    const there = people(1, {}, options);
    await there.engine.pull();
    const contactId = (await byPhone(there, 0))?.id ?? '';
    const before = new Date(there.clock.now() + HOUR).toISOString();
    there.clock.advance(3 * HOUR);
    there.crm.edit(there.ids[0] as string, { phone: '(415) 555-0188' });
    there.clock.advance(60_000);
    await there.engine.pull();
    there.clock.advance(HOUR);
    const call = (id: string, startedAt = new Date(there.clock.now()).toISOString()) =>
      conversation({ id, phone: OLD, startedAt, endedAt: startedAt, analysis: { lead_qualification_status: 'Qualified' } });
    return { ...there, contactId, before, call };
  }

  describe('a number that a contact gave up', () => {
    it('finds it for a conversation of that time, which comes late, and logs it on its record', async () => {
      const { engine, crm, call, before, contactId } = await moved();
      const result = await engine.handleConversation(call('late', before));
      expect(result).toMatchObject({ contactId, complete: true, steps: { analysis: { status: 'done' }, activity: { status: 'done' } } });
      expect(crm.loggedCalls()).toHaveLength(1);
    });

    it('finds nobody for a conversation after it', async () => {
      const { engine, call } = await moved();
      expect((await engine.handleConversation(call('now'))).steps.analysis).toMatchObject({ status: 'skipped', reason: 'unknown_caller' });
    });

    it('shows in a look-up, marked with its dates, where nobody has it now', async () => {
      const { engine, contactId } = await moved();
      expect(await engine.contacts.byPhone(OLD)).toMatchObject({
        contact: { id: contactId, fields: { phone_number: '+14155550188' } },
        others: [],
        formerly: { from: '2026-01-05T09:00:00.000Z', until: expect.stringMatching(/^2026-01-05T12:01:00\.\d{3}Z$/) }, // the clock goes on while the next page is asked for
      });
      expect((await engine.contacts.byPhone('+14155550188')).formerly).toBeNull();
      expect(await engine.contacts.byPhone('+14155550177')).toEqual({ contact: null, others: [], formerly: null, crm: null });
    });

    it('finds its new owner for a conversation of their time, and the old one for theirs', async () => {
      const there = await moved();
      there.crm.add({ firstName: 'New', lastName: 'Owner', phone: OLD });
      there.clock.advance(HOUR);
      await there.engine.pull();
      const { contact: owner, formerly } = await there.engine.contacts.byPhone(OLD);
      expect([owner?.fields.first_name, formerly]).toEqual(['New', null]);
      there.clock.advance(HOUR);
      expect((await there.engine.handleConversation(there.call('now'))).contactId).toBe(owner?.id);
      expect((await there.engine.handleConversation(there.call('late', there.before))).contactId).toBe(there.contactId);
      const between = new Date(Date.parse('2026-01-05T12:30:00Z')).toISOString();
      expect((await there.engine.handleConversation(there.call('between', between))).steps.analysis).toMatchObject({ reason: 'ambiguous' });
    });

    it('is kept also where it was changed or cleared by hand', async () => {
      const there = people(2);
      await there.engine.pull();
      const [zero, one] = [await byPhone(there, 0), await byPhone(there, 1)];
      there.clock.advance(HOUR);
      await there.engine.contacts.update(zero?.id ?? '', { phone_number: '+14155550199' }, { by: 'test' });
      await there.engine.contacts.update(one?.id ?? '', { phone_number: null }, { by: 'test' });
      expect(await there.engine.contacts.byPhone(OLD)).toMatchObject({ contact: { id: zero?.id } });
      expect(await there.engine.contacts.byPhone('+14155550121')).toMatchObject({
        contact: { id: one?.id, fields: { phone_number: null } },
      });
    });
  });

  it.each([
    ['blank', null, 'match_key_blank'],
    ['unreadable', '12', 'not_a_phone_number'],
  ])('a number that becomes %s in the CRM is kept here, and reported (R20)', async (_, phone, code) => {
    const there = people(1);
    await there.engine.pull();
    const before = await byPhone(there, 0);
    there.clock.advance(HOUR);
    there.crm.edit(there.ids[0] as string, { phone, firstName: 'Zoe' });
    there.clock.advance(60_000);
    const run = await there.engine.pull();
    expect(run.errors).toMatchObject([{ code, contactId: before?.id, field: 'phone_number' }]);
    expect(await there.engine.contacts.byPhone(OLD)).toMatchObject({
      contact: { id: before?.id, fields: { first_name: 'Zoe' } },
      formerly: null,
    });
  });
});
