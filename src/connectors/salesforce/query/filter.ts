import { type Condition, type Filter, filterFields } from '../../../core/mapping/filter.ts';
import type { CrmFieldType } from '../../../core/schema/described.ts';
import type { Value } from '../../../core/values/value.ts';
import { wireText } from '../../../http/wire-text.ts';
import type { Call } from '../../../ports/connector.ts';
import { toInstant } from '../codec.ts';
import type { Describer } from '../describe.ts';
import { toId18 } from '../record-id.ts';
import { memberClauses } from './campaigns.ts';
import { type FilterFields, selectFields } from './selection.ts';
import { containsLiteral, idLiteral, instantLiteral, numberLiteral, textLiteral } from './soql.ts';

/** Longer conditions are left to the engine: they would crowd the fields out of the URL. */
const CLAUSE_MAX = 4_000;
const DAY_MS = 86_400_000;
/** Source: SOQL and SOSL Reference, Date Formats. */
const EARLIEST = Date.UTC(1700, 0, 1);
const LATEST = Date.UTC(4000, 11, 31);
const TEXT: readonly CrmFieldType[] = ['string', 'text', 'phone', 'email', 'url', 'picklist'];
const NUMBER: readonly CrmFieldType[] = ['integer', 'number', 'currency', 'percent'];

/** The filter as a condition of a query on this object, or null where nothing of it can be left to Salesforce. */
export async function filterClause(describer: Describer, object: string, filter: Filter, call: Call): Promise<string | null> {
  const selection = await selectFields(describer, object, filterFields(filter), call);
  const rest = compileFilter(filter, selection.filterFields);
  const clause = [...memberClauses(filter, selection.campaigns), ...(rest === null ? [] : [rest])].join(' AND ');
  return clause === '' || clause.length > CLAUSE_MAX ? null : clause;
}

/**
 * A SOQL condition that lets through every record that the filter lets through, and maybe more: the engine evaluates
 * the filter on each record again. Null lets everything through. What the two would compare differently is left out: a
 * text before another, since Salesforce has its own order of texts, and ids and times that are not in canonical form.
 *
 * @param negated - Compiles the opposite.
 */
export function compileFilter(filter: Filter, fields: FilterFields, negated = false): string | null {
  if ('not' in filter) return compileFilter(filter.not, fields, !negated);
  if ('all' in filter) return combine(filter.all, negated ? 'OR' : 'AND', fields, negated);
  if ('any' in filter) return combine(filter.any, negated ? 'AND' : 'OR', fields, negated);
  const field = fields.get(filter.field);
  return field?.filterable ? compileCondition(filter, field.type, negated) : null;
}

function combine(parts: readonly Filter[], by: 'AND' | 'OR', fields: FilterFields, negated: boolean): string | null {
  const clauses = parts.map((part) => compileFilter(part, fields, negated));
  const usable = clauses.filter((clause) => clause !== null);
  if (usable.length === 0 || (by === 'OR' && usable.length < clauses.length)) return null;
  return usable.length === 1 ? usable[0]! : `(${usable.join(` ${by} `)})`;
}

function compileCondition(condition: Condition, type: CrmFieldType, negated: boolean): string | null {
  const { field: name } = condition;
  if ('blank' in condition) return blankClause(name, type, condition.blank !== negated);
  if ('eq' in condition) return equalClause(name, type, [condition.eq], negated);
  if ('ne' in condition) return equalClause(name, type, [condition.ne], !negated);
  if ('in' in condition) return equalClause(name, type, condition.in, negated);
  if ('contains' in condition) return TEXT.includes(type) ? containsClause(name, condition.contains, negated) : null;
  if ('since' in condition) return boundClause(name, type, { from: condition.since, negated });
  if ('gt' in condition) return boundClause(name, type, { from: condition.gt, negated });
  return boundClause(name, type, { to: condition.lt, negated });
}

/** A boolean is never blank, but SOQL takes `= null` on one for `= FALSE`. */
const blankClause = (name: string, type: CrmFieldType, blank: boolean): string | null =>
  type === 'boolean' || type === 'multipicklist' ? null : `${name} ${blank ? '=' : '!='} null`;

const orNull = (clause: string, name: string): string => `(${clause} OR ${name} = null)`;

function containsClause(name: string, text: string, negated: boolean): string | null {
  const literal = text === '' || wireText(text) !== text ? null : containsLiteral(text);
  if (literal === null) return null;
  return negated ? orNull(`(NOT ${name} LIKE ${literal})`, name) : `${name} LIKE ${literal}`;
}

function equalClause(name: string, type: CrmFieldType, values: readonly Value[], negated: boolean): string | null {
  const blank = values.some((value) => value === null || value === '');
  const literals = values.flatMap((value) => (value === null || value === '' ? [] : [literalOf(type, value)]));
  if (values.length === 0 || literals.includes(null)) return null;
  if (type === 'boolean') return literals.length === 1 && !blank ? `${name} ${negated ? '!=' : '='} ${literals[0]}` : null;
  if (literals.length === 0) return blankClause(name, type, !negated);
  const list = literals.length === 1 ? null : `(${literals.join(', ')})`;
  if (!negated) {
    const clause = list ? `${name} IN ${list}` : `${name} = ${literals[0]}`;
    return blank ? orNull(clause, name) : clause;
  }
  const clause = list ? `${name} NOT IN ${list}` : `${name} != ${literals[0]}`;
  return blank ? clause : orNull(clause, name);
}

/** Null for a value that does not fit the field or is not in canonical form: only the engine knows what comparing it means. */
export function literalOf(type: CrmFieldType, value: Exclude<Value, null>): string | null {
  // Salesforce holds no half character and no NUL: it would compare with another text than the engine does.
  if (TEXT.includes(type)) return typeof value === 'string' && wireText(value) === value ? textLiteral(value) : null;
  if (NUMBER.includes(type)) return typeof value === 'number' ? numberLiteral(value) : null;
  if (type === 'boolean') return typeof value === 'boolean' ? String(value).toUpperCase() : null;
  if (type === 'id' || type === 'reference') return toId18(value) === value ? idLiteral(value) : null;
  if (type === 'date') return dayOf(value) === null ? null : String(value);
  return type === 'datetime' && typeof value === 'string' && toInstant(value) === value ? instantLiteral(Date.parse(value)) : null;
}

/** A day as the instant it starts in UTC; null for a day that does not exist. */
function dayOf(value: unknown): number | null {
  const millis = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(millis) || new Date(millis).toISOString().slice(0, 10) !== value ? null : millis;
}

/**
 * Before or after something. Numbers exactly; days and instants with a day of slack, since what a day of an instant is
 * depends on the connection's zone, which Salesforce does not know.
 */
function boundClause(
  name: string,
  type: CrmFieldType,
  bound: { from?: string | number; to?: string | number; negated: boolean },
): string | null {
  const lower = (bound.from !== undefined) !== bound.negated;
  const value = bound.from ?? bound.to;
  let clause: string | null = null;
  if (NUMBER.includes(type) && typeof value === 'number') {
    const literal = numberLiteral(value);
    clause = literal === null ? null : `${name} ${lower ? '>=' : '<='} ${literal}`;
  } else if (type === 'date' || type === 'datetime') {
    const instant = toInstant(value);
    const millis = instant === null ? dayOf(value) : Date.parse(instant);
    if (millis === null) return null;
    const slack = millis + (lower ? -DAY_MS : 2 * DAY_MS);
    if (slack < EARLIEST || slack > LATEST) return null;
    clause = `${name} ${lower ? '>=' : '<='} ${type === 'date' ? new Date(slack).toISOString().slice(0, 10) : instantLiteral(slack)}`;
  }
  return clause === null || !bound.negated ? clause : orNull(clause, name);
}
