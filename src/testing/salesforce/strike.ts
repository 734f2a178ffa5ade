import type { Fault } from '../fake-faults.ts';
import { ConnectionLost, type FakeRequest } from '../fake-http.ts';
import { SalesforceFailure } from './failure.ts';
import { refusedGrant } from './oauth.ts';
import { bearerOf } from './plan.ts';
import { type DataAnswer, failureAnswer } from './rest/call.ts';
import { type HtmlAnswer, type Locked, type Plan, type SalesforceFault, type ServiceContext, unlocked } from './service-context.ts';

/** Carries the request out, or does what the fault says. */
export async function strike(
  { later, clock, now, sessions }: ServiceContext,
  fault: Fault<SalesforceFault> | undefined,
  plan: Plan,
  request: FakeRequest,
): Promise<{ readonly answer: DataAnswer | HtmlAnswer; readonly broken: boolean }> {
  const whole = (answer: DataAnswer | HtmlAnswer) => ({ answer, broken: false });
  const refused = (code: string, message: string, status: number) =>
    whole(
      plan.token
        ? { status: 503, body: { error: 'server_error', error_description: message } }
        : failureAnswer(new SalesforceFailure(code, message, { status })),
    );
  switch (fault?.what) {
    case undefined:
      return whole(await plan.run(unlocked));
    case 'network':
      throw new ConnectionLost('read ECONNRESET: the request was not carried out');
    case 'lost_ack':
      if (fault.afterMs === undefined) await plan.run(unlocked);
      else later.at(now() + fault.afterMs, () => void plan.run(unlocked));
      throw new ConnectionLost('read ECONNRESET: the request was carried out');
    case 'latency': {
      const due = now() + (fault.ms ?? 0);
      await clock.sleep(fault.ms ?? 0, request.signal ?? undefined);
      if (request.signal?.aborted === true) {
        if (request.method !== 'GET') later.at(due, () => void plan.run(unlocked));
        throw request.signal.reason;
      }
      return whole(await plan.run(unlocked));
    }
    case 'expired_session':
      if (plan.token) return whole(refusedGrant('expired access/refresh token'));
      sessions.end(bearerOf(request));
      return whole(await plan.run(unlocked));
    case 'server_unavailable':
      return refused('SERVER_UNAVAILABLE', 'server too busy', 503);
    case 'html_error':
      return whole({
        status: 503,
        html: '<!DOCTYPE html><html><head><title>Down for Maintenance</title></head><body>We are down for maintenance.</body></html>',
      });
    case 'broken_json':
      return { answer: await plan.run(unlocked), broken: true };
    case 'request_limit':
      return refused('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.', 403);
    case 'concurrent_limit':
      return refused('REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.', 403);
    case 'row_lock':
      return whole(await plan.run(lockOf(fault.on)));
    case 'query_timeout':
      return refused('QUERY_TIMEOUT', 'Your query request was running for too long.', 400);
    case 'invalid_locator':
      return refused('INVALID_QUERY_LOCATOR', 'invalid query locator', 400);
  }
}

/** Locks the first row that the operation writes to. */
function lockOf(on: string): Locked {
  let left = 1;
  return (method, object) => {
    const hit = left > 0 && (on === '*' || on === `${method} ${object}` || on === `upsert ${object}` || !on.includes(' '));
    if (hit) left -= 1;
    return hit;
  };
}
