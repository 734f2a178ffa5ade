import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { connectorAround, Died, dying, storeAround, takingTurns } from './harness.ts';
import { callsOf } from './support.ts';
import { type Deployment, WORLDS } from './world.ts';

const HOUR = 3_600_000;
type Talk = Parameters<Deployment['engine']['handleConversation']>[0];

/** A message of the thread `t-1`, as RingCentral's come: one by one, in either direction. */
const message = (id: string, startedAt: string, text: string, more: Partial<Talk> = {}): Talk =>
  conversation({ id, threadId: 't-1', channel: 'sms', startedAt, transcript: [{ role: 'contact', text }], ...more });

const MORNING = [
  message('m-1', '2026-01-05T08:00:00.000Z', 'Are you open today?'),
  message('m-2', '2026-01-05T08:05:00.000Z', 'Until six.', { direction: 'outbound' }),
  message('m-3', '2026-01-05T08:05:00.000Z', 'Great <3'),
  message('m-4', '2026-01-05T09:30:00.000Z', 'On my way.'),
] as const;
const LINES = [
  'SMS, Alice Smith',
  'Contact: +14155550123',
  'Agent: +14155550100',
  'Day: 2026-01-05 (UTC)',
  '08:00:00 Contact: Are you open today?',
  '08:05:00 Agent: Until six.',
  expect.stringMatching(/^08:05:00 Contact: Great (<|&lt;)3$/),
  '09:30:00 Contact: On my way.',
];

describe.each(WORLDS)('the messages of an SMS thread on $name', (world) => {
  async function aliceKnown(options: Parameters<typeof world.deployment>[0] = {}) {
    const there = world.deployment({ activities: { sms: true, whatsapp: true }, ...options });
    there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '(415) 555-0123', status: 'New' });
    await there.engine.pull();
    there.clock.advance(HOUR);
    return there;
  }
  /** Without the line for the key, which only some CRMs need. */
  const shown = ({ crm }: Deployment) => crm.loggedMessages().map(({ lines }) => lines.filter((line) => !line.startsWith('Ref: ')));
  const activityOf = async ({ engine }: Pick<Deployment, 'engine'>, talk: Talk) => (await engine.handleConversation(talk)).steps.activity;
  async function settled({ clock, engine }: Deployment) {
    for (let times = 0; times < 4; times += 1) {
      clock.advance(HOUR);
      await engine.retryPending();
    }
  }

  it('are one activity a day, in order of time, however they arrive', async () => {
    const ends = new Set<string>();
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [2, 0, 3, 1],
    ]) {
      const there = await aliceKnown();
      for (const index of order) expect(await activityOf(there, MORNING[index]!)).toMatchObject({ status: 'done', reason: null });
      expect(shown(there)).toEqual([LINES]);
      ends.add(JSON.stringify(there.crm.loggedMessages().map(({ at, contactIds }) => ({ at, contactIds }))));
    }
    expect(ends.size).toBe(1);
    expect([...ends][0]).toMatch(/"at":"2026-01-05(T08:00:00Z)?"/);
  });

  it('change nothing when they are delivered again, and cost no call', async () => {
    const there = await aliceKnown();
    for (const one of MORNING) await activityOf(there, one);
    const again = async () => {
      for (const one of MORNING) expect(await activityOf(there, one)).toMatchObject({ status: 'unchanged', reason: null });
    };
    expect(await callsOf(there.crm, again)).toEqual([]);
    expect(shown(there)).toEqual([LINES]);
  });

  it('are an activity for each day, in the zone of the connection, and for each person of a group', async () => {
    const there = await aliceKnown({ timeZone: 'America/Los_Angeles' });
    await activityOf(there, message('m-1', '2026-01-06T07:59:00.000Z', 'Still the fifth.'));
    await activityOf(there, message('m-2', '2026-01-06T08:01:00.000Z', 'The sixth.'));
    there.crm.add({ firstName: 'Bob', lastName: 'Jones', phone: '(415) 555-0124', status: 'New' });
    there.clock.advance(HOUR);
    await there.engine.pull();
    const bob = { kind: 'phone', phone: '+14155550124', raw: '+14155550124' } as const;
    await activityOf(there, message('m-3', '2026-01-06T08:02:00.000Z', 'From Bob.', { contact: bob }));
    expect(shown(there).map((lines) => [lines[0], lines[3], lines.at(-1)])).toEqual([
      ['SMS, Alice Smith', 'Day: 2026-01-05 (America/Los_Angeles)', '23:59:00 Contact: Still the fifth.'],
      ['SMS, Alice Smith', 'Day: 2026-01-06 (America/Los_Angeles)', '00:01:00 Contact: The sixth.'],
      ['SMS, Bob Jones', 'Day: 2026-01-06 (America/Los_Angeles)', '00:02:00 Contact: From Bob.'],
    ]);
  });

  it('are one each where the settings say so, and a thread that comes whole is one activity as ever', async () => {
    const there = await aliceKnown({ smsThreads: 'by_message', activityText: { messages: false } });
    for (const one of MORNING.slice(0, 2)) await activityOf(there, one);
    await activityOf(there, conversation({ id: 'chat-1', channel: 'sms', summary: 'A whole thread.' }));
    expect(shown(there)).toMatchObject([
      expect.arrayContaining(['Inbound SMS, Alice Smith', '08:00:00 Contact']),
      expect.arrayContaining(['Outbound SMS, Alice Smith', '08:05:00 Agent']),
      expect.arrayContaining(['Inbound SMS, Alice Smith', 'A whole thread.']),
    ]);
  });

  it('that were not delivered say so once that is known', async () => {
    const there = await aliceKnown();
    const sent = message('m-1', '2026-01-05T08:00:00.000Z', 'Hello', { direction: 'outbound' });
    await activityOf(there, sent);
    await activityOf(there, { ...sent, outcome: 'failed', revision: 2 });
    expect(shown(there)[0]?.at(-1)).toBe('08:00:00 Agent: Hello (not delivered)');
  });

  it('keep their place, day and words where each delivery estimates their time anew and only tells what became of them', async () => {
    const there = await aliceKnown();
    const sent = message('m-1', '2026-01-05T23:59:58.000Z', 'Hello', { direction: 'outbound', startedAtEstimated: true });
    await activityOf(there, sent);
    const { transcript: _, ...wordless } = { ...sent, disposition: 'delivered', startedAt: '2026-01-06T00:00:03.000Z' };
    await activityOf(there, wordless);
    await activityOf(there, { ...wordless, disposition: 'failed', outcome: 'failed', startedAt: '2026-01-06T00:00:09.000Z' });
    const exact = { ...sent, startedAt: '2026-01-05T23:59:57.000Z', revision: 2 };
    await activityOf(there, { ...exact, startedAtEstimated: false });
    expect(shown(there).map((lines) => lines.slice(3))).toEqual([
      ['Day: 2026-01-05 (UTC)', '23:59:58 Agent: Hello', '23:59:58 Agent: (not delivered)'],
    ]);
  });

  it.each(['lost_ack', 'network', 'broken_json'] as const)(
    'are exactly one activity after %s at the first and at a later one (P5)',
    async (what) => {
      const there = await aliceKnown();
      there.crm.fault({ on: 'message', what });
      for (const one of MORNING) expect(await activityOf(there, one)).toMatchObject({ status: 'pending' });
      await settled(there);
      expect(shown(there)).toEqual([LINES]);
      there.crm.fault({ on: 'remessage', what });
      const later = message('m-5', '2026-01-05T10:00:00.000Z', 'Here.');
      expect(await activityOf(there, later)).toMatchObject({ status: 'pending' });
      await settled(there);
      expect(shown(there)).toEqual([[...LINES, '10:00:00 Contact: Here.']]);
      there.crm.verify();
    },
  );

  it.each(Array.from({ length: 12 }, (_, seed) => seed + 1))(
    'are exactly one activity of two workers who take them at once (turns %i)',
    async (seed) => {
      const there = await aliceKnown();
      if (seed % 3 === 0) there.crm.fault({ on: 'message', what: 'lost_ack' });
      const turns = takingTurns(seed);
      const worker = () =>
        there.engineOf({ store: storeAround(there.store, turns.around), connector: connectorAround(there.connectorOf(), turns.around) });
      const [one, two] = [worker(), worker()];
      const takes = (engine: Deployment['engine'], indexes: readonly number[]) => async () => {
        for (const index of indexes) await engine.handleConversation(MORNING[index]!);
      };
      // Each of them gets one that the other has, too.
      const ended = await turns.run(takes(one, [0, 2, 1]), takes(two, [3, 1, 0]));
      expect(ended.filter(({ status }) => status === 'rejected')).toEqual([]);
      await settled(there);
      expect(shown(there)).toEqual([LINES]);
    },
  );

  it('are exactly one activity wherever the process dies', async () => {
    for (const moment of ['before', 'after'] as const) {
      for (let at = 1; ; at += 1) {
        const there = await aliceKnown();
        await activityOf(there, MORNING[1]!);
        const { around, isDead } = dying(at, moment);
        const engine = there.engineOf({ store: storeAround(there.store, around), connector: connectorAround(there.connectorOf(), around) });
        await activityOf({ engine }, MORNING[0]!).catch((error: unknown) => expect(error).toBeInstanceOf(Died));
        if (isDead()) await activityOf(there, MORNING[0]!); // the webhook is delivered again
        for (const one of MORNING.slice(2)) await activityOf(there, one);
        await settled(there);
        expect(shown(there)).toEqual([LINES]);
        if (!isDead()) break;
      }
    }
  });

  it('that the CRM has no room for are left out, and that is told', async () => {
    const there = await aliceKnown();
    const long = (id: string, minute: number) => message(id, `2026-01-05T08:${minute}:00.000Z`, `${id} ${'word '.repeat(4_000)}`);
    const steps = [];
    for (const [index, id] of ['m-1', 'm-2', 'm-3', 'm-4'].entries()) steps.push(await activityOf(there, long(id, index + 10)));
    expect(steps.at(-1)).toMatchObject({ status: 'unchanged', reason: 'text_full', remedy: expect.stringContaining('activityText.link') });
    const [lines = []] = shown(there);
    expect(lines.filter((line) => line.includes('m-'))).toHaveLength(steps.filter(({ reason }) => reason === null).length);
    expect(await callsOf(there.crm, () => activityOf(there, long('m-4', 13)))).toEqual([]);
  });

  it('keep what a person has written between them', async () => {
    const there = await aliceKnown();
    for (const one of MORNING.slice(0, 2)) await activityOf(there, one);
    const [{ id } = { id: '' }] = there.crm.loggedMessages();
    const field = world.name === 'HubSpot' ? 'hs_communication_body' : 'Description';
    there.crm.editField(id, field, (text) => text.replace('Are you open today?', 'Are you open? (asks every week)'));
    await activityOf(there, MORNING[3]);
    expect(shown(there)[0]?.slice(4)).toEqual([
      '08:00:00 Contact: Are you open? (asks every week)',
      '08:05:00 Agent: Until six.',
      '09:30:00 Contact: On my way.',
    ]);
  });
});
