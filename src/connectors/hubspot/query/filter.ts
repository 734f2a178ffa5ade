import type { Condition, Filter } from '../../../core/mapping/filter.ts';
import type { DescribedField } from '../../../core/schema/described.ts';
import type { Value } from '../../../core/values/value.ts';
import { encodeValue, toInstant } from '../codec.ts';
import { recordId } from '../objects.ts';
import { FILTERS_MAX, FILTERS_TOTAL_MAX, type FilterGroup, GROUPS_LENGTH_MAX, GROUPS_MAX, type SearchFilter } from './search.ts';

const DAY_MS = 86_400_000;

type Fields = ReadonlyMap<string, DescribedField>;

/**
 * The groups of a search that lets through every record that the filter lets through, and maybe more: the engine
 * evaluates the filter on each record again. Null where nothing of it can be left to HubSpot, or too much of it.
 *
 * Left out is what the two compare differently: parts of a text (HubSpot compares words), blank (a cleared property is
 * '' to HubSpot, one that was never set is not there), a company's properties, and text that is not plain ASCII.
 */
export function searchGroups(filter: Filter, fields: Fields): readonly FilterGroup[] | null {
  const groups = compile(filter, fields, false);
  if (groups === null) return null;
  // One more filter goes into each group: the id from which a page starts.
  const total = groups.reduce((sum, group) => sum + group.length + 1, 0);
  const fits = groups.length <= GROUPS_MAX && groups.every((group) => group.length < FILTERS_MAX) && total <= FILTERS_TOTAL_MAX;
  return fits && JSON.stringify(groups).length <= GROUPS_LENGTH_MAX ? groups : null;
}

function compile(filter: Filter, fields: Fields, negated: boolean): readonly FilterGroup[] | null {
  if ('not' in filter) return compile(filter.not, fields, !negated);
  if ('all' in filter) return combine(filter.all, negated ? 'any' : 'all', fields, negated);
  if ('any' in filter) return combine(filter.any, negated ? 'all' : 'any', fields, negated);
  const field = fields.get(filter.field);
  return field ? conditionGroups(filter, field, negated) : null;
}

function combine(parts: readonly Filter[], by: 'all' | 'any', fields: Fields, negated: boolean): readonly FilterGroup[] | null {
  const compiled = parts.map((part) => compile(part, fields, negated));
  const usable = compiled.filter((groups) => groups !== null);
  if (usable.length === 0 || (by === 'any' && usable.length < compiled.length)) return null;
  if (by === 'any') return usable.flat();
  // All of several alternatives: each alternative of one with each of the others.
  let product: readonly FilterGroup[] = [[]];
  for (const groups of usable) {
    product = product.flatMap((left) => groups.map((right) => [...left, ...right]));
    if (product.length > GROUPS_MAX) return null;
  }
  return product;
}

function conditionGroups(condition: Condition, field: DescribedField, negated: boolean): readonly FilterGroup[] | null {
  const { name } = field;
  if ('blank' in condition) return condition.blank === negated ? [[has(name)]] : null;
  if ('eq' in condition) return equalGroups(field, [condition.eq], negated);
  if ('ne' in condition) return equalGroups(field, [condition.ne], !negated);
  if ('in' in condition) return equalGroups(field, condition.in, negated);
  if ('contains' in condition) return null;
  if ('since' in condition) return boundGroups(field, { from: condition.since, negated });
  return 'gt' in condition ? boundGroups(field, { from: condition.gt, negated }) : boundGroups(field, { to: condition.lt, negated });
}

const has = (propertyName: string): SearchFilter => ({ propertyName, operator: 'HAS_PROPERTY' });
const hasNot = (propertyName: string): SearchFilter => ({ propertyName, operator: 'NOT_HAS_PROPERTY' });
const isBlank = (value: Value): boolean => value === null || value === '';

function equalGroups(field: DescribedField, values: readonly Value[], negated: boolean): readonly FilterGroup[] | null {
  const filled = values.filter((value) => !isBlank(value));
  if (filled.length < values.length && !negated) return null;
  const wanted = filled.map((value) => wireValues(field, value));
  if (wanted.includes(null)) return null;
  const list = [...new Set(wanted.flatMap((each) => each ?? []))];
  if (!negated) return anyOf(field, list);
  const others = noneOf(field, list);
  return filled.length < values.length ? [[...others, has(field.name)]] : [others, [hasNot(field.name)]];
}

/** Lists are for texts and options; numbers and times are compared one by one. */
export const takesList = ({ type }: DescribedField): boolean => !['number', 'boolean', 'date', 'datetime', 'id'].includes(type);

/** Groups for a property that has one of these values, as `wireValues` gives them. */
export function anyOf(field: DescribedField, values: readonly string[]): readonly FilterGroup[] {
  const { name: propertyName } = field;
  if (values.length === 0) return [];
  return takesList(field) ? [[{ propertyName, operator: 'IN', values }]] : values.map((value) => [{ propertyName, operator: 'EQ', value }]);
}

function noneOf(field: DescribedField, values: readonly string[]): FilterGroup {
  const { name: propertyName } = field;
  if (values.length === 0) return [];
  return takesList(field)
    ? [{ propertyName, operator: 'NOT_IN', values }]
    : values.map((value) => ({ propertyName, operator: 'NEQ', value }));
}

/**
 * A value as a search compares it: text in small letters, an option exactly as it is, a time in milliseconds. Null for
 * one that the engine may compare in another way.
 */
export function wireValues({ type, options }: DescribedField, value: Value): readonly string[] | null {
  if (type === 'picklist') return typeof value === 'string' ? sameOptions(options ?? [], value) : null;
  if (type === 'number') return typeof value === 'number' ? [encodeValue(value, type)] : null;
  if (type === 'boolean') return typeof value === 'boolean' ? [encodeValue(value, type)] : null;
  if (type === 'date') return dayOf(value) === null ? null : [String(dayOf(value))];
  if (type === 'datetime') return typeof value === 'string' && toInstant(value) === value ? [String(Date.parse(value))] : null;
  if (type === 'id' || type === 'reference') return recordId(value) === value ? [String(value)] : null;
  if (type === 'multipicklist' || type === 'unsupported' || typeof value !== 'string') return null;
  return /^[\x20-\x7e]+$/.test(value) && value.trim() === value ? [value.toLowerCase()] : null;
}

/** HubSpot tells options apart by case, the engine does not. */
function sameOptions(options: readonly { readonly value: string }[], wanted: string): readonly string[] | null {
  const same = options.map(({ value }) => value).filter((value) => value.toLowerCase() === wanted.toLowerCase());
  return same.length === 0 ? null : same;
}

/** A day as the instant it starts in UTC; null for a day that does not exist. */
function dayOf(value: unknown): number | null {
  const millis = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(millis) || new Date(millis).toISOString().slice(0, 10) !== value ? null : millis;
}

/**
 * Before or after something. Numbers exactly; days and instants with a day of slack, since what a day of an instant is
 * depends on the connection's zone, which HubSpot does not know.
 */
function boundGroups(
  { name, type }: DescribedField,
  bound: { from?: string | number; to?: string | number; negated: boolean },
): readonly FilterGroup[] | null {
  const lower = (bound.from !== undefined) !== bound.negated;
  const value = bound.from ?? bound.to;
  let limit: string | null = null;
  if (type === 'number' && typeof value === 'number') limit = encodeValue(value, type);
  else if (type === 'date' || type === 'datetime') {
    const instant = typeof value === 'string' && !/^-?\d+$/.test(value) ? toInstant(value) : null;
    const millis = instant === null ? dayOf(value) : Date.parse(instant);
    if (millis !== null) limit = String(millis + (lower ? -DAY_MS : 2 * DAY_MS));
  }
  if (limit === null) return null;
  const filter: SearchFilter = { propertyName: name, operator: lower ? 'GTE' : 'LTE', value: limit };
  return bound.negated ? [[filter], [hasNot(name)]] : [[filter]];
}
