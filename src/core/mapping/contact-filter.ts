import * as z from 'zod';
import { type Issue, refusedDocument } from '../../errors.ts';
import { deepFreeze } from '../base/freeze.ts';
import { parseDocument } from '../base/issues.ts';
import { listNames, nearestName } from '../base/text.ts';
import type { LinkState } from '../link/link.ts';
import { coercePhone } from '../phone/phone.ts';
import { coerceValue } from '../schema/coerce.ts';
import { CONTACT_FACTS, filterable } from '../schema/contact-facts.ts';
import { perSchema } from '../schema/per-schema.ts';
import type { FieldName, FieldType, Schema, ValueOf } from '../schema/schema-types.ts';
import type { Coerced, Parsed, Value } from '../values/value.ts';
import { type Condition, type ConditionOn, type Filter, type FilterOf, filterDocument } from './filter.ts';
import { fieldSchema } from './rule-schema.ts';

/** A field of the schema, or a fact (`$conversations`), against a value. */
export type ContactCondition<S extends Schema> =
  | { [K in FieldName<S>]: ConditionOn<K, ValueOf<S['fields'][K]>> }[FieldName<S>]
  | ConditionOn<'$conversations', number>
  | ConditionOn<'$last_conversation_at', string>
  | ConditionOn<`$link.${string}`, LinkState>;

/** The language of filters over a workspace's own contacts. Plain JSON. */
// biome-ignore lint/suspicious/noExplicitAny: see Schema
export type ContactFilter<S extends Schema = any> = FilterOf<ContactCondition<S>>;

export interface ContactFilterOptions {
  /** For phone numbers without a country. */
  readonly defaultCountry?: string;
  /** IANA zone in which a day begins. Default UTC. */
  readonly timeZone?: string;
}

type Operator = 'eq' | 'ne' | 'in' | 'lt' | 'gt' | 'contains' | 'blank' | 'since';
const COMPARED = ['lt', 'gt'] as const;
const OPERATORS: Readonly<Record<FieldType, readonly Operator[]>> = {
  string: ['eq', 'ne', 'in', 'blank', 'contains', ...COMPARED],
  enum: ['eq', 'ne', 'in', 'blank', 'contains'],
  boolean: ['eq', 'ne', 'in', 'blank'],
  number: ['eq', 'ne', 'in', 'blank', ...COMPARED],
  date: ['eq', 'ne', 'in', 'blank', 'since', ...COMPARED],
  datetime: ['eq', 'ne', 'in', 'blank', 'since', ...COMPARED],
};
const operatorOf = (condition: Condition): Operator => Object.keys(condition).find((key) => key !== 'field') as Operator;

type Report = (issue: Issue) => void;
type Path = readonly (string | number)[];

interface Reading extends ContactFilterOptions {
  readonly schema: Schema;
  readonly report: Report;
}

/** The same filter with canonical values: options as the schema writes them, numbers in E.164, days as the instants they begin at. */
function canonical(reading: Reading, filter: Filter, path: Path): Filter {
  if ('all' in filter) return { all: filter.all.map((part, index) => canonical(reading, part, [...path, 'all', index])) };
  if ('any' in filter) return { any: filter.any.map((part, index) => canonical(reading, part, [...path, 'any', index])) };
  if ('not' in filter) return { not: canonical(reading, filter.not, [...path, 'not']) };
  return canonicalCondition(reading, filter, path);
}

function canonicalCondition({ schema, report, ...options }: Reading, condition: Condition, path: Path): Condition {
  const { field } = condition;
  const definition = filterable(schema, field);
  if (definition === undefined) return condition; // told by the shape
  const operator = operatorOf(condition);
  if (!OPERATORS[definition.type].includes(operator)) {
    const remedy = `Use one of ${listNames(OPERATORS[definition.type])}.`;
    report({ path: [...path, operator], code: 'operator_not_for_type', message: `does not go with a ${definition.type}`, remedy });
    return condition;
  }
  const read = (raw: Value, at: Path): Value => {
    const value: Coerced =
      field === 'phone_number' && operator !== 'lt' && operator !== 'gt'
        ? coercePhone(raw, options)
        : coerceValue(raw, definition, options);
    if (value.ok) return value.value;
    // Without a country the number may be one all the same: what it is, is known where it is asked.
    if (value.code !== 'not_a_phone_number' || options.defaultCountry !== undefined)
      report({ path: at, code: value.code, message: value.message, remedy: value.remedy });
    return raw;
  };
  const own = (raw: Value) => read(raw, [...path, operator]);
  if ('eq' in condition) return { field, eq: own(condition.eq) };
  if ('ne' in condition) return { field, ne: own(condition.ne) };
  if ('in' in condition) return { field, in: condition.in.map((one, index) => read(one, [...path, 'in', index])) };
  if ('lt' in condition) return { field, lt: own(condition.lt) as string | number };
  if ('gt' in condition) return { field, gt: own(condition.gt) as string | number };
  if ('since' in condition) return { field, since: own(condition.since) as string };
  return condition;
}

/** A field of the schema or a fact; a misspelt one is answered with the nearest. */
export const filterableSchema = perSchema((schema): z.ZodType<string> => {
  const names = [...Object.keys(schema.fields), ...CONTACT_FACTS];
  return z.string().check((context) => {
    if (filterable(schema, context.value) !== undefined) return;
    const nearest = nearestName(context.value, names);
    const remedy =
      nearest === undefined
        ? `Use one of ${listNames(names)}, or \`$link.\` and a CRM object.`
        : `Did you mean \`${nearest}\`? Else add the field to the schema.`;
    context.issues.push({
      code: 'custom',
      input: context.value,
      message: 'is no field of the schema',
      params: { code: 'unknown_field', remedy },
    });
  });
});

const documentOver = (schema: Schema, field: z.ZodType<string>): z.ZodType<Filter> =>
  filterDocument(field).superRefine((filter, context) => {
    const report = ({ path, message, code, remedy }: Issue) =>
      context.addIssue({ code: 'custom', path: [...path], message, params: { code, remedy } });
    canonical({ schema, report }, filter, []);
  });

/** A filter over contacts in a document. */
export const contactFilterDocument = perSchema((schema) => documentOver(schema, filterableSchema(schema)));

/** The same over fields alone: what changes with a contact's version. */
export const fieldFilterDocument = perSchema((schema) => documentOver(schema, fieldSchema(schema)));

/**
 * A filter over contacts as it is evaluated, with what the connection knows: `(415) 555-0123` is a number of its country, and a
 * day begins in its time zone. For a filter that was read; what can't be read stays as it is, and matches nobody.
 *
 * @example
 * compileContactFilter(defineContactSchema({ seen: { type: 'datetime' } }), { field: 'seen', since: '2025-03-15' }, { timeZone: 'Europe/Berlin' }) //=> { field: 'seen', since: '2025-03-14T23:00:00.000Z' }
 */
export const compileContactFilter = (schema: Schema, filter: ContactFilter, options: ContactFilterOptions = {}): Filter =>
  canonical({ schema, report: () => undefined, ...options }, filter as Filter, []);

/**
 * Reads a filter over contacts from untrusted JSON: frozen plain data, or every problem at once.
 *
 * @example
 * safeParseContactFilter(defineContactSchema({ score: { type: 'number' } }), { field: 'score', gt: 10 }) //=> { ok: true, value: { field: 'score', gt: 10 } }
 * safeParseContactFilter(defineContactSchema({ score: { type: 'number' } }), { field: 'scroe', gt: 10 }).issues[0].code //=> 'unknown_field'
 */
export function safeParseContactFilter<S extends Schema>(schema: S, json: unknown): Parsed<ContactFilter<S>> {
  const parsed = parseDocument(contactFilterDocument(schema), json);
  return parsed.ok ? { ok: true, value: deepFreeze(parsed.value) as ContactFilter<S> } : parsed;
}

/**
 * As `safeParseContactFilter`, for callers that can't go on without the filter.
 *
 * @throws CrmSyncError `invalid_document` with every problem in `issues`.
 */
export function parseContactFilter<S extends Schema>(schema: S, json: unknown): ContactFilter<S> {
  const parsed = safeParseContactFilter(schema, json);
  if (!parsed.ok) throw refusedDocument('The filter', parsed.issues);
  return parsed.value;
}
