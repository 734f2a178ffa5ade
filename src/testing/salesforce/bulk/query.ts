import { SalesforceFailure } from '../failure.ts';
import { bodyObject, type DataCall, type Endpoint, noContent, ok } from '../rest/call.ts';
import { takeOf } from './bulk-jobs.ts';
import { csvForm, writeCsv } from './csv.ts';
import { abortJob, assertDeletable, invalidJob, invalidState, jobInfo, type QueryJob } from './job.ts';
import { checkQuery, resultPage, scheduleQuery } from './query-job.ts';

export const createQueryJob: Endpoint = (call) => {
  const { org, bulk } = call.service;
  const asked = bodyObject(call);
  const text = (name: string, otherwise = ''): string => (typeof asked[name] === 'string' ? (asked[name] as string) : otherwise);
  const [operation, columnDelimiter, lineEnding] = [text('operation'), text('columnDelimiter', 'COMMA'), text('lineEnding', 'LF')];
  const form = csvForm(columnDelimiter, lineEnding);
  if (form === null) throw invalidJob(`InvalidJob : ${columnDelimiter} and ${lineEnding} do not separate cells and lines`);
  if (text('contentType', 'CSV') !== 'CSV') throw invalidJob(`InvalidJob : contentType ${text('contentType')} is not supported`);
  if (operation !== 'query' && operation !== 'queryAll') throw invalidJob(`InvalidJob : Unknown operation ${operation}`);
  const soql = text('query');
  const { object } = checkQuery(org, soql);
  takeOf(bulk.queryJobsToday, 1, 'query jobs');
  const job: QueryJob = {
    id: bulk.nextId(),
    object,
    operation,
    soql,
    createdAt: bulk.now(),
    form,
    columnDelimiter,
    lineEnding,
    state: 'UploadComplete',
    table: null,
  };
  bulk.query.put(job);
  scheduleQuery(org, bulk, job);
  return ok(infoOf(call, job));
};

export const listQueryJobs: Endpoint = (call) =>
  ok({ done: true, records: call.service.bulk.query.all().map((job) => infoOf(call, job)), nextRecordsUrl: null });

export const readQueryJob: Endpoint = (call) => ok(infoOf(call, jobOf(call)));

export const changeQueryJob: Endpoint = (call) => {
  const job = jobOf(call);
  const { state } = bodyObject(call);
  if (state !== 'Aborted') throw invalidJob(`InvalidJob : A query job can't be set to ${String(state)}`);
  abortJob(job);
  return ok(infoOf(call, job));
};

export const removeQueryJob: Endpoint = (call) => {
  const job = jobOf(call);
  assertDeletable(job);
  call.service.bulk.query.remove(job);
  return noContent;
};

/** A page of the result, as CSV; `Sforce-Locator` names the next one, and is the text `null` on the last. */
export const queryResults: Endpoint = (call) => {
  const { bulk } = call.service;
  const job = jobOf(call);
  if (!/text\/csv|\*\/\*/.test(call.headers.get('accept') ?? '*/*'))
    throw new SalesforceFailure('NOT_ACCEPTABLE', 'The results of a query job are text/csv', { status: 406 });
  if (job.state !== 'JobComplete' || job.table === null) throw invalidState(`A job in state ${job.state} has no results.`);
  const asked = call.query.get('maxRecords');
  if (asked !== null && !/^[1-9]\d*$/.test(asked)) throw invalidJob(`InvalidJob : maxRecords ${asked} is no number of records`);
  const size = Math.min(asked === null ? bulk.resultRowsMax : Number(asked), bulk.resultRowsMax);
  const { page, next } = resultPage(job, { locator: call.query.get('locator'), size });
  const headers = { 'content-type': 'text/csv', 'sforce-locator': next, 'sforce-numberofrecords': String(page.rows.length) };
  return { status: 200, body: writeCsv(page, job.form), headers };
};

const jobOf = ({ service, segments }: DataCall): QueryJob => service.bulk.query.get(segments[2]!);

const infoOf = ({ service: { org }, version }: DataCall, job: QueryJob): Record<string, unknown> => ({
  ...jobInfo(job, { userId: org.userId, version }),
  jobType: 'V2Query',
  ...(job.state === 'JobComplete' ? { numberRecordsProcessed: job.table?.rows.length ?? 0, retries: 0, totalProcessingTime: 0 } : {}),
});
