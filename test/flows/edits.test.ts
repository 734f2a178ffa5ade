import type { CrmSyncError } from 'crm-sync-engine';
import { describe, expect, it } from 'vitest';
import { entriesOf, storeAround } from './harness.ts';
import { callsOf } from './support.ts';
import { WORLDS } from './world.ts';

describe.each(WORLDS)('edits by hand on $name', (world) => {
  const BY = { by: 'Bea of support' };

  async function pulled(count = 3, options: Parameters<typeof world.deployment>[0] = {}) {
    const there = world.deployment(options);
    for (let index = 0; index < count; index += 1)
      there.crm.add({ firstName: `First${index}`, lastName: 'Smith', phone: phoneOf(index), status: 'New' });
    await there.engine.pull();
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) ids.push((await there.engine.contacts.byPhone(phoneOf(index))).contact?.id ?? 'nobody');
    const email = (index: number) => there.crm.list().find(({ fields }) => fields.firstName === `First${index}`)?.fields.email;
    return { ...there, ids: ids as [string, string, string], email };
  }

  const phoneOf = (index: number) => `+1415555${String(1000 + index)}`;

  describe('contacts.updateMany', () => {
    it('keeps the good ones, and tells every problem of all the others', async () => {
      const { engine, ids } = await pulled();
      const results = await engine.contacts.updateMany(
        [
          { id: ids[0], fields: { email: 'zero@example.com' } },
          { id: ids[1], fields: { lead_status: 'Thrilled', do_not_call: 'perhaps' } as never },
          { id: 'nobody', fields: { email: 'nobody@example.com' } },
          { id: ids[2], fields: { first_name: 'First2' } },
          { id: ids[1], fields: { phone_number: phoneOf(0) } },
        ],
        BY,
      );
      expect(results.map(({ id, status }) => [id, status])).toEqual([
        [ids[0], 'done'],
        [ids[1], 'refused'],
        ['nobody', 'refused'],
        [ids[2], 'unchanged'],
        [ids[1], 'refused'],
      ]);
      const errors = results.flatMap((result): CrmSyncError[] => (result.status === 'refused' ? [result.error] : []));
      expect(errors.map(({ code }) => code)).toEqual(['invalid_document', 'contact_not_found', 'match_key_taken']);
      expect(errors[0]?.issues.map(({ path }) => path.join('.'))).toEqual(['lead_status', 'do_not_call']);
      expect(errors.map(({ at }) => at.contactId)).toEqual([ids[1], 'nobody', ids[1]]);
      expect(results[0]).toMatchObject({ contact: { fields: { email: 'zero@example.com' } }, push: null });
      expect(await engine.contacts.get(ids[1])).toMatchObject({ fields: { phone_number: phoneOf(1), lead_status: 'New' } });
    });

    it('passes a number on, and swaps two', async () => {
      const { engine, ids } = await pulled();
      const results = await engine.contacts.updateMany(
        [
          { id: ids[0], fields: { phone_number: phoneOf(1) } },
          { id: ids[1], fields: { phone_number: phoneOf(0) } },
        ],
        BY,
      );
      expect(results.map(({ status }) => status)).toEqual(['done', 'done']);
      expect((await engine.contacts.byPhone(phoneOf(0))).contact?.id).toBe(ids[1]);
      expect((await engine.contacts.byPhone(phoneOf(1))).contact?.id).toBe(ids[0]);
    });

    it('passes numbers on and swaps them also among more contacts than one commit takes', async () => {
      const there = await pulled(404);
      const { engine } = there;
      const ids: readonly string[] = there.ids;
      const idOf = (index: number) => ids[index] ?? 'nobody';
      const edits = ids.map((id, index) => ({
        id,
        fields: { phone_number: phoneOf(index + 1) } as { phone_number?: string; email?: string },
      }));
      edits[0] = { id: idOf(0), fields: { phone_number: phoneOf(403) } }; // swapped with the last
      edits[403] = { id: idOf(403), fields: { phone_number: phoneOf(0) } };
      edits[1] = { id: idOf(1), fields: { email: 'one@example.com' } };
      edits[402] = { id: idOf(402), fields: { phone_number: phoneOf(1000) } }; // all others move up behind it
      const results = await engine.contacts.updateMany(edits, BY);
      expect(results.filter(({ status }) => status !== 'done')).toEqual([]);
      for (const [index, number] of [
        [0, 403],
        [403, 0],
        [1, 1],
        [2, 3],
        [200, 201],
        [401, 402],
        [402, 1000],
      ] as const)
        expect((await engine.contacts.byPhone(phoneOf(number))).contact?.id).toBe(idOf(index));
    });

    it('gives nobody a number whose owner can not give it up', async () => {
      const { engine, ids } = await pulled();
      const results = await engine.contacts.updateMany(
        [
          { id: ids[0], fields: { phone_number: phoneOf(1) } },
          { id: ids[1], fields: { phone_number: phoneOf(2) } }, // which its owner keeps
        ],
        BY,
      );
      expect(results.map((result) => (result.status === 'refused' ? result.error.code : result.status))).toEqual([
        'match_key_taken',
        'match_key_taken',
      ]);
      for (const [index, id] of ids.entries()) expect((await engine.contacts.byPhone(phoneOf(index))).contact?.id).toBe(id);
    });

    it('of two that want one number the first gets it', async () => {
      const { engine, ids } = await pulled();
      const wanted = { phone_number: '+14155559999' };
      const results = await engine.contacts.updateMany(
        [
          { id: ids[2], fields: wanted },
          { id: ids[0], fields: wanted },
        ],
        BY,
      );
      expect(results.map(({ status }) => status)).toEqual(['done', 'refused']);
      expect(await engine.contacts.byPhone('+14155559999')).toMatchObject({ contact: { id: ids[2] }, others: [] });
    });

    it('takes several edits of one contact for one, in their order', async () => {
      const { engine, ids } = await pulled();
      const results = await engine.contacts.updateMany(
        [
          { id: ids[0], fields: { first_name: 'Ann', email: 'ann@example.com' } },
          { id: ids[0], fields: { first_name: 'Anna' } },
        ],
        BY,
      );
      expect(results.map(({ status }) => status)).toEqual(['done', 'done']);
      expect(await engine.contacts.get(ids[0])).toMatchObject({ fields: { first_name: 'Anna', email: 'ann@example.com' } });
      expect(await engine.contacts.explain(ids[0], 'first_name')).toMatchObject([{ after: 'Anna', source: { by: BY.by } }, {}]);
    });

    it('costs a few calls to the store, however many contacts', async () => {
      const costOf = async (count: number) => {
        const there = await pulled(count);
        const calls: string[] = [];
        const engine = there.engineOf({
          store: storeAround(there.store, (name, call) => {
            calls.push(name);
            return call();
          }),
        });
        const edits = there.ids.map((id, index) => ({
          id,
          fields: { email: `${index}@example.com`, phone_number: phoneOf(index + 5000) },
        }));
        expect((await engine.contacts.updateMany(edits, BY)).every(({ status }) => status === 'done')).toBe(true);
        return calls;
      };
      expect(await costOf(150)).toEqual(await costOf(2));
    });

    it('of none is nothing', async () => {
      const { engine, crm } = await pulled(1);
      expect(await callsOf(crm, async () => expect(await engine.contacts.updateMany([], { ...BY, push: true })).toEqual([]))).toEqual([]);
    });

    it('keeps the others where the table refuses one, whether it can say which or not', async () => {
      for (const isNamed of [true, false]) {
        const there = await pulled(3);
        const bound = there.store.bind(there.scope);
        const refusing = {
          specVersion: 1 as const,
          bind: () => ({
            ...bound,
            load: bound.load.bind(bound),
            scan: bound.scan.bind(bound),
            entries: bound.entries.bind(bound),
            lease: bound.lease.bind(bound),
            release: bound.release.bind(bound),
            async commit(changes: Parameters<typeof bound.commit>[0]) {
              const index = changes.rows.findIndex((row) => row.kind === 'update' && row.set?.['email'] === 'bad@example.com');
              const row = { index, code: 'check_failed', message: 'The table refuses this address.' };
              return index < 0 ? bound.commit(changes) : { status: 'refused' as const, rows: isNamed ? [row] : [] };
            },
          }),
        };
        const engine = there.engineOf({ store: refusing });
        const emails = ['good@example.com', 'bad@example.com', 'fine@example.com'];
        const results = await engine.contacts.updateMany(
          there.ids.map((id, index) => ({ id, fields: { email: emails[index] ?? null } })),
          BY,
        );
        expect(results.map(({ status }) => status)).toEqual(['done', 'refused', 'done']);
        expect(results[1]).toMatchObject({ error: { code: 'store_refused', category: 'store', at: { contactId: there.ids[1] } } });
      }
    });
  });

  describe('push: true', () => {
    it('sends just these contacts, in a recorded run', async () => {
      const { engine, crm, ids, email } = await pulled();
      await engine.contacts.update(ids[2], { email: 'later@example.com' }, BY);
      const edited = await engine.contacts.update(ids[0], { email: 'now@example.com' }, { ...BY, push: true });
      expect(edited.push).toMatchObject({ status: 'done', reason: null, refused: [] });
      expect([email(0), email(2)]).toEqual(['now@example.com', null]);
      expect(await engine.runs.get(edited.push?.run ?? '')).toMatchObject({
        flow: 'push',
        trigger: 'edit',
        status: 'done',
        counts: { processed: 1, updated: 1 },
      });
      expect(await callsOf(crm, () => engine.contacts.update(ids[0], { email: 'now@example.com' }, { ...BY, push: true }))).toEqual([]);
      await engine.push();
      expect(email(2)).toBe('later@example.com');
    });

    it('goes out beside a long run, which holds its lease', async () => {
      const there = await pulled();
      await there.store.bind(there.scope).lease({ name: 'push', ttlMs: 3_600_000, holder: 'long' });
      expect(await there.engine.push()).toMatchObject({ status: 'busy' });
      const edited = await there.engine.contacts.update(there.ids[0], { email: 'now@example.com' }, { ...BY, push: true });
      expect(edited.push?.status).toBe('done');
      expect(there.email(0)).toBe('now@example.com');
    });

    it('keeps the edit where the push fails, and says why; the next push sends it', async () => {
      const there = await pulled();
      await there.engine.pause('maintenance');
      const edited = await there.engine.contacts.update(there.ids[0], { email: 'kept@example.com' }, { ...BY, push: true });
      expect(edited).toMatchObject({ fields: { email: 'kept@example.com' }, push: { status: 'pending', reason: 'connection_paused' } });
      expect(await there.engine.runs.get(edited.push?.run ?? '')).toMatchObject({
        status: 'failed',
        failure: { code: 'connection_paused' },
      });
      await there.engine.resume();
      await there.engine.push();
      expect(there.email(0)).toBe('kept@example.com');
    });

    it('says of each contact how the CRM took it', async () => {
      const there = await pulled(3);
      const unlinked = await there.store.bind(there.scope).commit({
        rows: [{ kind: 'insert', entity: 'contact', suggestedId: 'alone', set: { first_name: 'Alone' } }],
        entries: [],
      });
      expect(unlinked.status).toBe('done');
      const results = await there.engine.contacts.updateMany(
        [
          { id: there.ids[0], fields: { email: 'zero@example.com' } },
          { id: there.ids[1], fields: { first_name: 'First1' } },
          { id: 'alone', fields: { email: 'alone@example.com' } },
          { id: 'nobody', fields: { email: 'nobody@example.com' } },
        ],
        { ...BY, push: true },
      );
      expect(results.map((result) => (result.status === 'refused' ? null : [result.push?.status, result.push?.reason]))).toEqual([
        ['done', null],
        ['unchanged', null],
        ['skipped', 'no_link'],
        null,
      ]);
    });

    it('out of time, it is pending', async () => {
      const there = await pulled(1);
      const edited = await there.engine.contacts.update(there.ids[0], { email: 'z@example.com' }, { ...BY, push: true, timeLimitMs: 0 });
      expect(edited.push).toMatchObject({ status: 'pending', reason: 'out_of_time' });
      expect(await there.engine.runs.get(edited.push?.run ?? '')).toMatchObject({ status: 'paused' });
    });
  });

  describe('contacts.changed', () => {
    /** A write of the host that moves no version: put back by a store that gives the old one. */
    const writeUnseen = async ({ store, scope, ids }: Awaited<ReturnType<typeof pulled>>, set: Record<string, string>) => {
      const bound = store.bind(scope);
      const [row] = await bound.load({ ids: [ids[0]] });
      await bound.commit({ rows: [{ kind: 'update', contactId: ids[0], expected: row?.version ?? '', set }], entries: [] });
      const [after] = await bound.load({ ids: [ids[0]] });
      const links = (after?.links ?? []).map(({ version, contactId: _, ...link }) => ({
        ...link,
        expected: version,
        seen: 'after' as const,
      }));
      await bound.commit({ rows: [{ kind: 'update', contactId: ids[0], expected: after?.version ?? '', links }], entries: [] });
    };

    it('makes a contact pending that the host wrote to behind our back', async () => {
      const there = await pulled();
      await writeUnseen(there, { email: 'behind@example.com' });
      await there.engine.push();
      expect(there.email(0)).toBeNull();
      await there.engine.contacts.changed([there.ids[0], 'nobody']);
      await there.engine.push();
      expect(there.email(0)).toBe('behind@example.com');
      expect(await callsOf(there.crm, () => there.engine.push())).toEqual([]);
    });

    /** A record that finds nobody: the contact with its number has another record. */
    async function twinWaits() {
      const there = await pulled(2);
      there.clock.advance(3_600_000);
      const twin = there.crm.add({ firstName: 'Twin', lastName: 'Smith', phone: phoneOf(0), status: 'New' });
      there.clock.advance(60_000);
      await there.engine.pull();
      const waiting = () => entriesOf(there.store.bind(there.scope), 'connection', 'waiting');
      expect(await waiting()).toHaveLength(1);
      return { ...there, twin, waiting };
    }

    it('brings back records that waited because of it', async () => {
      const there = await twinWaits();
      await writeUnseen(there, { phone_number: '+14155558888' });
      await there.engine.contacts.changed([there.ids[0]]);
      await there.engine.pull();
      expect(await there.waiting()).toEqual([]);
      expect((await there.engine.contacts.byPhone(phoneOf(0))).contact?.links).toMatchObject([{ recordId: there.twin.id }]);
    });

    it('brings back records that waited for the number it has now', async () => {
      const there = await twinWaits();
      const set = { first_name: 'Alone', phone_number: phoneOf(0) };
      await there.store.bind(there.scope).commit({
        rows: [{ kind: 'insert', entity: 'contact', suggestedId: 'alone', set }],
        entries: [],
      });
      await there.engine.contacts.changed(['alone']);
      await there.engine.pull();
      expect((await there.engine.contacts.get('alone'))?.links).toMatchObject([{ recordId: there.twin.id }]);
    });

    it('costs nothing for nobody, and few calls to the store for many', async () => {
      const there = await pulled(30);
      const calls: string[] = [];
      const engine = there.engineOf({
        store: storeAround(there.store, (name, call) => {
          calls.push(name);
          return call();
        }),
      });
      await engine.contacts.changed([]);
      expect(calls).toEqual([]);
      await engine.contacts.changed(there.ids);
      expect(calls).toEqual(['load', 'entries', 'entries', 'entries', 'commit']);
    });
  });
});
