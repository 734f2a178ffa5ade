import { CrmSyncError, invariant } from '../../../errors.ts';
import { fitting } from '../../../http/fitting.ts';
import type { Call, Fetched } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { FETCH_BATCH_MAX } from '../limits.ts';
import { queryRows } from '../query/query.ts';
import { selectFields } from '../query/selection.ts';
import { toId18 } from '../record-id.ts';
import { checkCampaigns, FRESH_MS } from './check-campaigns.ts';

interface FetchQuery {
  readonly object: string;
  readonly ids: readonly string[];
  readonly fields: readonly string[];
}

/** One answer per id, in order. A text that is no record id is `missing` and is never sent. */
export async function fetchRecords(context: Context, query: FetchQuery, call: Call): Promise<readonly Fetched[]> {
  invariant(query.ids.length <= FETCH_BATCH_MAX, `at most ${FETCH_BATCH_MAX} ids are fetched at once`);
  const full = query.ids.map(toId18);
  const ids = [...new Set(full.filter((id) => id !== null))];
  const found =
    ids.length === 0 ? new Map<string, Fetched>() : await withFreshDescribe(context, () => fetchAll(context, { ...query, ids }, call));
  return query.ids.map((asked, index) => {
    const id = full[index];
    return (id && found.get(id)) || { id: id ?? asked, state: 'missing' };
  });
}

async function fetchAll(context: Context, { object, ids, fields }: FetchQuery, call: Call): Promise<Map<string, Fetched>> {
  const selection = await selectFields(context.describer, object, fields, call, { conversions: true });
  const soqlOf = (some: readonly string[]) =>
    `SELECT ${selection.columns.join(', ')} FROM ${object} WHERE Id IN (${some.map((id) => `'${id}'`).join(',')})`;
  const found = new Map<string, Fetched>();
  for (const some of fitting(ids, (part) => context.client.tooLong(soqlOf(part)))) {
    const { rows } = await queryRows(context.client, { soql: soqlOf(some), deletedToo: selection.tellsDeleted }, call);
    for (const row of rows) {
      const record = selection.decode(row);
      if (record) found.set(record.id, record);
    }
  }
  if (found.size > 0) await checkCampaigns(context, { fields }, FRESH_MS, call);
  return found;
}

/** A field may have been hidden or removed since it was described: then once more with what is there now. */
export async function withFreshDescribe<T>({ describer }: Context, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CrmSyncError) || error.code !== 'field_not_visible') throw error;
    describer.forget();
    return work();
  }
}
