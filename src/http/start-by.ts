import type { Clock } from '../ports/clock.ts';
import type { Call } from '../ports/connector.ts';

/** Until when a write of this call may start, told in the edge's clock. */
export const startBy = ({ notAfter, now }: Pick<Call, 'notAfter' | 'now'>, clock: Clock): { readonly startBy?: number } =>
  notAfter === undefined ? {} : { startBy: clock.now() + notAfter - now() };
