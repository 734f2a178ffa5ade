import { CrmSyncError, type ErrorPlace } from '../../errors.ts';
import { brokenAnswerFrom, jsonOf, noAnswerFrom, shownCode } from '../../http/answers.ts';
import type { Meaning } from '../../http/meaning.ts';
import { retryAfterMs } from '../../http/retry-policy.ts';
import { type Complaint, complaintOf } from './complaint.ts';
import { MEANINGS, meaningOfStatus, NOT_A_TOKEN } from './error-codes.ts';

interface Answered {
  readonly status: number;
  /** As received: JSON, HTML, plain text, cut, or nothing. */
  readonly body: string;
  readonly headers: { get(name: string): string | null };
}

/** A meaning in the words of one answer: the property and the scopes that it names are in the remedy. */
export interface Verdict extends Meaning {
  readonly field?: string;
  /** HubSpot's own code, where there is one. */
  readonly vendorCode?: string;
}

const isNeverAToken = ({ context }: Complaint): boolean => context['expire time']?.[0]?.startsWith('1970-') === true;

/** True for a 401 that a new access token may mend. */
export function isStaleToken({ status, body }: Pick<Answered, 'status' | 'body'>): boolean {
  const complaint = status === 401 ? complaintOf(jsonOf(body)) : null;
  return status === 401 && (complaint === null || !isNeverAToken(complaint));
}

/** The code that says most: of a property, of a limit, of the body. */
function codeOf(complaint: Complaint, status: number): string {
  const { category, problems, policy, message, context } = complaint;
  if (status === 429 || category === 'RATE_LIMITS') return MEANINGS.has(policy) ? policy : category;
  const known = problems.find(({ code }) => MEANINGS.has(code));
  if (known) return known.code;
  if (Object.hasOwn(context, 'INVALID_OBJECT_IDS') || message.startsWith('One or more associations are invalid'))
    return 'INVALID_OBJECT_IDS';
  if (message.includes("'Edit Associations' permission")) return 'EDIT_ASSOCIATIONS';
  return category;
}

/** What an answer or an item of a batch means. `status` counts where it says no code that we know. */
export function verdictOf(complaint: Complaint | null, status: number): Verdict {
  if (complaint === null) return meaningOfStatus(status);
  const vendorCode = codeOf(complaint, status);
  const meaning = status === 401 && isNeverAToken(complaint) ? NOT_A_TOKEN : (MEANINGS.get(vendorCode) ?? meaningOfStatus(status));
  const problem = complaint.problems.find(({ code }) => code === vendorCode) ?? complaint.problems[0];
  const field = problem?.property && /^[\w-]{1,200}$/.test(problem.property) ? problem.property : undefined;
  const scopes = complaint.scopes.filter((scope) => /^[\w.-]{1,100}$/.test(scope));
  return {
    ...meaning,
    remedy: meaning.remedy
      .replace('{field}', field === undefined ? 'the property' : `\`${field}\``)
      .replace(
        'of the scopes {scopes}',
        scopes.length === 0 ? 'of the scopes that the object needs' : `of the scopes ${scopes.join(', ')}`,
      ),
    ...(field === undefined ? {} : { field }),
    ...(vendorCode === '' ? {} : { vendorCode }),
  };
}

/** What HubSpot's support finds a request by. */
function correlationOf(headers: Answered['headers']): string {
  const id = headers.get('x-hubspot-correlation-id') ?? '';
  return /^[\w-]{1,64}$/.test(id) ? ` (correlation id ${id})` : '';
}

/**
 * Turns an answer that is no success into our error. Pure; the message holds the status, HubSpot's code and its
 * correlation id, never its text, which quotes values.
 *
 * @param operation - Method and a path without ids or values, for the message.
 */
export function hubspotError({ status, body, headers }: Answered, operation = 'a request', at: ErrorPlace = {}): CrmSyncError {
  const { code, category, retryable, waitMs, remedy, field, vendorCode } = verdictOf(complaintOf(jsonOf(body)), status);
  const asked = retryAfterMs(headers, Date.parse(headers.get('date') ?? ''));
  const answer = `HTTP ${status}${vendorCode ? ` and ${shownCode(vendorCode)}` : ''}`;
  return new CrmSyncError(`HubSpot answered ${operation} with ${answer}${correlationOf(headers)}.`, {
    code,
    category,
    retryable,
    remedy,
    retryAfterMs: asked ?? waitMs ?? null,
    at: { ...at, ...(field === undefined ? {} : { field }) },
  });
}

export const noAnswer = (operation: string, cause: string): CrmSyncError => noAnswerFrom('HubSpot', operation, cause);
export const brokenAnswer = (operation: string): CrmSyncError => brokenAnswerFrom('HubSpot', operation);
