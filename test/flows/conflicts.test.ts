import {
  type ConflictRecord,
  type CrmSyncEngine,
  defineMapping,
  type EngineOptions,
  type MergeRequest,
  type Merger,
  type PolicyInput,
} from 'crm-sync-engine';
import { appendMerger, conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { storeAround } from './harness.ts';
import { callsOf, schema } from './support.ts';
import { WORLDS, type World } from './world.ts';

const MINUTE = 60_000;
type Rule = NonNullable<EngineOptions<typeof schema>['mappings']>[number]['fields'][number];

/** Alice on both sides, known to each other, with one rule for her mail address. */
async function alice(world: World, rule: Partial<Rule> = {}, options: Partial<EngineOptions<typeof schema>> = {}) {
  const email = { crm: world.names.email, field: 'email', direction: 'both', ...rule } as Rule;
  const fields: Rule[] = [
    { crm: world.names.phone, field: 'phone_number', direction: 'inbound' },
    { crm: world.names.firstName, field: 'first_name', direction: 'both' },
    { crm: world.names.notes, field: 'interaction_summary', direction: 'both', conflict: 'merge' },
    email,
  ];
  const there = world.deployment({ mappings: [defineMapping(schema, { crmObject: world.object, fields })], ...options });
  const record = there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '+14155550123', email: 'old@example.com' });
  await there.engine.pull();
  const { contact } = await there.engine.contacts.byPhone('+14155550123');
  const id = contact?.id ?? '';
  const here = async () => (await there.engine.contacts.get(id))?.fields.email ?? null;
  const inCrm = () => there.crm.record(record.id).fields.email;
  return {
    ...there,
    id,
    recordId: record.id,
    here,
    inCrm,
    both: async () => [await here(), inCrm()],
    edit: async (value: string | null) => {
      there.clock.advance(MINUTE);
      await there.engine.contacts.update(id, { email: value }, { by: 'test' });
    },
    editCrm: (value: string | null) => {
      there.clock.advance(MINUTE);
      there.crm.edit(record.id, { email: value });
    },
    pull: () => {
      there.clock.advance(MINUTE);
      return there.engine.pull();
    },
    push: () => {
      there.clock.advance(MINUTE);
      return there.engine.push();
    },
  };
}

const fail = (): never => {
  throw new Error('personal');
};

/** Notes what it is asked, and does something before it answers. */
const listening = (asked: MergeRequest[], before: () => Promise<void> = async () => undefined): Merger => ({
  specVersion: 1,
  async merge(request, options) {
    asked.push(request);
    await before();
    return appendMerger().merge(request, options);
  },
});

const open = async (engine: CrmSyncEngine): Promise<ConflictRecord> => {
  const [conflict, ...others] = await engine.conflicts.list({ open: true });
  expect(others).toEqual([]);
  return conflict as ConflictRecord;
};

describe.each(WORLDS)('conflicts on $name', (world) => {
  it('are all kept with both values and why, and found by contact', async () => {
    const there = await alice(world);
    await there.edit('ours@example.com');
    there.editCrm('theirs@example.com');
    const run = await there.pull();
    expect(run.conflicts).toBe(1);
    const [conflict] = await there.engine.conflicts.list({ contactId: there.id });
    expect(conflict).toMatchObject({
      object: world.object,
      recordId: there.recordId,
      contactId: there.id,
      field: 'email',
      crm: world.names.email,
      base: { local: 'old@example.com', remote: 'old@example.com' },
      local: 'ours@example.com',
      remote: 'theirs@example.com',
      winner: 'crm',
      reason: 'policy',
      open: null,
      run: run.id,
      resolution: null,
      times: { local: '2026-01-05T09:01:00.000Z', remote: '2026-01-05T09:02:00.000Z', remoteIsExact: false },
    });
    expect(conflict?.closedAt).toBe(conflict?.at);
    expect(await there.engine.conflicts.get(conflict?.id ?? '')).toEqual(conflict);
    expect(await there.engine.conflicts.list({ open: true })).toEqual([]);
    expect(await there.engine.conflicts.list({ open: false })).toEqual([conflict]);
    expect(await there.engine.conflicts.list({ contactId: 'somebody else' })).toEqual([]);
  });

  it('are listed newest first, a page at a time, and pruned once they are over', async () => {
    const there = await alice(world);
    for (const name of ['a', 'b', 'c']) {
      await there.edit(`${name}@ours.example`);
      there.editCrm(`${name}@theirs.example`);
      await there.pull();
    }
    const all = await there.engine.conflicts.list();
    expect(all.map(({ local }) => local)).toEqual(['c@ours.example', 'b@ours.example', 'a@ours.example']);
    const [first] = await there.engine.conflicts.list({ limit: 1 });
    expect(await there.engine.conflicts.list({ limit: 1, after: first?.id ?? '' })).toEqual([all[1]]);
    expect(await there.engine.conflicts.prune({ olderThan: new Date(all[0]?.closedAt ?? 0) })).toBe(2);
    expect(await there.engine.conflicts.list()).toEqual([all[0]]);
  });

  it('go with their contact when that is erased (R21)', async () => {
    const there = await alice(world, { conflict: 'manual' });
    await there.edit('ours@example.com');
    there.editCrm('theirs@example.com');
    await there.pull();
    const { id } = await open(there.engine);
    await there.engine.contacts.erase(there.id);
    expect(await there.engine.conflicts.list()).toEqual([]);
    expect(await there.engine.conflicts.get(id)).toBeNull();
    await expect(there.engine.conflicts.resolve(id, 'crm', { by: 'Bea' })).rejects.toMatchObject({ code: 'conflict_not_found' });
  });

  it('where the local value wins, reach the CRM also when it goes back meanwhile to what was agreed on', async () => {
    const there = await alice(world, { conflict: 'local' });
    await there.edit('ours@example.com');
    there.editCrm('theirs@example.com');
    await there.pull();
    await there.edit('old@example.com');
    await there.push();
    expect(await there.both()).toEqual(['old@example.com', 'old@example.com']);
  });

  describe('under `manual`', () => {
    const contested = async () => {
      const there = await alice(world, { conflict: 'manual' });
      await there.edit('ours@example.com');
      there.editCrm('theirs@example.com');
      await there.pull();
      return there;
    };

    it('hold the field on both sides, and no other', async () => {
      const there = await contested();
      expect(await there.both()).toEqual(['ours@example.com', 'theirs@example.com']);
      expect(await callsOf(there.crm, () => there.push())).toEqual([]);
      await there.engine.contacts.update(there.id, { first_name: 'Alicia' }, { by: 'test' });
      await there.push();
      expect(there.crm.record(there.recordId).fields).toMatchObject({ firstName: 'Alicia', email: 'theirs@example.com' });
      await there.pull();
      expect(await there.both()).toEqual(['ours@example.com', 'theirs@example.com']);
      expect(await open(there.engine)).toMatchObject({ winner: null, open: 'manual', closedAt: null, local: 'ours@example.com' });
      expect(there.events.of('conflict')).toMatchObject([{ field: 'email', winner: null, contactId: there.id }]);
    });

    it('follow what either side does meanwhile, without a second record', async () => {
      const there = await contested();
      const { id } = await open(there.engine);
      there.editCrm('theirs-2@example.com');
      await there.pull();
      await there.edit('ours-2@example.com');
      expect(await open(there.engine)).toMatchObject({ id, local: 'ours-2@example.com', remote: 'theirs-2@example.com' });
      there.editCrm('theirs-3@example.com');
      expect((await there.push()).conflicts).toBe(0);
      expect(await open(there.engine)).toMatchObject({ id, local: 'ours-2@example.com', remote: 'theirs-3@example.com' });
      expect(await there.both()).toEqual(['ours-2@example.com', 'theirs-3@example.com']);
    });

    it.each([
      ['in the CRM', 'pull'],
      ['here', 'push'],
    ] as const)('close by themselves once both sides are equal, edited %s', async (_, flow) => {
      const there = await contested();
      const { id } = await open(there.engine);
      if (flow === 'pull') there.editCrm('ours@example.com');
      else await there.edit('theirs@example.com');
      await there[flow]();
      expect(await there.engine.conflicts.list({ open: true })).toEqual([]);
      expect(await there.engine.conflicts.get(id)).toMatchObject({ open: null, winner: null, reason: 'sides_agree', resolution: null });
      expect(there.events.of('conflict.closed')).toMatchObject([{ id, reason: 'sides_agree' }]);
      expect(await callsOf(there.crm, () => there.push())).toEqual([]);
    });

    it.each([
      ['crm', 'theirs@example.com'],
      ['local', 'ours@example.com'],
      [{ value: 'third@example.com' }, 'third@example.com'],
    ] as const)('are decided by the host: %j', async (answer, value) => {
      const there = await contested();
      const { id } = await open(there.engine);
      const decided = await there.engine.conflicts.resolve(id, answer, { by: 'Bea' });
      const decision = typeof answer === 'string' ? answer : 'value';
      expect(decided).toMatchObject({ id, open: null, winner: decision, resolution: { decision, value, by: 'Bea' } });
      expect(await there.here()).toBe(value);
      await there.push();
      expect(await there.both()).toEqual([value, value]);
      expect(await there.pull()).toMatchObject({ counts: { unchanged: 1 }, conflicts: 0 });
      expect(await callsOf(there.crm, () => there.push())).toEqual([]);
      expect(await there.both()).toEqual([value, value]);
      expect(await there.engine.conflicts.list({ open: true })).toEqual([]);
    });

    it('are decided once: the same again changes nothing, another decision is told who was first', async () => {
      const there = await contested();
      const { id } = await open(there.engine);
      const [first, second] = await Promise.all([
        there.engine.conflicts.resolve(id, 'local', { by: 'Bea' }),
        there.engine.conflicts.resolve(id, 'local', { by: 'Cid' }),
      ]);
      expect(second).toEqual(first);
      expect(there.events.of('conflict.closed')).toHaveLength(1);
      await expect(there.engine.conflicts.resolve(id, 'crm', { by: 'Dan' })).rejects.toMatchObject({
        code: 'conflict_closed',
        message: expect.stringContaining('by Bea, for local'),
      });
      await expect(there.engine.conflicts.resolve('none', 'crm', { by: 'Dan' })).rejects.toMatchObject({ code: 'conflict_not_found' });
      await there.push();
      expect(await there.both()).toEqual(['ours@example.com', 'ours@example.com']);
    });

    it('take no value that the field can not hold, and stay open', async () => {
      const there = await contested();
      const { id } = await open(there.engine);
      const wrong = there.engine.conflicts.resolve(id, { value: Number.NaN }, { by: 'Bea' });
      await expect(wrong).rejects.toMatchObject({ code: 'invalid_document' });
      // @ts-expect-error no such answer
      await expect(there.engine.conflicts.resolve(id, 'both', { by: 'Bea' })).rejects.toMatchObject({ code: 'invalid_answer' });
      expect(await open(there.engine)).toMatchObject({ id });
    });

    it('mean the CRM as it was seen last: a later edit there is an edit like any other', async () => {
      const there = await contested();
      there.editCrm('theirs-2@example.com');
      await there.engine.conflicts.resolve((await open(there.engine)).id, 'crm', { by: 'Bea' });
      expect(await there.here()).toBe('theirs@example.com');
      await there.pull();
      expect(await there.both()).toEqual(['theirs-2@example.com', 'theirs-2@example.com']);
    });

    it('are decided anew by another mapping', async () => {
      const there = await contested();
      const { id } = await open(there.engine);
      const fields: Rule[] = [
        { crm: world.names.phone, field: 'phone_number', direction: 'inbound' },
        { crm: world.names.email, field: 'email', direction: 'both', conflict: 'local' },
      ];
      there.clock.advance(MINUTE);
      const changed = there.engineOf({ mappings: [defineMapping(schema, { crmObject: world.object, fields })] });
      await changed.pull();
      await changed.push();
      expect(await there.both()).toEqual(['ours@example.com', 'ours@example.com']);
      expect(await changed.conflicts.get(id)).toMatchObject({ winner: 'local', open: null });
    });
  });

  describe('under `merge`', () => {
    const texts = async (options: Partial<EngineOptions<typeof schema>> = {}) => {
      const there = await alice(world, {}, options);
      there.clock.advance(MINUTE);
      await there.engine.contacts.update(there.id, { interaction_summary: 'Likes tea.' }, { by: 'test' });
      there.crm.edit(there.recordId, { notes: 'Wants a demo.' });
      const both = async () => [
        (await there.engine.contacts.get(there.id))?.fields.interaction_summary,
        there.crm.record(there.recordId).fields.notes,
      ];
      const edit = (text: string) => there.engine.contacts.update(there.id, { interaction_summary: text }, { by: 'test' });
      return { ...there, both, edit };
    };

    it('become one text, here at once and in the CRM with the next push, for one question', async () => {
      const asked: MergeRequest[] = [];
      const there = await texts({ merger: listening(asked) });
      await there.pull();
      expect(asked.map(({ items }) => items)).toEqual([
        [expect.objectContaining({ field: 'interaction_summary', existing: 'Likes tea.', incoming: 'Wants a demo.' })],
      ]);
      await there.push();
      const [here, inCrm] = await there.both();
      expect(inCrm).toBe(here);
      expect(here).toContain('Likes tea.');
      expect(here).toContain('Wants a demo.');
      expect(await there.engine.conflicts.list()).toMatchObject([{ open: null, resolution: { by: 'merger', value: here } }]);
      expect(await there.pull()).toMatchObject({ counts: { unchanged: 1 }, conflicts: 0 });
      expect(await callsOf(there.crm, () => there.push())).toEqual([]);
      expect(asked).toHaveLength(1);
      const [why] = await there.engine.contacts.explain(there.id, 'interaction_summary');
      expect(why).toMatchObject({ reason: 'pushed' });
    });

    it('keep both texts while the merger fails, and are merged later (P6)', async () => {
      const there = await texts({ merger: { specVersion: 1, merge: async () => fail() } });
      const run = await there.pull();
      expect(run).toMatchObject({ status: 'done', errors: [{ contactId: there.id, code: 'merge_failed' }] });
      expect(JSON.stringify(run)).not.toContain('personal');
      await there.push();
      expect(await there.both()).toEqual(['Likes tea.', 'Wants a demo.']);
      expect(await open(there.engine)).toMatchObject({ open: 'merge', local: 'Likes tea.', remote: 'Wants a demo.' });
      there.clock.advance(6 * MINUTE);
      const working = there.engineOf({ merger: appendMerger() });
      await working.retryPending();
      await working.push();
      const [here, inCrm] = await there.both();
      expect([here, inCrm]).toEqual([expect.stringContaining('Wants a demo.'), here]);
      expect(await there.engine.conflicts.list({ open: true })).toEqual([]);
    });

    it('are paid for once, although the process dies at the commit that takes the text in', async () => {
      const asked: MergeRequest[] = [];
      const there = await texts();
      const merger = listening(asked);
      let isArmed = false;
      const store = storeAround(there.store, async (name, work) => {
        isArmed = isArmed || asked.length > 0;
        if (isArmed && name === 'load') throw new Error('killed');
        return work();
      });
      there.clock.advance(MINUTE);
      await expect(there.engineOf({ merger, store }).pull()).rejects.toThrow('killed');
      expect((await there.both())[0]).toBe('Likes tea.');
      there.clock.advance(6 * MINUTE);
      const working = there.engineOf({ merger });
      await working.pull();
      await working.push();
      expect(asked).toHaveLength(1);
      const [here, inCrm] = await there.both();
      expect([here, inCrm]).toEqual([expect.stringContaining('Wants a demo.'), here]);
    });

    it('are asked for again where a text is edited meanwhile, and use no answer for an older one (R10)', async () => {
      const asked: MergeRequest[] = [];
      let edits = 0;
      const there = await texts();
      const merger = listening(asked, async () => {
        if (edits < 1) await there.edit('Likes coffee.');
        edits += 1;
      });
      there.clock.advance(MINUTE);
      await there.engineOf({ merger }).pull();
      expect(asked.map(({ items }) => items[0]?.existing)).toEqual(['Likes tea.', 'Likes coffee.']);
      expect((await there.both())[0]).toContain('Likes coffee.');
      expect((await there.both())[0]).not.toContain('Likes tea.');
    });

    it('are decided by the host while the merger is at work: the host has decided, and the run goes on', async () => {
      const there = await texts();
      const merger = listening([], async () => {
        await there.engine.conflicts.resolve((await open(there.engine)).id, 'crm', { by: 'Bea' });
      });
      there.clock.advance(MINUTE);
      expect(await there.engineOf({ merger }).pull()).toMatchObject({ status: 'done', errors: [] });
      await there.push();
      expect(await there.both()).toEqual(['Wants a demo.', 'Wants a demo.']);
      expect(await there.engine.conflicts.list()).toMatchObject([{ open: null, resolution: { by: 'Bea' } }]);
    });

    it('are decided by the host too, and the merger is asked no more', async () => {
      const asked: MergeRequest[] = [];
      const there = await texts();
      there.clock.advance(MINUTE);
      await there.engineOf({ merger: { specVersion: 1, merge: async () => fail() } }).pull();
      await there.engine.conflicts.resolve((await open(there.engine)).id, 'crm', { by: 'Bea' });
      there.clock.advance(6 * MINUTE);
      await there.engineOf({ merger: listening(asked) }).retryPending();
      expect(asked).toEqual([]);
      await there.push();
      expect(await there.both()).toEqual(['Wants a demo.', 'Wants a demo.']);
    });
  });

  describe('at a first link', () => {
    const meet = async (firstLink: 'crm' | 'apart' | 'manual') => {
      const there = await alice(world, { firstLink }, { unknownCaller: 'create' });
      const record = there.crm.add({ firstName: 'Bob', lastName: 'Jones', phone: '+14155550124', email: 'theirs@example.com' });
      const { contactId } = await there.engine.handleConversation(conversation({ phone: '+14155550124' }));
      await there.engine.contacts.update(contactId ?? '', { email: 'ours@example.com' }, { by: 'test' });
      await there.pull();
      const both = async () => [(await there.engine.contacts.get(contactId ?? ''))?.fields.email, there.crm.record(record.id).fields.email];
      return { ...there, both, contactId: contactId ?? '' };
    };

    it('`crm` takes the CRM value and keeps ours in the conflict (R18)', async () => {
      const there = await meet('crm');
      expect(await there.both()).toEqual(['theirs@example.com', 'theirs@example.com']);
      const [conflict] = await there.engine.conflicts.list({ contactId: there.contactId });
      expect(conflict).toMatchObject({ local: 'ours@example.com', winner: 'crm', reason: 'first_link', base: null });
    });

    it('`apart` leaves both, quietly, until one of them changes', async () => {
      const there = await meet('apart');
      await there.push();
      expect(await there.both()).toEqual(['ours@example.com', 'theirs@example.com']);
      expect(await there.engine.conflicts.list({ contactId: there.contactId })).toEqual([]);
      await there.engine.contacts.update(there.contactId, { email: 'new@example.com' }, { by: 'test' });
      await there.push();
      expect(await there.both()).toEqual(['new@example.com', 'new@example.com']);
    });

    it('`manual` leaves both until the host has decided', async () => {
      const there = await meet('manual');
      await there.push();
      expect(await there.both()).toEqual(['ours@example.com', 'theirs@example.com']);
      await there.engine.conflicts.resolve((await open(there.engine)).id, 'local', { by: 'Bea' });
      await there.push();
      expect(await there.both()).toEqual(['ours@example.com', 'ours@example.com']);
    });
  });

  describe('under a policy of the host', () => {
    it('go as its function says, or wait where it fails', async () => {
      const policies = { own: ({ local }: { local: unknown }) => (local === 'fails@ours.example' ? undefined : 'local') as 'local' };
      const there = await alice(world, { conflict: { policy: 'own' } }, { policies });
      await there.edit('a@ours.example');
      there.editCrm('a@theirs.example');
      await there.pull();
      await there.push();
      expect(await there.both()).toEqual(['a@ours.example', 'a@ours.example']);
      await there.edit('fails@ours.example');
      there.editCrm('b@theirs.example');
      await there.pull();
      await there.push();
      expect(await there.both()).toEqual(['fails@ours.example', 'b@theirs.example']);
      expect(await open(there.engine)).toMatchObject({ open: 'manual', reason: 'policy_failed' });
    });

    it.each([['manual'], [{ policy: 'later' }]] as const)('and %j know when it was edited here', async (conflict) => {
      const policies = { later: ({ times }: PolicyInput) => (Number(times?.local) > 0 ? 'local' : 'crm') as 'local' };
      const there = await alice(world, { conflict }, { policies });
      await there.edit('a@ours.example');
      const editedAt = new Date(there.clock.now()).toISOString();
      there.editCrm('a@theirs.example');
      await there.pull();
      const [found] = await there.engine.conflicts.list();
      expect(found?.times?.local).toBe(editedAt);
      expect(found?.winner).toBe(conflict === 'manual' ? null : 'local');
      await there.pull();
      expect(await there.engine.conflicts.list()).toEqual([{ ...found, run: expect.any(String) }]);
    });

    it('that is not given is refused before anything runs', async () => {
      const made = alice(world, { conflict: { policy: 'own' } }, { policies: { other: () => 'crm' } });
      await expect(made).rejects.toMatchObject({ code: 'unknown_policy', remedy: expect.stringContaining('`other`') });
    });
  });
});
