import type { CrmFieldType, DescribedField } from '../../../core/schema/described.ts';
import type { Value } from '../../../core/values/value.ts';
import { CrmSyncError } from '../../../errors.ts';
import { fitting } from '../../../http/fitting.ts';
import type { Call, FindQuery, FoundRecords } from '../../../ports/connector.ts';
import { toInstant } from '../codec.ts';
import type { Context } from '../context.ts';
import { literalOf } from '../query/filter.ts';
import { queryRows } from '../query/query.ts';
import { startSearch } from '../query/search.ts';
import { withFreshDescribe } from '../read/fetch.ts';
import { toId18 } from '../record-id.ts';
import { findActivities } from '../tasks/find.ts';
import { findByPhone } from './phone.ts';

/** Records by the value of a field. An empty list of values costs no request. */
export async function findRecords(context: Context, query: FindQuery, call: Call): Promise<FoundRecords> {
  const values = [...new Set(query.values)];
  if (values.length === 0) return { found: [], completeUntil: context.clock.now() };
  return withFreshDescribe(context, () => {
    const wanted = { ...query, values };
    if (query.by === '$phone') return findByPhone(context, wanted, call);
    if (query.by === '$activity') return findActivities(context, wanted, call);
    return findByField(context, wanted, call);
  });
}

async function findByField(context: Context, query: FindQuery, call: Call): Promise<FoundRecords> {
  const info = await context.describer.object(query.object, call);
  const fields =
    query.by === '$email'
      ? info.described.fields.filter(({ type, filterable }) => type === 'email' && filterable)
      : [filterableField(info.fields.get(query.by), query)];
  const search = await startSearch(
    context,
    query,
    fields.map(({ name }) => name),
    call,
  );
  const plan = (values: readonly string[]): string | null => {
    const clauses = fields.flatMap(({ name, type }) => {
      const literals = values.flatMap((value) => literalOf(type, typed(value, type)) ?? []);
      return literals.length === 0 ? [] : [`${name} IN (${literals.join(', ')})`];
    });
    return clauses.length === 0 ? null : search.soql(clauses.join(' OR '));
  };
  const unsearchable = (value: string) => fields.every(({ type }) => literalOf(type, typed(value, type)) === null);
  if (query.values.some(unsearchable)) search.incomplete();
  for (const values of fitting(query.values, (part) => part.length > 200 || context.client.tooLong(plan(part) ?? ''))) {
    const soql = plan(values);
    if (soql !== null) search.take(await queryRows(context.client, { soql, deletedToo: false }, call));
  }
  const typeOf = new Map(fields.map(({ name, type }) => [name, type]));
  return search.result((record, value) =>
    [...typeOf].some(([name, type]) => comparable(record[name] ?? null, type) === comparable(typed(value, type), type)),
  );
}

/** What Salesforce compares in a way of its own, or not at all: a search would find nothing and prove nothing. */
const NOT_COMPARED: ReadonlySet<CrmFieldType> = new Set(['multipicklist', 'time', 'unsupported']);

function filterableField(field: DescribedField | undefined, { object, by }: FindQuery): DescribedField {
  if (field?.filterable && !NOT_COMPARED.has(field.type)) return field;
  throw new CrmSyncError(`${object} has no field of the asked name that records can be found by.`, {
    code: field ? 'field_not_filterable' : 'field_not_visible',
    category: 'configuration',
    remedy: field
      ? 'Find records by a field that can be filtered.'
      : 'Give the connected user access to the field, or take it out of the mapping.',
    at: { object, field: by },
  });
}

/** A searched value as the field's type has it; one that is no such value stays text and finds nothing. */
function typed(value: string, type: DescribedField['type']): Exclude<Value, null> {
  if (['integer', 'number', 'currency', 'percent'].includes(type))
    return value.trim() === '' || Number.isNaN(Number(value)) ? value : Number(value);
  if (type === 'boolean') return /^(true|false)$/.test(value) ? value === 'true' : value;
  if (type === 'id' || type === 'reference') return toId18(value) ?? value;
  return type === 'datetime' ? (toInstant(value) ?? value) : value;
}

/** Two values that Salesforce finds equal have the same. */
function comparable(value: Value, type: DescribedField['type']): Value {
  return typeof value === 'string' && !['id', 'reference'].includes(type) ? value.trim().toLowerCase() : value;
}
