import { unknownOutcome } from '../../../http/write-in-parts.ts';
import type { Call, Wrote } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { EMPLOYER, employerOf, namesNoCompany } from '../employer.ts';
import { visible } from '../query/selection.ts';
import { kindOf, type WireWrite } from './batch.ts';
import { hireAll, NOT_A_COMPANY } from './employers.ts';

interface Options {
  /** Writes the properties. */
  readonly put: (writes: readonly WireWrite[]) => Promise<readonly Wrote[]>;
  readonly call: Call;
  readonly deadline: number;
}

/**
 * Writes contacts with their primary companies. A record that is there gets its company first, which may be repeated, so that one
 * that was changed in part is changed again as a whole; a new one is made with it. An upsert takes no association: its company
 * comes after it, and where that did not take, the record is looked up before anything is sent again.
 */
export async function withEmployers(
  context: Context,
  writes: readonly WireWrite[],
  { put, ...options }: Options,
): Promise<readonly Wrote[]> {
  if (writes.every(({ write }) => employerOf(write) === undefined && !namesNoCompany(write))) return put(writes);
  const outcomes = new Map<WireWrite, Wrote>(writes.filter(({ write }) => namesNoCompany(write)).map((each) => [each, NOT_A_COMPANY]));
  // HubSpot would refuse all of the batch, and say of no record why.
  if ((await visible(context.describer, 'companies', options.call)) === null)
    for (const each of writes) if (employerOf(each.write) !== undefined) outcomes.set(each, COMPANIES_HIDDEN);
  const updates = writes.flatMap((each) => {
    const companyId = employerOf(each.write);
    return each.write.id === null || companyId === undefined || outcomes.has(each) ? [] : [{ each, contactId: each.write.id, companyId }];
  });
  for (const [each, outcome] of await hireAll(context, updates, options)) outcomes.set(each, outcome);
  const isSent = updates.length > 0;
  for (const { each, contactId, companyId } of updates)
    if (!outcomes.has(each) && Object.keys(each.properties).length === 0 && !hasTies(each))
      outcomes.set(each, { outcome: 'done', id: contactId, created: false, values: { [EMPLOYER]: companyId } });
  const left = writes.filter((each) => !outcomes.has(each));
  if (left.length > 0) {
    const wrote = await put(left).catch((error: unknown) => {
      if (!isSent) throw error;
      return left.map(() => unknownOutcome('aborted')); // some have their company by now
    });
    for (const [index, each] of left.entries()) outcomes.set(each, wrote[index]!);
  }
  const upserted = left.flatMap((each) => {
    const [companyId, outcome] = [employerOf(each.write), outcomes.get(each)!];
    return kindOf(each.write) === 'upsert' && companyId !== undefined && outcome.outcome === 'done'
      ? [{ each, contactId: outcome.id, companyId }]
      : [];
  });
  for (const [each] of await hireAll(context, upserted, options)) outcomes.set(each, unknownOutcome('company_not_tied'));
  return writes.map((each) => outcomes.get(each)!);
}

const COMPANIES_HIDDEN: Wrote = {
  outcome: 'refused',
  code: 'field_not_visible',
  remedy: 'Give the app the scopes `crm.objects.companies.read` and `.write`, and connect the account again.',
  field: EMPLOYER,
  retryable: false,
};

const hasTies = ({ write: { associations = [], untie = [] } }: WireWrite): boolean => associations.length + untie.length > 0;
