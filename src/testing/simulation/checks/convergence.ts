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
      // What is filled beats a blank, which is recorded; at a first link nothing is.
      if (remote === null && (isSecondRecord(row) || conflicts.has(`${field} ${local}`))) continue;
      // A value of ours stays until the CRM's own moves again.
      if (ledger.lastTyped('local', row.id, field) > ledger.lastTyped('crm', person.id, field)) continue;
      differ(field, { ...both, local, remote });
    }
    const [local, remote] = [fieldOf(row, 'notes'), person.notes];
    const theirs = ledger.lastTyped('crm', person.id, 'notes');
    if (local !== remote && ledger.lastTyped('local', row.id, 'notes') > theirs && !isSecondRecord(row))
      differ('notes', { ...both, local, remote });
  }
  return broken;
}

interface Differing {
  readonly local: string | null;
  readonly remote: string | null;
}

/** Two that meet for the first time: what is filled in the CRM stays as it is there (R18). */
const isSecondRecord = ({ links }: { readonly links: readonly unknown[] }): boolean => links.length > 1;
