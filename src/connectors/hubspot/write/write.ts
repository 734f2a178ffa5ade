import type { DescribedField } from '../../../core/schema/described.ts';
import { CrmSyncError } from '../../../errors.ts';
import { jsonOf } from '../../../http/answers.ts';
import type { HttpResult } from '../../../http/send.ts';
import { notSent, type PartAnswer, unknownOutcome, writeInParts } from '../../../http/write-in-parts.ts';
import type { Call, Write, Wrote } from '../../../ports/connector.ts';
import { withPrimaryCompanies } from '../activities/associations.ts';
import type { AssociationType } from '../association-types.ts';
import { errorOf } from '../client.ts';
import { complaintOf } from '../complaint.ts';
import type { Context } from '../context.ts';
import type { ObjectInfo } from '../describe.ts';
import { WRITE_TIMEOUT_MS } from '../limits.ts';
import { objectKind } from '../objects.ts';
import { objectsOf } from '../paths.ts';
import { readByIds } from '../query/read-by-id.ts';
import { selectProperties } from '../query/selection.ts';
import { refusalOf } from '../refusal.ts';
import { checkBatch, kindOf, type WireWrite, wireWrite } from './batch.ts';
import { type Described, NO_RESULT, outcomesOf } from './outcomes.ts';
import { withoutIncomplete } from './required.ts';
import { changeTies } from './ties.ts';
import { withEmployers } from './with-employers.ts';

/** Enough to single out one record of a full batch by halves. */
const REQUESTS_MAX = 16;
/** The status of a batch with a record that others are writing. */
const LOCKED = 423;
/** Refusals of a whole request that are some record's fault, although their category is not validation. */
const AT_FAULT = new Set(['field_not_visible', 'read_only_field', 'duplicate', 'conflict']);
/** Refusals of a property whatever its value is: each record that holds it is at fault. */
const OF_ANY_VALUE = new Set(['field_not_visible', 'read_only_field']);
/** Refusals that say that what was described no longer holds. */
const DESCRIBE_AGAIN = new Set(['field_not_visible', 'read_only_field', 'unknown_option', 'wrong_type']);

/**
 * Writes records of one object in a batch: all creates, all updates, or all upserts by one property.
 *
 * One request, unless HubSpot refuses it as a whole because of a record, which applies nothing: then in halves until that
 * record stands alone. A new record that lacks what HubSpot always requires is refused without being sent. A record that
 * HubSpot no longer finds is looked up once: only evidence makes it gone. A lock that lasts refuses the batch for now.
 * Ties of an update go first, in requests of their own; the primary company of a contact is one.
 *
 * @throws CrmSyncError where nothing was applied: no access, a limit, a key that is not unique.
 */
export async function writeRecords(context: Context, batch: readonly Write[], call: Call): Promise<readonly Wrote[]> {
  const [first] = batch;
  if (first === undefined) return [];
  const deadline = context.clock.now() + WRITE_TIMEOUT_MS;
  const kind = kindOf(first);
  checkBatch(batch, kind);
  const { name, modified } = objectKind(first.object);
  if (kind === 'upsert') checkUniqueKey(await context.describer.object(first.object, call), first);
  const tied = kind === 'create' ? await withPrimaryCompanies(context, batch, call) : batch;
  const types = kind === 'create' ? await typesOf(context, tied, call) : new Map<string, AssociationType>();
  // Types are known where the engine is at work; without them the outcomes just don't tell what came back.
  const fields = context.describer.known(first.object)?.fields ?? new Map<string, DescribedField>();
  const writes = tied.map((write) => wireWrite(write, fields, (object) => types.get(object)!));
  call.signal.throwIfAborted();

  const resource = objectsOf(name, 'batch', kind);
  const send = async (part: readonly WireWrite[]) => {
    const body = { inputs: part.map(({ input }) => input) };
    return partAnswer(await context.client.write({ resource, body }, call, deadline), part, { fields, modified });
  };
  const put = (complete: readonly WireWrite[]) => writeInParts(complete, { vendor: 'HubSpot', requestsMax: REQUESTS_MAX, send });
  const change = (some: readonly WireWrite[]) => changeTies(context, some, { put, call, deadline });
  const make = (some: readonly WireWrite[]) => withoutIncomplete(some, put);
  const outcomes = await withEmployers(context, writes, { put: kind === 'update' ? change : make, call, deadline });
  if (outcomes.some((outcome) => outcome.outcome === 'refused' && DESCRIBE_AGAIN.has(outcome.code))) context.describer.forget();
  return kind === 'update' ? withEvidence(context, batch, outcomes, call) : outcomes;
}

async function typesOf(context: Context, batch: readonly Write[], call: Call): Promise<ReadonlyMap<string, AssociationType>> {
  const types = new Map<string, AssociationType>();
  for (const { object, associations = [] } of batch)
    for (const to of associations)
      if (!types.has(to.object)) types.set(to.object, await context.associationTypes.of(object, to.object, call));
  return types;
}

function partAnswer(result: HttpResult, part: readonly WireWrite[], described: Described): PartAnswer<WireWrite> {
  const all = (outcome: Wrote) => ({ kind: 'outcomes', outcomes: part.map(() => outcome) }) as const;
  if (result.kind === 'failure') return all(result.sent === false ? notSent('HubSpot', result.code) : unknownOutcome(result.code));
  const { status, text } = result;
  if (status >= 200 && status < 300) return { kind: 'outcomes', outcomes: outcomesOf(jsonOf(text), part, described) };
  // The lock of some record holds up its batch, and no other one.
  if (status === LOCKED) return all(refusalOf(jsonOf(text), status));
  const error = refusedAsAWhole(result);
  if (error === null) return all(unknownOutcome(`http_${status}`));
  const culprits = culpritsOf(error, part);
  // Alone, a record is told all that HubSpot says, such as the id of the one that is there already.
  if (culprits?.size === 1 && part.length === 1) return all(refusalOf(jsonOf(text), status));
  return { kind: 'refused', error, culprits };
}

/** Statuses that HubSpot or its edge gives before it looks at the records, with or without a body. */
const BEFORE_APPLYING = new Set([401, 403, 404, 405, 413, 414, 415, 429, 477, 530]);

/** The error of an answer that has applied nothing; null where that can't be known. */
function refusedAsAWhole(result: HttpResult & { kind: 'answer' }): CrmSyncError | null {
  const { status, text } = result;
  const complained = status >= 400 && status < 500 && complaintOf(jsonOf(text)) !== null;
  return complained || BEFORE_APPLYING.has(status) ? errorOf(result, 'a write') : null;
}

/**
 * Whose fault it is that the whole request was refused: the records that hold the property it complains of, the only one
 * that holds it where it is about a value, or a record that stands alone. Empty: one of them, unknown which, as where the
 * property is missing. Null: no record's.
 */
function culpritsOf(error: CrmSyncError, part: readonly WireWrite[]): ReadonlySet<WireWrite> | null {
  if (!AT_FAULT.has(error.code) && error.category !== 'validation') return null;
  const { field } = error.at;
  const holders = part.filter(({ properties }) => field !== undefined && Object.hasOwn(properties, field));
  const isTheirs = OF_ANY_VALUE.has(error.code) ? holders.length > 0 : holders.length === 1 && error.code !== 'required_field_missing';
  if (isTheirs && holders.length < part.length) return new Set(holders);
  return new Set(part.length > 1 ? [] : part);
}

/**
 * HubSpot says of a deleted record that it is not found, as of one that it hides, and of a merged one nothing at all: what
 * it shows of them tells them apart.
 */
async function withEvidence(context: Context, batch: readonly Write[], outcomes: readonly Wrote[], call: Call): Promise<readonly Wrote[]> {
  const lost = batch.filter((_, index) => isLost(outcomes[index]!)).map(({ id }) => id!);
  if (lost.length === 0) return outcomes;
  const evidence = new Map<string, Wrote>();
  try {
    const selection = await selectProperties(context.describer, batch[0]!.object, [], call);
    for (const record of (await readByIds(context, selection, lost, call)).records) {
      if (record.state === 'deleted') evidence.set(record.id, { outcome: 'gone' });
      if (record.state === 'merged') evidence.set(record.id, { outcome: 'gone', successor: record.successor });
    }
  } catch {
    // The outcomes of the batch stand whatever this look-up comes to: without evidence the record is only not found.
  }
  return outcomes.map((outcome, index) => (isLost(outcome) ? (evidence.get(batch[index]!.id!) ?? outcome) : outcome));
}

const isLost = (outcome: Wrote): boolean =>
  (outcome.outcome === 'refused' && outcome.code === 'not_found') || (outcome.outcome === 'unknown' && outcome.code === NO_RESULT);

function checkUniqueKey(info: ObjectInfo, { object, uniqueKey }: Write): void {
  if (info.fields.get(uniqueKey!.field)?.unique) return;
  throw new CrmSyncError('An upsert needs a property that can not repeat; by any other it could make a second record.', {
    code: 'key_not_unique',
    category: 'configuration',
    remedy: 'Use a property that was created with unique values, or the email address of a contact.',
    at: { object, field: uniqueKey!.field },
  });
}
