import type { Broken } from '../broken.ts';
import type { Seen } from './seen.ts';

/** An intent that was committed before a removal is sent within this time, or never. */
export const SENT_MS = 15 * 60_000;

/** Who was removed stays away and is written to no more (P11), and of who was erased nothing is left (R21). */
export function gone({ there, accounts, allEntries }: Seen): readonly Broken[] {
  const { departures, ledger } = there;
  const broken = [...departures.broken];
  for (const [contactId, { at, records }] of departures.removed)
    for (const recordId of records.keys())
      if (!ledger.isMerged(recordId) && ledger.isWrittenTo(recordId, at + SENT_MS))
        broken.push({
          promise: 'P11',
          message: `record ${recordId} of the removed contact ${contactId} was written to`,
          about: [contactId, recordId],
        });
  if (departures.erased.size === 0) return broken;
  const kept = [...accounts.flatMap((seen) => seen.rows), ...allEntries];
  for (const each of kept) {
    const id = 'fields' in each ? each.id : (each.contactId ?? '');
    if (departures.erased.has(id))
      broken.push({
        promise: 'R21',
        message: `something about the erased contact ${id} is kept: ${JSON.stringify(each).slice(0, 300)}`,
        about: [id],
      });
  }
  const texts = kept.map((each) => JSON.stringify(each));
  for (const contactId of departures.erased)
    for (const value of departures.areMerged(contactId) ? [] : ledger.valuesOnlyOf(contactId)) {
      const where = texts.find((text) => holds(text, value));
      if (where !== undefined && !departures.isElsewhere(contactId, value))
        broken.push({
          promise: 'R21',
          message: `${value} of the erased contact ${contactId} stands in ${where.slice(0, 300)}`,
          about: [contactId, value],
        });
    }
  return broken;
}

/** As a word of its own, and not as the beginning of another. */
const holds = (text: string, value: string): boolean => {
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1))
    if (!/[a-z0-9]/i.test(`${text[at - 1] ?? ' '}${text[at + value.length] ?? ' '}`)) return true;
  return false;
};
