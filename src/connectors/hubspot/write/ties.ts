import { membersOf } from '../../../core/mapping/rule-schema.ts';
import { CrmSyncError } from '../../../errors.ts';
import { jsonOf } from '../../../http/answers.ts';
import { notSent, unknownOutcome } from '../../../http/write-in-parts.ts';
import type { Association, Call, Write, Wrote } from '../../../ports/connector.ts';
import { errorOf } from '../client.ts';
import type { Context } from '../context.ts';
import { objectKind } from '../objects.ts';
import { associationsOf, type Resource } from '../paths.ts';
import { refusalOf } from '../refusal.ts';
import type { WireWrite } from './batch.ts';

interface TiesOptions {
  /** Writes the properties. */
  readonly put: (writes: readonly WireWrite[]) => Promise<readonly Wrote[]>;
  readonly call: Call;
  readonly deadline: number;
}

/** A request that adds ties of a record to records of one object, or takes them away. */
interface TieRequest {
  readonly resource: Resource;
  readonly body: unknown;
}

/**
 * Updates, after their ties: new ones first, so that a record which was moved is never without, then those that go. What is
 * tied already may be tied again, and an untied one untied. One whose ties did not take is not written any further.
 */
export async function changeTies(
  context: Context,
  writes: readonly WireWrite[],
  { put, call, deadline }: TiesOptions,
): Promise<readonly Wrote[]> {
  const requests = new Map<WireWrite, readonly TieRequest[]>();
  for (const each of writes) requests.set(each, await requestsOf(context, each.write, call));
  const outcomes = new Map<WireWrite, Wrote>();
  let sent = false;
  for (const [each, wanted] of requests)
    for (const request of wanted) {
      if (outcomes.has(each)) break;
      const failure = await orOutcome(sent, () => change(context, request, call, deadline));
      if (failure !== null) outcomes.set(each, failure);
      sent = true;
    }
  for (const each of writes) {
    const isDone = requests.get(each)!.length > 0 && Object.keys(each.properties).length === 0;
    if (isDone && !outcomes.has(each)) outcomes.set(each, { outcome: 'done', id: each.write.id!, created: false, values: {} });
  }
  const left = writes.filter((each) => !outcomes.has(each));
  if (left.length > 0) {
    const wrote = sent ? await put(left).catch((error: unknown) => left.map(() => laterOf(error))) : await put(left);
    for (const [index, each] of left.entries()) outcomes.set(each, wrote[index]!);
  }
  return writes.map((each) => outcomes.get(each)!);
}

async function requestsOf(context: Context, write: Write, call: Call): Promise<readonly TieRequest[]> {
  const { object, id, associations = [], untie = [] } = write;
  const from = objectKind(object).name;
  const requests: TieRequest[] = [];
  for (const [to, ids] of byObject(associations)) {
    const types = [{ ...(await context.associationTypes.of(from, to, call)) }];
    const inputs = ids.map((tied) => ({ from: { id }, to: { id: tied }, types }));
    requests.push({ resource: associationsOf(from, to, 'batch', 'create'), body: { inputs } });
  }
  for (const [to, ids] of byObject(untie)) {
    const inputs = [{ from: { id }, to: ids.map((tied) => ({ id: tied })) }];
    requests.push({ resource: associationsOf(from, to, 'batch', 'archive'), body: { inputs } });
  }
  return requests;
}

const byObject = (ties: readonly Association[]): ReadonlyMap<string, readonly string[]> =>
  ties.reduce((groups, { object, id }) => {
    const { name } = objectKind(object);
    return groups.set(name, [...(groups.get(name) ?? []), id]);
  }, new Map<string, readonly string[]>());

/** Null: it took. @throws CrmSyncError where nothing was applied and the record is not at fault. */
async function change(context: Context, { resource, body }: TieRequest, call: Call, deadline: number): Promise<Wrote | null> {
  const result = await context.client.write({ resource, body }, call, deadline);
  if (result.kind === 'failure') return result.sent === false ? notSent('HubSpot', result.code) : unknownOutcome(result.code);
  const { status, text } = result;
  if (status >= 200 && status < 300) {
    const { errors } = membersOf(jsonOf(text));
    return Array.isArray(errors) && errors.length > 0 ? refusalOf(errors[0]) : null;
  }
  const error = errorOf(result, `POST ${resource.operation}`);
  if (error.category === 'server') return unknownOutcome(`http_${status}`);
  if (error.category === 'validation' || error.category === 'not_found') return refusalOf(jsonOf(text), status);
  throw error;
}

/** Once something was sent nothing is thrown: the rest goes with the next try, which may repeat what was done. */
const orOutcome = (sent: boolean, work: () => Promise<Wrote | null>): Promise<Wrote | null> =>
  work().catch((error: unknown) => {
    if (!sent) throw error;
    return laterOf(error);
  });

function laterOf(error: unknown): Wrote {
  if (!(error instanceof CrmSyncError)) return unknownOutcome('aborted');
  return { outcome: 'refused', code: error.code, remedy: error.remedy, retryable: true };
}
