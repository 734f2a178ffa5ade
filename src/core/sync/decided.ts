import { own } from '../base/own.ts';
import { markOf } from '../link/flips.ts';
import type { LinkBody } from '../link/link.ts';
import type { Value } from '../values/value.ts';

/** The body with those decisions alone that are still to be carried out: what is sent no more is nobody's business any more. */
export function stillDecided({ decided, ...body }: LinkBody, isLeft: (key: string) => boolean): LinkBody {
  const left = Object.entries(decided ?? {}).filter(([key]) => isLeft(key));
  return left.length === 0 ? body : { ...body, decided: Object.fromEntries(left) };
}

/** Somebody decided that this CRM is to have the value, whichever CRM gave it (R25). */
export const isDecided = ({ decided = {} }: LinkBody, key: string, local: Value): boolean => own(decided, key) === markOf(local);
