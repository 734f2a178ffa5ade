import { describe, expect, it } from 'vitest';
import { connectorAround } from './harness.ts';
import { deployment } from './support.ts';

const HOUR = 3_600_000;

/** Six people of Acme with all fields filled, of whom all but the last were pulled before. */
async function people(hide: string, hideAfterPages: number) {
  const there = deployment({}, { pageSizeMax: 2 });
  const { id: account } = there.crm.add('Account', { Name: 'Acme' });
  const add = (index: number) =>
    there.crm.add('Contact', {
      FirstName: `First${index}`,
      LastName: 'Lee',
      Phone: `(415) 555-012${index}`,
      Email: `p${index}@example.com`,
      AccountId: account,
    });
  const ids = Array.from({ length: 5 }, (_, index) => add(index).id);
  await there.engine.pull();
  there.clock.advance(HOUR);
  for (const id of ids) there.crm.edit(id, { FirstName: 'Edited' });
  add(5);
  there.clock.advance(60_000);
  let pages = 0;
  const connector = connectorAround(there.connectorOf(), async (name, call) => {
    const page = await call();
    if (name === 'read') pages += 1;
    if (name === 'read' && pages === hideAfterPages) there.crm.hideField(hide);
    return page;
  });
  return { ...there, engine: there.engineOf({ connector }) };
}

describe.each([1, 2, 3])('a field that is hidden after page %d of a pull (R15)', (after) => {
  it.each([
    ['Contact.Email', 'email', { code: 'field_not_visible', object: 'Contact', message: expect.stringContaining('Email') }],
    ['Contact.AccountId', 'company_name', null],
    ['Account.Name', 'company_name', null],
  ] as const)('%s: is absent from then on, clears nothing, and the run is done', async (path, field, warning) => {
    const { engine, crm } = await people(path, after);
    const run = await engine.pull();
    expect(run).toMatchObject({ status: 'done', counts: { created: 1, updated: 5, failed: 0 } });
    if (warning !== null) expect(run.notes).toContainEqual(warning);
    const contacts = await engine.contacts.list();
    expect(contacts.map(({ fields }) => fields.first_name).toSorted()).toEqual([
      'Edited',
      'Edited',
      'Edited',
      'Edited',
      'Edited',
      'First5',
    ]);
    const known = contacts.filter(({ fields }) => fields.first_name === 'Edited');
    expect(known.every(({ fields }) => fields[field] !== null)).toBe(true);
    crm.showField(path);
  });
});

it('a field that is hidden just before it is written is held with its reason, and the other fields go through', async () => {
  const there = await people('Contact.Title', 0);
  const [contact] = await there.engine.contacts.list();
  await there.engine.contacts.update(contact?.id ?? '', { interaction_summary: 'Called.', email: 'new@example.com' }, { by: 'test' });
  let hidden = false;
  const connector = connectorAround(there.connectorOf(), async (name, call) => {
    if (name === 'write' && !hidden) {
      hidden = true;
      there.crm.hideField('Contact.Notes__c');
    }
    return call();
  });
  const run = await there.engineOf({ connector }).push();
  expect(run).toMatchObject({ status: 'done', errors: [{ code: 'field_not_visible', field: 'Notes__c' }] });
  const recordId = contact?.links[0]?.recordId ?? '';
  expect(there.crm.record(recordId).fields).toMatchObject({ Email: 'new@example.com', Notes__c: null });
  there.crm.showField('Contact.Notes__c');
  there.clock.advance(25 * HOUR);
  await there.engine.push();
  expect(there.crm.record(recordId).fields).toMatchObject({ Notes__c: 'Called.' });
});
