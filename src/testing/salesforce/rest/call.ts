import type { BulkJobs } from '../bulk/bulk-jobs.ts';
import type { Cursors } from '../cursors.ts';
import { SalesforceFailure } from '../failure.ts';
import type { Org } from '../org.ts';
import type { Save } from '../save.ts';

/** A request to the data API behind `/services/data/vXX.X`, by itself or as part of a composite one. */
export interface DataCall {
  readonly service: DataService;
  /** `/services/data/v66.0` */
  readonly base: string;
  readonly version: number;
  readonly method: string;
  /** The path after the version, decoded. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** Parsed JSON; undefined for none. */
  readonly body: unknown;
  /** The body as received. */
  readonly text: string;
  readonly save: Save;
}

export interface DataAnswer {
  readonly status: number;
  /** JSON, or a text of the type that the headers say; undefined for an answer without a body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the endpoints share. */
export interface DataService {
  readonly org: Org;
  readonly cursors: Cursors;
  readonly bulk: BulkJobs;
  readonly indexDelayMs: number;
  /** Requests of the last 24 hours, and how many the org may make. */
  readonly usage: () => { readonly used: number; readonly limit: number };
  /** Runs one part of a composite request. */
  readonly dispatch: (call: DataCall) => DataAnswer;
  /** What a request is for, without running it. */
  readonly operationsOf: (call: DataCall) => readonly string[];
  /** When the metadata last changed. */
  readonly describedAt: () => number;
}

export type Endpoint = (call: DataCall) => DataAnswer;

export const ok = (body: unknown, headers: Readonly<Record<string, string>> = {}): DataAnswer => ({ status: 200, body, headers });
export const noContent: DataAnswer = { status: 204 };

/** The body as an object. @throws SalesforceFailure JSON_PARSER_ERROR. */
export function bodyObject({ body }: DataCall): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new SalesforceFailure('JSON_PARSER_ERROR', 'The HTTP entity body is required, but this request has no entity body.');
  return body as Record<string, unknown>;
}

/** A list of the body. @throws SalesforceFailure JSON_PARSER_ERROR. */
export function bodyList(body: Readonly<Record<string, unknown>>, name: string): readonly unknown[] {
  const list = body[name];
  if (!Array.isArray(list))
    throw new SalesforceFailure('JSON_PARSER_ERROR', `Cannot deserialize instance of list from the value of '${name}'`);
  return list;
}

/** 304 where the caller has the present state already. */
export function unlessModified({ headers }: DataCall, at: number, answer: DataAnswer): DataAnswer {
  const since = headers.get('if-modified-since');
  const unchanged = since !== null && Math.floor(at / 1000) * 1000 <= Date.parse(since);
  return unchanged ? { status: 304, headers: answer.headers ?? {} } : answer;
}

export const failureAnswer = (failure: SalesforceFailure): DataAnswer => ({ status: failure.status, body: [failure.toBody()] });

/** Runs an endpoint; a refusal becomes the answer. */
export function answered(run: () => DataAnswer): DataAnswer {
  try {
    return run();
  } catch (error) {
    if (error instanceof SalesforceFailure) return failureAnswer(error);
    throw error;
  }
}

/** Runs work that applies as a whole or not at all. */
export function transaction<T>({ database }: Org, work: () => T): T {
  const savepoint = database.savepoint();
  try {
    const result = work();
    savepoint.release();
    return result;
  } catch (error) {
    savepoint.rollback();
    throw error;
  }
}
