import type { Millis } from '../../../core/values/value.ts';
import { SalesforceFailure } from '../failure.ts';
import type { Org } from '../org.ts';
import { transaction } from '../rest/call.ts';
import type { Save } from '../save.ts';
import type { BulkJobs } from './bulk-jobs.ts';
import { readCsv, type Table } from './csv.ts';
import { hasEnded, type IngestJob } from './job.ts';
import { saveRow } from './save-row.ts';

const FIELD_CHARACTERS_MAX = 32_000;
const RECORD_CHARACTERS_MAX = 400_000;
const COLUMNS_MAX = 5_000;

/** Takes the upload of a job that was closed: its batches are written one after the other, as the clock comes to them. */
export function scheduleBatches(org: Org, bulk: BulkJobs, job: IngestJob, save: Save): void {
  const start = bulk.now();
  const table = readCsv(job.text ?? '', job.form);
  const complaint = table === null ? 'CSV can not be read' : complaintOf(job, table);
  if (table === null || complaint !== null) {
    job.table = table;
    bulk.later.at(start + bulk.jobMs, () => fail(job, `InvalidBatch : ${complaint}`));
    return;
  }
  job.table = table;
  const batches = Math.max(1, Math.ceil(table.rows.length / bulk.batchRows));
  bulk.later.at(start + bulk.jobMs / (2 * batches), () => {
    if (job.state === 'UploadComplete') job.state = 'InProgress';
  });
  for (let batch = 1; batch <= batches; batch += 1) {
    const due: Millis = start + (bulk.jobMs * batch) / batches;
    bulk.later.at(due, () => {
      if (hasEnded(job)) return;
      writeBatch(org, job, save, { from: (batch - 1) * bulk.batchRows, to: batch * bulk.batchRows });
      if (batch === batches) job.state = 'JobComplete';
    });
  }
}

function fail(job: IngestJob, message: string): void {
  if (hasEnded(job)) return;
  job.state = 'Failed';
  job.errorMessage = message;
}

/** Why none of the rows can be worked on. */
function complaintOf({ schema, operation, key }: IngestJob, { columns, rows }: Table): string | null {
  const unknown = columns.find((name) => schema.field(name) === undefined);
  if (unknown !== undefined) return `Field name not found : ${unknown}`;
  if (columns.length > COLUMNS_MAX) return `Too many fields: ${columns.length}`;
  const needed = operation === 'upsert' ? key!.name : operation === 'insert' ? null : 'Id';
  if (needed !== null && !columns.some((name) => name.toLowerCase() === needed.toLowerCase())) return `Field name not found : ${needed}`;
  if (rows.some((row) => row.some((cell) => cell.length > FIELD_CHARACTERS_MAX))) return 'Field value exceeds the maximum length';
  if (rows.some((row) => row.reduce((sum, cell) => sum + cell.length, 0) > RECORD_CHARACTERS_MAX))
    return 'Record exceeds the maximum length';
  return null;
}

function writeBatch(org: Org, job: IngestJob, save: Save, { from, to }: { readonly from: number; readonly to: number }): void {
  const { columns, rows } = job.table!;
  for (let index = from; index < Math.min(to, rows.length); index += 1) {
    const row = rows[index]!;
    try {
      const { id, created } = transaction(org, () => saveRow(org, job, columns, row, save));
      job.results[index] = { row, id, created, error: null };
    } catch (error) {
      if (!(error instanceof SalesforceFailure)) throw error;
      const fields = (error.fields ?? []).join(' ');
      job.results[index] = { row, id: idIn(columns, row), created: false, error: `${error.code}:${error.message}:${fields} --` };
    }
  }
}

const idIn = (columns: readonly string[], row: readonly string[]): string =>
  row[columns.findIndex((name) => name.toLowerCase() === 'id')] ?? '';
