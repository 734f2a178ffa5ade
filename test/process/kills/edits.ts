import type { Deployment } from './deployment.ts';
import { COMPANY_NAMES, engineOn, NAMES, phoneOf } from './host.ts';
import { openStore } from './store.ts';

const MINUTE = 60_000;
const MADE_HERE = 6;

/** People of the CRM and of the host edit at the same time, and some of them the same fields. */
export async function editBothSides(there: Deployment): Promise<void> {
  editCrm(there);
  await editHost(there);
  await there.clock.sleep(30 * MINUTE); // beyond the overlap of a read, so that whoever loses a page misses it
}

function editCrm({ crm, account }: Deployment): void {
  const { first, last, phone, status, email } = NAMES[crm];
  const { name, domain, city } = COMPANY_NAMES[crm];
  const ids = account.people().map(({ id }) => id);
  const companies = account.companies().map(({ id }) => id);
  const some = (every: number, of = ids) => of.filter((_, at) => at % every === 0);
  for (const id of some(7)) account.edit(id, { [first]: 'Renamed' });
  for (const id of some(11)) account.edit(id, { [status]: 'Working' });
  for (const [at, id] of some(13).entries()) account.edit(id, { [email]: `crm${at}@example.com` });
  for (const [at, id] of some(17).entries()) account.employ(id, at % 2 === 0 ? (companies[20] ?? null) : null);
  for (const id of some(7, companies)) account.edit(id, { [city]: 'Fresno' });
  for (const [at, id] of some(11, companies).entries()) account.edit(id, { [name]: `Renamed${at}` });
  account.remove(ids[20] ?? '');
  account.merge(ids[22] ?? '', ids[23] ?? '');
  account.remove(companies[13] ?? '');
  account.merge(companies[15] ?? '', companies[16] ?? '');
  // Two that are made on the host's side, too, one of them without its domain, and one that comes with somebody in it.
  account.addCompany({ [name]: 'Made1', [domain]: 'https://www.made1.com', [city]: 'Reno' });
  account.addCompany({ [name]: 'Made2' });
  const late = account.addCompany({ [name]: 'Late', [domain]: 'late.com' });
  account.employ(account.add({ [first]: 'Late', [last]: 'Comer', [phone]: phoneOf(200), [status]: 'Qualified' }), late);
}

async function editHost({ place, clock, access }: Deployment): Promise<void> {
  await using store = openStore(place, clock);
  const engine = engineOn(access, { store, clock });
  const by = { by: 'test' };
  for (let at = 0; at < 30; at += 4) {
    const { company } = await engine.companies.byDomain(`company${at}.com`);
    if (company) await engine.companies.update(company.id, { city: 'Berkeley' }, by);
  }
  const made = [];
  for (let at = 0; at < MADE_HERE; at += 1) made.push(await engine.companies.create({ name: `Made${at}`, domain: `made${at}.com` }, by));
  const { company: known } = await engine.companies.byDomain('company5.com');
  for (let person = 0; person < 150; person += 3) {
    const { contact } = await engine.contacts.byPhone(phoneOf(person));
    const employer = person % 9 === 0 ? made[(person / 9) % MADE_HERE] : person % 12 === 3 ? known : null;
    const more = { ...(person % 5 === 0 && { email: `host${person}@example.com` }), ...(employer && { company_id: employer.id }) };
    if (contact) await engine.contacts.update(contact.id, { interaction_summary: 'By hand.', ...more }, by);
  }
}
