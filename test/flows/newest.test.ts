import { defineMapping } from 'crm-sync-engine';
import { describe, expect, it } from 'vitest';
import { callsOf, schema } from './support.ts';
import { WORLDS, type World } from './world.ts';

const MINUTE = 60_000;

async function alice({ object, names, deployment }: World) {
  const mapping = defineMapping(schema, {
    crmObject: object,
    fields: [
      { crm: names.phone, field: 'phone_number', direction: 'inbound' },
      { crm: names.firstName, field: 'first_name', direction: 'both' },
      { crm: names.email, field: 'email', direction: 'both', conflict: 'newest' },
    ],
  });
  const there = deployment({ mappings: [mapping] });
  const { id: recordId } = there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '+14155550123', email: 'old@example.com' });
  await there.engine.pull();
  const id = (await there.engine.contacts.byPhone('+14155550123')).contact?.id ?? '';
  const after = (ms: number) => there.clock.advance(ms);
  return {
    ...there,
    after,
    here: async () => {
      after(MINUTE);
      await there.engine.contacts.update(id, { email: 'ours@example.com' }, { by: 'test' });
    },
    inCrm: (person: { readonly email?: string; readonly firstName?: string }) => {
      after(MINUTE);
      there.crm.edit(recordId, person);
    },
    both: async () => [(await there.engine.contacts.get(id))?.fields.email, there.crm.record(recordId).fields.email],
  };
}

describe.each(WORLDS)('newest on $name (R24)', (world) => {
  const knowsTimes = world.name === 'HubSpot';

  it('an edit here that is later than that of the field, and earlier than that of the record', async () => {
    const there = await alice(world);
    there.inCrm({ email: 'theirs@example.com' });
    await there.here();
    there.inCrm({ firstName: 'Alicia' }); // moves the stamp of the record, and says nothing of its address
    there.after(MINUTE);
    await there.engine.pull();
    await there.engine.push();
    const [conflict] = await there.engine.conflicts.list();
    expect(conflict).toMatchObject(
      knowsTimes
        ? { winner: 'local', reason: 'later_edit', times: { remoteIsExact: true, remote: '2026-01-05T09:01:00.000Z' } }
        : { winner: 'crm', reason: 'undecided_times', times: { remoteIsExact: false } },
    );
    const value = knowsTimes ? 'ours@example.com' : 'theirs@example.com';
    expect(await there.both()).toEqual([value, value]);
  });

  it('an edit of the field in the CRM that is later than ours', async () => {
    const there = await alice(world);
    await there.here();
    there.inCrm({ email: 'theirs@example.com' });
    there.after(MINUTE);
    await there.engine.pull();
    const [conflict] = await there.engine.conflicts.list();
    expect(conflict).toMatchObject({ winner: 'crm', reason: knowsTimes ? 'later_edit' : 'undecided_times' });
    expect(await there.both()).toEqual(['theirs@example.com', 'theirs@example.com']);
  });

  it('asks for no times where none are needed', async () => {
    const there = await alice(world);
    there.inCrm({ email: 'theirs@example.com' });
    await there.here();
    there.after(MINUTE);
    const calls = await callsOf(there.crm, () => there.engine.pull());
    expect((await there.engine.conflicts.list())[0]).toMatchObject({ winner: 'local', reason: 'later_edit' });
    expect(calls.filter((call) => call.includes('batch/read'))).toEqual([]);
  });
});
