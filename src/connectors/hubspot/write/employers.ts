import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import { CrmSyncError } from '../../../errors.ts';
import { jsonOf } from '../../../http/answers.ts';
import { notSent, unknownOutcome } from '../../../http/write-in-parts.ts';
import type { Call, Wrote } from '../../../ports/connector.ts';
import { errorOf } from '../client.ts';
import type { Context } from '../context.ts';
import { EMPLOYER, EMPLOYER_TYPE } from '../employer.ts';
import { associationsOf, type Resource } from '../paths.ts';
import { readAssociations } from '../query/associated.ts';
import { refusalOf } from '../refusal.ts';
import type { WireWrite } from './batch.ts';

export const NOT_A_COMPANY: Wrote = {
  outcome: 'refused',
  code: 'invalid_record_id',
  remedy: 'Give the id of a company record: digits only, as they stand in its URL in HubSpot.',
  field: EMPLOYER,
  retryable: false,
};

interface Options {
  readonly call: Call;
  readonly deadline: number;
}

/** A contact that is there, and the company that it is to have. */
interface Hire {
  readonly each: WireWrite;
  readonly contactId: string;
  readonly companyId: string | null;
}

/**
 * Gives contacts their primary companies: one request for all that get one, one for those that lose theirs, whose other companies
 * stay. May be repeated without harm. The company before stays tied, and is no longer the primary one.
 *
 * @returns What went wrong, by write; whoever is not in it has the company that was asked for.
 */
export async function hireAll(context: Context, hires: readonly Hire[], options: Options): Promise<ReadonlyMap<WireWrite, Wrote>> {
  const failed = new Map<WireWrite, Wrote>();
  const resource = (verb: string) => associationsOf('contacts', 'companies', 'batch', verb);
  const hired = hires.filter(({ companyId }) => companyId !== null);
  if (hired.length > 0) {
    const inputs = hired.map(({ contactId, companyId }) => ({ from: { id: contactId }, to: { id: companyId }, types: [EMPLOYER_TYPE] }));
    await send(context, { resource: resource('create'), inputs, hires: hired }, options, failed);
  }
  const left = hires.filter(({ companyId }) => companyId === null);
  if (left.length > 0) {
    const ids = left.map(({ contactId }) => contactId);
    const { ties } = await readAssociations(context.client, { from: 'contacts', to: 'companies', ids }, options.call);
    const leaving = left.flatMap((hire) => {
      const company = ties.get(hire.contactId)?.find(({ primary }) => primary);
      return company === undefined ? [] : [{ hire, input: { from: { id: hire.contactId }, to: [{ id: company.id }] } }];
    });
    const inputs = leaving.map(({ input }) => input);
    if (inputs.length > 0)
      await send(context, { resource: resource('archive'), inputs, hires: leaving.map(({ hire }) => hire) }, options, failed);
  }
  return failed;
}

interface Request {
  readonly resource: Resource;
  readonly inputs: readonly unknown[];
  readonly hires: readonly Hire[];
}

const batchErrors = lazy(() =>
  z.object({
    errors: z
      .array(z.object({ context: z.record(z.string(), z.array(z.string()).catch([])).catch({}) }).loose())
      .nullish()
      .catch(null),
  }),
);

async function send(
  context: Context,
  { resource, inputs, hires }: Request,
  { call, deadline }: Options,
  failed: Map<WireWrite, Wrote>,
): Promise<void> {
  const all = (outcome: Wrote): void => {
    for (const { each } of hires) failed.set(each, outcome);
  };
  const result = await context.client.write({ resource, body: { inputs } }, call, deadline);
  if (result.kind === 'failure') return all(result.sent === false ? notSent('HubSpot', result.code) : unknownOutcome(result.code));
  const { status, text } = result;
  if (status >= 200 && status < 300) {
    for (const error of batchErrors().safeParse(jsonOf(text)).data?.errors ?? []) {
      const names = new Set(Object.values(error.context).flat());
      const both = hires.filter(({ contactId, companyId }) => names.has(contactId) && (companyId === null || names.has(companyId)));
      const blamed = both.length > 0 ? both : hires.filter(({ contactId }) => names.has(contactId));
      for (const { each } of blamed) failed.set(each, { ...refusalOf(error), field: EMPLOYER });
    }
    return;
  }
  const error = errorOf(result, `POST ${resource.operation}`);
  if (error.category === 'server') return all(unknownOutcome(`http_${status}`));
  if (error.category === 'rate_limit' || error.category === 'authentication') throw error;
  // Alone, each is told what is wrong with it; together nobody can say whose fault it was.
  if (hires.length > 1)
    for (const [index, hire] of hires.entries())
      await send(context, { resource, inputs: [inputs[index]], hires: [hire] }, { call, deadline }, failed).catch((thrown: unknown) => {
        failed.set(hire.each, laterOf(thrown));
      });
  else all({ ...refusalOf(jsonOf(text), status), field: EMPLOYER });
}

/** Nothing may throw away what became of the others. */
const laterOf = (thrown: unknown): Wrote =>
  thrown instanceof CrmSyncError
    ? { outcome: 'refused', code: thrown.code, remedy: thrown.remedy, retryable: true, field: EMPLOYER }
    : unknownOutcome('aborted');
