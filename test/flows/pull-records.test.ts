import { defineContactSchema, defineMapping } from 'crm-sync-engine';
import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { connectorAround, contentsOf } from './harness.ts';
import { byPhone, scenesIn } from './scenes.ts';
import { WORLDS } from './world.ts';

describe.each(WORLDS)('on $name', (world) => {
  const { deployment, names, object } = world;
  const { people } = scenesIn(world);

  const MINUTE = 60_000;
  const HOUR = 60 * MINUTE;

  describe('a number that two records share (R20)', () => {
    it('is visible, and the record that waits is imported when the contact gets another number', async () => {
      const there = people(1);
      const { id } = there.crm.add({ firstName: 'Twin', lastName: 'Smith', phone: '+1 415 555 0120' });
      const run = await there.engine.pull();
      expect(run).toMatchObject({ counts: { created: 1, skipped: 1 }, skips: { ambiguous: 1 } });
      expect((await there.engine.status()).waiting).toMatchObject({ ambiguous: 1 });
      const contact = await byPhone(there, 0);
      await there.engine.contacts.update(contact?.id ?? '', { phone_number: '+14155550129' }, { by: 'test' });
      expect((await there.engine.status()).waiting).toMatchObject({ ambiguous: 1, records: 1 });
      const next = await there.engine.pull();
      expect(next.counts).toMatchObject({ created: 1 });
      expect((await byPhone(there, 0))?.links).toMatchObject([{ recordId: contact?.links[0]?.recordId === id ? there.ids[0] : id }]);
      expect((await there.engine.status()).waiting).toMatchObject({ ambiguous: 0, records: 0 });
    });

    it('that changes in the CRM frees the other record in the same pull', async () => {
      const there = people(1);
      there.crm.add({ firstName: 'Twin', lastName: 'Smith', phone: '+1 415 555 0120' });
      await there.engine.pull();
      const linked = (await byPhone(there, 0))?.links[0]?.recordId ?? '';
      there.clock.advance(HOUR);
      there.crm.edit(linked, { phone: '+1 415 555 0128' });
      there.clock.advance(MINUTE);
      await there.engine.pull();
      expect(await there.engine.contacts.list()).toHaveLength(2);
      expect((await there.engine.status()).waiting).toMatchObject({ ambiguous: 0, records: 0 });
    });

    it.each(['before', 'after'])('a record made again goes to the contact whose record was deleted %s that', async (when) => {
      const there = people(1);
      await there.engine.pull();
      const [old] = there.ids as [string];
      there.clock.advance(HOUR);
      if (when === 'after') there.crm.remove(old);
      const { id } = there.crm.add({ firstName: 'FIRST0', lastName: 'Smith', phone: '+1 415 555 0120' });
      there.clock.advance(1_000);
      if (when === 'before') there.crm.remove(old);
      there.clock.advance(MINUTE);
      await world.hearOfDeletion(there.engine, old);
      await there.engine.pull();
      expect(await there.engine.contacts.list()).toMatchObject([
        {
          fields: { first_name: 'FIRST0' },
          links: [
            { recordId: old, state: 'tombstone' },
            { recordId: id, state: 'active' },
          ],
        },
      ]);
      expect((await there.engine.status()).waiting).toMatchObject({ ambiguous: 0, records: 0 });
    });
  });

  describe('records that are gone', () => {
    it('deleted: a tombstone, the contact stays; restored: its record again (R14)', async () => {
      const there = people(2);
      await there.engine.pull();
      there.clock.advance(HOUR);
      there.crm.remove(there.ids[0] as string);
      there.clock.advance(MINUTE);
      expect(await world.hearOfDeletion(there.engine, there.ids[0] as string)).toMatchObject({ counts: { updated: 1 } });
      expect(await byPhone(there, 0)).toMatchObject({ fields: { first_name: 'First0' }, links: [{ state: 'tombstone' }] });
      there.clock.advance(HOUR);
      there.crm.restore(there.ids[0] as string);
      there.clock.advance(MINUTE);
      await there.engine.pull();
      expect((await byPhone(there, 0))?.links).toMatchObject([{ state: 'active' }]);
    });

    it.each([1, 2, 100])(
      'merged: the contact goes on with the record that is left, whatever its number (P11; pages of %i)',
      async (pageSizeMax) => {
        const there = people(2, { pageSizeMax });
        await there.engine.pull();
        there.clock.advance(HOUR);
        const winner = there.crm.add({ firstName: 'Winner', lastName: 'Smith', phone: '+1 415 555 0177' });
        const left = there.crm.merge(winner.id, there.ids[0] as string);
        there.clock.advance(MINUTE);
        await there.engine.pull();
        expect(await there.engine.contacts.list()).toHaveLength(2);
        expect(await byPhone(there, 0)).toBeNull();
        expect((await there.engine.contacts.byPhone('+14155550177')).contact).toMatchObject({
          fields: { first_name: 'Winner' },
          links: [
            { recordId: there.ids[0], state: 'superseded' },
            { recordId: left.id, state: 'active' },
          ],
        });
      },
    );

    it('merged into another contact’s record: both contacts stay, the loser’s link ends', async () => {
      const there = people(2);
      await there.engine.pull();
      there.clock.advance(HOUR);
      const left = there.crm.merge(there.ids[1] as string, there.ids[0] as string);
      there.clock.advance(MINUTE);
      await there.engine.pull();
      const live = async (last: number) =>
        (await byPhone(there, last))?.links.flatMap(({ state, recordId }) => (state === 'active' ? [recordId] : []));
      expect([await live(0), await live(1)]).toEqual([[], [left.id]]);
      const [zero, one] = [await byPhone(there, 0), await byPhone(there, 1)];
      expect(zero?.fields).toMatchObject({ first_name: 'First0' });
      // Salesforce keeps the winner's id, which the other contact has; HubSpot makes a new one, which nobody has yet.
      const contactId = left.id === there.ids[1] ? one?.id : null;
      expect(there.events.of('link.changed').filter((event) => event.contactId === zero?.id)).toMatchObject([
        { recordId: there.ids[0], state: 'superseded', successor: { object: world.object, recordId: left.id, contactId } },
      ]);
    });

    it('merged: a call of the other contact, and one that names the old record, are logged on the one that is left', async () => {
      const there = people(2);
      await there.engine.pull();
      there.clock.advance(HOUR);
      const left = there.crm.merge(there.ids[1] as string, there.ids[0] as string);
      there.clock.advance(MINUTE);
      await there.engine.pull();
      await there.engine.pull();
      await there.engine.handleConversation(conversation({ id: 'call-1', phone: '+14155550120' }));
      const record = { object: world.object, id: there.ids[0] as string };
      const step = await there.engine.logActivity(conversation({ id: 'call-2', phone: '+14155550120' }), { record });
      expect(step).toMatchObject({ status: 'done' });
      expect(there.crm.loggedCalls().map(({ contactIds }) => contactIds)).toEqual([[left.id], [left.id]]);
    });
  });

  describe('a snapshot that is too old (R6)', () => {
    it('requested before a push was acknowledged is fetched again and not taken for an edit', async () => {
      const there = people(1);
      await there.engine.pull();
      there.clock.advance(HOUR);
      const contact = await byPhone(there, 0);
      there.crm.edit(there.ids[0] as string, { firstName: 'Ann' });
      const engine = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          const answer = await call();
          if (name === 'read') {
            await there.engine.contacts.update(contact?.id ?? '', { lead_status: 'Qualified' }, { by: 'test' });
            await there.engine.push();
          }
          return answer;
        }),
      });
      const run = await engine.pull();
      expect(run).toMatchObject({ conflicts: 0, counts: { processed: 1 } });
      expect((await byPhone(there, 0))?.fields).toMatchObject({ first_name: 'Ann', lead_status: 'Qualified' });
      expect(there.crm.record(there.ids[0] as string).fields.status).toBe('Qualified');
      expect((await there.engine.status()).waiting.records).toBe(0);
    });
  });

  describe('several match keys', () => {
    it('an analysis that fills one brings back the record that waited for it', async () => {
      const keyed = defineContactSchema({ email: { type: 'string' } });
      const mapping = defineMapping(keyed, {
        crmObject: object,
        matchKey: ['phone_number', 'email'],
        fields: [
          { crm: names.phone, field: 'phone_number', direction: 'inbound' },
          { crm: names.firstName, field: 'first_name', direction: 'inbound' },
          { crm: names.email, field: 'email', direction: 'inbound' },
        ],
      });
      const there = deployment({
        schema: keyed as never,
        mappings: [mapping] as never,
        analysis: [{ from: 'email', field: 'email', mode: 'overwrite' }],
      });
      there.crm.add({ lastName: 'One', phone: '+14155550120' });
      await there.engine.pull();
      const called = (email: string) => there.engine.handleConversation(conversation({ phone: '+14155550120', analysis: { email } }));
      await called('one@example.com');
      const two = there.crm.add({ lastName: 'Two', email: 'one@example.com' });
      there.clock.advance(MINUTE);
      expect(await there.engine.pull()).toMatchObject({ skips: { ambiguous: 1 } });
      await called('other@example.com');
      there.clock.advance(HOUR);
      await there.engine.pull();
      const contents = await contentsOf(there.store, there.scope);
      expect(contents.contacts.flatMap(({ links }) => links.map(({ recordId }) => recordId))).toContain(two.id);
    });
  });
});
