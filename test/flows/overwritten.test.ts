import { type CompleteConnector, type CrmSyncEngine, defineMapping } from 'crm-sync-engine';
import { describe, expect, it } from 'vitest';
import { callsOf, schema } from './support.ts';
import { WORLDS, type World } from './world.ts';

const MINUTE = 60_000;

/** Alice on both sides, edited here; `meanwhile` happens after our last look at her record and before our write. */
async function alice({ object, names, deployment }: World) {
  const fields = [
    { crm: names.phone, field: 'phone_number', direction: 'inbound' },
    { crm: names.email, field: 'email', direction: 'both' },
  ] as const;
  // Her notes were mapped later: the two sides have never agreed on them.
  const notes = { crm: names.notes, field: 'interaction_summary', direction: 'outbound' } as const;
  const mappings = [defineMapping(schema, { crmObject: object, fields: [...fields, notes] })];
  const there = deployment({ mappings: [defineMapping(schema, { crmObject: object, fields })] });
  const { id: recordId } = there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '+14155550123', email: 'old@example.com' });
  await there.engine.pull();
  const id = (await there.engine.contacts.byPhone('+14155550123')).contact?.id ?? '';
  const connector = there.crm.connectorOf();
  let meanwhile = (): void => undefined;
  const late: CompleteConnector = {
    ...connector,
    async write(batch, call) {
      meanwhile();
      meanwhile = () => undefined;
      return connector.write(batch, call);
    },
  };
  const engine = there.engineOf({ connector: late, mappings });
  return {
    ...there,
    id,
    recordId,
    engine,
    another: () => there.engineOf({ mappings }),
    push: async (
      fields: { readonly email?: string | null; readonly interaction_summary?: string },
      during: () => void = () => undefined,
    ) => {
      there.clock.advance(MINUTE);
      await there.engine.contacts.update(id, fields, { by: 'test' });
      there.clock.advance(MINUTE);
      meanwhile = during;
      return engine.push();
    },
    pull: (by: CrmSyncEngine<typeof schema> = engine) => {
      there.clock.advance(MINUTE);
      return by.pull();
    },
    both: async () => [(await there.engine.contacts.get(id))?.fields.email, there.crm.record(recordId).fields.email],
  };
}

describe.each(WORLDS)('an edit in $name between our look at a field and our write', (world) => {
  const knowsHistory = world.name === 'HubSpot';

  it('is told by the next pull where the CRM has the history of the field (R24)', async () => {
    const there = await alice(world);
    await there.push({ email: 'ours@example.com' }, () => there.crm.edit(there.recordId, { email: 'theirs@example.com' }));
    expect(await there.both()).toEqual(['ours@example.com', 'ours@example.com']);
    const run = await there.pull();
    expect(run.conflicts).toBe(knowsHistory ? 1 : 0);
    const conflicts = await there.engine.conflicts.list();
    expect(conflicts).toMatchObject(
      knowsHistory
        ? [
            {
              contactId: there.id,
              recordId: there.recordId,
              field: 'email',
              base: { local: 'old@example.com', remote: 'old@example.com' },
              local: 'ours@example.com',
              remote: 'theirs@example.com',
              times: { local: null, remote: '2026-01-05T09:02:00.000Z', remoteIsExact: true },
              winner: 'local',
              reason: 'overwritten',
              open: null,
              run: run.id,
            },
          ]
        : [],
    );
    expect(conflicts.length).toBe(knowsHistory ? 1 : 0);
    const told = there.events.events.filter(({ type }) => type === 'conflict');
    expect(told).toMatchObject(knowsHistory ? [{ id: conflicts[0]?.id, winner: 'local', reason: 'overwritten' }] : []);
    // Both sides stay as they are, and it is told once.
    expect(await there.both()).toEqual(['ours@example.com', 'ours@example.com']);
    expect((await there.pull()).conflicts).toBe(0);
  });

  it('is told of a field that was blank, and was filled for the first time', async () => {
    const there = await alice(world);
    await there.push({ interaction_summary: 'Ours' }, () => there.crm.edit(there.recordId, { notes: 'Theirs' }));
    await there.pull();
    expect(await there.engine.conflicts.list()).toMatchObject(
      knowsHistory ? [{ field: 'interaction_summary', base: null, local: 'Ours', remote: 'Theirs', reason: 'overwritten' }] : [],
    );
  });

  it('is no conflict where somebody typed what we sent, what was there before, or nothing, or came after us', async () => {
    const there = await alice(world);
    await there.push({ email: 'a@example.com' }, () => there.crm.edit(there.recordId, { email: 'a@example.com' }));
    await there.push({ email: 'b@example.com' }, () => {
      there.crm.edit(there.recordId, { email: 'c@example.com' });
      there.crm.edit(there.recordId, { email: 'a@example.com' });
    });
    await there.push({ email: 'd@example.com' }, () => there.crm.edit(there.recordId, { firstName: 'Alicia' }));
    there.clock.advance(MINUTE);
    there.crm.edit(there.recordId, { email: 'e@example.com' });
    await there.pull();
    expect(await there.engine.conflicts.list()).toEqual([]);
    expect(await there.both()).toEqual(['e@example.com', 'e@example.com']);
  });

  it('is told whichever process pulls, also where the contact is pushed again before, and after a clear', async () => {
    const there = await alice(world);
    await there.push({ email: null }, () => there.crm.edit(there.recordId, { email: 'theirs@example.com' }));
    await there.push({ email: 'again@example.com' });
    await there.pull(there.another());
    expect(await there.engine.conflicts.list()).toMatchObject(
      knowsHistory ? [{ base: { remote: 'old@example.com' }, local: null, remote: 'theirs@example.com', reason: 'overwritten' }] : [],
    );
    expect(await there.both()).toEqual(['again@example.com', 'again@example.com']);
  });

  it('leaves nothing of a contact that is erased before anybody looks (R21)', async () => {
    const there = await alice(world);
    await there.push({ email: 'ours@example.com' }, () => there.crm.edit(there.recordId, { email: 'theirs@example.com' }));
    await there.engine.contacts.erase(there.id);
    expect((await there.pull()).conflicts).toBe(0);
    expect(await there.engine.conflicts.list()).toEqual([]);
  });

  it('is not looked for in another account', async () => {
    const there = await alice(world);
    await there.push({ email: 'ours@example.com' }, () => there.crm.edit(there.recordId, { email: 'theirs@example.com' }));
    await there.engine.relink();
    const noted = { scope: 'connection', kind: 'written_over', limit: 10 } as const;
    expect(await there.store.bind({ workspace: 'acme', connection: world.connection }).entries(noted)).toEqual([]);
  });

  it('costs one call for many records, and none where nothing was written after a look', async () => {
    const there = await alice(world);
    await there.push({ interaction_summary: 'First' });
    await there.pull();
    await there.push({ interaction_summary: 'Second' });
    const without = await callsOf(there.crm, () => there.pull());
    for (const email of ['a@example.com', 'b@example.com', 'c@example.com']) await there.push({ email });
    const withHistory = await callsOf(there.crm, () => there.pull());
    expect(withHistory.length - without.length).toBe(knowsHistory ? 1 : 0);
  });
});
