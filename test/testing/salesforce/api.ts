import type { FakeSalesforce } from '../../../src/testing/salesforce/fake-salesforce.ts';

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

/** Calls the data API of the fake as a connected client. Paths are relative to the version, or start with a slash. */
export function apiOf(crm: FakeSalesforce, version = '66.0') {
  const call = async (path: string, { method = 'GET', body, headers = {}, signal }: ApiRequest = {}): Promise<ApiAnswer> => {
    const { accessToken } = await crm.options.auth.token({} as never);
    const url = path.startsWith('/') ? `${crm.instanceUrl}${path}` : `${crm.instanceUrl}/services/data/v${version}/${path}`;
    const response = await crm.fetch(url, {
      method,
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return { status: response.status, body: isJson && text !== '' ? JSON.parse(text) : text, headers: response.headers };
  };
  return {
    call,
    query: (soql: string, headers: Readonly<Record<string, string>> = {}) => call(`query?q=${encodeURIComponent(soql)}`, { headers }),
    queryAll: (soql: string) => call(`queryAll?q=${encodeURIComponent(soql)}`),
    search: (sosl: string) => call(`search?q=${encodeURIComponent(sosl)}`),
    /** One value of each row. */
    column: async (soql: string, name = 'LastName'): Promise<readonly unknown[]> => {
      const { body } = await call(`query?q=${encodeURIComponent(soql)}`);
      return Array.isArray(body) ? body.map(({ errorCode }) => errorCode) : body.records.map((row: Record<string, unknown>) => row[name]);
    },
  };
}
