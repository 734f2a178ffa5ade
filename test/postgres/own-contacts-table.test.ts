import { expect, inject, it } from 'vitest';
import { run } from '../../examples/own-contacts-table/main.ts';
import { openSchema } from './open-schema.ts';

it("an edit of the product's own table reaches the CRM, and what the CRM knows comes into the table", async () => {
  await using schema = await openSchema(inject('postgresUrl'), { migrated: false });
  const lines: string[] = [];
  await run(schema.url, (line) => lines.push(line));
  expect(lines).toEqual([
    'pull: 1 made, 1 known',
    'alice: Alice Smith, {"lead_source":"Web","favourite_colour":"green"}',
    'CRM after an edit of the product: alice@example.com',
    'CRM after a write without a version: alice@acme.example',
  ]);
  const { rows } = await schema.pool.query('select given_name, attributes from people order by given_name');
  expect(rows).toMatchObject([{ given_name: 'Alice', attributes: { favourite_colour: 'green' } }, { given_name: 'Bob' }]);
  expect((await schema.pool.query('select 1 from crm_sync_contacts')).rows).toEqual([]);
});
