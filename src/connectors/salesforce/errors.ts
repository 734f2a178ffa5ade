import { CrmSyncError, type ErrorPlace } from '../../errors.ts';
import { brokenAnswerFrom, jsonOf, noAnswerFrom, shownCode } from '../../http/answers.ts';
import type { Meaning } from '../../http/meaning.ts';
import { retryAfterMs } from '../../http/retry-policy.ts';
import { AUTOMATION_LIMIT, CONCURRENT_LIMIT, MEANINGS, meaningOfStatus, NOT_FOR_API, ROW_LOCKED } from './error-codes.ts';

/** One complaint of Salesforce, whichever of its three shapes it came in. Messages stay inside this folder. */
export interface Complaint {
  /** Upper case, as documented; '' where there is none. */
  readonly code: string;
  readonly message: string;
  readonly fields: readonly string[];
}

interface Answered {
  readonly status: number;
  /** As received: JSON, HTML, cut, or nothing. */
  readonly body: string;
  readonly headers: { get(name: string): string | null };
}

/**
 * Reads what an answer complains of: `[{ message, errorCode, fields }]` of the REST API, `{ error, error_description }`
 * of the token host, `[{ statusCode, message, fields }]` of a collection's item.
 */
export function complaintsOf(json: unknown): readonly Complaint[] {
  const items = Array.isArray(json) ? json : [json];
  return items.flatMap((item): Complaint[] => {
    if (typeof item !== 'object' || item === null) return [];
    const { errorCode, statusCode, error, message, error_description, fields } = item as Record<string, unknown>;
    const code = [errorCode, statusCode, error].find((each) => typeof each === 'string');
    if (typeof code !== 'string') return [];
    const text = [message, error_description].find((each) => typeof each === 'string');
    return [
      {
        code: code.replace(/^sf:/, ''),
        message: typeof text === 'string' ? text : '',
        fields: Array.isArray(fields) ? fields.filter((field): field is string => typeof field === 'string') : [],
      },
    ];
  });
}

/** What a code means; undefined for one that we don't know. Texts count only where nothing else tells two meanings apart. */
export function meaningOfCode({ code, message }: Complaint): Meaning | undefined {
  if (code === 'REQUEST_LIMIT_EXCEEDED' && /concurrent/i.test(message)) return CONCURRENT_LIMIT;
  if (code === 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY' && message.includes('UNABLE_TO_LOCK_ROW')) return ROW_LOCKED;
  if (code === 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY' && message.includes('Too many SOQL queries')) return AUTOMATION_LIMIT;
  return MEANINGS.get(code);
}

/** A session that a new token would not mend: refreshing over it would loop forever. */
const NOT_MENDED_BY_REFRESH = /Connected app is not attached to Agent|This session is not valid for use with the REST API/;

/** True for a 401 that a new access token may mend. */
export function isStaleToken({ status, body }: Pick<Answered, 'status' | 'body'>): boolean {
  if (status !== 401 || NOT_MENDED_BY_REFRESH.test(body)) return false;
  const codes = complaintsOf(jsonOf(body)).map(({ code }) => code);
  return codes.length === 0 || codes.includes('INVALID_SESSION_ID');
}

/** The field at fault, as an error may show it; `INVALID_FIELD` and its like name it in their text alone. */
export function fieldOf({ code, message, fields }: Complaint): string | undefined {
  const named = code.startsWith('INVALID_FIELD') ? /(?:No such column '|fields?: )(\w+)/.exec(message)?.[1] : undefined;
  return [...fields, named].find((field) => field !== undefined && /^[A-Za-z][\w.]{0,254}$/.test(field));
}

/**
 * Turns an answer that is no success into our error. Pure; the message holds the status and Salesforce's code, and of what
 * failed inside Salesforce the id of the request, never its text, which quotes values.
 *
 * @param operation - Method and a path without ids or values, for the message.
 */
export function salesforceError({ status, body, headers }: Answered, operation = 'a request', at: ErrorPlace = {}): CrmSyncError {
  const complaint = complaintsOf(jsonOf(body))[0];
  const meaning =
    status === 401 && NOT_MENDED_BY_REFRESH.test(body) ? NOT_FOR_API : ((complaint && meaningOfCode(complaint)) ?? meaningOfStatus(status));
  const field = complaint && fieldOf(complaint);
  const asked = retryAfterMs(headers, Date.parse(headers.get('date') ?? ''));
  const said = complaint ? ` and ${shownCode(complaint.code)}` : '';
  const request = meaning.category === 'server' ? requestIn(headers) : '';
  return new CrmSyncError(`Salesforce answered ${operation} with HTTP ${status}${said}${request}.`, {
    ...meaning,
    retryAfterMs: asked ?? meaning.waitMs ?? null,
    at: { ...at, ...(field === undefined ? {} : { field }) },
  });
}

/** What Salesforce's support finds the request by. */
function requestIn(headers: Answered['headers']): string {
  const id = headers.get('x-request-id') ?? headers.get('x-sfdc-request-id') ?? '';
  return /^[\w-]{1,64}$/.test(id) ? ` (request ${id})` : '';
}

export const noAnswer = (operation: string, cause: string): CrmSyncError => noAnswerFrom('Salesforce', operation, cause);
export const brokenAnswer = (operation: string): CrmSyncError => brokenAnswerFrom('Salesforce', operation);
