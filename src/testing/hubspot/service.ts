import { ConnectionLost, type FakeAnswer, type FakeHandler } from '../fake-http.ts';
import { HubSpotFailure } from './failure.ts';
import { correlationIdOf } from './ids.ts';
import { planOf } from './plan.ts';
import type { Answer, Plan, ServiceContext } from './service-context.ts';
import { strike } from './strike.ts';

/** The API is at one place for every region. */
export const API_HOST = 'api.hubapi.com';
/** Where the user agrees, in the browser. */
export const APP_HOST = 'app.hubspot.com';
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The whole service: OAuth and the API. One request at a time changes the portal. */
export function createService(context: ServiceContext): FakeHandler {
  const { data, faults, log, limits, now } = context;
  let requests = 0;
  return async (request) => {
    data.portal.later.settle();
    const { hostname } = request.url;
    if (!LOOPBACK.has(hostname) && hostname !== API_HOST && hostname !== APP_HOST)
      throw new ConnectionLost(`getaddrinfo ENOTFOUND ${hostname}: fakeHubSpot is ${API_HOST}`, 'ENOTFOUND');
    requests += 1;
    const correlationId = correlationIdOf(requests);
    const plan = planOf(context, request);
    const before = limits.usage().used;
    const note = (status: number | null): void => {
      const { operations, token } = plan;
      const counted = Math.max(0, limits.usage().used - before);
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
      const { answer, broken } = await answered(() => strike(context, faults.take(plan.operations), plan, request), correlationId);
      note(answer.status);
      return finish(answer, { correlationId, date: now(), broken, headers: headersOf(context, plan, answer) });
    } catch (error) {
      note(null);
      throw error;
    }
  };
}

/** A refusal becomes an answer. */
async function answered(
  run: () => Promise<{ readonly answer: Answer; readonly broken: boolean }>,
  correlationId: string,
): Promise<{ readonly answer: Answer; readonly broken: boolean }> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof HubSpotFailure)) throw error;
    const { status, details } = error;
    return { answer: { status, body: error.toBody(correlationId), headers: details.headers ?? {} }, broken: false };
  }
}

/** Proxies and refused tokens know nothing of limits. */
const headersOf = (
  { limits }: ServiceContext,
  { tellsLimits, isSearch }: Plan,
  { status, text }: Answer,
): Readonly<Record<string, string>> => (tellsLimits && text === undefined && status !== 401 ? limits.headers(isSearch) : {});

interface Finish {
  readonly correlationId: string;
  readonly date: number;
  readonly broken: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

function finish({ status, body, headers, text }: Answer, { correlationId, date, broken, headers: limits }: Finish): FakeAnswer {
  const common = { date: new Date(date).toUTCString() };
  if (text !== undefined) return { status, headers: { ...common, 'content-type': text.contentType, ...headers }, body: text.body };
  const told = { ...common, 'x-hubspot-correlation-id': correlationId, ...limits, ...headers };
  if (body === undefined) return { status, headers: told, body: null };
  const json = JSON.stringify(body);
  return {
    status,
    headers: { ...told, 'content-type': 'application/json;charset=utf-8' },
    body: broken ? json.slice(0, Math.floor(json.length / 2)) : json,
  };
}
