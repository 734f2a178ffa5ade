import { defineMapping } from 'crm-sync-engine';
import { describe, expect, it } from 'vitest';
import { callsOf, contactMapping, deployment, schema } from './support.ts';

const phoneOf = (index: number): string => `+1415${String(2_000_000 + index)}`;

/** Without the long text field, which makes Salesforce send pages of 1,000. */
const { fields } = contactMapping;
const shortMapping = defineMapping(schema, { crmObject: 'Contact', fields: fields.filter(({ crm }) => crm !== 'Notes__c') });

function imported(count: number, options: Parameters<typeof deployment>[0] = {}) {
  const there = deployment(options);
  for (let index = 0; index < count; index += 1)
    there.crm.add('Contact', { FirstName: `First${index}`, LastName: `Last${index}`, Phone: phoneOf(index), Lead_Status__c: 'New' });
  return there;
}

describe('what a run costs in API calls (P9)', () => {
  it.each([
    ['5 pages of 2,000', 5, shortMapping],
    ['10 pages of 1,000 where a long text field is mapped', 10, contactMapping],
  ] as const)('10,000 records are read in %s, plus constant set-up', async (_, pages, mapping) => {
    const { crm, engine } = imported(10_000, { mappings: [mapping] });
    const calls = await callsOf(crm, async () => {
      const run = await engine.pull();
      expect(run.counts).toMatchObject({ processed: 10_000, created: 10_000 });
    });
    expect(calls.filter((operation) => operation.includes('query'))).toHaveLength(pages);
    expect(calls.length).toBeLessThanOrEqual(pages + 3); // who we are, and the two objects described
  });

  it.each([
    ['one call', contactMapping.fields.filter(({ crm }) => crm !== 'Account.Name'), 1],
    // A parent's change moves no stamp of its children: the account is another object to ask about.
    ['two where a field of the account is mapped', contactMapping.fields, 2],
  ] as const)('a pull that finds nothing new is %s', async (_, mapped, calls) => {
    const { crm, engine } = imported(3, { mappings: [defineMapping(schema, { crmObject: 'Contact', fields: mapped })] });
    await engine.pull();
    expect(await callsOf(crm, () => engine.pull())).toHaveLength(calls);
  });

  it('1,000 contacts changed in outbound-only fields cost 5 writes', async () => {
    const { crm, engine } = imported(1_000);
    await engine.pull();
    for (const { id } of await engine.contacts.list({ limit: 1_000 }))
      await engine.contacts.update(id, { interaction_summary: 'Called.' }, { by: 'test' });
    const calls = await callsOf(crm, async () => {
      expect((await engine.push()).counts).toMatchObject({ processed: 1_000, updated: 1_000 });
    });
    expect(calls).toHaveLength(5);
    expect(calls.every((operation) => operation.startsWith('PATCH'))).toBe(true);
    expect(await callsOf(crm, () => engine.push())).toEqual([]);
  });

  it('in fields that go both ways, 5 reads and 5 writes', async () => {
    const { crm, engine } = imported(1_000);
    await engine.pull();
    for (const { id } of await engine.contacts.list({ limit: 1_000 }))
      await engine.contacts.update(id, { lead_status: 'Working' }, { by: 'test' });
    const calls = await callsOf(crm, () => engine.push());
    expect(calls).toHaveLength(10);
    expect(calls.filter((operation) => operation.startsWith('PATCH'))).toHaveLength(5);
    expect(crm.list('Contact').every(({ fields }) => fields['Lead_Status__c'] === 'Working')).toBe(true);
  });
});
