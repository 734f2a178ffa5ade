import { defineContactSchema, defineMapping } from 'crm-sync-engine';
import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { connectorAround } from './harness.ts';
import { scenesIn } from './scenes.ts';
import { callsOf, schema } from './support.ts';
import { type AccountOptions, WORLDS } from './world.ts';

describe.each(WORLDS)('on $name', (world) => {
  const { deployment, names, object, mapping: contactMapping, codes, writesOf } = world;
  const { aliceKnown } = scenesIn(world);

  const HOUR = 3_600_000;

  const customOf = ({ fields }: typeof schema) => {
    const { phone_number: _, first_name: __, last_name: ___, do_not_call: ____, ...custom } = fields;
    return custom;
  };

  describe('a field that the CRM refuses (R12)', () => {
    const NAMED: AccountOptions = {
      contactRule: ({ email }) => (email?.includes('blocked') ? { message: 'Not this one.', field: 'email' } : null),
    };
    const UNNAMED: AccountOptions = { contactRule: ({ email }) => (email?.includes('blocked') ? { message: 'Not this one.' } : null) };

    it.each([
      ['that it names', NAMED],
      ['without naming it', UNNAMED],
    ])('%s is held, and the others of the record go through', async (_, org) => {
      const { engine, edit, record, link } = await aliceKnown({}, org);
      await edit({ email: 'blocked@example.com', lead_status: 'Qualified', interaction_summary: 'Called.' });
      const run = await engine.push();
      expect(run).toMatchObject({ status: 'done', counts: { processed: 1, updated: 1 } });
      expect(run.errors).toMatchObject([{ field: names.email, code: codes.rule, contactId: expect.any(String) }]);
      expect(record()).toMatchObject({ email: null, status: 'Qualified', notes: 'Called.' });
      expect(Object.keys((await link())?.body.held ?? {})).toEqual([names.email]);
    });

    it.each([
      ['named', NAMED],
      ['unnamed', UNNAMED],
    ])('costs no call until it is due or changed (%s)', async (_, org) => {
      const { engine, edit, crm, clock, record, contactId } = await aliceKnown({}, org);
      await edit({ email: 'blocked@example.com', interaction_summary: 'Called.' });
      await engine.push();
      expect(await callsOf(crm, () => engine.push())).toEqual([]);
      clock.advance(HOUR);
      expect(await callsOf(crm, () => engine.push())).toEqual([]);
      await edit({ interaction_summary: 'Called twice.' }); // another field
      expect(writesOf(await callsOf(crm, () => engine.push()))).toHaveLength(1);
      expect(record()).toMatchObject({ email: null, notes: 'Called twice.' });
      clock.advance(24 * HOUR);
      expect(writesOf(await callsOf(crm, () => engine.push({ contactIds: [contactId] })))).toHaveLength(1); // due: tried once, held again
      expect(await callsOf(crm, () => engine.push())).toEqual([]);
      await edit({ email: 'alice@example.com' });
      expect(await engine.push()).toMatchObject({ counts: { updated: 1 }, errors: [] });
      expect(record()).toMatchObject({ email: 'alice@example.com' });
    });

    it('and a conversation that brought it is done all the same: the field waits with its link', async () => {
      const { engine } = await aliceKnown({}, NAMED);
      const result = await engine.handleConversation(conversation({ analysis: { email: 'blocked@example.com' } }));
      expect(result).toMatchObject({
        complete: true,
        steps: { push: { status: 'skipped', reason: codes.rule, refused: [{ field: names.email }] } },
      });
    });

    it('an option that the CRM does not have is held without a call', async () => {
      const wide = defineContactSchema({
        ...customOf(schema),
        lead_status: { type: 'enum', options: ['New', 'Working', 'Qualified', 'Lost'] },
      });
      const there = await aliceKnown({ schema: wide as never });
      await there.edit({ lead_status: 'Lost' as never, interaction_summary: 'Called.' });
      const run = await there.engine.push();
      expect(run.errors).toMatchObject([{ field: 'lead_status', message: expect.stringContaining(names.status) }]);
      expect(there.record()).toMatchObject({ status: 'New', notes: 'Called.' });
      expect(await callsOf(there.crm, () => there.engine.push())).toEqual([]);
    });

    it('a text longer than the CRM holds is held, or cut and reported where the mapping asks for it', async () => {
      const tooLong = 'So much to tell. '.repeat(world.notesMax / 16);
      const strict = await aliceKnown();
      await strict.edit({ interaction_summary: tooLong, email: 'alice@example.com' });
      expect((await strict.engine.push()).errors).toMatchObject([{ field: 'interaction_summary', code: 'too_long' }]);
      expect(strict.record()).toMatchObject({ notes: null, email: 'alice@example.com' });

      const cutting = defineMapping(schema, {
        ...contactMapping,
        fields: contactMapping.fields.map((rule) => (rule.crm === names.notes ? { ...rule, overflow: 'truncate' } : rule)) as never,
      });
      const cut = await aliceKnown({ mappings: [cutting] });
      await cut.edit({ interaction_summary: tooLong });
      expect((await cut.engine.push()).notes).toMatchObject([{ code: 'truncated', object }]);
      expect(cut.record().notes).toHaveLength(world.notesMax);
      expect(await callsOf(cut.crm, () => cut.engine.push())).toEqual([]);
    });

    it('tried one at a time, a field that is taken back meanwhile does not keep the next one from going out', async () => {
      const there = await aliceKnown({}, UNNAMED);
      await there.edit({ email: 'blocked@example.com', interaction_summary: 'Called.' });
      let isFirst = true;
      const engine = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          const answer = await call();
          if (name === 'write' && isFirst) {
            isFirst = false;
            await there.edit({ email: null });
          }
          return answer;
        }),
      });
      await engine.push();
      expect(there.record()).toMatchObject({ email: null, notes: 'Called.' });
      expect(await callsOf(there.crm, () => engine.push())).toEqual([]);
    });

    it('a cause that fails most records stops the run instead of trying them all (R13)', async () => {
      let isStrict = false;
      const there = deployment({}, { contactRule: () => (isStrict ? { message: 'Closed for the year.' } : null) });
      for (let index = 0; index < 260; index += 1)
        there.crm.add({ lastName: `Smith${index}`, phone: `(415) 300-${String(index).padStart(4, '0')}` });
      await there.engine.pull();
      isStrict = true;
      for (const { id } of await there.engine.contacts.list({ page: { limit: 500 } }))
        await there.engine.contacts.update(id, { interaction_summary: 'Hello.' }, { by: 'test' });
      const error = await there.engine.push().catch((thrown: unknown) => thrown);
      const [run] = await there.engine.runs.list();
      expect(error).toMatchObject({ code: 'most_records_fail', at: { run: run?.id } });
      const { writeBatchMax } = there.connectorOf().capabilities;
      expect(run).toMatchObject({ status: 'failed', counts: { processed: writeBatchMax, failed: writeBatchMax } });
      expect(run?.errorsBeyond).toBe(writeBatchMax - 100);
      expect(run?.errors).toHaveLength(100);
    });
  });
});
