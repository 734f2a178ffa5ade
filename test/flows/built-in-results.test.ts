import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { callsOf } from './support.ts';
import { WORLDS } from './world.ts';

describe.each(WORLDS)('what a conversation itself has, on $name', ({ deployment }) => {
  async function aliceKnown() {
    const there = deployment({
      analysis: [
        { from: '$summary', field: 'interaction_summary', mode: 'overwrite' },
        { from: '$recording_url', field: 'company_name', mode: 'overwrite' },
        { from: '$successful', field: 'lead_status', mode: 'overwrite', valueMap: { true: 'Qualified', false: 'Working' } },
      ],
    });
    const { id } = there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '+14155550123', status: 'New' });
    await there.engine.pull();
    return { ...there, recordId: id, fields: async () => (await there.engine.contacts.byPhone('+14155550123')).contact?.fields };
  }
  const call = conversation({ summary: 'Wants a demo.', successful: true, recordingUrl: 'https://example.com/1.wav' });

  it('goes to contact fields as the rules say, and from there to the CRM', async () => {
    const { engine, crm, recordId, fields } = await aliceKnown();
    const { steps } = await engine.handleConversation(call);
    expect(steps).toMatchObject({ analysis: { status: 'done' }, push: { status: 'done' } });
    expect(await fields()).toMatchObject({
      interaction_summary: 'Wants a demo.',
      company_name: 'https://example.com/1.wav',
      lead_status: 'Qualified',
    });
    expect(crm.record(recordId).fields).toMatchObject({ notes: 'Wants a demo.', status: 'Qualified' });
  });

  it('makes a new version where a rule takes it and it changed', async () => {
    const { engine, fields } = await aliceKnown();
    await engine.handleConversation(call);
    expect((await engine.handleConversation({ ...call, summary: 'Wants two demos.' })).steps.analysis.status).toBe('done');
    expect((await fields())?.interaction_summary).toBe('Wants two demos.');
  });

  it('is no new version where a link was signed anew or no rule takes what changed', async () => {
    const { engine, crm, fields } = await aliceKnown();
    const signed = (n: number) => ({ ...call, recordingUrl: `https://example.com/1.wav?signature=${n}` });
    await engine.applyAnalysis(signed(1));
    const calls = await callsOf(crm, async () => {
      expect((await engine.applyAnalysis({ ...signed(2), disposition: 'user_hangup' })).status).toBe('unchanged');
    });
    expect(calls).toEqual([]);
    expect((await fields())?.company_name).toBe('https://example.com/1.wav?signature=1');
  });

  it('leaves a link that expires out of the contact, and says so', async () => {
    const { engine, fields } = await aliceKnown();
    const { steps } = await engine.handleConversation({ ...call, recordingExpiresAt: '2026-01-06T09:00:00.000Z' });
    expect(steps.analysis).toMatchObject({ status: 'done', refused: [{ field: 'company_name', code: 'link_expires' }] });
    expect((await fields())?.company_name).toBeNull();
  });
});
