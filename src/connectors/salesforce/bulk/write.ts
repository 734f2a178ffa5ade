import { CrmSyncError, invariant } from '../../../errors.ts';
import { fitting } from '../../../http/fitting.ts';
import { notSent } from '../../../http/write-in-parts.ts';
import type { Call, Write, Wrote } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { BULK_TIMEOUT_MS, BULK_WRITE_MAX, WRITE_BATCH_MAX, WRITE_TIMEOUT_MS } from '../limits.ts';
import { checkBatch, kindOf } from '../write/batch.ts';
import { withoutCreateOnly } from '../write/create-only.ts';
import { checkUniqueKey, DESCRIBE_AGAIN, writeRecords } from '../write/write.ts';
import { runIngestJob } from './ingest-job.ts';
import { unlessRefused } from './refused.ts';
import { toCells, toCsv, tooLarge } from './upload.ts';

/** A job that could not run at least so long is not started. */
const JOB_MIN_MS = 5 * 60_000;

type Cells = ReadonlyMap<string, string>;
type Outcomes = Map<Write, Wrote>;

/**
 * Writes many records of one object as ingest jobs: all updates, or all upserts by one unique field.
 *
 * Never plain creates, which is an invariant: results come in no order and lead back only by an id or a unique key. What a
 * job would treat otherwise than REST goes through sObject Collections (`toCells`), as does what a job left untouched.
 *
 * @throws CrmSyncError where nothing was applied.
 */
export async function writeInBulk(context: Context, batch: readonly Write[], call: Call): Promise<readonly Wrote[]> {
  if (batch.length === 0) return [];
  const deadline = context.clock.now() + BULK_TIMEOUT_MS;
  const kind = kindOf(batch[0]!);
  invariant(kind !== 'create', 'plain creates do not go by jobs: nothing leads their results back');
  invariant(call.notAfter === undefined, 'what has to be written soon does not go by a job');
  checkBatch(batch, kind, BULK_WRITE_MAX);
  invariant(new Set(batch.map(({ object }) => object)).size === 1, 'a job writes one object');
  if (kind === 'upsert') await checkUniqueKey(context, batch[0]!, call);
  const info = await context.describer.object(batch[0]!.object, call);
  call.signal.throwIfAborted();

  const cells = new Map<Write, Cells>();
  for (const write of batch) {
    const row = toCells(write, kind, info);
    if (row !== null) cells.set(write, row);
  }
  const outcomes: Outcomes = new Map();
  const isTooLarge = (writes: readonly Write[]) => tooLarge(writes.map((write) => cells.get(write)!));
  for (const writes of fitting([...cells.keys()], isTooLarge)) {
    const isLate = deadline - context.clock.now() < JOB_MIN_MS;
    await keepOutcomes(outcomes, { writes, isLate, mayThrow: outcomes.size === 0 }, async () => {
      const csv = await toCsv(writes.map((write) => cells.get(write)!));
      const job = () => runIngestJob(context, { kind, writes, csv }, call, deadline);
      return (await unlessRefused(info.described.name, job)) ?? [];
    });
  }
  if (kind === 'upsert') {
    const byJob = [...cells.keys()].filter((write) => outcomes.has(write));
    const again = withoutCreateOnly(
      byJob,
      byJob.map((write) => outcomes.get(write)!),
      info,
    );
    const wrote: Outcomes = new Map();
    await writeRest(context, { writes: [...again.values()], outcomes: wrote, isFirst: false, deadline }, call);
    for (const [index, write] of again) outcomes.set(byJob[index]!, wrote.get(write)!);
  }
  const writes = batch.filter((write) => !outcomes.has(write));
  await writeRest(context, { writes, outcomes, isFirst: outcomes.size === 0, deadline }, call);
  const wrote = batch.map((write) => outcomes.get(write)!);
  if (wrote.some((outcome) => outcome.outcome === 'refused' && DESCRIBE_AGAIN.has(outcome.code))) context.describer.forget();
  return wrote;
}

interface RestOfWrites {
  readonly writes: readonly Write[];
  readonly outcomes: Outcomes;
  /** Nothing was written before. */
  readonly isFirst: boolean;
  readonly deadline: number;
}

/** Through sObject Collections, a request after the other, as long as there is time for one. */
async function writeRest(context: Context, { writes, outcomes, isFirst, deadline }: RestOfWrites, call: Call): Promise<void> {
  for (let start = 0; start < writes.length; start += WRITE_BATCH_MAX) {
    const some = writes.slice(start, start + WRITE_BATCH_MAX);
    const isLate = deadline - context.clock.now() < WRITE_TIMEOUT_MS;
    await keepOutcomes(outcomes, { writes: some, isLate, mayThrow: isFirst && start === 0 }, () => writeRecords(context, some, call));
  }
}

interface Attempt {
  readonly writes: readonly Write[];
  /** There is no time left for it. */
  readonly isLate: boolean;
  /** Nothing was written or refused before, so that no outcome is lost when it throws. */
  readonly mayThrow: boolean;
}

/** Adds what became of some writes; null is none yet. */
async function keepOutcomes(
  outcomes: Outcomes,
  { writes, isLate, mayThrow }: Attempt,
  work: () => Promise<readonly (Wrote | null)[]>,
): Promise<void> {
  const none = (cause: string) => writes.map(() => notSent('Salesforce', cause));
  const wrote = isLate
    ? none('no_time_left')
    : await work().catch((error: unknown) => {
        if (mayThrow) throw error;
        return none(error instanceof CrmSyncError ? error.code : 'aborted');
      });
  for (const [index, write] of writes.entries()) if (wrote[index]) outcomes.set(write, wrote[index]);
}
