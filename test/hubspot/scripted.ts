import { hubspot } from '../../src/connectors/hubspot/index.ts';
import type { HubSpotOptions } from '../../src/connectors/hubspot/options.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Call, CompleteConnector, Page, RequestSeen } from '../../src/ports/connector.ts';
import type { Auth } from '../../src/ports/tokens.ts';

export const NOW = Date.UTC(2026, 10, 1, 12, 0, 0);

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly host: string;
  readonly headers: Headers;
  readonly text: string;
  /** The body, where it is JSON. Typed loosely, so that assertions need no casts. */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly json: any;
}
type Answerer = (request: Seen) => Response | Promise<Response>;
export type Script = readonly (Response | Answerer)[];

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json;charset=utf-8', date: new Date(NOW).toUTCString(), ...headers },
  });
export const refused = (status: number, category?: string, more: object = {}): Response =>
  json({ status: 'error', message: 'x', correlationId: '019ce0f8', ...(category === undefined ? {} : { category }), ...more }, status);
export const limited = (policyName: string, headers: Record<string, string> = {}): Response =>
  json(
    { status: 'error', message: `You have reached your ${policyName.toLowerCase()} limit.`, errorType: 'RATE_LIMIT', policyName },
    429,
    headers,
  );
export const broken = (code: string): never => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('https://host/?secret'), { code }) });
};

/** A `fetch` that gives the answers of a script, one a request, and says what it was asked. */
export function scripted(...script: Script) {
  const left = [...script];
  const seen: Seen[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const text = await request.text();
    const asked: Seen = {
      method: request.method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      host: url.host,
      headers: request.headers,
      text,
      json: text.startsWith('{') ? JSON.parse(text) : undefined,
    };
    seen.push(asked);
    const next = left.shift();
    if (next === undefined) throw new Error(`the script has no answer for ${request.method} ${url.pathname}`);
    return typeof next === 'function' ? next(asked) : next;
  };
  return { fetch, seen, left };
}

/** Stands still, except that a wait moves it. */
export function stillClock(start = NOW): Clock & { now(): number; advance(ms: number): void; readonly waits: number[] } {
  let now = start;
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    sleep: async (ms) => {
      waits.push(ms);
      now += ms;
    },
  };
}

export const fixedAuth: Auth = {
  token: async () => ({ accessToken: 'token-1', account: '62515' }),
  refresh: async () => ({ accessToken: 'token-2', account: '62515' }),
};

const WRITABLE = { modificationMetadata: { readOnlyValue: false }, calculated: false, hasUniqueValue: false };
const READ_ONLY = { ...WRITABLE, modificationMetadata: { readOnlyValue: true } };
/** One property as the properties API gives it; a type alone, or more of it. */
export const property = (name: string, more: string | object = 'string') => ({
  name,
  label: name,
  fieldType: 'text',
  options: [],
  ...WRITABLE,
  ...(typeof more === 'string' ? { type: more } : { type: 'string', ...more }),
});
export const properties = (fields: Record<string, string | object>): Response =>
  json({ results: Object.entries(fields).map(([name, more]) => property(name, more)) });

const option = (value: string) => ({ value, label: value.toLowerCase(), hidden: false });
const CONTACTS: Record<string, string | object> = {
  email: 'string',
  hs_additional_emails: { type: 'enumeration', fieldType: 'checkbox' },
  firstname: 'string',
  phone: { fieldType: 'phonenumber' },
  mobilephone: { fieldType: 'phonenumber' },
  hs_searchable_calculated_phone_number: { fieldType: 'phonenumber', calculated: true },
  hs_calculated_phone_number: { fieldType: 'phonenumber', calculated: true },
  score: 'number',
  vip: 'bool',
  hs_lead_status: { type: 'enumeration', fieldType: 'radio', options: ['NEW', 'OPEN'].map(option) },
  buyer_key: { hasUniqueValue: true },
  hs_merged_object_ids: { type: 'enumeration', fieldType: 'checkbox', ...READ_ONLY },
  lastmodifieddate: { type: 'datetime', ...READ_ONLY },
  hs_object_id: { type: 'number', ...READ_ONLY },
};
export const contacts = (): Response => properties(CONTACTS);
export const companies = (): Response => properties({ name: 'string', domain: 'string' });

/** A record as every endpoint gives it. */
export const row = (id: string, values: Record<string, string | null> = {}, stamp = NOW) => ({
  id,
  properties: { hs_object_id: id, lastmodifieddate: new Date(stamp).toISOString(), hs_merged_object_ids: null, ...values },
  createdAt: new Date(stamp).toISOString(),
  updatedAt: new Date(stamp).toISOString(),
  archived: false,
});
export const rows = (...results: object[]): Response => json({ status: 'COMPLETE', results });
/** A page of a list or a search. */
export const page = (next: string | null, ...results: object[]): Response =>
  json({ total: results.length, results, ...(next === null ? {} : { paging: { next: { after: next } } }) });
export const found = (...results: object[]): Response => page(null, ...results);

/** A connector over a script. `requests` is what it reported. */
export function connect(options: Partial<HubSpotOptions>, ...script: Script) {
  const { fetch, seen, left } = scripted(...script);
  const clock = stillClock();
  const requests: RequestSeen[] = [];
  const call: Call = { signal: new AbortController().signal, now: clock.now, onRequest: (request) => requests.push(request) };
  const connector: CompleteConnector = hubspot({ auth: fixedAuth, fetch, clock, random: () => 0, ...options });
  return { connector, seen, left, clock, requests, call };
}

export async function pagesOf(pages: AsyncIterable<Page>): Promise<Page[]> {
  const all: Page[] = [];
  for await (const each of pages) all.push(each);
  return all;
}
