import { markOf } from './flips.ts';
import type { LinkBody } from './link.ts';
import { own } from './own.ts';
import type { Value } from './value.ts';

/** Somebody decided that this CRM is to have the value, whichever CRM gave it (R25). */
export const isDecided = ({ decided = {} }: LinkBody, key: string, local: Value): boolean => own(decided, key) === markOf(local);
