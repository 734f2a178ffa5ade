import { CrmSyncEngine } from 'crm-sync-engine';
import { salesforce } from 'crm-sync-engine/salesforce';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { fakeSalesforce, manualClock } from 'crm-sync-engine/testing';
import { expect, it } from 'vitest';
import { companySchema, schema } from './company-world.ts';

it('a push by a job refers to the companies by their records, and leaves out the tie to one that has none', async () => {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = fakeSalesforce({ clock, bulk: { jobMs: 20_000 } });
  const engine = new CrmSyncEngine({
    workspace: 'acme',
    connection: 'acme-salesforce',
    schema,
    store: memoryStore({ clock }),
    connector: salesforce({ ...crm.options, clock, bulk: { writeFrom: 10, readFrom: 1_000_000 } }),
    clock,
    defaultCountry: 'US',
    mappings: [
      {
        crmObject: 'Contact',
        fields: [
          { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
          { crm: 'LastName', field: 'last_name', direction: 'outbound' },
          { crm: 'AccountId', field: 'company_id', direction: 'outbound' },
        ],
      },
    ],
    companies: {
      schema: companySchema,
      contactField: 'company_id',
      mappings: [{ crmObject: 'Account', fields: [{ crm: 'Name', field: 'name', direction: 'both' }], matchKey: 'name' }],
    },
  });
  const acme = crm.add('Account', { Name: 'Acme' }).id;
  const people = Array.from({ length: 12 }, (_, index) => crm.add('Contact', { LastName: 'Lee', Phone: `(415) 555-01${10 + index}` }).id);
  await engine.pull();
  clock.advance(3_600_000);
  const [company] = await engine.companies.list();
  const nobody = await engine.companies.create({ name: 'Nobody' }, { by: 'ann' });
  for (const [index, { id }] of (await engine.contacts.list()).entries())
    await engine.contacts.update(id, { last_name: `Lee ${index}`, company_id: index === 0 ? nobody.id : company!.id }, { by: 'ann' });
  crm.forgetCalls();
  const run = await engine.push();
  expect(crm.calls.map(({ operation }) => operation)).toContain('createIngest');
  expect(run.errors.map(({ code }) => code)).toEqual(['company_without_record']);
  const written = people.map((id) => crm.record(id).fields);
  expect(written.filter(({ AccountId }) => AccountId === acme)).toHaveLength(11);
  expect(written.every(({ LastName }) => /^Lee \d+$/.test(LastName))).toBe(true);
});
