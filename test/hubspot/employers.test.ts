import { describe, expect, it } from 'vitest';
import { hubspot } from '../../src/hubspot.ts';
import type { Call, Write } from '../../src/ports/connector.ts';
import { type FakeHubSpotOptions, fakeHubSpot } from '../../src/testing/hubspot/fake-hubspot.ts';
import { ALL_SCOPES } from '../../src/testing/hubspot/scopes.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';

const EMPLOYER = 'associatedcompanyid';

function open(options: FakeHubSpotOptions = {}) {
  const clock = manualClock('2026-11-01T12:00:00Z');
  const properties = { contacts: { our_id: { type: 'string', hasUniqueValue: true } } } as const;
  const crm = fakeHubSpot({ clock, tokenSeconds: 1e9, properties, ...options });
  const call: Call = { signal: new AbortController().signal, now: () => clock.now() };
  const connector = hubspot({ ...crm.options, clock, random: () => 0 });
  const [acme, globex] = [crm.add('companies', { name: 'Acme' }).id, crm.add('companies', { name: 'Globex' }).id];
  const ann = crm.add('contacts', { firstname: 'Ann' }).id;
  const employerOf = (id: string): string | null => crm.record(id).properties[EMPLOYER] || null;
  let ops = 0;
  const write = async (...some: readonly Partial<Write>[]) => {
    // As after any pull of companies: they are described once an hour.
    for (const object of ['contacts', 'companies']) await connector.describe(object, call).catch(() => undefined);
    crm.forgetCalls();
    const batch = some.map((one): Write => {
      ops += 1;
      return { op: `op-${ops}`, object: 'contacts', id: null, values: {}, ...one };
    });
    return connector.write!(batch, call);
  };
  const operations = () => crm.calls.map(({ operation }) => operation);
  return { crm, call, connector, acme, globex, ann, employerOf, write, operations };
}

describe('the primary company of a contact', () => {
  it('is described as a property that can be written', async () => {
    const { connector, call } = open();
    const { fields } = await connector.describe('contacts', call);
    expect(fields.find(({ name }) => name === EMPLOYER)).toMatchObject({ creatable: true, updatable: true });
  });

  it('comes with a new contact, in the request that makes it', async () => {
    const { write, acme, employerOf, operations } = open();
    const [made] = await write({ values: { firstname: 'Bob', [EMPLOYER]: acme } });
    expect(made).toMatchObject({ outcome: 'done', created: true });
    expect(operations()).toEqual(['create contacts']);
    expect(employerOf((made as { id: string }).id)).toBe(acme);
  });

  it('is changed for many contacts in one request, before their other properties in another', async () => {
    const { crm, write, acme, globex, ann, employerOf, operations } = open();
    const bob = crm.add('contacts', { firstname: 'Bob' }).id;
    crm.associate(ann, acme, 'Primary');
    const outcomes = await write(
      { id: ann, values: { firstname: 'Anna', [EMPLOYER]: globex } },
      { id: bob, values: { [EMPLOYER]: globex } },
    );
    expect(outcomes).toMatchObject([{ outcome: 'done' }, { outcome: 'done', values: { [EMPLOYER]: globex } }]);
    expect([ann, bob].map(employerOf)).toEqual([globex, globex]);
    expect(crm.record(ann).properties['firstname']).toBe('Anna');
    expect(crm.record(ann).associations['companies']?.toSorted()).toEqual([acme, globex].toSorted()); // the one before stays, no longer primary
    expect(operations()).toHaveLength(2);
  });

  it('is taken away, and no other company goes; of one without any nothing is asked but what it has', async () => {
    const { crm, write, acme, globex, ann, employerOf, operations } = open();
    crm.associate(ann, acme, 'Primary');
    crm.associate(ann, globex);
    expect(await write({ id: ann, values: { [EMPLOYER]: null } })).toMatchObject([{ outcome: 'done', values: { [EMPLOYER]: null } }]);
    expect(employerOf(ann)).toBeNull();
    expect(crm.record(ann).associations['companies']).toEqual([globex]);
    expect(await write({ id: ann, values: { [EMPLOYER]: null } })).toMatchObject([{ outcome: 'done' }]);
    expect(operations()).toHaveLength(1);
  });

  it('follows an upsert, which takes no association', async () => {
    const { write, acme, employerOf } = open();
    const upsert = { values: { firstname: 'Bob', [EMPLOYER]: acme }, uniqueKey: { field: 'our_id', value: 'b-1' } };
    const [made] = await write(upsert);
    expect(made).toMatchObject({ outcome: 'done', created: true });
    const { id } = made as { id: string };
    expect(employerOf(id)).toBe(acme);
    expect(await write(upsert)).toMatchObject([{ outcome: 'done', created: false, id }]);
  });

  it.each(['n/a', 'company-1', '12.5'])('is refused where it is no record id: %s', async (value) => {
    const { write, ann, operations } = open();
    expect(await write({ id: ann, values: { firstname: 'Anna', [EMPLOYER]: value } })).toMatchObject([
      { outcome: 'refused', code: 'invalid_record_id', field: EMPLOYER },
    ]);
    expect(operations()).toEqual([]);
  });

  it('of one contact is refused for a company that is gone, and the others get theirs', async () => {
    const { crm, write, acme, globex, ann, employerOf } = open();
    const bob = crm.add('contacts', { firstname: 'Bob' }).id;
    crm.remove(acme);
    const outcomes = await write({ id: ann, values: { [EMPLOYER]: acme } }, { id: bob, values: { [EMPLOYER]: globex } });
    expect(outcomes).toMatchObject([{ outcome: 'refused', field: EMPLOYER }, { outcome: 'done' }]);
    expect([ann, bob].map(employerOf)).toEqual([null, globex]);
  });

  it('that was changed without an answer is unknown, and nothing else of it is written', async () => {
    const { crm, write, acme, ann, employerOf } = open();
    crm.fault({ on: 'createAssociations contacts', what: 'lost_ack' });
    const outcomes = await write({ id: ann, values: { firstname: 'Anna', [EMPLOYER]: acme } });
    expect(outcomes).toMatchObject([{ outcome: 'unknown' }]);
    expect(employerOf(ann)).toBe(acme);
    expect(crm.record(ann).properties['firstname']).toBe('Ann');
    crm.verify();
  });

  it('is refused by itself where the app does not see companies: the rest of the contact goes with the next try', async () => {
    const { write, acme, ann, operations } = open({ scopes: ALL_SCOPES.filter((scope) => !scope.includes('companies')) });
    const refused = { outcome: 'refused', code: 'field_not_visible', field: EMPLOYER };
    expect(await write({ id: ann, values: { firstname: 'Anna', [EMPLOYER]: acme } })).toMatchObject([refused]);
    expect(await write({ values: { firstname: 'Bob', [EMPLOYER]: acme } }, { values: { firstname: 'Cid' } })).toMatchObject([
      refused,
      { outcome: 'done' },
    ]);
    expect(operations()).toContain('create contacts');
  });
});
