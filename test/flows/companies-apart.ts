import type { ContactStore } from 'crm-sync-engine';
import type { ManualClock } from 'crm-sync-engine/testing';
import { addContact, type CompanyCrm, companyDeployment } from './company-world.ts';
import { connectorAround, storeAround, takingTurns, withoutLeases } from './harness.ts';

type There = ReturnType<typeof companyDeployment>;

/** What both sides have changed since they last agreed: names, parents, and companies with contacts that are new on either side. */
export async function changedApart(crm: CompanyCrm, storeOf?: (clock: ManualClock) => ContactStore) {
  const there = companyDeployment(crm, {}, storeOf === undefined ? {} : { storeOf });
  const acme = there.crm.addCompany({ name: 'Acme', domain: 'acme.com' });
  const globex = there.crm.addCompany({ name: 'Globex', domain: 'globex.com' });
  there.crm.addContact({ lastName: 'Lee', phone: '(415) 555-0123', companyId: acme });
  const bell = there.crm.addContact({ lastName: 'Bell', phone: '(415) 555-0124', companyId: acme });
  await there.engine.pull();
  there.later();
  await there.engine.pull();
  there.later();
  const { Globex } = await there.companies();
  there.crm.editCompany(globex, { name: 'Globex AG' });
  there.crm.employ(bell, null);
  const hooli = there.crm.addCompany({ name: 'Hooli', domain: 'hooli.com' });
  there.crm.addContact({ lastName: 'Bream', phone: '(415) 555-0125', companyId: hooli });
  const lee = (await there.engine.contacts.byPhone('+14155550123')).contact!;
  await there.engine.contacts.update(lee.id, { company_id: Globex!.id }, { by: 'ann' });
  const initech = await there.engine.companies.create({ name: 'Initech', domain: 'initech.com' }, { by: 'ann' });
  await addContact(there.store, crm.connection, { last_name: 'Waddams', phone_number: '+14155550126', company_id: initech.id });
  there.later();
  return there;
}

export async function work(engine: There['engine']): Promise<void> {
  await engine.push({ createMissing: true });
  await engine.pull();
}

/** Two workers are at it, without leases, who take turns at every call in an order that the seed decides. */
export async function workByTwo(there: There, seed: number): Promise<void> {
  const turns = takingTurns(seed);
  const worker = () =>
    there.engineOf({
      store: storeAround(withoutLeases(there.store), turns.around),
      connector: connectorAround(there.crm.connectorOf(), turns.around),
    });
  await turns.run(
    () => work(worker()),
    () => work(worker()),
  );
}

/** What the host does anyway, sooner or later. */
export async function finish(there: There): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) {
    there.clock.advance(1_800_000);
    await work(there.engine);
  }
}

/** Both sides by the names of people and companies. */
export async function stateOf({ engine, crm: account }: There) {
  const companies = await engine.companies.list();
  const nameOf = new Map(companies.map(({ id, fields }) => [id, fields.name]));
  return {
    companies: companies.map(({ fields, links }) => `${fields.name} ${fields.domain} ${links.map(({ state }) => state)}`).toSorted(),
    contacts: (await engine.contacts.list())
      .map(({ fields, links }) => `${fields.last_name} ${nameOf.get(fields.company_id ?? '')} ${links.map(({ state }) => state)}`)
      .toSorted(),
    inCrm: account
      .contacts()
      .map(account.employee)
      .map(({ lastName, companyId }) => `${lastName} ${companyId === null ? null : account.companyOf(companyId).name}`)
      .toSorted(),
    companiesInCrm: account
      .companies()
      .map((id) => account.companyOf(id).name)
      .toSorted(),
  };
}

/** Both sides, once they agree again. */
export const EXPECTED = {
  companies: ['Acme acme.com active', 'Globex AG globex.com active', 'Hooli hooli.com active', 'Initech initech.com active'],
  contacts: ['Bell undefined active', 'Bream Hooli active', 'Lee Globex AG active', 'Waddams Initech active'],
  inCrm: ['Bell null', 'Bream Hooli', 'Lee Globex AG', 'Waddams Initech'],
  companiesInCrm: ['Acme', 'Globex AG', 'Hooli', 'Initech'],
};
