import { type FakeHubSpot, type FakeHubSpotOptions, fakeHubSpot } from '../../../src/testing/hubspot/fake-hubspot.ts';
import { manualClock } from '../../../src/testing/manual-clock.ts';

export interface ApiAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  readonly body: any;
  readonly headers: Headers;
}

export interface ApiRequest {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Calls the API of the fake as a connected client. A path without a slash is one of objects. */
export function apiOf(crm: FakeHubSpot, version = '2026-09') {
  const call = async (path: string, { method = 'GET', body, headers = {}, signal }: ApiRequest = {}): Promise<ApiAnswer> => {
    const { accessToken } = await crm.options.auth.token({} as never);
    const response = await crm.fetch(`https://api.hubapi.com${path.startsWith('/') ? path : `/crm/objects/${version}/${path}`}`, {
      method,
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return { status: response.status, body: isJson && text !== '' ? JSON.parse(text) : text, headers: response.headers };
  };
  const post = (path: string, body: unknown) => call(path, { method: 'POST', body });
  return {
    call,
    get: (path: string) => call(path),
    post,
    patch: (path: string, body: unknown) => call(path, { method: 'PATCH', body }),
    put: (path: string, body?: unknown) => call(path, { method: 'PUT', body }),
    remove: (path: string) => call(path, { method: 'DELETE' }),
    create: (object: string, properties: Readonly<Record<string, unknown>>, associations?: unknown) =>
      post(object, { properties, ...(associations === undefined ? {} : { associations }) }),
    update: (object: string, id: string, properties: Readonly<Record<string, unknown>>) =>
      call(`${object}/${id}`, { method: 'PATCH', body: { properties } }),
    search: (object: string, body: unknown) => post(`${object}/search`, body),
    /** Ids that a search finds by these filters, in its order. */
    found: async (object: string, ...filters: unknown[]): Promise<readonly string[]> => {
      const answer = await post(`${object}/search`, { filterGroups: [{ filters }], limit: 200 });
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
      return answer.body.results.map(({ id }: { readonly id: string }) => id);
    },
  };
}

export const START = '2026-11-01T10:00:00.500Z';

/** A portal at a clock of its own, without limits, and its API. */
export function portal(options: FakeHubSpotOptions = {}, version = '2026-09') {
  const clock = manualClock(START);
  const crm = fakeHubSpot({
    clock,
    burstLimit: Number.POSITIVE_INFINITY,
    searchLimit: Number.POSITIVE_INFINITY,
    tokenSeconds: 1e9,
    ...options,
  });
  return { clock, crm, ...apiOf(crm, version) };
}

export const idsOf = (answer: ApiAnswer): readonly string[] => answer.body.results.map(({ id }: { readonly id: string }) => id);
/** `errors[].code` of a refusal. */
export const codesOf = (answer: ApiAnswer): readonly unknown[] =>
  (answer.body.errors ?? []).map(({ code }: { readonly code?: string }) => code);
