import { describe, expect, it } from 'vitest';
import { type BlandOptions, fromBland } from '../../../src/conversations/bland/from-bland.ts';
import { conversationOf, NOW } from './adapter-kit.ts';
import { blandCall } from './bland-fixtures.ts';
import { refusal } from './refusal.ts';

const read = (members?: Record<string, unknown>, options?: BlandOptions) => conversationOf(fromBland(blandCall(members), options));

describe('a completed call', () => {
  it('becomes a conversation with seconds, UTC times and both sides', () => {
    expect(read()).toEqual({
      id: 'c0ffee00-0000-4000-8000-000000000001',
      source: 'bland',
      channel: 'call',
      direction: 'outbound',
      contact: { raw: '+14155550123', kind: 'phone', phone: '+14155550123' },
      agent: { raw: '+14155550199', kind: 'phone', phone: '+14155550199' },
      startedAt: '2026-01-01T10:00:00.000Z',
      endedAt: '2026-01-01T10:02:05.400Z',
      durationSeconds: 125.4,
      transcript: [
        { role: 'agent', text: 'Hello', at: '2026-01-01T10:00:02.000Z' },
        { role: 'contact', text: 'Hi', at: '2026-01-01T10:00:04.000Z' },
        { role: 'tool', text: 'Ended call', at: '2026-01-01T10:00:06.000Z' },
      ],
      outcome: 'completed',
      analysis: { answered_by: 'human', first_name: 'Alice', appointment_time: '2026-01-05 15:00' },
      metadata: { customer_id: 'cus_42' },
      final: true,
    });
  });

  it('has the caller as its contact when it is inbound', () => {
    expect(read({ inbound: true })).toMatchObject({
      direction: 'inbound',
      contact: { phone: '+14155550199' },
      agent: { phone: '+14155550123' },
    });
  });

  it('is the same conversation whenever it is sent again', () => {
    const never = { started_at: null, call_length: 0 };
    expect(read(never, { now: NOW })).toEqual(read(never, { now: '2026-06-01T00:00:00Z' }));
  });

  it('has summary, recording, tag and agent where Bland gives them', () => {
    const more = {
      summary: 'Asked for a demo.',
      recording_url: 'https://example.com/r.mp3',
      disposition_tag: 'INTERESTED',
      pathway_id: 'path-1',
    };
    expect(read(more)).toMatchObject({
      summary: 'Asked for a demo.',
      recordingUrl: 'https://example.com/r.mp3',
      disposition: 'INTERESTED',
      agentId: 'path-1',
      analysis: { summary: 'Asked for a demo.', disposition_tag: 'INTERESTED' },
    });
  });

  it('takes plain text where there are no turns', () => {
    expect(read({ transcripts: [], concatenated_transcript: 'user: Hi' }).transcript).toBe('user: Hi');
    expect(read({ transcripts: null })).not.toHaveProperty('transcript');
  });
});

describe('sides', () => {
  it('without the flag are the host to tell', () => {
    expect(read({ inbound: null })).toMatchObject({ direction: 'unknown', contact: { kind: 'unknown' } });
    expect(read({ inbound: null }, { resolveNumbers: () => ({ direction: 'inbound' }) }).contact.phone).toBe('+14155550199');
    expect(read({ to: null }, { resolveNumbers: () => ({ contact: '+14155550177', direction: 'inbound' }) })).toMatchObject({
      direction: 'outbound',
      contact: { phone: '+14155550177' },
    });
  });
  it('without a country are read with the default country', () => {
    expect(read({ to: 4155550123 }, { defaultCountry: 'US' }).contact.phone).toBe('+14155550123');
  });
});

describe('times', () => {
  it.each([
    ['minutes', { call_length: 0.5 }, 30],
    ['0 is a duration', { call_length: 0 }, 0],
    ['three decimals of a second', { call_length: 0.333333 }, 20],
    ['seconds as text where the minutes are missing', { call_length: null, corrected_duration: '126' }, 126],
    ['seconds where the minutes are negative', { call_length: -1, corrected_duration: 7 }, 7],
    ['unknown where neither is a number', { call_length: '2.09', corrected_duration: 'x' }, undefined],
  ])('the duration: %s', (_, members, seconds) => expect(read(members).durationSeconds).toBe(seconds));

  it('the end is no time at which the call would have been cut off', () => {
    expect(read({ call_length: null })).not.toHaveProperty('endedAt');
  });

  it('a call that never connected starts when it was made, or when the event came', async () => {
    expect(read({ started_at: null })).toMatchObject({ startedAt: '2026-01-01T09:59:50.000Z', startedAtEstimated: true });
    expect(read({ started_at: null, created_at: 'soon' }, { now: NOW }).startedAt).toBe(NOW);
    expect((await refusal(() => read({ started_at: null, created_at: null }))).code).toBe('start_unknown');
  });

  it('without a zone is UTC', () => expect(read({ started_at: '2026-01-01T10:00:00' }).startedAt).toBe('2026-01-01T10:00:00.000Z'));
});

describe('outcome', () => {
  it.each([
    [{}, 'completed'],
    [{ answered_by: 'unknown' }, 'completed'],
    [{ answered_by: 'voicemail' }, 'voicemail'],
    [{ answered_by: 'no-answer' }, 'no_answer'],
    [{ transferred_to: '+14155550177' }, 'transferred'],
    [{ status: 'busy' }, 'busy'],
    [{ status: 'no-answer' }, 'no_answer'],
    [{ status: 'canceled' }, 'canceled'],
    [{ status: 'failed' }, 'failed'],
    [{ status: 'constructor' }, 'completed'],
    [{ error_message: 'no route' }, 'failed'],
    [{ completed: false, queue_status: 'call_error' }, 'failed'],
    [{ queue_status: 'complete_error' }, 'failed'],
  ])('%j: %s', (members, outcome) => expect(read(members)).toMatchObject({ outcome, final: true }));
});

describe('analysis', () => {
  it.each([[undefined], [null], ['text'], [[]]])('and variables that are %o bring nothing', (value) => {
    expect(read({ variables: value, analysis: value, answered_by: null }).analysis).toEqual({});
  });
  it('comes before a variable of the same name, and both before what Bland says itself', () => {
    const members = {
      variables: { a: 1, b: 0, summary: 'Mine' },
      analysis: { a: 2, c: false, d: null },
      summary: 'Its',
      answered_by: null,
    };
    expect(read(members).analysis).toEqual({ a: 2, b: 0, c: false, summary: 'Mine' });
  });
  it('hostile names are no names of results', () => {
    const variables = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}') as unknown;
    expect(Object.keys(read({ variables, answered_by: null }).analysis)).toEqual(['constructor']);
  });
});

describe('events', () => {
  it.each([
    [{ completed: false, queue_status: 'started' }],
    [{ completed: false, queue_status: null }],
    [{ completed: null, queue_status: 'queued' }],
  ])('a call that still runs is not final: %j', (members) => {
    expect(fromBland(blandCall(members))).toEqual({ kind: 'ignored', reason: 'not_final' });
    expect(read(members, { provisional: true })).toMatchObject({ final: false, analysis: {} });
  });
  it('a body that tells of no state is what it is sent for, a completed call', () => {
    expect(read({ completed: undefined, queue_status: undefined }).final).toBe(true);
  });
  it('an event of a running call is ignored', () => {
    const event = { call_id: 'c1', category: 'tool', message: 'Looked up slots', timestamp: '2026-01-01T10:00:02.000Z' };
    expect(fromBland(event)).toEqual({ kind: 'ignored', reason: 'other_event', event: 'tool' });
    expect(fromBland({ call_id: 'c1' })).toEqual({ kind: 'ignored', reason: 'other_event' });
  });
  it.each([[null], [undefined], ['text'], [[]], [{}], [{ completed: true }]])('%o is refused with a remedy', async (payload) => {
    const error = await refusal(() => fromBland(payload));
    expect(error).toMatchObject({ code: 'payload_unreadable', category: 'webhook' });
    expect(error.remedy).not.toBe('');
  });
  it('an id may be a number that has all its digits', async () => {
    expect(read({ call_id: 42 }).id).toBe('42');
    for (const call_id of [null, ' ', 2 ** 53, {}]) expect((await refusal(() => read({ call_id }))).code).toBe('payload_unreadable');
  });
});
