import { matchesFilter } from '../mapping/filter.ts';
import type { CompiledMapping } from '../mapping/mapping-types.ts';
import type { Fields } from '../values/value.ts';

/** Why nothing is sent for a contact: it does not match the mapping's `pushFilter`. */
export const PUSH_FILTER = 'push_filter';

/** Whether a mapping sends anything for who has these fields. */
export const isPushed = ({ pushFilter }: CompiledMapping, fields: Fields): boolean =>
  pushFilter === null || matchesFilter(pushFilter, fields);
