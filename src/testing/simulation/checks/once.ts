import { conversationKey } from '../../../core/conversation/conversation.ts';
import type { StoredLink } from '../../../ports/store.ts';
import type { Broken } from '../broken.ts';
import { e164 } from '../people.ts';
import { fieldOf, type Seen, type SeenAccount, waitingRecords } from './seen.ts';

/** No record, no activity and no effect of an analysis twice (P5). */
export function once({ there, accounts, rows, entries }: Seen): readonly Broken[] {
  const { conversations } = there;
  const broken = accounts.flatMap((account) => madeOnce(there, account));

  const applied = new Map<string, (string | null)[]>();
  for (const { key, contactId } of entries('applied')) {
    const conversation = key.slice(0, key.indexOf('#'));
    applied.set(conversation, [...(applied.get(conversation) ?? []), contactId]);
  }
  for (const key of new Set(conversations.map(({ conversation }) => conversationKey(conversation)))) {
    // One of each analysis of it.
    const versions = conversations.filter(({ conversation }) => conversationKey(conversation) === key);
    const notes = versions.map(({ conversation }) => String(conversation.analysis['notes']));
    const markers = applied.get(key) ?? [];
    const missing = notes.length - notes.filter((note) => timesIn(rows, note) > 0).length;
    const about = [key, ...notes, ...markers.flatMap((contactId) => contactId ?? [])];
    for (const note of notes)
      if (timesIn(rows, note) > 1)
        broken.push({ promise: 'P5', message: `the analysis of ${key} was applied ${timesIn(rows, note)} times`, about });
    // An analysis may have come to nobody's contact; one that is marked is there, unless its contact is not.
    const there = markers.filter((contactId) => rows.some(({ id, removed }) => id === contactId && removed !== true));
    if (there.length > notes.length - missing)
      broken.push({ promise: 'P6', message: `${there.length} analyses of ${key} were applied, and ${missing} are not there`, about });
  }
  return broken;
}

function madeOnce({ departures, conversations, ledger }: Seen['there'], seen: SeenAccount): Broken[] {
  const { account, rows } = seen;
  const { made, crm } = account;
  const broken: Broken[] = [];
  const linked = new Set(rows.flatMap(({ links }) => links.flatMap(({ recordId }) => recordId ?? [])));
  const waiting = waitingRecords(seen);
  const isOfOther = ({ state, recordId }: StoredLink): boolean => state === 'tombstone' && recordId !== null && !made.records.has(recordId);
  for (const id of made.records) {
    const phone = e164(crm.person(id)?.phone_number ?? null);
    const numbers = [phone, ...ledger.everIn('crm', id, 'phone_number')];
    if (linked.has(id) || crm.person(id)?.gone !== null || numbers.some((number) => departures.isErased(id, number))) continue;
    // Its answer was lost, and a person has added another record with its number since: nobody can tell which one it is.
    const isAmbiguous = crm.people().some((other) => !made.records.has(other.id) && e164(other.phone_number) === phone);
    // Or had: whose record was removed since is given another one only if more than the number speaks for it.
    const isBereft = rows.some((row) => row.links.some(isOfOther) && fieldOf(row, 'phone_number') === phone);
    // Or has given it another number: it is found by neither, and waits for whoever has that one.
    const isRenumbered = ledger.typed.some(
      ({ side, id: typedInto, field }) => side === 'crm' && typedInto === id && field === 'phone_number',
    );
    if (isRenumbered && phone === null) continue; // or has taken its number from it: nothing tells whose it is
    // Or its contact was removed and brought back, when somebody else with a record had its number.
    const isPassedOn = departures.restored.has(id) && rows.some((row) => row.links.length > 0 && fieldOf(row, 'phone_number') === phone);
    if (!((isAmbiguous || isBereft || isRenumbered || isPassedOn) && waiting.has(id)))
      broken.push({ promise: 'P5', message: `record ${id} was made and belongs to nobody`, about: [id] });
  }

  const activities = new Map<string, string[]>();
  for (const [id, key] of made.activities) activities.set(key, [...(activities.get(key) ?? []), id]);
  // Whose number goes to somebody else once they are erased: nothing is left that says whose conversation it was.
  const ofErased = conversations.flatMap(({ conversation }) =>
    departures.erasedNumbers.has(conversation.contact.phone ?? '') ? [conversationKey(conversation)] : [],
  );
  for (const [key, ids] of activities)
    if (ids.length > 1 && !ofErased.includes(key))
      broken.push({ promise: 'P5', message: `conversation ${key} was logged ${ids.length} times`, about: [key, ...ids] });
  return broken;
}

const timesIn = (rows: Seen['rows'], note: string): number =>
  rows.reduce((times, row) => times + (fieldOf(row, 'notes') ?? '').split(note).length - 1, 0);
