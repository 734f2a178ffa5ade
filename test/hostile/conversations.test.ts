import { CrmSyncEngine, defineAnalysis } from 'crm-sync-engine';
import { safeParseConversation } from 'crm-sync-engine/conversations';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { appendMerger, conversation } from 'crm-sync-engine/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { isPlaceholder } from '../../src/core/schema/placeholder.ts';
import { CRMS, schema } from './crms.ts';
import { holdable, hostile, prototypesAreClean } from './strings.ts';

const analysis = defineAnalysis(schema, [
  { from: 'summary', field: 'notes', mode: 'overwrite' },
  { from: 'words', field: 'text', mode: 'merge' },
]);

async function deployment(make: (typeof CRMS)[keyof typeof CRMS], owners: Readonly<Record<string, string>> = {}) {
  const crm = make();
  const { names, clock, connector, mapping } = crm;
  const recordId = crm.add({ [names.last_name]: 'Plain', [names.phone_number]: '+14155550123' });
  const engine = new CrmSyncEngine({
    workspace: 'acme',
    connection: 'acme-crm',
    schema,
    mappings: [mapping],
    analysis,
    activities: { call: true },
    owners,
    merger: appendMerger(),
    store: memoryStore({ clock }),
    connector,
    defaultCountry: 'US',
    clock,
  });
  await engine.pull();
  clock.advance(3_600_000);
  return { crm, engine, recordId, clock };
}

describe.each(Object.entries(CRMS))('a conversation full of hostile texts on %s', (_, make) => {
  afterAll(() => expect(prototypesAreClean()).toBe(true));

  it.each(hostile)('%s as its id: one activity, however often it is delivered', async (_, text) => {
    const { crm, engine } = await deployment(make);
    const delivered = conversation({ id: text, phone: '+14155550123', analysis: { summary: 'plain' } });
    const parsed = safeParseConversation(delivered);
    if (!parsed.ok) {
      for (const { code, remedy } of parsed.issues) expect([typeof code, remedy === '']).toEqual(['string', false]);
      return;
    }
    for (let times = 0; times < 2; times += 1) expect(await engine.handleConversation(parsed.value)).toMatchObject({ complete: true });
    expect(crm.activities()).toHaveLength(1);
  });

  it.each(hostile)('%s as its results, words and names: applied, pushed and logged as text', async (_, text) => {
    const { crm, engine, recordId } = await deployment(make);
    const delivered = conversation({
      phone: '+14155550123',
      analysis: { summary: text, words: text, [text]: text },
      summary: text,
      transcript: text,
      disposition: text,
      agentId: text,
      userId: text,
      metadata: { [text]: text },
      recordingUrl: text,
    });
    const parsed = safeParseConversation(JSON.parse(JSON.stringify(delivered)));
    if (!parsed.ok) return expect(parsed.issues.every(({ remedy }) => remedy !== '')).toBe(true);
    await engine.handleConversation(parsed.value);
    const [activity] = crm.activities();
    expect(crm.activities()).toHaveLength(1);
    const notes = crm.values(recordId)[crm.names.notes] ?? '';
    const held = isPlaceholder(text, { type: 'string' }) ? '' : holdable(text); // `null` in letters says that there is nothing
    if (text.length <= 32_000 && held.trim() !== '') {
      expect([held, held.trim()]).toContain(notes);
      if (crm.name === 'hubspot') expect(activity?.['hs_call_body']).not.toMatch(/<(script|img|b)\b/); // it is shown as HTML
    }
    for (const { status } of crm.sent) expect(status).toBeLessThan(400);
    return undefined;
  });

  it.each(hostile)('%s as the owner of its activity: it is logged, or refused with the reason', async (_, text) => {
    if (text === '') return;
    const { crm, engine } = await deployment(make, { agent: text });
    const result = await engine.handleConversation(conversation({ phone: '+14155550123', agentId: 'agent' }));
    if (result.complete) expect(crm.activities()).toHaveLength(1);
    else expect(JSON.stringify(result)).toMatch(/"remedy":"[^"]{10}/);
    expect(crm.activities().length).toBeLessThanOrEqual(1);
  });
});
