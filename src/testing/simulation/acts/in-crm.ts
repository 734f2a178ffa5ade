import type { Account } from '../account.ts';
import type { Chance } from '../chance.ts';
import type { Deployment } from '../deployment.ts';
import { BOTH_WAYS, type Person } from '../people.ts';
import { type Act, type Acts, late, someAccount } from './act.ts';

/** A live record that nobody has in hand. */
export function someRecord({ crm, arrivals }: Account, chance: Chance, but?: string): string | null {
  const free = crm.people().filter(({ id }) => arrivals.isFree(id) && id !== but);
  return free.length === 0 ? null : chance.oneOf(free).id;
}

function twoRecords(account: Account, chance: Chance): readonly [string, string] | null {
  const one = someRecord(account, chance);
  const other = one === null ? null : someRecord(account, chance, one);
  return one === null || other === null ? null : [one, other];
}

export function addRecord({ ledger }: Deployment, { crm, arrivals }: Account, person: Person, delayMs?: number): void {
  const id = crm.add(person, delayMs);
  if (delayMs === undefined) ledger.type('crm', id, person, 'somebody');
  else arrivals.add({ id, change: person }, delayMs);
}

export function editRecord({ ledger }: Deployment, account: Account, id: string, change: Partial<Person>, delayMs?: number): void {
  const { crm, arrivals } = account;
  account.losses += Object.values(change).filter((value) => value === null).length;
  crm.edit(id, change, delayMs);
  if (delayMs === undefined) ledger.type('crm', id, change, 'somebody');
  else arrivals.add({ id, change }, delayMs);
}

function mergeRecords({ ledger, trace }: Deployment, account: Account, winner: string, loser: string): void {
  const { crm } = account;
  account.losses += 2;
  const left = crm.merge(winner, loser);
  trace.tell(`somebody merges records ${winner} and ${loser} into ${left}`, [winner, loser, left]);
  ledger.merge(winner, loser, left);
  const person = crm.person(left);
  if (person === null) return;
  if (left !== winner) ledger.rename(winner, left);
  for (const gone of new Set([winner, loser])) ledger.giveUp('crm', gone, person);
  ledger.carry(left, person);
}

function removeRecord({ ledger, trace }: Deployment, account: Account, id: string): void {
  account.crm.remove(id);
  account.losses += 1;
  ledger.giveUp('crm', id);
  trace.tell(`somebody removes record ${id}`, [id]);
}

/** Something is done with a record of one of the CRMs that nobody has in hand. */
const withRecord =
  (act: (there: Deployment, account: Account, id: string, chance: Chance) => unknown): Act =>
  (there, chance) => {
    const account = someAccount(there, chance);
    const id = someRecord(account, chance);
    return id === null ? undefined : act(there, account, id, chance);
  };

const withTwoRecords =
  (act: (there: Deployment, account: Account, two: readonly [string, string]) => unknown): Act =>
  (there, chance) => {
    const account = someAccount(there, chance);
    const two = twoRecords(account, chance);
    return two === null ? undefined : act(there, account, two);
  };

/** What people and other software do in the CRM. */
export const IN_CRM: Acts = {
  'a record is edited': [
    18,
    withRecord((there, account, id, chance) =>
      editRecord(there, account, id, there.values.change(chance, [...BOTH_WAYS, ...BOTH_WAYS, 'first_name', 'last_name'])),
    ),
  ],
  'a record is edited, and it shows late': [
    3,
    withRecord((there, account, id, chance) =>
      editRecord(there, account, id, there.values.change(chance, [...BOTH_WAYS, 'first_name']), late(chance)),
    ),
  ],
  'a record is added': [4, (there, chance) => addRecord(there, someAccount(there, chance), there.values.person())],
  'a record is added, and it shows late': [
    1,
    (there, chance) => addRecord(there, someAccount(there, chance), there.values.person(), late(chance)),
  ],
  'a record is added with the number of another': [
    2,
    withRecord((there, account, id) => {
      const phone_number = account.crm.person(id)?.phone_number ?? null;
      addRecord(there, account, { ...there.values.person(), phone_number });
    }),
  ],
  'somebody of one CRM is added to the other': [
    4,
    withRecord((there, account, id, chance) => {
      const other = there.accounts.find((one) => one !== account);
      const known = account.crm.person(id);
      if (other === undefined || known === null) return;
      const { id: _, gone: __, ...person } = known;
      // HubSpot keeps no two contacts with one email, nor one that was merged into another.
      const isTaken = there.ledger.ids('crm').some((one) => {
        return other.crm.person(one) !== null && there.ledger.wasEver('crm', one, 'email', known.email);
      });
      const email = isTaken ? there.values.value('email') : known.email;
      // Salesforce keeps no contact without a last name; HubSpot does.
      const last_name = known.last_name ?? there.values.value('last_name');
      const alike = { ...person, email, last_name, notes: null };
      addRecord(there, other, chance.of(0.5) ? alike : { ...there.values.person(), phone_number: known.phone_number });
    }),
  ],
  'a record is removed': [2, withRecord((there, account, id) => removeRecord(there, account, id))],
  'many records are removed': [
    2,
    (there, chance) => {
      const account = someAccount(there, chance);
      const free = account.crm.people().filter(({ id }) => account.arrivals.isFree(id) && chance.of(0.7));
      for (const { id } of free) removeRecord(there, account, id);
    },
  ],
  'removed records are taken out of the bin': [
    2,
    (there, chance) => {
      const { ledger, trace } = there;
      const { crm } = someAccount(there, chance);
      const gone = ledger.ids('crm').filter((id) => crm.person(id)?.gone === 'deleted');
      for (const id of gone.filter(() => chance.of(0.5)))
        if (crm.restore(id)) trace.tell(`somebody takes record ${id} out of the bin`, [id]);
    },
  ],
  'two records are merged': [2, withTwoRecords((there, account, two) => mergeRecords(there, account, ...two))],
  'a number changes': [
    3,
    withRecord((there, account, id, chance) =>
      editRecord(there, account, id, { phone_number: chance.of(0.15) ? null : there.values.value('phone_number') }),
    ),
  ],
  'two records change numbers': [
    1,
    withTwoRecords((there, account, two) => {
      const [first, second] = two.map((id) => account.crm.person(id)?.phone_number ?? null);
      editRecord(there, account, two[0], { phone_number: second ?? null });
      editRecord(there, account, two[1], { phone_number: first ?? null });
    }),
  ],
  'the notes are edited in the CRM': [
    1,
    withRecord((there, account, id) => editRecord(there, account, id, { notes: there.values.value('notes') })),
  ],
};
