import type { Broken } from '../broken.ts';
import { BOTH_WAYS, e164, INBOUND, type PersonField } from '../people.ts';
import { fieldOf, type Seen, type SeenAccount } from './seen.ts';

/** Both sides of a field agree, once nobody edits any more (P2, P3). */
export function convergence(seen: Seen): readonly Broken[] {
  return seen.accounts.flatMap((account) => onAccount(seen, account));
}

function onAccount(seen: Seen, { account, pairs, runs }: SeenAccount): readonly Broken[] {
  const { rows, there, conflicts } = seen;
  const { ledger } = there;
  const broken: Broken[] = [];
  const differ = (field: string, { contactId, recordId, local, remote }: Record<'contactId' | 'recordId', string> & Differing) =>
    broken.push({
      promise: 'P3',
      message: `${field} of contact ${contactId} is ${local}, that of its record ${recordId} is ${remote}`,
      about: [contactId, recordId, ...[local, remote].filter((value) => value !== null)],
    });
  const others = seen.accounts.filter((other) => other.account !== account);
  /** Another CRM gave it (R25). It has not hidden what this one says, though: that was the contact's, too. */
  const isForeign = (field: PersonField, contactId: string, { local, remote }: Differing): boolean =>
    others.some((other) => {
      const records = recordsOf(other, contactId);
      const { crm } = other.account;
      // What a record of ours is made with where the contact has nothing is that CRM's from then on.
      if (Object.values<unknown>(crm.mapping.create?.defaults ?? {}).includes(local)) return true;
      // One that this contact or another one had sent to a record has come back from there.
      const isFromRecord = local !== null && [...records].some((id) => ledger.wasEver('crm', id, field, local));
      if (isFromRecord && ledger.isGiven(contactId, field)) return true;
      // A value may have come by a merge, from a record that was another contact's; a blank is no one's in particular.
      return ledger.isTypedInto((id) => records.has(id) || (local !== null && crm.person(id) !== null), field, local);
    }) &&
    (remote === null || ledger.wasEver('local', contactId, field, remote) || conflicts.has(`${field} ${remote}`));
  for (const { row, link, person } of pairs) {
    const both = { contactId: row.id, recordId: person.id };
    for (const field of BOTH_WAYS) {
      const [local, remote] = [fieldOf(row, field), person[field]];
      // HubSpot keeps no two contacts with one email: it is held, and told.
      const isHeld = field === 'email' && Object.keys(link.body.held).some((key) => key.toLowerCase() === field);
      if (isHeld && !isTold(there, runs, row.id, field)) broken.push(untold(row.id, person.id, field));
      if (isHeld || local === remote || (!account.shape.propagate && isForeign(field, row.id, { local, remote }))) continue;
      differ(field, { ...both, local, remote });
    }
    for (const field of INBOUND) {
      const [local, remote] = [fieldOf(row, field), field === 'phone_number' ? e164(person.phone_number) : person[field]];
      if (local === remote) continue;
      if (field === 'phone_number' && (remote === null || rows.some((other) => other.id !== row.id && fieldOf(other, field) === remote)))
        continue;
      const [ours, theirs] = [ledger.lastTyped('local', row.id, field), ledger.lastTyped('crm', person.id, field)];
      // What is filled beats a blank, which is recorded; at a first link a blank is no value, and nothing is.
      if (remote === null && (conflicts.has(`${field} ${local}`) || ledger.isFromBefore(row.id, person.id, theirs))) continue;
      if (isForeign(field, row.id, { local, remote })) continue;
      // A value of ours stays until the CRM's own moves again: also where a merge has brought another record with that same value.
      if (ours > theirs || ledger.typedOver('local', row.id, field) === remote) continue;
      differ(field, { ...both, local, remote });
    }
    const [local, remote] = [fieldOf(row, 'notes'), person.notes];
    const [ours, theirs] = [ledger.lastTyped('local', row.id, 'notes'), ledger.lastTyped('crm', person.id, 'notes')];
    // Two texts that meet for the first time stay apart until ours changes (R18): at the link, or where somebody in the CRM
    // was faster than the first push of the text that was here already.
    const stayApart =
      remote !== null &&
      (ledger.isFromBefore(row.id, person.id, ours, theirs) ||
        ledger.isStillToMeet(row.id, person.id, 'notes', account.made.records.has(person.id)));
    // After an answer that was lost nobody knows whether theirs was typed over ours: it stays, and the conflict keeps both.
    const isKept = conflicts.has(`notes ${local}`) && conflicts.has(`notes ${remote}`);
    if (local !== remote && ours > theirs && !stayApart && !isKept) differ('notes', { ...both, local, remote });
  }
  return broken;
}

/** In a run, or by an event. */
function isTold({ events }: Seen['there'], runs: SeenAccount['runs'], contactId: string, field: PersonField): boolean {
  const isAbout = (told: { readonly contactId?: string | null; readonly field?: string }): boolean =>
    told.contactId === contactId && told.field?.toLowerCase() === field;
  return runs.some(({ errors }) => errors.some(isAbout)) || events.some((event) => event.type === 'field.refused' && isAbout(event));
}

const untold = (contactId: string, recordId: string, field: PersonField): Broken => ({
  promise: 'P6',
  message: `${field} of contact ${contactId} is held, and nobody was told`,
  about: [contactId, recordId],
});

/** Records that the contact has or had. */
const recordsOf = ({ rows }: SeenAccount, contactId: string): ReadonlySet<string> =>
  new Set(rows.filter(({ id }) => id === contactId).flatMap(({ links }) => links.flatMap(({ recordId }) => recordId ?? [])));

interface Differing {
  readonly local: string | null;
  readonly remote: string | null;
}
