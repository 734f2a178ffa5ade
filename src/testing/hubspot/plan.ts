import type { FakeRequest } from '../fake-http.ts';
import { HubSpotFailure, invalidJson } from './failure.ts';
import type { DataCall, Spoil } from './rest/call.ts';
import { type ApiPath, apiPathOf, segmentsOf } from './rest/path.ts';
import { handlerOf, operationsOf, scopesOf } from './rest/routes.ts';
import type { Answer, Plan, ServiceContext } from './service-context.ts';

/** Longer ones fail for some and not for others; 16,200 fail for all. */
const URL_MAX = 8000;

const HTML = 'text/html';

/** Understands a request, without carrying it out. */
export function planOf(context: ServiceContext, request: FakeRequest): Plan {
  const { oauth } = context;
  const open = (operation: string, run: () => Answer | Promise<Answer>, token = false): Plan => ({
    operations: [operation],
    token,
    isSearch: false,
    scopes: [],
    tellsLimits: false,
    run,
  });
  const path = request.url.pathname.replace(/\/$/, '');
  if (path === '/oauth/authorize') return open('authorize', () => oauth.authorizePage(request));
  const api = apiPathOf(path);
  if (api === null)
    return open('unknown', () => ({ status: 404, text: { contentType: HTML, body: '<html><body>Not Found</body></html>' } }));
  if (api.area !== 'oauth') return dataPlan(context, request, api);
  const [, kind, token] = api.version === 'v1' ? (/^\/(access|refresh)-tokens\/([^/]+)$/.exec(api.rest) ?? []) : [];
  if (token !== undefined && (request.method === 'GET' || (kind === 'refresh' && request.method === 'DELETE')))
    return open('introspect', () => oauth.tokenInPath(request, kind as 'access' | 'refresh', decodeURIComponent(token)));
  if (request.method !== 'POST') return open('unknown', () => refuse(405, `HTTP ${request.method} Method Not Allowed`));
  if (api.rest === '/token') return open('token', () => oauth.token(request), true);
  if (api.rest === '/token/introspect') return open('introspect', () => oauth.introspect(request), true);
  if (api.rest === '/token/revoke') return open('revoke', () => oauth.revokeToken(request), true);
  return open('unknown', () => refuse(404, 'resource not found'));
}

function dataPlan({ data, sessions, limits, scopes }: ServiceContext, request: FakeRequest, { area, version, rest }: ApiPath): Plan {
  const parsed = parseBody(request.body);
  const callWith = (spoil: Spoil | null): DataCall => {
    let left = spoil;
    return {
      service: data,
      area,
      version,
      method: request.method,
      segments: segmentsOf(rest) ?? [],
      query: request.url.searchParams,
      body: parsed.value,
      takeSpoil: () => {
        const taken = left;
        left = null;
        return taken;
      },
    };
  };
  const operations = operationsOf(callWith(null));
  const isSearch = operations.includes('search');
  return {
    operations,
    token: false,
    isSearch,
    scopes: scopesOf(callWith(null)),
    tellsLimits: true,
    run(spoil) {
      if (request.url.pathname.length + request.url.search.length > URL_MAX)
        return { status: 414, text: { contentType: HTML, body: '<html><head><title>414 Request-URI Too Large</title></head></html>' } };
      sessions.check(bearerOf(request));
      limits.take(isSearch);
      if (segmentsOf(rest) === null) refuse(404, 'resource not found');
      const call = callWith(spoil);
      const handler = handlerOf(call);
      assertScope(handler.scopes(call), scopes);
      assertJson(request, parsed.ok);
      return handler.run(call);
    },
  };
}

/** Any one of the wanted scopes is enough. Source: HubSpot developer docs, "Using object APIs". */
function assertScope(wanted: readonly string[], granted: ReadonlySet<string>): void {
  if (wanted.length === 0 || wanted.some((scope) => granted.has(scope))) return;
  throw missingScopes(wanted);
}

export function missingScopes(wanted: readonly string[]): HubSpotFailure {
  const scopes = 'https://developers.hubspot.com/scopes';
  return new HubSpotFailure(
    403,
    `This app hasn't been granted all required scopes to make this call. Read more about required scopes here: ${scopes}.`,
    {
      errors: [{ message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: wanted } }],
      links: { scopes },
      category: 'MISSING_SCOPES',
    },
  );
}

function assertJson({ method, body, headers }: FakeRequest, isJson: boolean): void {
  if (method === 'GET' || body === '') return;
  if (!/^application\/json\b/i.test(headers.get('content-type') ?? '')) refuse(415, 'Unsupported Media Type');
  if (!isJson) throw invalidJson('Unexpected character or end of input');
}

function refuse(status: number, message: string): never {
  throw new HubSpotFailure(status, message);
}

function parseBody(body: string): { readonly ok: boolean; readonly value: unknown } {
  if (body === '') return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(body) };
  } catch {
    return { ok: false, value: undefined };
  }
}

/** The access token that was sent; empty for none. */
export const bearerOf = ({ headers }: FakeRequest): string => /^Bearer\s+(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? '';
