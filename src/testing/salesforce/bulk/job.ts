import type { Millis } from '../../../core/values/value.ts';
import { SalesforceFailure } from '../failure.ts';
import type { Field } from '../schema/field.ts';
import type { ObjectSchema } from '../schema/schema.ts';
import { datetimeText } from '../wire-value.ts';
import type { CsvForm, Table } from './csv.ts';

type JobState = 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';

/** What ingest and query jobs have in common. */
export interface Job {
  readonly id: string;
  readonly object: string;
  readonly operation: string;
  readonly createdAt: Millis;
  readonly form: CsvForm;
  /** As the caller named them. */
  readonly columnDelimiter: string;
  readonly lineEnding: string;
  state: JobState;
}

export type IngestOperation = 'insert' | 'update' | 'upsert' | 'delete';

/** What became of one row. */
export interface RowResult {
  readonly row: readonly string[];
  readonly id: string;
  readonly created: boolean;
  /** Null: it was written. */
  readonly error: string | null;
}

export interface IngestJob extends Job {
  readonly schema: ObjectSchema;
  readonly operation: IngestOperation;
  /** Of an upsert. */
  readonly key: Field | null;
  readonly assignmentRuleId: string | null;
  /** As uploaded; null before that. */
  text: string | null;
  table: Table | null;
  /** By row, in the order of the upload; undefined for one that nobody has worked on. */
  readonly results: (RowResult | undefined)[];
  errorMessage: string | null;
}

export interface QueryJob extends Job {
  readonly operation: 'query' | 'queryAll';
  readonly soql: string;
  /** The values as they were when the query ran; null before that. */
  table: Table | null;
}

const ENDED: ReadonlySet<JobState> = new Set(['JobComplete', 'Failed', 'Aborted']);
export const hasEnded = ({ state }: Job): boolean => ENDED.has(state);

export const invalidJob = (message: string): SalesforceFailure => new SalesforceFailure('INVALIDJOB', message);
export const invalidState = (message: string): SalesforceFailure => new SalesforceFailure('INVALIDJOBSTATE', message);

/** The members that both kinds of jobs show. */
export function jobInfo(job: Job, { userId, version }: { readonly userId: string; readonly version: number }): Record<string, unknown> {
  return {
    id: job.id,
    operation: job.operation,
    object: job.object,
    createdById: userId,
    createdDate: datetimeText(job.createdAt),
    systemModstamp: datetimeText(job.createdAt),
    state: job.state,
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: version,
    lineEnding: job.lineEnding,
    columnDelimiter: job.columnDelimiter,
  };
}

/** @throws SalesforceFailure for a job that is over, or still being worked on. */
export function assertDeletable(job: Job): void {
  if (!hasEnded(job) && job.state !== 'UploadComplete') throw invalidState(`A job in state ${job.state} can't be deleted.`);
}

export function abortJob(job: Job): void {
  if (hasEnded(job)) throw invalidState(`A job in state ${job.state} can't be aborted.`);
  job.state = 'Aborted';
}
