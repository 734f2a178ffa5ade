import type { Millis } from '../core/values/value.ts';
import type { Context } from './context.ts';
import { writeTimeMs } from './send-writes.ts';
import type { Session } from './session.ts';

/** A `both` field is written at most this long after it was read (R24). */
export const READ_AGE_MAX_MS = 10_000;

/** A request starts at most so long after its intent was planned. */
const START_WITHIN_MS = 10_000;

/** When writes that are intended now are over, whatever becomes of them: until then nobody else writes their records (R8). */
export function intentEnd({ connector }: Context, session: Session, writes = 1): Millis {
  return session.storeNow() + START_WITHIN_MS + writeTimeMs(connector, writes) + connector.capabilities.settleMs;
}

/** They still end in time, so they may start: committing the intents may have taken long (R8). */
export function mayStart({ connector }: Context, session: Session, until: Millis, writes = 1): boolean {
  return session.storeNow() + writeTimeMs(connector, writes) + connector.capabilities.settleMs <= until;
}
