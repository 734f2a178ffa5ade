import type { Value } from '../values/value.ts';
import { type Filter, matchesFilter } from './filter.ts';

/**
 * What a filter says of a record of which only some fields are known: null where it depends on the others.
 *
 * @example
 * decideFilter({ all: [{ field: 'member', eq: true }, { field: 'Status', eq: 'Open' }] }, new Map([['member', false]])) //=> false
 * decideFilter({ any: [{ field: 'member', eq: true }, { field: 'Status', eq: 'Open' }] }, new Map([['member', false]])) //=> null
 */
export function decideFilter(filter: Filter, known: ReadonlyMap<string, Value>): boolean | null {
  if ('not' in filter) {
    const decided = decideFilter(filter.not, known);
    return decided === null ? null : !decided;
  }
  if ('all' in filter || 'any' in filter) {
    const [parts, ends] = 'all' in filter ? [filter.all, false] : [filter.any, true];
    const decided = parts.map((part) => decideFilter(part, known));
    if (decided.includes(ends)) return ends;
    return decided.includes(null) ? null : !ends;
  }
  return known.has(filter.field) ? matchesFilter(filter, (field) => known.get(field)) : null;
}
