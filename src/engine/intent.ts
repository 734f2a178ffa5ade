import type { Millis } from '../core/value.ts';
import type { Context } from './context.ts';
import type { Session } from './session.ts';

/** A request starts at most so long after its intent was planned. */
const START_WITHIN_MS = 10_000;

/** When a write that is intended now is over, whatever becomes of it: until then nobody else writes its record (R8). */
export function intentEnd({ connector }: Context, session: Session): Millis {
  const { requestTimeoutMs, settleMs } = connector.capabilities;
  return session.storeNow() + START_WITHIN_MS + requestTimeoutMs + settleMs;
}

/** The request still ends in time, so it may start: committing the intent may have taken long (R8). */
export function mayStart({ connector }: Context, session: Session, until: Millis): boolean {
  const { requestTimeoutMs, settleMs } = connector.capabilities;
  return session.storeNow() + requestTimeoutMs + settleMs <= until;
}
