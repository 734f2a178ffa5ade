import { describe, expect, it } from 'vitest';
import { COMPANY_CRMS, companyDeployment } from './company-world.ts';

describe.each(COMPANY_CRMS)('companies on $name', (crm) => {
  const deployment = () => companyDeployment(crm);

  it('are pulled, found by domain, renamed by the CRM and by hand, each once', async () => {
    const there = deployment();
    const record = there.crm.addCompany({ name: 'Acme', domain: 'acme.com', industry: 'Banking' });
    expect(await there.engine.pull()).toMatchObject({ status: 'done', counts: { created: 1 } });
    const { Acme } = await there.companies();
    expect(Acme).toMatchObject({
      fields: { name: 'Acme', domain: 'acme.com', industry: 'Banking' },
      links: [{ object: crm.object, recordId: record, state: 'active' }],
    });
    expect(await there.engine.contacts.list()).toEqual([]);
    expect(await there.engine.contacts.get(Acme!.id)).toBeNull();

    there.later();
    there.crm.editCompany(record, { name: 'Acme Ltd' });
    there.later();
    await there.engine.pull();
    expect(await there.engine.companies.get(Acme!.id)).toMatchObject({ fields: { name: 'Acme Ltd' } });

    await there.engine.companies.update(Acme!.id, { name: 'Acme Inc', city: 'Berlin' }, { by: 'ann' });
    expect(await there.engine.push()).toMatchObject({ counts: { updated: 1 } });
    expect(there.crm.companyOf(record)).toMatchObject({ name: 'Acme Inc', domain: 'acme.com', city: 'Berlin' });
    there.later();
    expect(await there.engine.pull()).toMatchObject({ counts: { created: 0, updated: 0 } });
    expect((await there.engine.companies.explain(Acme!.id, 'name'))[0]).toMatchObject({ after: 'Acme Inc', reason: 'pushed' });
  });

  /** Acme and Globex with one contact each, all of them pulled. */
  async function employed() {
    const there = deployment();
    const acme = there.crm.addCompany({ name: 'Acme', domain: 'acme.com' });
    const globex = there.crm.addCompany({ name: 'Globex', domain: 'globex.com' });
    const lee = there.crm.addContact({ lastName: 'Lee', phone: '(415) 555-0123', companyId: acme });
    const bell = there.crm.addContact({ lastName: 'Bell', phone: '(415) 555-0124' });
    await there.engine.pull();
    there.later();
    await there.engine.pull();
    const companies = await there.companies();
    const contactOf = async (phone: string) => (await there.engine.contacts.byPhone(phone)).contact!;
    return {
      ...there,
      records: { acme, globex, lee, bell },
      ids: { acme: companies['Acme']!.id, globex: companies['Globex']!.id },
      contactOf,
    };
  }

  it('are tied to their contacts by the pull that brings both', async () => {
    const { engine, ids, contactOf } = await employed();
    expect((await contactOf('+14155550123')).fields.company_id).toBe(ids.acme);
    expect((await contactOf('+14155550124')).fields.company_id).toBeNull();
    expect((await engine.companies.contacts(ids.acme)).map(({ fields }) => fields.last_name)).toEqual(['Lee']);
    expect(await engine.companies.contacts(ids.globex)).toEqual([]);
  });

  it('lose and get contacts that the CRM gives another company', async () => {
    const { engine, crm: account, records, ids, contactOf, later } = await employed();
    account.employ(records.lee, records.globex);
    account.employ(records.bell, records.acme);
    later();
    expect(await engine.pull()).toMatchObject({ counts: { updated: 2 } });
    expect((await contactOf('+14155550123')).fields.company_id).toBe(ids.globex);
    expect((await contactOf('+14155550124')).fields.company_id).toBe(ids.acme);
    account.employ(records.lee, null);
    later();
    await engine.pull();
    expect((await contactOf('+14155550123')).fields.company_id).toBeNull();
    later();
    expect(await engine.push()).toMatchObject({ counts: { processed: 0 } });
  });

  it('get contacts that are given them here, and lose them, in the CRM', async () => {
    const { engine, crm: account, records, ids, contactOf, later } = await employed();
    const [lee, bell] = [await contactOf('+14155550123'), await contactOf('+14155550124')];
    await engine.contacts.update(lee.id, { company_id: ids.globex }, { by: 'ann' });
    await engine.contacts.update(bell.id, { company_id: ids.globex, last_name: 'Bell-Lee' }, { by: 'ann' });
    expect(await engine.push()).toMatchObject({ status: 'done', counts: { updated: 2, failed: 0 }, errors: [] });
    expect(account.employee(records.lee).companyId).toBe(records.globex);
    expect(account.employee(records.bell)).toMatchObject({ companyId: records.globex, lastName: 'Bell-Lee' });
    later();
    expect(await engine.pull()).toMatchObject({ counts: { updated: 0, created: 0 } });
    await engine.contacts.update(lee.id, { company_id: null }, { by: 'ann' });
    expect(await engine.push()).toMatchObject({ counts: { updated: 1 } });
    expect(account.employee(records.lee).companyId).toBeNull();
    later();
    expect(await engine.pull()).toMatchObject({ counts: { updated: 0 } });
    await expect(engine.contacts.update(lee.id, { company_id: 'nobody' }, { by: 'ann' })).rejects.toMatchObject({
      code: 'company_not_found',
    });
  });

  it('made here get their records before their contacts do, which refer to them', async () => {
    const {
      engine,
      crm: account,
      contactOf,
      store,
      crm: { companies },
    } = await employed();
    const initech = await engine.companies.create({ name: 'Initech', domain: 'initech.com', city: 'Austin' }, { by: 'ann' });
    await store.bind({ workspace: 'acme', connection: crm.connection }).commit({
      rows: [
        {
          kind: 'insert',
          entity: 'contact',
          suggestedId: 'milton',
          set: {
            phone_number: '+14155550177',
            first_name: null,
            last_name: 'Waddams',
            do_not_call: null,
            email: null,
            company_id: initech.id,
          },
        },
      ],
      entries: [],
    });
    expect(await engine.push({ createMissing: true })).toMatchObject({ status: 'done', counts: { created: 2, failed: 0 }, errors: [] });
    const record = (await engine.companies.get(initech.id))!.links[0]!.recordId!;
    expect(companies()).toHaveLength(3);
    expect(account.companyOf(record)).toMatchObject({ name: 'Initech', domain: 'initech.com', city: 'Austin' });
    const milton = await contactOf('+14155550177');
    expect(account.employee(milton.links[0]!.recordId!)).toMatchObject({ lastName: 'Waddams', companyId: record });
    expect(await engine.push({ createMissing: true })).toMatchObject({ counts: { processed: 0 } });
  });

  it('that have no record yet let their contacts be written without the tie, which follows', async () => {
    const { engine, crm: account, records, contactOf, clock } = await employed();
    const initech = await engine.companies.create({ name: 'Initech' }, { by: 'ann' });
    const bell = await contactOf('+14155550124');
    await engine.contacts.update(bell.id, { company_id: initech.id, last_name: 'Waddams' }, { by: 'ann' });
    const run = await engine.push();
    expect(run.errors).toMatchObject([{ code: 'company_without_record', field: 'company_id' }]);
    expect(account.employee(records.bell)).toMatchObject({ lastName: 'Waddams', companyId: null });
    await engine.push({ createMissing: crm.object });
    clock.advance(600_000);
    expect(await engine.push()).toMatchObject({ counts: { updated: 1 }, errors: [] });
    expect(account.employee(records.bell).companyId).toBe((await engine.companies.get(initech.id))!.links[0]!.recordId);
  });

  it('that come after their contacts are tied to them then', async () => {
    const there = deployment();
    const acme = there.crm.addCompany({ name: 'Acme', domain: 'acme.com', industry: 'Banking' });
    there.crm.addContact({ lastName: 'Lee', phone: '(415) 555-0123', companyId: acme });
    const run = await there.engine.pull({ objects: [crm.contactObject] });
    expect(run).toMatchObject({ counts: { created: 1, failed: 0 }, errors: [], notes: [{ code: 'company_unknown' }] });
    expect((await there.engine.contacts.byPhone('+14155550123')).contact!.fields.company_id).toBeNull();
    there.later();
    await there.engine.pull();
    const { Acme } = await there.companies();
    expect((await there.engine.contacts.byPhone('+14155550123')).contact!.fields.company_id).toBe(Acme!.id);
  });

  it('share a domain in the CRM: the second one waits, is listed, and is decided by hand', async () => {
    const { engine, crm: account, records, ids, later, contactOf } = await employed();
    const twin = account.addCompany({ name: 'Acme Twin', domain: 'acme.com' });
    account.employ(records.lee, twin);
    later();
    expect(await engine.pull()).toMatchObject({ skips: { ambiguous: 1 } });
    expect(await engine.companies.ambiguous()).toMatchObject([
      { object: crm.object, recordId: twin, reason: 'ambiguous', keys: { domain: 'acme.com' }, candidates: [{ contactId: ids.acme }] },
    ]);
    expect(await engine.contacts.ambiguous()).toEqual([]);
    expect(await engine.status()).toMatchObject({ waiting: { ambiguous: 1 } });
    expect((await contactOf('+14155550123')).fields.company_id).toBe(ids.acme); // what the CRM says is not known here yet
    const twinCompany = await engine.companies.link(null, { object: crm.object, recordId: twin }, { by: 'ann' });
    expect(await engine.companies.byDomain('https://www.acme.com/about')).toMatchObject({
      company: { id: ids.acme },
      others: [{ id: twinCompany.id }],
    });
    later();
    await engine.pull();
    expect(await engine.companies.ambiguous()).toEqual([]);
    expect((await contactOf('+14155550123')).fields.company_id).toBe(twinCompany.id);
  });

  it('share a name and are two; one without a domain is found by its name', async () => {
    const { engine, crm: account, later, companies } = await employed();
    account.addCompany({ name: 'Acme', domain: 'acme.de' });
    later();
    expect(await engine.pull()).toMatchObject({ counts: { created: 1 }, skips: {} });
    const hooli = await engine.companies.create({ name: 'Hooli' }, { by: 'ann' });
    const record = account.addCompany({ name: 'Hooli', domain: 'hooli.com' });
    account.addCompany({ name: 'Mail', domain: 'gmail.com' });
    account.addCompany({ name: 'Mail 2', domain: 'gmail.com' });
    later();
    await engine.pull();
    expect(await engine.companies.byDomain('gmail.com')).toEqual({ company: null, others: [] });
    expect(Object.keys(await companies()).toSorted()).toEqual(['Acme', 'Globex', 'Hooli', 'Mail', 'Mail 2']);
    expect(await engine.companies.get(hooli.id)).toMatchObject({ fields: { domain: 'hooli.com' }, links: [{ recordId: record }] });
  });
});
