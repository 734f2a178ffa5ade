import { expect, it } from 'vitest';
import { salesforce } from '../../src/connectors/salesforce/index.ts';
import { callsOf, deployment } from '../flows/support.ts';

/** Contacts of one company, some of them changed while they are read. */
function people(count: number) {
  const there = deployment({}, { bulk: { jobMs: 10 * 60_000, resultRowsMax: 7 } });
  const acme = there.crm.add('Account', { Name: 'Acme, "West"' });
  const add = (index: number) =>
    there.crm.add('Contact', {
      FirstName: `First${index}`,
      LastName: 'O"Hara,\nJr',
      Phone: `(415) 555-0${100 + index}`,
      Lead_Status__c: index % 2 === 0 ? 'New' : null,
      AccountId: index % 3 === 0 ? acme.id : null,
    });
  for (let index = 0; index < count; index += 1) add(index);
  const inBulk = () => there.engineOf({ connector: salesforce({ ...there.crm.options, clock: there.clock, bulk: { readFrom: 1 } }) });
  const contents = async () => {
    const contacts = await there.engine.contacts.list();
    return contacts.map(({ fields }) => fields).toSorted((a, b) => (String(a.first_name) < String(b.first_name) ? -1 : 1));
  };
  return { ...there, add, inBulk, contents };
}

it('a first pull by a query job, cut by its time limit again and again, ends with the same contacts as an ordinary one', async () => {
  const [ordinary, bulk] = [people(30), people(30)];
  expect(await ordinary.engine.pull()).toMatchObject({ status: 'done', counts: { created: 30 } });
  let runs = 0;
  for (let status = 'paused'; status !== 'done'; runs += 1) {
    expect(runs).toBeLessThan(60);
    const run = await bulk.inBulk().pull({ timeLimitMs: 45_000 });
    ({ status } = run);
    expect(run.status === 'done' || run.status === 'paused').toBe(true);
  }
  expect(runs).toBeGreaterThan(5);
  expect(bulk.crm.calls.counts['createQueryJob']).toBe(1);
  expect(await bulk.contents()).toEqual(await ordinary.contents());

  bulk.crm.edit(bulk.crm.list('Contact')[0]!.id, { FirstName: 'Changed' });
  bulk.add(30);
  expect(await bulk.inBulk().pull()).toMatchObject({ status: 'done', counts: { created: 1, updated: 1 } });
  expect(await callsOf(bulk.crm, () => bulk.inBulk().pull())).toEqual(['describe', 'describe', 'queryAll', 'query']);
});

it('what is added and edited while the job runs is there after the next pull, and nothing is written back', async () => {
  const { clock, crm, add, inBulk, contents } = people(10);
  await inBulk().pull({ timeLimitMs: 45_000 });
  add(10);
  crm.edit(crm.list('Contact')[1]!.id, { FirstName: 'Edited' });
  expect(await inBulk().pull()).toMatchObject({ status: 'done' });
  clock.advance(60_000);
  expect(await inBulk().pull()).toMatchObject({ status: 'done' });
  expect((await contents()).map(({ first_name }) => first_name)).toEqual(
    crm
      .list('Contact')
      .map(({ fields }) => String(fields['FirstName']))
      .toSorted(),
  );
  expect(crm.calls.filter(({ operation }) => operation.startsWith('PATCH') || operation === 'createIngest')).toEqual([]);
});
