import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { scenesIn } from './scenes.ts';
import { callsOf } from './support.ts';
import { WORLDS } from './world.ts';

const HOUR = 3_600_000;

describe.each(WORLDS)('on $name', (world) => {
  const { aliceKnown, people } = scenesIn(world);
  const mapping = { ...world.mapping, pushFilter: { field: 'lead_status', eq: 'Qualified' } };

  describe('a mapping with a pushFilter', () => {
    it('sends who matches, and of the others all that has changed once they do', async () => {
      const there = await aliceKnown({ mappings: [mapping] });
      await there.edit({ interaction_summary: 'Called.' });
      const calls = await callsOf(there.crm, async () => {
        expect(await there.engine.push()).toMatchObject({ status: 'done', skips: { push_filter: 1 }, counts: { updated: 0 } });
      });
      expect(world.writesOf(calls)).toEqual([]);
      expect(there.record().notes).toBeNull();
      expect(await there.link()).toMatchObject({ state: 'active', body: { sent: [], held: {} } });
      expect(await there.engine.contacts.explain(there.contactId, 'interaction_summary')).toMatchObject([
        { reason: 'push_filter', before: null, after: 'Called.', source: { flow: 'push', object: world.object } },
        { after: 'Called.', source: { flow: 'manual' } },
      ]);
      // nothing is left to look at until the contact changes, and the same is not told twice
      there.clock.advance(HOUR);
      expect(await callsOf(there.crm, () => there.engine.push())).toEqual([]);
      expect(await there.engine.push()).toMatchObject({ skips: {} });
      expect(await there.engine.contacts.explain(there.contactId, 'interaction_summary')).toHaveLength(2);

      await there.edit({ lead_status: 'Qualified' });
      expect(await there.engine.push()).toMatchObject({ counts: { updated: 1 }, skips: {} });
      expect(there.record()).toMatchObject({ notes: 'Called.', status: 'Qualified' });
    });

    it('lets one that stops matching keep its link and its record, and still reads it', async () => {
      const there = await aliceKnown({ mappings: [mapping] }, {}, { status: 'Qualified' });
      there.clock.advance(HOUR);
      there.crm.edit(there.recordId, { status: 'Working', email: 'alice@example.com' });
      there.clock.advance(HOUR);
      await there.engine.pull();
      await there.edit({ interaction_summary: 'Called.' });
      await there.engine.push();
      expect(await there.link()).toMatchObject({ state: 'active', recordId: there.recordId });
      expect(there.record()).toMatchObject({ status: 'Working', email: 'alice@example.com', notes: null });
      expect(await there.fields()).toMatchObject({ lead_status: 'Working', email: 'alice@example.com', interaction_summary: 'Called.' });
      there.clock.advance(HOUR);
      await there.engine.pull({ full: true });
      expect(await there.engine.contacts.list()).toHaveLength(1);
      expect(there.crm.list()).toHaveLength(1);
    });

    it('is told in the answer of an edit and of a conversation', async () => {
      const there = await aliceKnown({ mappings: [mapping] });
      const edited = await there.engine.contacts.update(there.contactId, { email: 'a@example.com' }, { by: 'test', push: true });
      expect(edited.push).toMatchObject({ status: 'skipped', reason: 'push_filter', remedy: expect.stringContaining('pushFilter') });
      const talk = (id: string, status: string) =>
        conversation({ id, startedAt: new Date(there.clock.now()).toISOString(), analysis: { lead_qualification_status: status } });
      const first = await there.engine.handleConversation(talk('call-1', 'Working'));
      expect(first).toMatchObject({
        complete: true,
        steps: { push: { status: 'skipped', reason: 'push_filter' }, activity: { status: 'done' } },
      });
      const second = await there.engine.handleConversation(talk('call-2', 'Qualified'));
      expect(second).toMatchObject({ complete: true, steps: { push: { status: 'done' } } });
      expect(there.record()).toMatchObject({ status: 'Qualified', email: 'a@example.com' });
    });

    it('makes no record for who does not match', async () => {
      const creating = { ...mapping, create: { defaults: { [world.names.lastName]: 'Unknown' } } };
      const there = people(1, {}, { mappings: [creating], unknownCaller: 'create' });
      await there.engine.pull();
      there.clock.advance(HOUR);
      for (const [last, status] of [
        [8, 'Working'],
        [9, 'Qualified'],
      ] as const)
        await there.engine.applyAnalysis(
          conversation({ id: `call-${last}`, phone: `+1415555012${last}`, analysis: { lead_qualification_status: status } }),
        );
      expect(await there.engine.push({ createMissing: true })).toMatchObject({ skips: { push_filter: 1 }, counts: { created: 1 } });
      expect(there.crm.list().map(({ fields }) => fields.phone)).toEqual(['(415) 555-0120', '+14155550129']);
      there.clock.advance(HOUR);
      const left = (await there.engine.contacts.byPhone('+14155550128')).contact;
      await there.engine.contacts.update(left?.id ?? '', { lead_status: 'Qualified' }, { by: 'test' });
      expect(await there.engine.push({ createMissing: true })).toMatchObject({ counts: { created: 1 } });
    });

    it('another pushFilter looks at everybody again', async () => {
      const there = await aliceKnown({ mappings: [mapping] });
      await there.edit({ interaction_summary: 'Called.' });
      await there.engine.push();
      expect(await there.engineOf({ mappings: [world.mapping] }).push()).toMatchObject({ counts: { updated: 1 } });
      expect(there.record().notes).toBe('Called.');
    });
  });

  describe('do_not_call', () => {
    it('is a field to filter by: no push, no log and no look-up is refused because of it', async () => {
      const there = await aliceKnown();
      await there.edit({ do_not_call: true, interaction_summary: 'Does not want to be called.' });
      expect(await there.engine.push()).toMatchObject({ counts: { updated: 1 }, skips: {} });
      expect(there.record().notes).toBe('Does not want to be called.');
      const talk = conversation({
        startedAt: new Date(there.clock.now()).toISOString(),
        analysis: { lead_qualification_status: 'Qualified' },
      });
      expect(await there.engine.handleConversation(talk)).toMatchObject({
        complete: true,
        steps: { analysis: { status: 'done' }, push: { status: 'done' }, activity: { status: 'done' } },
      });
      expect(there.crm.loggedCalls()).toHaveLength(1);
      expect((await there.engine.contacts.byPhone('(415) 555-0123')).contact?.id).toBe(there.contactId);
      expect(await there.engine.lookUp('(415) 555-0123')).toMatchObject([
        { contact: { id: there.contactId }, record: { recordId: there.recordId } },
      ]);
      expect(await there.engine.contacts.list({ where: { field: 'do_not_call', eq: true } })).toHaveLength(1);
      expect(await there.engine.contacts.list({ where: { not: { field: 'do_not_call', eq: true } } })).toEqual([]);
      there.clock.advance(HOUR);
      there.crm.edit(there.recordId, { firstName: 'Alicia' });
      there.clock.advance(HOUR);
      expect(await there.engine.pull()).toMatchObject({ counts: { updated: 1 } });
    });
  });
});
