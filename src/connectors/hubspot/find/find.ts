import type { DescribedField } from '../../../core/schema/described.ts';
import type { Value } from '../../../core/values/value.ts';
import { CrmSyncError } from '../../../errors.ts';
import { fitting } from '../../../http/fitting.ts';
import type { Call, FindQuery, FoundRecords } from '../../../ports/connector.ts';
import { findActivities } from '../activities/find.ts';
import { toInstant } from '../codec.ts';
import type { Context } from '../context.ts';
import { BATCH_MAX } from '../limits.ts';
import { recordId } from '../objects.ts';
import { anyOf, takesList, wireValues } from '../query/filter.ts';
import { type Finder, startFinder } from '../query/finder.ts';
import { type FilterGroup, GROUPS_LENGTH_MAX, GROUPS_MAX } from '../query/search.ts';
import { findByEmail } from './email.ts';
import { findByPhone } from './phone.ts';

/** Records by the value of a property. An empty list of values costs no request. */
export async function findRecords(context: Context, query: FindQuery, call: Call): Promise<FoundRecords> {
  const values = [...new Set(query.values)];
  if (values.length === 0) return { found: [], completeUntil: context.clock.now() };
  const wanted = { ...query, values };
  if (query.by === '$phone') return findByPhone(context, wanted, call);
  if (query.by === '$activity') return findActivities(context, wanted, call);
  if (query.by === '$email') return findByEmail(context, wanted, call);
  return findByProperty(context, wanted, call);
}

async function findByProperty(context: Context, query: FindQuery, call: Call): Promise<FoundRecords> {
  const { fields, kind } = await context.describer.object(query.object, call);
  const field = filterable(fields.get(query.by), query);
  if (kind.name === 'contacts' && field.name === 'email') return findByEmail(context, query, call);
  const finder = await startFinder(context, query, [field.name], call);
  const searchable = query.values.filter((value) => value.trim() !== '' && !value.includes('\u0000'));
  if (searchable.length < query.values.length) finder.incomplete();
  if (field.type === 'id') await finder.takeIds(searchable.flatMap((value) => recordId(value) ?? []));
  else if (field.unique) for (const keys of chunks(searchable)) await finder.takeByKey(field.name, keys);
  else await searchFor(finder, field, searchable);
  return finder.result((record, value) => comparable(record[field.name] ?? null, field) === comparable(typed(value, field), field));
}

const chunks = (values: readonly string[]): readonly (readonly string[])[] => fitting(values, (part) => part.length > BATCH_MAX);

async function searchFor(finder: Finder, field: DescribedField, values: readonly string[]): Promise<void> {
  const groupsOf = (some: readonly string[]): readonly FilterGroup[] =>
    anyOf(field, [...new Set(some.flatMap((value) => searchValues(field, value)))]);
  const tooMuch = (groups: readonly FilterGroup[]) => groups.length > GROUPS_MAX || JSON.stringify(groups).length > GROUPS_LENGTH_MAX;
  for (const some of fitting(values, (part) => tooMuch(groupsOf(part)))) {
    const groups = groupsOf(some);
    if (tooMuch(groups))
      finder.incomplete(); // one value that is longer than a search may be
    else if (groups.length > 0) await finder.search(groups);
  }
}

/** As the search compares it. Text that is not plain is looked for all the same: what is found is compared here. */
function searchValues(field: DescribedField, value: string): readonly string[] {
  if (field.type === 'multipicklist') return value.split(';').filter((part) => part.trim() !== '');
  const asText = field.type === 'picklist' || field.type === 'reference' ? [value] : takesList(field) ? [value.toLowerCase()] : [];
  return wireValues(field, typed(value, field)) ?? asText;
}

function filterable(field: DescribedField | undefined, { object, by }: FindQuery): DescribedField {
  if (field?.filterable) return field;
  throw new CrmSyncError(`${object} has no property of the asked name that records can be found by.`, {
    code: field ? 'field_not_filterable' : 'field_not_visible',
    category: 'configuration',
    remedy: field ? 'Find records by another property.' : 'Correct the name of the property, or give the app the scopes to see it.',
    at: { object, field: by },
  });
}

/** A searched value as the property's type has it; one that is no such value stays text and finds nothing. */
function typed(value: string, { type }: DescribedField): Exclude<Value, null> {
  if (type === 'number') return value.trim() === '' || Number.isNaN(Number(value)) ? value : Number(value);
  if (type === 'boolean') return /^(true|false)$/.test(value) ? value === 'true' : value;
  return type === 'datetime' ? (toInstant(value) ?? value) : value;
}

/** Two values that HubSpot finds equal have the same. */
const comparable = (value: Value, { type }: DescribedField): Value =>
  typeof value === 'string' && type !== 'id' ? value.trim().toLowerCase() : value;
