import { byPlace, isDeleted, type StoredRecord } from '../database.ts';
import { SalesforceFailure } from '../failure.ts';
import type { Org } from '../org.ts';
import type { Field } from '../schema/field.ts';
import type { ObjectSchema } from '../schema/schema.ts';
import { columnsOf, invalidType } from '../soql/column.ts';
import { isText } from '../soql/compare.ts';
import { compileCondition } from '../soql/condition.ts';
import type { Filter } from '../soql/condition-context.ts';
import { type Comparator, compileOrder } from '../soql/order.ts';
import { parseConditions, parseOrderBy, pathOf, wholeNumber } from '../soql/parse.ts';
import { projection, type Row } from '../soql/projection.ts';
import { createReader, type Reader } from '../soql/reader.ts';
import { selectedColumns } from '../soql/selected-columns.ts';
import { holds, parseTerm, type Term, wordsOf } from './term.ts';

export type Scope = 'ALL' | 'NAME' | 'EMAIL' | 'PHONE' | 'SIDEBAR';

/** One object of a search: what to look through and what to give back. */
export interface Target {
  readonly object: ObjectSchema;
  readonly filter: Filter | null;
  readonly compare: Comparator | null;
  readonly limit: number | null;
  readonly row: (record: StoredRecord) => Row;
}

export interface SearchOptions {
  /** `/services/data/v66.0` */
  readonly base: string;
  /** How long a new record is not found yet, in milliseconds. */
  readonly indexDelayMs: number;
}

const SCOPES: readonly string[] = ['ALL', 'NAME', 'EMAIL', 'PHONE', 'SIDEBAR'];
const ROWS_MAX = 2000;
const ROWS_OF_PLAIN_OBJECT_MAX = 250;

/**
 * Runs one SOSL search.
 *
 * @throws SalesforceFailure MALFORMED_SEARCH, INVALID_FIELD, INVALID_TYPE as the service would answer.
 */
export function runSearch(org: Org, text: string, options: SearchOptions): readonly Row[] {
  const found = /^\s*FIND\s*\{((?:\\.|[^\\}])*)\}/is.exec(text);
  if (found === null) throw new SalesforceFailure('MALFORMED_SEARCH', 'No search term found. The search term must be enclosed in braces.');
  const term = parseTerm(found[1]!);
  const reader = createReader(text, found[0].length, 'MALFORMED_SEARCH');
  let scope: Scope = 'ALL';
  if (reader.accept('IN')) {
    scope = scopeOf(reader.next().text);
    reader.expect('FIELDS');
  }
  const targets = reader.accept('RETURNING') ? parseTargets(org, reader, options.base) : everyObject(org, options.base);
  const limit = reader.accept('LIMIT') ? wholeNumber(reader) : ROWS_MAX;
  if (reader.peek().kind !== 'end') throw reader.unexpected();
  return search(org, { term, scope, targets, limit: Math.min(limit, ROWS_MAX) }, options);
}

export interface Search {
  readonly term: Term;
  readonly scope: Scope;
  readonly targets: readonly Target[];
  readonly limit: number;
}

/** Rows by object, in the order of the targets. */
export function search(org: Org, { term, scope, targets, limit }: Search, { indexDelayMs }: SearchOptions): readonly Row[] {
  const rows: Row[] = [];
  const share = targets.length === 1 ? ROWS_OF_PLAIN_OBJECT_MAX : Math.min(Math.floor(ROWS_MAX / targets.length), ROWS_OF_PLAIN_OBJECT_MAX);
  const indexedBy = org.now() - indexDelayMs;
  for (const { object, filter, compare, limit: own, row } of targets) {
    const fields = object.visibleFields().filter((field) => inScope(field, scope));
    const hits: StoredRecord[] = [];
    for (const record of org.database.all(object.name)) {
      if (!record.shared || isDeleted(record) || record.insertedAt > indexedBy) continue;
      if (holds(term, indexed(fields, record)) && (filter === null || filter(record))) hits.push(record);
    }
    hits.sort((a, b) => (compare?.(a, b) ?? 0) || byPlace(a, b));
    rows.push(...hits.slice(0, own ?? (filter === null && compare === null ? share : ROWS_MAX)).map(row));
  }
  return rows.slice(0, limit);
}

/** An object of which only ids come back. */
export function plainTarget(org: Org, object: ObjectSchema, base: string, names: readonly string[] = ['Id']): Target {
  const columnOf = columnsOf(org, object, names.join(','), null);
  const columns = names.map((name) => columnOf({ names: name.trim().split('.'), at: 0 }));
  return { object, filter: null, compare: null, limit: null, row: projection(org, columns, base) };
}

export function scopeOf(word: string): Scope {
  const scope = word.toUpperCase();
  if (!SCOPES.includes(scope)) throw new SalesforceFailure('MALFORMED_SEARCH', `unexpected token: '${word}'`);
  return scope as Scope;
}

const everyObject = (org: Org, base: string): readonly Target[] =>
  org.schema.objects.filter(({ definition }) => definition.searchable).map((object) => plainTarget(org, object, base));

function parseTargets(org: Org, reader: Reader, base: string): readonly Target[] {
  const targets: Target[] = [];
  do {
    const name = reader.next();
    const object = org.schema.object(name.text);
    if (object === undefined || !object.definition.searchable) throw invalidType(reader.text, name.at, name.text);
    targets.push(reader.acceptSymbol('(') ? parseTarget(org, object, reader, base) : plainTarget(org, object, base));
  } while (reader.acceptSymbol(','));
  return targets;
}

function parseTarget(org: Org, object: ObjectSchema, reader: Reader, base: string): Target {
  const columnOf = columnsOf(org, object, reader.text, null);
  const paths = [pathOf(reader.next())];
  while (reader.acceptSymbol(',')) paths.push(pathOf(reader.next()));
  const columns = selectedColumns(reader.text, paths, columnOf);
  const where = reader.accept('WHERE') ? parseConditions(reader) : null;
  const orderBy = parseOrderBy(reader);
  const limit = reader.accept('LIMIT') ? wholeNumber(reader) : null;
  reader.expectSymbol(')');
  return {
    object,
    filter: where === null ? null : compileCondition({ org, object, text: reader.text, columnOf, isOuter: false }, where),
    compare: orderBy.length === 0 ? null : compileOrder(reader.text, orderBy, columnOf),
    limit,
    row: projection(org, columns, base),
  };
}

function inScope(field: Field, scope: Scope): boolean {
  const { type, nameField, compoundFieldName } = field;
  const isName = nameField || (compoundFieldName === 'Name' && type === 'string');
  switch (scope) {
    case 'PHONE':
      return type === 'phone'; // numbers in text fields are not found
    case 'EMAIL':
      return type === 'email';
    case 'NAME':
      return isName;
    case 'SIDEBAR':
      return isName || type === 'phone' || type === 'email';
    default:
      return isText(field);
  }
}

/**
 * The rows of words that the index keeps of a record. Of a phone number also its digits in one piece, and without the
 * country code of North America: what is known of the real index is that digits alone usually find a number.
 */
function indexed(fields: readonly Field[], { values }: StoredRecord): readonly (readonly string[])[] {
  const rows: (readonly string[])[] = [];
  for (const { name, type } of fields) {
    const value = values[name];
    if (typeof value !== 'string') continue;
    rows.push(wordsOf(value));
    if (type !== 'phone') continue;
    const digits = value.replace(/\D/g, '');
    if (digits !== '') rows.push([digits]);
    if (digits.length === 11 && digits.startsWith('1')) rows.push([digits.slice(1)]);
  }
  return rows;
}
