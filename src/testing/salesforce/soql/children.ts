import { byPlace, type StoredRecord } from '../database.ts';
import type { Org } from '../org.ts';
import { type ChildRelationship, childRelationships } from '../schema/child-relationships.ts';
import { isLongText } from '../schema/field.ts';
import type { ObjectSchema } from '../schema/schema.ts';
import { columnsOf } from './column.ts';
import { compileCondition } from './condition.ts';
import { compileOrder } from './order.ts';
import { projection } from './projection.ts';
import { selectedColumns } from './selected-columns.ts';
import type { ChildQuery } from './syntax.ts';
import { malformed } from './tokens.ts';

/** A compiled subquery of a SELECT. */
export interface Children {
  /** What its result is called in the row. */
  readonly name: string;
  readonly hasLongText: boolean;
  /** Null where the record has none. */
  resultOf(record: StoredRecord): Record<string, unknown> | null;
}

interface Place {
  readonly org: Org;
  readonly object: ObjectSchema;
  readonly text: string;
  readonly base: string;
  /** Records that the query may see at all. */
  readonly seen: (record: StoredRecord) => boolean;
}

/**
 * Subqueries of a SELECT: the records that hang on each row, by the name of their relationship. The limit counts for each row.
 *
 * @throws SalesforceFailure as the service would answer.
 */
export function compileChildren({ org, object, text, base, seen }: Place, query: ChildQuery): Children {
  const { child, field, name } = relationshipOf(object, org, text, query);
  const columnOf = columnsOf(org, child, text, null);
  const columns = selectedColumns(text, query.select, columnOf);
  const rowOf = projection(org, columns, base);
  const compare = compileOrder(text, query.orderBy, columnOf);
  const filter = query.where === null ? null : compileCondition({ org, object: child, text, columnOf, isOuter: false }, query.where);
  return {
    name,
    hasLongText: columns.some((column) => isLongText(column.field)),
    resultOf(record) {
      const found = [...(org.database.find(child, field, record.id) ?? [])]
        .filter((one) => seen(one) && (filter === null || filter(one)))
        .sort((a, b) => compare(a, b) || byPlace(a, b))
        .slice(0, query.limit ?? undefined);
      return found.length === 0 ? null : { totalSize: found.length, done: true, records: found.map(rowOf) };
    },
  };
}

function relationshipOf(
  object: ObjectSchema,
  { schema }: Org,
  text: string,
  { from }: ChildQuery,
): ChildRelationship & { readonly name: string } {
  const found = childRelationships(object, schema).find(({ name }) => name?.toLowerCase() === from.text.toLowerCase());
  if (found?.name != null) return { ...found, name: found.name };
  throw malformed(
    text,
    from.at,
    `Didn't understand relationship '${from.text}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
    'INVALID_TYPE',
  );
}
