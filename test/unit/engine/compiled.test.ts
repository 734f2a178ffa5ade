import { CrmSyncEngine, defineContactSchema, type Mapping } from 'crm-sync-engine';
import { fakeHubSpot, manualClock, memoryStore } from 'crm-sync-engine/testing';
import { expect, it } from 'vitest';
import { hubspot } from '../../../src/connectors/hubspot/index.ts';
import { compile } from '../../../src/engine/compiled.ts';
import type { Context } from '../../../src/engine/context.ts';

it('compiles a mapping once for each description of the CRM, and never with the description of another time', () => {
  const schema = defineContactSchema({ email: { type: 'string' } });
  const mapping: Mapping = {
    crmObject: 'contacts',
    fields: [
      { crm: 'phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'email', field: 'email', direction: 'both' },
    ],
  };
  const context = { schema, connector: hubspot(fakeHubSpot().options), options: {} } as unknown as Context;
  const described = (updatable: boolean) => ({
    name: 'contacts',
    label: 'Contacts',
    fields: ['phone', 'email'].map((name) => ({ name, label: name, type: 'string' as const, creatable: true, updatable, required: false })),
  });
  const [open, closed] = [described(true), described(false)] as unknown as Parameters<typeof compile>[2][];
  const unusable = (of: typeof open) => compile(context, mapping, of).rules.map((rule) => rule.unusable?.outbound === true);
  for (let turn = 0; turn < 2; turn += 1) {
    expect(unusable(open)).toEqual([false, false]);
    expect(unusable(closed)).toEqual([false, true]);
  }
  expect(compile(context, mapping, open)).toBe(compile(context, mapping, open));
  expect(compile(context, { ...mapping }, open)).not.toBe(compile(context, mapping, open));
});

it('two engines that are made with one mapping do not share what they compile, since their other settings may differ', async () => {
  const schema = defineContactSchema({});
  const mappings: Mapping[] = [{ crmObject: 'contacts', fields: [{ crm: 'phone', field: 'phone_number', direction: 'inbound' }] }];
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = fakeHubSpot({ clock });
  crm.add('contacts', { phone: '030 901820' });
  const numberIn = async (defaultCountry: string) => {
    const parts = { workspace: 'acme', connection: 'acme-crm', schema, mappings, defaultCountry, clock };
    const engine = new CrmSyncEngine({ ...parts, store: memoryStore({ clock }), connector: hubspot(crm.options) });
    await engine.pull();
    return (await engine.contacts.list()).map(({ fields }) => fields.phone_number);
  };
  expect([await numberIn('DE'), await numberIn('AT')]).toEqual([['+4930901820'], ['+4330901820']]);
});
