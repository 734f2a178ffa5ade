import type { Fault } from '../fake-faults.ts';
import { ConnectionLost, type FakeRequest } from '../fake-http.ts';
import { HubSpotFailure } from './failure.ts';
import { limited } from './limits.ts';
import { badHub, refusedRefresh } from './oauth.ts';
import { bearerOf, missingScopes } from './plan.ts';
import type { Answer, HubSpotFault, Plan, ServiceContext } from './service-context.ts';

/** Carries the request out, or does what the fault says. @throws HubSpotFailure */
export async function strike(
  { data, clock, now, sessions }: ServiceContext,
  fault: Fault<HubSpotFault> | undefined,
  plan: Plan,
  request: FakeRequest,
): Promise<{ readonly answer: Answer; readonly broken: boolean }> {
  const { later } = data.portal;
  const whole = (answer: Answer) => ({ answer, broken: false });
  const run = async () => whole(await plan.run(null));
  const laterOn = (time: number): void => later.at(time, () => void refusalAside(() => plan.run(null)));
  switch (fault?.what) {
    case undefined:
      return run();
    case 'network':
      throw new ConnectionLost('read ECONNRESET: the request was not carried out');
    case 'lost_ack':
      if (fault.afterMs === undefined) await refusalAside(() => plan.run(null));
      else laterOn(now() + fault.afterMs);
      throw new ConnectionLost('read ECONNRESET: the request was carried out');
    case 'latency': {
      const due = now() + (fault.ms ?? 0);
      await clock.sleep(fault.ms ?? 0, request.signal ?? undefined);
      if (request.signal?.aborted === true) {
        if (request.method !== 'GET') laterOn(due);
        throw request.signal.reason;
      }
      return run();
    }
    case 'broken_json':
      return { answer: await plan.run(null), broken: true };
    case 'expired_token':
      if (plan.token) return whole(refusedRefresh());
      sessions.expire(bearerOf(request));
      return run();
    case 'disconnected':
      if (plan.token) return whole(badHub());
      sessions.forgetAll();
      return run();
    case 'rate_limited':
      throw limited(plan.isSearch ? 'SECONDLY' : 'TEN_SECONDLY_ROLLING', retryAfter(fault));
    case 'daily_limit':
      throw limited('DAILY');
    case 'cloudflare_limit':
      return whole({ status: 429, text: { contentType: 'text/plain', body: 'error code: 1015' } });
    case 'server_error':
      throw new HubSpotFailure(500, 'internal error', { category: 'INTERNAL_ERROR' });
    case 'bad_gateway_html':
      return whole(page(502, 'Bad Gateway'));
    case 'gateway_timeout':
      await refusalAside(() => plan.run(null));
      return whole(page(504, 'Gateway Time-out'));
    case 'locked':
      throw new HubSpotFailure(423, 'The resource is locked: too many requests write to it');
    case 'migrating':
      throw new HubSpotFailure(477, 'This account is being migrated between data centers', { headers: retryAfter(fault) });
    case 'missing_scopes':
      throw missingScopes(plan.scopes);
    case 'partial':
    case 'omitted':
      return whole(await plan.run(fault.what));
  }
}

/** In whole seconds; none unless asked for, as HubSpot's own limits have none. */
const retryAfter = ({ ms }: Fault): Readonly<Record<string, string>> =>
  ms === undefined ? {} : { 'retry-after': String(Math.ceil(ms / 1000)) };

const page = (status: number, title: string): Answer => ({
  status,
  text: {
    contentType: 'text/html',
    body: `<html><head><title>${status} ${title}</title></head><body><center><h1>${status} ${title}</h1></center></body></html>`,
  },
});

/** Of a request whose answer nobody gets, a refusal is no news. */
async function refusalAside(run: () => Answer | Promise<Answer>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof HubSpotFailure)) throw error;
  }
}
