import { SalesforceFailure, unsupported } from '../failure.ts';
import { createReader, type Reader } from './reader.ts';
import type { ChildQuery, Condition, InnerQuery, Operator, Ordering, Path, Query } from './syntax.ts';
import type { Token } from './tokens.ts';

const RESERVED = new Set([
  'AND',
  'ASC',
  'DESC',
  'FROM',
  'GROUP',
  'HAVING',
  'IN',
  'LIKE',
  'LIMIT',
  'NOT',
  'NULL',
  'NULLS',
  'OFFSET',
  'OR',
  'ORDER',
  'SELECT',
  'USING',
  'WHERE',
  'WITH',
  'FOR',
  'ALL',
]);
const COMPARISONS: Readonly<Record<string, Operator>> = { '=': '=', '!=': '!=', '<>': '!=', '<': '<', '<=': '<=', '>': '>', '>=': '>=' };
const OFFSET_MAX = 2000;
const TEXT_MAX = 100_000;

/**
 * Parses one SOQL query.
 *
 * @throws SalesforceFailure MALFORMED_QUERY as the service would; FAKE_DOES_NOT_SUPPORT for SOQL that the fake has not.
 */
export function parseQuery(text: string): Query {
  if (text.length > TEXT_MAX) throw new SalesforceFailure('MALFORMED_QUERY', `SOQL statement is longer than ${TEXT_MAX} characters`);
  const reader = createReader(text);
  reader.expect('SELECT');
  const { select, children } = parseSelect(reader);
  reader.expect('FROM');
  const from = name(reader);
  const alias = reader.peek().kind === 'word' && !RESERVED.has(reader.peek().text.toUpperCase()) ? reader.next().text : null;
  if (reader.peek().text === ',') throw unsupported('several objects in FROM');
  if (reader.accept('USING')) throw unsupported('USING SCOPE');
  const where = reader.accept('WHERE') ? parseConditions(reader) : null;
  for (const clause of ['WITH', 'GROUP', 'HAVING']) if (reader.accept(clause)) throw unsupported(clause);
  const orderBy = parseOrderBy(reader);
  const limit = reader.accept('LIMIT') ? wholeNumber(reader) : null;
  const offset = reader.accept('OFFSET') ? wholeNumber(reader) : 0;
  if (offset > OFFSET_MAX) throw new SalesforceFailure('NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is ${OFFSET_MAX}`);
  if (reader.accept('FOR')) throw unsupported('FOR VIEW, FOR REFERENCE and FOR UPDATE');
  if (reader.peek().kind !== 'end') throw reader.unexpected(); // ALL ROWS too: REST has queryAll for it
  return { select, children, from, alias, where, orderBy, limit, offset };
}

function parseSelect(reader: Reader): Pick<Query, 'select' | 'children'> {
  if (reader.peek().text.toUpperCase() === 'COUNT' && reader.peek(1).text === '(' && reader.peek(2).text === ')') {
    for (let taken = 0; taken < 3; taken += 1) reader.next();
    return { select: 'count', children: [] };
  }
  const select: Path[] = [];
  const children: ChildQuery[] = [];
  do {
    if (reader.acceptSymbol('(')) children.push(parseChildQuery(reader));
    else select.push(parseColumn(reader));
  } while (reader.acceptSymbol(','));
  return { select, children };
}

function parseColumn(reader: Reader): Path {
  const item = name(reader);
  if (item.text.toUpperCase() === 'TYPEOF') throw unsupported('TYPEOF');
  if (reader.peek().text === '(') throw unsupported(`${item.text}()`);
  return pathOf(item);
}

/** Behind its opening parenthesis. */
function parseChildQuery(reader: Reader): ChildQuery {
  reader.expect('SELECT');
  const { select, children } = parseSelect(reader);
  if (select === 'count') throw reader.unexpected();
  if (children.length > 0) throw unsupported('subqueries in subqueries');
  reader.expect('FROM');
  const from = name(reader);
  const where = reader.accept('WHERE') ? parseConditions(reader) : null;
  const orderBy = parseOrderBy(reader);
  const limit = reader.accept('LIMIT') ? wholeNumber(reader) : null;
  reader.expectSymbol(')'); // OFFSET too: subqueries have none
  return { select, from, where, orderBy, limit };
}

export function parseOrderBy(reader: Reader): readonly Ordering[] {
  if (!reader.accept('ORDER')) return [];
  reader.expect('BY');
  const orderings: Ordering[] = [];
  do {
    const path = pathOf(name(reader));
    const descending = reader.accept('DESC');
    if (!descending) reader.accept('ASC');
    let nullsLast = false;
    if (reader.accept('NULLS')) {
      nullsLast = reader.accept('LAST');
      if (!nullsLast) reader.expect('FIRST');
    }
    orderings.push({ path, descending, nullsLast });
  } while (reader.acceptSymbol(','));
  return orderings;
}

/** AND and OR do not mix without parentheses, and NOT stands alone inside its own: so says the grammar of SOQL. */
export function parseConditions(reader: Reader): Condition {
  if (reader.accept('NOT')) return { kind: 'not', part: parseCondition(reader) };
  const parts = [parseCondition(reader)];
  const keyword = reader.peek().text.toUpperCase();
  if (keyword !== 'AND' && keyword !== 'OR') return parts[0]!;
  while (reader.accept(keyword)) parts.push(parseCondition(reader));
  if (reader.peek().kind === 'word' && ['AND', 'OR'].includes(reader.peek().text.toUpperCase())) throw reader.unexpected();
  return { kind: keyword === 'AND' ? 'all' : 'any', parts };
}

function parseCondition(reader: Reader): Condition {
  if (reader.acceptSymbol('(')) {
    const inner = parseConditions(reader);
    reader.expectSymbol(')');
    return inner;
  }
  const item = name(reader);
  if (reader.peek().text === '(') throw unsupported(`${item.text}() in WHERE`);
  const path = pathOf(item);
  const operator = parseOperator(reader);
  const many = operator === 'IN' || operator === 'NOT IN' || operator === 'INCLUDES' || operator === 'EXCLUDES';
  if (!many) return { kind: 'compare', path, operator, literals: [literal(reader)] };
  reader.expectSymbol('(');
  if (reader.accept('SELECT')) {
    if (operator !== 'IN' && operator !== 'NOT IN') throw reader.unexpected();
    return { kind: 'join', path, negated: operator === 'NOT IN', inner: parseInnerQuery(reader) };
  }
  const literals = [literal(reader)];
  while (reader.acceptSymbol(',')) literals.push(literal(reader));
  reader.expectSymbol(')');
  return { kind: 'compare', path, operator, literals };
}

/** Behind its SELECT. It has neither ORDER BY nor LIMIT. */
function parseInnerQuery(reader: Reader): InnerQuery {
  const select = parseColumn(reader);
  reader.expect('FROM');
  const from = name(reader);
  const where = reader.accept('WHERE') ? parseConditions(reader) : null;
  reader.expectSymbol(')');
  return { select, from, where };
}

function parseOperator(reader: Reader): Operator {
  if (reader.accept('NOT', 'IN')) return 'NOT IN';
  for (const word of ['LIKE', 'IN', 'INCLUDES', 'EXCLUDES'] as const) if (reader.accept(word)) return word;
  const token = reader.peek();
  const comparison = token.kind === 'symbol' ? COMPARISONS[token.text] : undefined;
  if (comparison === undefined) throw reader.unexpected();
  reader.next();
  return comparison;
}

/** TRUE, NULL and date literals such as TODAY are words. */
function literal(reader: Reader): Token {
  const token = reader.next();
  if (token.kind === 'symbol' || token.kind === 'end') throw reader.unexpected(token);
  if (token.kind === 'word' && token.text.includes('.')) throw reader.unexpected(token);
  return token;
}

function name(reader: Reader): Token {
  const token = reader.next();
  if (token.kind !== 'word' || RESERVED.has(token.text.toUpperCase()) || token.text.includes(':')) throw reader.unexpected(token);
  return token;
}

export const pathOf = ({ text, at }: Token): Path => ({ names: text.split('.'), at });

export function wholeNumber(reader: Reader): number {
  const token = reader.next();
  if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw reader.unexpected(token);
  return Number(token.text);
}
