import * as z from 'zod';
import { lazy } from '../base/lazy.ts';
import { own } from '../base/own.ts';
import { dayExists, isDayShaped, readInstant, startOfDay } from '../values/dates.ts';
import type { Millis, Value } from '../values/value.ts';
import { crmPathSchema } from './crm-path.ts';

/** A field against a value. `since` is at or after a day or instant; `blank` is null or ''. */
export type ConditionOn<K extends string, V extends Value> =
  | { readonly field: K; readonly eq: V | null }
  | { readonly field: K; readonly ne: V | null }
  | { readonly field: K; readonly in: readonly (V | null)[] }
  | { readonly field: K; readonly lt: string | number }
  | { readonly field: K; readonly gt: string | number }
  | { readonly field: K; readonly contains: string }
  | { readonly field: K; readonly blank: boolean }
  | { readonly field: K; readonly since: string };

/** A CRM field (dotted paths too) against a value. */
export type Condition = ConditionOn<string, Value>;

/** Plain JSON: conditions combined by `all`, `any` and `not`. */
export type FilterOf<C> =
  | C
  | { readonly all: readonly FilterOf<C>[] }
  | { readonly any: readonly FilterOf<C>[] }
  | { readonly not: FilterOf<C> };
export type Filter = FilterOf<Condition>;

const TEXT_MAX = 1_000;
const DEPTH_MAX = 8;
const CONDITIONS_MAX = 200;

const value = lazy(() => z.union([z.string().max(TEXT_MAX), z.number(), z.boolean(), z.null()]));
const comparable = lazy(() => z.union([z.string().max(TEXT_MAX), z.number()]));
const since = lazy(() =>
  z.string().refine((text) => instantOf(text) !== null, {
    error: 'is no day or instant',
    params: { code: 'not_a_datetime', remedy: 'Give a day or an instant, such as `2025-03-15` or `2025-03-15T10:30:00Z`.' },
  }),
);
const partSchema = (field: z.ZodType<string>): z.ZodType<Filter> => {
  const part: z.ZodType<Filter> = z.lazy(() =>
    z.union([
      z.strictObject({ all: z.array(part).min(1).max(50) }),
      z.strictObject({ any: z.array(part).min(1).max(50) }),
      z.strictObject({ not: part }),
      z.strictObject({ field, eq: value() }),
      z.strictObject({ field, ne: value() }),
      z.strictObject({ field, in: z.array(value()).min(1).max(CONDITIONS_MAX) }),
      z.strictObject({ field, lt: comparable() }),
      z.strictObject({ field, gt: comparable() }),
      z.strictObject({ field, contains: z.string().min(1).max(TEXT_MAX) }),
      z.strictObject({ field, blank: z.boolean() }),
      z.strictObject({ field, since: since() }),
    ]),
  );
  return part;
};

/** A filter over fields of a kind. Strict: an unknown key is a mistake, and a filter that is silently wider than meant imports strangers. */
export const filterDocument = (field: z.ZodType<string>): z.ZodType<Filter> =>
  partSchema(field).superRefine((filter, context) => {
    const problem = (message: string, code: string, remedy: string) =>
      context.addIssue({ code: 'custom', message, params: { code, remedy } });
    if (depthOf(filter) > DEPTH_MAX) problem(`is nested more than ${DEPTH_MAX} levels deep`, 'too_deep', 'Flatten the filter.');
    if (conditionsOf(filter).length > CONDITIONS_MAX)
      problem(`has more than ${CONDITIONS_MAX} conditions`, 'too_long', 'Join conditions on one field into one with `in`.');
  });

/** Over fields of a CRM's records. */
export const filterSchema = lazy((): z.ZodType<Filter> => filterDocument(crmPathSchema()));

export const partsOf = (filter: Filter): readonly Filter[] | undefined =>
  'all' in filter ? filter.all : 'any' in filter ? filter.any : 'not' in filter ? [filter.not] : undefined;
const depthOf = (filter: Filter): number => 1 + Math.max(0, ...(partsOf(filter) ?? []).map(depthOf));
export const conditionsOf = (filter: Filter): readonly Condition[] => partsOf(filter)?.flatMap(conditionsOf) ?? [filter as Condition];

/**
 * Every CRM field a filter looks at, each once.
 *
 * @example
 * filterFields({ all: [{ field: 'Status', eq: 'Open' }, { not: { field: 'Email', blank: true } }] }) //=> ['Status', 'Email']
 */
export const filterFields = (filter: Filter): readonly string[] => [...new Set(conditionsOf(filter).map((condition) => condition.field))];

/** Values by name, or what finds one. */
export type FieldReader = ((field: string) => Value | undefined) | Readonly<Record<string, Value | undefined>>;

/**
 * Whether a record or a contact matches, as a CRM would say it: text is compared without regard to case, an absent field
 * counts as blank, and values that can't be compared don't match. A day stands for its first instant in UTC. Never throws.
 *
 * @param from - The fields by name (`contact.fields`), or a function that finds one.
 *
 * @example
 * matchesFilter({ field: 'Status', in: ['New', 'Open'] }, () => 'new') //=> true
 * matchesFilter({ not: { field: 'Email', blank: true } }, () => null) //=> false
 * matchesFilter({ field: 'score', gt: 10 }, { score: 11 }) //=> true
 */
export function matchesFilter(filter: Filter, from: FieldReader): boolean {
  return matches(filter, typeof from === 'function' ? from : (field) => own(from, field));
}

function matches(filter: Filter, read: (field: string) => Value | undefined): boolean {
  if ('all' in filter) return filter.all.every((part) => matches(part, read));
  if ('any' in filter) return filter.any.some((part) => matches(part, read));
  if ('not' in filter) return !matches(filter.not, read);
  const actual = read(filter.field) ?? null;
  if ('blank' in filter) return (actual === null || actual === '') === filter.blank;
  if ('eq' in filter) return isSame(actual, filter.eq);
  if ('ne' in filter) return !isSame(actual, filter.ne);
  if ('in' in filter) return filter.in.some((wanted) => isSame(actual, wanted));
  if ('contains' in filter) return typeof actual === 'string' && fold(actual).includes(fold(filter.contains));
  if ('since' in filter) return compare(actual, filter.since, true) >= 0;
  return 'lt' in filter ? compare(actual, filter.lt, false) < 0 : compare(actual, filter.gt, false) > 0;
}

/** Text as it is compared. */
export const fold = (text: string): string => text.toLowerCase();
const orNull = (value: Value): Value => (value === '' ? null : value);

function isSame(actual: Value, wanted: Value): boolean {
  const [a, b] = [orNull(actual), orNull(wanted)];
  return typeof a === 'string' && typeof b === 'string' ? fold(a) === fold(b) : a === b;
}

/** Below, at or above zero; NaN, which is neither, where the two can't be compared: a time and other text can't. */
function compare(actual: Value, wanted: string | number, asTime: boolean): number {
  if (typeof actual === 'number' && typeof wanted === 'number') return actual - wanted;
  if (typeof actual !== 'string' || typeof wanted !== 'string' || actual === '') return Number.NaN;
  const [a, b] = [instantOf(actual), instantOf(wanted)];
  if (a !== null && b !== null) return a - b;
  if (a !== null || b !== null || asTime) return Number.NaN;
  return fold(actual) < fold(wanted) ? -1 : fold(actual) > fold(wanted) ? 1 : 0;
}

/** The instant that a text of a filter or a value stands for; null: it is other text. */
export function instantOf(text: string): Millis | null {
  if (isDayShaped(text)) return dayExists(text) ? startOfDay(text, 'UTC') : null;
  const read = readInstant(text, 'UTC');
  return read === undefined || read === 'no_such_day' ? null : read.at;
}
