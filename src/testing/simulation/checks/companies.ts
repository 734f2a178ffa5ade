import type { Broken } from '../broken.ts';
import type { Companies } from '../companies/companies.ts';
import { asLocalOfCompany, COMPANY_FIELDS } from '../companies/company.ts';
import type { CrmCompany } from '../companies/crm-of-companies.ts';
import { apart } from './apart.ts';
import type { CompaniesOfAccount } from './companies-of-account.ts';
import { SENT_MS } from './gone.ts';
import { STATES } from './identity.ts';
import { nothingLost } from './nothing-lost.ts';
import { fieldOf, LIVE, type Seen, waitingRecords } from './seen.ts';
import { ties } from './ties.ts';

/** Companies keep the promises of contacts, and both sides say the same of who belongs to them. */
export function companiesInStep(seen: Seen): readonly Broken[] {
  const { companies } = seen.there;
  if (companies === null) return [];
  const { ledger } = companies;
  const onAccounts = seen.accounts.flatMap((here): readonly Broken[] => {
    const { crm } = here.account;
    const its = crm.companies === null ? null : { seen, here, companies, crm: crm.companies };
    return its === null ? [] : [convergence, identity, madeOnce, nothingDropped, ties].flatMap((check) => check(its));
  });
  const lost = nothingLost({ ledger, rows: seen.companies, conflicts: seen.conflicts });
  return [...lost, ...apart(seen, ledger), ...onAccounts, ...oneDomainEach(seen, companies), ...staysAway(companies)];
}

/** Both sides of a field agree (P2, P3). */
function convergence({ seen, here, companies: { ledger } }: CompaniesOfAccount): readonly Broken[] {
  const others = seen.accounts.filter((other) => other !== here);
  return here.companyPairs.flatMap(({ row, link, company }) =>
    COMPANY_FIELDS.flatMap((field): Broken[] => {
      const [local, remote] = [fieldOf(row, field), asLocalOfCompany(field, company[field])];
      const isHeld = Object.keys(link.body.held).length > 0;
      if (local === remote || isHeld) return [];
      // No record takes a company's domain away, nor gives it that of another one.
      if (
        field === 'domain' &&
        (remote === null || seen.companies.some((other) => other.id !== row.id && fieldOf(other, field) === remote))
      )
        return [];
      // Another CRM gave it (R25): it was typed there, or has come by a merge there from a record that we had sent it to.
      const isForeign = others.some((other) => {
        if (!other.companies.some(({ id, links }) => id === row.id && links.length > 0)) return false;
        const isThere = (id: string) => other.account.crm.companies?.company(id) != null;
        return (
          ledger.typed.some((typed) => typed.side === 'crm' && typed.field === field && typed.value === local && isThere(typed.id)) ||
          (ledger.isGiven(row.id, field) && ledger.ids('crm').some((id) => ledger.wasEver('crm', id, field, local) && isThere(id)))
        );
      });
      if (isForeign && !here.account.shape.propagate) return [];
      const about = [row.id, company.id, ...[local, remote].filter((value) => value !== null)];
      return [
        { promise: 'P3', message: `${field} of company ${row.id} is ${local}, that of its record ${company.id} is ${remote}`, about },
      ];
    }),
  );
}

/** Each record has one company and each company one record, and no link is given up without evidence (P11, R14, R19). */
function identity({ here, crm, companies }: CompaniesOfAccount): readonly Broken[] {
  const broken: Broken[] = [];
  const links = here.companies.flatMap((row) =>
    row.links.flatMap((link) => (link.recordId === null ? [] : [{ row, state: link.state, recordId: link.recordId }])),
  );
  const holders = new Map<string, string[]>();
  for (const { row, recordId, state } of links) if (LIVE.has(state)) holders.set(recordId, [...(holders.get(recordId) ?? []), row.id]);
  for (const { row, recordId, state } of links) {
    const company = crm.company(recordId);
    const about = [row.id, recordId];
    if (company === null) broken.push({ promise: 'P11', message: `company ${row.id} is linked to ${recordId}, which never was`, about });
    else if (LIVE.has(state) || state === 'tombstone' || state === 'superseded') {
      const fate = company.gone ?? 'live';
      const isPast = fate === 'live' && !LIVE.has(state) && (holders.has(recordId) || row.links.some((link) => LIVE.has(link.state)));
      if (!STATES[fate]?.includes(state) && !isPast && row.removed !== true)
        broken.push({ promise: 'P11', message: `the company's record ${recordId} is ${fate}, its link with ${row.id} is ${state}`, about });
    }
  }
  const waiting = waitingRecords(here, 'company_waiting');
  for (const { id } of crm.companies()) {
    const its = holders.get(id) ?? [];
    const about = [id, ...its];
    if (its.length > 1) broken.push({ promise: 'P11', message: `the company's record ${id} has ${its.length} companies`, about });
    const isReplaced = links.some(
      ({ row, recordId, state }) => recordId === id && state === 'tombstone' && row.links.some((link) => LIVE.has(link.state)),
    );
    if (its.length === 0 && !waiting.has(id) && !isReplaced && !companies.removals.isKept(id))
      broken.push({ promise: 'P2', message: `the company's record ${id} has no company and waits for none`, about });
  }
  for (const row of here.companies) {
    const live = row.links.filter(({ state }) => LIVE.has(state));
    if (live.length > 1) broken.push({ promise: 'P11', message: `company ${row.id} has ${live.length} live records`, about: [row.id] });
  }
  return broken;
}

/** No two companies here are one, unless somebody said that they are two (P11). */
function oneDomainEach({ companies: rows }: Seen, { sharedDomains }: Companies): readonly Broken[] {
  const holders = new Map<string, string>();
  return rows.flatMap((row): Broken[] => {
    const domain = fieldOf(row, 'domain');
    if (domain === null) return [];
    const other = holders.get(domain);
    holders.set(domain, row.id);
    if (other === undefined || sharedDomains.has(domain)) return [];
    return [{ promise: 'P11', message: `companies ${other} and ${row.id} have one domain`, about: [other, row.id, domain] }];
  });
}

/** A company that somebody removed stays away, and nothing is written to its record any more (P11). */
function staysAway({ removals, ledger }: Companies): readonly Broken[] {
  const written = [...removals.removed].flatMap(([companyId, { at, records }]) =>
    [...records.keys()].flatMap((recordId): readonly Broken[] => {
      const isWritten = ledger.displaced.some((one) => one.side === 'crm' && one.id === recordId && one.at > at + SENT_MS);
      const message = `the record ${recordId} of the removed company ${companyId} was written to`;
      return isWritten && !ledger.isMerged(recordId) ? [{ promise: 'P11', message, about: [companyId, recordId] }] : [];
    }),
  );
  return [...removals.broken, ...written];
}

/** A record that the engine made is a company's, or waits to be told from another one (P5). */
function madeOnce({ here, crm, companies }: CompaniesOfAccount): readonly Broken[] {
  const linked = new Set(here.companies.flatMap(({ links }) => links.flatMap(({ recordId }) => recordId ?? [])));
  const waiting = waitingRecords(here, 'company_waiting');
  const broken: Broken[] = [];
  for (const id of companies.made) {
    const company = crm.company(id);
    if (company === null || company.gone !== null || linked.has(id)) continue;
    // Its answer was lost, and a person has added or edited another one like it since: nobody can tell which one it is.
    const isLike = (other: CrmCompany): boolean => other.domain === company.domain || other.name === company.name;
    const isAmbiguous = crm.companies().some((other) => other.id !== id && isLike(other) && isTouched(companies, other.id));
    if (waiting.has(id) && (isAmbiguous || isTouched(companies, id))) continue;
    broken.push({ promise: 'P5', message: `the company's record ${id} was made and belongs to nobody`, about: [id] });
  }
  return broken;
}

/** A person has made or edited the record. */
const isTouched = ({ made, ledger }: Companies, id: string): boolean =>
  !made.has(id) || ledger.typed.some((typed) => typed.side === 'crm' && typed.id === id);

/** Nothing of a company waits any more (P6). */
function nothingDropped({ here }: CompaniesOfAccount): readonly Broken[] {
  const broken: Broken[] = [];
  for (const { row, link } of here.companyPairs) {
    const about = [row.id, link.recordId ?? ''];
    if (link.body.sent.length > 0)
      broken.push({ promise: 'P6', message: `a write to the company's record ${link.recordId} is not settled`, about });
    else if (link.seen !== row.version && Object.keys(link.body.held).length === 0)
      broken.push({ promise: 'P6', message: `company ${row.id} still has something to send`, about });
  }
  for (const row of here.companies)
    if (row.links.some(({ state }) => state === 'creating'))
      broken.push({ promise: 'P6', message: `the record of company ${row.id} is still being made`, about: [row.id] });
  const live = new Set(here.companyPairs.map(({ company }) => company.id));
  for (const { key, body } of here.entries('untied')) {
    const { company, recordId } = body as { company: string; recordId: string };
    if (live.has(company)) broken.push({ promise: 'P6', message: `${key} waits for a company that is here`, about: [company, recordId] });
  }
  return broken;
}
