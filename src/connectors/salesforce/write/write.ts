import { CrmSyncError } from '../../../errors.ts';
import { jsonOf } from '../../../http/answers.ts';
import type { HttpResult } from '../../../http/send.ts';
import { notSent, type PartAnswer, unknownOutcome, writeInParts } from '../../../http/write-in-parts.ts';
import type { Call, Write, Wrote } from '../../../ports/connector.ts';
import { errorOf } from '../client.ts';
import { keptOtherwise } from '../codec.ts';
import type { Context } from '../context.ts';
import { complaintsOf } from '../errors.ts';
import { WRITE_TIMEOUT_MS } from '../limits.ts';
import { conversionsOf } from '../query/converted.ts';
import { toId18 } from '../record-id.ts';
import { checkBatch, type Kind, kindOf, type Part, targetOf } from './batch.ts';
import { withoutCreateOnly } from './create-only.ts';
import { refusalOf } from './refusal.ts';
import { refusedBefore } from './refused-before.ts';
import { withoutTies } from './untie.ts';

/** Enough to single out one record of a full batch by halves. */
const REQUESTS_MAX = 18;
/** Refusals of a whole request that name a field or a value of some record, although their category is not validation. */
const AT_FAULT = new Set(['field_not_visible', 'read_only_field']);
/** Refusals that say that what was described no longer holds. */
export const DESCRIBE_AGAIN = new Set(['field_not_visible', 'read_only_field', 'unknown_option', 'wrong_type']);

/**
 * Writes records through sObject Collections: all creates, all updates, or all upserts of one object and field.
 *
 * One request, unless Salesforce refuses its body as a whole because of a record, which applies nothing: then it is sent
 * again without the records at fault, or in halves until they stand alone. An upsert that meets a record is sent again
 * without the fields that only a create may set; a tie is taken away only where it is still there; and a task on a converted lead again on its contact. All of it ends
 * within `WRITE_TIMEOUT_MS`.
 *
 * @throws CrmSyncError where nothing was applied: no access, a limit, a key field that is not unique.
 */
export async function writeRecords(context: Context, batch: readonly Write[], call: Call): Promise<readonly Wrote[]> {
  if (batch.length === 0) return [];
  const deadline = context.clock.now() + WRITE_TIMEOUT_MS;
  const kind = kindOf(batch[0]!);
  checkBatch(batch, kind);
  if (kind === 'upsert') await checkUniqueKey(context, batch[0]!, call);
  call.signal.throwIfAborted();

  const wanted = await withoutTies(context, batch, call);
  const outcomes = wanted.map(refusedBefore);
  const byObject = [...wanted.keys()]
    .filter((index) => outcomes[index] === null)
    .sort((a, b) => compare(wanted[a]!.object, wanted[b]!.object) || a - b);
  const sorted = byObject.map((index) => wanted[index]!);
  const write = (writes: readonly Write[]) =>
    writeInParts(writes, {
      vendor: 'Salesforce',
      requestsMax: REQUESTS_MAX,
      send: (part) => sendPart(context, { kind, writes: part }, call, deadline),
    });
  let sent: Sent = { writes: sorted, wrote: sorted.length === 0 ? [] : await write(sorted) };
  if (kind === 'upsert') {
    const info = await context.describer.object(batch[0]!.object, call);
    sent = await sendAgain(sent, withoutCreateOnly(sent.writes, sent.wrote, info), write);
  }
  const { wrote: judged, again } = await conversionsOf(context, sent, call, deadline);
  const { wrote } = await sendAgain({ ...sent, wrote: judged }, again, write);
  if (wrote.some((outcome) => outcome.outcome === 'refused' && DESCRIBE_AGAIN.has(outcome.code))) context.describer.forget();
  for (const [position, index] of byObject.entries()) outcomes[index] = wrote[position]!;
  return outcomes.map((outcome) => outcome!);
}

/** Writes and what became of them. */
interface Sent {
  readonly writes: readonly Write[];
  readonly wrote: readonly Wrote[];
}

/** Sends some of the writes again as they are given, by position; the other outcomes stay. */
async function sendAgain(
  { writes, wrote }: Sent,
  again: ReadonlyMap<number, Write>,
  write: (writes: readonly Write[]) => Promise<readonly Wrote[]>,
): Promise<Sent> {
  if (again.size === 0) return { writes, wrote };
  const rest = await write([...again.values()]).catch((error: unknown): readonly Wrote[] => {
    const outcome = notSent('Salesforce', error instanceof CrmSyncError ? error.code : 'aborted');
    return [...again].map(() => outcome); // what the first request has done is kept
  });
  const outcomes = [...wrote];
  for (const [position, index] of [...again.keys()].entries()) outcomes[index] = rest[position]!;
  return { writes: writes.map((one, index) => again.get(index) ?? one), wrote: outcomes };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

async function sendPart(context: Context, part: Part, call: Call, deadline: number): Promise<PartAnswer<Write>> {
  const { writes } = part;
  const result = await context.client.write(targetOf(part, context.autoAssign), call, deadline);
  if (result.kind === 'failure') {
    const outcome = result.sent === false ? notSent('Salesforce', result.code) : unknownOutcome(result.code);
    return { kind: 'outcomes', outcomes: writes.map(() => outcome) };
  }
  const error = refusedAsAWhole(result);
  if (error !== null) return { kind: 'refused', error, culprits: culpritsOf(error, writes) };
  return { kind: 'outcomes', outcomes: outcomesOf(result, part) };
}

/**
 * Whose fault it is that the whole request was refused: the records that hold the field it complains of, or a record
 * that stands alone. Empty: one of them, unknown which. Null: no record's.
 */
function culpritsOf(refusal: CrmSyncError, writes: readonly Write[]): ReadonlySet<Write> | null {
  if (!AT_FAULT.has(refusal.code) && refusal.category !== 'validation') return null;
  const { field } = refusal.at;
  const holders = writes.filter(({ values }) => field !== undefined && Object.hasOwn(values, field));
  if (holders.length > 0) return new Set(holders);
  return writes.length > 1 ? new Set() : refusal.category === 'validation' ? new Set(writes) : null;
}

/** Statuses that Salesforce or its edge gives before it looks at the records, with or without a body. */
const BEFORE_APPLYING = new Set([401, 403, 404, 405, 410, 413, 414, 415, 429, 431]);

/** The error of an answer that has applied nothing; null for a success, and where that can't be known. */
export function refusedAsAWhole(result: HttpResult & { kind: 'answer' }): CrmSyncError | null {
  const { status, text } = result;
  const complained = status >= 400 && status < 500 && complaintsOf(jsonOf(text)).length > 0;
  if (!complained && !BEFORE_APPLYING.has(status)) return null;
  const error = errorOf(result, 'a write');
  return error.category === 'server' ? null : error;
}

function outcomesOf({ status, text }: HttpResult & { kind: 'answer' }, { kind, writes }: Part): readonly Wrote[] {
  const success = status >= 200 && status < 300;
  const items = success ? jsonOf(text) : undefined;
  if (Array.isArray(items) && items.length === writes.length) return items.map((item, index) => outcomeOf(item, kind, writes[index]!));
  return writes.map(() => unknownOutcome(success ? 'broken_answer' : `http_${status}`));
}

function outcomeOf(item: unknown, kind: Kind, write: Write): Wrote {
  const { success, id, created, errors } = (typeof item === 'object' && item !== null ? item : {}) as Record<string, unknown>;
  const written = toId18(id);
  if (success === true && written !== null) {
    const isNew = kind === 'create' || (kind === 'upsert' && created === true);
    return { outcome: 'done', id: written, created: isNew, values: keptOtherwise(write.values) };
  }
  return success === false ? refusalOf(errors, write) : unknownOutcome('broken_answer');
}

/** @throws CrmSyncError code `key_not_unique`. */
export async function checkUniqueKey(context: Context, { object, uniqueKey }: Write, call: Call): Promise<void> {
  const info = await context.describer.object(object, call);
  if (info.fields.get(uniqueKey!.field)?.unique) return;
  throw new CrmSyncError('An upsert needs a field that can not repeat; by any other it could make a second record.', {
    code: 'key_not_unique',
    category: 'configuration',
    remedy: 'Make the key field a unique external id in Salesforce.',
    at: { object, field: uniqueKey!.field },
  });
}
