import type { Broken } from '../broken.ts';
import { e164 } from '../people.ts';
import { fieldOf, LIVE, type Seen, type SeenAccount, waitingRecords } from './seen.ts';

/** What a link may be, by what became of its record. Without evidence none is given up for good (R14). */
export const STATES: Readonly<Record<string, readonly string[]>> = {
  live: ['active'],
  merged: ['superseded'],
  deleted: ['tombstone'],
  untold: ['active', 'missing', 'superseded', 'tombstone'],
};

/** Each record has one contact and each contact one record, as far as its number tells; no number is had twice (P11, R19). */
export function identity({ there, rows, accounts }: Seen): readonly Broken[] {
  const broken = accounts.flatMap((account) => onAccount(there, account));
  const numbers = new Map<string, string>();
  for (const row of rows) {
    const number = fieldOf(row, 'phone_number');
    const other = number === null ? undefined : numbers.get(number);
    if (other !== undefined && !there.departures.sharedNumbers.has(number ?? ''))
      broken.push({ promise: 'P11', message: `contacts ${other} and ${row.id} have one number`, about: [other, row.id] });
    if (number !== null) numbers.set(number, row.id);
  }
  return broken;
}

function onAccount({ departures, ledger }: Seen['there'], seen: SeenAccount): Broken[] {
  const { account, rows } = seen;
  const { crm } = account;
  const broken: Broken[] = [];
  const links = rows.flatMap((row) =>
    row.links.flatMap((link) => (link.recordId === null ? [] : [{ row, ...link, recordId: link.recordId }])),
  );
  const holders = new Map<string, string[]>();
  for (const { row, recordId, state } of links) if (LIVE.has(state)) holders.set(recordId, [...(holders.get(recordId) ?? []), row.id]);
  for (const { row, recordId, state } of links) {
    const person = crm.person(recordId);
    const about = [row.id, recordId];
    if (person === null) broken.push({ promise: 'P11', message: `contact ${row.id} is linked to ${recordId}, which never was`, about });
    else if (LIVE.has(state) || state === 'tombstone' || state === 'superseded') {
      const fate = person.gone ?? 'live';
      // One that was deleted and is there again may be another contact's by then, and the contact may have another one.
      const isPast = fate === 'live' && !LIVE.has(state) && (holders.has(recordId) || row.links.some((link) => LIVE.has(link.state)));
      if (!STATES[fate]?.includes(state) && !isPast && row.removed !== true)
        broken.push({ promise: 'P11', message: `record ${recordId} is ${fate}, its link with contact ${row.id} is ${state}`, about });
    }
  }
  const waiting = waitingRecords(seen);
  for (const person of crm.people()) {
    const contacts = holders.get(person.id) ?? [];
    const about = [person.id, ...contacts];
    if (contacts.length > 1) broken.push({ promise: 'P11', message: `record ${person.id} has ${contacts.length} contacts`, about });
    if (contacts.length > 0) continue;
    const phone = e164(person.phone_number);
    // One that was made while its contact was erased makes nobody, whatever number it gets.
    const numbers = account.made.records.has(person.id) ? [phone, ...ledger.everIn('crm', person.id, 'phone_number')] : [phone];
    if (numbers.some((number) => departures.isErased(person.id, number))) continue;
    // It was in the bin until its contact had another one.
    const isReplaced = links.some(
      ({ row, recordId, state }) => recordId === person.id && state === 'tombstone' && row.links.some((link) => LIVE.has(link.state)),
    );
    // Somebody removed its contact, also while it was in the bin.
    const isKept = [...departures.removed.values()].some(({ records }) => records.get(person.id) === account);
    if (isReplaced || isKept) continue;
    const owner = rows.find((row) => phone !== null && row.removed !== true && fieldOf(row, 'phone_number') === phone);
    if (phone !== null && owner === undefined)
      broken.push({ promise: 'P2', message: `record ${person.id} has no contact, though nobody has its number`, about });
    else if (owner !== undefined && !waiting.has(person.id))
      broken.push({ promise: 'P6', message: `record ${person.id} has no contact and does not wait for one`, about: [...about, owner.id] });
  }
  for (const row of rows) {
    const live = row.links.filter(({ state }) => LIVE.has(state));
    if (live.length > 1) broken.push({ promise: 'P11', message: `contact ${row.id} has ${live.length} live records`, about: [row.id] });
  }
  return broken;
}
