import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { dumpOf, storeAround, takingTurns } from './harness.ts';

import { WORLDS } from './world.ts';

describe.each(WORLDS)('on $name', (world) => {
  const { deployment, names, object } = world;

  const HOUR = 3_600_000;

  function people(count = 3) {
    const there = deployment();
    for (let index = 0; index < count; index += 1)
      there.crm.add({ firstName: `First${index}`, lastName: 'Smith', phone: `(415) 555-012${index}`, status: 'New' });
    return there;
  }

  const idOf = async (there: ReturnType<typeof people>, last: number) =>
    (await there.engine.contacts.byPhone(`+1415555012${last}`)).contact?.id ?? '';

  describe('contacts.update', () => {
    it('tells every problem of the patch at once, and changes nothing', async () => {
      const there = people();
      await there.engine.pull();
      const id = await idOf(there, 0);
      const before = await there.engine.contacts.get(id);
      const error = await there.engine.contacts
        .update(id, { lead_status: 'Thrilled', phone_number: 'ask', nickname: 'Al', do_not_call: 'perhaps' } as never, { by: 'test' })
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'invalid_document', category: 'configuration' });
      expect((error as { issues: { path: string[] }[] }).issues.map(({ path }) => path[0]).toSorted()).toEqual([
        'do_not_call',
        'lead_status',
        'nickname',
        'phone_number',
      ]);
      expect(await there.engine.contacts.get(id)).toEqual(before);
    });

    it('gives the contact a new version only where something changes', async () => {
      const there = people();
      await there.engine.pull();
      const id = await idOf(there, 0);
      const { version } = (await there.engine.contacts.get(id)) ?? {};
      expect((await there.engine.contacts.update(id, { first_name: 'First0' }, { by: 'test' })).version).toBe(version);
      const manual = () => there.events.of('contact.changed').filter(({ cause }) => cause === 'manual');
      expect(manual()).toEqual([]);
      expect((await there.engine.contacts.update(id, { first_name: 'Ann' }, { by: 'test' })).version).not.toBe(version);
      expect(manual()).toMatchObject([{ contactId: id, fields: ['first_name'] }]);
    });

    it('refuses a number that another contact has (R19), in any spelling', async () => {
      const there = people();
      await there.engine.pull();
      const id = await idOf(there, 0);
      await expect(there.engine.contacts.update(id, { phone_number: '(415) 555-0121' }, { by: 'test' })).rejects.toMatchObject({
        code: 'match_key_taken',
        category: 'duplicate',
        at: { contactId: id, field: 'phone_number' },
      });
    });

    it.each(Array.from({ length: 20 }, (_, seed) => seed + 1))(
      'of two contacts that are given one number at once, one gets it (turns %i)',
      async (seed) => {
        const there = people();
        await there.engine.pull();
        const [zero, one] = [await idOf(there, 0), await idOf(there, 1)];
        const turns = takingTurns(seed);
        const engine = there.engineOf({ store: storeAround(there.store, turns.around) });
        const ended = await turns.run(
          () => engine.contacts.update(zero, { phone_number: '+14155550199' }, { by: 'zero' }),
          () => engine.contacts.update(one, { phone_number: '+14155550199' }, { by: 'one' }),
        );
        expect(ended.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
        expect((await there.engine.contacts.byPhone('+14155550199')).others).toEqual([]);
      },
    );

    it('of nobody is an error', async () => {
      await expect(people().engine.contacts.update('nobody', { first_name: 'A' }, { by: 'test' })).rejects.toMatchObject({
        code: 'contact_not_found',
        category: 'not_found',
      });
    });
  });

  describe('contacts.byPhone', () => {
    it('reads any spelling, and shows everybody who shares the number', async () => {
      const there = people(1);
      await there.engine.pull();
      await there.store.bind(there.scope).commit({
        rows: [{ kind: 'insert', entity: 'contact', suggestedId: 'zz-twin', set: { phone_number: '+14155550120' } }],
        entries: [],
      });
      const { contact, others } = await there.engine.contacts.byPhone('415-555-0120');
      expect(contact?.fields.first_name).toBe('First0');
      expect(others.map(({ id }) => id)).toEqual(['zz-twin']);
      expect(await there.engine.contacts.byPhone('nonsense')).toEqual({ contact: null, others: [], formerly: null, crm: null });
      expect(await there.engine.contacts.byPhone('+14155550999')).toEqual({ contact: null, others: [], formerly: null, crm: null });
    });
  });

  describe('contacts.list', () => {
    it('goes through all contacts by pages, each once', async () => {
      const there = people(7);
      await there.engine.pull();
      const seen: string[] = [];
      for (let after: string | null = null; ; ) {
        const page: readonly { readonly id: string }[] = await there.engine.contacts.list({ page: { after, limit: 3 } });
        seen.push(...page.map(({ id }) => id));
        after = page.at(-1)?.id ?? null;
        if (page.length < 3) break;
      }
      expect(seen).toEqual((await there.engine.contacts.list()).map(({ id }) => id));
      expect(seen).toHaveLength(7);
      expect(await there.engine.contacts.get('nobody')).toBeNull();
    });
  });

  describe('contacts.explain (P12)', () => {
    it('says of every written field where it came from: source, rule, before, after, when, newest first', async () => {
      const there = people(1);
      const pulled = await there.engine.pull();
      const id = await idOf(there, 0);
      there.clock.advance(HOUR);
      await there.engine.contacts.update(id, { email: 'zero@example.com' }, { by: 'Bea of support' });
      there.clock.advance(HOUR);
      await there.engine.handleConversation(
        conversation({ id: 'call-1', phone: '+14155550120', analysis: { lead_qualification_status: 'Qualified' } }),
      );
      there.clock.advance(HOUR);
      there.crm.edit(there.crm.list()[0]?.id ?? '', { status: 'Working' });
      there.clock.advance(60_000);
      const again = await there.engine.pull();

      const status = (await there.engine.contacts.explain(id, 'lead_status')).filter(({ reason }) => reason !== 'pushed');
      const recordId = there.crm.list()[0]?.id;
      expect(status).toEqual([
        {
          field: 'lead_status',
          before: 'Qualified',
          after: 'Working',
          at: expect.stringMatching(/^2026-01-05T12:01:00\.\d{3}Z$/), // the clock goes on while the next page is asked for
          rule: names.status,
          reason: 'crm_changed',
          source: { flow: 'pull', run: again.id, object, recordId },
        },
        {
          field: 'lead_status',
          before: 'New',
          after: 'Qualified',
          at: '2026-01-05T11:00:00.000Z',
          rule: 'lead_qualification_status',
          reason: 'overwrite',
          source: { flow: 'analysis', conversation: 'test:call-1' },
        },
        {
          field: 'lead_status',
          before: null,
          after: 'New',
          at: '2026-01-05T09:00:00.000Z',
          rule: names.status,
          reason: 'first_link_filled',
          source: { flow: 'pull', run: pulled.id, object, recordId },
        },
      ]);
      const explained = await there.engine.contacts.explain(id);
      expect(explained.find(({ field, reason }) => field === 'email' && reason === 'manual')).toMatchObject({
        source: { flow: 'manual', by: 'Bea of support' },
        before: null,
        after: 'zero@example.com',
      });
      expect(explained.find(({ field, reason }) => field === 'email' && reason === 'pushed')).toMatchObject({
        source: { flow: 'push', conversation: 'test:call-1' },
        rule: names.email,
        after: 'zero@example.com',
      });
      const { fields } = (await there.engine.contacts.get(id)) ?? { fields: {} };
      for (const [field, value] of Object.entries(fields))
        if (value !== null) expect(explained.find((entry) => entry.field === field && entry.reason !== 'pushed')?.after, field).toBe(value);
    });

    it('keeps both values of a conflict, whoever won', async () => {
      const there = people(1);
      await there.engine.pull();
      const id = await idOf(there, 0);
      there.clock.advance(HOUR);
      await there.engine.contacts.update(id, { email: 'ours@example.com' }, { by: 'test' });
      there.crm.edit(there.crm.list()[0]?.id ?? '', { email: 'theirs@example.com' });
      there.clock.advance(60_000);
      expect(await there.engine.pull()).toMatchObject({ conflicts: 1 });
      expect(there.events.of('conflict')).toMatchObject([{ contactId: id, field: 'email', winner: 'crm' }]);
      const kept = (await dumpOf(there.store, there.scope)).entries['history']?.flatMap(
        ({ body }) => (body as { conflicts?: unknown[] }).conflicts ?? [],
      );
      expect(kept).toMatchObject([{ field: 'email', local: 'ours@example.com', remote: 'theirs@example.com', winner: 'crm' }]);
    });
  });
});
