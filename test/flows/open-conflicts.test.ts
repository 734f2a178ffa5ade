import { type CrmSyncEngine, defineMapping, type EngineOptions } from 'crm-sync-engine';
import { describe, expect, it } from 'vitest';
import { callsOf, schema } from './support.ts';
import { WORLDS, type World } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
type Rule = NonNullable<EngineOptions<typeof schema>['mappings']>[number]['fields'][number];

/** Alice, known on both sides; her mail address, by the rule given, or by none. */
async function alice(
  world: World,
  rule: Partial<Rule> | null = { conflict: 'manual' },
  options: Partial<EngineOptions<typeof schema>> = {},
) {
  const mappingOf = (given: Partial<Rule> | null, more: readonly Rule[] = []) => {
    const fields: Rule[] = [
      { crm: world.names.phone, field: 'phone_number', direction: 'inbound' },
      { crm: world.names.firstName, field: 'first_name', direction: 'both' },
      ...(given === null ? [] : [{ crm: world.names.email, field: 'email', direction: 'both', ...given } as Rule]),
      ...more,
    ];
    return defineMapping(schema, { crmObject: world.object, fields });
  };
  const there = world.deployment({ mappings: [mappingOf(rule)], ...options });
  const record = there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '+14155550123', email: 'old@example.com' });
  await there.engine.pull();
  const id = (await there.engine.contacts.byPhone('+14155550123')).contact?.id ?? '';
  const here = async () => (await there.engine.contacts.get(id))?.fields.email ?? null;
  const inCrm = () => there.crm.record(record.id).fields.email;
  const edit = async (value: string | null) => {
    there.clock.advance(MINUTE);
    await there.engine.contacts.update(id, { email: value }, { by: 'test' });
  };
  const editCrm = (value: string | null) => {
    there.clock.advance(MINUTE);
    there.crm.edit(record.id, { email: value });
  };
  const after = (what: (engine: CrmSyncEngine) => Promise<unknown>, engine: CrmSyncEngine = there.engine as never) => {
    there.clock.advance(MINUTE);
    return what(engine);
  };
  return {
    ...there,
    id,
    recordId: record.id,
    here,
    inCrm,
    mappingOf,
    both: async () => [await here(), inCrm()],
    edit,
    editCrm,
    pull: () => after((engine) => engine.pull()),
    push: () => after((engine) => engine.push()),
    open: () => there.engine.conflicts.list({ open: true }),
    contest: async () => {
      await edit('ours@example.com');
      editCrm('theirs@example.com');
      await after((engine) => engine.pull());
    },
    /** The conflict is over with its link, told, and decided by nobody. */
    isOver: async () => {
      expect(await there.engine.conflicts.list({ open: true })).toEqual([]);
      const all = await there.engine.conflicts.list({ contactId: id });
      const conflict = all.find(({ reason }) => reason === 'link_closed');
      expect(conflict).toMatchObject({ field: 'email', local: 'ours@example.com', remote: 'theirs@example.com', reason: 'link_closed' });
      expect(conflict).toMatchObject({ base: { local: 'old@example.com' }, times: { remoteIsExact: false }, resolution: null });
      expect(there.events.of('conflict.closed')).toMatchObject([{ id: conflict?.id, reason: 'link_closed' }]);
      await expect(there.engine.conflicts.resolve(conflict?.id ?? '', 'crm', { by: 'Bea' })).rejects.toMatchObject({
        code: 'conflict_closed',
      });
    },
    remapped: (given: Partial<Rule> | null, more: readonly Rule[] = []) => there.engineOf({ mappings: [mappingOf(given, more)] }),
  };
}

const numberMapping = ({ object, names }: World) =>
  defineMapping(schema, {
    crmObject: object,
    fields: [{ crm: names.phone, field: 'phone_number', direction: 'both', conflict: 'manual' }],
  });

describe.each(WORLDS)('a conflict that waits on $name', (world) => {
  describe('while the mapping changes', () => {
    it.each([
      ['local', ['ours@example.com', 'ours@example.com']],
      ['crm', ['theirs@example.com', 'theirs@example.com']],
    ] as const)('is decided by `%s` at the next push, too', async (conflict, expected) => {
      const there = await alice(world);
      await there.contest();
      const changed = there.remapped({ conflict });
      there.clock.advance(MINUTE);
      await changed.push();
      await changed.push();
      expect(await there.both()).toEqual(expected);
      expect(await there.open()).toEqual([]);
    });

    it('is over where its rule is gone, and keeps the name of its field', async () => {
      const there = await alice(world);
      await there.contest();
      const [conflict] = await there.open();
      const changed = there.remapped(null);
      there.clock.advance(MINUTE);
      await changed.push();
      expect(await changed.conflicts.list({ open: true })).toEqual([]);
      expect(await changed.conflicts.get(conflict?.id ?? '')).toMatchObject({ field: 'email', open: null, reason: 'mapping_changed' });
      expect(await there.both()).toEqual(['ours@example.com', 'theirs@example.com']);
    });

    it('waits on where another rule changes', async () => {
      const there = await alice(world);
      await there.contest();
      const [conflict] = await there.open();
      const changed = there.remapped({ conflict: 'manual' }, [{ crm: world.names.lastName, field: 'last_name', direction: 'inbound' }]);
      there.clock.advance(MINUTE);
      await changed.push();
      await changed.push();
      expect(await there.open()).toMatchObject([{ id: conflict?.id, open: 'manual' }]);
      expect(await there.both()).toEqual(['ours@example.com', 'theirs@example.com']);
      await changed.conflicts.resolve(conflict?.id ?? '', 'local', { by: 'Bea' });
      await changed.push();
      expect(await there.both()).toEqual(['ours@example.com', 'ours@example.com']);
    });
  });

  it('of a field that is only read is over once it is edited here to what the CRM has', async () => {
    const there = await alice(world, { direction: 'inbound', conflict: 'manual' } as Partial<Rule>);
    await there.contest();
    expect(await there.open()).toHaveLength(1);
    await there.edit('theirs@example.com');
    await there.push();
    expect(await there.open()).toEqual([]);
    expect(await callsOf(there.crm, () => there.push())).toEqual([]);
  });

  it.each(['inbound', 'both'] as const)('and is decided for the value here leaves nothing behind: %s', async (direction) => {
    const there = await alice(world, { direction, conflict: 'manual' } as Partial<Rule>);
    await there.contest();
    const [conflict] = await there.open();
    await there.engine.conflicts.resolve(conflict?.id ?? '', 'local', { by: 'Bea' });
    await there.push();
    expect(await there.both()).toEqual(['ours@example.com', direction === 'both' ? 'ours@example.com' : 'theirs@example.com']);
    const [row] = await there.store.bind(there.scope).load({ ids: [there.id] });
    expect(row?.links[0]?.body).not.toHaveProperty('decided');
    expect(row?.links[0]?.body).not.toHaveProperty('open');
  });

  it('about a number is decided with the spelling that people use, and again the same way', async () => {
    const there = await alice(world, null, { mappings: [numberMapping(world)] });
    there.clock.advance(MINUTE);
    await there.engine.contacts.update(there.id, { phone_number: '+14155550124' }, { by: 'test' });
    there.crm.edit(there.recordId, { phone: '+14155550125' });
    await there.pull();
    const [conflict] = await there.open();
    expect(conflict).toMatchObject({ open: 'manual', local: '+14155550124', remote: '+14155550125' });
    const first = await there.engine.conflicts.resolve(conflict?.id ?? '', { value: '(415) 555-0126' }, { by: 'Bea' });
    expect(await there.engine.conflicts.resolve(conflict?.id ?? '', { value: '(415) 555-0126' }, { by: 'Bea' })).toEqual(first);
    await there.push();
    expect(there.crm.record(there.recordId).fields.phone).toContain('0126');
    expect((await there.engine.contacts.byPhone('+14155550126')).contact?.id).toBe(there.id);
    await there.pull();
    expect(await callsOf(there.crm, () => there.push())).toEqual([]);
  });

  describe('is over with its link', () => {
    it('when the record is deleted', async () => {
      const there = await alice(world);
      await there.contest();
      there.crm.remove(there.recordId);
      there.clock.advance(MINUTE);
      await world.hearOfDeletion(there.engine, there.recordId);
      await there.isOver();
      expect(await there.here()).toBe('ours@example.com');
    });
    it('when the push finds it deleted', async () => {
      const there = await alice(world);
      await there.contest();
      await there.engine.contacts.update(there.id, { first_name: 'Alicia' }, { by: 'test' });
      there.crm.remove(there.recordId);
      await there.push();
      await there.isOver();
    });
    it('when it is unlinked', async () => {
      const there = await alice(world);
      await there.contest();
      await there.engine.contacts.unlink(there.id, { object: world.object, recordId: there.recordId });
      await there.isOver();
    });
    it('when the record is merged into another', async () => {
      const there = await alice(world);
      await there.contest();
      there.clock.advance(MINUTE);
      const other = there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '+14155550123', email: 'other@example.com' });
      there.crm.merge(other.id, there.recordId);
      there.clock.advance(MINUTE);
      await there.engine.pull();
      await there.engine.pull({ records: [{ object: world.object, id: there.recordId }] });
      await there.isOver();
    });
    it('when the connection is given another account', async () => {
      const there = await alice(world);
      await there.contest();
      await (there.engine as never as CrmSyncEngine).relink();
      await there.isOver();
    });
  });
});

describe.each(WORLDS)('a field that $name rewrites, under manual', (world) => {
  const rewritten = async () => {
    const there = await alice(world);
    for (let turn = 0; turn < 4; turn += 1) {
      await there.edit('ours@example.com');
      await there.push();
      there.editCrm('old@example.com');
      await there.pull();
    }
    return there;
  };
  it('and that is then edited on both sides leaves no record open', async () => {
    const there = await rewritten();
    expect(await there.open()).toMatchObject([{ open: 'rewritten' }]);
    await there.edit('ours2@example.com');
    there.editCrm('theirs2@example.com');
    await there.pull();
    const [waiting, ...others] = await there.open();
    expect([waiting?.open, others]).toEqual(['manual', []]);
    expect(await there.engine.conflicts.list({ open: false })).toMatchObject([{ field: 'email', reason: 'replaced' }]);
    expect(there.events.of('conflict.closed')).toMatchObject([{ reason: 'replaced' }]);
    await there.engine.conflicts.resolve(waiting?.id ?? '', 'local', { by: 'Bea' });
    await there.push();
    expect(await there.open()).toEqual([]);
    expect(await there.both()).toEqual(['ours2@example.com', 'ours2@example.com']);
    expect(await callsOf(there.crm, () => there.push())).toEqual([]);
  });
  it('and is read only from now on has nothing that waits', async () => {
    const there = await rewritten();
    const changed = there.remapped({ direction: 'inbound' } as Partial<Rule>);
    await changed.push();
    expect(await there.open()).toEqual([]);
    there.clock.advance(26 * HOUR);
    expect(await callsOf(there.crm, () => changed.push())).toEqual([]);
    expect((await changed.push()).counts.processed).toBe(0);
  });

  it('and is hidden meanwhile costs nothing more once its day is over', async () => {
    const there = await rewritten();
    there.crm.hide('email');
    there.clock.advance(26 * HOUR);
    await there.engineOf().push();
    expect(await there.open()).toEqual([]);
    there.clock.advance(HOUR);
    expect(await callsOf(there.crm, () => there.engine.push())).toEqual([]);
  });
});
