import type { Chance } from '../chance.ts';
import type { Deployment } from '../deployment.ts';
import { BOTH_WAYS, type Person } from '../people.ts';
import { type Acts, MINUTE } from './act.ts';

/** How late a commit may become visible: within the overlap of both connectors. */
const LATE_MAX_MS = 5 * MINUTE;

/** A live record that nobody has in hand. */
export function someRecord({ crm, arrivals }: Deployment, chance: Chance, but?: string): string | null {
  const free = crm.people().filter(({ id }) => arrivals.isFree(id) && id !== but);
  return free.length === 0 ? null : chance.oneOf(free).id;
}

function twoRecords(there: Deployment, chance: Chance): readonly [string, string] | null {
  const one = someRecord(there, chance);
  const other = one === null ? null : someRecord(there, chance, one);
  return one === null || other === null ? null : [one, other];
}

export function addRecord(there: Deployment, person: Person, delayMs?: number): void {
  const id = there.crm.add(person, delayMs);
  if (delayMs === undefined) there.ledger.type('crm', id, person, 'somebody');
  else there.arrivals.add({ id, change: person }, delayMs);
}

export function editRecord(there: Deployment, id: string, change: Partial<Person>, delayMs?: number): void {
  there.crm.edit(id, change, delayMs);
  if (delayMs === undefined) there.ledger.type('crm', id, change, 'somebody');
  else there.arrivals.add({ id, change }, delayMs);
}

function mergeRecords(there: Deployment, winner: string, loser: string): void {
  const { crm, ledger, trace } = there;
  const left = crm.merge(winner, loser);
  trace.tell(`somebody merges records ${winner} and ${loser} into ${left}`, [winner, loser, left]);
  const person = crm.person(left);
  if (person === null) return;
  if (left !== winner) ledger.rename(winner, left);
  for (const gone of new Set([winner, loser])) ledger.giveUp('crm', gone, person);
  ledger.carry(left, person);
}

const late = (chance: Chance): number => 1_000 + chance.below(LATE_MAX_MS);

/** What people and other software do in the CRM. */
export const IN_CRM: Acts = {
  'a record is edited': [
    18,
    (there, chance) => {
      const id = someRecord(there, chance);
      if (id !== null) editRecord(there, id, there.values.change(chance, [...BOTH_WAYS, ...BOTH_WAYS, 'first_name', 'last_name']));
    },
  ],
  'a record is edited, and it shows late': [
    3,
    (there, chance) => {
      const id = someRecord(there, chance);
      if (id !== null) editRecord(there, id, there.values.change(chance, [...BOTH_WAYS, 'first_name']), late(chance));
    },
  ],
  'a record is added': [4, (there) => addRecord(there, there.values.person())],
  'a record is added, and it shows late': [1, (there, chance) => addRecord(there, there.values.person(), late(chance))],
  'a record is added with the number of another': [
    2,
    (there, chance) => {
      const id = someRecord(there, chance);
      const phone_number = id === null ? null : (there.crm.person(id)?.phone_number ?? null);
      addRecord(there, { ...there.values.person(), phone_number });
    },
  ],
  'a record is removed': [
    2,
    (there, chance) => {
      const id = someRecord(there, chance);
      if (id === null) return;
      there.crm.remove(id);
      there.ledger.giveUp('crm', id);
      there.trace.tell(`somebody removes record ${id}`, [id]);
    },
  ],
  'two records are merged': [
    2,
    (there, chance) => {
      const two = twoRecords(there, chance);
      if (two !== null) mergeRecords(there, ...two);
    },
  ],
  'a number changes': [
    3,
    (there, chance) => {
      const id = someRecord(there, chance);
      if (id !== null) editRecord(there, id, { phone_number: chance.of(0.15) ? null : there.values.value('phone_number') });
    },
  ],
  'two records change numbers': [
    1,
    (there, chance) => {
      const two = twoRecords(there, chance);
      if (two === null) return;
      const [first, second] = two.map((id) => there.crm.person(id)?.phone_number ?? null);
      editRecord(there, two[0], { phone_number: second ?? null });
      editRecord(there, two[1], { phone_number: first ?? null });
    },
  ],
  'the notes are edited in the CRM': [
    1,
    (there, chance) => {
      const id = someRecord(there, chance);
      if (id !== null) editRecord(there, id, { notes: there.values.value('notes') });
    },
  ],
};
