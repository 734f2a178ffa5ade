import { CrmSyncError } from '../../../errors.ts';
import type { Capabilities } from '../../../ports/connector.ts';
import { BULK_TIMEOUT_MS, BULK_WRITE_MAX } from '../limits.ts';

/** From how many records on a job of the Bulk API is worth its while. */
export interface BulkOptions {
  /** Records of a first read, counted by one more request. Default 100,000, which is fifty pages of the REST API. */
  readonly readFrom?: number;
  /** Updates, or upserts by a unique key, of one object; 10,000 at most. Default 2,000, as Salesforce advises. */
  readonly writeFrom?: number;
}

/** @throws CrmSyncError of category `configuration`. */
export function bulkPlan({ readFrom = 100_000, writeFrom = 2_000 }: BulkOptions): {
  readonly readFrom: number;
  readonly capability: NonNullable<Capabilities['bulk']>;
} {
  if (!isCount(readFrom)) throw refused('bulk.readFrom', 'Give a whole number of records, 1 or more.');
  if (!isCount(writeFrom) || writeFrom > BULK_WRITE_MAX)
    throw refused('bulk.writeFrom', `Give a whole number of writes from 1 to ${BULK_WRITE_MAX}.`);
  return { readFrom, capability: { min: writeFrom, max: BULK_WRITE_MAX, timeoutMs: BULK_TIMEOUT_MS } };
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1;

const refused = (option: string, remedy: string): CrmSyncError =>
  new CrmSyncError(`\`${option}\` can't be used.`, { code: 'invalid_option', category: 'configuration', remedy });
