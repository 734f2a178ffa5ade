import type { Millis } from '../../../core/values/value.ts';
import { linksTo } from '../associations/links.ts';
import { HubSpotFailure } from '../failure.ts';
import { readDay, readInstant, readMillis } from '../instant.ts';
import type { Portal } from '../portal.ts';
import type { ObjectType } from '../schema/object-type.ts';
import { isMultiple, type Property } from '../schema/property.ts';
import { type Readable, textOf } from '../show.ts';
import { tokenMatcher } from './tokens.ts';

export type Test = (readable: Readable) => boolean;

const OPERATORS = [
  'EQ',
  'NEQ',
  'LT',
  'LTE',
  'GT',
  'GTE',
  'BETWEEN',
  'IN',
  'NOT_IN',
  'HAS_PROPERTY',
  'NOT_HAS_PROPERTY',
  'CONTAINS_TOKEN',
  'NOT_CONTAINS_TOKEN',
] as const;
type Operator = (typeof OPERATORS)[number];

interface Filter {
  readonly propertyName: string;
  readonly operator: Operator;
  readonly value: string | undefined;
  readonly highValue: string | undefined;
  readonly values: readonly string[] | undefined;
}

/** A refusal of a search, with what is wrong in `errors`. */
export const badSearch = (message: string, code?: string): HubSpotFailure =>
  new HubSpotFailure(400, 'There was a problem with the request.', {
    category: 'VALIDATION_ERROR',
    errors: [{ message, ...(code === undefined ? {} : { code }) }],
  });

/** Builds the test of one filter. Source: HubSpot developer docs, "CRM search". @throws HubSpotFailure 400. */
export function filterTest(portal: Portal, type: ObjectType, raw: unknown): Test {
  const filter = readFilter(raw);
  if (filter.propertyName.startsWith('associations.')) return associationTest(portal, filter);
  const property = portal.schema.visible(type, filter.propertyName);
  if (property === undefined) throw badSearch(`Property "${filter.propertyName}" does not exist`, 'PROPERTY_DOESNT_EXIST');
  return propertyTest(portal, type, property, filter);
}

function readFilter(raw: unknown): Filter {
  const { propertyName, operator, value, highValue, values } = (raw ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof propertyName !== 'string' || typeof operator !== 'string')
    throw new HubSpotFailure(
      400,
      'Invalid input JSON on line 1, column 2: Cannot build Filter, some of required attributes are not set [propertyName, operator]',
    );
  if (!OPERATORS.includes(operator as Operator)) throw badSearch(`${operator} is no operator: [${OPERATORS.join(', ')}]`);
  const filter: Filter = {
    propertyName,
    operator: operator as Operator,
    value: textValue(value),
    highValue: textValue(highValue),
    values: Array.isArray(values) ? values.map((one) => textValue(one) ?? '') : undefined,
  };
  const wants = operator === 'IN' || operator === 'NOT_IN' ? 'values' : operator.endsWith('HAS_PROPERTY') ? null : 'value';
  if (wants === null && (filter.value !== undefined || filter.values !== undefined)) throw badSearch(`${operator} takes no value`);
  if (wants === 'values' && (filter.values ?? []).length === 0) throw badSearch(`${operator} needs values`);
  if (wants === 'value' && filter.value === undefined) throw badSearch(`${operator} needs a value`);
  if (operator === 'BETWEEN' && filter.highValue === undefined) throw badSearch('BETWEEN needs a highValue');
  return filter;
}

const textValue = (raw: unknown): string | undefined =>
  typeof raw === 'string' ? raw : typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : undefined;

/** `associations.contact EQ 123` */
function associationTest(portal: Portal, { propertyName, operator, value, values }: Filter): Test {
  const to = portal.schema.find(propertyName.slice('associations.'.length));
  if (to === undefined || to.custom) throw badSearch(`${propertyName} can not be searched by`);
  if (operator !== 'EQ' && operator !== 'IN') throw badSearch(`${propertyName} takes EQ and IN, not ${operator}`);
  const wanted = new Set(operator === 'EQ' ? [value!] : values);
  const lag = portal.settings.indexLagMs ?? 0;
  return ({ record }) => linksTo(portal, record, to).some(({ toId, at }) => wanted.has(toId) && at + lag <= portal.now());
}

function propertyTest(
  portal: Portal,
  type: ObjectType,
  property: Property,
  { operator, value = '', highValue = '', values = [] }: Filter,
): Test {
  const text = (readable: Readable): string => textOf(portal, readable, property.name) ?? '';
  if (operator === 'HAS_PROPERTY') return (readable) => text(readable) !== '';
  if (operator === 'NOT_HAS_PROPERTY') return (readable) => text(readable) === '';
  if (operator === 'CONTAINS_TOKEN' || operator === 'NOT_CONTAINS_TOKEN') {
    const contains = tokenMatcher(value);
    return operator === 'CONTAINS_TOKEN' ? (readable) => contains(text(readable)) : (readable) => !contains(text(readable));
  }
  if (property.type === 'number' || property.type === 'date' || property.type === 'datetime') {
    const read = numberReader(portal, type, property);
    return numberTest(operator, read, (sent) => sentNumber(property, sent), { value, highValue, values });
  }
  return textTest(property, operator, text, { value, highValue, values });
}

interface Sent {
  readonly value: string;
  readonly highValue: string;
  readonly values: readonly string[];
}

/** Numbers and times compare as numbers. Blank is less than nothing and greater than nothing; it only differs. */
function numberTest(
  operator: Operator,
  read: (readable: Readable) => number | null,
  sent: (text: string) => number,
  { value, highValue, values }: Sent,
): Test {
  const compare =
    (test: (has: number) => boolean): Test =>
    (readable) => {
      const has = read(readable);
      return has !== null && test(has);
    };
  if (operator === 'IN' || operator === 'NOT_IN') {
    const set = new Set(values.map(sent));
    const isIn = compare((has) => set.has(has));
    return operator === 'IN' ? isIn : (readable) => !isIn(readable);
  }
  const low = sent(value);
  switch (operator) {
    case 'EQ':
      return compare((has) => has === low);
    case 'NEQ':
      return (readable) => read(readable) !== low;
    case 'LT':
      return compare((has) => has < low);
    case 'LTE':
      return compare((has) => has <= low);
    case 'GT':
      return compare((has) => has > low);
    case 'GTE':
      return compare((has) => has >= low);
    default: {
      const high = sent(highValue);
      return compare((has) => has >= low && has <= high);
    }
  }
}

/** Texts compare without regard to case. Options do not; nor does `IN`, whose values must be in small letters for texts. */
function textTest(property: Property, operator: Operator, text: (readable: Readable) => string, { value, highValue, values }: Sent): Test {
  const exact = property.type === 'enumeration' || property.type === 'bool';
  const fold = (given: string): string => (exact ? given : given.toLowerCase());
  const parts = (readable: Readable): readonly string[] => {
    const has = fold(text(readable));
    return isMultiple(property) ? [has, ...has.split(';')] : [has];
  };
  if (operator === 'IN' || operator === 'NOT_IN') {
    const set = new Set(values);
    const isIn: Test = (readable) => text(readable) !== '' && parts(readable).some((part) => set.has(part));
    return operator === 'IN' ? isIn : (readable) => !isIn(readable);
  }
  const low = fold(value);
  const high = fold(highValue);
  const filled =
    (test: (has: string) => boolean): Test =>
    (readable) =>
      text(readable) !== '' && test(fold(text(readable)));
  switch (operator) {
    case 'EQ':
      return (readable) => text(readable) !== '' && parts(readable).includes(low);
    case 'NEQ':
      return (readable) => !parts(readable).includes(low);
    case 'LT':
      return filled((has) => has < low);
    case 'LTE':
      return filled((has) => has <= low);
    case 'GT':
      return filled((has) => has > low);
    case 'GTE':
      return filled((has) => has >= low);
    default:
      return filled((has) => has >= low && has <= high);
  }
}

/** The value of a record as a number; the stamps and the id without going through text. */
export function numberReader(portal: Portal, type: ObjectType, property: Property): (readable: Readable) => number | null {
  switch (property.name) {
    case 'hs_object_id':
      return ({ record }) => record.number;
    case type.createdProperty:
      return ({ record }) => record.createdAt;
    case type.modifiedProperty:
      return ({ modifiedAt }) => modifiedAt;
    default:
      return (readable) => {
        const text = textOf(portal, readable, property.name) ?? '';
        return text === '' ? null : property.type === 'number' ? Number(text) : timeOf(text);
      };
  }
}

function sentNumber({ name, type }: Property, text: string): number {
  const at = type === 'number' ? (text.trim() === '' ? Number.NaN : Number(text)) : timeOf(text);
  if (at === null || Number.isNaN(at)) throw badSearch(`${JSON.stringify(text)} is no value of ${name}`);
  return at;
}

/** Milliseconds of the forms that a filter takes: epoch milliseconds, an ISO instant, a day. */
const timeOf = (text: string): Millis | null => readMillis(text) ?? readInstant(text) ?? readDay(text);
