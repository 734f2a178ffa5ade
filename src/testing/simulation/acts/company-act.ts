import type { Account } from '../account.ts';
import type { Chance } from '../chance.ts';
import type { Companies } from '../companies/companies.ts';
import type { Company } from '../companies/company.ts';
import type { CrmOfCompanies } from '../companies/crm-of-companies.ts';
import type { Deployment } from '../deployment.ts';
import { someAccount } from './act.ts';

/** The companies of one of the CRMs, and of the deployment. */
export interface There {
  readonly there: Deployment;
  readonly account: Account;
  readonly crm: CrmOfCompanies;
  readonly companies: Companies;
  readonly chance: Chance;
}
export type CompanyAct = (there: There) => Promise<unknown> | unknown;

/** With how often it happens, beside the others. */
export type CompanyActs = Readonly<Record<string, readonly [weight: number, act: CompanyAct]>>;

const isFree = ({ account }: There, id: string): boolean => account.companyArrivals?.isFree(id) !== false;

/** A live record that nobody has in hand. */
export function someCompanyRecord(there: There, but?: string): string | null {
  const free = there.crm.companies().filter(({ id }) => id !== but && isFree(there, id));
  return free.length === 0 ? null : there.chance.oneOf(free).id;
}

/** A company with a live record that nobody has in hand. */
export async function someCompanyPair(there: There): Promise<{ readonly id: string; readonly recordId: string } | null> {
  const { account, crm, companies, chance } = there;
  const rows = await account.bound.load({ ids: companies.ledger.ids('local') });
  const pairs = rows.flatMap(({ id, links }) =>
    links.flatMap(({ state, recordId }) => (state === 'active' && recordId !== null ? [{ id, recordId }] : [])),
  );
  const live = pairs.filter(({ recordId }) => crm.company(recordId)?.gone === null && isFree(there, recordId));
  return live.length === 0 ? null : chance.oneOf(live);
}

export const withRecord =
  (act: (there: There, id: string) => unknown): CompanyAct =>
  (there) => {
    const id = someCompanyRecord(there);
    return id === null ? undefined : act(there, id);
  };

export const withCompany =
  (act: (there: There, id: string) => unknown): CompanyAct =>
  (there) => {
    const id = there.companies.someCompany(there.chance);
    return id === null ? undefined : act(there, id);
  };

export function addCompany(
  { companies, crm, account }: Pick<There, 'companies' | 'crm' | 'account'>,
  company: Company,
  delayMs?: number,
): void {
  const id = crm.add(company, delayMs);
  if (delayMs === undefined) companies.ledger.type('crm', id, company, 'somebody');
  else account.companyArrivals?.add({ id, change: company }, delayMs);
}

export function editRecord({ companies, crm, account }: There, id: string, change: Partial<Company>, delayMs?: number): void {
  account.losses += Object.values(change).filter((value) => value === null).length;
  crm.edit(id, change, delayMs);
  if (delayMs === undefined) companies.ledger.type('crm', id, change, 'somebody');
  else account.companyArrivals?.add({ id, change }, delayMs);
}

/** A web site as people write it. */
export const spelt = (change: Partial<Company>, chance: Chance): Partial<Company> =>
  typeof change.domain === 'string' && chance.of(0.5) ? { ...change, domain: `https://www.${change.domain}/` } : change;

/** Null: the deployment has none. */
export const thereOf = (there: Deployment, account: Account, chance: Chance): There | null => {
  const { companies } = there;
  const crm = account.crm.companies;
  return companies === null || crm === null ? null : { there, account, crm, companies, chance };
};

/** One of them, on one of the CRMs, where the deployment has companies. */
export function oneOfThese(acts: CompanyActs): (there: Deployment, chance: Chance) => Promise<void> {
  const weighed = Object.entries(acts).flatMap(([name, [weight, act]]) =>
    Array.from({ length: weight }, (): readonly [string, CompanyAct] => [name, act]),
  );
  return async (there, chance) => {
    const [name, act] = chance.oneOf(weighed);
    const its = thereOf(there, someAccount(there, chance), chance);
    if (its === null) return;
    there.trace.tell(name);
    await act(its);
  };
}
