import type { Conversation, Party } from '../core/conversation/conversation.ts';

/** A conversation to be tested with: whatever is left out gets a sensible value. */
export interface ConversationOptions extends Partial<Omit<Conversation, 'contact' | 'agent'>> {
  /** The contact's number as E.164. Default `+14155550123`. */
  readonly phone?: string;
  /** For a contact without a number, or with more than one: replaces what `phone` would give. */
  readonly contact?: Party;
  readonly agent?: Party;
}

const AGENT: Party = { raw: '+14155550100', phone: '+14155550100', kind: 'phone' };
const STARTED_AT = '2026-01-05T08:30:00.000Z';
const DURATION_SECONDS = 125.4;
const E164 = /^\+[1-9]\d{5,14}$/;

let made = 0; // only for ids that differ: nothing is decided by it

/**
 * A finished conversation, by default an inbound call of 125.4 seconds on 2026-01-05 with its analysis done.
 * Each call gives another id; deliver the same object twice to test a redelivery, or pass `id`.
 *
 * @example
 * conversation({ phone: '+14155550123', analysis: { status: 'Qualified' } }).direction //=> 'inbound'
 */
export function conversation(options: ConversationOptions = {}): Conversation {
  const { phone = '+14155550123', contact = partyOf(phone), agent = AGENT, ...given } = options;
  made += 1;
  const channel = given.channel ?? 'call';
  const startedAt = given.startedAt ?? STARTED_AT;
  const timed = channel === 'call' || channel === 'voicemail' ? { durationSeconds: given.durationSeconds ?? DURATION_SECONDS } : {};
  const endedAt = new Date(Date.parse(startedAt) + (timed.durationSeconds ?? 0) * 1000).toISOString();
  return {
    id: `conversation-${made}`,
    source: 'test',
    channel,
    direction: 'inbound',
    startedAt,
    endedAt,
    ...timed,
    outcome: 'completed',
    analysis: {},
    final: true,
    ...given,
    contact,
    agent,
  };
}

const partyOf = (phone: string): Party => (E164.test(phone) ? { raw: phone, phone, kind: 'phone' } : { raw: phone, kind: 'unknown' });
