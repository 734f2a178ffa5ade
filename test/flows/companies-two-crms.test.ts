import { memoryStore } from 'crm-sync-engine/stores/memory';
import { describe, expect, it } from 'vitest';
import { COMPANY_CRMS, companyDeployment } from './company-world.ts';

/** Acme and Globex in a Salesforce and a HubSpot of one workspace, with Lee, who works for Acme in both. */
async function both() {
  const [inSalesforce, inHubSpot] = COMPANY_CRMS.map((crm) => companyDeployment(crm));
  const store = memoryStore({ clock: inSalesforce!.clock });
  const sides = [inSalesforce!, inHubSpot!].map((there) => {
    const acme = there.crm.addCompany({ name: 'Acme', domain: 'acme.com' });
    const globex = there.crm.addCompany({ name: 'Globex', domain: 'globex.com' });
    const lee = there.crm.addContact({ lastName: 'Lee', phone: '(415) 555-0123', companyId: acme });
    return { ...there, engine: there.engineOf({ store }), records: { acme, globex, lee } };
  });
  const [salesforce, hubspot] = sides as [(typeof sides)[number], (typeof sides)[number]];
  const later = () => {
    for (const { clock } of sides) clock.advance(3_600_000);
  };
  const pullBoth = async () => {
    later();
    await salesforce.engine.pull();
    await hubspot.engine.pull();
  };
  await pullBoth();
  await pullBoth();
  const idOf = async (name: string) => (await salesforce.engine.companies.list()).find(({ fields }) => fields.name === name)!.id;
  const lee = async () => (await salesforce.engine.contacts.byPhone('+14155550123')).contact!;
  return { salesforce, hubspot, pullBoth, later, lee, ids: { acme: await idOf('Acme'), globex: await idOf('Globex') } };
}

describe('a company in two CRMs of one workspace', () => {
  it('is one company, by its domain, and its contacts are tied to it from both', async () => {
    const { salesforce, hubspot, lee, ids } = await both();
    expect(await salesforce.engine.companies.list()).toHaveLength(2);
    expect((await hubspot.engine.companies.get(ids.acme))!.links).toMatchObject([{ object: 'companies', state: 'active' }]);
    expect((await salesforce.engine.companies.get(ids.acme))!.links).toMatchObject([{ object: 'Account', state: 'active' }]);
    expect((await lee()).fields.company_id).toBe(ids.acme);
  });

  it('gets a contact that one CRM gives it, here and not in the other CRM (R25)', async () => {
    const { salesforce, hubspot, pullBoth, lee, ids } = await both();
    salesforce.crm.employ(salesforce.records.lee, salesforce.records.globex);
    await pullBoth();
    expect((await lee()).fields.company_id).toBe(ids.globex);
    await hubspot.engine.push();
    expect(hubspot.crm.employee(hubspot.records.lee).companyId).toBe(hubspot.records.acme);
  });

  it('gets a contact that is given to it here in both CRMs, each by its own record', async () => {
    const { salesforce, hubspot, lee, ids, pullBoth } = await both();
    await salesforce.engine.contacts.update((await lee()).id, { company_id: ids.globex }, { by: 'ann' });
    await salesforce.engine.push();
    await hubspot.engine.push();
    expect(salesforce.crm.employee(salesforce.records.lee).companyId).toBe(salesforce.records.globex);
    expect(hubspot.crm.employee(hubspot.records.lee).companyId).toBe(hubspot.records.globex);
    await pullBoth();
    expect((await lee()).fields.company_id).toBe(ids.globex);
    expect(await salesforce.engine.push()).toMatchObject({ counts: { processed: 0 } });
    expect(await hubspot.engine.push()).toMatchObject({ counts: { processed: 0 } });
  });
});
