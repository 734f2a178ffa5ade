import type { CrmFieldType } from '../../../core/schema/described.ts';
import type { FieldVersion } from '../../../core/sync/overwritten.ts';
import type { Call, FieldTime } from '../../../ports/connector.ts';
import { decodeValue, toInstant } from '../codec.ts';
import type { Context } from '../context.ts';
import { HISTORY_BATCH_MAX } from '../limits.ts';
import { recordId } from '../objects.ts';
import { batchRead } from '../query/batch-read.ts';
import type { WireRecord } from '../wire-record.ts';

interface TimesQuery {
  readonly object: string;
  readonly ids: readonly string[];
  readonly fields: readonly string[];
}

/** When properties were last changed, by their history. A property of a company, and one without a history, is left out. */
export async function readFieldTimes(
  { client, describer }: Context,
  { object, ids, fields }: TimesQuery,
  call: Call,
): Promise<readonly FieldTime[]> {
  const asked = [...new Set(ids.map(recordId).filter((id) => id !== null))];
  const history = fields.filter((field) => !field.includes('.'));
  if (history.length === 0) return [];
  const { fields: described } = await describer.object(object, call);
  const times: FieldTime[] = [];
  for (let from = 0; from < asked.length; from += HISTORY_BATCH_MAX) {
    const query = { object, ids: asked.slice(from, from + HISTORY_BATCH_MAX), properties: [], history };
    const { rows } = await batchRead(client, query, call);
    times.push(...rows.flatMap((row) => history.flatMap((field) => timeOf(row, field, described.get(field)?.type ?? 'unsupported'))));
  }
  return times;
}

function timeOf({ id, propertiesWithHistory }: WireRecord, field: string, type: CrmFieldType): FieldTime[] {
  const changes = propertiesWithHistory != null && Object.hasOwn(propertiesWithHistory, field) ? (propertiesWithHistory[field] ?? []) : [];
  const versions = changes
    .flatMap(({ timestamp, value = null }): FieldVersion[] => {
      const [at, decoded] = [toInstant(timestamp), decodeValue(value, type)];
      return at === null || decoded === undefined ? [] : [{ at, value: decoded }];
    })
    .reverse() // HubSpot tells the newest first, and edits of one moment keep their order
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const at = versions.at(-1)?.at;
  return at === undefined ? [] : [{ id, field, at, versions }];
}
