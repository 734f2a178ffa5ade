import { defineMapping } from 'crm-sync-engine';
import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { connectorAround, storeAround } from './harness.ts';
import { scenesIn } from './scenes.ts';
import { analysis, callsOf, schema } from './support.ts';
import { WORLDS } from './world.ts';

describe.each(WORLDS)('on $name', (world) => {
  const { deployment, names, object, mapping: contactMapping, codes, writesOf } = world;
  const { aliceKnown } = scenesIn(world);

  const HOUR = 3_600_000;

  describe('a record that can not be written now', () => {
    it('because its row is locked is tried again at once', async () => {
      const { engine, edit, crm, record } = await aliceKnown();
      await edit({ interaction_summary: 'Called.' });
      crm.fault({ on: 'write', what: 'locked' });
      const calls = await callsOf(crm, async () => {
        expect(await engine.push()).toMatchObject({ counts: { processed: 1, updated: 1, failed: 0 }, errors: [] });
      });
      expect(writesOf(calls)).toHaveLength(2);
      expect(record().notes).toBe('Called.');
    });

    it('because the lock stays is reported once and written by the next push', async () => {
      const { engine, edit, crm, record } = await aliceKnown();
      await edit({ interaction_summary: 'Called.' });
      crm.fault({ on: 'write', what: 'locked', times: world.lockTries });
      expect(await engine.push()).toMatchObject({ counts: { updated: 0, failed: 1 }, errors: [{ code: codes.locked }] });
      expect(await engine.push()).toMatchObject({ counts: { updated: 1 } });
      expect(record().notes).toBe('Called.');
    });

    it('because of a lock keeps no other batch from being written, and is no cause to stop the run', async () => {
      const { engine, crm } = deployment();
      for (let index = 0; index < 260; index += 1)
        crm.add({ lastName: `Smith${index}`, phone: `(415) 300-${String(index).padStart(4, '0')}` });
      await engine.pull();
      for (const { id } of await engine.contacts.list({ page: { limit: 500 } }))
        await engine.contacts.update(id, { interaction_summary: 'Hello.' }, { by: 'test' });
      crm.fault({ on: 'write', what: 'locked', times: world.lockTries });
      const { status, counts } = await engine.push();
      expect([status, counts.processed, counts.updated + counts.failed]).toEqual(['done', 260, 260]);
      expect(counts.failed).toBeGreaterThan(0);
      expect(await engine.push()).toMatchObject({ counts: { updated: counts.failed, failed: 0 } });
    });

    it('leaves the conversation that changed it pending', async () => {
      const { engine, crm, clock, record } = await aliceKnown();
      crm.fault({ on: 'write', what: 'locked', times: world.lockTries });
      const result = await engine.handleConversation(conversation({ analysis: { customer_notes: 'Called.' } }));
      expect(result).toMatchObject({
        complete: false,
        steps: { push: { status: 'pending', reason: codes.locked }, activity: { status: 'done' } },
      });
      clock.advance(HOUR);
      await engine.retryPending();
      expect(record().notes).toBe('Called.');
      expect((await engine.status()).waiting.conversations).toBe(0);
    });
  });

  describe('a record that is gone from the CRM (R14)', () => {
    it('becomes a tombstone: the contact is kept, nothing is sent any more', async () => {
      const { engine, edit, crm, recordId, link, fields, events } = await aliceKnown();
      await edit({ interaction_summary: 'Called.' });
      crm.remove(recordId);
      expect(await engine.push()).toMatchObject({ counts: { processed: 1, failed: 1 }, errors: [{ code: 'record_gone', recordId }] });
      expect((await link())?.state).toBe('tombstone');
      expect(events.of('link.changed')).toMatchObject([{ recordId, state: 'tombstone' }]);
      await edit({ interaction_summary: 'Called twice.' });
      expect(await callsOf(crm, () => engine.push())).toEqual([]);
      expect((await fields())?.interaction_summary).toBe('Called twice.');
    });

    it('makes room: a record that waited for the contact becomes its record (R20)', async () => {
      const { engine, edit, crm, clock, recordId, contactId } = await aliceKnown();
      const twin = crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '+14155550123' });
      clock.advance(60_000);
      expect(await engine.pull()).toMatchObject({ skips: { ambiguous: 1 } });
      clock.advance(HOUR);
      await engine.pull();
      clock.advance(HOUR); // no read of changes shows the twin any more
      await edit({ interaction_summary: 'Called.' });
      crm.remove(recordId);
      await engine.push();
      await engine.pull({ objects: [object] });
      expect((await engine.contacts.get(contactId))?.links).toMatchObject([
        { recordId, state: 'tombstone' },
        { recordId: twin.id, state: 'active' },
      ]);
      await engine.push();
      expect(crm.record(twin.id).fields.notes).toBe('Called.');
      expect((await engine.status()).waiting).toMatchObject({ records: 0, ambiguous: 0 });
    });

    it('because it was merged is followed, also if a write met the deletion first (P11)', async () => {
      const { engine, edit, crm, clock, recordId, contactId } = await aliceKnown();
      const winner = crm.add({ firstName: 'Alice', lastName: 'Smith' }); // no number: nobody would find it by one
      await edit({ interaction_summary: 'Called.' });
      const left = crm.merge(winner.id, recordId);
      await engine.push();
      clock.advance(60_000);
      await engine.pull();
      expect((await engine.contacts.get(contactId))?.links).toMatchObject([
        { recordId, state: 'superseded' },
        { recordId: left.id, state: 'active' },
      ]);
      await engine.push();
      expect(crm.record(left.id).fields.notes).toBe('Called.');
      expect(await engine.contacts.list()).toHaveLength(1);
    });
  });

  describe('a field that goes both ways is read before it is written (R24)', () => {
    it('and an edit in the CRM since the last pull is not overwritten', async () => {
      const { engine, edit, crm, recordId, fields, record } = await aliceKnown();
      await edit({ email: 'alice@example.com' });
      crm.edit(recordId, { email: 'smith@example.com' });
      const run = await engine.push();
      expect(run).toMatchObject({ conflicts: 1 });
      expect(record().email).toBe('smith@example.com');
      expect((await fields())?.email).toBe('smith@example.com');
    });

    it.each(['load', 'commit'] as const)('again, if more than 10 s pass before it can be written (a slow %s)', async (slow) => {
      const there = await aliceKnown();
      await there.edit({ email: 'alice@example.com' });
      let wasRead = false;
      let wasSlow = false;
      const engine = there.engineOf({
        store: storeAround(there.store, async (name, call) => {
          const answer = await call();
          const isIntent = name === 'load' || (await there.link())?.body.sent.length === 1;
          if (wasRead && !wasSlow && name === slow && isIntent) {
            wasSlow = true;
            there.clock.advance(11_000);
            there.crm.edit(there.recordId, { email: 'smith@example.com' });
          }
          return answer;
        }),
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          const answer = await call();
          wasRead ||= name === 'fetch';
          return answer;
        }),
      });
      await engine.push();
      expect(wasSlow).toBe(true);
      expect(there.record().email).toBe('smith@example.com');
      expect((await there.fields())?.email).toBe('smith@example.com');
      expect(await callsOf(there.crm, () => engine.push())).toEqual([]);
    });

    it('again, if the connector can not send it within the 10 s: an edit made meanwhile in the CRM is met, and not overwritten', async () => {
      const there = await aliceKnown();
      await there.edit({ email: 'alice@example.com' });
      let waits = 1;
      const limited = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          if (name === 'write' && waits > 0) {
            waits -= 1;
            there.clock.advance(11_000); // as if the CRM had asked to wait
            there.crm.edit(there.recordId, { email: 'smith@example.com' });
          }
          return call();
        }),
      });
      expect(await limited.push()).toMatchObject({ counts: { processed: 1 }, conflicts: 1, errors: [] });
      expect(waits).toBe(0);
      expect(there.record().email).toBe('smith@example.com');
      expect((await there.fields())?.email).toBe('smith@example.com');
      expect(await callsOf(there.crm, () => there.engine.push())).toEqual([]);
    });

    it('and a connector that can never send it so soon leaves it pending, without an error', async () => {
      const there = await aliceKnown();
      await there.edit({ email: 'alice@example.com', interaction_summary: 'Called.' });
      const limited = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          if (name === 'write') there.clock.advance(11_000);
          return call();
        }),
      });
      expect(await limited.push()).toMatchObject({ counts: { processed: 1, skipped: 1 }, skips: { read_too_old: 1 }, errors: [] });
      expect(there.record()).toMatchObject({ email: null, notes: null });
      expect((await there.link())?.body.sent).toEqual([]);
      expect(await there.engine.push()).toMatchObject({ counts: { updated: 1 } });
      expect(there.record()).toMatchObject({ email: 'alice@example.com', notes: 'Called.' });
    });

    it('a CRM that always takes longer leaves it pending and says why', async () => {
      const there = await aliceKnown();
      await there.edit({ email: 'alice@example.com' });
      const slow = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          const answer = await call();
          if (name === 'fetch') there.clock.advance(11_000);
          return answer;
        }),
      });
      expect(await slow.push()).toMatchObject({ counts: { processed: 1, skipped: 1 }, skips: { read_too_old: 1 } });
      expect(there.record().email).toBeNull();
      expect(await there.engine.push()).toMatchObject({ counts: { updated: 1 } });
      expect(there.record().email).toBe('alice@example.com');
    });
  });

  describe('a first link (R18)', () => {
    const caller = conversation({ id: 'before', analysis: { email: 'alice@example.com', customer_notes: 'Called before the import.' } });

    it('overwrites no filled CRM field: the CRM value is taken, the own one kept in the conflict', async () => {
      const { crm, engine, clock } = deployment({ unknownCaller: 'create' });
      await engine.handleConversation(caller);
      const { id } = crm.add({ lastName: 'Smith', phone: '+14155550123', email: 'smith@example.com', notes: 'Theirs.' });
      clock.advance(HOUR);
      const run = await engine.pull();
      expect(run).toMatchObject({ conflicts: 1 });
      expect(writesOf(await callsOf(crm, () => engine.push()))).toEqual([]);
      expect(crm.record(id).fields).toMatchObject({ email: 'smith@example.com', notes: 'Theirs.' });
      const { contact } = await engine.contacts.byPhone('+14155550123');
      expect(contact?.fields).toMatchObject({ email: 'smith@example.com', interaction_summary: 'Called before the import.' });
      await engine.contacts.update(contact?.id ?? '', { interaction_summary: 'Called again.' }, { by: 'test' });
      await engine.push(); // quiet until the local value changes
      expect(crm.record(id).fields.notes).toBe('Called again.');
    });

    it('fills what is blank in the CRM', async () => {
      const { crm, engine, clock } = deployment({ unknownCaller: 'create' });
      await engine.handleConversation(caller);
      const { id } = crm.add({ lastName: 'Smith', phone: '+14155550123' });
      clock.advance(HOUR);
      await engine.pull();
      expect(await engine.push()).toMatchObject({ counts: { updated: 1 } });
      expect(crm.record(id).fields).toMatchObject({ email: 'alice@example.com', notes: 'Called before the import.' });
    });

    it('of a status that only goes out: New in the CRM becomes Qualified by the first qualified call', async () => {
      const outbound = defineMapping(schema, {
        crmObject: object,
        fields: [
          { crm: names.phone, field: 'phone_number', direction: 'inbound' },
          { crm: names.status, field: 'lead_status', direction: 'outbound' },
        ],
      });
      const { engine, record, crm } = await aliceKnown({ mappings: [outbound] });
      expect(await callsOf(crm, () => engine.push())).toEqual([]);
      const result = await engine.handleConversation(conversation({ analysis: { lead_qualification_status: 'Qualified' } }));
      expect(result.steps.push.status).toBe('done');
      expect(record().status).toBe('Qualified');
    });
  });

  describe('a field that only goes out and was edited in the CRM', () => {
    it('is drift: reported, not taken over, not undone, and overwritten by the next edit here (R7)', async () => {
      const { engine, edit, crm, clock, recordId, record, fields } = await aliceKnown();
      await edit({ interaction_summary: 'Called.' });
      await engine.push();
      clock.advance(HOUR);
      crm.edit(recordId, { notes: 'Edited by hand.' });
      clock.advance(60_000);
      expect(await engine.pull()).toMatchObject({ drift: 1, conflicts: 0 });
      expect(await callsOf(crm, () => engine.push())).toEqual([]);
      expect(record().notes).toBe('Edited by hand.');
      expect((await fields())?.interaction_summary).toBe('Called.');
      await edit({ interaction_summary: 'Called twice.' });
      await engine.push();
      expect(record().notes).toBe('Called twice.');
    });
  });

  describe('a write whose intent took long to commit (R8)', () => {
    it('is not sent when it could end after its time; it is planned anew and sent with all the time it may take', async () => {
      const there = await aliceKnown();
      await there.edit({ interaction_summary: 'Called.' });
      const { requestTimeoutMs, settleMs } = there.connectorOf().capabilities;
      const timeLeft: number[] = [];
      let isSlow = true;
      const engine = there.engineOf({
        store: storeAround(there.store, async (name, call) => {
          const answer = await call();
          if (name === 'commit' && isSlow && (await there.link())?.body.sent.length === 1) {
            isSlow = false;
            there.clock.advance(60_000);
          }
          return answer;
        }),
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          const until = (await there.link())?.body.sent[0]?.until ?? 0;
          if (name === 'write') timeLeft.push(until - there.clock.now());
          return call();
        }),
      });
      expect(await engine.push()).toMatchObject({ counts: { processed: 1, updated: 1 }, errors: [] });
      expect(timeLeft).toHaveLength(1);
      expect(timeLeft[0]).toBeGreaterThanOrEqual(requestTimeoutMs + settleMs);
      expect(there.record().notes).toBe('Called.');
    });
  });

  describe('what is pushed', () => {
    it('names only contacts that are given', async () => {
      const { engine, crm, edit, contactId, record, clock } = await aliceKnown();
      const bob = crm.add({ lastName: 'Jones', phone: '+14155550124' });
      clock.advance(60_000);
      await engine.pull();
      const other = (await engine.contacts.byPhone('+14155550124')).contact?.id ?? '';
      await edit({ interaction_summary: 'Alice.' });
      await engine.contacts.update(other, { interaction_summary: 'Bob.' }, { by: 'test' });
      expect(await engine.push({ contactIds: [contactId, contactId, 'nobody'] })).toMatchObject({ counts: { processed: 1, updated: 1 } });
      expect([record().notes, crm.record(bob.id).fields.notes]).toEqual(['Alice.', null]);
      await engine.push();
      expect(crm.record(bob.id).fields.notes).toBe('Bob.');
    });

    it('is nothing without a link, and nothing for a contact that has not changed', async () => {
      const { crm, engine } = deployment({ unknownCaller: 'create', analysis });
      await engine.handleConversation(conversation({ analysis: { email: 'alice@example.com' } }));
      expect(await callsOf(crm, () => engine.push())).toEqual([]);
    });

    it('an edit during the request stays pending and goes out next (R11)', async () => {
      const there = await aliceKnown();
      await there.edit({ interaction_summary: 'One.' });
      const engine = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          if (name === 'write' && (await there.fields())?.interaction_summary === 'One.') await there.edit({ interaction_summary: 'Two.' });
          return call();
        }),
      });
      await engine.push();
      expect(there.record().notes).toBe('One.');
      expect(await engine.push()).toMatchObject({ counts: { updated: 1 } });
      expect(there.record().notes).toBe('Two.');
    });

    it('is found after the mapping got a new outbound field, and kept from fields that were not agreed on', async () => {
      const { notes, ...rest } = { notes: contactMapping.fields.filter(({ crm }) => crm !== names.notes), crmObject: object };
      const there = await aliceKnown({ mappings: [defineMapping(schema, { ...rest, fields: notes as never })] });
      await there.edit({ interaction_summary: 'Called.' });
      await there.engine.push();
      expect(there.record().notes).toBeNull();
      const widened = there.engineOf({ mappings: [contactMapping] });
      const pull = await widened.pull();
      expect(pull.notes).toEqual([]); // nothing has to be read again for it (R17)
      expect(await widened.push()).toMatchObject({ counts: { updated: 1 } });
      expect(there.record().notes).toBe('Called.');
    });
  });
});
