import { salesforce } from '../../src/connectors/salesforce/index.ts';
import type { SalesforceOptions } from '../../src/connectors/salesforce/options.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Call, CompleteConnector, Page, RequestSeen } from '../../src/ports/connector.ts';
import type { Auth } from '../../src/ports/tokens.ts';

export const INSTANCE = 'https://acme.my.salesforce.com';
export const NOW = Date.UTC(2026, 4, 1, 12, 0, 0);

interface Seen {
  readonly method: string;
  readonly path: string;
  /** The query or search, decoded. */
  readonly q: string;
  readonly host: string;
  readonly headers: Headers;
  readonly text: string;
  /** The body, where it is JSON. */
  readonly json: unknown;
}
export type Script = readonly (Response | Answerer)[];
type Answerer = (request: Seen) => Response | Promise<Response>;

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/json',
      date: new Date(NOW).toUTCString(),
      'sforce-limit-info': 'api-usage=18/15000',
      ...headers,
    },
  });
export const refused = (errorCode: string, status = 400, message = 'x'): Response => json([{ errorCode, message }], status);
export const rows = (...records: object[]): Response => json({ totalSize: records.length, done: true, records });
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
      q: url.searchParams.get('q') ?? '',
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
  token: async () => ({ accessToken: 'token-1', instanceUrl: INSTANCE, account: '00Dx0000000BV7zEAG', userId: '005x00000012Q9PAAU' }),
  refresh: async () => ({ accessToken: 'token-2', instanceUrl: INSTANCE }),
};

const open = { createable: true, updateable: true, nillable: true, filterable: true };
/** A describe answer of a few fields; `type` alone or more of what describe says. */
export const described = (name: string, fields: Record<string, string | object>): Response =>
  json({
    name,
    label: name,
    fields: Object.entries({ Id: 'id', SystemModstamp: 'datetime', IsDeleted: 'boolean', ...fields }).map(([field, more]) => ({
      name: field,
      label: field,
      ...open,
      ...(typeof more === 'string' ? { type: more } : more),
    })),
  });
const CONTACT = described('Contact', {
  MasterRecordId: 'reference',
  FirstName: 'string',
  Phone: 'phone',
  MobilePhone: 'phone',
  Email: 'email',
  Score__c: 'double',
  AccountId: { type: 'reference', relationshipName: 'Account', referenceTo: ['Account'] },
  OwnerId: { type: 'reference', relationshipName: 'Owner', referenceTo: ['Group', 'User'] },
  Key__c: { type: 'string', externalId: true, unique: true },
  Loose__c: { type: 'string', externalId: true },
});
export const contact = () => CONTACT.clone();

/** A connector over a script. `requests` is what it reported. */
export function connect(options: Partial<SalesforceOptions>, ...script: Script) {
  const { fetch, seen, left } = scripted(...script);
  const clock = stillClock();
  const requests: RequestSeen[] = [];
  const call: Call = { signal: new AbortController().signal, now: clock.now, onRequest: (request) => requests.push(request) };
  const connector: CompleteConnector = salesforce({ auth: fixedAuth, fetch, clock, random: () => 0.5, ...options });
  return { connector, seen, left, clock, requests, call };
}

export async function pagesOf(pages: AsyncIterable<Page>): Promise<Page[]> {
  const all: Page[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

/** The nth record id of an object's key prefix, in the order of ids. */
export const ID = {
  contact: ['003000000000001AAA', '003000000000002AAA', '003000000000003AAA'],
  account: '001000000000001AAA',
} as const;
