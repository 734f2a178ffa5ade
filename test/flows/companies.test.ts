import { describe, expect, it } from 'vitest';
import { addContact, COMPANY_CRMS, companyDeployment, companySchema } from './company-world.ts';
import { type Around, beforeCommits, connectorAround, entriesOf, storeAround, withoutLeases } from './harness.ts';

describe.each(COMPANY_CRMS)('companies on $name', (crm) => {
  const deployment = (options: Parameters<typeof companyDeployment>[1] = {}) => companyDeployment(crm, options);

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
  async function employed(options: Parameters<typeof companyDeployment>[1] = {}) {
    const there = deployment(options);
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
    await addContact(store, crm.connection, { last_name: 'Waddams', phone_number: '+14155550177', company_id: initech.id });
    expect(await engine.push({ createMissing: true })).toMatchObject({ status: 'done', counts: { created: 2, failed: 0 }, errors: [] });
    const record = (await engine.companies.get(initech.id))!.links[0]!.recordId!;
    expect(companies()).toHaveLength(3);
    expect(account.companyOf(record)).toMatchObject({ name: 'Initech', domain: 'initech.com', city: 'Austin' });
    const milton = await contactOf('+14155550177');
    expect(account.employee(milton.links[0]!.recordId!)).toMatchObject({ lastName: 'Waddams', companyId: record });
    expect(await engine.push({ createMissing: true })).toMatchObject({ counts: { processed: 0 } });
  });

  it('made here with one name and two domains get a record each, in one push, and may share another name then', async () => {
    const { crm: account, engine, later } = companyDeployment(crm);
    await engine.pull();
    const made = [
      await engine.companies.create({ name: 'Acme', domain: 'acme.com' }, { by: 'ann' }),
      await engine.companies.create({ name: 'Acme', domain: 'acme.de' }, { by: 'ann' }),
    ];
    expect(await engine.push({ createMissing: true })).toMatchObject({ status: 'done', counts: { created: 2, failed: 0 } });
    const edits = made.map(({ id }) => ({ id, fields: { name: 'Acme Group' } }));
    expect(await engine.companies.updateMany(edits, { by: 'ann' })).toMatchObject([{ status: 'done' }, { status: 'done' }]);
    later();
    await engine.push();
    expect(account.companies().map((id) => account.companyOf(id).name)).toEqual(['Acme Group', 'Acme Group']);
  });

  it('that have no record yet let their contacts be written without the tie, which follows', async () => {
    const { engine, crm: account, records, contactOf, clock } = await employed();
    const initech = await engine.companies.create({ name: 'Initech' }, { by: 'ann' });
    const bell = await contactOf('+14155550124');
    await engine.contacts.update(bell.id, { company_id: initech.id, last_name: 'Waddams' }, { by: 'ann' });
    const run = await engine.push();
    expect(run.errors).toMatchObject([{ code: 'company_without_record', field: 'company_id' }]);
    expect(account.employee(records.bell)).toMatchObject({ lastName: 'Waddams', companyId: null });
    clock.advance(600_000);
    const calls = account.calls.length;
    expect((await engine.push()).errors).toMatchObject([{ code: 'company_without_record' }]);
    expect(account.calls).toHaveLength(calls); // found out here, and tried again at no cost
    await engine.push({ createMissing: crm.object });
    clock.advance(600_000);
    expect(await engine.push()).toMatchObject({ counts: { updated: 1 }, errors: [] });
    expect(account.employee(records.bell).companyId).toBe((await engine.companies.get(initech.id))!.links[0]!.recordId);
  });

  it('that come after their contacts are tied to them then', async () => {
    const there = deployment();
    const acme = there.crm.addCompany({ name: 'Acme', domain: 'acme.com', industry: 'Banking' });
    there.crm.addContact({ lastName: 'Lee', phone: '(415) 555-0123', companyId: acme });
    there.later();
    const run = await there.engine.pull({ objects: [crm.contactObject] });
    expect(run).toMatchObject({ counts: { created: 1, failed: 0 }, errors: [], notes: [{ code: 'company_unknown' }] });
    expect((await there.engine.contacts.byPhone('+14155550123')).contact!.fields.company_id).toBeNull();
    there.later();
    await there.engine.pull();
    const { Acme } = await there.companies();
    expect((await there.engine.contacts.byPhone('+14155550123')).contact!.fields.company_id).toBe(Acme!.id);
  });

  it('that the CRM merged before a push saw them keep nobody from the company that was given here', async () => {
    const { engine, crm: account, ids, records, contactOf, later } = await employed();
    const other = account.addCompany({ name: 'Acme Holding', domain: 'acme-holding.com' });
    account.merge(records.acme, other); // in HubSpot its record is a new one, which is not here yet
    const { id } = await contactOf('+14155550123');
    await engine.contacts.update(id, { company_id: ids.globex }, { by: 'ann' });
    later();
    await engine.push();
    await engine.pull();
    later();
    await engine.push();
    expect(account.employee(records.lee).companyId).toBe(records.globex);
    expect((await contactOf('+14155550123')).fields.company_id).toBe(ids.globex);
  });

  it('that nobody knew when a contact of theirs was given another one are left for it once they come', async () => {
    const fields = crm.contactMapping.fields.map((rule) => (rule.crm === crm.tie ? ({ ...rule, conflict: 'local' } as const) : rule));
    const there = await employed({ mappings: [{ ...crm.contactMapping, fields }] });
    const { engine, crm: account, ids, records, contactOf } = there;
    account.employ(records.lee, account.addCompany({ name: 'Hooli', domain: 'hooli.com' }));
    await engine.contacts.update((await contactOf('+14155550123')).id, { company_id: ids.globex }, { by: 'ann' });
    there.later();
    expect(await engine.push()).toMatchObject({ errors: [{ code: 'company_unknown' }] });
    await engine.pull();
    there.later();
    await engine.push();
    expect(account.employee(records.lee).companyId).toBe(records.globex);
    expect((await contactOf('+14155550123')).fields.company_id).toBe(ids.globex);
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

  it('are unlinked when they are deleted in the CRM, and stay; their contacts lose the tie that the CRM lost', async () => {
    const { engine, crm: account, records, ids, hearOf, events } = await employed();
    account.employ(records.lee, null); // Salesforce would delete an account's contacts with it
    account.employ(records.bell, null);
    account.remove(records.acme);
    await hearOf(crm.object, records.acme);
    expect(await engine.companies.get(ids.acme)).toMatchObject({ fields: { name: 'Acme' }, links: [{ state: 'tombstone' }] });
    await engine.pull({ full: true });
    expect(await engine.companies.contacts(ids.acme)).toEqual([]);
    expect(events.of('link.changed')).toMatchObject([
      { object: crm.object, recordId: records.acme, contactId: ids.acme, state: 'tombstone' },
    ]);
    expect(events.of('company.changed')).toHaveLength(2); // made, each once
    expect(account.contacts()).toHaveLength(2);
  });

  it('are removed with their records where `onDelete` says so, and told apart from contacts', async () => {
    const { engineOf, crm: account, records, ids, later, events } = await employed();
    const engine = engineOf({ onDelete: 'delete' });
    account.employ(records.lee, null);
    account.remove(records.acme);
    later();
    await engine.pull({ full: true });
    expect(await engine.companies.get(ids.acme)).toBeNull();
    expect([...events.of('company.removed'), ...events.of('contact.removed')]).toMatchObject([
      { type: 'company.removed', companyId: ids.acme, cause: 'record_deleted' },
    ]);
  });

  it('that are merged in the CRM hand their contacts to the one that is left', async () => {
    const { engine, crm: account, records, ids, contactOf, later, hearOf } = await employed();
    account.employ(records.bell, records.globex);
    later();
    await engine.pull();
    expect((await contactOf('+14155550124')).fields.company_id).toBe(ids.globex);
    later();
    const left = account.merge(records.acme, records.globex);
    await hearOf(crm.object, records.globex);
    if (left !== records.acme) await hearOf(crm.object, records.acme);
    later();
    await engine.pull();
    const linked = (await engine.companies.list()).filter(({ links }) =>
      links.some(({ recordId, state }) => recordId === left && state === 'active'),
    );
    expect(linked).toHaveLength(1);
    expect((await engine.companies.contacts(linked[0]!.id)).map(({ fields }) => fields.last_name).toSorted()).toEqual(['Bell', 'Lee']);
    later();
    expect(await engine.push()).toMatchObject({ counts: { processed: 0 } });
  });

  it('are previewed apart from contacts, with what the CRM would get, and nothing is stored', async () => {
    const there = deployment();
    const acme = there.crm.addCompany({ name: 'Acme', domain: 'acme.com' });
    there.crm.addContact({ lastName: 'Lee', phone: '(415) 555-0123', companyId: acme });
    const pulled = await there.engine.preview('pull');
    expect(pulled.companies).toMatchObject([
      { recordId: acme, changes: expect.arrayContaining([expect.objectContaining({ field: 'domain', after: 'acme.com' })]) },
    ]);
    expect(pulled.contacts).toHaveLength(1);
    expect(pulled.notes).toEqual([]);
    expect(await there.engine.companies.list()).toEqual([]);

    await there.engine.pull();
    const globex = there.crm.addCompany({ name: 'Globex', domain: 'globex.com' });
    there.later();
    await there.engine.pull();
    const { Acme, Globex } = await there.companies();
    const lee = (await there.engine.contacts.byPhone('+14155550123')).contact!;
    await there.engine.companies.update(Acme!.id, { name: 'Acme Ltd' }, { by: 'ann' });
    await there.engine.contacts.update(lee.id, { company_id: Globex!.id }, { by: 'ann' });
    const { writes } = await there.engine.preview('push');
    expect(writes).toMatchObject([
      { object: crm.object, id: acme },
      { object: crm.contactObject, values: { [crm.tie]: globex } },
    ]);
    expect(there.crm.companyOf(acme).name).toBe('Acme');
    expect(await there.engine.push()).toMatchObject({ counts: { updated: 2 } });
  });

  it('that both sides changed are a conflict, which is listed and decided like any other', async () => {
    const there = await employed();
    const { companyMapping } = crm;
    const fields = companyMapping.fields.map((rule) => (rule.field === 'name' ? { ...rule, conflict: 'manual' as const } : rule));
    const engine = there.engineOf({
      companies: { schema: companySchema, contactField: 'company_id', mappings: [{ ...companyMapping, fields } as typeof companyMapping] },
    });
    there.crm.editCompany(there.records.acme, { name: 'Acme AG' });
    await engine.companies.update(there.ids.acme, { name: 'Acme Inc' }, { by: 'ann' });
    there.later();
    await engine.pull();
    const [conflict] = await engine.conflicts.list({ open: true });
    expect(conflict).toMatchObject({ object: crm.object, contactId: there.ids.acme, field: 'name', local: 'Acme Inc', remote: 'Acme AG' });
    await engine.conflicts.resolve(conflict!.id, 'local', { by: 'ann' });
    await engine.push();
    expect(there.crm.companyOf(there.records.acme).name).toBe('Acme Inc');
    expect(await engine.conflicts.list({ open: true })).toEqual([]);

    // For the CRM's name, too, by which the company is found, and which a company has claimed before.
    there.crm.editCompany(there.records.acme, { name: 'Globex' });
    await engine.companies.update(there.ids.acme, { name: 'Acme Ltd' }, { by: 'ann' });
    there.later();
    await engine.pull();
    const [second] = await engine.conflicts.list({ open: true });
    await engine.conflicts.resolve(second!.id, 'crm', { by: 'ann' });
    expect((await engine.companies.get(there.ids.acme))!.fields.name).toBe('Globex');
    expect(await engine.conflicts.list({ open: true })).toEqual([]);
  });

  it('are checked with the contacts: each rule against the CRM as it is', async () => {
    const there = deployment();
    const findings = await there.engine.check();
    expect(findings.filter(({ level, code }) => level !== 'ok' && level !== 'advice' && code !== 'address_shortened')).toEqual([]);
    expect(new Set(findings.map(({ at }) => at.object))).toEqual(new Set([undefined, crm.object, crm.contactObject]));
    const misspelt = {
      ...crm.companyMapping,
      fields: [...crm.companyMapping.fields, { crm: 'Industri', field: 'city', direction: 'inbound' } as const],
    };
    const engine = there.engineOf({ companies: { schema: companySchema, mappings: [misspelt] } });
    expect(await engine.check()).toContainEqual(
      expect.objectContaining({ code: 'field_not_visible', at: expect.objectContaining({ object: crm.object, field: 'Industri' }) }),
    );
  });

  it('are made once, and their contacts too, where the answers are lost', async () => {
    const { engine, crm: account, store, clock, later } = await employed();
    const initech = await engine.companies.create({ name: 'Initech', domain: 'initech.com' }, { by: 'ann' });
    await addContact(store, crm.connection, { last_name: 'Waddams', phone_number: '+14155550177', company_id: initech.id });
    account.lostAck('create company');
    await engine.push({ createMissing: true });
    for (let turn = 0; turn < 6; turn += 1) {
      clock.advance(600_000);
      await engine.push({ createMissing: true });
      await engine.pull();
    }
    later();
    await engine.pull();
    account.verify();
    expect(account.companies()).toHaveLength(3);
    expect(account.contacts()).toHaveLength(3);
    const record = (await engine.companies.get(initech.id))!.links[0]!.recordId!;
    const [waddams] = await engine.companies.contacts(initech.id);
    expect(account.employee(waddams!.links[0]!.recordId!).companyId).toBe(record);
  });

  it('given to an engine that has contacts already are tied to all of them by the next pull', async () => {
    const there = deployment();
    const acme = there.crm.addCompany({ name: 'Acme', domain: 'acme.com' });
    there.crm.addContact({ lastName: 'Lee', phone: '(415) 555-0123', companyId: acme });
    const { companyMapping: _, ...before } = crm;
    const fields = before.contactMapping.fields.filter(({ field }) => field !== 'company_id');
    const earlier = companyDeployment(crm, { store: there.store }, { hasCompanies: false }).engineOf({
      connector: there.crm.connectorOf(),
      mappings: [{ ...before.contactMapping, fields }],
      clock: there.clock,
    });
    await earlier.pull();
    there.later();
    await there.engine.pull();
    const { Acme } = await there.companies();
    expect((await there.engine.contacts.byPhone('+14155550123')).contact!.fields.company_id).toBe(Acme!.id);
  });

  it('are no contacts, whoever asks for one by its id', async () => {
    const { engine, ids, contactOf } = await employed();
    const lee = await contactOf('+14155550123');
    const notFound = { code: 'contact_not_found' };
    await expect(engine.contacts.update(ids.acme, { last_name: 'X' }, { by: 'ann' })).rejects.toMatchObject(notFound);
    await expect(engine.contacts.remove(ids.acme, { by: 'ann' })).rejects.toMatchObject(notFound);
    await expect(engine.contacts.erase(ids.acme)).rejects.toMatchObject(notFound);
    await expect(engine.companies.update(lee.id, { name: 'X' }, { by: 'ann' })).rejects.toMatchObject({ code: 'company_not_found' });
    await expect(engine.companies.remove(lee.id, { by: 'ann' })).rejects.toMatchObject({ code: 'company_not_found' });
    expect(await engine.companies.get(lee.id)).toBeNull();
    expect(await engine.push({ contactIds: [ids.acme], createMissing: true })).toMatchObject({ counts: { processed: 0 } });
    expect(await engine.companies.get(ids.acme)).toMatchObject({ fields: { name: 'Acme' } });
    await expect(engine.companies.create({ name: 'Twin', domain: 'acme.com' }, { by: 'ann' })).rejects.toMatchObject({
      code: 'match_key_taken',
    });
  });

  it('are removed and come back by hand, and the contacts of one go with it in a push of theirs', async () => {
    const { engine, crm: account, ids, records, contactOf, companies, later } = await employed();
    const lee = await contactOf('+14155550123');
    await engine.companies.update(ids.acme, { name: 'Acme Ltd' }, { by: 'ann' });
    await engine.contacts.update(lee.id, { last_name: 'Leigh' }, { by: 'ann' });
    expect(await engine.push({ contactIds: [lee.id] })).toMatchObject({ counts: { updated: 2 } });
    expect(account.companyOf(records.acme).name).toBe('Acme Ltd');
    expect(await engine.companies.remove(ids.acme, { by: 'ann' })).toMatchObject({
      records: [{ object: crm.object, recordId: records.acme }],
    });
    later();
    await engine.pull({ full: true });
    expect(await engine.companies.get(ids.acme)).toBeNull();
    await engine.companies.restore(ids.acme, { by: 'ann' });
    await engine.pull();
    const again = (await companies())['Acme Ltd']!;
    later();
    await engine.pull({ full: true });
    expect((await contactOf('+14155550123')).fields.company_id).toBe(again.id);
  });

  it('that come back by hand get the contacts back that their records have, under their new id', async () => {
    const { engine, crm: account, ids, records, contactOf, later, companies } = await employed();
    await engine.companies.remove(ids.acme, { by: 'ann' });
    account.employ(records.bell, records.acme);
    later();
    expect(await engine.pull()).toMatchObject({ notes: [{ code: 'company_unknown' }] });
    expect((await contactOf('+14155550123')).fields.company_id).toBe(ids.acme);
    expect((await contactOf('+14155550124')).fields.company_id).toBeNull();
    await engine.companies.restore(ids.acme, { by: 'ann' });
    later();
    await engine.pull();
    const { Acme } = await companies();
    expect(Acme!.id).not.toBe(ids.acme);
    expect((await contactOf('+14155550123')).fields.company_id).toBe(Acme!.id);
    expect((await contactOf('+14155550124')).fields.company_id).toBe(Acme!.id);
    later();
    expect(await engine.push()).toMatchObject({ counts: { processed: 0 } });
    expect(account.employee(records.lee).companyId).toBe(records.acme);
  });

  it('are filtered both ways: one that leaves the filter stays with its contacts, one that is not pushed has its contacts wait', async () => {
    const filter = { not: { field: String(crm.companyMapping.fields[0]?.crm), contains: 'Test' } };
    const mapping = { ...crm.companyMapping, filter, pushFilter: { field: 'industry', ne: 'Secret' } } as const;
    const there = companyDeployment(crm, { companies: { schema: companySchema, mappings: [mapping], contactField: 'company_id' } });
    const { engine, crm: account, later } = there;
    const acme = account.addCompany({ name: 'Acme', domain: 'acme.com' });
    const lab = account.addCompany({ name: 'Test lab', domain: 'lab.com' });
    const lee = account.addContact({ lastName: 'Lee', phone: '(415) 555-0123', companyId: acme });
    account.addContact({ lastName: 'Bell', phone: '(415) 555-0124', companyId: lab });
    const companyOf = async (phone: string) => (await engine.contacts.byPhone(phone)).contact?.fields.company_id;
    await engine.pull();
    const { Acme } = await there.companies();
    expect(Object.keys(await there.companies())).toEqual(['Acme']);
    expect([await companyOf('+14155550123'), await companyOf('+14155550124')]).toEqual([Acme!.id, null]);

    account.editCompany(acme, { name: 'Acme Test' });
    account.editCompany(lab, { name: 'Lab' });
    later();
    await engine.pull();
    const { Lab } = await there.companies();
    expect((await engine.companies.get(Acme!.id))?.links).toMatchObject([{ recordId: acme, state: 'left_filter' }]);
    expect([await companyOf('+14155550123'), await companyOf('+14155550124')]).toEqual([Acme!.id, Lab!.id]);
    await engine.companies.update(Acme!.id, { city: 'Rome' }, { by: 'ann', push: true });
    expect(account.companyOf(acme)).toMatchObject({ name: 'Acme Test', city: null });

    const secret = await engine.companies.create({ name: 'Hush', domain: 'hush.com', industry: 'Secret' }, { by: 'ann' });
    const { contact } = await engine.contacts.byPhone('+14155550123');
    await engine.contacts.update(contact!.id, { company_id: secret.id, last_name: 'Leeuw' }, { by: 'ann' });
    expect(await engine.push({ createMissing: true })).toMatchObject({
      counts: { created: 0, updated: 1 },
      skips: { push_filter: 1 },
      errors: [{ code: 'company_without_record' }],
    });
    expect(account.employee(lee)).toMatchObject({ lastName: 'Leeuw', companyId: acme });
    await engine.companies.update(secret.id, { industry: null }, { by: 'ann' });
    later();
    expect(await engine.push({ createMissing: true })).toMatchObject({ counts: { created: 1, updated: 1 }, errors: [] });
    expect(account.companyOf(account.employee(lee).companyId ?? '')).toMatchObject({ name: 'Hush' });
  });

  it('are matched anew where the connection gets another account, and so are their contacts', async () => {
    const there = await employed();
    const { clock, contactOf, later } = there;
    there.crm.employ(there.records.bell, there.crm.addCompany({ name: 'Acme Twin', domain: 'acme.com' })); // both wait
    later();
    await there.engine.pull();
    const other = crm.open(clock, { isOther: true });
    const globex = other.addCompany({ name: 'Globex', domain: 'globex.com' });
    const acme = other.addCompany({ name: 'Acme AG', domain: 'acme.com' });
    const lee = other.addContact({ lastName: 'Lee', phone: '(415) 555-0123', companyId: globex });
    other.addContact({ lastName: 'Bell', phone: '(415) 555-0124', companyId: acme });
    const engine = there.engineOf({ connector: other.connectorOf() });
    later();
    expect(await engine.relink()).toMatchObject({ status: 'done', counts: { created: 0, failed: 0 } });
    expect(
      (await engine.companies.list()).map(({ id, fields, links }) => [id, fields.name, links.map(({ recordId }) => recordId)]),
    ).toEqual(
      [
        [there.ids.acme, 'Acme AG', [acme]],
        [there.ids.globex, 'Globex', [globex]],
      ].toSorted(),
    );
    expect((await contactOf('+14155550123')).fields.company_id).toBe(there.ids.globex);
    expect((await contactOf('+14155550124')).fields.company_id).toBe(there.ids.acme);
    expect(await engine.companies.ambiguous()).toEqual([]);
    later();
    expect(await engine.push()).toMatchObject({ counts: { processed: 0 } });
    expect(other.employee(lee).companyId).toBe(globex);
  });

  it('that come while another worker reads their contacts get these with the next pull', async () => {
    const there = deployment();
    const acme = there.crm.addCompany({ name: 'Acme', domain: 'acme.com' });
    there.crm.addContact({ lastName: 'Lee', phone: '(415) 555-0123', companyId: acme });
    there.later(); // so that no overlap reads the contact again
    let [isRead, isHere] = [false, false];
    const reading: Around = async (name, call) => {
      const answer = await call();
      isRead ||= name === 'read';
      return answer;
    };
    // The page is planned by then: its company is nobody's yet.
    const meanwhile: Around = async (name, call) => {
      if (name === 'commit' && isRead && !isHere) {
        isHere = true;
        await there.engineOf({ store: withoutLeases(there.store) }).pull({ objects: [crm.object] });
      }
      return call();
    };
    const store = storeAround(withoutLeases(there.store), meanwhile);
    const connector = connectorAround(there.crm.connectorOf(), reading);
    await there.engineOf({ store, connector }).pull({ objects: [crm.contactObject] });
    const companyOf = async () => (await there.engine.contacts.byPhone('+14155550123')).contact?.fields.company_id;
    const { Acme } = await there.companies();
    expect([isHere, Acme!.fields.domain, await companyOf()]).toEqual([true, 'acme.com', null]);
    there.later();
    await there.engine.pull();
    expect(await companyOf()).toBe(Acme!.id);
  });

  it('get all their contacts once they come, however many wait', async () => {
    const there = deployment();
    const acme = there.crm.addCompany({ name: 'Acme', domain: 'acme.com' });
    const globex = there.crm.addCompany({ name: 'Globex', domain: 'globex.com' });
    const number = (index: number) => `+1415556${String(index).padStart(4, '0')}`;
    for (let index = 0; index < 1_010; index += 1)
      there.crm.addContact({ lastName: `Lee ${index}`, phone: number(index), companyId: index % 2 === 0 ? acme : globex });
    there.later();
    await there.engine.pull({ objects: [crm.contactObject] });
    there.later();
    await there.engine.pull();
    const { Acme, Globex } = await there.companies();
    const countOf = async (company_id: string | null) =>
      (await there.engine.contacts.list({ where: { field: 'company_id', eq: company_id }, page: { limit: 1_000 } })).length;
    expect([await countOf(Acme!.id), await countOf(Globex!.id), await countOf(null)]).toEqual([505, 505, 0]);
  });

  it('that a contact waits for are forgotten with the contact, wherever it is erased', async () => {
    const there = deployment();
    const acme = there.crm.addCompany({ name: 'Acme', domain: 'acme.com' });
    there.crm.addContact({ lastName: 'Lee', phone: '(415) 555-0123', companyId: acme });
    await there.engine.pull({ objects: [crm.contactObject] });
    const notes = () => entriesOf(there.store.bind({ workspace: 'acme', connection: crm.connection }), 'connection', 'untied');
    const { contact } = await there.engine.contacts.byPhone('+14155550123');
    expect((await notes()).map(({ contactId }) => contactId)).toEqual([contact?.id]);
    await companyDeployment(crm, { store: there.store, connection: 'other' }, { hasCompanies: false }).engine.contacts.erase(contact!.id);
    expect(await notes()).toEqual([]);
    there.later();
    await there.engine.pull();
    expect([(await there.engine.contacts.list()).length, Object.keys(await there.companies())]).toEqual([0, ['Acme']]);
  });

  it('that a contact waits for are noted by no page that was read before the contact was erased (R21)', async () => {
    const there = deployment();
    const acme = there.crm.addCompany({ name: 'Acme', domain: 'acme.com' });
    there.crm.addContact({ lastName: 'Lee', phone: '(415) 555-0123', companyId: acme });
    await there.engine.pull({ objects: [crm.contactObject] });
    const { contact } = await there.engine.contacts.byPhone('+14155550123');
    let erased = 0;
    const store = beforeCommits(there.store, async ({ entries }) => {
      if (erased > 0 || !entries.some(({ kind }) => kind === 'untied')) return;
      erased += 1;
      await there.engine.contacts.erase(contact!.id);
    });
    there.later();
    const run = await there.engineOf({ store }).pull({ objects: [crm.contactObject], full: true });
    expect([erased, run.skips]).toMatchObject([1, { erased: 1 }]);
    const bound = there.store.bind({ workspace: 'acme', connection: crm.connection });
    expect(await entriesOf(bound, 'connection', 'untied')).toEqual([]);
  });

  it('get no record with those of contacts, unless their mapping says how one is made, or their object is named', async () => {
    const there = await employed();
    const { create: _, ...onlyRead } = crm.companyMapping;
    const engine = there.engineOf({ companies: { schema: companySchema, contactField: 'company_id', mappings: [onlyRead] } });
    await engine.companies.create({ name: 'Initech' }, { by: 'ann' });
    expect(await engine.push({ createMissing: true })).toMatchObject({ counts: { processed: 0 } });
    expect(await engine.push({ createMissing: crm.contactObject })).toMatchObject({ counts: { processed: 0 } });
    expect(await engine.push({ createMissing: crm.object })).toMatchObject({ counts: { created: 1 } });
    await expect(engine.push({ createMissing: 'Nothing' })).rejects.toMatchObject({ code: 'no_mapping' });
  });
});
