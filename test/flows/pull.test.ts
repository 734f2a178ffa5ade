import { defineMapping, type Fetched } from 'crm-sync-engine';
import { describe, expect, it } from 'vitest';
import { connectorAround } from './harness.ts';
import { byPhone, scenesIn } from './scenes.ts';
import { callsOf, schema } from './support.ts';
import { WORLDS } from './world.ts';

describe.each(WORLDS)('on $name', (world) => {
  const { names, object, mapping: contactMapping } = world;
  const { people } = scenesIn(world);

  const MINUTE = 60_000;
  const HOUR = 60 * MINUTE;

  describe('a sample', () => {
    it('really imports so many records, over several pages, and leaves the checkpoint alone', async () => {
      const there = people(7);
      const run = await there.engine.pull({ sample: 5 });
      expect(run).toMatchObject({ status: 'done', counts: { processed: 5, created: 5 } });
      expect(await there.checkpoint()).toBeUndefined();
      expect(await there.engine.contacts.list()).toHaveLength(5);
      expect(await there.engine.pull()).toMatchObject({ counts: { processed: 7, created: 2, unchanged: 5 } });
    });

    it('later on changes nothing about where the next pull goes on', async () => {
      const there = people(3);
      await there.engine.pull();
      const before = await there.checkpoint();
      there.clock.advance(HOUR);
      for (const id of there.ids) there.crm.edit(id, { firstName: 'Changed' });
      there.clock.advance(MINUTE);
      expect(await there.engine.pull({ sample: 1 })).toMatchObject({ counts: { updated: 1 } });
      expect(await there.checkpoint()).toEqual(before);
      expect(await there.engine.pull()).toMatchObject({ counts: { updated: 2 } });
    });
  });

  describe('a pull that is cut short', () => {
    it('by its time limit pauses at a committed page, and the next one continues it (P9)', async () => {
      const there = people(7);
      const slow = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          if (name === 'read') there.clock.advance(1_000);
          return call();
        }),
      });
      const first = await slow.pull({ timeLimitMs: 3_500, trigger: 'cron' });
      expect(first).toMatchObject({ status: 'paused', continues: null, trigger: 'cron', counts: { processed: 6 } });
      expect(first.durationMs).toBeLessThanOrEqual(3_500);
      expect((await there.engine.status()).state).toBe('queued');
      const second = await slow.pull();
      expect(second).toMatchObject({ status: 'done', continues: first.id, counts: { processed: 1 } });
      expect((await there.engine.status()).state).toBe('idle');
      expect(await there.engine.contacts.list()).toHaveLength(7);
    });

    it('by its signal keeps what was committed', async () => {
      const there = people(7);
      const controller = new AbortController();
      let pages = 0;
      const engine = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          if (name === 'read') {
            pages += 1;
            if (pages === 2) controller.abort();
          }
          return call();
        }),
      });
      const run = await engine.pull({ signal: controller.signal });
      expect(run).toMatchObject({ status: 'paused', counts: { processed: 2 } });
      expect(await there.engine.contacts.list()).toHaveLength(2);
      expect(await engine.pull()).toMatchObject({ status: 'done', continues: run.id, counts: { processed: 5 } });
    });

    it('before it began makes no call', async () => {
      const there = people(2);
      expect(await callsOf(there.crm, () => there.engine.pull({ signal: AbortSignal.abort() }))).toEqual([]);
    });
  });

  describe('what is pulled', () => {
    it('is told: new contacts and changed ones, by id and field names', async () => {
      const there = people(1);
      await there.engine.pull();
      const contact = await byPhone(there, 0);
      expect(there.events.of('contact.changed')).toMatchObject([
        { contactId: contact?.id, fields: ['phone_number', 'first_name', 'last_name', 'lead_status'], cause: 'pull' },
      ]);
      there.clock.advance(HOUR);
      there.crm.edit(there.ids[0] as string, { firstName: 'Ann' });
      await there.engine.pull();
      expect(there.events.of('contact.changed')[1]).toMatchObject({ contactId: contact?.id, fields: ['first_name'], cause: 'pull' });
    });

    it('full reads everything again, resumes where it was cut, and goes on with changes afterwards', async () => {
      const there = people(6);
      await there.engine.pull();
      there.clock.advance(HOUR);
      const slow = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          if (name === 'read') there.clock.advance(1_000);
          return call();
        }),
      });
      const run = await slow.pull({ full: true, timeLimitMs: 2_500 });
      expect(run).toMatchObject({ status: 'paused', notes: [{ code: 'full_read' }], counts: { processed: 4, unchanged: 4 } });
      expect(await slow.pull({ full: true })).toMatchObject({ status: 'done', counts: { processed: 2 } });
      there.clock.advance(HOUR);
      await slow.pull();
      there.clock.advance(HOUR);
      expect(await slow.pull()).toMatchObject({ notes: [], counts: { processed: 0 } });
    });

    it('records names just these, whatever the checkpoint says, and takes no others', async () => {
      const there = people(4);
      await there.engine.pull();
      const before = await there.checkpoint();
      there.clock.advance(HOUR);
      for (const id of there.ids) there.crm.edit(id, { firstName: 'Changed' });
      const run = await there.engine.pull({ records: [1, 1, 2].map((index) => ({ object, id: there.ids[index] as string })) });
      expect(run).toMatchObject({ counts: { processed: 2, updated: 2 } });
      expect(await there.checkpoint()).toEqual(before);
      expect(await Promise.all([0, 1, 2, 3].map(async (last) => (await byPhone(there, last))?.fields.first_name))).toEqual([
        'First0',
        'Changed',
        'Changed',
        'First3',
      ]);
    });

    it('an object without a mapping is refused, and the run says so', async () => {
      const there = people(1);
      await expect(there.engine.pull({ objects: ['Lead'] })).rejects.toMatchObject({ code: 'no_mapping', at: { object: 'Lead' } });
      expect((await there.engine.runs.list())[0]).toMatchObject({ status: 'failed', failure: { code: 'no_mapping' } });
    });
  });

  describe('a mapping that changes (R17)', () => {
    const without = (crm: string) =>
      defineMapping(schema, { ...contactMapping, fields: contactMapping.fields.filter((rule) => rule.crm !== crm) as never });

    it('by an inbound field is read again from the start, with a note', async () => {
      const there = people(3, {}, { mappings: [without(names.firstName)] });
      await there.engine.pull();
      there.clock.advance(HOUR);
      const run = await there.engineOf({ mappings: [contactMapping] }).pull();
      expect(run.notes).toMatchObject([{ code: 'mapping_changed', object }]);
      expect(run.counts).toMatchObject({ processed: 3, updated: 3 });
      expect((await byPhone(there, 1))?.fields.first_name).toBe('First1');
    });

    it('by a filter is read again, by an outbound field is not', async () => {
      const there = people(3, {}, { mappings: [without(names.notes)] });
      await there.engine.pull();
      there.clock.advance(HOUR);
      expect(await there.engineOf({ mappings: [contactMapping] }).pull()).toMatchObject({ notes: [] });
      const filtered = defineMapping(schema, { ...contactMapping, filter: { field: names.lastName, eq: 'Smith' } as never });
      expect(await there.engineOf({ mappings: [filtered] }).pull()).toMatchObject({
        notes: [{ code: 'mapping_changed' }],
        counts: { processed: 3 },
      });
    });
  });

  describe('a filter (R16)', () => {
    const filter = { field: names.source, eq: 'Web' } as never;
    const web = () => {
      const there = people(0, {}, { mappings: [defineMapping(schema, { ...contactMapping, filter })] });
      const { id } = there.crm.add({ lastName: 'Smith', phone: '(415) 555-0120', source: 'Web' });
      there.crm.add({ lastName: 'Jones', phone: '(415) 555-0121', source: 'Phone' });
      return { ...there, id };
    };

    it('keeps out what does not match, and lets go of what no longer does: nothing is sent until it matches again', async () => {
      const there = web();
      await there.engine.pull();
      expect(await there.engine.contacts.list()).toHaveLength(1);
      there.clock.advance(HOUR);
      there.crm.edit(there.id, { source: 'Phone', firstName: 'Ann' });
      there.clock.advance(MINUTE);
      expect(await there.engine.pull()).toMatchObject({ skips: { filtered: 2 } }); // reads of changes carry no filter
      const contact = await byPhone(there, 0);
      expect(contact).toMatchObject({ fields: { first_name: null }, links: [{ state: 'left_filter' }] });
      expect(there.events.of('link.changed')).toMatchObject([{ state: 'left_filter', recordId: there.id }]);
      await there.engine.contacts.update(contact?.id ?? '', { interaction_summary: 'Called.' }, { by: 'test' });
      expect(await callsOf(there.crm, () => there.engine.push())).toEqual([]);

      there.clock.advance(HOUR);
      there.crm.edit(there.id, { source: 'Web' });
      there.clock.advance(MINUTE);
      await there.engine.pull();
      expect(await byPhone(there, 0)).toMatchObject({ fields: { first_name: 'Ann' }, links: [{ state: 'active' }] });
      await there.engine.push();
      expect(there.crm.record(there.id).fields.notes).toBe('Called.');
    });
  });

  describe('one bad record stops nobody (P7)', () => {
    it('is skipped with its reason where its number is none', async () => {
      const there = people(2);
      there.crm.add({ lastName: 'Nobody', phone: 'ask reception' });
      there.crm.add({ lastName: 'Blank' });
      const run = await there.engine.pull();
      expect(run).toMatchObject({ counts: { created: 2, skipped: 2 }, skips: { no_match_key: 2 } });
      expect(run.errors).toMatchObject([{ field: 'phone_number', recordId: expect.any(String) }]);
    });

    it('is queued, fetched again later and imported, where the CRM gave it without what is needed', async () => {
      const there = people(3);
      let isBroken = true;
      const engine = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          const answer = await call();
          const page = name === 'read' ? (answer as { value?: { records: readonly Fetched[] } }).value : undefined;
          if (!isBroken || page === undefined) return answer;
          const records = page.records.map((record) =>
            record.id === there.ids[1]
              ? { id: record.id, state: 'unreadable', code: 'undecodable_record', remedy: 'Read it again.' }
              : record,
          );
          return { ...(answer as object), value: { ...page, records } } as typeof answer;
        }),
      });
      const run = await engine.pull();
      expect(run).toMatchObject({
        status: 'done',
        counts: { created: 2, failed: 1 },
        errors: [{ code: 'undecodable_record', recordId: there.ids[1] }],
      });
      expect(there.events.of('record.failed')).toMatchObject([{ recordId: there.ids[1], run: run.id }]);
      isBroken = false;
      there.clock.advance(MINUTE);
      expect(await engine.pull()).toMatchObject({ counts: { processed: 3, created: 1 } }); // still within the overlap
      there.clock.advance(HOUR);
      expect(await engine.pull()).toMatchObject({ counts: { processed: 4, unchanged: 4 } }); // its turn in the queue, and the overlap
      expect((await there.engine.status()).waiting.records).toBe(0);
    });
  });

  describe('a field that the CRM hides (R15)', () => {
    it('is absent with a note: it clears nothing, and nothing is sent to it', async () => {
      const there = people(1);
      await there.engine.pull();
      there.clock.advance(HOUR);
      there.crm.hide('firstName');
      there.crm.hide('email');
      there.crm.edit(there.ids[0] as string, { lastName: 'Miller' });
      there.clock.advance(HOUR);
      const run = await there.engine.pull();
      expect(run.notes).toMatchObject([
        { code: 'field_not_visible', message: expect.stringContaining(names.firstName) },
        { code: 'field_not_visible', message: expect.stringContaining(names.email) },
      ]);
      const contact = await byPhone(there, 0);
      expect(contact?.fields).toMatchObject({ first_name: 'First0', last_name: 'Miller' });
      await there.engine.contacts.update(contact?.id ?? '', { email: 'a@example.com', interaction_summary: 'Called.' }, { by: 'test' });
      const pushed = await there.engine.push();
      expect(pushed).toMatchObject({
        counts: { updated: 1 },
        notes: expect.arrayContaining([expect.objectContaining({ message: expect.stringContaining(names.email) })]),
      });
      expect(there.crm.record(there.ids[0] as string).fields).toMatchObject({ notes: 'Called.' });
      there.crm.show('email');
      there.crm.show('firstName');
      there.clock.advance(25 * HOUR);
      await there.engine.push();
      expect(there.crm.record(there.ids[0] as string).fields).toMatchObject({ email: 'a@example.com' });
    });
  });
});
