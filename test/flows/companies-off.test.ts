import { describe, expect, it } from 'vitest';
import { COMPANY_CRMS, companyDeployment } from './company-world.ts';
import { type Around, connectorAround, storeAround } from './harness.ts';

/**
 * Counted before there were companies: one more would be one more for everybody. HubSpot has the history of fields, which is
 * asked for what a write went over (R24).
 */
const CALLS: Readonly<Record<string, number>> = { Salesforce: 97, HubSpot: 101 };

describe.each(COMPANY_CRMS)('an engine without companies on $name', (crm) => {
  const alone = () => companyDeployment(crm, {}, { hasCompanies: false });

  it('asks store and CRM for nothing more than it did before there were any', async () => {
    const there = alone();
    let calls = 0;
    const around: Around = (_, call) => {
      calls += 1;
      return call();
    };
    const engine = there.engineOf({ store: storeAround(there.store, around), connector: connectorAround(there.crm.connectorOf(), around) });
    there.crm.addContact({ phone: '(415) 555-0123', companyId: there.crm.addCompany({ name: 'Acme' }) });
    await engine.pull();
    const [contact] = await engine.contacts.list();
    await engine.contacts.update(contact!.id, { last_name: 'Bell' }, { by: 'ann' });
    await engine.push({ createMissing: true });
    await engine.sync();
    await engine.status();
    expect(calls).toBe(CALLS[crm.name]);
  });

  it('says so of every call about them', async () => {
    const { engine } = alone();
    const notSetUp = { code: 'companies_not_set_up', category: 'configuration' };
    for (const call of [() => engine.companies.get('c1'), () => engine.companies.list(), () => engine.companies.byDomain('acme.com')])
      await expect(call()).rejects.toMatchObject(notSetUp);
    await expect(engine.companies.create({ name: 'Acme' }, { by: 'ann' })).rejects.toMatchObject(notSetUp);
  });
});
