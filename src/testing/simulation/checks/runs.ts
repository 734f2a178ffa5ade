import type { Run } from '../../../core/runs/run.ts';
import { isCrmSyncError } from '../../../errors.ts';
import type { Broken } from '../broken.ts';
import type { Failure } from '../deployment.ts';
import { TYPED } from '../people.ts';
import type { Seen } from './seen.ts';

/** Runs count what happened, end as they say, and nothing that people typed is in one, in an event or in an error (P10). */
export function runs({ accounts, there }: Seen): readonly Broken[] {
  const { events, failures } = there;
  const broken = accounts.flatMap(({ runs }) => ofOneAccount(runs, there));
  const told = [...accounts.flatMap(({ runs }) => runs), ...events].map((each) => JSON.stringify(each));
  for (const text of told) {
    const [found] = TYPED.exec(text) ?? [];
    if (found !== undefined) broken.push({ promise: 'P10', message: `${found} stands in ${text.slice(0, 300)}`, about: [found] });
  }
  for (const { flow, error, ...more } of failures) {
    if (!isCrmSyncError(error)) broken.push({ promise: 'P7', message: `${flow} failed with ${stackOf(error)}`, about: [flow] });
    else if (!error.retryable && !isExpected(error.code, { flow, ...more }, there))
      broken.push({ promise: 'P7', message: `${flow} failed for good with ${error.code}: ${error.message}`, about: [flow] });
    const [found] = TYPED.exec(`${String(error)} ${JSON.stringify(error)}`) ?? [];
    if (found !== undefined) broken.push({ promise: 'P10', message: `${found} stands in an error of ${flow}`, about: [found, flow] });
  }
  return broken;
}

function ofOneAccount(runs: readonly Run[], there: Seen['there']): Broken[] {
  const broken: Broken[] = [];
  for (const run of runs) {
    const { id, flow, status, counts, parts } = run;
    const about = [id];
    const { processed, ...kinds } = counts;
    const sum = Object.values(kinds).reduce((total, times) => total + times, 0);
    if (sum !== processed) broken.push({ promise: 'P12', message: `${flow} ${id} processed ${processed} and counts ${sum}`, about });
    const inParts = Object.values(parts).reduce((total, part) => total + part.processed, 0);
    if (flow === 'sync' && inParts !== processed)
      broken.push({ promise: 'P12', message: `${flow} ${id} processed ${processed}, its parts ${inParts}`, about });
    if (status === 'running' && !wasOvertaken(run, runs, there))
      broken.push({ promise: 'P12', message: `${flow} ${id} never ended`, about });
  }
  return broken;
}

/**
 * Where leases count for nothing, another run of the flow may be at work at the same time, and take its place as the newest:
 * nobody looks at this one again once its process has died.
 */
function wasOvertaken({ id, flow, startedAt }: Run, runs: readonly Run[], { shape, processOf, diedAt }: Seen['there']): boolean {
  const died = diedAt.get(processOf.get(id) ?? '');
  if (!shape.withoutLeases || died === undefined) return false;
  return runs.some((other) => {
    const isFromBefore = other.finishedAt !== null && other.finishedAt < startedAt;
    return other.id !== id && other.flow === flow && !isFromBefore && Date.parse(other.startedAt) <= died;
  });
}

/** Fewer losses never stop a run, unless the settings say so. */
const LOSSES_MIN = 20;

/** What somebody who sorts out records may be told: others do so too, and records and people go. */
const REFUSED_BY_HAND: ReadonlySet<string> = new Set([
  'contact_not_found',
  'company_not_found',
  'record_not_found',
  'record_taken',
  'contact_has_record',
  'erased',
]);

/** What somebody who edits may be told: a key is another's by then, a person or a company is gone. */
const EDIT_REFUSED: ReadonlySet<string> = new Set(['match_key_taken', 'contact_not_found', 'company_not_found']);

/** No session of the two CRMs ends sooner by its age. */
const SESSION_MS = 30 * 60_000;

/**
 * Answers to an edit by hand that can not be done, and to a session that ends twice within one call: it may have been dead
 * before, by what another process went through, and end again as soon as it is renewed, by a fault or while its process is held up.
 */
function isExpected(code: string, { flow, faults, losses, tookMs }: Omit<Failure, 'error'>, { shape }: Seen['there']): boolean {
  // One that two runs meet at once counts twice, until one of them has to look again.
  if (code === 'mass_deletion') return losses * 2 >= (shape.deletionBrake?.minimum ?? LOSSES_MIN);
  if (code === 'session_expired') return tookMs >= SESSION_MS || faults.some((what) => what.startsWith('expired_'));
  // Somebody else was faster, or both sides have come to agree.
  if (flow.startsWith('decision ')) return code === 'conflict_closed' || code === 'conflict_not_found';
  if (flow.startsWith('assignment ') || flow.startsWith('separation ')) return REFUSED_BY_HAND.has(code);
  if (flow.startsWith('removal ')) return code === 'contact_not_found' || code === 'company_not_found';
  return flow.startsWith('edit ') && EDIT_REFUSED.has(code);
}

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? String(error)) : String(error));
