import { hasReference, keyText } from '../../../core/activity/activity-reference.ts';
import type { Value } from '../../../core/values/value.ts';
import type { Call, FindQuery, FoundRecords } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { objectKind, recordId } from '../objects.ts';
import { readAssociations } from '../query/associated.ts';
import { startFinder } from '../query/finder.ts';
import { EXTERNAL_ID, KEY_MAX, textProperty } from './activity-key.ts';

/**
 * Activities by the key of their conversation: a call by its external id, others by the line of their text that holds it.
 *
 * Those of the record that it was logged on are read themselves, which knows no lag: no answer then proves that nothing
 * was logged. Calls are searched before, which is cheaper, and finds one whose association somebody has taken away.
 */
export async function findActivities(context: Context, query: FindQuery, call: Call): Promise<FoundRecords> {
  const { kind, fields } = await context.describer.object(query.object, call);
  const isCall = kind.name === 'calls' && fields.has(EXTERNAL_ID);
  const place = isCall ? EXTERNAL_ID : textProperty(kind.name);
  const finder = await startFinder(context, query, [place], call);
  const matches = (values: Readonly<Record<string, Value>>, key: string): boolean =>
    isCall ? values[place] === keyText(key, KEY_MAX) : hasReference(String(values[place] ?? ''), 'html', key);

  if (isCall) {
    const keys = query.values.map((key) => keyText(key, KEY_MAX).toLowerCase()).filter((key) => key.trim() !== '');
    if (keys.length > 0) await finder.search([[{ propertyName: EXTERNAL_ID, operator: 'IN', values: keys }]]);
    const searched = finder.result(matches);
    if (query.values.every((value) => searched.found.some((found) => found.value === value))) return searched;
  }
  const record = query.record ? recordId(query.record.id) : null;
  if (!query.record || record === null || !fields.has(place)) {
    if (!isCall) finder.incomplete();
    return finder.result(matches);
  }
  const from = objectKind(query.record.object).name;
  const { ties, startedAt } = await readAssociations(context.client, { from, to: kind.name, ids: [record] }, call);
  await finder.takeIds((ties.get(record) ?? []).map(({ id }) => id));
  return { found: finder.result(matches).found, completeUntil: ties.has(record) ? startedAt : 0 };
}
