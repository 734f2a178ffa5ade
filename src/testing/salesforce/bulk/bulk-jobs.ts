import type { Millis } from '../../../core/values/value.ts';
import { notFound, SalesforceFailure } from '../failure.ts';
import { idOf } from '../ids.ts';
import type { Later } from '../later.ts';
import { createUsage, type Usage } from '../usage.ts';
import type { IngestJob, QueryJob } from './job.ts';

/** How the Bulk API of the fake behaves. */
export interface BulkOptions {
  /** How long a job takes from its close (a query: from its creation) to its end. Default 4,000. */
  readonly jobMs?: number;
  /** Rows that are written together. Default 10,000. */
  readonly batchRows?: number;
  /** Query jobs in 24 hours. Default 10,000. */
  readonly queryJobsPerDay?: number;
  /** Batches of ingest jobs in 24 hours. Default 15,000. */
  readonly batchesPerDay?: number;
  /** Most rows of a page of query results, whatever the caller asks for. Default 100,000. */
  readonly resultRowsMax?: number;
}

/** The jobs of an org. One that is seven days old is gone. */
export interface BulkJobs {
  readonly ingest: JobShelf<IngestJob>;
  readonly query: JobShelf<QueryJob>;
  readonly jobMs: number;
  readonly batchRows: number;
  readonly resultRowsMax: number;
  readonly queryJobsToday: Usage;
  readonly batchesToday: Usage;
  readonly later: Later;
  now(): Millis;
  /** An id that no job has had. */
  nextId(): string;
}

const KEPT_MS = 7 * 86_400_000;
const JOB_PREFIX = '750';

export function createBulkJobs(options: BulkOptions, later: Later, now: () => Millis): BulkJobs {
  let jobs = 0;
  return {
    ingest: createShelf(now),
    query: createShelf(now),
    jobMs: options.jobMs ?? 4_000,
    batchRows: options.batchRows ?? 10_000,
    resultRowsMax: options.resultRowsMax ?? 100_000,
    queryJobsToday: createUsage(now, options.queryJobsPerDay ?? 10_000),
    batchesToday: createUsage(now, options.batchesPerDay ?? 15_000),
    later,
    now,
    nextId() {
      jobs += 1;
      return idOf(JOB_PREFIX, jobs);
    },
  };
}

interface JobShelf<J> {
  put(job: J): void;
  /** @throws SalesforceFailure NOT_FOUND. */
  get(id: string): J;
  remove(job: J): void;
  all(): readonly J[];
}

function createShelf<J extends { readonly id: string; readonly createdAt: Millis }>(now: () => Millis): JobShelf<J> {
  const jobs = new Map<string, J>();
  const isKept = (job: J): boolean => now() - job.createdAt <= KEPT_MS;
  return {
    put: (job) => void jobs.set(job.id, job),
    get(id) {
      const job = jobs.get(id);
      if (job === undefined || !isKept(job)) throw notFound();
      return job;
    },
    remove: (job) => void jobs.delete(job.id),
    all: () => [...jobs.values()].filter(isKept),
  };
}

/** @throws SalesforceFailure LIMIT_EXCEEDED. */
export function takeOf(usage: Usage, count: number, what: string): void {
  if (!usage.take(count)) throw new SalesforceFailure('LIMIT_EXCEEDED', `Max bulk v2 ${what} (${usage.limit}) per 24 hrs has been reached`);
}
