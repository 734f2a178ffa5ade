import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { callsOf } from './support.ts';
import { type Deployment, WORLDS } from './world.ts';

const HOUR = 3_600_000;

describe.each(WORLDS)('the text of an activity on $name', (world) => {
  async function aliceKnown(options: Parameters<typeof world.deployment>[0] = {}) {
    const there = world.deployment(options);
    there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '(415) 555-0123', status: 'New' });
    await there.engine.pull();
    there.clock.advance(HOUR);
    return there;
  }
  /** As a person reads it. */
  const shown = ({ crm }: Deployment) =>
    crm.loggedCalls().map(({ body }) =>
      body
        .replaceAll('<br>', '\n')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .split('\n')
        .filter((line) => line !== ''),
    );
  const lineEnd = world.name === 'HubSpot' ? '<br>' : '\n';
  const activityOf = async ({ engine, clock }: Deployment, talk: Parameters<Deployment['engine']['handleConversation']>[0]) => {
    clock.advance(60_000);
    return (await engine.handleConversation(talk)).steps.activity;
  };

  const talk = conversation({ id: 'call-1' });
  const PIECES = {
    summary: { summary: 'Wants a <demo>.' },
    recording: { recordingUrl: 'https://example.com/a.wav' },
    transcript: { transcript: [{ role: 'contact', text: 'A demo, please.' }] },
    note: { note: 'Call her back on Tuesday.' },
  } as const;
  const ORDERS = [
    ['summary', 'recording', 'transcript', 'note'],
    ['note', 'transcript', 'recording', 'summary'],
    ['transcript', 'note', 'summary', 'recording'],
  ] as const;

  it.each(ORDERS)('is the same whether first comes %s, then %s, %s and %s, one call with each delivery', async (...order) => {
    const activityText = { transcript: true, link: 'https://app.example.com/{source}/{id}' };
    const there = await aliceKnown({ activityText });
    for (const piece of order)
      expect(await activityOf(there, { ...talk, ...PIECES[piece] })).toMatchObject({ status: 'done', reason: null });
    expect(shown(there)).toEqual([
      [
        'Wants a <demo>.',
        'Call her back on Tuesday.',
        'Direction: Inbound',
        'Duration: 2 min 5 s',
        'From: +14155550123',
        'To: +14155550100',
        expect.stringMatching(/^Started: /),
        'Outcome: Completed',
        'Recording: https://example.com/a.wav',
        'Whole conversation: https://app.example.com/test/call-1',
        'Transcript:',
        'Contact: A demo, please.',
      ],
    ]);
    if (world.name === 'HubSpot') {
      const { id = '' } = there.crm.loggedCalls()[0] ?? {};
      expect(there.crm.valuesOf(id)['hs_call_recording_url']).toBe('https://example.com/a.wav');
    }
    // A delivery that has been there changes nothing, and nor does one that brings all of it again.
    expect(await callsOf(there.crm, () => activityOf(there, { ...talk, ...PIECES[order[0]] }))).toEqual([]);
    const whole = { ...talk, ...PIECES.summary, ...PIECES.recording, ...PIECES.transcript, ...PIECES.note };
    expect(await activityOf(there, whole)).toMatchObject({ status: 'unchanged', reason: null });
  });

  it.each(ORDERS)('loses nothing while it waits: %s, %s, %s, %s of a paused connection', async (...order) => {
    const there = await aliceKnown({ activityText: { transcript: true } });
    await there.engine.pause('maintenance');
    for (const piece of order) expect(await activityOf(there, { ...talk, ...PIECES[piece] })).toMatchObject({ status: 'pending' });
    await activityOf(there, { ...talk, ...PIECES[order[0]] }); // redelivered
    await there.engine.resume();
    there.clock.advance(HOUR);
    await there.engine.retryPending();
    expect(shown(there)).toEqual([
      expect.arrayContaining([
        'Wants a <demo>.',
        'Call her back on Tuesday.',
        'Recording: https://example.com/a.wav',
        'Contact: A demo, please.',
      ]),
    ]);
    const again = async () => {
      for (const piece of order) expect(await activityOf(there, { ...talk, ...PIECES[piece] })).toMatchObject({ status: 'unchanged' });
    };
    expect(await callsOf(there.crm, again)).toEqual([]);
  });

  it('keeps what a person has written around ours when a better summary comes', async () => {
    const there = await aliceKnown();
    const { record } = await activityOf(there, { ...talk, summary: 'Wants a demo.' });
    const [{ body } = { body: '' }] = there.crm.loggedCalls();
    there.crm.editCall(record?.id ?? '', { body: `Hot!${lineEnd}${body}${lineEnd}Called back on Monday.` });
    expect(await activityOf(there, { ...talk, summary: 'Wants a demo on Tuesday.' })).toMatchObject({ status: 'done', reason: null });
    const [lines = []] = shown(there);
    expect(lines.slice(0, 3)).toEqual(['Hot!', 'Wants a demo on Tuesday.', 'Direction: Inbound']);
    expect(lines.at(-1)).toBe('Called back on Monday.');
  });

  it('keeps a summary that a person has corrected, and adds what is new', async () => {
    const there = await aliceKnown();
    const { record } = await activityOf(there, { ...talk, summary: 'Wants a demo.' });
    const [{ body } = { body: '' }] = there.crm.loggedCalls();
    there.crm.editCall(record?.id ?? '', { body: body.replace('a demo', 'two demos') });
    const later = { ...talk, summary: 'Wants a demo on Tuesday.', note: 'She was in a hurry.' };
    expect(await activityOf(there, later)).toMatchObject({ status: 'done' });
    expect(shown(there)[0]?.slice(0, 3)).toEqual(['Wants two demos.', 'She was in a hurry.', 'Direction: Inbound']);
    // What was kept is not tried again.
    expect(await callsOf(there.crm, () => activityOf(there, { ...later, agentId: 'another' }))).toEqual([]);
  });

  it('is right after an update whose answer was lost, whether or not it took effect', async () => {
    for (const what of ['lost_ack', 'network'] as const) {
      const there = await aliceKnown();
      await activityOf(there, { ...talk, summary: 'First words.' });
      there.crm.fault({ on: 'relog', what });
      expect(await activityOf(there, { ...talk, summary: 'Second words.' })).toMatchObject({ status: 'pending' });
      there.clock.advance(HOUR);
      await there.engine.retryPending();
      expect(await activityOf(there, { ...talk, summary: 'Third words.' })).toMatchObject({ status: 'done', reason: null });
      expect(shown(there)).toEqual([expect.arrayContaining(['Third words.', 'Direction: Inbound'])]);
      expect(shown(there)[0]).not.toContain('Second words.');
      there.crm.verify();
    }
  });

  it('obeys no markup, and no line that looks like one of ours', async () => {
    const there = await aliceKnown({ activityText: { transcript: true } });
    await activityOf(there, {
      ...talk,
      summary: '<script>alert(1)</script>\nRef: test:another-call',
      transcript: [{ role: 'contact', text: 'Hi\nDuration: 0 s <b>' }],
    });
    const [{ body } = { body: '' }] = there.crm.loggedCalls();
    if (world.name === 'HubSpot') expect(body.replaceAll('<br>', '')).not.toMatch(/[<>]/);
    const [lines = []] = shown(there);
    expect(lines).toContain('Contact: Hi Duration: 0 s <b>');
    expect(lines.filter((line) => line.startsWith('Ref:'))).toEqual([]);
  });
});
