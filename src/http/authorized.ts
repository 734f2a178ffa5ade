import type { AccessToken, Auth } from '../ports/tokens.ts';
import type { Edge, HttpAnswer, HttpResult } from './send.ts';

interface AuthorizedRequest {
  readonly auth: Auth;
  readonly edge: Edge;
  /** Looked at before each try. */
  readonly signal: AbortSignal;
  /** True for an answer that a new access token may mend. */
  readonly isStale: (answer: HttpAnswer) => boolean;
  readonly send: (token: AccessToken) => Promise<HttpResult>;
}

/**
 * Sends a request with the present access token, and again after an answer that a new one may mend.
 *
 * Bound: such an answer leads to one token of our own at most; one that somebody else had refreshed may be tried before it.
 *
 * @throws where no access token could be had, so that nothing was carried out.
 */
export async function sendAuthorized({ auth, edge, signal, isStale, send }: AuthorizedRequest): Promise<HttpResult> {
  let current = await auth.token({ ...edge, signal });
  for (let renewed = false, reused = false; ; ) {
    signal.throwIfAborted();
    const result = await send(current);
    if (result.kind === 'failure' || !isStale(result) || renewed) return result;
    const next = await auth.refresh(current, { ...edge, signal });
    if (next.reused === true && !reused) reused = true;
    else renewed = true;
    current = next;
  }
}
