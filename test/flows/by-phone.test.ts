import { describe, expect, it } from 'vitest';
import { connectorAround } from './harness.ts';
import { callsOf } from './support.ts';
import { WORLDS } from './world.ts';

describe.each(WORLDS)('who calls, on $name', (world) => {
  const NUMBER = '+14155550123';
  const open = (options: Parameters<typeof world.deployment>[0] = {}) => {
    const there = world.deployment(options);
    const add = (firstName: string) => {
      const { id } = there.crm.add({ firstName, lastName: 'Smith', phone: '(415) 555-0123', status: 'New' });
      there.clock.advance(60_000); // a search does not show at once what was just made
      return id;
    };
    return { ...there, add };
  };

  it('is looked for here first, and the CRM is not asked', async () => {
    const { engine, crm, add } = open();
    add('Alice');
    await engine.pull();
    const calls = await callsOf(crm, async () => {
      const found = await engine.contacts.byPhone(NUMBER, { crm: true });
      expect(found).toMatchObject({ contact: { fields: { first_name: 'Alice' } }, crm: null });
    });
    expect(calls).toEqual([]);
  });

  it('nobody here is nobody, without a call, where the CRM is not to be asked', async () => {
    const { engine, crm, add } = open();
    add('Alice');
    expect(await callsOf(crm, async () => expect((await engine.contacts.byPhone(NUMBER)).contact).toBeNull())).toEqual([]);
  });

  it('is imported from the CRM where that is asked for, linked and explained, and found here from then on', async () => {
    const { engine, crm, add } = open();
    const recordId = add('Alice');
    const { contact, others, crm: asked } = await engine.contacts.byPhone('415-555-0123', { crm: true });
    expect(contact).toMatchObject({
      fields: { phone_number: NUMBER, first_name: 'Alice', lead_status: 'New' },
      links: [{ object: world.object, recordId, state: 'active' }],
    });
    expect({ others, asked }).toMatchObject({
      others: [],
      asked: { records: [{ object: world.object, recordId, contactId: contact?.id, reason: null }], problem: null },
    });
    expect(await engine.contacts.explain(contact?.id ?? '', 'first_name')).toMatchObject([{ source: { flow: 'pull' }, after: 'Alice' }]);
    expect(await engine.runs.list()).toMatchObject([{ flow: 'pull', trigger: 'look_up', status: 'done', counts: { created: 1 } }]);
    expect(await callsOf(crm, () => engine.contacts.byPhone(NUMBER, { crm: true }))).toEqual([]);
    expect(await engine.pull()).toMatchObject({ counts: { created: 0 } });
    expect(await engine.contacts.list()).toHaveLength(1);
  });

  it('costs one search once the fields of the CRM are known', async () => {
    const { engine, crm, add } = open();
    add('Alice');
    await engine.contacts.byPhone('+14155550124', { crm: true });
    const calls = await callsOf(crm, async () => {
      const { crm: asked } = await engine.contacts.byPhone(NUMBER, { crm: true });
      expect(asked?.apiCalls).toBeGreaterThan(0);
    });
    expect(calls.length).toBeLessThanOrEqual(2 + 2 * world.companyCalls);
  });

  it('that nobody knows there either is nobody', async () => {
    const { engine } = open();
    expect(await engine.contacts.byPhone(NUMBER, { crm: true })).toMatchObject({
      contact: null,
      others: [],
      crm: { records: [], problem: null },
    });
  });

  it('that two records of the CRM share shows both, and whom each of them is', async () => {
    const { engine, add } = open();
    const ids = [add('Alice'), add('Bob')];
    const { contact, others, crm } = await engine.contacts.byPhone(NUMBER, { crm: true });
    expect(crm?.records.map(({ recordId }) => recordId).toSorted()).toEqual(ids.toSorted());
    const known = new Set([contact, ...others].map((one) => one?.id));
    for (const { contactId, reason } of crm?.records ?? []) expect(contactId === null ? reason : known.has(contactId)).toBeTruthy();
    expect(crm?.records.some(({ contactId, reason }) => contactId === null && reason === 'ambiguous')).toBe(true);
    expect(await engine.contacts.ambiguous()).not.toEqual([]);
  });

  it('whom the filter of the mapping leaves out is told, and not imported', async () => {
    const filtered = { ...world.mapping, filter: { field: world.names.status, eq: 'Qualified' } };
    const { engine, add } = open({ mappings: [filtered] });
    const recordId = add('Alice');
    const { contact, crm } = await engine.contacts.byPhone(NUMBER, { crm: true });
    expect(contact).toBeNull();
    expect(crm?.records).toEqual([{ object: world.object, recordId, contactId: null, reason: 'filtered' }]);
  });

  it('of a switchboard is nobody: so many records are not imported', async () => {
    const { engine, add } = open();
    for (let number = 0; number < 11; number += 1) add(`First${number}`);
    const { contact, crm } = await engine.contacts.byPhone(NUMBER, { crm: true });
    expect(contact).toBeNull();
    expect(crm).toMatchObject({ problem: { code: 'too_many_records', remedy: expect.any(String) } });
    expect(crm?.records).toHaveLength(11);
    expect(await engine.contacts.list()).toEqual([]);
  });

  it('is nobody, with the reason, while the CRM can not be asked: the call goes on', async () => {
    const { engine, add } = open();
    add('Alice');
    await engine.pause('maintenance');
    expect(await engine.contacts.byPhone(NUMBER, { crm: true })).toMatchObject({
      contact: null,
      crm: { records: [], problem: { code: 'connection_paused', remedy: expect.any(String) }, apiCalls: 0 },
    });
  });

  it('is nobody, with the reason, where the CRM takes too long, and nothing is left half done', async () => {
    const there = open();
    there.add('Alice');
    const never = there.engineOf({
      connector: {
        ...there.connectorOf(),
        find: (_, { signal }) => new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
    });
    expect(await never.contacts.byPhone(NUMBER, { crm: true, timeLimitMs: 1 })).toMatchObject({
      contact: null,
      crm: { problem: { code: 'out_of_time' } },
    });
    expect((await there.engine.contacts.byPhone(NUMBER, { crm: true })).contact?.fields.first_name).toBe('Alice');
  });

  it('does not wait for a pull that is under way', async () => {
    const there = open();
    there.add('Alice');
    let found: Awaited<ReturnType<typeof there.engine.contacts.byPhone>> | undefined;
    const busy = there.engineOf({
      connector: connectorAround(there.connectorOf(), async (name, call) => {
        if (name === 'read' && found === undefined) found = await there.engine.contacts.byPhone(NUMBER, { crm: true });
        return call();
      }),
    });
    expect(await busy.pull()).toMatchObject({ status: 'done' });
    expect(found?.contact?.fields.first_name).toBe('Alice');
    expect(await there.engine.contacts.list()).toHaveLength(1);
  });
});

it.each(WORLDS)('a connector that can not search by phone, such as one of $name without it, is told as the problem', async (world) => {
  const there = world.deployment();
  const { findsBy: _, ...capabilities } = there.connectorOf().capabilities;
  const engine = there.engineOf({ connector: { ...there.connectorOf(), capabilities: capabilities as never } });
  expect((await engine.contacts.byPhone('+14155550123', { crm: true })).crm).toMatchObject({ problem: { code: 'capability_missing' } });
});
