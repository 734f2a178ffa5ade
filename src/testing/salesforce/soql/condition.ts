import type { Stored, StoredRecord } from '../database.ts';
import { SalesforceFailure } from '../failure.ts';
import { toId18 } from '../ids.ts';
import { invalidField } from './column.ts';
import { compileTest, isText } from './compare.ts';
import type { ConditionContext, Filter } from './condition-context.ts';
import { compileJoin } from './join.ts';
import type { Condition } from './syntax.ts';
import { literalText } from './tokens.ts';

type Compare = Extract<Condition, { kind: 'compare' }>;

export function compileCondition(context: ConditionContext, condition: Condition): Filter {
  if (condition.kind === 'not') {
    const part = compileCondition(context, condition.part);
    return (record) => !part(record);
  }
  if (condition.kind === 'compare') return compileCompare(context, condition);
  if (condition.kind === 'join') return compileJoin(context, condition, compileCondition);
  const parts = condition.parts.map((part) => compileCondition(context, part));
  return condition.kind === 'all' ? (record) => parts.every((part) => part(record)) : (record) => parts.some((part) => part(record));
}

function compileCompare({ org, text, columnOf }: ConditionContext, { path, operator, literals }: Compare): Filter {
  const { field, read } = columnOf(path);
  if (!field.filterable || field.type === 'address')
    throw invalidField(text, path.at, `field '${field.name}' can not be filtered in a query call`);
  if ((operator === 'IN' || operator === 'NOT IN') && field.type === 'boolean')
    throw new SalesforceFailure('INVALID_QUERY_FILTER_OPERATOR', `invalid operator on field '${field.name}'`);
  const tests = literals.map((literal) => compileTest({ org, text, at: path.at }, field, operator, literal));
  if (tests.length === 1) return (record) => tests[0]!(read(record));
  const every = operator === 'NOT IN' || operator === 'EXCLUDES';
  if (operator === 'IN') return inList(field.type === 'id' || field.type === 'reference' ? 'id' : isText(field) ? 'text' : 'other');
  return (record) => {
    const value = read(record);
    return every ? tests.every((test) => test(value)) : tests.some((test) => test(value));
  };

  /** Long IN lists are looked up, not walked through. */
  function inList(kind: 'id' | 'text' | 'other'): Filter {
    const strings = literals.filter((literal) => literal.kind === 'string').map((literal) => literalText(text, literal));
    const plain = kind !== 'other' && strings.length === literals.length && !strings.includes('') && !field.caseSensitive;
    if (!plain) return (record) => tests.some((test) => test(read(record)));
    const wanted = new Set(strings.map((one) => (kind === 'id' ? toId18(one) : one.toLowerCase())));
    return (record) => {
      const value = read(record);
      return typeof value === 'string' && wanted.has(kind === 'id' ? value : value.toLowerCase());
    };
  }
}

/**
 * The records that can fulfil the condition at all, where an index tells; else null for every record of the object.
 * Only narrows: the condition is tested on each of them.
 */
export function candidatesOf(context: ConditionContext, condition: Condition): Iterable<StoredRecord> | null {
  if (condition.kind === 'compare') return byIndex(context, condition);
  if (condition.kind !== 'all') return null;
  for (const part of condition.parts) {
    const found = candidatesOf(context, part);
    if (found !== null) return found;
  }
  return null;
}

function byIndex({ org, object, text, columnOf }: ConditionContext, { path, operator, literals }: Compare): Iterable<StoredRecord> | null {
  const { field, direct } = columnOf(path);
  if (!direct || (operator !== '=' && operator !== 'IN') || literals.some(({ kind }) => kind !== 'string')) return null;
  const found = new Set<StoredRecord>();
  for (const literal of literals) {
    const value = literalText(text, literal);
    const key: Stored = field.type === 'id' || field.type === 'reference' ? toId18(value) : value;
    const records = key === null || key === '' ? undefined : org.database.find(object, field, key);
    if (records === undefined) return null;
    for (const record of records) found.add(record);
  }
  return found;
}
