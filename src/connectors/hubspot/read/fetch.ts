import { invariant } from '../../../errors.ts';
import type { Call, Fetched } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { BATCH_MAX } from '../limits.ts';
import { recordId } from '../objects.ts';
import { readByIds } from '../query/read-by-id.ts';
import { selectProperties } from '../query/selection.ts';

interface FetchQuery {
  readonly object: string;
  readonly ids: readonly string[];
  readonly fields: readonly string[];
}

/** One answer per id, in order. A text that is no record id is `missing` and is never sent. */
export async function fetchRecords(context: Context, { object, ids, fields }: FetchQuery, call: Call): Promise<readonly Fetched[]> {
  invariant(ids.length <= BATCH_MAX, `at most ${BATCH_MAX} ids are fetched at once`);
  const asked = [...new Set(ids.map(recordId).filter((id) => id !== null))];
  if (asked.length === 0) return ids.map((id) => ({ id, state: 'missing' }));
  const { records } = await readByIds(context, await selectProperties(context.describer, object, fields, call), asked, call);
  const found = new Map(records.map((record) => [record.id, record]));
  return ids.map((id) => found.get(id) ?? { id, state: 'missing' });
}
