import { describe, expect, it } from 'vitest';
import { recordOf } from '../../../src/connectors/hubspot/activities/activity.ts';
import { toObjectInfo } from '../../../src/connectors/hubspot/describe.ts';
import { objectKind } from '../../../src/connectors/hubspot/objects.ts';
import type { Activity } from '../../../src/core/activity/activity.ts';
import type { Outcome } from '../../../src/core/conversation/conversation.ts';

const CONNECTED = 'f240bbac-87c9-4f6e-bf70-924b57d47db7';
const OPTIONS = [
  { value: CONNECTED, label: 'Connected' },
  { value: '73a0d17f-1163-4015-bdd5-ec830791da20', label: 'No answer' },
  { value: 'own-1', label: 'Booked a meeting' },
];
const enumeration = (options: object[]) => ({ type: 'enumeration', fieldType: 'select', options });
const CALL = {
  hs_timestamp: { type: 'datetime' },
  hs_call_title: {},
  hs_call_body: { fieldType: 'html' },
  hs_call_direction: {},
  hs_call_duration: { type: 'number' },
  hs_call_from_number: {},
  hs_call_to_number: {},
  hs_call_recording_url: {},
  hs_call_status: {},
  hs_call_disposition: enumeration(OPTIONS),
  hs_call_external_id: {},
  hubspot_owner_id: enumeration([]),
};
const fieldsOf = (object: string, properties: Record<string, object>) =>
  toObjectInfo(object, objectKind(object), {
    results: Object.entries(properties).map(([name, more]) => ({
      name,
      type: 'string',
      fieldType: 'text',
      modificationMetadata: { readOnlyValue: false },
      ...more,
    })),
  }).fields;
const CALL_FIELDS = fieldsOf('calls', CALL);

const activity = (more: Partial<Activity> = {}): Activity => ({
  key: 'retell:call_1',
  channel: 'call',
  direction: 'outbound',
  subject: 'Outbound call, Ann',
  body: 'Summary <1>\nDirection: Outbound',
  startedAt: '2026-03-17T01:32:44Z',
  durationSeconds: 185.4,
  from: '+14155550100',
  to: '+14155550123',
  recordingUrl: 'https://example.com/recording.mp3',
  outcome: 'completed',
  record: { object: 'contacts', id: '500' },
  owner: '11349275740',
  ...more,
});
const call = (more: Partial<Activity> = {}, fields = CALL_FIELDS) => recordOf(activity(more), 'calls', fields);

describe('a call', () => {
  it('has milliseconds, upper case words, HTML and its key as the external id', () =>
    expect(call()).toEqual({
      object: 'calls',
      values: {
        hs_timestamp: '2026-03-17T01:32:44.000Z',
        hs_call_title: 'Outbound call, Ann',
        hs_call_body: 'Summary &lt;1&gt;<br>Direction: Outbound',
        hs_call_direction: 'OUTBOUND',
        hs_call_duration: 185_400,
        hs_call_from_number: '+14155550100',
        hs_call_to_number: '+14155550123',
        hs_call_recording_url: 'https://example.com/recording.mp3',
        hs_call_status: 'COMPLETED',
        hs_call_disposition: CONNECTED,
        hs_call_external_id: 'retell:call_1',
        hubspot_owner_id: '11349275740',
      },
      createOnly: ['hs_call_external_id'],
      associations: [{ object: 'contacts', id: '500' }],
      text: { field: 'hs_call_body', format: 'html', max: 65_536, parts: [{ name: 'body', text: 'Summary <1>\nDirection: Outbound' }] },
    }));

  const STATUSES: Record<Outcome, readonly [status: string | undefined, disposition: string | undefined]> = {
    completed: ['COMPLETED', CONNECTED],
    transferred: ['COMPLETED', CONNECTED],
    voicemail: ['COMPLETED', undefined], // this portal has removed "Left voicemail"
    no_answer: ['NO_ANSWER', '73a0d17f-1163-4015-bdd5-ec830791da20'],
    busy: ['BUSY', undefined],
    failed: ['FAILED', undefined],
    canceled: ['CANCELED', undefined],
    unknown: [undefined, undefined],
  };
  it.each(Object.keys(STATUSES) as Outcome[])('that ended as %s', (outcome) => {
    const { values } = call({ outcome });
    expect([values['hs_call_status'], values['hs_call_disposition']]).toEqual(STATUSES[outcome]);
  });
  it.each([
    ['by its name, in any case', 'booked A MEETING', 'own-1'],
    ['by its id', 'own-1', 'own-1'],
    ['else by how it ended', 'user_hangup', CONNECTED],
  ])('has the disposition that the portal knows %s', (_, disposition, expected) =>
    expect(call({ disposition }).values['hs_call_disposition']).toBe(expected),
  );
  it('has no direction where none is known, and 0 is a duration', () => {
    const { values } = call({ direction: 'unknown', durationSeconds: 0 });
    expect(values).not.toHaveProperty('hs_call_direction');
    expect(values['hs_call_duration']).toBe(0);
  });
  it.each(['http://example.com/recording.mp3', 'ftp://example.com/x'])('leaves out the link %s, which HubSpot refuses', (recordingUrl) =>
    expect(call({ recordingUrl }).values).not.toHaveProperty('hs_call_recording_url'),
  );
  it('leaves out what the portal does not let it write, and then keeps the key in its text', () => {
    const { hs_call_external_id: _, ...less } = CALL;
    const { values, createOnly } = call({}, fieldsOf('calls', { ...less, hs_call_status: { calculated: true } }));
    expect(values).not.toHaveProperty('hs_call_external_id');
    expect(values).not.toHaveProperty('hs_call_status');
    expect(values['hs_call_body']).toBe('Summary &lt;1&gt;<br>Direction: Outbound<br>Ref: retell:call_1');
    expect(createOnly).toEqual([]);
  });
  it('goes by the hash of a key that is too long', () =>
    expect(call({ key: `vapi:${'x'.repeat(300)}` }).values['hs_call_external_id']).toMatch(/^[0-9a-f]{32}$/));
});

describe('what has no title', () => {
  const notes = fieldsOf('notes', { hs_timestamp: { type: 'datetime' }, hs_note_body: { fieldType: 'html' } });
  it('has its subject, its text and its key in one', () =>
    expect(recordOf(activity({ channel: 'chat' }), 'notes', notes).values['hs_note_body']).toBe(
      'Outbound call, Ann<br><br>Summary &lt;1&gt;<br>Direction: Outbound<br>Ref: retell:call_1',
    ));
  it('is a message of its channel, logged from the CRM', () => {
    const fields = fieldsOf('communications', {
      hs_timestamp: { type: 'datetime' },
      hs_communication_channel_type: {},
      hs_communication_logged_from: {},
      hs_communication_body: {},
    });
    const { values, createOnly } = recordOf(activity({ channel: 'whatsapp' }), 'communications', fields);
    expect(values).toMatchObject({ hs_communication_channel_type: 'WHATS_APP', hs_communication_logged_from: 'CRM' });
    expect(createOnly).toEqual(['hs_communication_channel_type', 'hs_communication_logged_from']);
  });
  it('is cut to what HubSpot holds, and its key never is', () => {
    const body = String(recordOf(activity({ channel: 'chat', body: '&'.repeat(50_000) }), 'notes', notes).values['hs_note_body']);
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body.endsWith('&amp;… [cut]<br>Ref: retell:call_1')).toBe(true);
  });
});
