import { ConnectionLost, type FakeAnswer, type FakeHandler, type FakeRequest } from '../fake-http.ts';
import { planOf } from './plan.ts';
import type { DataAnswer } from './rest/call.ts';
import type { HtmlAnswer, ServiceContext } from './service-context.ts';
import { strike } from './strike.ts';
import type { Usage } from './usage.ts';

const LOGIN_HOSTS = new Set(['login.salesforce.com', 'test.salesforce.com']);
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
const HTML = 'text/html;charset=utf-8';

/** The whole service: login hosts, OAuth, the data API. One request at a time changes the org, and each as a whole. */
export function createService(context: ServiceContext): FakeHandler {
  const { later, faults, log, now, usage } = context;
  let requests = 0;
  return async (request) => {
    later.settle();
    const { hostname, host } = request.url;
    const loopback = LOOPBACK.has(hostname);
    const isLoginHost = LOGIN_HOSTS.has(hostname);
    if (!loopback && !isLoginHost && host !== new URL(context.instanceUrl).host)
      throw new ConnectionLost(`getaddrinfo ENOTFOUND ${hostname}: fakeSalesforce is ${context.instanceUrl}`, 'ENOTFOUND');

    requests += 1;
    const id = requests.toString(16).padStart(32, '0');
    const plan = planOf(context, request, {
      isLoginHost,
      instanceUrl: loopback ? request.url.origin : context.instanceUrl,
      loginUrl: loopback ? request.url.origin : 'https://login.salesforce.com',
    });
    const before = usage.used();
    const note = (status: number | null): void => {
      const { operations, token } = plan;
      const counted = Math.max(0, usage.used() - before);
      log.add({
        method: request.method,
        path: request.url.pathname,
        operation: operations[0] ?? 'unknown',
        operations,
        status,
        token,
        counted,
      });
    };
    try {
      const { answer, broken } = await strike(context, faults.take(plan.operations), plan, request);
      note(answer.status);
      return finish(answer, { id, request, date: now(), broken, usage: plan.tellsUsage ? usage : null });
    } catch (error) {
      note(null);
      throw error;
    }
  };
}

interface Finish {
  readonly id: string;
  readonly request: FakeRequest;
  readonly date: number;
  readonly broken: boolean;
  readonly usage: Usage | null;
}

function finish(answer: DataAnswer | HtmlAnswer, { id, request, date, broken, usage }: Finish): FakeAnswer {
  const common = {
    date: new Date(date).toUTCString(),
    'x-sfdc-request-id': id,
    'x-request-id': id,
    'cache-control': 'no-cache,must-revalidate,max-age=0,no-store,private',
  };
  if ('html' in answer) return { status: answer.status, headers: { ...common, 'content-type': HTML }, body: answer.html };
  const { status, body, headers = {} } = answer;
  if (body === undefined) return { status, headers: { ...common, ...headers }, body: null };
  const plain = typeof body === 'string';
  const text = plain ? body : JSON.stringify(body);
  return {
    status,
    headers: {
      ...common,
      'content-type': plain ? HTML : 'application/json;charset=UTF-8',
      ...(usage === null ? {} : { 'sforce-limit-info': `api-usage=${usage.used()}/${usage.limit}` }),
      ...headers,
    },
    body: request.method === 'HEAD' ? null : broken ? text.slice(0, Math.floor(text.length / 2)) : text,
  };
}
