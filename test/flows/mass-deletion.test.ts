import { describe, expect, it } from 'vitest';
import { dumpOf, storeAround, takingTurns, withoutLeases } from './harness.ts';
import { WORLDS } from './world.ts';

describe.each(WORLDS)('on $name', (world) => {
  const { deployment, object } = world;
  const HOUR = 3_600_000;
  const phoneOf = (index: number) => `+1415555${1_000 + index}`;

  async function imported(count: number, options: Parameters<typeof deployment>[0] = {}, account: Parameters<typeof deployment>[1] = {}) {
    const there = deployment(options, account);
    const ids = Array.from({ length: count }, (_, index) => {
      const person = { firstName: `First${index}`, lastName: 'Smith', phone: phoneOf(index), email: `p${index}@example.com` };
      return there.crm.add(person).id;
    });
    await there.engine.pull();
    there.clock.advance(HOUR);
    const states = async () => {
      const rows = await there.store.bind(there.scope).load({ records: { object, ids } });
      return rows.flatMap(({ links }) => links.map(({ state }) => state));
    };
    const closed = async () => (await states()).filter((state) => state === 'tombstone').length;
    return { ...there, ids, closed };
  }
  /** Records that are deleted in the CRM while their contacts have something to send. */
  async function lose({ engine, crm, ids }: Awaited<ReturnType<typeof imported>>, from: number, to: number) {
    for (let index = from; index < to; index += 1) {
      const { contact } = await engine.contacts.byPhone(phoneOf(index));
      await engine.contacts.update(contact?.id ?? '', { interaction_summary: 'Called.' }, { by: 'anna' });
      crm.remove(ids[index] as string);
    }
  }
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: unknown) => error as { code: string; remedy: string; at: object },
    );

  describe('a mass deletion in the CRM (R14)', () => {
    it('stops the run before anything of that page is applied, and again until the host says that it is meant', async () => {
      const there = await imported(100);
      for (const id of there.ids.slice(0, 25)) there.crm.remove(id);
      const before = await dumpOf(there.store, there.scope);
      const error = await failure(there.engine.pull({ full: true }));
      expect(error).toMatchObject({ code: 'mass_deletion', category: 'validation', at: { object, run: expect.any(String) } });
      expect(error?.remedy).toContain('allowDeletions');
      expect(await there.closed()).toBe(0);
      const after = await dumpOf(there.store, there.scope);
      expect(after.rows).toEqual(before.rows);
      expect((await there.engine.status()).deletions).toMatchObject([{ object, deleted: 25, cleared: 0, links: 100 }]);
      const [stopped] = await there.engine.runs.list({ limit: 1 });
      expect(stopped).toMatchObject({ status: 'failed', failure: { code: 'mass_deletion' } });

      there.clock.advance(HOUR);
      expect(await failure(there.engine.pull())).toMatchObject({ code: 'mass_deletion' });
      expect(await failure(there.engine.sync())).toMatchObject({ code: 'mass_deletion' });
      expect(await there.closed()).toBe(0);

      const run = await there.engine.pull({ allowDeletions: true });
      expect(run.status).toBe('done');
      expect(await there.closed()).toBe(25);
      expect((await there.engine.status()).deletions).toEqual([]);
      there.crm.remove(there.ids[30] as string);
      there.clock.advance(HOUR);
      expect((await there.engine.pull({ full: true })).status).toBe('done');
    });

    it('is allowed up to the number that was agreed to, and no further', async () => {
      const there = await imported(100);
      for (const id of there.ids.slice(0, 25)) there.crm.remove(id);
      expect(await failure(there.engine.pull({ full: true, allowDeletions: 24 }))).toMatchObject({ code: 'mass_deletion' });
      expect(await there.closed()).toBe(0);
      await there.engine.pull({ full: true, allowDeletions: 25 });
      expect(await there.closed()).toBe(25);
    });

    it('is none where few are gone, or a small share of many', async () => {
      const few = await imported(19);
      for (const id of few.ids) few.crm.remove(id);
      expect((await few.engine.pull({ full: true })).status).toBe('done');
      expect(await few.closed()).toBe(19);
      const many = await imported(260);
      for (const id of many.ids.slice(0, 26)) many.crm.remove(id);
      expect((await many.engine.pull({ full: true })).status).toBe('done');
      expect(await many.closed()).toBe(26);
    });

    it('is seen in many small runs, each of which would be nothing', async () => {
      const there = await imported(100);
      let error: Awaited<ReturnType<typeof failure>> = null;
      let done = 0;
      for (; error === null && done < 10; done += 1) {
        for (const id of there.ids.slice(done * 8, done * 8 + 8)) there.crm.remove(id);
        error = await failure(there.engine.pull({ full: true }));
        there.clock.advance(HOUR);
      }
      expect(error).toMatchObject({ code: 'mass_deletion' });
      expect(await there.closed()).toBe(16);
      there.clock.advance(25 * HOUR); // a day later they are few again
      expect((await there.engine.pull({ full: true })).status).toBe('done');
      expect(await there.closed()).toBe(24);
    });

    it('goes on by itself where the records were restored meanwhile, and asks nothing any more', async () => {
      const there = await imported(100);
      for (const id of there.ids.slice(0, 25)) there.crm.remove(id);
      await failure(there.engine.pull({ full: true }));
      for (const id of there.ids.slice(0, 25)) there.crm.restore(id);
      there.clock.advance(HOUR);
      expect((await there.engine.pull({ full: true })).status).toBe('done');
      expect((await there.engine.status()).deletions).toEqual([]);
    });

    it('holds what the connection sets: another share, another number', async () => {
      const strict = await imported(100, { deletionBrake: { minimum: 5, share: 0.04 } });
      for (const id of strict.ids.slice(0, 5)) strict.crm.remove(id);
      expect(await failure(strict.engine.pull({ full: true }))).toMatchObject({ code: 'mass_deletion' });
      const loose = await imported(40, { deletionBrake: { share: 0.5 } });
      for (const id of loose.ids.slice(0, 20)) loose.crm.remove(id);
      expect((await loose.engine.pull({ full: true })).status).toBe('done');
    });

    it.each([1, 2, 3, 4])('is not got past by two runs at once, without leases, in any order (%i)', async (seed) => {
      const turns = takingTurns(seed);
      const there = await imported(100);
      for (const id of there.ids.slice(0, 25)) there.crm.remove(id);
      const engine = there.engineOf({ store: storeAround(withoutLeases(there.store), turns.around) });
      const results = await turns.run(
        () => engine.pull({ full: true }),
        () => engine.pull({ full: true }),
      );
      expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(await there.closed()).toBeLessThan(20);
    });
  });

  it('a preview stops for nothing, and notes what the run would stop for', async () => {
    const there = await imported(60);
    for (const id of there.ids.slice(0, 19)) there.crm.edit(id, { email: null });
    there.clock.advance(HOUR);
    await there.engine.pull();
    for (const id of there.ids.slice(30, 33)) there.crm.edit(id, { email: null });
    there.clock.advance(HOUR);
    const before = await dumpOf(there.store, there.scope);
    const preview = await there.engine.preview('pull');
    expect(preview.contacts).toHaveLength(3);
    expect(preview.notes).toMatchObject([{ code: 'mass_deletion', object, message: expect.stringContaining('22 lose a value') }]);
    expect(await dumpOf(there.store, there.scope)).toEqual(before);
    expect(await failure(there.engine.pull())).toMatchObject({ code: 'mass_deletion' });
  });

  describe('a field that goes blank in the CRM for most records (R14)', () => {
    it('stops the run before it clears the contacts', async () => {
      const there = await imported(60);
      for (const id of there.ids.slice(0, 22)) there.crm.edit(id, { email: null });
      const emails = async () => (await there.engine.contacts.list()).filter(({ fields }) => fields.email === null).length;
      expect(await failure(there.engine.pull())).toMatchObject({ code: 'mass_deletion' });
      expect(await emails()).toBe(0);
      expect((await there.engine.status()).deletions).toMatchObject([{ deleted: 0, cleared: 22, links: 60 }]);
      await there.engine.pull({ allowDeletions: true });
      expect(await emails()).toBe(22);
    });
  });

  describe('what a push learns of a mass deletion', () => {
    it('is a fact and is recorded (R5), but the run stops after it', async () => {
      const there = await imported(40);
      const contacts = await there.engine.contacts.list();
      for (const { id } of contacts) await there.engine.contacts.update(id, { interaction_summary: 'Called.' }, { by: 'test' });
      for (const id of there.ids.slice(0, 30)) there.crm.remove(id);
      expect(await failure(there.engine.push())).toMatchObject({ code: 'mass_deletion' });
      expect(await there.closed()).toBeGreaterThanOrEqual(20);
      expect((await there.engine.status()).deletions).toHaveLength(1);
    });
  });

  describe('what a push learns, and a pull carries out (`onDelete`)', () => {
    it('is counted once', async () => {
      const there = await imported(100, { onDelete: 'delete' });
      await lose(there, 0, 12);
      expect((await there.engine.push()).status).toBe('done');
      expect(await there.closed()).toBe(12);
      expect((await there.engine.pull({ full: true })).status).toBe('done');
      expect(await there.engine.contacts.list()).toHaveLength(88);
      there.clock.advance(HOUR);
      for (const id of there.ids.slice(12, 19)) there.crm.remove(id);
      expect((await there.engine.pull({ full: true })).status).toBe('done');
      there.crm.remove(there.ids[19] as string);
      there.clock.advance(HOUR);
      expect(await failure(there.engine.pull({ full: true }))).toMatchObject({ code: 'mass_deletion' });
      expect((await there.engine.status()).deletions).toMatchObject([{ deleted: 20, links: 100 }]);
    });

    it('is asked about before it is carried out, also a day later', async () => {
      const there = await imported(100, { onDelete: 'delete' });
      await lose(there, 0, 25);
      expect(await failure(there.engine.push())).toMatchObject({ code: 'mass_deletion' });
      for (const wait of [HOUR, 48 * HOUR]) {
        there.clock.advance(wait);
        expect(await failure(there.engine.pull({ full: true }))).toMatchObject({ code: 'mass_deletion' });
        expect(await there.engine.contacts.list({ page: { limit: 200 } })).toHaveLength(100);
      }
      expect((await there.engine.pull({ full: true, allowDeletions: 25 })).status).toBe('done');
      expect(await there.engine.contacts.list({ page: { limit: 200 } })).toHaveLength(75);
    });
  });

  describe('a filter that most records do not match any more', () => {
    it('is no deletion, and nothing is asked', async () => {
      const there = await imported(60);
      const filter = { field: world.names.lastName, eq: 'Jones' } as const;
      const run = await there.engineOf({ mappings: [{ ...world.mapping, filter }] as never }).pull({ full: true });
      expect(run).toMatchObject({ status: 'done' });
      expect((await there.engine.status()).deletions).toEqual([]);
    });
  });
});
