import { CrmSyncError } from '../errors.ts';
import type { HttpAnswer, HttpResult, Retries } from './send.ts';

/** A body as JSON; undefined where it is none, such as an edge's HTML page or an answer that was cut. */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A success that can't be read, such as one that was cut on the way, is asked for once more where a retry is left for it. */
export async function againIfCut(result: HttpResult, retries: Retries, again: () => Promise<HttpResult>): Promise<HttpResult> {
  const isCut = result.kind === 'answer' && result.status >= 200 && result.status < 300 && jsonOf(result.text) === undefined;
  if (!isCut || retries.left <= 0) return result;
  retries.left -= 1;
  return again();
}

/** A code of the other side as an error may show it. */
export const shownCode = (code: string): string => (/^[A-Za-z][\w.:-]{0,79}$/.test(code) ? code : 'an unknown code');

/** The other side's clock when it answered, in ms, and how long the answer took. */
export function timesOf({ headers, sentAt, answeredAt }: HttpAnswer): { readonly crmTime: number | null; readonly tookMs: number } {
  const date = Date.parse(headers.get('date') ?? '');
  return { crmTime: Number.isNaN(date) ? null : date, tookMs: Math.max(0, answeredAt - sentAt) };
}

/** The other side's clock when a request started: everything it had accepted before that is in the answer. */
export const startOf = ({ crmTime, tookMs }: { readonly crmTime: number | null; readonly tookMs: number }): number | null =>
  crmTime === null ? null : crmTime - tookMs;

/** No answer to a read, or to a request for a token; code `answer_too_large` where asking for less may help. */
export const noAnswerFrom = (vendor: string, operation: string, cause: string): CrmSyncError =>
  cause === 'answer_too_large' ? answerTooLarge(vendor, operation) : unanswered(vendor, operation, cause);

const answerTooLarge = (vendor: string, operation: string): CrmSyncError =>
  new CrmSyncError(`${vendor} answered ${operation} with more than one answer may hold.`, {
    code: 'answer_too_large',
    category: 'server',
    remedy: 'Map fewer long texts of this object.',
  });

const unanswered = (vendor: string, operation: string, cause: string): CrmSyncError =>
  new CrmSyncError(`${vendor} gave no answer to ${operation} (${shownCode(cause)}).`, {
    code: 'no_answer',
    category: 'network',
    retryable: true,
    remedy: `Check that this machine reaches ${vendor} over the network; the same call may work later.`,
  });

/** A success that can't be read: cut on the way, or of another shape than documented. */
export const brokenAnswerFrom = (vendor: string, operation: string): CrmSyncError =>
  new CrmSyncError(`${vendor} answered ${operation} with a body that can't be read.`, {
    code: 'broken_answer',
    category: 'server',
    retryable: true,
    remedy: `Try again; if it lasts, check proxies between this machine and ${vendor}.`,
  });

/** @throws CrmSyncError code `bad_access_token`: characters that would end the header, or no token at all. */
export function bearer(accessToken: string): string {
  if (/^[\x21-\x7e]+$/.test(accessToken)) return `Bearer ${accessToken}`;
  throw new CrmSyncError('The access token is empty or holds characters that no token has.', {
    code: 'bad_access_token',
    category: 'configuration',
    remedy: 'The access token is malformed: check what the token store returns.',
  });
}
