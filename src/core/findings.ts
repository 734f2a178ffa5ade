import { diagnose } from './diagnose.ts';
import type { Finding } from './finding.ts';

/**
 * What one part of a check found. What it throws is a finding too, so that one problem never hides the others.
 *
 * @throws the reason of `signal` once it has aborted.
 */
export async function findingsOf(signal: AbortSignal, part: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  signal.throwIfAborted();
  try {
    return await part();
  } catch (error) {
    signal.throwIfAborted();
    return [diagnose(error)];
  }
}

/** Runs the parts of a check one after another. @throws the reason of `signal` once it has aborted. */
export async function findingsOfAll(
  signal: AbortSignal,
  parts: readonly (() => Promise<readonly Finding[]>)[],
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const part of parts) found.push(...(await findingsOf(signal, part)));
  return found;
}

/** Each problem once: several parts run into the same one, such as tokens that were revoked. */
export function withoutRepeats(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ code, remedy, at: { object = '', field = '' } }) => {
    const problem = [code, object, field, remedy].join(' ');
    const isNew = !seen.has(problem);
    seen.add(problem);
    return isNew;
  });
}

/** Below these shares of the day's calls somebody should know. */
const ADVICE_BELOW = 0.2;
const WARNING_BELOW = 0.05;

/**
 * How many API calls the CRM leaves.
 *
 * @param period - As a message says it: `the last 24 hours`, `the day`.
 */
export function callsLeft({ used, limit }: { readonly used: number; readonly limit: number }, period: string): Finding {
  const left = Math.max(0, limit - used);
  const message = `${left} of ${limit} API calls of ${period} are left, for all apps of the account together.`;
  if (left >= limit * ADVICE_BELOW)
    return { level: 'ok', code: 'api_calls_left', message, remedy: 'Nothing to do.', who: 'nobody', at: {} };
  const remedy = 'Find out which app uses them, let syncs run less often, or buy more calls: at zero every call is refused.';
  const level = left === 0 ? 'error' : left < limit * WARNING_BELOW ? 'warning' : 'advice';
  return { level, code: 'api_calls_low', message, remedy, who: 'crm_admin', at: {} };
}
