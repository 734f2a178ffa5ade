import type { Mapping } from 'crm-sync-engine';
import { describe, expect, it } from 'vitest';
import { type Around, connectorAround, dying, entriesOf, mulberry, storeAround, takingTurns, withoutLeases } from './harness.ts';
import { callsOf, type schema } from './support.ts';
import { type AccountOptions, type Deployment, WORLDS } from './world.ts';

const HOUR = 3_600_000;
const phoneOf = (index: number) => `+1415555${String(1_000 + index)}`;
const push = ({ engine }: Pick<Deployment, 'engine'>) => engine.push({ createMissing: true });

async function add({ store, scope }: Pick<Deployment, 'store' | 'scope'>, id: string, fields: Readonly<Record<string, string>>) {
  const row = { kind: 'insert', entity: 'contact', suggestedId: id, set: fields } as const;
  expect(await store.bind(scope).commit({ rows: [row], entries: [] })).toMatchObject({ status: 'done' });
}
const linkOf = async ({ store, scope }: Deployment, id: string) => (await store.bind(scope).load({ ids: [id] }))[0]?.links ?? [];
/** Does something once the named call has taken effect, and before its answer is known. */
const onceDone =
  (name: string, work: () => Promise<unknown>): Around =>
  async (called, call) => {
    const answer = await call();
    if (called === name) await work();
    return answer;
  };
const engineWith = (there: Deployment, around: Around) => there.engineOf({ connector: connectorAround(there.connectorOf(), around) });
const engineIn = (there: Deployment, around: Around) =>
  there.engineOf({ connector: connectorAround(there.connectorOf(), around), store: storeAround(withoutLeases(there.store), around) });

describe.each(WORLDS)('on $name', ({ names, idField, mapping, deployment, hearOfDeletion }) => {
  const defaults = { [names.lastName]: 'Unknown' };
  const plain: Mapping<typeof schema> = { ...mapping, create: { defaults } };
  const withId: Mapping<typeof schema> = { ...mapping, create: { defaults, idField } };
  const byEither: Mapping<typeof schema> = { ...plain, matchKey: ['phone_number', 'email'] };
  const start = (mapped = plain, account: AccountOptions = {}) => deployment({ mappings: [mapped] }, account);
  const cases = [
    ['with a unique field for our id', withId, 'upsert'],
    ['without one', plain, 'create'],
  ] as const;

  describe('a contact that changes while its record is looked for, or made', () => {
    it('is not linked to the record of the number that it had', async () => {
      const there = start();
      there.crm.add({ lastName: 'Lee', phone: phoneOf(1) });
      there.clock.advance(HOUR);
      await add(there, 'c1', { phone_number: phoneOf(1), first_name: 'Ann' });
      const edit = () => there.engine.contacts.update('c1', { phone_number: phoneOf(2) }, { by: 'test' });
      expect(await engineWith(there, onceDone('find', edit)).push({ createMissing: true })).toMatchObject({
        skips: { changed_meanwhile: 1 },
      });
      expect((await there.engine.contacts.get('c1'))?.fields.phone_number).toBe(phoneOf(2));
      expect(await linkOf(there, 'c1')).toEqual([]);
    });

    it('leaves nothing of one that is erased before it is refused', async () => {
      const there = start();
      for (const lastName of ['Lee', 'Li']) there.crm.add({ lastName, phone: phoneOf(1) });
      there.clock.advance(HOUR);
      await add(there, 'c1', { phone_number: phoneOf(1), first_name: 'Ann' });
      const erase = () => there.engine.contacts.erase('c1');
      const run = await engineWith(there, onceDone('find', erase)).push({ createMissing: true });
      expect(run).toMatchObject({ errors: [], skips: { changed_meanwhile: 1 } });
      expect(await entriesOf(there.store.bind(there.scope), 'connection', 'create')).toEqual([]);
    });

    it('is not linked to the record of one that is erased after it was found for a lost answer', async () => {
      const there = start();
      const record = there.crm.add({ lastName: 'Poe', phone: phoneOf(2) });
      await there.engine.pull();
      const poe = (await there.engine.contacts.byPhone(phoneOf(2))).contact?.id ?? '';
      there.crm.remove(record.id);
      await hearOfDeletion(there.engine, record.id);
      await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
      there.crm.fault({ on: 'create', what: 'network' });
      await push(there);
      there.crm.restore(record.id);
      there.crm.edit(record.id, { phone: phoneOf(1) });
      there.clock.advance(HOUR);
      let isNext = false;
      const engine = engineIn(there, async (name, call) => {
        if (name === 'commit' && isNext) {
          isNext = false;
          await there.engine.contacts.erase(poe);
        }
        const answer = await call();
        if (name === 'find' && (await there.engine.contacts.get(poe)) !== null) isNext = true;
        return answer;
      });
      expect(await engine.push({ createMissing: true })).toMatchObject({ skips: { erased: 1 } });
      expect(await there.engine.contacts.get(poe)).toBeNull();
      expect(await linkOf(there, 'c1')).toEqual([]);
    });

    it('leaves no number of one that is erased while its record is made', async () => {
      const there = start();
      await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
      await engineWith(
        there,
        onceDone('write', () => there.engine.contacts.erase('c1')),
      ).push({ createMissing: true });
      const claims = await entriesOf(there.store.bind(there.scope), 'workspace', 'claim');
      expect(JSON.stringify(claims)).not.toContain(phoneOf(1));
    });

    it('makes nobody again of one that is erased while its record is made, whatever number that gets', async () => {
      const there = start();
      await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
      const engine = engineWith(
        there,
        onceDone('write', () => there.engine.contacts.erase('c1')),
      );
      expect((await engine.push({ createMissing: true })).errors).toMatchObject([{ code: 'contact_removed', contactId: 'c1' }]);
      there.crm.edit(there.crm.list()[0]?.id ?? '', { phone: phoneOf(2) });
      there.clock.advance(HOUR);
      expect((await there.engine.pull()).skips).toMatchObject({ erased: 1 });
      expect(await there.engine.contacts.list()).toEqual([]);
    });

    it.each(cases)(
      '%s: keeps the record whose answer was lost, whatever number it has when a pull meets that one',
      async (_, mapped, on) => {
        const there = start(mapped);
        await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
        there.crm.fault({ on, what: 'lost_ack' });
        await push(there);
        await there.engine.contacts.update('c1', { phone_number: phoneOf(2) }, { by: 'test' });
        there.clock.advance(60_000);
        await there.engine.pull();
        for (let more = 0; more < 2; more += 1) {
          there.clock.advance(HOUR);
          await push(there);
          await there.engine.pull();
        }
        expect(await there.engine.contacts.list()).toMatchObject([{ id: 'c1', fields: { phone_number: phoneOf(2) } }]);
        expect(await linkOf(there, 'c1')).toMatchObject([{ state: 'active', recordId: there.crm.list()[0]?.id }]);
        expect(there.crm.list()).toHaveLength(1);
      },
    );

    it('keeps it also where another contact gets the number meanwhile', async () => {
      const there = start();
      await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
      there.crm.fault({ on: 'create', what: 'lost_ack' });
      await push(there);
      await add(there, 'c2', { phone_number: phoneOf(1), last_name: 'Poe' });
      there.clock.advance(60_000);
      await there.engine.pull();
      expect(await linkOf(there, 'c2')).toEqual([]);
      there.clock.advance(HOUR);
      await there.engine.push();
      expect(await linkOf(there, 'c1')).toMatchObject([{ state: 'active' }]);
    });

    it('is told where it was removed: its record is in the CRM and nobody’s', async () => {
      const there = start();
      await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
      const erase = () => there.store.bind(there.scope).commit({ rows: [{ kind: 'erase', contactId: 'c1' }], entries: [] });
      const run = await engineWith(there, onceDone('write', erase)).push({ createMissing: true });
      expect(run).toMatchObject({ counts: { created: 0, failed: 1 }, errors: [{ code: 'contact_removed', contactId: 'c1' }] });
      expect(there.events.events.filter(({ type }) => type === 'link.changed')).toEqual([]);
    });
  });

  describe('two contacts that find one record by different keys', () => {
    const two = async (there: Deployment) => {
      await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
      await add(there, 'c2', { email: 'ann@example.com', last_name: 'Lee' });
    };
    const theirs = { lastName: 'Lee', phone: phoneOf(1), email: 'ann@example.com' };

    it('stop nobody: one is linked, the other is told', async () => {
      const there = start(byEither);
      there.crm.add(theirs);
      there.clock.advance(HOUR);
      await two(there);
      await add(there, 'c3', { phone_number: phoneOf(3) });
      const run = await push(there);
      expect(run).toMatchObject({ counts: { created: 1, updated: 1, failed: 1 } });
      expect(run.errors).toContainEqual(expect.objectContaining({ code: 'record_taken', contactId: 'c2' }));
      expect(there.crm.list()).toHaveLength(2);
    });

    it('nor after a lost answer', async () => {
      const there = start(byEither);
      await two(there);
      there.crm.fault({ on: 'create', what: 'network' });
      await push(there);
      there.crm.add(theirs);
      there.clock.advance(HOUR);
      const run = await there.engine.push();
      expect(run).toMatchObject({ counts: { created: 1, failed: 1 }, errors: [{ code: 'record_taken', contactId: 'c2' }] });
    });
  });

  describe('a record that nobody could find again', () => {
    it('is not made: without the number that the CRM refuses, a lost answer would make a second one', async () => {
      const there = start(plain, { contactRule: ({ phone }) => (phone === null ? null : { message: 'No phones.', field: 'phone' }) });
      await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
      expect(await push(there)).toMatchObject({ counts: { created: 0, failed: 1 }, errors: [{ contactId: 'c1' }] });
      expect(there.crm.list()).toEqual([]);
    });

    it('waits, and says so, where the mapping has lost the key that was sent', async () => {
      const there = start();
      await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
      there.crm.fault({ on: 'create', what: 'lost_ack' });
      await push(there);
      await there.engine.contacts.update('c1', { email: 'ann@example.com' }, { by: 'test' });
      const changed = there.engineOf({ mappings: [{ ...plain, matchKey: 'email' }] });
      for (let more = 0; more < 2; more += 1) {
        there.clock.advance(HOUR);
        expect(await changed.push({ createMissing: true })).toMatchObject({ counts: { failed: 1 }, errors: [{ code: 'not_findable' }] });
      }
      there.clock.advance(HOUR);
      expect(await push(there)).toMatchObject({ counts: { created: 1 } });
      expect(there.crm.list()).toHaveLength(1);
    });

    it('is taken for theirs where it shows other values than were sent: none of them is overwritten (R18)', async () => {
      const there = start();
      await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee', interaction_summary: 'Called.' });
      there.crm.fault({ on: 'create', what: 'network' });
      await push(there);
      const { id } = there.crm.add({ lastName: 'Poe', phone: phoneOf(1), notes: 'Important.' });
      await there.engine.contacts.update('c1', { interaction_summary: 'Called twice.' }, { by: 'test' });
      there.clock.advance(HOUR);
      await push(there);
      there.clock.advance(HOUR);
      await there.engine.pull();
      await push(there);
      expect(await linkOf(there, 'c1')).toMatchObject([{ state: 'active', recordId: id }]);
      expect(there.crm.list().map(({ fields }) => fields)).toMatchObject([{ lastName: 'Poe', notes: 'Important.' }]);
      expect((await there.engine.contacts.get('c1'))?.fields.last_name).toBe('Poe');
    });

    it('is counted as long as the CRM can not tell', async () => {
      const there = start();
      await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
      there.crm.fault({ on: 'create', what: 'network' });
      await push(there);
      there.clock.advance(HOUR);
      const inner = there.connectorOf();
      const find: typeof inner.find = async (query, call) => ({ ...(await inner.find(query, call)), completeUntil: 0 });
      expect(await there.engineOf({ connector: { ...inner, find } }).push()).toMatchObject({ skips: { write_in_flight: 1 } });
    });
  });

  it('killed between a refusal and the record without that field, the next push makes it all the same', async () => {
    for (let at = 1; ; at += 1) {
      const there = start();
      await add(there, 'c1', { phone_number: phoneOf(1), email: 'no address' });
      const { around, isDead } = dying(at, 'after');
      await engineIn(there, around)
        .push({ createMissing: true })
        .catch(() => undefined);
      there.clock.advance(HOUR);
      const { skips } = await push(there);
      expect({ at, skips, records: there.crm.list().length }).toEqual({ at, skips: {}, records: 1 });
      if (!isDead()) break;
    }
  });

  it('aborted at any call, it counts nothing as failed and makes the rest the next time', async () => {
    for (let at = 1, calls = at; calls >= at; at += 1) {
      const there = start();
      for (const index of [1, 2, 3]) await add(there, `c${index}`, { phone_number: phoneOf(index), last_name: `Lee ${index}` });
      there.crm.add({ lastName: 'Lee 3', phone: phoneOf(3) });
      there.clock.advance(HOUR);
      const abort = new AbortController();
      calls = 0;
      const around: Around = async (_, call) => {
        calls += 1;
        if (calls === at) abort.abort();
        return call();
      };
      const run = await engineIn(there, around).push({ createMissing: true, signal: abort.signal });
      expect({ at, failed: run.counts.failed }).toEqual({ at, failed: 0 });
      there.clock.advance(HOUR);
      await push(there);
      expect(there.crm.list().map(({ fields }) => fields.lastName)).toHaveLength(3);
    }
  });

  it('contacts that can have no record, however many, stop nobody else', async () => {
    const there = start({ ...mapping, create: {} });
    const { id } = there.crm.add({ lastName: 'Old', phone: phoneOf(999) });
    await there.engine.pull();
    there.clock.advance(HOUR);
    const [old] = await there.engine.contacts.list();
    await there.engine.contacts.update(old?.id ?? '', { interaction_summary: 'Called.' }, { by: 'test' });
    for (let index = 0; index < 250; index += 1) await add(there, `c${String(index).padStart(3, '0')}`, { first_name: 'Ann' });
    await add(there, 'd1', { phone_number: phoneOf(1), last_name: 'Lee' });
    expect(await push(there)).toMatchObject({ status: 'done', counts: { created: 1, updated: 1, failed: 250 } });
    expect(there.crm.record(id).fields.notes).toBe('Called.');
  });

  it('looking for lost answers keeps to the budget', async () => {
    const there = start();
    for (let index = 0; index < 40; index += 1) await add(there, `c${index}`, { phone_number: phoneOf(index), last_name: 'Lee' });
    there.crm.fault({ on: 'create', what: 'lost_ack' });
    await push(there);
    there.clock.advance(HOUR);
    const inner = there.connectorOf();
    const capabilities = { ...inner.capabilities, fetchBatchMax: 2, budget: { callsPerDay: 12, reserve: 0 } };
    const { engineOf, crm } = there;
    const calls = await callsOf(crm, async () => {
      await expect(engineOf({ connector: { ...inner, capabilities } }).push()).rejects.toMatchObject({ code: 'api_budget_spent' });
    });
    expect(calls.length).toBeLessThan(20);
  });

  it.each(cases)('%s: two workers, a pull and edits at once end with one record per contact, in any order', async (_, mapped, on) => {
    for (let seed = 1; seed <= 25; seed += 1) {
      const random = mulberry(seed);
      const there = start(mapped);
      for (const index of [1, 2, 3]) await add(there, `c${index}`, { phone_number: phoneOf(index), last_name: `Lee ${index}` });
      await there.engine.contacts.update('c2', { email: 'no address' }, { by: 'test' });
      there.crm.add({ lastName: 'Lee 3', phone: phoneOf(3) });
      there.clock.advance(HOUR);
      if (random() < 0.4) there.crm.fault({ on, what: random() < 0.5 ? 'lost_ack' : 'network' });
      const { around, run } = takingTurns(seed);
      const [one, other, editing] = [engineIn(there, around), engineIn(there, around), engineIn(there, around)];
      await run<unknown>(
        () => one.push({ createMissing: true }),
        () => other.push({ createMissing: true }),
        () => other.pull(),
        async () => {
          await editing.contacts.update('c1', { interaction_summary: 'Called.' }, { by: 'test' });
          if (seed % 2 === 0) await editing.contacts.update('c1', { phone_number: phoneOf(8) }, { by: 'test' });
        },
      );
      for (let more = 0; more < 3; more += 1) {
        there.clock.advance(HOUR);
        await push(there);
        await there.engine.pull();
      }
      const bound = there.store.bind(there.scope);
      const contacts = await there.engine.contacts.list();
      expect({
        seed,
        contacts: contacts.map(({ id, links }) => [id, ...links.map(({ state }) => state)]),
        records: there.crm.list().length,
        notes: there.crm.list().filter(({ fields }) => fields.notes === 'Called.').length,
        waiting: await entriesOf(bound, 'connection', 'waiting'),
        creates: await entriesOf(bound, 'connection', 'create'),
      }).toEqual({
        seed,
        contacts: ['c1', 'c2', 'c3'].map((id) => [id, 'active']),
        records: 3,
        notes: 1,
        waiting: [],
        creates: [],
      });
    }
  });
});
