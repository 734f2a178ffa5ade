import { CrmSyncError } from '../../errors.ts';
import type { HttpResult } from '../../http/send.ts';
import type { Call, Write, Wrote } from '../../ports/connector.ts';
import { errorOf } from './client.ts';
import type { Context } from './context.ts';
import { complaintsOf, jsonOf, shownCode } from './errors.ts';
import { toId18 } from './record-id.ts';
import { refusalOf } from './refusal.ts';
import { checkBatch, type Kind, kindOf, type Part, targetOf } from './write-batch.ts';

/** From the start of `write` to its answer, whatever happens in between. */
export const WRITE_TIMEOUT_MS = 90_000;
/** Enough to single out one record of a full batch by halves. */
const REQUESTS_MAX = 18;
/** Refusals of a whole request that name a field or a value of some record, although their category is not validation. */
const AT_FAULT = new Set(['field_not_visible', 'read_only_field']);
/** Refusals that say that what was described no longer holds. */
const DESCRIBE_AGAIN = new Set(['field_not_visible', 'read_only_field', 'unknown_option', 'wrong_type']);

/**
 * Writes records through sObject Collections: all creates, all updates, or all upserts of one object and field.
 *
 * One request, unless Salesforce refuses its body as a whole because of a record, which applies nothing: then it is sent
 * again without the records at fault, or in halves until they stand alone. All of it ends within `WRITE_TIMEOUT_MS`.
 *
 * @throws CrmSyncError where nothing was applied: no access, a limit, a key field that is not unique.
 */
export async function writeRecords(context: Context, batch: readonly Write[], call: Call): Promise<readonly Wrote[]> {
  if (batch.length === 0) return [];
  const allowance: Allowance = { deadline: context.clock.now() + WRITE_TIMEOUT_MS, requests: REQUESTS_MAX };
  const kind = kindOf(batch[0]!);
  checkBatch(batch, kind);
  if (kind === 'upsert') await checkUniqueKey(context, batch[0]!, call);
  call.signal.throwIfAborted();

  const byObject = [...batch.keys()].sort((a, b) => compare(batch[a]!.object, batch[b]!.object) || a - b);
  const wrote = await writePart(context, { kind, writes: byObject.map((index) => batch[index]!) }, call, allowance);
  if (wrote.some((outcome) => outcome.outcome === 'refused' && DESCRIBE_AGAIN.has(outcome.code))) context.describer.forget();
  const outcomes: Wrote[] = [];
  for (const [position, index] of byObject.entries()) outcomes[index] = wrote[position]!;
  return outcomes;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What is left of the time and the requests of one call of `writeRecords`. */
interface Allowance {
  readonly deadline: number;
  requests: number;
}

async function writePart(context: Context, part: Part, call: Call, allowance: Allowance): Promise<readonly Wrote[]> {
  const { kind, writes } = part;
  allowance.requests -= 1;
  const result = await context.client.write(targetOf(part, context.autoAssign), call, allowance.deadline);
  if (result.kind === 'failure') return writes.map(() => (result.sent === false ? notSent(result.code) : unknownOutcome(result.code)));
  const refusal = refusedAsAWhole(result);
  if (refusal === null) return outcomesOf(result, part);
  const culprits = culpritsOf(refusal, writes);
  if (culprits === null) throw refusal;
  if (culprits.size === writes.length || allowance.requests <= 0) return writes.map((write) => refusedWith(refusal, culprits.has(write)));

  const again = culprits.size > 0 ? [writes.filter((write) => !culprits.has(write))] : halves(writes);
  const outcomes = new Map([...culprits].map((write): [Write, Wrote] => [write, refusedWith(refusal, true)]));
  for (const some of again) {
    const wrote = await keepOutcomes(() => writePart(context, { kind, writes: some }, call, allowance), {
      some,
      written: outcomes.size > 0,
    });
    for (const [index, write] of some.entries()) outcomes.set(write, wrote[index]!);
  }
  return writes.map((write) => outcomes.get(write)!);
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

const halves = (writes: readonly Write[]): readonly (readonly Write[])[] => {
  const half = Math.ceil(writes.length / 2);
  return [writes.slice(0, half), writes.slice(half)];
};

/** Once something has been written or refused, nothing may throw these outcomes away. */
async function keepOutcomes(write: () => Promise<readonly Wrote[]>, { some, written }: { some: readonly Write[]; written: boolean }) {
  try {
    return await write();
  } catch (error) {
    if (!written) throw error;
    return some.map(() => notSent(error instanceof CrmSyncError ? error.code : 'aborted'));
  }
}

/** @param certain - It is this record's fault; else it came with one that could not be singled out, and may go later. */
function refusedWith({ code, remedy, retryable, at: { field } }: CrmSyncError, certain: boolean): Wrote {
  return { outcome: 'refused', code, remedy, retryable: retryable || !certain, ...(certain && field !== undefined ? { field } : {}) };
}

/** Statuses that Salesforce or its edge gives before it looks at the records, with or without a body. */
const BEFORE_APPLYING = new Set([401, 403, 404, 405, 410, 413, 414, 415, 429, 431]);

/** The error of an answer that has applied nothing; null for a success, and where that can't be known. */
function refusedAsAWhole(result: HttpResult & { kind: 'answer' }): CrmSyncError | null {
  const { status, text } = result;
  const complained = status >= 400 && status < 500 && complaintsOf(jsonOf(text)).length > 0;
  if (!complained && !BEFORE_APPLYING.has(status)) return null;
  const error = errorOf(result, 'a write');
  return error.category === 'server' ? null : error;
}

function outcomesOf({ status, text }: HttpResult & { kind: 'answer' }, { kind, writes }: Part): readonly Wrote[] {
  const success = status >= 200 && status < 300;
  const items = success ? jsonOf(text) : undefined;
  if (Array.isArray(items) && items.length === writes.length) return items.map((item) => outcomeOf(item, kind));
  return writes.map(() => unknownOutcome(success ? 'broken_answer' : `http_${status}`));
}

function outcomeOf(item: unknown, kind: Kind): Wrote {
  const { success, id, created, errors } = (typeof item === 'object' && item !== null ? item : {}) as Record<string, unknown>;
  const written = toId18(id);
  if (success === true && written !== null) {
    return { outcome: 'done', id: written, created: kind === 'create' || (kind === 'upsert' && created === true), values: {} };
  }
  return success === false ? refusalOf(errors) : unknownOutcome('broken_answer');
}

const notSent = (cause: string): Wrote => ({
  outcome: 'not_sent',
  code: shownCode(cause),
  remedy: 'Nothing was written: the same write is sent again when Salesforce can be reached.',
});

const unknownOutcome = (cause: string): Wrote => ({
  outcome: 'unknown',
  code: shownCode(cause),
  remedy: 'The write may have been carried out: the record is looked up before anything is sent again.',
});

async function checkUniqueKey(context: Context, { object, uniqueKey }: Write, call: Call): Promise<void> {
  const info = await context.describer.object(object, call);
  if (info.fields.get(uniqueKey!.field)?.unique) return;
  throw new CrmSyncError('An upsert needs a field that can not repeat; by any other it could make a second record.', {
    code: 'key_not_unique',
    category: 'configuration',
    remedy: 'Make the key field a unique external id in Salesforce.',
    at: { object, field: uniqueKey!.field },
  });
}
