import type { Chance } from '../chance.ts';
import { COMPANY_FIELDS, type Company, TIE } from '../companies/company.ts';
import type { Deployment } from '../deployment.ts';
import {
  addCompany,
  type CompanyActs,
  editRecord,
  oneOfThese,
  someCompanyPair,
  someCompanyRecord,
  spelt,
  type There,
  thereOf,
  withCompany,
  withRecord,
} from './company-act.ts';
import { deathIn } from './flows.ts';
import { someRecord } from './in-crm.ts';
import { disturbed, someContact, somePair } from './on-our-side.ts';

const editHere = ({ there, chance, account }: There, id: string, change: Partial<Company>) =>
  there.start('edit', account, { death: deathIn(there, chance, 12) }, ({ companies }) => companies.update(id, change, { by: 'somebody' }));

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
const ACTS: CompanyActs = {
  'a company is edited in the CRM': [
    6,
    withRecord((there, id) => editRecord(there, id, spelt(there.companies.change(there.chance), there.chance))),
  ],
  'a company is edited here': [6, withCompany((there, id) => editHere(there, id, there.companies.change(there.chance)))],
  'a company is edited on both sides': [
    3,
    async (there) => {
      const { companies, chance } = there;
      const pair = await someCompanyPair(there);
      if (pair === null) return;
      const { id, recordId } = pair;
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
      const account = there.there.accounts.find((one) => one !== there.account);
      const crm = account?.crm.companies ?? null;
      const known = there.crm.company(id);
      if (account === undefined || crm === null || known === null) return;
      const { id: _, gone: __, ...company } = known;
      addCompany({ companies: there.companies, crm, account }, { ...company, name: company.name ?? there.companies.company().name });
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
/** Somebody does something with a company, or with who belongs to it. */
export const actOnCompanies = oneOfThese(ACTS);

/** Companies that are there at the start, and who belongs to them. */
export function foundCompanies(there: Deployment, chance: Chance): void {
  for (const account of there.accounts) {
    const its = thereOf(there, account, chance);
    if (its === null) return;
    for (let count = 0; count < its.companies.shape.count; count += 1) addCompany(its, its.companies.company());
    for (let count = account.crm.people().length; count > 0; count -= 1) employ(its);
  }
}
