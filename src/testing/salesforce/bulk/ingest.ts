import { SalesforceFailure } from '../failure.ts';
import { bodyObject, type DataAnswer, type DataCall, type Endpoint, noContent, ok } from '../rest/call.ts';
import { keyField } from '../rest/records.ts';
import { takeOf } from './bulk-jobs.ts';
import { csvForm, writeCsv } from './csv.ts';
import { scheduleBatches } from './ingest-job.ts';
import {
  abortJob,
  assertDeletable,
  hasEnded,
  type IngestJob,
  type IngestOperation,
  invalidJob,
  invalidState,
  jobInfo,
  type RowResult,
} from './job.ts';

const OPERATIONS: ReadonlySet<string> = new Set<IngestOperation>(['insert', 'update', 'upsert', 'delete']);
/** Salesforce takes 150 MB in base64. */
const UPLOAD_MAX = 150_000_000;
/** Since then a failed row tells the record. */
const FAILED_TELLS_ID = 53;

export const createIngest: Endpoint = (call) => {
  const { org, bulk } = call.service;
  const asked = bodyObject(call);
  const text = (name: string, otherwise = ''): string => (typeof asked[name] === 'string' ? (asked[name] as string) : otherwise);
  const [operation, columnDelimiter, lineEnding] = [text('operation'), text('columnDelimiter', 'COMMA'), text('lineEnding', 'LF')];
  const form = csvForm(columnDelimiter, lineEnding);
  if (form === null) throw invalidJob(`InvalidJob : ${columnDelimiter} and ${lineEnding} do not separate cells and lines`);
  if (text('contentType', 'CSV') !== 'CSV') throw invalidJob(`InvalidJob : contentType ${text('contentType')} is not supported`);
  if (operation === 'hardDelete')
    throw new SalesforceFailure('FEATURENOTENABLED', 'hardDelete operation requires special user profile permission');
  if (!OPERATIONS.has(operation)) throw invalidJob(`InvalidJob : Unknown operation ${operation}`);
  const schema = org.schema.object(text('object'));
  if (schema === undefined) throw invalidJob(`InvalidJob : Unknown object ${text('object')}`);
  const rule = text('assignmentRuleId');
  if (rule !== '' && !/^01Q[0-9A-Za-z]{12,15}$/.test(rule)) throw invalidJob(`InvalidJob : Invalid assignment rule ${rule}`);
  const job: IngestJob = {
    id: bulk.nextId(),
    object: schema.name,
    schema,
    operation: operation as IngestOperation,
    key: operation === 'upsert' ? keyField(schema, text('externalIdFieldName')) : null,
    assignmentRuleId: rule === '' ? null : rule,
    createdAt: bulk.now(),
    form,
    columnDelimiter,
    lineEnding,
    state: 'Open',
    text: null,
    table: null,
    results: [],
    errorMessage: null,
  };
  bulk.ingest.put(job);
  return ok(infoOf(call, job));
};

export const listIngest: Endpoint = (call) =>
  ok({ done: true, records: call.service.bulk.ingest.all().map((job) => infoOf(call, job)), nextRecordsUrl: null });

export const readIngest: Endpoint = (call) => ok(infoOf(call, jobOf(call)));

/** The rows, once; nothing is written before the job is closed. */
export const uploadRows: Endpoint = (call) => {
  const job = jobOf(call);
  if (job.state !== 'Open') throw invalidState(`A job in state ${job.state} takes no data.`);
  if (job.text !== null)
    throw new SalesforceFailure(
      'CLIENTINPUTERROR',
      `Found multiple contents for job: <${job.id}>, please 'Close' / 'Abort' / 'Delete' the current Job then create a new Job and make sure you only do 'PUT' once on a given Job.`,
    );
  if (Math.ceil(new TextEncoder().encode(call.text).length / 3) * 4 > UPLOAD_MAX)
    throw new SalesforceFailure('REQUEST_ENTITY_TOO_LARGE', 'The upload is too large', { status: 413 });
  job.text = call.text;
  return { status: 201 };
};

export const changeIngest: Endpoint = (call) => {
  const { org, bulk } = call.service;
  const job = jobOf(call);
  const { state } = bodyObject(call);
  if (state === 'Aborted') abortJob(job);
  else if (state !== 'UploadComplete') throw invalidJob(`InvalidJob : A job can't be set to ${String(state)}`);
  else {
    if (job.state !== 'Open') throw invalidState(`A job in state ${job.state} can't be closed.`);
    if (job.text === null) throw new SalesforceFailure('CLIENTINPUTERROR', 'The job has no data.');
    takeOf(bulk.batchesToday, Math.max(1, Math.ceil(job.text.split(job.form.newline).length / bulk.batchRows)), 'batches');
    job.state = 'UploadComplete';
    scheduleBatches(org, bulk, job, { ...call.save, assign: job.assignmentRuleId !== null, allowDuplicates: false });
  }
  return ok(infoOf(call, job));
};

export const removeIngest: Endpoint = (call) => {
  const job = jobOf(call);
  assertDeletable(job);
  if (!hasEnded(job)) job.state = 'Aborted'; // what was queued is not worked on
  call.service.bulk.ingest.remove(job);
  return noContent;
};

export const successfulResults: Endpoint = (call) =>
  resultsOf(call, ['sf__Id', 'sf__Created'], ({ id, created, error }) => (error === null ? [id, String(created)] : null));

export const failedResults: Endpoint = (call) => {
  const tellsId = call.version >= FAILED_TELLS_ID;
  return resultsOf(call, tellsId ? ['sf__Id', 'sf__Error'] : ['sf__Error'], ({ id, error }) =>
    error === null ? null : tellsId ? [id, error] : [error],
  );
};

export const unprocessedRecords: Endpoint = (call) => {
  const job = endedJob(call);
  const { columns, rows } = job.table ?? { columns: [], rows: [] };
  const left = rows.filter((_, index) => job.results[index] === undefined);
  return csvAnswer(writeCsv({ columns, rows: shuffled(left) }, job.form));
};

/** What was asked for of the rows that `tell` has something to say of, and the row as uploaded; not in its order. */
function resultsOf(call: DataCall, heads: readonly string[], tell: (result: RowResult) => readonly string[] | null): DataAnswer {
  const job = endedJob(call);
  const rows = job.results.flatMap((result) => {
    const told = result === undefined ? null : tell(result);
    return told === null ? [] : [[...told, ...result!.row]];
  });
  return csvAnswer(writeCsv({ columns: [...heads, ...(job.table?.columns ?? [])], rows: shuffled(rows) }, job.form));
}

const csvAnswer = (body: string): DataAnswer => ({ status: 200, body, headers: { 'content-type': 'text/csv' } });

/** Salesforce promises no order, so the fake takes another than that of the upload. */
const shuffled = <T>(rows: readonly T[]): readonly T[] =>
  rows
    .map((row, index) => ({ row, place: Math.imul(index + 1, 2_654_435_761) >>> 0 }))
    .sort((a, b) => a.place - b.place)
    .map(({ row }) => row);

const jobOf = ({ service, segments }: DataCall): IngestJob => service.bulk.ingest.get(segments[2]!);

function endedJob(call: DataCall): IngestJob {
  const job = jobOf(call);
  if (!hasEnded(job)) throw invalidState(`A job in state ${job.state} has no results.`);
  return job;
}

function infoOf({ service: { org }, base, version }: DataCall, job: IngestJob): Record<string, unknown> {
  const results = job.results.filter((result) => result !== undefined);
  return {
    ...jobInfo(job, { userId: org.userId, version }),
    jobType: 'V2Ingest',
    ...(job.key === null ? {} : { externalIdFieldName: job.key.name }),
    ...(job.assignmentRuleId === null ? {} : { assignmentRuleId: job.assignmentRuleId }),
    ...(job.state === 'Open' ? { contentUrl: `${base.slice(1)}/jobs/ingest/${job.id}/batches` } : {}),
    ...(job.errorMessage === null ? {} : { errorMessage: job.errorMessage }),
    numberRecordsProcessed: results.length,
    numberRecordsFailed: results.filter(({ error }) => error !== null).length,
    retries: 0,
    totalProcessingTime: 0,
    apiActiveProcessingTime: 0,
    apexProcessingTime: 0,
  };
}
