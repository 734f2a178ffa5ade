import { BOTH_WAYS, e164, INBOUND } from '../people.ts';
import { type Broken, fieldOf, type Seen } from './seen.ts';

/** Both sides of a field agree, once nobody edits any more (P2, P3). */
export function convergence({ pairs, rows, there, conflicts }: Seen): readonly Broken[] {
  const { ledger } = there;
  const broken: Broken[] = [];
  const differ = (field: string, { contactId, recordId, local, remote }: Record<'contactId' | 'recordId', string> & Differing) =>
    broken.push({
      promise: 'P3',
      message: `${field} of contact ${contactId} is ${local}, that of its record ${recordId} is ${remote}`,
      about: [contactId, recordId, ...[local, remote].filter((value) => value !== null)],
    });
  for (const { row, person } of pairs) {
    const both = { contactId: row.id, recordId: person.id };
    for (const field of BOTH_WAYS) {
      const [local, remote] = [fieldOf(row, field), person[field]];
      if (local !== remote) differ(field, { ...both, local, remote });
    }
    for (const field of INBOUND) {
      const [local, remote] = [fieldOf(row, field), field === 'phone_number' ? e164(person.phone_number) : person[field]];
      if (local === remote) continue;
      if (field === 'phone_number' && (remote === null || rows.some((other) => other.id !== row.id && fieldOf(other, field) === remote)))
        continue;
      const [ours, theirs] = [ledger.lastTyped('local', row.id, field), ledger.lastTyped('crm', person.id, field)];
      // What is filled beats a blank, which is recorded; at a first link a blank is no value, and nothing is.
      if (remote === null && (conflicts.has(`${field} ${local}`) || ledger.isFromBefore(row.id, person.id, theirs))) continue;
      // A value of ours stays until the CRM's own moves again: also where a merge has brought another record with that same value.
      if (ours > theirs || ledger.typedOver('local', row.id, field) === remote) continue;
      differ(field, { ...both, local, remote });
    }
    const [local, remote] = [fieldOf(row, 'notes'), person.notes];
    const [ours, theirs] = [ledger.lastTyped('local', row.id, 'notes'), ledger.lastTyped('crm', person.id, 'notes')];
    // Two texts that meet for the first time stay apart until ours changes (R18): at the link, or where somebody in the CRM
    // was faster than the first push of the text that was here already.
    const stayApart =
      remote !== null && (ledger.isFromBefore(row.id, person.id, ours, theirs) || ledger.isStillToMeet(row.id, person.id, 'notes'));
    // After an answer that was lost nobody knows whether theirs was typed over ours: it stays, and the conflict keeps both.
    const isKept = conflicts.has(`notes ${local}`) && conflicts.has(`notes ${remote}`);
    if (local !== remote && ours > theirs && !stayApart && !isKept) differ('notes', { ...both, local, remote });
  }
  return broken;
}

interface Differing {
  readonly local: string | null;
  readonly remote: string | null;
}
