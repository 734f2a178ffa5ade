import assert from 'node:assert/strict';
import { type ContactStore, type Conversation, isCrmSyncError } from 'crm-sync-engine';
import { conversation } from 'crm-sync-engine/testing';
import { mulberry } from '../../flows/harness.ts';
import type { Deployment, World } from '../../flows/world.ts';

const REDELIVERED = 0.2;
const LOST_ACKS = 0.05;
/** Conversations of one contact: several of them come at the same time. */
const PER_CONTACT = 20;
const STATUSES = ['New', 'Working', 'Qualified'] as const;
const MINUTE = 60_000;

export interface Report {
  readonly conversations: number;
  readonly deliveries: number;
  readonly lostAcks: number;
  /** Answers that said that something is left. */
  readonly pending: number;
  /** Runs of `retryPending` until nothing was left. */
  readonly retries: number;
}

/**
 * Conversations of many contacts, a part of them delivered twice, some answers of the CRM lost, handled by two workers at once. In the
 * end each has exactly one activity, each analysis was applied once, and the contact says what its latest conversation said.
 */
export async function manyConversations(world: World, { count, seed }: { readonly count: number; readonly seed: number }): Promise<Report> {
  const random = mulberry(seed);
  const there = world.deployment();
  const phones = Array.from({ length: Math.ceil(count / PER_CONTACT) }, (_, index) => `+1415${String(2_000_000 + index)}`);
  for (const [index, phone] of phones.entries()) there.crm.add({ firstName: `First${index}`, lastName: 'Smith', phone, status: 'New' });
  await there.engine.pull();
  there.clock.advance(count * MINUTE);
  const conversations = Array.from({ length: count }, (_, index) => callOf(index, phones[index % phones.length] as string));
  const deliveries = withRedeliveries(conversations, random);

  let lostAcks = 0;
  let pending = 0;
  const queue = deliveries.toReversed();
  const worker = async (engine: Deployment['engine']): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (random() < LOST_ACKS) {
        there.crm.fault({ on: 'log', what: 'lost_ack' });
        lostAcks += 1;
      }
      if (!(await handled(engine, next))) pending += 1;
    }
  };
  await Promise.all([worker(there.engineOf()), worker(there.engineOf())]);
  const retries = await finish(there);
  await check(there, conversations);
  return { conversations: count, deliveries: deliveries.length, lostAcks, pending, retries };
}

const callOf = (index: number, phone: string): Conversation =>
  conversation({
    id: `call-${index}`,
    phone,
    startedAt: new Date(Date.UTC(2026, 0, 5, 9, index)).toISOString(),
    summary: `Summary of call ${index}.`,
    analysis: { lead_qualification_status: STATUSES[index % STATUSES.length] as string, customer_notes: `<${index}>` },
  });

/** A redelivery comes right after the first one, so that both workers have it at once, or a while later. */
function withRedeliveries(conversations: readonly Conversation[], random: () => number): readonly Conversation[] {
  const deliveries: { readonly at: number; readonly conversation: Conversation }[] = [];
  for (const [index, one] of conversations.entries()) {
    deliveries.push({ at: index, conversation: one });
    if (random() < REDELIVERED) deliveries.push({ at: index + (random() < 0.5 ? 0.5 : random() * 50), conversation: one });
  }
  return deliveries.sort((a, b) => a.at - b.at).map((delivery) => delivery.conversation);
}

/** As a platform does, it is delivered again where the answer is an error. */
async function handled(engine: Deployment['engine'], one: Conversation): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return (await engine.handleConversation(one)).complete;
    } catch (error) {
      if (!isCrmSyncError(error) || !error.retryable || attempt === 5) throw error;
    }
}

async function finish({ engine, clock, store, scope }: Deployment): Promise<number> {
  for (let retries = 1; retries <= 50; retries += 1) {
    clock.advance(60 * MINUTE);
    await engine.retryPending();
    const merges = await entriesOf(store, scope, 'workspace', 'merge');
    if ((await engine.status()).waiting.conversations === 0 && merges.length === 0) return retries;
  }
  throw new assert.AssertionError({ message: 'Something stays pending, however often it is tried.' });
}

const entriesOf = (store: ContactStore, bound: Deployment['scope'], scope: 'workspace' | 'connection', kind: string) =>
  store.bind(bound).entries({ scope, kind, limit: 1_000_000 });

async function check({ engine, crm, store, scope }: Deployment, conversations: readonly Conversation[]): Promise<void> {
  const logged = crm.loggedCalls().map(({ key }) => key);
  const keys = conversations.map(({ source, id }) => `${source}:${id}`);
  assert.equal(logged.length, conversations.length, 'activities');
  assert.deepEqual(logged.toSorted(), keys.toSorted(), 'one activity per conversation');
  assert.equal((await entriesOf(store, scope, 'workspace', 'applied')).length, conversations.length, 'one marker per conversation');

  for (const phone of new Set(conversations.map(({ contact }) => contact.phone as string))) {
    const theirs = conversations.filter((one) => one.contact.phone === phone);
    const { contact } = await engine.contacts.byPhone(phone);
    const notes = String(contact?.fields['interaction_summary']);
    const mentioned = [...notes.matchAll(/<(\d+)>/g)].map(([, number]) => Number(number)).sort((a, b) => a - b);
    assert.deepEqual(
      mentioned,
      theirs.map(({ id }) => Number(id.slice('call-'.length))),
      'each note merged exactly once',
    );
    assert.equal(contact?.fields['lead_status'], theirs.at(-1)?.analysis['lead_qualification_status'], 'the latest conversation counts');
  }
}
