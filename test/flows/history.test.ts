import { CrmSyncEngine, defineContactSchema } from 'crm-sync-engine';
import { salesforce } from 'crm-sync-engine/salesforce';
import { fakeSalesforce, manualClock, memoryStore } from 'crm-sync-engine/testing';
import { expect, it } from 'vitest';

it('what happens within one millisecond is listed and explained in its order, newest first', async () => {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = fakeSalesforce({ clock });
  const engine = new CrmSyncEngine({
    workspace: 'acme',
    connection: 'acme-salesforce',
    schema: defineContactSchema({ email: { type: 'string' } }),
    store: memoryStore({ clock }),
    connector: salesforce(crm.options),
    clock,
    mappings: [
      {
        crmObject: 'Contact',
        fields: [
          { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
          { crm: 'Email', field: 'email', direction: 'both' },
        ],
      },
    ],
  });
  crm.add('Contact', { LastName: 'Smith', Phone: '+14155550123', Email: '0@example.com' });
  const first = await engine.pull();
  const id = (await engine.contacts.byPhone('+14155550123')).contact?.id ?? '';
  const second = await engine.pull();
  expect((await engine.runs.list()).map(({ id }) => id)).toEqual([second.id, first.id]);

  const edits = Array.from({ length: 8 }, (_, index) => `${index + 1}@example.com`);
  for (const email of edits) await engine.contacts.update(id, { email }, { by: 'test' });
  const explained = await engine.contacts.explain(id, 'email');
  expect(new Set(explained.map(({ at }) => at)).size).toBe(1);
  expect(explained.map(({ after }) => after)).toEqual([...edits.toReversed(), '0@example.com']);
});
