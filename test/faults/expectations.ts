import type { LinkState, Row } from 'crm-sync-engine';
import { expect } from 'vitest';
import type { CrmPerson, Person } from './crms.ts';
import type { Deployment } from './deployment.ts';

const ALL = { entity: 'contact', plan: '', now: 0, after: null, limit: 100_000 } as const;

const e164 = (phone: string): string => `+1${phone.replace(/\D/g, '')}`;

/** Contacts with their links, removed ones too. */
export async function rowsOf({ bound, crm }: Deployment): Promise<readonly Row[]> {
  const rows = new Map((await bound.scan({ ...ALL, object: crm.object, want: 'all' })).map((row) => [row.id, row]));
  for (const row of await bound.scan({ ...ALL, object: crm.object, want: 'linked' })) rows.set(row.id, row);
  return [...rows.values()];
}

/** What becomes of a link, by what became of its record. Without evidence none is given up for good (R14). */
const STATES: Readonly<Record<NonNullable<CrmPerson['gone']> | 'live', readonly LinkState[]>> = {
  live: ['active'],
  merged: ['superseded'],
  deleted: ['tombstone'],
  untold: ['active', 'missing', 'superseded'],
};

const liveLinks = ({ links }: Row) => links.filter(({ state }) => state !== 'tombstone' && state !== 'superseded');

/**
 * What the store must hold once everything is quiet: for each live record one contact with exactly its values, for each
 * record that is gone none, and nothing twice. Problems are told by id.
 */
export async function expectInStep(there: Deployment, fields: readonly (keyof Person)[]): Promise<void> {
  const rows = await rowsOf(there);
  const problems: string[] = [];
  const byRecord = new Map<string, Row[]>();
  for (const row of rows)
    for (const { recordId } of row.links) if (recordId !== null) byRecord.set(recordId, [...(byRecord.get(recordId) ?? []), row]);

  for (const person of there.crm.people()) {
    const holders = (byRecord.get(person.id) ?? []).filter((row) => liveLinks(row).some(({ recordId }) => recordId === person.id));
    const [contact] = holders;
    if (holders.length !== 1 || contact === undefined) {
      problems.push(`record ${person.id} has ${holders.length} contacts`);
      continue;
    }
    if (!contact.links.some(({ recordId, state }) => recordId === person.id && state === 'active'))
      problems.push(`record ${person.id} is not active`);
    for (const field of fields) {
      const wanted = field === 'phone_number' ? e164(person.phone_number) : person[field];
      if ((contact.fields[field] ?? null) !== wanted)
        problems.push(`record ${person.id}: ${field} is ${contact.fields[field]}, not ${wanted}`);
    }
  }
  for (const row of rows) {
    if (row.links.length === 0) problems.push(`contact ${row.id} has no record at all`);
    if (liveLinks(row).length > 1) problems.push(`contact ${row.id} has ${liveLinks(row).length} live records`);
    for (const { recordId, state } of row.links) {
      const { gone } = there.crm.person(recordId ?? '');
      if (!STATES[gone ?? 'live'].includes(state)) problems.push(`record ${recordId} is ${gone ?? 'live'}, its link ${state}`);
    }
  }
  for (const [recordId, holders] of byRecord) if (holders.length > 1) problems.push(`record ${recordId} has ${holders.length} contacts`);
  const numbers = new Map<string, number>();
  for (const row of rows) {
    const number = row.fields['phone_number'] as string;
    numbers.set(number, (numbers.get(number) ?? 0) + 1);
  }
  for (const [number, count] of numbers) if (count > 1) problems.push(`${count} contacts have the number of a record: ${number}`);
  expect(problems.slice(0, 20)).toEqual([]);
}
