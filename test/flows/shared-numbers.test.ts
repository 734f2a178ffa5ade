import { describe, expect, it } from 'vitest';
import { byPhone, scenesIn } from './scenes.ts';
import { WORLDS } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NUMBER = '+14155550120';

describe.each(WORLDS)('on $name', (world) => {
  const { object } = world;
  const { people } = scenesIn(world);

  /** First0 is imported; Twin has the same number, and waits. */
  async function twins(options: Parameters<typeof people>[2] = {}) {
    const there = people(1, {}, options);
    await there.engine.pull();
    const first = await byPhone(there, 0);
    const twin = there.crm.add({ firstName: 'Twin', lastName: 'Jones', phone: '+1 415 555 0120', email: 'twin@example.com' }).id;
    there.clock.advance(HOUR);
    await there.engine.pull();
    return { ...there, twin, first: there.ids[0] as string, contactId: first?.id ?? '' };
  }

  const linksOf = async ({ engine }: Pick<Awaited<ReturnType<typeof twins>>, 'engine'>, id: string) =>
    (await engine.contacts.get(id))?.links.map(({ recordId, state }) => `${recordId} ${state}`);

  describe('a number that two records share', () => {
    it('is listed with every contact that has it and its records, and counted', async () => {
      const { engine, first, twin, contactId } = await twins();
      expect(await engine.contacts.ambiguous()).toEqual([
        {
          id: `${object}|${twin}`,
          object,
          recordId: twin,
          reason: 'ambiguous',
          contactId: null,
          keys: { phone_number: NUMBER },
          candidates: [{ contactId, records: [{ recordId: first, state: 'active' }] }],
          since: expect.stringMatching(/^2026-01-05T/),
        },
      ]);
      expect((await engine.status()).waiting.ambiguous).toBe(1);
      expect(await engine.contacts.ambiguous({ after: `${object}|${twin}` })).toEqual([]);
    });

    it('never moves a link, however often the other record changes', async () => {
      const there = await twins();
      for (const lastName of ['Miller', 'Baker']) {
        there.crm.edit(there.twin, { lastName });
        there.clock.advance(HOUR);
        await there.engine.pull();
        await there.engine.pull({ full: true });
      }
      expect(await linksOf(there, there.contactId)).toEqual([`${there.first} active`]);
      expect((await there.engine.contacts.get(there.contactId))?.fields.last_name).toBe('Smith');
      expect(await there.engine.contacts.ambiguous()).toHaveLength(1);
    });

    it('is forgotten once the record that waits is gone', async () => {
      const there = await twins();
      there.crm.remove(there.twin);
      there.clock.advance(HOUR);
      await world.hearOfDeletion(there.engine, there.twin);
      expect(await there.engine.contacts.ambiguous()).toEqual([]);
    });

    it('waits for the number that it has now, once that is corrected', async () => {
      const there = await twins();
      there.crm.edit(there.twin, { phone: '+1 415 555 0129' });
      there.clock.advance(HOUR);
      await there.engine.pull();
      expect(await there.engine.contacts.ambiguous()).toEqual([]);
      expect((await byPhone(there, 9))?.fields.first_name).toBe('Twin');
    });

    it('is settled by hand: the record becomes a contact of its own', async () => {
      const there = await twins();
      const own = await there.engine.contacts.link(null, { object, recordId: there.twin }, { by: 'anna' });
      expect(own).toMatchObject({
        fields: { first_name: 'Twin', phone_number: NUMBER },
        links: [{ recordId: there.twin, state: 'active' }],
      });
      expect(own.id).not.toBe(there.contactId);
      expect(await there.engine.contacts.ambiguous()).toEqual([]);
      const { contact, others } = await there.engine.contacts.byPhone(NUMBER);
      expect([contact, ...others].map((one) => one?.id).sort()).toEqual([own.id, there.contactId].sort());
      expect((await there.engine.contacts.explain(own.id, 'first_name'))[0]?.source.by).toBe('anna');
      there.clock.advance(HOUR);
      expect((await there.engine.pull({ full: true })).counts).toMatchObject({ created: 0, updated: 0 });
    });

    it('is settled by hand: the contact gets the other record', async () => {
      const there = await twins();
      await there.engine.contacts.unlink(there.contactId, { object, recordId: there.first });
      await there.engine.contacts.link(there.contactId, { object, recordId: there.twin });
      expect(await linksOf(there, there.contactId)).toEqual([`${there.first} declined`, `${there.twin} active`].sort());
      there.clock.advance(HOUR);
      await there.engine.pull();
      expect(await there.engine.contacts.ambiguous()).toMatchObject([
        { recordId: there.first, candidates: [{ contactId: there.contactId }] },
      ]);
      await there.engine.pull({ full: true });
      expect(await linksOf(there, there.contactId)).toEqual([`${there.first} declined`, `${there.twin} active`].sort());
    });

    it.each(['first', 'twin'] as const)('the %s goes to the other contact by hand, and its deletion is noticed there', async (which) => {
      const there = await twins();
      const { contacts } = there.engine;
      const { id } = await contacts.link(null, { object, recordId: there.twin });
      await contacts.unlink(id, { object, recordId: there.twin });
      await contacts.unlink(there.contactId, { object, recordId: there.first });
      const holder = which === 'first' ? id : there.contactId;
      await contacts.link(holder, { object, recordId: there[which] });
      there.clock.advance(HOUR);
      there.crm.remove(there[which]);
      await world.hearOfDeletion(there.engine, there[which]);
      expect(await linksOf(there, holder)).toContain(`${there[which]} tombstone`);
    });

    it('a record that waits for the number of a contact is said not to be that one’s, and waits on', async () => {
      const there = await twins();
      await there.engine.contacts.unlink(there.contactId, { object, recordId: there.twin });
      there.clock.advance(HOUR);
      await there.engine.pull();
      expect(await linksOf(there, there.contactId)).toContain(`${there.twin} declined`);
      expect(await linksOf(there, there.contactId)).toContain(`${there.first} active`);
      expect(await there.engine.contacts.ambiguous()).toMatchObject([{ recordId: there.twin }]);
    });

    it('a link by hand is a first link: no filled CRM field is overwritten (R18)', async () => {
      const there = await twins();
      const { id } = await there.engine.contacts.link(null, { object, recordId: there.twin });
      await there.engine.contacts.unlink(id, { object, recordId: there.twin });
      await there.engine.contacts.update(id, { email: 'other@example.com' }, { by: 'test' });
      await there.engine.contacts.link(id, { object, recordId: there.twin });
      there.clock.advance(HOUR);
      await there.engine.push();
      expect(there.crm.record(there.twin).fields.email).toBe('twin@example.com');
    });
  });

  describe('what a host may not decide', () => {
    it('to take a record from another contact, or a second record, unseen', async () => {
      const there = await twins();
      const { link } = there.engine.contacts;
      const linked = (...input: Parameters<typeof link>) => there.engine.contacts.link(...input);
      await expect(linked(null, { object, recordId: there.first })).rejects.toMatchObject({ code: 'record_taken' });
      await expect(linked(there.contactId, { object, recordId: there.twin })).rejects.toMatchObject({ code: 'contact_has_record' });
      await expect(linked('nobody', { object, recordId: there.twin })).rejects.toMatchObject({ code: 'contact_not_found' });
      await expect(linked(null, { object: 'Unknown', recordId: there.twin })).rejects.toMatchObject({ code: 'no_mapping' });
      there.crm.remove(there.twin);
      await expect(linked(null, { object, recordId: there.twin })).rejects.toMatchObject({ code: 'record_not_found' });
      expect(await linksOf(there, there.contactId)).toEqual([`${there.first} active`]);
    });
  });

  describe('a linked record whose new number another contact has (R20)', () => {
    async function blocked() {
      const there = people(2);
      await there.engine.pull();
      const [zero, one] = [await byPhone(there, 0), await byPhone(there, 1)];
      there.clock.advance(HOUR);
      there.crm.edit(there.ids[0] as string, { phone: '(415) 555-0121', firstName: 'Zoe' });
      there.clock.advance(MINUTE);
      const run = await there.engine.pull();
      return { ...there, run, zero: zero?.id ?? '', one: one?.id ?? '' };
    }

    it('keeps the old one, is reported, and listed; nobody is fused', async () => {
      const { run, engine, zero, one, ids } = await blocked();
      expect(run.errors).toMatchObject([{ code: 'match_key_taken', contactId: zero, field: 'phone_number' }]);
      expect((await engine.contacts.get(zero))?.fields).toMatchObject({ phone_number: NUMBER, first_name: 'Zoe' });
      expect(await engine.contacts.ambiguous()).toMatchObject([
        { recordId: ids[0], reason: 'match_key_taken', contactId: zero, candidates: [{ contactId: one, records: [{ recordId: ids[1] }] }] },
      ]);
    });

    it('waits no more once its record has the old number again', async () => {
      const there = await blocked();
      there.crm.edit(there.ids[0] as string, { phone: '(415) 555-0120' });
      there.clock.advance(HOUR);
      expect(await there.engine.pull()).toMatchObject({ errors: [], counts: { updated: 0 } });
      expect(await there.engine.contacts.ambiguous()).toEqual([]);
      await there.engine.contacts.update(there.one, { phone_number: '+14155550188' }, { by: 'test' });
      there.clock.advance(HOUR);
      await there.engine.pull();
      expect((await there.engine.contacts.get(there.zero))?.fields.phone_number).toBe(NUMBER);
    });

    it.each(['in the CRM', 'here'])('gets it once the other contact has another one, %s', async (where) => {
      const there = await blocked();
      if (where === 'here') await there.engine.contacts.update(there.one, { phone_number: '+14155550188' }, { by: 'test' });
      else there.crm.edit(there.ids[1] as string, { phone: '(415) 555-0188' });
      there.clock.advance(HOUR);
      await there.engine.pull();
      expect((await there.engine.contacts.get(there.zero))?.fields.phone_number).toBe('+14155550121');
      expect(await there.engine.contacts.ambiguous()).toEqual([]);
    });
  });

  it('a record with the number of a contact whose own was deleted, but of another name, waits: it may be somebody else', async () => {
    const there = people(1);
    await there.engine.pull();
    const contact = await byPhone(there, 0);
    there.clock.advance(HOUR);
    there.crm.remove(there.ids[0] as string);
    await world.hearOfDeletion(there.engine, there.ids[0] as string);
    const { id } = there.crm.add({ firstName: 'Bob', lastName: 'Brown', phone: '(415) 555-0120' });
    there.clock.advance(HOUR);
    await there.engine.pull();
    expect(await there.engine.contacts.ambiguous()).toMatchObject([{ recordId: id, candidates: [{ contactId: contact?.id }] }]);
    await there.engine.contacts.link(contact?.id ?? '', { object, recordId: id });
    expect(await there.engine.contacts.get(contact?.id ?? '')).toMatchObject({ fields: { first_name: 'Bob' } });
  });
});
