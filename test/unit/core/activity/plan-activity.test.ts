import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Activity } from '../../../../src/core/activity/activity.ts';
import {
  type ActivityPlan,
  type ActivitySkipReason,
  type PlanActivityOptions,
  planActivity,
} from '../../../../src/core/activity/plan-activity.ts';
import { countCharacters } from '../../../../src/core/base/text.ts';
import type { Channel, Conversation, Direction, Outcome, Party } from '../../../../src/core/conversation/conversation.ts';
import { durationText } from '../../../../src/core/values/time-text.ts';

const ALICE: Party = { raw: '+14155550123', kind: 'phone', phone: '+14155550123' };
const DESK: Party = { raw: '+14155550199', kind: 'phone', phone: '+14155550199' };
const CALL: Conversation = {
  id: 'call_1',
  source: 'retell',
  channel: 'call',
  direction: 'inbound',
  contact: ALICE,
  agent: DESK,
  startedAt: '2026-01-05T08:30:00.000Z',
  endedAt: '2026-01-05T08:32:05.400Z',
  durationSeconds: 125.4,
  summary: 'Alice asked for a demo.\nShe prefers Tuesdays.',
  transcript: [
    { role: 'agent', text: 'Hello' },
    { role: 'contact', text: 'Hi\nDuration: fake' },
  ],
  recordingUrl: 'https://example.com/a.wav',
  outcome: 'completed',
  disposition: 'user_hangup',
  successful: true,
  sentiment: 'positive',
  analysis: {},
  agentId: 'agent_1',
  final: true,
};
const OPTIONS: PlanActivityOptions = {
  record: { object: 'Contact', id: '003000000000001' },
  contact: { fields: { first_name: 'Alice', last_name: 'Smith' } },
  limits: { subjectMax: 255, bodyMax: 32_000 },
};

const plan = (members: Partial<Conversation> = {}, options: Partial<PlanActivityOptions> = {}): ActivityPlan =>
  planActivity({ ...CALL, ...members }, { ...OPTIONS, ...options });
function log(members?: Partial<Conversation>, options?: Partial<PlanActivityOptions>): Activity {
  const planned = plan(members, options);
  if (planned.action === 'skip') throw new Error(`skipped: ${planned.reason}`);
  return planned.activity;
}
const without = <K extends keyof Conversation>(...names: K[]): Conversation =>
  Object.fromEntries(Object.entries(CALL).filter(([name]) => !(names as string[]).includes(name))) as unknown as Conversation;
const lines = (activity: Activity): string[] => activity.body.split('\n');

it('an activity belongs to the records that it is given, and has no list of them where there are none', () => {
  const associations = [{ object: 'Opportunity', id: '006000000000001' }];
  expect(log({}, { associations }).associations).toEqual(associations);
  expect(log({}, { associations: [] })).not.toHaveProperty('associations');
});

it('an activity without a recording has no line for it, not even a blank one', () => {
  const body = planActivity(without('recordingUrl'), OPTIONS);
  if (body.action === 'skip') throw new Error(`skipped: ${body.reason}`);
  expect(body.activity.body).not.toContain('Recording');
  expect(body.activity.body).toMatch(/\S$/);
});

it('what stands in one line stays in one, and line ends are all of one kind', () => {
  expect(lines(log({ contact: { ...ALICE, extension: ' 2 \r\n\r\n 04' } }))).toContain('From: +14155550123 ext. 2 04');
  expect(lines(log({ summary: 'one\rtwo\r\nthree' })).slice(0, 3)).toEqual(['one', 'two', 'three']);
});

it('an activity has direction, duration, both numbers, summary and times', () => {
  const { parts, ...activity } = log();
  expect(parts?.map(({ name }) => name)).toEqual(
    'summary direction duration from to started outcome disposition sentiment recording'.split(' '),
  );
  expect(activity).toStrictEqual({
    key: 'retell:call_1',
    channel: 'call',
    direction: 'inbound',
    subject: 'Inbound call, Alice Smith',
    body: [
      'Alice asked for a demo.',
      'She prefers Tuesdays.',
      '',
      'Direction: Inbound',
      'Duration: 2 min 5 s',
      'From: +14155550123',
      'To: +14155550199',
      'Started: 2026-01-05 08:30:00 UTC (2026-01-05T08:30:00.000Z)',
      'Outcome: Completed',
      'Disposition: user_hangup',
      'Sentiment: positive',
      'Recording: https://example.com/a.wav',
    ].join('\n'),
    startedAt: '2026-01-05T08:30:00.000Z',
    endedAt: '2026-01-05T08:32:05.400Z',
    durationSeconds: 125.4,
    from: '+14155550123',
    to: '+14155550199',
    summary: 'Alice asked for a demo.\nShe prefers Tuesdays.',
    recordingUrl: 'https://example.com/a.wav',
    outcome: 'completed',
    disposition: 'user_hangup',
    successful: true,
    record: { object: 'Contact', id: '003000000000001' },
  });
});

describe('subject', () => {
  const SUBJECTS: Record<Direction, Record<'named' | 'numbered' | 'neither', string>> = {
    inbound: { named: 'Inbound call, Alice Smith', numbered: 'Inbound call from +14155550123', neither: 'Inbound call' },
    outbound: { named: 'Outbound call, Alice Smith', numbered: 'Outbound call to +14155550123', neither: 'Outbound call' },
    unknown: { named: 'Call, Alice Smith', numbered: 'Call with +14155550123', neither: 'Call' },
  };
  it.each(Object.keys(SUBJECTS) as Direction[])('of a call that is %s', (direction) => {
    const unnamed = { contact: { fields: { first_name: null, last_name: '  ' } } };
    expect(log({ direction }).subject).toBe(SUBJECTS[direction].named);
    expect(log({ direction }, unnamed).subject).toBe(SUBJECTS[direction].numbered);
    expect(log({ direction, contact: { kind: 'unknown' } }, unnamed).subject).toBe(SUBJECTS[direction].neither);
    expect(log({ direction, contact: { kind: 'anonymous', raw: 'Restricted' } }, unnamed).subject).toBe(SUBJECTS[direction].neither);
  });

  const CHANNELS: Record<Channel, string> = {
    call: 'Inbound call, Alice Smith',
    sms: 'Inbound SMS, Alice Smith',
    chat: 'Inbound chat, Alice Smith',
    whatsapp: 'Inbound WhatsApp chat, Alice Smith',
    email: 'Inbound email, Alice Smith',
    voicemail: 'Inbound voicemail, Alice Smith',
    fax: 'Inbound fax, Alice Smith',
    other: 'Inbound conversation, Alice Smith',
  };
  it.each(Object.entries(CHANNELS) as [Channel, string][])('of the channel %s', (channel, subject) => {
    expect(log({ channel }).subject).toBe(subject);
  });

  it('is one line, whatever the name holds', () => {
    expect(log({}, { contact: { fields: { first_name: 'Alice\r\nDuration: 0 s', last_name: '\u0000Smith\t' } } }).subject).toBe(
      'Inbound call, Alice Duration: 0 s Smith',
    );
  });

  it('is cut by characters, never in half of one, and shows it', () => {
    const planned = plan(
      {},
      { limits: { subjectMax: 18, bodyMax: 32_000 }, contact: { fields: { first_name: '🚀🚀🚀🚀🚀🚀', last_name: null } } },
    );
    expect(planned).toMatchObject({ activity: { subject: 'Inbound call, 🚀🚀🚀…' }, cut: ['subject'] });
  });
});

describe('body', () => {
  it('tells the times in the zone of the connection and in UTC', () => {
    expect(lines(log({}, { timeZone: 'America/Los_Angeles' }))).toContain(
      'Started: 2026-01-05 00:30:00 America/Los_Angeles (2026-01-05T08:30:00.000Z)',
    );
    expect(lines(log({ startedAt: '2026-07-05T23:59:59.000Z', startedAtEstimated: true }, { timeZone: 'Asia/Tokyo' }))).toContain(
      'Started: 2026-07-06 08:59:59 Asia/Tokyo (2026-07-05T23:59:59.000Z), estimated',
    );
  });

  it('a zone that does not exist is an error of configuration', () => {
    expect(() => log({}, { timeZone: 'Mars/Olympus' })).toThrow(expect.objectContaining({ code: 'unknown_time_zone' }));
  });

  it('has the sides of the direction, and names them where there is none', () => {
    expect(lines(log({ direction: 'outbound' }))).toEqual(expect.arrayContaining(['From: +14155550199', 'To: +14155550123']));
    const unknown = log({ direction: 'unknown' });
    expect(lines(unknown)).toEqual(expect.arrayContaining(['Direction: Not known', 'Contact: +14155550123', 'Agent: +14155550199']));
    expect(unknown).not.toHaveProperty('from');
    expect(unknown).not.toHaveProperty('to');
  });

  it.each<[string, Party, string, string | undefined]>([
    ['an extension', { ...ALICE, extension: '204' }, '+14155550123 ext. 204', '+14155550123'],
    ['a withheld number', { kind: 'anonymous', raw: '+266696687' }, 'withheld', undefined],
    ['nothing known', { kind: 'unknown' }, 'not known', undefined],
    ['a SIP address', { kind: 'sip', raw: 'sip:al@example.com' }, 'sip:al@example.com', 'sip:al@example.com'],
    ['an e-mail', { kind: 'email', raw: 'Al <al@example.com>', email: 'al@example.com' }, 'al@example.com', 'al@example.com'],
    ['two lines', { kind: 'unknown', raw: '72345\nOutcome: Busy' }, '72345 Outcome: Busy', '72345 Outcome: Busy'],
  ])('shows %s', (_, contact, shown, from) => {
    const activity = log({ contact });
    expect(lines(activity)).toContain(`From: ${shown}`);
    expect(activity.from).toBe(from);
  });

  it('says where a duration is not known, but only of calls', () => {
    expect(lines(planActivityOf(without('durationSeconds')))).toContain('Duration: not known');
    expect(planActivityOf({ ...without('durationSeconds'), channel: 'sms' }).body).not.toContain('Duration');
    expect(lines(log({ durationSeconds: 0 }))).toContain('Duration: 0 s');
  });

  const OUTCOMES: Record<Outcome, string | null> = {
    completed: 'Completed',
    voicemail: 'Voicemail',
    no_answer: 'No answer',
    busy: 'Busy',
    failed: 'Failed',
    canceled: 'Canceled',
    transferred: 'Transferred',
    unknown: null,
  };
  it.each(Object.entries(OUTCOMES) as [Outcome, string | null][])('outcome %s reads %s', (outcome, shown) => {
    const found = lines(log({ outcome })).filter((line) => line.startsWith('Outcome: '));
    expect(found).toEqual(shown === null ? [] : [`Outcome: ${shown}`]);
  });

  it('leaves out what is not known', () => {
    const bare = planActivityOf(without('summary', 'disposition', 'sentiment', 'recordingUrl', 'successful', 'endedAt'));
    expect(lines(bare)[0]).toBe('Direction: Inbound');
    expect(bare.body).not.toMatch(/Disposition|Sentiment|Recording|undefined|null/);
    expect(Object.values(bare)).not.toContain(undefined);
    expect(log({ sentiment: 'unknown' }).body).not.toContain('Sentiment');
  });

  it('a recording that expires stands in the body with its end, and is no lasting link', () => {
    const activity = log({ recordingExpiresAt: '2026-01-06T08:30:00.000Z' }, { timeZone: 'Europe/Berlin' });
    expect(lines(activity)).toContain(
      'Recording: https://example.com/a.wav (link expires 2026-01-06 09:30:00 Europe/Berlin (2026-01-06T08:30:00.000Z))',
    );
    expect(activity).not.toHaveProperty('recordingUrl');
  });

  it.each(['javascript:alert(1)', 'pending', 'https://example.com/a b'])('%s is no recording to click on', (recordingUrl) => {
    const activity = log({ recordingUrl });
    expect(activity).not.toHaveProperty('recordingUrl');
    expect(activity.body).not.toContain('Recording');
  });

  it('has the transcript where asked for, a turn a line, so that nobody can speak a line of ours', () => {
    expect(log().body).not.toContain('Transcript');
    expect(log({}, { transcript: true }).body).toMatch(/\n\nTranscript:\nAgent: Hello\nContact: Hi Duration: fake$/);
    const others = [
      { role: 'tool', text: 'booked' },
      { role: 'system', text: 'ended' },
    ] as const;
    expect(log({ transcript: others }, { transcript: true }).body).toMatch(/\nTool: booked\nSystem: ended$/);
    expect(log({ transcript: 'User: hi\r\nAgent: hello' }, { transcript: true }).body).toMatch(/\n\nTranscript:\nUser: hi\nAgent: hello$/);
    expect(planActivityOf(without('transcript'), { transcript: true }).body).not.toContain('Transcript');
  });

  it('characters that a CRM refuses are left out or replaced', () => {
    expect(log({ summary: 'a\u0000b\u0007 c\ud800d\r\ne' }).summary).toBe('ab c\ufffdd\ne');
  });
});

const planActivityOf = (conversation: Conversation, options: Partial<PlanActivityOptions> = {}): Activity => {
  const planned = planActivity(conversation, { ...OPTIONS, ...options });
  if (planned.action === 'skip') throw new Error(`skipped: ${planned.reason}`);
  return planned.activity;
};

describe('limits', () => {
  const limited = (bodyMax: number, members: Partial<Conversation> = {}) =>
    plan(members, { limits: { subjectMax: 255, bodyMax }, transcript: true });
  const facts = lines(log({ summary: '' }, {})).length;

  it('the transcript goes first, then the summary; the facts stay', () => {
    const whole = countCharacters(log({}, { transcript: true }).body);
    const planned = limited(whole - 5);
    if (planned.action === 'skip') throw new Error('skipped');
    expect(planned.cut).toEqual(['body']);
    expect(planned.activity.body).toMatch(/Transcript:\nAgent: Hello\nContact: Hi[^\n]*… \[cut\]$/);
    expect(planned.activity.body.startsWith(CALL.summary!)).toBe(true);

    const tight = limited(320, { summary: 'x'.repeat(1000) });
    if (tight.action === 'skip') throw new Error('skipped');
    expect(countCharacters(tight.activity.body)).toBe(320);
    expect(tight.activity.body).toMatch(/^x+… \[cut\]\n\nDirection: Inbound\n/);
    expect(lines(tight.activity)).toHaveLength(facts + 2);
    expect(tight.activity.summary).toHaveLength(1000);
  });

  it('what fits is not cut', () => {
    const whole = log({}, { transcript: true }).body;
    expect(limited(countCharacters(whole))).toMatchObject({ activity: { body: whole }, cut: [] });
  });

  test.prop([
    fc.record({
      summary: fc.string({ unit: 'binary' }),
      disposition: fc.string({ unit: 'binary' }),
      transcript: fc.string({ unit: 'grapheme' }),
    }),
    fc.integer({ min: 0, max: 600 }),
    fc.integer({ min: 0, max: 60 }),
  ])('no text is longer than the CRM holds, and none ends in half a character', (members, bodyMax, subjectMax) => {
    const planned = plan(members, { limits: { subjectMax, bodyMax }, transcript: true });
    if (planned.action === 'skip') throw new Error('skipped');
    const { subject, body } = planned.activity;
    expect(countCharacters(subject)).toBeLessThanOrEqual(subjectMax);
    expect(countCharacters(body)).toBeLessThanOrEqual(bodyMax);
    expect(`${subject}${body}`).not.toMatch(/\p{Surrogate}/u);
    const whole = log(members, { transcript: true });
    expect(planned.cut).toEqual([...(subject === whole.subject ? [] : ['subject']), ...(body === whole.body ? [] : ['body'])]);
  });
});

describe('skipped', () => {
  const CASES: Record<ActivitySkipReason, [Partial<Conversation>, Partial<PlanActivityOptions>]> = {
    channel_off: [{}, { switches: { sms: true, call: false } }],
    not_final: [{ final: false }, {}],
    blocked_number: [{}, { blockList: ['+14155550123'] }],
    internal_call: [{ agent: ALICE }, {}],
  };
  it.each(Object.entries(CASES))('%s, with a remedy', (reason, [members, options]) => {
    const planned = plan(members, options);
    expect(planned).toEqual({ action: 'skip', reason, remedy: expect.stringMatching(/\.$/) });
  });

  it('a channel is off until it is turned on', () => {
    expect(plan({}, { switches: {} }).action).toBe('skip');
    expect(plan({}, { switches: { call: true } }).action).toBe('log');
    expect(plan({ channel: 'chat' }, { switches: { call: true } }).action).toBe('skip');
    expect(plan().action).toBe('log');
  });

  it('a conversation that is not final is logged where that is asked for', () => {
    expect(plan({ final: false }, { provisional: true }).action).toBe('log');
  });

  it('an internal call is logged where the settings say so', () => {
    expect(plan({ agent: ALICE }, { internalCalls: 'log' }).action).toBe('log');
    expect(plan({ agent: ALICE }, { internalCalls: 'log', blockList: ['+14155550123'] })).toMatchObject({ reason: 'blocked_number' });
  });

  it("a colleague's extension is internal, and only the contact's number is blocked", () => {
    expect(plan({ contact: { kind: 'extension', raw: '204' } })).toMatchObject({ reason: 'internal_call' });
    expect(plan({}, { blockList: ['+14155550199'] }).action).toBe('log');
    expect(plan({ contact: { kind: 'sip', raw: 'sip:al@example.com' } }, { blockList: ['sip:al@example.com'] })).toMatchObject({
      reason: 'blocked_number',
    });
    expect(plan({ contact: { kind: 'unknown' }, agent: { kind: 'unknown' } }, { blockList: [''] }).action).toBe('log');
  });
});

describe('a message of a thread', () => {
  const MESSAGE = {
    ...without('summary', 'recordingUrl', 'endedAt', 'durationSeconds', 'sentiment'),
    channel: 'sms',
    threadId: 't-1',
  } as const;
  const ofThread = (members: Partial<Conversation> = {}, options: Partial<PlanActivityOptions> = {}) =>
    planActivityOf({ ...MESSAGE, ...members }, options);

  it('belongs to the activity of its thread, day and person, and says nothing of itself but its words', () => {
    const { parts, ...activity } = ofThread({}, { link: 'https://example.com/{source}/{id}' });
    expect(activity).toStrictEqual({
      key: expect.stringMatching(/^retell:thread:t-1:2026-01-05:[\w-]{8}$/),
      channel: 'sms',
      direction: 'unknown',
      subject: 'SMS, Alice Smith',
      body: [
        'Contact: +14155550123',
        'Agent: +14155550199',
        'Day: 2026-01-05 (UTC)',
        'Whole conversation: https://example.com/retell/t-1',
        '',
        '08:30:00 Contact: Hello Hi Duration: fake',
      ].join('\n'),
      startedAt: CALL.startedAt,
      outcome: 'unknown',
      record: OPTIONS.record,
      order: '2026-01-05T08:30:00.000Z call_1',
    });
    expect(parts?.at(-1)?.name).toBe('message 2026-01-05T08:30:00.000Z call_1');
    expect(activity.key).not.toContain('4155550123');
  });

  it('has the day of the zone, and another activity for another day, person or thread', () => {
    const { key } = ofThread();
    expect(ofThread({ id: 'call_2', direction: 'outbound', startedAt: '2026-01-05T23:59:59.000Z' }).key).toBe(key);
    for (const members of [
      { startedAt: '2026-01-06T00:00:00.000Z' },
      { contact: DESK, agent: ALICE },
      { threadId: 't-2' },
      { source: 'other' },
    ])
      expect(ofThread(members).key).not.toBe(key);
    expect(ofThread({}, { timeZone: 'Pacific/Auckland' }).body).toContain('Day: 2026-01-05 (Pacific/Auckland)');
    expect(ofThread({}, { timeZone: 'America/Los_Angeles' }).body).toContain('00:30:00 Contact: ');
  });

  it.each<[string, Partial<Conversation>, Partial<PlanActivityOptions>]>([
    ['where the settings say so', {}, { smsThreads: 'by_message' }],
    ['where it is the thread itself', { threadId: 'call_1' }, {}],
    ['where no thread is named', { threadId: '' }, {}],
    ['where it is a call of another call', { channel: 'call' }, {}],
  ])('is an activity of its own %s', (_, members, options) => {
    expect(ofThread(members, options)).toMatchObject({ key: 'retell:call_1', direction: 'inbound' });
    expect(ofThread(members, options)).not.toHaveProperty('order');
  });

  it('tells its words, or that it has none, or nothing of them', () => {
    const last = (members: Partial<Conversation>, options: Partial<PlanActivityOptions> = {}) =>
      ofThread(members, options).body.split('\n').at(-1);
    expect(last({ transcript: 'one\ntwo' })).toBe('08:30:00 Contact: one two');
    expect(last({ transcript: '', summary: 'A picture.' })).toBe('08:30:00 Contact: A picture.');
    expect(last({ transcript: [], direction: 'unknown' })).toBe('08:30:00: (no text)');
    expect(last({ direction: 'outbound' }, { messages: false })).toBe('08:30:00 Agent');
    expect(last({ outcome: 'failed', direction: 'outbound', transcript: 'Hi' })).toBe('08:30:00 Agent: Hi (not delivered)');
  });
});

describe('words of the CRM', () => {
  it('a disposition is translated where it is listed', () => {
    expect(log({}, { dispositions: { user_hangup: 'Connected' } })).toMatchObject({ disposition: 'Connected' });
    expect(lines(log({}, { dispositions: { user_hangup: 'Connected' } }))).toContain('Disposition: Connected');
    expect(log({}, { dispositions: { other: 'Connected' } }).disposition).toBe('user_hangup');
    expect(log({ disposition: 'constructor' }, { dispositions: {} }).disposition).toBe('constructor');
  });

  it('the owner is the person who spoke, else that of the agent, else nobody', () => {
    const owners = { user_1: '005A', agent_1: '005B' };
    expect(log({ userId: 'user_1' }, { owners }).owner).toBe('005A');
    expect(log({ userId: 'user_2' }, { owners }).owner).toBe('005B');
    expect(log({ userId: 'toString', agentId: 'constructor' }, { owners })).not.toHaveProperty('owner');
  });
});

test.prop([fc.string({ unit: 'binary' }), fc.string(), fc.boolean()])(
  'planned twice it is the same, and its input is left as it was',
  (summary, disposition, transcript) => {
    const conversation = { ...CALL, summary, disposition };
    const before = structuredClone(conversation);
    const first = planActivity(conversation, { ...OPTIONS, transcript });
    expect(planActivity(structuredClone(conversation), { ...OPTIONS, transcript })).toEqual(first);
    expect(conversation).toEqual(before);
  },
);

it.each([
  [0, '0 s'],
  [0.4, '0 s'],
  [59.6, '1 min 0 s'],
  [3599.5, '1 h 0 min 0 s'],
  [7325, '2 h 2 min 5 s'],
])('%d seconds read %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});
