import type { ContactStore } from 'crm-sync-engine';
import { type ManualClock, memoryStore } from 'crm-sync-engine/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { changedApart, EXPECTED, finish, stateOf, workByTwo } from '../flows/companies-apart.ts';
import { addContact, COMPANY_CRMS, type CompanyCrm, companyDeployment } from '../flows/company-world.ts';
import { openPeopleTable, type PeopleTable } from './people-table.ts';

let table: PeopleTable;
beforeAll(async () => {
  table = await openPeopleTable(inject('postgresUrl'));
});
afterAll(() => table[Symbol.asyncDispose]());
beforeEach(() => table.clear());

type There = ReturnType<typeof companyDeployment>;

/** Both sides as a person sees them, by the names of people and companies. */
async function seenIn({ engine, crm }: There) {
  const companies = await engine.companies.list();
  const nameOf = new Map(companies.map(({ id, fields }) => [id, fields.name]));
  const of = async (id: string) => (await engine.companies.contacts(id)).map(({ fields }) => fields.last_name).toSorted();
  return {
    companies: await Promise.all(
      companies
        .toSorted((one, other) => (`${one.fields.name}` < `${other.fields.name}` ? -1 : 1))
        .map(async ({ id, fields: { name, domain, city }, links }) => [name, domain, city, links.map(({ state }) => state), await of(id)]),
    ),
    contacts: (await engine.contacts.list())
      .map(({ fields, links }) => [fields.last_name, nameOf.get(fields.company_id ?? '') ?? null, ...links.map(({ state }) => state)])
      .map(String)
      .toSorted(),
    inCrm: crm.contacts().map((id) => {
      const { lastName, companyId } = crm.employee(id);
      return [lastName, companyId === null ? null : crm.companyOf(companyId).name];
    }),
    companiesInCrm: crm.companies().map((id) => crm.companyOf(id)),
    waiting: (await engine.companies.ambiguous()).map(({ recordId, reason, keys }) => [recordId, reason, keys]),
  };
}

/** What happens to companies and their contacts in both places, and what was to be seen after each part. */
async function walkThrough(crm: CompanyCrm, storeOf: (clock: ManualClock) => ContactStore) {
  const there = companyDeployment(crm, {}, { storeOf });
  const { engine, crm: account, later, store } = there;
  const told: unknown[] = [];
  const turn = async () => {
    later();
    const { pull, push } = { pull: await engine.pull(), push: await engine.push({ createMissing: true }) };
    const counts = [pull, push].map(({ status, counts, skips, errors }) => ({
      status,
      counts,
      skips,
      errors: errors.map(({ code }) => code),
    }));
    told.push(counts, await seenIn(there));
  };
  const contactOf = async (phone: string) => (await engine.contacts.byPhone(phone)).contact!;
  const acme = account.addCompany({ name: 'Acme', domain: 'acme.com', industry: 'Banking' });
  const globex = account.addCompany({ name: 'Globex', domain: 'globex.com' });
  const lee = account.addContact({ lastName: 'Lee', phone: '(415) 555-0123', companyId: acme });
  account.addContact({ lastName: 'Bell', phone: '(415) 555-0124', companyId: acme });
  await turn();
  account.editCompany(acme, { name: 'Acme Ltd' });
  account.employ(lee, globex);
  await turn();
  const { Globex, 'Acme Ltd': Acme } = await there.companies();
  await engine.companies.update(Globex!.id, { name: 'Globex Inc', city: 'Berlin' }, { by: 'ann' });
  await engine.contacts.update((await contactOf('+14155550124')).id, { company_id: Globex!.id }, { by: 'ann' });
  await turn();
  const twin = account.addCompany({ name: 'Acme Twin', domain: 'acme.com' });
  account.employ(lee, twin);
  await turn();
  const linked = await engine.companies.link(null, { object: crm.object, recordId: twin }, { by: 'ann' });
  const { company, others } = await engine.companies.byDomain('www.acme.com');
  expect([company?.id, others.map(({ id }) => id)]).toEqual([Acme!.id, [linked.id]]);
  await turn();
  const initech = await engine.companies.create({ name: 'Initech', domain: 'initech.com' }, { by: 'ann' });
  await addContact(store, crm.connection, { last_name: 'Waddams', phone_number: '+14155550126', company_id: initech.id });
  account.lostAck('create company');
  for (let times = 0; times < 3; times += 1) await turn();
  await engine.companies.remove(Acme!.id, { by: 'ann' });
  await engine.contacts.update((await contactOf('+14155550124')).id, { company_id: null }, { by: 'ann' });
  await turn();
  const names: unknown[] = [];
  for (let after: string | null = null; ; ) {
    const page = await engine.companies.list({ after, limit: 2 });
    names.push(...page.map(({ fields }) => fields.name));
    after = page.at(-1)?.id ?? null;
    if (after === null) break;
  }
  expect(names.toSorted()).toEqual(['Acme Twin', 'Globex Inc', 'Initech']);
  expect((await seenIn(there)).inCrm).toEqual([
    ['Lee', 'Acme Twin'],
    ['Bell', null],
    ['Waddams', 'Initech'],
  ]);
  account.verify();
  return told;
}

describe.each(COMPANY_CRMS)('companies and their contacts in PostgreSQL, on $name', (crm) => {
  const inMemory = (clock: ManualClock) => memoryStore({ clock });

  it('are renamed, given each other, told apart, made and removed as in memory', async () => {
    expect(await walkThrough(crm, table.onPostgres)).toEqual(await walkThrough(crm, inMemory));
  });

  it('are so with contacts in a table of the host, which makes its own ids', async () => {
    expect(await walkThrough(crm, table.inTheirTable)).toEqual(await walkThrough(crm, inMemory));
  });

  it.each([1, 2])(
    'come to the same on both sides where two workers are at it, without leases, in the order of seed %i (R9)',
    async (seed) => {
      const there = await changedApart(crm, table.onPostgres);
      await workByTwo(there, seed);
      await finish(there);
      expect(await stateOf(there)).toEqual(EXPECTED);
    },
  );
});
