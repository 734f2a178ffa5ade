import { expect, it } from 'vitest';
import { conversation } from '../../../src/testing/conversation.ts';

it('is a finished inbound call with its analysis done', () => {
  expect(conversation({ phone: '+14155550123', analysis: { status: 'Qualified' } })).toEqual({
    id: expect.stringMatching(/^conversation-\d+$/),
    source: 'test',
    channel: 'call',
    direction: 'inbound',
    contact: { raw: '+14155550123', phone: '+14155550123', kind: 'phone' },
    agent: { raw: '+14155550100', phone: '+14155550100', kind: 'phone' },
    startedAt: '2026-01-05T08:30:00.000Z',
    endedAt: '2026-01-05T08:32:05.400Z',
    durationSeconds: 125.4,
    outcome: 'completed',
    analysis: { status: 'Qualified' },
    final: true,
  });
});

it('has another id each time, and the one it is given', () => {
  expect(conversation().id).not.toBe(conversation().id);
  expect(conversation({ id: 'c1' }).id).toBe('c1');
});

it('takes everything that is given, and ends when its duration says', () => {
  const given = {
    source: 'retell',
    direction: 'outbound',
    startedAt: '2026-02-01T00:00:00.000Z',
    durationSeconds: 0,
    summary: 'Nobody there',
    final: false,
  } as const;
  expect(conversation(given)).toMatchObject({ ...given, endedAt: '2026-02-01T00:00:00.000Z' });
});

it('has no duration unless it is a call or voicemail', () => {
  expect('durationSeconds' in conversation({ channel: 'sms' })).toBe(false);
  expect(conversation({ channel: 'voicemail' }).durationSeconds).toBe(125.4);
});

it('keeps what is no number as it was received', () => {
  expect(conversation({ phone: 'anonymous' }).contact).toEqual({ raw: 'anonymous', kind: 'unknown' });
  expect(conversation({ contact: { kind: 'email', email: 'ann@example.com' } }).contact).toEqual({
    kind: 'email',
    email: 'ann@example.com',
  });
});
