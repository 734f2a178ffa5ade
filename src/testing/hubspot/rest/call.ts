import { HubSpotFailure, invalidJson, missingFields } from '../failure.ts';
import type { Portal } from '../portal.ts';
import { apiSave, type Save } from '../save.ts';
import type { Segments } from '../segments.ts';
import type { Area } from './path.ts';

/** What the endpoints share. */
export interface DataService {
  readonly portal: Portal;
  readonly segments: Segments;
  readonly pageSizeMax: number;
  /** Calls of the day, for the account's usage; null where the account is not a private app's. */
  readonly usage: () => { readonly used: number; readonly limit: number; readonly resetsAt: number } | null;
}

/** What a fault does to the first input of a batch: it is refused, or it is passed over without a word. */
export type Spoil = 'partial' | 'omitted';

/** A request to the API, with its path taken apart. */
export interface DataCall {
  readonly service: DataService;
  readonly area: Area;
  /** `2026-09`, `2026-03`, or `v3` and `v4` of the numbered paths. */
  readonly version: string;
  readonly method: string;
  /** The path after area and version, decoded. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined for none. */
  readonly body: unknown;
  /** The spoilt input, once. */
  readonly takeSpoil: () => Spoil | null;
}

export interface DataAnswer {
  readonly status: number;
  /** JSON; undefined for an answer without a body. */
  readonly body?: unknown;
}

export type Endpoint = (call: DataCall) => DataAnswer;
export type Json = Readonly<Record<string, unknown>>;

export const ok = (body: unknown): DataAnswer => ({ status: 200, body });
export const created = (body: unknown): DataAnswer => ({ status: 201, body });
export const noContent: DataAnswer = { status: 204 };

/** Rules that hold from 2026-09 on: they are mandatory on this path and on no earlier one. */
export const isEnforced = ({ version }: DataCall): boolean => version === '2026-09';

export const saveOf = (call: DataCall): Save => apiSave(isEnforced(call));

/** @throws HubSpotFailure 400. */
export function bodyObject({ body }: DataCall): Json {
  if (body === undefined) throw new HubSpotFailure(400, 'Invalid input JSON: the request has no body');
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalidJson('Cannot deserialize value of this type: expected an object');
  return body as Json;
}

/** A member that may be missing, as text. @throws HubSpotFailure 400 for an object or a list. */
export const bodyTextOr = <T>(body: Json, name: string, otherwise: T): string | T =>
  body[name] === undefined || body[name] === null ? otherwise : bodyText(body, name);

/** A list of the body. @throws HubSpotFailure 400. */
export function bodyList(body: Json, name: string): readonly Json[] {
  const list = body[name];
  if (list === undefined || list === null) throw missingFields(name);
  if (!Array.isArray(list) || list.some((one) => typeof one !== 'object' || one === null || Array.isArray(one)))
    throw invalidJson(`Cannot deserialize value of type \`java.util.ArrayList\` (through reference chain: ${name})`);
  return list as readonly Json[];
}

/** A text of the body. @throws HubSpotFailure 400. */
export function bodyText(body: Json, name: string): string {
  const value = body[name];
  if (value === undefined || value === null) throw missingFields(name);
  if (typeof value !== 'string' && typeof value !== 'number')
    throw invalidJson(`Cannot deserialize value of type \`java.lang.String\` (through reference chain: ${name})`);
  return String(value);
}

/** A comma list of the query; the parameter may come several times. */
export const queryList = ({ query }: DataCall, name: string): readonly string[] =>
  query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');

export function queryFlag({ query }: DataCall, name: string): boolean {
  const value = query.get(name);
  if (value === null || value === 'false') return false;
  if (value === 'true') return true;
  throw new HubSpotFailure(400, `${name} must be true or false`, { category: 'VALIDATION_ERROR' });
}

/** @throws HubSpotFailure 400 outside 1 to `most`. */
export function queryLimit({ query }: DataCall, usual: number, most: number): number {
  const limit = Number(query.get('limit') ?? usual);
  if (!Number.isInteger(limit) || limit < 1 || limit > most)
    throw new HubSpotFailure(400, `limit must be between 1 and ${most}`, { category: 'VALIDATION_ERROR' });
  return limit;
}

const API = 'https://api.hubapi.com';

/** `paging`, absent on the last page. */
export function pagingTo({ query }: DataCall, path: string, after: string | null): { readonly paging?: unknown } {
  if (after === null) return {};
  const next = new URLSearchParams(query);
  next.set('after', after);
  return { paging: { next: { after, link: `${API}${path}?${next.toString()}` } } };
}
