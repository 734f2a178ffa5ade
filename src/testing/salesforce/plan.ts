import type { FakeRequest } from '../fake-http.ts';
import { SalesforceFailure } from './failure.ts';
import type { Place } from './oauth.ts';
import { answered, type DataAnswer, type DataCall, ok } from './rest/call.ts';
import { segmentsOf } from './rest/composite.ts';
import { assertVersion, versions } from './rest/read.ts';
import { endpointOf, operationsOf } from './rest/routes.ts';
import type { Save } from './save.ts';
import { type Locked, type Plan, type ServiceContext, unlocked } from './service-context.ts';
import { userInfo } from './user-info.ts';

const URI_MAX = 16_384;

/** Understands a request, without carrying it out. */
export function planOf(context: ServiceContext, request: FakeRequest, place: Place): Plan {
  const { data, oauth, sessions } = context;
  const path = request.url.pathname.replace(/\/$/, '');
  const open = (operation: string, run: Plan['run'], token = false): Plan => ({
    operations: [operation],
    token,
    cost: 0,
    tellsUsage: false,
    run,
  });
  const personal = (): DataAnswer =>
    sessions.use(bearerOf(request)) && !data.org.denied.has('userinfo')
      ? ok(userInfo(data.org, place))
      : { status: 403, body: 'Bad_OAuth_Token' };

  if (path === '/services/oauth2/token') return open('token', () => oauth.token(request, place), true);
  if (path === '/services/oauth2/authorize') return open('authorize', () => oauth.authorizePage(request));
  if (path === '/services/oauth2/revoke') return open('revoke', () => oauth.revokeToken(request), true);
  if (path === '/services/oauth2/userinfo') return open('userinfo', personal);
  if (path === `/id/${data.org.id}/${data.org.userId}`) return open('identity', personal);
  if (path === '/services/data' && !place.isLoginHost) return open('versions', () => ok(versions()));
  const [, base, version, rest = ''] = /^(\/services\/data\/v(\d+\.\d))(\/.*)?$/.exec(path) ?? [];
  if (base === undefined || place.isLoginHost) return open('unknown', () => ({ status: 404 }));
  return dataPlan(context, request, { base, version: Number(version), rest });
}

function dataPlan(
  { data, sessions, usage }: ServiceContext,
  request: FakeRequest,
  { base, version, rest }: { base: string; version: number; rest: string },
): Plan {
  const parsed = parseBody(request.body);
  const callWith = (isLocked: Locked): DataCall => ({
    service: data,
    base,
    version,
    method: request.method,
    segments: segmentsIn(rest) ?? [],
    query: request.url.searchParams,
    headers: request.headers,
    body: parsed.value,
    text: request.body,
    save: saveOf(request.headers, isLocked),
  });
  const call = callWith(unlocked);
  const operations = operationsOf(call);
  const parts = (parsed.value as { readonly batchRequests?: unknown } | null | undefined)?.batchRequests;
  const cost = operations[0] === 'batch' && Array.isArray(parts) ? parts.length : 1;
  return {
    operations,
    token: false,
    cost,
    tellsUsage: true,
    run: (isLocked) =>
      answered(() => {
        assertSize(request);
        if (!sessions.use(bearerOf(request)))
          throw new SalesforceFailure('INVALID_SESSION_ID', 'Session expired or invalid', { status: 401 });
        assertVersion(version);
        if (!usage.take(cost)) throw new SalesforceFailure('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.', { status: 403 });
        if (segmentsIn(rest) === null) throw new SalesforceFailure('NOT_FOUND', 'The requested resource does not exist', { status: 404 });
        if (isUpload(request)) assertCsv(request);
        else assertJson(request, parsed.ok);
        const ready = callWith(isLocked);
        return endpointOf(ready)(ready);
      }),
  };
}

function saveOf(headers: Headers, isLocked: Locked): Save {
  return {
    actor: 'api',
    assign: (headers.get('sforce-auto-assign') ?? 'TRUE').toUpperCase() !== 'FALSE',
    allowDuplicates: /allowSave\s*=\s*true/i.test(headers.get('sforce-duplicate-rule-header') ?? ''),
    isLocked,
  };
}

function assertSize({ url, headers }: FakeRequest): void {
  const uri = url.pathname.length + url.search.length;
  if (uri > URI_MAX) throw new SalesforceFailure('URI_TOO_LONG', 'The length of the URI exceeds the 16,384 byte limit.', { status: 414 });
  const all = [...headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, uri);
  if (all > URI_MAX)
    throw new SalesforceFailure('REQUEST_HEADER_FIELDS_TOO_LARGE', 'The URI and headers exceed the 16,384 byte limit.', { status: 431 });
}

function assertJson({ method, body, headers }: FakeRequest, isJson: boolean): void {
  if (method === 'GET' || method === 'HEAD' || body === '') return;
  const type = headers.get('content-type') ?? '';
  if (!/^application\/json\b/i.test(type))
    throw new SalesforceFailure('UNSUPPORTED_MEDIA_TYPE', `Content-Type '${type}' not supported.`, { status: 415 });
  if (!isJson) throw new SalesforceFailure('JSON_PARSER_ERROR', 'Unexpected character or end of input in the body');
}

/** The rows of a bulk job: the one body that is no JSON. */
const isUpload = ({ method, url }: FakeRequest): boolean => method === 'PUT' && url.pathname.endsWith('/batches');

function assertCsv({ headers }: FakeRequest): void {
  const type = headers.get('content-type') ?? '';
  if (!/^text\/csv\b/i.test(type))
    throw new SalesforceFailure('UNSUPPORTED_MEDIA_TYPE', `Content-Type '${type}' not supported.`, { status: 415 });
}

function parseBody(body: string): { readonly ok: boolean; readonly value: unknown } {
  if (body === '') return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(body) };
  } catch {
    return { ok: false, value: undefined };
  }
}

/** Null for a path with a broken percent sign. */
function segmentsIn(path: string): readonly string[] | null {
  try {
    return segmentsOf(path);
  } catch {
    return null;
  }
}

/** The access token that was sent; jsforce calls the scheme OAuth in places. */
export const bearerOf = ({ headers }: FakeRequest): string =>
  /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? '';
