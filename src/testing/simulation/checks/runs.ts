import { isCrmSyncError } from '../../../errors.ts';
import { TYPED } from '../people.ts';
import type { Broken, Seen } from './seen.ts';

/** Runs count what happened, end as they say, and nothing that people typed is in one, in an event or in an error (P10). */
export function runs({ runs, there: { events, failures, shape } }: Seen): readonly Broken[] {
  const broken: Broken[] = [];
  for (const { id, flow, status, counts, parts } of runs) {
    const about = [id];
    const { processed, ...kinds } = counts;
    const sum = Object.values(kinds).reduce((total, times) => total + times, 0);
    if (sum !== processed) broken.push({ promise: 'P12', message: `${flow} ${id} processed ${processed} and counts ${sum}`, about });
    const inParts = Object.values(parts).reduce((total, part) => total + part.processed, 0);
    if (flow === 'sync' && inParts !== processed)
      broken.push({ promise: 'P12', message: `${flow} ${id} processed ${processed}, its parts ${inParts}`, about });
    // Of two runs at once whose leases count for nothing, nobody closes the earlier one where its process dies.
    if (status === 'running' && !shape.withoutLeases) broken.push({ promise: 'P12', message: `${flow} ${id} never ended`, about });
  }
  const told = [...runs, ...events].map((each) => JSON.stringify(each));
  for (const text of told) {
    const [found] = TYPED.exec(text) ?? [];
    if (found !== undefined) broken.push({ promise: 'P10', message: `${found} stands in ${text.slice(0, 300)}`, about: [found] });
  }
  for (const { flow, error } of failures) {
    if (!isCrmSyncError(error)) broken.push({ promise: 'P7', message: `${flow} failed with ${stackOf(error)}`, about: [flow] });
    else if (!error.retryable && !EXPECTED.has(error.code))
      broken.push({ promise: 'P7', message: `${flow} failed for good with ${error.code}: ${error.message}`, about: [flow] });
    const [found] = TYPED.exec(`${String(error)} ${JSON.stringify(error)}`) ?? [];
    if (found !== undefined) broken.push({ promise: 'P10', message: `${found} stands in an error of ${flow}`, about: [found, flow] });
  }
  return broken;
}

/** Answers to an edit by hand that can not be done, and to a session that ends twice within one call. */
const EXPECTED: ReadonlySet<string> = new Set(['match_key_taken', 'contact_not_found', 'session_expired']);

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? String(error)) : String(error));
