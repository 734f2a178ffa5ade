import { type Conversation, conversationKey } from '../../../core/conversation/conversation.ts';
import { conversation } from '../../conversation.ts';
import type { Account } from '../account.ts';
import { type Chance, chanceOf } from '../chance.ts';
import { judgeEdits } from '../checks/answers.ts';
import type { Deployment, StartOptions } from '../deployment.ts';
import { BOTH_WAYS, e164, type Person } from '../people.ts';
import { type Acts, MINUTE, someAccount } from './act.ts';
import { deathIn } from './flows.ts';
import { editRecord } from './in-crm.ts';

/** A contact that is there, as far as anybody knows. */
export function someContact({ ledger, departures }: Deployment, chance: Chance): string | null {
  const ids = ledger.ids('local').filter((id) => departures.isHere(id));
  return ids.length === 0 ? null : chance.oneOf(ids);
}

/** A contact with a live record that nobody has in hand. */
export async function somePair({ ledger }: Deployment, { bound, crm, arrivals }: Account, chance: Chance) {
  const pairs = (await bound.load({ ids: ledger.ids('local') })).flatMap(({ id, links }) =>
    links.flatMap(({ recordId, state }) => (state === 'active' && recordId !== null ? [{ contactId: id, recordId }] : [])),
  );
  const live = pairs.filter(({ recordId }) => crm.person(recordId)?.gone === null && arrivals.isFree(recordId));
  return live.length === 0 ? null : chance.oneOf(live);
}

const editContact = (there: Deployment, chance: Chance, contactId: string, change: Partial<Person>) =>
  there.start('edit', someAccount(there, chance), { death: deathIn(there, chance, 12) }, (engine) =>
    engine.contacts.update(contactId, change, { by: 'somebody' }),
  );

/** Several edits in one call, which may pass a number from one contact to another, and are sent at once or not. */
function editTogether(there: Deployment, chance: Chance) {
  const { ledger, values } = there;
  const ids = new Set(Array.from({ length: 2 + chance.below(3) }, () => someContact(there, chance)).filter((id) => id !== null));
  const edits = [...ids].map((id) => ({ id, fields: values.change(chance, [...BOTH_WAYS, ...BOTH_WAYS, 'first_name']) }));
  const [first, second] = edits;
  if (first === undefined) return;
  if (second !== undefined && chance.of(0.2)) {
    const phone_number = ledger.cell('local', first.id, 'phone_number');
    edits[0] = { id: first.id, fields: { ...first.fields, phone_number: number(there) } };
    if (phone_number !== null) edits[1] = { id: second.id, fields: { ...second.fields, phone_number } };
  }
  const push = chance.of(0.5);
  return there.start('edit', someAccount(there, chance), disturbed(there, chance), async ({ contacts }, { name }) => {
    const answers = await contacts.updateMany(edits, { by: 'somebody', ...(push && { push }) });
    judgeEdits(there, name, edits, answers);
  });
}

const number = ({ values }: Deployment): string => e164(values.value('phone_number')) as string;

function talk(there: Deployment, chance: Chance): Conversation {
  const { values, accounts, ledger, scheduler } = there;
  const inCrm = accounts.flatMap(({ crm }) => crm.people()).flatMap(({ phone_number }) => e164(phone_number) ?? []);
  const here = ledger.ids('local').flatMap((id) => ledger.cell('local', id, 'phone_number') ?? []);
  const known = [...inCrm, ...here];
  const analysis = {
    notes: values.value('notes'),
    ...(chance.of(0.5) && { title: values.value('title') }),
    ...(chance.of(0.3) && { email: values.value('email') }),
  };
  return conversation({
    id: `talk-${there.conversations.length + 1}`,
    phone: known.length === 0 || chance.of(0.15) ? number(there) : chance.oneOf(known),
    analysis,
    startedAt: new Date(scheduler.clock.now() - MINUTE).toISOString(),
  });
}

/** The platform's webhook, which comes again until it is answered. */
export async function deliver(there: Deployment, index: number, account: Account | null, options: StartOptions) {
  const delivered = there.conversations[index];
  if (delivered === undefined) return;
  const { conversation, accounts, unanswered } = delivered;
  const to = account ?? (options.chance ?? chanceOf(index)).oneOf(accounts);
  const { over } = await there.start('conversation', to, options, (engine) => engine.handleConversation(conversation));
  return {
    over: over.then((how) => {
      if (how.as !== 'done') return;
      unanswered.delete(to);
      const steps = Object.entries(how.value.steps).map(
        ([name, { status, reason }]) => `${name} ${status}${reason === null ? '' : ` (${reason})`}`,
      );
      const key = conversationKey(conversation);
      const about = [key, ...(how.value.contactId === null ? [] : [how.value.contactId])];
      there.trace.tell(`conversation ${key} is answered: ${steps.join(', ')}`, about);
    }),
  };
}

/** A host that has two CRMs hands a conversation to both, or to the one where it belongs. */
function takeIn(there: Deployment, chance: Chance, conversation: Conversation, among: readonly Account[]) {
  const accounts = among.length > 1 && chance.of(0.5) ? [chance.oneOf(among)] : among;
  there.conversations.push({ conversation, accounts, unanswered: new Set(accounts) });
  return deliver(there, there.conversations.length - 1, null, disturbed(there, chance));
}

export const disturbed = (there: Deployment, chance: Chance) => ({
  death: deathIn(there, chance, 40),
  failing: there.shape.failing,
  chance,
});

export const ON_OUR_SIDE: Acts = {
  'a contact is edited': [
    18,
    (there, chance) => {
      const id = someContact(there, chance);
      if (id === null) return;
      return editContact(there, chance, id, there.values.change(chance, [...BOTH_WAYS, ...BOTH_WAYS, ...BOTH_WAYS, 'first_name']));
    },
  ],
  'a contact gets another number': [
    1,
    (there, chance) => {
      const id = someContact(there, chance);
      return id === null ? undefined : editContact(there, chance, id, { phone_number: number(there) });
    },
  ],
  'contacts are edited together': [4, (there, chance) => editTogether(there, chance)],
  'both sides are edited alike': [
    2,
    async (there, chance) => {
      const account = someAccount(there, chance);
      const pair = await somePair(there, account, chance);
      if (pair === null) return;
      const field = chance.oneOf(BOTH_WAYS);
      const change = { [field]: there.values.value(field) };
      editRecord(there, account, pair.recordId, change);
      return editContact(there, chance, pair.contactId, change);
    },
  ],
  'both sides are edited at once': [
    5,
    async (there, chance) => {
      const account = someAccount(there, chance);
      const pair = await somePair(there, account, chance);
      if (pair === null) return;
      const field = chance.oneOf(BOTH_WAYS);
      editRecord(there, account, pair.recordId, { [field]: there.values.value(field) });
      return editContact(there, chance, pair.contactId, { [field]: there.values.value(field) });
    },
  ],
  'a conversation': [7, (there, chance) => takeIn(there, chance, talk(there, chance), there.accounts)],
  'a conversation is analysed again': [
    2,
    (there, chance) => {
      const before = there.conversations[chance.below(there.conversations.length)];
      if (before === undefined) return;
      const { values } = there;
      const analysis = { ...before.conversation.analysis, notes: values.value('notes'), title: values.value('title') };
      return takeIn(there, chance, { ...before.conversation, analysis }, before.accounts);
    },
  ],
  'a conversation of an earlier time comes in': [
    2,
    (there, chance) => {
      const former = there.ledger.numberSpans().filter(({ from, until }) => from[1] < until[0] && Number.isFinite(until[0]));
      if (former.length === 0) return;
      const { number: phone, from, until } = chance.oneOf(former);
      const call = talk(there, chance);
      const startedAt = new Date(from[1] + chance.below(until[0] - from[1])).toISOString();
      return takeIn(there, chance, { ...call, contact: { ...call.contact, phone }, startedAt }, there.accounts);
    },
  ],
  'a conversation comes again': [
    3,
    (there, chance) => deliver(there, chance.below(there.conversations.length), null, disturbed(there, chance)),
  ],
  'minutes go by': [10, ({ scheduler }, chance) => scheduler.advance(chance.below(10 * MINUTE))],
  'hours go by': [2, ({ scheduler }, chance) => scheduler.advance(chance.below(8 * 60 * MINUTE))],
};
