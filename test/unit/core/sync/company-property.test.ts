import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { expect } from 'vitest';
import { compileMapping } from '../../../../src/core/mapping/compile.ts';
import { defineCompanySchema } from '../../../../src/core/schema/schema.ts';
import { companyMatchKeys } from '../../../../src/core/sync/company-match.ts';
import type { Value } from '../../../../src/core/values/value.ts';
import { World } from '../world.ts';

const schema = defineCompanySchema({ industry: { type: 'string' } });
const mapping = compileMapping(schema, {
  crmObject: 'Account',
  fields: [
    { crm: 'Name', field: 'name', direction: 'both', blank: { outbound: 'keep' } },
    { crm: 'Website', field: 'domain', direction: 'inbound' },
    { crm: 'Industry', field: 'industry', direction: 'both' },
  ],
});

const name = fc.constantFrom<Value>(null, 'Acme', 'ACME.', 'Globex', 'n/a');
const domain = fc.constantFrom<Value>(null, 'acme.com', 'https://www.acme.com/x', 'acme.de', 'gmail.com', 'see below');
const industry = fc.constantFrom<Value>(null, 'Banking');
const id = fc.constantFrom('1', '2', '3', '4');
const step = fc.oneof(
  fc.record({ do: fc.constant('put' as const), id, fields: fc.record({ Name: name, Website: domain, Industry: industry }) }),
  fc.record({
    do: fc.constant('edit' as const),
    id,
    fields: fc.record({ name, domain: fc.constantFrom<Value>(null, 'acme.com', 'acme.de', 'gmail.com'), industry }),
  }),
  fc.record({ do: fc.constant('pull' as const) }),
  fc.record({ do: fc.constant('push' as const) }),
);

test.prop([fc.array(step, { maxLength: 12 })])(
  'whatever names and domains do on both sides, it settles, and nobody is taken for another',
  (steps) => {
    const world = new World(mapping);
    for (const one of steps) {
      if (one.do === 'put') world.put(`r${one.id}`, one.fields);
      else if (one.do === 'edit') world.edit(`c${one.id}`, one.fields);
      else if (one.do === 'push') world.push();
      else {
        const before = new Map([...world.contacts].map(([contactId, { fields }]) => [contactId, companyMatchKeys(fields)]));
        const linkedBefore = new Set(world.links.map(({ recordId }) => recordId));
        for (const plan of world.pull().records) {
          if (linkedBefore.has(plan.recordId) || !('contactId' in plan) || plan.contactId === undefined) continue;
          const { fields } = mapping.readRecord(world.records.get(plan.recordId)!);
          const [theirs, ours] = [companyMatchKeys(fields), before.get(plan.contactId) ?? {}];
          if (theirs.domain !== undefined && ours.domain !== undefined) expect(ours.domain).toBe(theirs.domain);
          else expect(ours.name).toBe(theirs.name);
        }
      }
      const live = world.links.filter(({ state }) => state === 'active');
      expect(new Set(live.map(({ recordId }) => recordId)).size).toBe(live.length);
      expect(new Set(live.map(({ contactId }) => contactId)).size).toBe(live.length);
    }
    world.settle();
    expect(world.pull().records.filter(({ action }) => action !== 'unchanged' && action !== 'skip')).toEqual([]);
  },
);
