import { defineMapping } from 'crm-sync-engine';
import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { dying, entriesOf, storeAround } from './harness.ts';
import { schema } from './support.ts';
import { WORLDS } from './world.ts';

const HOUR = 3_600_000;

describe.each(WORLDS)('on $name', (world) => {
  const { deployment, object, names } = world;

  async function alice(options: Parameters<typeof deployment>[0] = {}) {
    const there = deployment(options);
    const record = there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '(415) 555-0100', email: 'alice@example.com' });
    await there.engine.pull();
    const find = async () => (await there.engine.contacts.byPhone('+14155550100')).contact;
    const id = (await find())?.id ?? '';
    there.clock.advance(HOUR);
    return { ...there, record, find, id };
  }
  const failing = { specVersion: 1, merge: () => Promise.reject(new Error('no')) } as const;
  const call = (id: string) =>
    conversation({ id, phone: '+14155550100', summary: 'A talk.', analysis: { customer_notes: 'Likes tea.' } as never });
  /** Removed by the host's own hand, in its own table. */
  const loseRow = ({ store, scope, id }: Awaited<ReturnType<typeof alice>>) =>
    store.bind(scope).commit({ rows: [{ kind: 'delete', contactId: id }], entries: [] });

  describe('a contact that is removed here', () => {
    it('is not brought back by any pull, and its record is untouched', async () => {
      const there = await alice();
      const { records } = await there.engine.contacts.remove(there.id, { by: 'anna' });
      expect(records).toEqual([{ connection: there.scope.connection, object, recordId: there.record.id }]);
      expect(await there.engine.contacts.get(there.id)).toBeNull();
      there.crm.edit(there.record.id, { email: 'other@example.com' });
      expect((await there.engine.pull()).skips).toMatchObject({ contact_removed: 1 });
      there.clock.advance(HOUR);
      expect((await there.engine.pull({ full: true })).skips).toMatchObject({ contact_removed: 1 });
      expect(await there.find()).toBeNull();
      expect(there.crm.record(there.record.id).fields.firstName).toBe('Alice');
      expect(there.events.of('contact.removed')).toMatchObject([{ contactId: there.id, cause: 'manual' }]);
      await expect(there.engine.contacts.remove(there.id, { by: 'anna' })).rejects.toMatchObject({ code: 'contact_not_found' });
    });

    it('has its writes, merges and calls given up, and the run says so', async () => {
      const there = await alice({ merger: failing });
      await there.engine.contacts.update(there.id, { email: 'new@example.com', interaction_summary: 'Old.' }, { by: 'anna' });
      there.crm.fault({ on: 'log', what: 'lost_ack' });
      const begun = await there.engine.handleConversation(call('call-1'));
      expect(begun.complete).toBe(false);
      await there.engine.contacts.remove(there.id, { by: 'anna' });
      const before = there.crm.record(there.record.id).fields;
      there.clock.advance(HOUR);
      const run = await there.engine.retryPending();
      expect(run).toMatchObject({ skips: { contact_removed: 1 }, counts: { failed: 0 } });
      expect((await there.engine.push({ createMissing: true })).counts.processed).toBe(0);
      expect(there.crm.record(there.record.id).fields).toEqual(before);
      const bound = there.store.bind(there.scope);
      for (const [scope, kind] of [
        ['workspace', 'merge'],
        ['connection', 'conversation'],
      ] as const)
        expect(await entriesOf(bound, scope, kind)).toEqual([]);
    });

    it('is not made again by a conversation that was kept before anybody knew whose it was, but by a later one that asks for it', async () => {
      const there = deployment({ unknownCaller: 'create' });
      const { around } = dying(1, 'after');
      const afterKept = storeAround(there.store, (name, work) => (name === 'commit' ? around(name, work) : work()));
      await expect(there.engineOf({ store: afterKept }).handleConversation(call('call-1'))).rejects.toThrow();
      expect(await entriesOf(there.store.bind(there.scope), 'connection', 'conversation')).toMatchObject([{ contactId: null }]);
      there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '(415) 555-0100' });
      await there.engine.pull();
      const find = async () => (await there.engine.contacts.byPhone('+14155550100')).contact;
      await there.engine.contacts.remove((await find())?.id ?? '', { by: 'anna' });
      there.clock.advance(HOUR);
      expect(await there.engine.retryPending()).toMatchObject({ skips: { contact_removed: 1 }, counts: { failed: 0 } });
      expect(await find()).toBeNull();
      expect(await entriesOf(there.store.bind(there.scope), 'connection', 'conversation')).toEqual([]);
      const startedAt = new Date(there.clock.now()).toISOString();
      await there.engine.handleConversation(conversation({ id: 'call-2', phone: '+14155550100', startedAt }));
      expect(await find()).toMatchObject({ fields: { phone_number: '+14155550100' } });
    });

    it('with its record (`onDelete`) is not made again by a conversation that began before, but by a later one', async () => {
      const there = deployment({ unknownCaller: 'create', onDelete: 'delete' });
      const record = there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '(415) 555-0100' });
      await there.engine.pull();
      const startedAt = new Date(there.clock.now()).toISOString();
      there.clock.advance(HOUR);
      there.crm.remove(record.id);
      await there.engine.pull({ full: true });
      const find = async () => (await there.engine.contacts.byPhone('+14155550100')).contact;
      expect(await find()).toBeNull();
      const late = await there.engine.handleConversation(conversation({ id: 'call-1', phone: '+14155550100', startedAt }));
      expect(late.steps.analysis).toMatchObject({ status: 'skipped', reason: 'contact_removed' });
      expect(await find()).toBeNull();
      const now = new Date(there.clock.now() + 1).toISOString();
      await there.engine.handleConversation(conversation({ id: 'call-2', phone: '+14155550100', startedAt: now }));
      expect(await find()).not.toBeNull();
    });

    it('has its open conflicts closed, those that wait for the merger too', async () => {
      const both = [
        { crm: names.email, field: 'email', direction: 'both', conflict: 'manual' },
        { crm: names.notes, field: 'interaction_summary', direction: 'both', conflict: 'merge' },
      ] as const;
      const fields = [{ crm: names.phone, field: 'phone_number', direction: 'inbound' } as const, ...both];
      const there = await alice({ merger: failing, mappings: [defineMapping(schema, { crmObject: object, fields })] });
      await there.engine.contacts.update(there.id, { email: 'ours@example.com', interaction_summary: 'Ours.' }, { by: 'anna' });
      there.crm.edit(there.record.id, { email: 'theirs@example.com', notes: 'Theirs.' });
      there.clock.advance(HOUR);
      await there.engine.pull();
      const open = await there.engine.conflicts.list({ open: true });
      expect(open.map((one) => one.open).sort()).toEqual(['manual', 'merge']);
      await there.engine.contacts.remove(there.id, { by: 'anna' });
      expect(await there.engine.conflicts.list({ open: true })).toEqual([]);
      expect(await there.engine.conflicts.list()).toMatchObject(
        [1, 2].map(() => ({ winner: null, reason: 'contact_removed', open: null })),
      );
      expect(there.events.of('conflict.closed')).toMatchObject([1, 2].map(() => ({ reason: 'contact_removed', contactId: there.id })));
      expect(await entriesOf(there.store.bind(there.scope), 'connection', 'merge')).toEqual([]);
      const failed = there.engine.conflicts.resolve(open[0]?.id ?? '', 'local', { by: 'bea' });
      await expect(failed).rejects.toMatchObject({ code: 'conflict_closed' });
    });

    it('comes back where that is asked for, with what the CRM has', async () => {
      const there = await alice();
      await there.engine.contacts.remove(there.id, { by: 'anna' });
      expect(await there.engine.contacts.restore(there.id, { by: 'anna' })).toMatchObject({ records: [{ recordId: there.record.id }] });
      await there.engine.pull();
      expect(await there.find()).toMatchObject({ fields: { first_name: 'Alice' }, links: [{ state: 'active' }] });
      expect(await there.engine.contacts.restore((await there.find())?.id ?? '', { by: 'anna' })).toEqual({ records: [] });
    });

    it('stays away though its record was deleted before and is restored after', async () => {
      const there = await alice();
      there.crm.remove(there.record.id);
      await world.hearOfDeletion(there.engine, there.record.id);
      await there.engine.contacts.remove(there.id, { by: 'anna' });
      there.clock.advance(HOUR);
      await there.engine.pull({ full: true });
      there.crm.restore(there.record.id);
      there.clock.advance(HOUR);
      await there.engine.pull({ full: true });
      expect(await there.find()).toBeNull();
    });

    it('in the host’s own table stays away as well, though its record was deleted before and is restored after', async () => {
      const there = await alice();
      there.crm.remove(there.record.id);
      await world.hearOfDeletion(there.engine, there.record.id);
      await loseRow(there);
      there.clock.advance(HOUR);
      there.crm.restore(there.record.id);
      there.clock.advance(HOUR);
      expect((await there.engine.pull({ full: true })).skips).toMatchObject({ contact_removed: 1 });
      expect(await there.find()).toBeNull();
    });

    it('does not give its record to a contact that is made with its number later', async () => {
      const there = await alice();
      there.crm.remove(there.record.id);
      await world.hearOfDeletion(there.engine, there.record.id);
      await there.engine.contacts.remove(there.id, { by: 'anna' });
      there.clock.advance(HOUR);
      there.crm.restore(there.record.id);
      await there.store.bind(there.scope).commit({
        rows: [{ kind: 'insert', entity: 'contact', suggestedId: 'other', set: { phone_number: '+14155550100', last_name: 'Smith' } }],
        entries: [],
      });
      there.clock.advance(HOUR);
      expect((await there.engine.push({ createMissing: true })).errors).toMatchObject([{ code: 'record_taken', contactId: 'other' }]);
      expect((await there.find())?.links).toEqual([]);
    });

    it('does not hide a record that its own was merged into: that one is somebody’s by itself, however it is read', async () => {
      const there = await alice();
      const other = there.crm.add({ firstName: 'Bob', lastName: 'Jones' });
      await there.engine.contacts.remove(there.id, { by: 'anna' });
      there.clock.advance(HOUR);
      const left = there.crm.merge(other.id, there.record.id);
      there.crm.edit(left.id, { phone: '(415) 555-0177' });
      there.clock.advance(HOUR);
      await there.engine.pull({ full: true });
      const { contact } = await there.engine.contacts.byPhone('+14155550177');
      expect(contact?.links).toMatchObject([{ recordId: left.id, state: 'active' }]);
      expect(await there.find()).toBeNull();
    });

    it('in the host’s own table ends alike: no pull brings it back, and what was queued is given up', async () => {
      const there = await alice({ merger: failing });
      await there.engine.contacts.update(there.id, { interaction_summary: 'Old.' }, { by: 'anna' });
      await there.engine.handleConversation(call('call-1'));
      await loseRow(there);
      there.clock.advance(HOUR);
      const run = await there.engine.retryPending();
      expect(run.skips).toMatchObject({ contact_removed: expect.any(Number) });
      expect((await there.engine.pull({ full: true })).skips).toMatchObject({ contact_removed: 1 });
      expect(await there.find()).toBeNull();
      expect(await entriesOf(there.store.bind(there.scope), 'workspace', 'merge')).toEqual([]);
    });
  });

  describe('a record that is deleted and restored in the CRM', () => {
    it('has its link back, with what was agreed: an edit made here meanwhile reaches it, one made there comes in', async () => {
      const there = await alice();
      there.crm.remove(there.record.id);
      await world.hearOfDeletion(there.engine, there.record.id);
      expect((await there.find())?.links).toMatchObject([{ state: 'tombstone' }]);
      await there.engine.contacts.update(there.id, { email: 'new@example.com' }, { by: 'anna' });
      expect((await there.engine.push()).counts.processed).toBe(0);
      there.clock.advance(HOUR);
      there.crm.restore(there.record.id);
      there.crm.edit(there.record.id, { firstName: 'Alicia' });
      there.clock.advance(HOUR);
      await there.engine.pull({ full: true });
      expect(await there.find()).toMatchObject({
        id: there.id,
        fields: { first_name: 'Alicia', email: 'new@example.com' },
        links: [{ state: 'active' }],
      });
      await there.engine.push();
      expect(there.crm.record(there.record.id).fields.email).toBe('new@example.com');
    });
  });

  describe('contacts.pruneHistory (P12)', () => {
    it('forgets what is older, and nothing else', async () => {
      const there = await alice();
      await there.engine.contacts.update(there.id, { email: 'one@example.com' }, { by: 'anna' });
      there.clock.advance(HOUR);
      const olderThan = new Date(there.clock.now());
      await there.engine.contacts.update(there.id, { email: 'two@example.com' }, { by: 'anna' });
      expect(await there.engine.contacts.pruneHistory({ olderThan })).toBe(2);
      expect((await there.engine.contacts.explain(there.id)).map(({ after }) => after)).toEqual(['two@example.com']);
      expect(await there.engine.contacts.pruneHistory({ olderThan })).toBe(0);
    });
  });
});
