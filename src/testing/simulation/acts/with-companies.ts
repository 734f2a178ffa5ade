import type { Account } from '../account.ts';
import type { Chance } from '../chance.ts';
import type { Companies } from '../companies/companies.ts';
import { COMPANY_FIELDS, type Company, TIE } from '../companies/company.ts';
import type { CrmOfCompanies } from '../companies/crm-of-companies.ts';
import type { Deployment } from '../deployment.ts';
import { someAccount } from './act.ts';
import { deathIn } from './flows.ts';
import { someRecord } from './in-crm.ts';
import { disturbed, someContact, somePair } from './on-our-side.ts';

/** The companies of one of the CRMs, and of the deployment. */
interface There {
  readonly there: Deployment;
  readonly account: Account;
  readonly crm: CrmOfCompanies;
  readonly companies: Companies;
  readonly chance: Chance;
}
type CompanyAct = (there: There) => Promise<unknown> | unknown;

function someCompanyRecord({ crm, chance }: There, but?: string): string | null {
  const live = crm.companies().filter(({ id }) => id !== but);
  return live.length === 0 ? null : chance.oneOf(live).id;
}

const withRecord =
  (act: (there: There, id: string) => unknown): CompanyAct =>
  (there) => {
    const id = someCompanyRecord(there);
    return id === null ? undefined : act(there, id);
  };

const withCompany =
  (act: (there: There, id: string) => unknown): CompanyAct =>
  (there) => {
    const id = there.companies.someCompany(there.chance);
    return id === null ? undefined : act(there, id);
  };

export function addCompany({ companies, crm }: Pick<There, 'companies' | 'crm'>, company: Company): void {
  companies.ledger.type('crm', crm.add(company), company, 'somebody');
}

function editRecord({ companies, crm, account }: There, id: string, change: Partial<Company>): void {
  account.losses += Object.values(change).filter((value) => value === null).length;
  crm.edit(id, change);
  companies.ledger.type('crm', id, change, 'somebody');
}

const editHere = ({ there, chance, account }: There, id: string, change: Partial<Company>) =>
  there.start('edit', account, { death: deathIn(there, chance, 12) }, ({ companies }) => companies.update(id, change, { by: 'somebody' }));

/** A web site as people write it. */
const spelt = (change: Partial<Company>, chance: Chance): Partial<Company> =>
  typeof change.domain === 'string' && chance.of(0.5) ? { ...change, domain: `https://www.${change.domain}/` } : change;

export function employ({ there, account, crm, companies, chance }: There): void {
  const personId = someRecord(account, chance);
  if (personId === null) return;
  const live = crm.companies();
  const companyId = live.length === 0 || chance.of(0.15) ? null : chance.oneOf(live).id;
  if (crm.employerOf(personId) === companyId) return;
  if (companyId === null) account.losses += 1;
  companies.tie({ side: 'crm', id: personId, companyId, instead: crm.employerOf(personId) });
  crm.employ(personId, companyId);
  there.lookAround();
}

const employHere = ({ there, account, companies, chance }: There, contactId: string) => {
  const companyId = chance.of(0.15) ? null : companies.someCompany(chance);
  const options = { death: deathIn(there, chance, 12) };
  return there.start('edit', account, options, (engine) => engine.contacts.update(contactId, { [TIE]: companyId }, { by: 'somebody' }));
};

function removeRecord({ there, account, crm, companies }: There, id: string): void {
  const { ledger, trace } = there;
  const employees = account.crm.people().filter((person) => crm.employerOf(person.id) === id);
  if (!employees.every((person) => account.arrivals.isFree(person.id))) return;
  crm.remove(id);
  account.losses += 1 + employees.length;
  companies.ledger.giveUp('crm', id);
  companies.unsettle(id);
  trace.tell(`somebody removes the company's record ${id}`, [id]);
  for (const { id: personId } of employees) {
    if (account.crm.person(personId)?.gone !== 'deleted') continue;
    ledger.giveUp('crm', personId);
    trace.tell(`with it goes record ${personId}`, [personId]);
  }
}

function mergeRecords({ there, account, crm, companies }: There, winner: string, loser: string): void {
  const { ledger } = companies;
  account.losses += 2;
  const left = crm.merge(winner, loser);
  there.trace.tell(`somebody merges the companies' records ${winner} and ${loser} into ${left}`, [winner, loser, left]);
  ledger.merge(winner, loser, left);
  for (const id of [winner, loser, left]) companies.unsettle(id);
  const company = crm.company(left);
  if (company === null) return;
  if (left !== winner) ledger.rename(winner, left);
  for (const gone of new Set([winner, loser])) ledger.giveUp('crm', gone, company);
  ledger.carry(left, company);
}

/** What happens where there are companies, with how often. */
const ACTS: Readonly<Record<string, readonly [weight: number, act: CompanyAct]>> = {
  'a company is edited in the CRM': [
    6,
    withRecord((there, id) => editRecord(there, id, spelt(there.companies.change(there.chance), there.chance))),
  ],
  'a company is edited here': [6, withCompany((there, id) => editHere(there, id, there.companies.change(there.chance)))],
  'a company is edited on both sides': [
    3,
    async (there) => {
      const { account, crm, companies, chance } = there;
      const rows = await account.bound.load({ ids: companies.ledger.ids('local') });
      const pairs = rows.flatMap(({ id, links }) =>
        links.flatMap(({ state, recordId }) => (state === 'active' && recordId !== null ? [{ id, recordId }] : [])),
      );
      const live = pairs.filter(({ recordId }) => crm.company(recordId)?.gone === null);
      if (live.length === 0) return;
      const { id, recordId } = chance.oneOf(live);
      const field = chance.oneOf(COMPANY_FIELDS);
      editRecord(there, recordId, { [field]: companies.company()[field] ?? companies.company().name });
      return editHere(there, id, { [field]: companies.company()[field] ?? companies.company().name });
    },
  ],
  'a company is added in the CRM': [3, (there) => addCompany(there, there.companies.company())],
  'a company is added with the domain of another': [
    1,
    withRecord((there, id) => addCompany(there, { ...there.companies.company(), domain: there.crm.company(id)?.domain ?? null })),
  ],
  'a company of one CRM is added to the other': [
    2,
    withRecord((there, id) => {
      const other = there.there.accounts.find((one) => one !== there.account)?.crm.companies ?? null;
      const known = there.crm.company(id);
      if (other === null || known === null) return;
      const { id: _, gone: __, ...company } = known;
      addCompany({ companies: there.companies, crm: other }, { ...company, name: company.name ?? there.companies.company().name });
    }),
  ],
  'a company is made here': [
    3,
    ({ there, account, companies, chance }) => {
      const company = companies.company();
      const options = { death: deathIn(there, chance, 12) };
      return there.start('making', account, options, (engine) => engine.companies.create(company, { by: 'somebody' }));
    },
  ],
  'a company is removed in the CRM': [1, withRecord(removeRecord)],
  'removed companies are taken out of the bin': [
    1,
    ({ there, crm, companies, chance }) => {
      const gone = companies.ledger.ids('crm').filter((id) => crm.company(id)?.gone === 'deleted');
      for (const id of gone.filter(() => chance.of(0.5)))
        if (crm.restore(id)) there.trace.tell(`somebody takes the company's record ${id} out of the bin`, [id]);
    },
  ],
  'two companies are merged': [
    1,
    withRecord((there, winner) => {
      const loser = someCompanyRecord(there, winner);
      if (loser !== null) mergeRecords(there, winner, loser);
    }),
  ],
  'a person goes to another company in the CRM': [6, employ],
  'a contact goes to another company here': [
    6,
    (there) => {
      const id = someContact(there.there, there.chance);
      return id === null ? undefined : employHere(there, id);
    },
  ],
  'a person goes to another company on both sides': [
    2,
    async (there) => {
      const { account, crm, companies, chance } = there;
      const pair = await somePair(there.there, account, chance);
      const company = someCompanyRecord(there);
      if (pair === null || company === null || crm.employerOf(pair.recordId) === company) return;
      companies.tie({ side: 'crm', id: pair.recordId, companyId: company, instead: crm.employerOf(pair.recordId) });
      crm.employ(pair.recordId, company);
      return employHere(there, pair.contactId);
    },
  ],
  "somebody says whose a company's record is": [
    1,
    ({ there, account, chance }) =>
      there.start('assignment', account, disturbed(there, chance), async ({ companies }) => {
        const waiting = await companies.ambiguous({ limit: 100 });
        if (waiting.length === 0) return;
        const { object, recordId, candidates } = chance.oneOf(waiting);
        const [first] = candidates;
        const to = first === undefined || chance.of(0.6) ? null : first.contactId;
        return companies.link(to, { object, recordId }, { by: 'somebody' });
      }),
  ],
};
const WEIGHED = Object.entries(ACTS).flatMap(([name, [weight, act]]) =>
  Array.from({ length: weight }, (): readonly [string, CompanyAct] => [name, act]),
);

const thereOf = (there: Deployment, account: Account, chance: Chance): There | null => {
  const { companies } = there;
  const crm = account.crm.companies;
  return companies === null || crm === null ? null : { there, account, crm, companies, chance };
};

/** Somebody does something with a company, or with who belongs to it. */
export async function actOnCompanies(there: Deployment, chance: Chance): Promise<void> {
  const [name, act] = chance.oneOf(WEIGHED);
  const its = thereOf(there, someAccount(there, chance), chance);
  if (its === null) return;
  there.trace.tell(name);
  await act(its);
}

/** Companies that are there at the start, and who belongs to them. */
export function foundCompanies(there: Deployment, chance: Chance): void {
  for (const account of there.accounts) {
    const its = thereOf(there, account, chance);
    if (its === null) return;
    for (let count = 0; count < its.companies.shape.count; count += 1) addCompany(its, its.companies.company());
    for (let count = account.crm.people().length; count > 0; count -= 1) employ(its);
  }
}
