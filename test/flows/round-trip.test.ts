import { describe, expect, it } from 'vitest';
import { callsOf } from './support.ts';
import { WORLDS } from './world.ts';

describe.each(WORLDS)('on $name', (world) => {
  const { deployment } = world;

  const alice = { firstName: 'Alice', lastName: 'Smith', phone: '(415) 555-0123', status: 'New' } as const;

  describe('pull', () => {
    it('imports a record under its E.164 number, with every field of the schema', async () => {
      const { crm, engine } = deployment();
      crm.add(alice);
      const run = await engine.pull();
      expect(run).toMatchObject({ status: 'done', flow: 'pull', counts: { processed: 1, created: 1, failed: 0 } });
      const { contact, others } = await engine.contacts.byPhone('+14155550123');
      expect(others).toEqual([]);
      expect(contact?.fields).toEqual({
        phone_number: '+14155550123',
        first_name: 'Alice',
        last_name: 'Smith',
        do_not_call: null,
        lead_status: 'New',
        email: null,
        company_name: null,
        interaction_summary: null,
      });
    });

    it('writes nothing when nothing changed', async () => {
      const { crm, engine, clock } = deployment();
      crm.add(alice);
      await engine.pull();
      const [before] = await engine.contacts.list();
      clock.advance(300_000);
      const again = await engine.pull();
      expect(again.counts).toMatchObject({ processed: 1, unchanged: 1 });
      expect((await engine.contacts.list())[0]).toEqual(before);
    });

    it('takes over what changed in the CRM', async () => {
      const { crm, engine, clock } = deployment();
      const { id } = crm.add(alice);
      await engine.pull();
      clock.advance(60_000);
      crm.edit(id, { firstName: 'Alicia', status: 'Working' });
      const run = await engine.pull();
      expect(run.counts).toMatchObject({ updated: 1 });
      expect((await engine.contacts.byPhone('+14155550123')).contact?.fields).toMatchObject({
        first_name: 'Alicia',
        lead_status: 'Working',
      });
    });
  });

  describe('pull, push, pull (P4)', () => {
    it('the push sends only what changed, the second pull writes nothing, the second push makes no call', async () => {
      const { crm, engine, clock } = deployment();
      const { id } = crm.add(alice);
      await engine.pull();
      const { contact } = await engine.contacts.byPhone('+14155550123');
      await engine.contacts.update(contact?.id ?? '', { email: 'alice@example.com', lead_status: 'Qualified' }, { by: 'test' });
      clock.advance(60_000);
      const pushed = await engine.push();
      expect(pushed.counts).toMatchObject({ processed: 1, updated: 1 });
      expect(crm.record(id)?.fields).toMatchObject({ email: 'alice@example.com', status: 'Qualified', phone: '(415) 555-0123' });

      const before = await engine.contacts.list();
      clock.advance(60_000);
      expect((await engine.pull()).counts).toMatchObject({ processed: 1, unchanged: 1 });
      expect(await engine.contacts.list()).toEqual(before);
      expect(await callsOf(crm, () => engine.push())).toEqual([]);
    });

    it('leaves text alone that the CRM keeps without the blanks around it, or without characters that it can not hold', async () => {
      const { crm, engine, clock } = deployment();
      const { id } = crm.add(alice);
      await engine.pull();
      const { contact } = await engine.contacts.byPhone('+14155550123');
      const odd = { email: ' alice@example.com ', interaction_summary: ' Called.\u0000 Half \ud83d ' };
      await engine.contacts.update(contact?.id ?? '', odd, { by: 'test' });
      clock.advance(60_000);
      expect(await engine.push()).toMatchObject({ counts: { updated: 1 }, errors: [] });
      expect(crm.record(id)?.fields['email']).toBe('alice@example.com');

      const before = await engine.contacts.list();
      clock.advance(60_000);
      expect(await engine.pull()).toMatchObject({ counts: { processed: 1, unchanged: 1 }, errors: [] });
      expect(await engine.contacts.list()).toEqual(before);
      expect(await callsOf(crm, () => engine.push())).toEqual([]);
    });
  });
});
