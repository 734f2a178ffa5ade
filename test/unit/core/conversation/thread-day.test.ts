import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../../../src/core/conversation/conversation.ts';
import { activityKey, isThreadMessage, messageOrder, threadKey } from '../../../../src/core/conversation/thread-day.ts';

const PHONE = '+14155550123';
const message = (over: Partial<Conversation> = {}): Conversation => ({
  id: 'm1',
  source: 'retell',
  threadId: 't1',
  channel: 'sms',
  direction: 'inbound',
  contact: { kind: 'phone', phone: PHONE },
  agent: { kind: 'unknown' },
  startedAt: '2026-01-05T23:30:00.000Z',
  outcome: 'completed',
  analysis: {},
  final: true,
  ...over,
});
const { threadId: _, ...ALONE } = message();
const BY_DAY = { smsThreads: 'by_day', timeZone: 'UTC' } as const;

describe('a message of a thread', () => {
  const CASES: Record<string, readonly [conversation: Conversation, isOne: boolean]> = {
    'is an SMS': [message(), true],
    'is a WhatsApp message': [message({ channel: 'whatsapp' }), true],
    'is no call': [message({ channel: 'call' }), false],
    'is no email': [message({ channel: 'email' }), false],
    'is none without a thread': [ALONE, false],
    'is none of a thread without a name': [message({ threadId: '' }), false],
    'is not the whole thread': [message({ threadId: 'm1' }), false],
  };
  it.each(Object.keys(CASES))('%s', (name) => {
    const [conversation, isOne] = CASES[name]!;
    expect(isThreadMessage(conversation)).toBe(isOne);
    expect(threadKey(conversation) !== null).toBe(isOne);
    expect(activityKey(conversation, BY_DAY).includes(':thread:')).toBe(isOne);
  });
});

// Keys are stored with the activities that they are of: another spelling of one would log these a second time.
describe('the key of a thread with a person', () => {
  it.each<[name: string, contact: Partial<Conversation['contact']>, key: string]>([
    ['by the number', { phone: PHONE }, 'retell:thread:t1:ACB7zkJx'],
    ['by the number, whatever else is known', { phone: PHONE, email: 'ada@example.com', raw: 'Ada' }, 'retell:thread:t1:ACB7zkJx'],
    ['by the address where there is no number', { email: 'ada@example.com', raw: 'Ada' }, 'retell:thread:t1:FlTWu3bP'],
    ['by what the platform said where there is neither', { raw: 'Ada' }, 'retell:thread:t1:ja-t9zZh'],
    ['of whom nothing is known', {}, 'retell:thread:t1:SuyLeAtB'],
  ])('%s', (_, contact, key) => {
    expect(threadKey(message({ contact: { kind: 'unknown', ...contact } }))).toBe(key);
  });

  it('is another one on another platform, or in another thread', () => {
    expect(threadKey(message({ source: 'vapi' }))).toBe('vapi:thread:t1:ACB7zkJx');
    expect(threadKey(message({ threadId: 't2' }))).toBe('retell:thread:t2:ACB7zkJx');
  });
});

describe('the activity of a message', () => {
  it("is that of its thread, person and day, as the connection's zone has days", () => {
    expect(activityKey(message(), BY_DAY)).toBe('retell:thread:t1:2026-01-05:ACB7zkJx');
    expect(activityKey(message({ id: 'm2' }), BY_DAY)).toBe('retell:thread:t1:2026-01-05:ACB7zkJx');
    expect(activityKey(message(), { ...BY_DAY, timeZone: 'Europe/Berlin' })).toBe('retell:thread:t1:2026-01-06:ACB7zkJx');
  });

  it('is its own where each message makes one, and where it is of no thread', () => {
    expect(activityKey(message(), { ...BY_DAY, smsThreads: 'by_message' })).toBe('retell:m1');
    expect(activityKey(message({ channel: 'call' }), BY_DAY)).toBe('retell:m1');
  });
});

it('messages of a thread sort by their time, in whatever zone it was told, and those of one moment by their id', () => {
  const messages = [
    message({ id: 'm3', startedAt: '2026-01-05T10:00:00.500+01:00' }),
    message({ id: 'm2', startedAt: '2026-01-05T09:00:00.500Z' }),
    message({ id: 'm1', startedAt: '2026-01-05T09:30:00Z' }),
  ];
  expect(messages.map(messageOrder).toSorted()).toEqual([
    '2026-01-05T09:00:00.500Z m2',
    '2026-01-05T09:00:00.500Z m3',
    '2026-01-05T09:30:00.000Z m1',
  ]);
});
