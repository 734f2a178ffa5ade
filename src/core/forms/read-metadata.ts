import type { Issue } from '../../errors.ts';
import { valueAt } from '../base/json-path.ts';
import { isStorable } from '../base/text.ts';
import { isBlank } from '../values/blank.ts';
import { isValue } from '../values/is-value.ts';
import type { Value } from '../values/value.ts';
import type { FormMetadata } from './log-form.ts';

export interface ReadMetadata {
  readonly values: Readonly<Record<string, string | number | boolean>>;
  readonly notes: readonly Issue[];
}

/**
 * The form's metadata out of the host's data. `false` and 0 are values; where a part of a path is missing, or what stands there
 * is no single value, or no text that a CRM keeps, the key is left out. Only own members and items of lists count.
 *
 * @example
 * readMetadata([{ key: 'team', path: 'user.teams[0].name' }], { user: { teams: [{ name: 'West' }] } }).values //=> { team: 'West' }
 * readMetadata([{ key: 'team', path: 'user.constructor.name' }], { user: {} }).values //=> {}
 */
export function readMetadata(metadata: readonly FormMetadata[], data: unknown): ReadMetadata {
  const found = metadata.map(({ key, path }) => [key, valueAt(data, path)] as const);
  const notes = found.flatMap(([key, value]): Issue[] =>
    value === undefined || isKept(value)
      ? []
      : [
          {
            path: [key],
            code: 'not_a_value',
            message: 'leads to something that is no single value, or no text that a CRM keeps',
            remedy: 'Let the path lead to a text of usual characters, a number or a truth.',
          },
        ],
  );
  const values = found.filter((entry): entry is readonly [string, string | number | boolean] => isKept(entry[1]) && !isBlank(entry[1]));
  return { values: Object.fromEntries(values), notes };
}

const isKept = (value: unknown): value is Value => isValue(value) && (typeof value !== 'string' || isStorable(value));
