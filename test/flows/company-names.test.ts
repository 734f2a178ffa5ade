import type { BoundStore, ContactStore, Json } from 'crm-sync-engine';
import { sqliteStore } from 'crm-sync-engine/stores/sqlite';
import { describe, expect, it } from 'vitest';
import { COMPANY_CRMS, companyDeployment } from './company-world.ts';
import { entriesOf, storeAround, takingTurns, withoutLeases } from './harness.ts';

type Deployment = ReturnType<typeof companyDeployment>;

const boundOf = (store: ContactStore, connection: string): BoundStore => store.bind({ workspace: 'acme', connection });

describe.each(COMPANY_CRMS)('names of companies on $name, spelt as people do', (crm) => {
  const deployment = () => companyDeployment(crm);

  it('find a company of another page, whatever the spelling, and the value stays as it was written', async () => {
    const there = deployment();
    const acme = there.crm.addCompany({ name: 'Acme' });
    await there.engine.pull();
    const { Acme } = await there.companies();
    const hooli = await there.engine.companies.create({ name: 'Hooli, Inc.', city: 'Palo Alto' }, { by: 'ann' });
    const record = there.crm.addCompany({ name: 'HOOLI INC' });
    there.crm.addCompany({ name: 'ACME.' }); // Acme has a record already
    there.later();
    expect(await there.engine.pull()).toMatchObject({ counts: { created: 0 }, skips: { ambiguous: 1 } });
    expect(await there.engine.companies.list()).toHaveLength(2);
    expect(await there.engine.companies.get(hooli.id)).toMatchObject({ links: [{ recordId: record, state: 'active' }] });
    expect(await there.engine.companies.get(Acme!.id)).toMatchObject({ fields: { name: 'Acme' }, links: [{ recordId: acme }] });
    expect(await there.engine.companies.ambiguous()).toMatchObject([
      { reason: 'ambiguous', keys: { name: 'ACME.' }, candidates: [{ contactId: Acme!.id, records: [{ recordId: acme }] }] },
    ]);
  });

  it('find a company that was renamed, by what it is called now', async () => {
    const there = deployment();
    const { id } = await there.engine.companies.create({ name: 'Pied Piper' }, { by: 'ann' });
    await there.engine.companies.update(id, { name: 'PiperNet, Inc.' }, { by: 'ann' });
    const before = there.crm.addCompany({ name: 'PIED PIPER' });
    const now = there.crm.addCompany({ name: 'Pipernet Inc' });
    await there.engine.pull();
    expect(await there.engine.companies.get(id)).toMatchObject({ links: [{ recordId: now }] });
    const other = (await there.engine.companies.list()).filter((company) => company.id !== id);
    expect(other).toMatchObject([{ fields: { name: 'PIED PIPER' }, links: [{ recordId: before }] }]);
  });

  it('make no strangers one: two domains are two companies, and of several nobody is chosen', async () => {
    const there = deployment();
    there.crm.addCompany({ name: 'Acme', domain: 'acme.com' });
    await there.engine.pull();
    await there.engine.companies.create({ name: 'Hooli' }, { by: 'ann' });
    await there.engine.companies.create({ name: 'HOOLI' }, { by: 'ann' });
    there.crm.addCompany({ name: 'ACME', domain: 'acme.de' });
    const record = there.crm.addCompany({ name: 'Hooli.' });
    there.crm.addCompany({ name: 'Hooli Ltd' });
    there.later();
    expect(await there.engine.pull()).toMatchObject({ counts: { created: 2 }, skips: { ambiguous: 1 } });
    expect(Object.keys(await there.companies()).toSorted()).toEqual(['ACME', 'Acme', 'HOOLI', 'Hooli', 'Hooli Ltd']);
    expect((await there.engine.companies.ambiguous()).map(({ recordId, candidates }) => [recordId, candidates.length])).toEqual([
      [record, 2],
    ]);
  });

  it('let a record go on that waits for a name, once the company that had it is called otherwise', async () => {
    const there = deployment();
    const ids = [];
    for (const name of ['Hooli', 'HOOLI']) ids.push((await there.engine.companies.create({ name }, { by: 'ann' })).id);
    const record = there.crm.addCompany({ name: 'Hooli.' });
    await there.engine.pull();
    expect(await there.engine.status()).toMatchObject({ waiting: { ambiguous: 1 } });
    await there.engine.companies.update(ids[1]!, { name: 'Hooli XYZ' }, { by: 'ann' });
    there.later();
    await there.engine.pull();
    expect(await there.engine.companies.get(ids[0]!)).toMatchObject({ links: [{ recordId: record, state: 'active' }] });
    expect(await there.engine.companies.ambiguous()).toEqual([]);
  });

  it('find the record of a company before one is made, and are no reason to make one of two alike', async () => {
    const there = deployment();
    const record = there.crm.addCompany({ name: 'acme inc' });
    const { id } = await there.engine.companies.create({ name: 'ACME, Inc.' }, { by: 'ann' });
    await there.engine.companies.create({ name: 'Hooli' }, { by: 'ann' });
    await there.engine.companies.create({ name: 'Hooli!' }, { by: 'ann' });
    there.later();
    const run = await there.engine.push({ createMissing: true });
    expect(run).toMatchObject({ counts: { created: 0 } });
    expect(run.errors.map(({ code }) => code)).toEqual(['ambiguous', 'ambiguous']);
    expect(there.crm.companies()).toEqual([record]);
    expect(await there.engine.companies.get(id)).toMatchObject({ links: [{ recordId: record }] });
  });

  it('are shared by companies that come, and get their records, together', async () => {
    const there = deployment();
    there.crm.addCompany({ name: 'Acme', domain: 'acme.com' });
    there.crm.addCompany({ name: 'ACME', domain: 'acme.de' });
    expect(await there.engine.pull()).toMatchObject({ counts: { created: 2 }, skips: {} });
    await there.engine.companies.create({ name: 'Hooli', domain: 'hooli.com' }, { by: 'ann' });
    await there.engine.companies.create({ name: 'HOOLI', domain: 'hooli.de' }, { by: 'ann' });
    expect(await there.engine.push({ createMissing: true })).toMatchObject({ counts: { created: 2, failed: 0 }, errors: [] });
    there.later();
    expect(await there.engine.pull()).toMatchObject({ counts: { created: 0 }, skips: {} });
  });

  it('are found in a store where they were written before any spelling was noted, and records wait there on', async () => {
    const there = companyDeployment(crm, {}, { storeOf: (clock) => sqliteStore({ file: ':memory:', clock }) });
    const ids = [];
    for (const name of ['Hooli', 'Hooli', 'Acme']) ids.push((await there.engine.companies.create({ name }, { by: 'ann' })).id);
    const waiting = there.crm.addCompany({ name: 'Hooli' });
    await there.engine.pull();
    const bound = boundOf(there.store, crm.connection);
    // As it was: nothing of spellings, and records filed under names as they are written.
    const spelt = await entriesOf(bound, 'workspace', 'spelling');
    const awaited = await entriesOf(bound, 'workspace', 'company_awaited');
    const drop = ({ scope, kind, key, version }: (typeof spelt)[number]) =>
      ({ scope, kind, key, expected: version, put: 'delete' }) as const;
    const asBefore = awaited.map(({ scope, kind, key, body, contactId }) => ({
      ...{ scope, kind, expected: null, put: { body: body as Json, contactId } },
      key: key.replace('name:hooli', 'name:Hooli'),
    }));
    await bound.commit({ rows: [], entries: [...spelt.map(drop), ...awaited.map(drop), ...asBefore] });

    const record = there.crm.addCompany({ name: 'ACME.' });
    there.later();
    await there.engine.pull();
    expect(await there.engine.companies.get(ids[2]!)).toMatchObject({ links: [{ recordId: record, state: 'active' }] });
    await there.engine.companies.update(ids[1]!, { name: 'Hooli XYZ' }, { by: 'ann' });
    there.later();
    await there.engine.pull();
    expect(await there.engine.companies.get(ids[0]!)).toMatchObject({ links: [{ recordId: waiting, state: 'active' }] });
  });
});

describe('a company that two CRMs spell otherwise', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is made once by two workers, in the order of seed %i (R19)', async (seed) => {
    const [salesforce, hubspot] = COMPANY_CRMS.map((crm) => companyDeployment(crm)) as [Deployment, Deployment];
    salesforce.crm.addCompany({ name: 'ACME, Inc.' });
    hubspot.crm.addCompany({ name: 'Acme Inc' });
    const turns = takingTurns(seed);
    const { store } = salesforce;
    const pull = async ({ engineOf }: Deployment): Promise<void> =>
      void (await engineOf({ store: storeAround(withoutLeases(store), turns.around) }).pull());
    await turns.run(
      () => pull(salesforce),
      () => pull(hubspot),
    );
    const [acme, ...others] = await salesforce.engine.companies.list();
    expect(others).toEqual([]);
    const elsewhere = await hubspot.engineOf({ store }).companies.get(acme!.id);
    expect([acme!.links, elsewhere!.links]).toMatchObject([[{ object: 'Account' }], [{ object: 'companies' }]]);
  });
});
