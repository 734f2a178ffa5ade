import { normalizePhone } from '../../../core/phone/phone.ts';
import { phoneSpellings } from '../../../core/phone/phone-spellings.ts';
import { CrmSyncError } from '../../../errors.ts';
import { startOf } from '../../../http/answers.ts';
import { fitting } from '../../../http/fitting.ts';
import type { Call, FindQuery, FoundRecords } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import type { WireRow } from '../query/field-path.ts';
import { queryRows } from '../query/query.ts';
import { type Search, startSearch } from '../query/search.ts';
import { idLiteral, textLiteral } from '../query/soql.ts';
import { phoneSearch, SEARCH_ROWS_MAX } from '../query/sosl.ts';

/**
 * Records by phone number, E.164. Salesforce keeps numbers as they were typed, so candidates come from two sides and are
 * compared here: the text index finds every spelling but knows a new record late; a comparison of the usual spellings
 * finds a record at once, which is what `completeUntil` stands for.
 *
 * Source: SOQL and SOSL Reference, SOSL FIND and IN PHONE FIELDS.
 */
export async function findByPhone(context: Context, query: FindQuery, call: Call): Promise<FoundRecords> {
  const info = await context.describer.object(query.object, call);
  const fields = info.described.fields.filter(({ type }) => type === 'phone');
  const compared = fields.map(({ name }) => name);
  const filterable = fields.filter((field) => field.filterable).map(({ name }) => name);
  const spellings = new Map(
    query.values.flatMap((value) => {
      const found = phoneSpellings(value);
      return found ? [[value, found] as const] : [];
    }),
  );
  const search = await startSearch(context, query, compared, call);

  const plan = (numbers: readonly string[]) => {
    const all = numbers.map((number) => spellings.get(number)!);
    const list = all.flatMap(({ texts }) => texts.flatMap((text) => textLiteral(text) ?? [])).join(', ');
    return {
      soql: search.soql(filterable.map((name) => `${name} IN (${list})`).join(' OR ')),
      sosl: phoneSearch({
        terms: all.flatMap(({ searchTerms }) => searchTerms),
        object: query.object,
        columns: search.selection.plainColumns,
      }),
    };
  };
  const tooLong = (numbers: readonly string[]) => {
    const { soql, sosl } = plan(numbers);
    return context.client.tooLong(soql) || sosl === null || context.client.tooLong(sosl);
  };
  if (filterable.length === 0 || spellings.size < query.values.length) search.incomplete();
  for (const numbers of compared.length === 0 ? [] : fitting([...spellings.keys()], tooLong)) {
    const { soql, sosl } = plan(numbers);
    if (filterable.length > 0) search.take(await queryRows(context.client, { soql, deletedToo: false }, call));
    const indexed = sosl === null ? null : await searchIndex(context, sosl, call);
    for (const answer of indexed ? await complete(context, search, indexed, call) : []) search.take(answer);
    if (indexed && indexed.rows.length >= SEARCH_ROWS_MAX) search.incomplete();
  }
  return search.result((values, number) =>
    compared.some((name) => {
      const phone = normalizePhone(values[name] ?? null, countryOption(spellings.get(number)?.country));
      return phone.kind === 'phone' && [phone.e164, ...(phone.others ?? [])].includes(number);
    }),
  );
}

/** Rows, and the CRM's time at the start of their query. */
interface Answer {
  readonly rows: readonly WireRow[];
  readonly startedAt: number | null;
}

const countryOption = (country: string | undefined) => (country === undefined ? {} : { defaultCountry: country });

/** What a search gave, with what only a query can give: rows are asked for once more, by id. */
async function complete(context: Context, search: Search, found: Answer, call: Call): Promise<readonly Answer[]> {
  if (search.selection.campaigns === null) return [found];
  const ids = found.rows.flatMap((row) => idLiteral(row['Id']) ?? []);
  const soqlOf = (some: readonly string[]): string => search.soql(`Id IN (${some.join(',')})`);
  const answers: Answer[] = [{ rows: [], startedAt: found.startedAt }];
  for (const some of fitting(ids, (part) => context.client.tooLong(soqlOf(part)))) {
    const { rows } = await queryRows(context.client, { soql: soqlOf(some), deletedToo: false }, call);
    answers.push({ rows, startedAt: found.startedAt });
  }
  return answers;
}

/** Null where the object can't be searched: the comparison of spellings has to do. */
async function searchIndex(context: Context, sosl: string, call: Call): Promise<Answer | null> {
  try {
    const answer = await context.client.read({ path: '/search', query: { q: sosl }, operation: '/search' }, call);
    const { body } = answer;
    const records: unknown = Array.isArray(body)
      ? body
      : typeof body === 'object' && body !== null && 'searchRecords' in body
        ? body.searchRecords
        : [];
    const rows = Array.isArray(records) ? records.filter((row): row is WireRow => typeof row === 'object' && row !== null) : [];
    return { rows, startedAt: startOf(answer) };
  } catch (error) {
    if (error instanceof CrmSyncError && ['bad_query', 'object_not_visible', 'bad_request', 'query_too_long'].includes(error.code))
      return null;
    throw error;
  }
}
