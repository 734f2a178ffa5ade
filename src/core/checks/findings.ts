import { diagnose } from './diagnose.ts';
import type { Finding } from './finding.ts';

/** One part of a check. */
export type Part = () => Promise<readonly Finding[]>;

/** Looked at, and fine. */
export const fine = (code: string, message: string, at: Finding['at'] = {}): Finding => ({
  level: 'ok',
  code,
  message,
  remedy: 'Nothing to do.',
  who: 'nobody',
  at,
});

/**
 * What one part of a check found. What it throws is a finding too, so that one problem never hides the others.
 *
 * @throws the reason of `signal` once it has aborted.
 */
export async function findingsOf(signal: AbortSignal, part: Part): Promise<readonly Finding[]> {
  signal.throwIfAborted();
  try {
    return await part();
  } catch (error) {
    signal.throwIfAborted();
    return [diagnose(error)];
  }
}

/** Runs the parts of a check one after another. @throws the reason of `signal` once it has aborted. */
export async function findingsOfAll(signal: AbortSignal, parts: readonly Part[]): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const part of parts) found.push(...(await findingsOf(signal, part)));
  return found;
}

/**
 * Each problem once: several parts run into the same one. What holds of the whole account, such as an API that is switched
 * off, is not told again for each object.
 */
export function withoutRepeats(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  const problemOf = ({ code, remedy }: Finding): string => `${code} ${remedy}`;
  const everywhere = new Set(findings.filter(({ at }) => at.object === undefined).map(problemOf));
  return findings.filter((finding) => {
    const { object, field = '' } = finding.at;
    if (object !== undefined && everywhere.has(problemOf(finding))) return false;
    const place = `${problemOf(finding)} ${object ?? ''} ${field}`;
    const isNew = !seen.has(place);
    seen.add(place);
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
  if (left >= limit * ADVICE_BELOW) return fine('api_calls_left', message);
  const remedy = 'Find out which app uses them, let syncs run less often, or buy more calls: at zero every call is refused.';
  const level = left === 0 ? 'error' : left < limit * WARNING_BELOW ? 'warning' : 'advice';
  return { level, code: 'api_calls_low', message, remedy, who: 'crm_admin', at: {} };
}

/** A mapped field of a parent record that the connected user does not see. */
export const parentNotVisible = (object: string, path: string): Finding => ({
  level: 'warning',
  code: 'field_not_visible',
  message: `The connected user does not see ${path}, or not the parent that it belongs to: the rule is left out.`,
  remedy: `Let the connected user see the parent of ${object} and its field, or take ${path} out of the mapping.`,
  who: 'crm_admin',
  at: { object, field: path },
});
