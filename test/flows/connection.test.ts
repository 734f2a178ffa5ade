import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { connectorAround, contentsOf } from './harness.ts';
import { callsOf } from './support.ts';
import { type AccountOptions, WORLDS } from './world.ts';

describe.each(WORLDS)('on $name', (world) => {
  const { deployment } = world;

  const HOUR = 3_600_000;

  function people(count = 5, options: Parameters<typeof deployment>[0] = {}, org: AccountOptions = {}) {
    const there = deployment(options, { pageSizeMax: 2, ...org });
    for (let index = 0; index < count; index += 1)
      there.crm.add({ firstName: `First${index}`, lastName: 'Smith', phone: `(415) 555-012${index}`, status: 'New' });
    return there;
  }

  type There = ReturnType<typeof people>;

  /** An engine during whose n-th call of that name something happens. */
  function during(there: There, name: string, nth: number, meanwhile: () => Promise<unknown>) {
    let calls = 0;
    return there.engineOf({
      connector: connectorAround(there.connectorOf(), async (called, call) => {
        const answer = await call();
        if (called === name) {
          calls += 1;
          if (calls === nth) await meanwhile();
        }
        return answer;
      }),
    });
  }

  describe('pause', () => {
    it('ends a pull under way at the last committed page', async () => {
      const there = people(6);
      const engine = during(there, 'read', 2, () => there.engine.pause('stop'));
      await expect(engine.pull()).rejects.toMatchObject({ code: 'connection_paused', message: expect.stringContaining('stop') });
      expect(await there.engine.contacts.list()).toHaveLength(2);
      await there.engine.resume();
      expect(await there.engine.pull()).toMatchObject({ status: 'done', counts: { created: 4 } });
    });

    it('during a push lets the request that is out be acknowledged, and sends nothing after it (R5)', async () => {
      const there = people(2);
      await there.engine.pull();
      for (const { id } of await there.engine.contacts.list())
        await there.engine.contacts.update(id, { interaction_summary: 'Hello.' }, { by: 'test' });
      const capabilities = { ...there.connectorOf().capabilities, writeBatchMax: 1 };
      const inner = there.connectorOf();
      let writes = 0;
      const engine = there.engineOf({
        connector: {
          ...inner,
          capabilities,
          write: async (batch, call) => {
            writes += 1;
            const answer = await inner.write(batch, call);
            await there.engine.pause('stop');
            return answer;
          },
        },
      });
      await expect(engine.push()).rejects.toMatchObject({ code: 'connection_paused' });
      expect(writes).toBe(1);
      const { contacts } = await contentsOf(there.store, there.scope);
      expect(
        contacts.flatMap(({ links }) => links.map(({ sent, pending }) => ({ sent, pending }))).filter(({ pending }) => !pending),
      ).toEqual([{ sent: 0, pending: false }]);
      await there.engine.resume();
      expect(await there.engine.push()).toMatchObject({ counts: { processed: 1, updated: 1 } });
    });
  });

  describe('disconnect', () => {
    it('drops the links and keeps the contacts; resume and a pull match them again', async () => {
      const there = people(3);
      await there.engine.pull();
      const before = await there.engine.contacts.list();
      await there.engine.disconnect();
      expect((await there.engine.contacts.list()).map(({ fields }) => fields)).toEqual(before.map(({ fields }) => fields));
      expect((await contentsOf(there.store, there.scope)).contacts.flatMap(({ links }) => links)).toEqual([]);
      await expect(there.engine.pull()).rejects.toMatchObject({ code: 'connection_disconnected' });
      await there.engine.resume();
      there.clock.advance(HOUR);
      expect(await there.engine.pull()).toMatchObject({ counts: { processed: 3, created: 0 } });
      expect((await there.engine.contacts.list()).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
      await there.engine.contacts.update(before[0]?.id ?? '', { interaction_summary: 'Called.' }, { by: 'test' });
      expect(await there.engine.push()).toMatchObject({ counts: { updated: 1 } });
    });

    it('while a pull is under way leaves no link behind', async () => {
      const there = people(6);
      const engine = during(there, 'read', 2, () => there.engine.disconnect());
      await expect(engine.pull()).rejects.toMatchObject({ code: 'connection_disconnected' });
      const { contacts, checkpoints } = await contentsOf(there.store, there.scope);
      expect(contacts.map(({ links }) => links)).toEqual([[], []]);
      expect(checkpoints).toEqual([]);
    });

    it('settles what waits: a conversation is not kept for a CRM that is gone', async () => {
      const there = people(1);
      await there.engine.pull();
      await there.engine.disconnect();
      const result = await there.engine.handleConversation(
        conversation({ phone: '+14155550120', analysis: { lead_qualification_status: 'Qualified' } }),
      );
      expect(result).toMatchObject({
        complete: true,
        steps: { analysis: { status: 'done' }, push: { reason: 'no_link' }, activity: { reason: 'no_link' } },
      });
    });
  });

  describe('another account’s credentials', () => {
    const moved = (there: There) => {
      const other = people(2, {}, { isOther: true });
      return { other, engine: there.engineOf({ connector: other.connectorOf() }) };
    };

    it('stop every flow before anything is read or written', async () => {
      const there = people(2);
      await there.engine.pull();
      const contacts = await there.engine.contacts.list();
      for (const { id } of contacts) await there.engine.contacts.update(id, { interaction_summary: 'Hello.' }, { by: 'test' });
      const { other, engine } = moved(there);
      const calls = await callsOf(other.crm, async () => {
        for (const flow of [() => engine.pull(), () => engine.push(), () => engine.sync()])
          await expect(flow()).rejects.toMatchObject({
            code: 'other_account',
            category: 'authentication',
            at: { connection: world.connection },
          });
        const result = await engine.handleConversation(
          conversation({ phone: '+14155550120', analysis: { lead_qualification_status: 'Qualified' } }),
        );
        expect(result).toMatchObject({
          complete: false,
          steps: { analysis: { status: 'done' }, push: { reason: 'other_account' }, activity: { reason: 'other_account' } },
        });
      });
      expect(calls.filter((operation) => !/^(describe|properties)/.test(operation))).toEqual([]);
      expect((await there.engine.runs.list({ limit: 3 })).map(({ status, failure }) => [status, failure?.code])).toEqual(
        Array(3).fill(['failed', 'other_account']),
      );
    });

    it('are accepted by relink, which matches every contact anew and keeps them all', async () => {
      const there = people(2);
      await there.engine.pull();
      const before = await there.engine.contacts.list();
      const { other, engine } = moved(there);
      other.clock.set(there.clock.now());
      const run = await engine.relink({ trigger: 'settings page' });
      expect(run).toMatchObject({ status: 'done', flow: 'pull', trigger: 'settings page', counts: { processed: 2, created: 0 } });
      const after = await engine.contacts.list();
      expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
      const records = other.crm.list().map(({ id }) => id);
      expect(
        after.flatMap(({ links }) => links.filter(({ state }) => state === 'active').map(({ recordId }) => recordId)).toSorted(),
      ).toEqual(records.toSorted());
      await engine.contacts.update(after[0]?.id ?? '', { interaction_summary: 'Hello.' }, { by: 'test' });
      await engine.push();
      expect(other.crm.list().filter(({ fields }) => fields.notes === 'Hello.')).toHaveLength(1);
      expect(there.crm.list().filter(({ fields }) => fields.notes === 'Hello.')).toEqual([]);
      await expect(there.engine.pull()).rejects.toMatchObject({ code: 'other_account' });
    });
  });
});
