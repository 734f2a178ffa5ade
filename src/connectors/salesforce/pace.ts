import { jsonOf } from '../../http/answers.ts';
import { createLimiter } from '../../http/limiter.ts';
import { backoffMs, RETRY_POLICY, retryAfterMs } from '../../http/retry-policy.ts';
import type { Edge, HttpAnswer, HttpResult } from '../../http/send.ts';
import type { Call } from '../../ports/connector.ts';
import { CONCURRENT_LIMIT } from './error-codes.ts';
import { complaintsOf, meaningOfCode } from './errors.ts';

/**
 * Keeps the requests to one org from getting into each other's way, for all connections that share it: few at once, and
 * after Salesforce has said that it is busy all of them wait together.
 */
export interface Pace {
  /** Runs one try of a request when its turn has come. @throws the reason of the signal, before the turn. */
  turn(call: Call, tryOnce: () => Promise<HttpResult>): Promise<HttpResult>;
  /** On the injected clock: no turn comes before. */
  opensAt(): number;
}

/** Salesforce limits only requests of 20 seconds and more: 5 at once in a Developer org. Source: Developer Limits, API Requests. */
const PARALLEL_MAX = 4;
/** A query may run for two minutes: a call that a person waits for does not stand behind four of them. */
const BACKGROUND_MAX = 3;
/** Nobody is held back for longer after one refusal. */
const PAUSE_MAX_MS = 30_000;

export function createPace({ clock, random }: Pick<Edge, 'clock' | 'random'>): Pace {
  const limiter = createLimiter({ clock, parallelMax: PARALLEL_MAX, backgroundMax: BACKGROUND_MAX });
  let refusals = 0;
  let refusedAt = Number.NEGATIVE_INFINITY;

  function observe(answer: HttpAnswer): void {
    if (!isBusy(answer)) {
      refusals = 0;
      return;
    }
    if (answer.sentAt >= refusedAt) refusals += 1; // several refused at once are one refusal
    refusedAt = clock.now();
    const usual = backoffMs({ attempt: refusals - 1, baseDelayMs: RETRY_POLICY.baseDelayMs, random: random() });
    limiter.pause(Math.min(PAUSE_MAX_MS, Math.max(usual, retryAfterMs(answer.headers, clock.now()) ?? 0)));
  }

  return {
    opensAt: limiter.opensAt,
    turn: (call, tryOnce) =>
      limiter.run(call, async () => {
        const result = await tryOnce();
        if (result.kind === 'answer') observe(result);
        return result;
      }),
  };
}

function isBusy({ status, text }: HttpAnswer): boolean {
  if (status === 420 || status === 429 || status === 503) return true;
  const complaint = status === 403 ? complaintsOf(jsonOf(text))[0] : undefined;
  return complaint !== undefined && meaningOfCode(complaint) === CONCURRENT_LIMIT;
}
