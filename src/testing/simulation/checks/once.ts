import { conversationKey } from '../../../core/conversation.ts';
import { type Broken, fieldOf, type Seen } from './seen.ts';

/** No record, no activity and no effect of an analysis twice (P5). */
export function once({ there, rows, entries }: Seen): readonly Broken[] {
  const { made, crm, conversations } = there;
  const broken: Broken[] = [];
  const linked = new Set(rows.flatMap(({ links }) => links.flatMap(({ recordId }) => recordId ?? [])));
  for (const id of made.records)
    if (!linked.has(id) && crm.person(id)?.gone === null)
      broken.push({ promise: 'P5', message: `record ${id} was made and belongs to nobody`, about: [id] });

  const activities = new Map<string, string[]>();
  for (const [id, key] of made.activities) activities.set(key, [...(activities.get(key) ?? []), id]);
  for (const [key, ids] of activities)
    if (ids.length > 1) broken.push({ promise: 'P5', message: `conversation ${key} was logged ${ids.length} times`, about: [key, ...ids] });

  const applied = new Map(entries('applied').map(({ key, contactId }) => [key.slice(0, key.indexOf('#')), contactId]));
  for (const { conversation } of conversations) {
    const key = conversationKey(conversation);
    const contactId = applied.get(key);
    const note = String(conversation.analysis['notes']);
    const times = rows
      .map((row) => [row.id, (fieldOf(row, 'notes') ?? '').split(note).length - 1] as const)
      .filter(([, count]) => count > 0);
    const about = [key, note, ...times.map(([id]) => id), ...(contactId == null ? [] : [contactId])];
    const total = times.reduce((sum, [, count]) => sum + count, 0);
    if (total > 1) broken.push({ promise: 'P5', message: `the analysis of ${key} was applied ${total} times`, about });
    if (contactId != null && total === 0 && rows.some(({ id, removed }) => id === contactId && removed !== true))
      broken.push({ promise: 'P6', message: `the analysis of ${key} was applied to contact ${contactId} and is not there`, about });
  }
  return broken;
}
