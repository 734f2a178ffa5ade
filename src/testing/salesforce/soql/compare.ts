import type { Stored } from '../database.ts';
import type { SalesforceFailure } from '../failure.ts';
import { compareIds, toId18 } from '../ids.ts';
import type { Org } from '../org.ts';
import { type Field, isNumber } from '../schema/field.ts';
import { readDate, readDatetime } from '../wire-value.ts';
import { daysOf, startOfDay } from './date-literals.ts';
import type { Operator } from './syntax.ts';
import { literalPieces, literalText, malformed, type Token } from './tokens.ts';

export type Test = (value: Stored) => boolean;

const TEXT_LITERAL_MAX = 4000;
const ORDERED: ReadonlySet<Operator> = new Set(['<', '<=', '>', '>=']);

/** Where the literal stands, for messages and for the zone of date literals. */
export interface CompareContext {
  readonly org: Org;
  readonly text: string;
  /** Where the condition starts. */
  readonly at: number;
}

/**
 * One comparison of a field with a literal.
 *
 * @throws SalesforceFailure for a literal or an operator that does not go with the type of the field.
 */
export function compileTest(context: CompareContext, field: Field, operator: Operator, literal: Token): Test {
  if (literal.text.length > TEXT_LITERAL_MAX)
    throw malformed(context.text, literal.at, `string literal is longer than ${TEXT_LITERAL_MAX} characters`);
  if (operator === 'LIKE') return likeTest(context, field, literal);
  if (operator === 'INCLUDES' || operator === 'EXCLUDES') return includesTest(context, field, operator, literal);
  if (isWord(literal, 'NULL')) return nullTest(context, field, operator);
  switch (field.type) {
    case 'boolean':
      return booleanTest(context, field, operator, literal);
    case 'id':
    case 'reference':
      return idTest(context, field, operator, literal);
    case 'date':
    case 'datetime':
      return timeTest(context, field, operator, literal);
    default:
      return isNumber(field) ? numberTest(context, field, operator, literal) : textTest(context, field, operator, literal);
  }
}

const isWord = ({ kind, text }: Token, word: string): boolean => kind === 'word' && text.toUpperCase() === word;

function nullTest(context: CompareContext, field: Field, operator: Operator): Test {
  if (ORDERED.has(operator)) throw invalidOperator(context, field);
  const wanted = operator === '=' || operator === 'IN';
  if (field.type === 'boolean') return (value) => (value !== true) === wanted; // a checkbox is never null: null means false
  return (value) => (value === null) === wanted;
}

function booleanTest(context: CompareContext, field: Field, operator: Operator, literal: Token): Test {
  if (ORDERED.has(operator)) throw invalidOperator(context, field);
  const wanted = isWord(literal, 'TRUE');
  if (!wanted && !isWord(literal, 'FALSE')) throw wrongLiteral(context, field, 'boolean', literal);
  const equal = operator === '=' || operator === 'IN';
  return (value) => ((value === true) === wanted) === equal;
}

function idTest(context: CompareContext, field: Field, operator: Operator, literal: Token): Test {
  if (literal.kind !== 'string') throw wrongLiteral(context, field, 'string', literal);
  const text = literalText(context.text, literal);
  if (text === '' && field.type === 'reference') return nullTest(context, field, operator);
  const id = toId18(text);
  if (id === null) throw malformed(context.text, context.at, `invalid ID field: ${text}`, 'INVALID_QUERY_FILTER_OPERATOR');
  return ordered(operator, (value) => (typeof value === 'string' ? (value === id ? 0 : compareIds(value, id)) : null));
}

function numberTest(context: CompareContext, field: Field, operator: Operator, literal: Token): Test {
  if (literal.kind !== 'number') throw wrongLiteral(context, field, field.type === 'int' ? 'int' : 'double', literal);
  const wanted = Number(literal.text);
  return ordered(operator, (value) => (typeof value === 'number' ? value - wanted : null));
}

function textTest(context: CompareContext, field: Field, operator: Operator, literal: Token): Test {
  if (literal.kind !== 'string') throw wrongLiteral(context, field, 'string', literal);
  const fold = (text: string): string => (field.caseSensitive ? text : text.toLowerCase());
  const wanted = fold(literalText(context.text, literal));
  if (wanted === '') return nullTest(context, field, operator);
  return ordered(operator, (value) => (typeof value === 'string' ? compareText(fold(value), wanted) : null));
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function timeTest(context: CompareContext, field: Field, operator: Operator, literal: Token): Test {
  const { org } = context;
  const days = literal.kind === 'word' ? daysOf(literal.text, org.now(), org.userZone) : null;
  if (days !== null) {
    const edge = (day: string): Stored => (field.type === 'date' ? day : startOfDay(day, org.userZone));
    const [from, to] = [edge(days.from)!, edge(days.to)!];
    // the whole range counts as equal
    return ordered(operator, (value) => (value === null ? null : value < from ? -1 : value >= to ? 1 : 0));
  }
  const type = field.type === 'date' ? 'date' : 'dateTime';
  if (literal.kind !== (field.type === 'date' ? 'date' : 'datetime')) throw wrongLiteral(context, field, type, literal);
  const wanted = field.type === 'date' ? readDate(literal.text) : readDatetime(literal.text);
  if (wanted === null) throw malformed(context.text, literal.at, `Invalid ${type}: ${literal.text}`);
  return ordered(operator, (value) => (value === null ? null : value < wanted ? -1 : value > wanted ? 1 : 0));
}

/** @param compare - Below, at or above the literal; null for a blank field, which is only unequal. */
function ordered(operator: Operator, compare: (value: Stored) => number | null): Test {
  switch (operator) {
    case '=':
    case 'IN':
      return (value) => compare(value) === 0;
    case '!=':
    case 'NOT IN':
      return (value) => compare(value) !== 0;
    case '<':
      return (value) => (compare(value) ?? 0) < 0;
    case '<=':
      return (value) => (compare(value) ?? 1) <= 0;
    case '>':
      return (value) => (compare(value) ?? 0) > 0;
    default:
      return (value) => (compare(value) ?? -1) >= 0;
  }
}

function likeTest(context: CompareContext, field: Field, literal: Token): Test {
  if (field.type === 'id' || field.type === 'reference')
    throw malformed(context.text, context.at, 'invalid operator on id field', 'INVALID_QUERY_FILTER_OPERATOR');
  if (!isText(field)) throw invalidOperator(context, field);
  if (literal.kind !== 'string') throw wrongLiteral(context, field, 'string', literal);
  const source = literalPieces(context.text, literal, true).map((piece) =>
    typeof piece === 'string' ? piece.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&') : piece.wildcard === '%' ? '.*' : '.',
  );
  const pattern = new RegExp(`^${source.join('')}$`, field.caseSensitive ? 's' : 'is');
  return (value) => typeof value === 'string' && pattern.test(value);
}

/** `'A;B'` asks for both. */
function includesTest(context: CompareContext, field: Field, operator: Operator, literal: Token): Test {
  if (field.type !== 'multipicklist') throw invalidOperator(context, field);
  if (literal.kind !== 'string') throw wrongLiteral(context, field, 'string', literal);
  const wanted = literalText(context.text, literal).toLowerCase().split(';');
  const holds = (value: Stored): boolean => {
    const chosen = typeof value === 'string' ? value.toLowerCase().split(';') : [];
    return wanted.every((one) => chosen.includes(one));
  };
  return operator === 'INCLUDES' ? holds : (value) => !holds(value);
}

export const isText = ({ type }: Field): boolean =>
  ['string', 'textarea', 'phone', 'email', 'url', 'picklist', 'multipicklist', 'combobox'].includes(type);

const invalidOperator = ({ text, at }: CompareContext, { name }: Field): SalesforceFailure =>
  malformed(text, at, `invalid operator on field '${name}'`, 'INVALID_QUERY_FILTER_OPERATOR');

function wrongLiteral({ text, at }: CompareContext, { name }: Field, type: string, { kind }: Token): SalesforceFailure {
  if (kind === 'word') return malformed(text, at, `Bind variables and names are no literals: field '${name}' is compared with a word`);
  const quotes = type === 'string' ? 'should be enclosed in quotes' : 'should not be enclosed in quotes';
  return malformed(text, at, `value of filter criterion for field '${name}' must be of type ${type} and ${quotes}`, 'INVALID_FIELD');
}
