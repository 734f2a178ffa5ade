import type { Broken } from '../broken.ts';
import { TIE } from '../companies/company.ts';
import type { CompaniesOfAccount } from './companies-of-account.ts';
import { fieldOf, type SeenAccount } from './seen.ts';

/** Here and in the CRM a contact has the same company, none has one that is gone, and nobody's word is lost (P2, P3). */
export function ties(its: CompaniesOfAccount): readonly Broken[] {
  const { seen, here, companies, crm } = its;
  const companyOf = new Map(here.companyPairs.map(({ row, company }) => [company.id, row.id]));
  const recordOf = new Map(here.companyPairs.map(({ row, company }) => [row.id, company.id]));
  const known = new Set(seen.companies.flatMap(({ id, removed }) => (removed === true ? [] : [id])));
  const others = seen.accounts.filter((other) => other !== here);
  return here.pairs.flatMap(({ row, person }): Broken[] => {
    const [local, theirs] = [fieldOf(row, TIE), crm.employerOf(person.id)];
    const about = [row.id, person.id, ...[local, theirs].filter((id) => id !== null)];
    if (local !== null && !known.has(local) && !companies.left.has(local))
      return [{ promise: 'P2', message: `contact ${row.id} belongs to company ${local}, which never was`, about }];
    const remote = theirs === null ? null : companyOf.get(theirs);
    // A record that is no company here, or a company that has no record there: nothing can be said of it on the other side.
    if (remote === undefined || (local !== null && !recordOf.has(local))) return [];
    if (local !== remote && !(isForeign(others, row.id) && !here.account.shape.propagate))
      return [{ promise: 'P3', message: `contact ${row.id} belongs to ${local}, its record ${person.id} to ${remote} (${theirs})`, about }];
    if (!isLost(its, { contactId: row.id, recordId: person.id, local, companyOf })) return [];
    const said = [companies.lastTie('local', row.id), companies.lastTie('crm', person.id)].flatMap((tied) => tied?.companyId ?? []);
    const message = `what somebody said of the company of contact ${row.id} is lost: it is ${local}`;
    return [{ promise: 'P3', message, about: [...about, ...said] }];
  });
}

/** Another CRM has a say in it, or had (R25). */
const isForeign = (others: readonly SeenAccount[], contactId: string): boolean =>
  others.some(({ rows }) => rows.some(({ id, links }) => id === contactId && links.length > 0));

interface Pair {
  readonly contactId: string;
  readonly recordId: string;
  readonly local: string | null;
  /** By record. */
  readonly companyOf: ReadonlyMap<string, string>;
}

/** A write is planned so long after its record was read, at most (P3, R24). */
const READ_AGE_MS = 10_000;

/** What was said last on one side is neither there, nor was it replaced by somebody who saw it, nor does a conflict tell of it. */
function isLost({ seen, companies, here }: CompaniesOfAccount, { contactId, recordId, local, companyOf }: Pair): boolean {
  const { ledger } = seen.there;
  // What was said of an earlier contact of the record, or of an earlier record of the contact, was not said of these two.
  const areOnlyEachOthers = here.rows.every(({ id, links }) =>
    id === contactId ? links.length === 1 : links.every((link) => link.recordId !== recordId),
  );
  if (seen.accounts.length > 1 || ledger.isMerged(recordId) || !areOnlyEachOthers) return false;
  const [ours, theirs] = [companies.lastTie('local', contactId), companies.lastTie('crm', recordId)];
  const isTold = (companyId: string | null): boolean => seen.conflicts.has(`${TIE} ${companyId}`);
  if (theirs !== undefined) {
    const said = theirs.companyId === null ? null : companyOf.get(theirs.companyId);
    const isGone = said === undefined || companies.isUnsettled(theirs.companyId ?? '');
    const isSeen = companies.isSaidOver('local', contactId, (companyId) => companyId === said);
    const isReplaced = isSeen || (ours !== undefined && ledger.isWrittenAround(recordId, theirs.at, READ_AGE_MS));
    if (!isGone && said !== local && !isReplaced && !isTold(said)) return true;
  }
  if (ours === undefined || ours.companyId === local || isTold(ours.companyId)) return false;
  const isGone = companies.left.has(ours.companyId ?? '') || hasLostRecord(here, companies, ours.companyId);
  const isReplaced = companies.isSaidOver('crm', recordId, (id) => (id === null ? null : (companyOf.get(id) ?? null)) === ours.companyId);
  return !isGone && !isReplaced;
}

/** Its record was removed, merged or taken from it at some time: its contacts went with that. */
const hasLostRecord = ({ companies: rows }: SeenAccount, companies: CompaniesOfAccount['companies'], companyId: string | null): boolean =>
  rows.some(({ id, links }) => id === companyId && links.some(({ recordId }) => recordId !== null && companies.isUnsettled(recordId)));
