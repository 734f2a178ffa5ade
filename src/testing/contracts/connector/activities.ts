import assert from 'node:assert/strict';
import type { Activity } from '../../../core/activity/activity.ts';
import type { Channel, Direction, Outcome } from '../../../core/conversation/conversation.ts';
import type { ActivityRecord, Write } from '../../../ports/connector.ts';
import { add, idsIn, mustWork, type Opened, open, recordOf, settle } from './kit.ts';
import { mustBeDone, operation, writeOne } from './kit-writes.ts';
import type { ConnectorCase, MakeConnector } from './subject.ts';

const CHANNELS: Record<Channel, true> = {
  call: true,
  sms: true,
  chat: true,
  whatsapp: true,
  email: true,
  voicemail: true,
  fax: true,
  other: true,
};
const DIRECTIONS: Record<Direction, true> = { inbound: true, outbound: true, unknown: true };
const OUTCOMES: Record<Outcome, true> = {
  completed: true,
  voicemail: true,
  no_answer: true,
  busy: true,
  failed: true,
  canceled: true,
  transferred: true,
  unknown: true,
};
const namesOf = <Name extends string>(table: Record<Name, true>): readonly Name[] => Object.keys(table) as Name[];

export interface Logging extends Opened {
  /** An activity of the CRM's present time, on a record. */
  activity(change?: Partial<Activity>): Activity;
  /** Makes the activity in the CRM; answers its id. */
  log(activity: Activity): Promise<string>;
  /** Ids of activities with this key. */
  find(activity: Activity, object: string): Promise<readonly string[]>;
}

export async function openLogging(make: MakeConnector): Promise<Logging> {
  const opened = await open(make);
  const { crm, connector, call } = opened;
  const id = await add(crm);
  const startedAt = new Date(crm.now() - 60_000).toISOString();
  const activity = (change: Partial<Activity> = {}): Activity => ({
    key: 'retell:call_1',
    channel: 'call',
    direction: 'outbound',
    subject: 'Call with Ann',
    body: 'Ann asked for a demo.\nDirection: outbound',
    startedAt,
    endedAt: new Date(crm.now() - 1_000).toISOString(),
    durationSeconds: 59,
    from: '+14155550100',
    to: '+14155550123',
    summary: 'Ann asked for a demo.',
    outcome: 'completed',
    record: { object: crm.object, id },
    ...change,
  });
  return {
    ...opened,
    activity,
    async log(one) {
      return mustBeDone(await writeOne(connector, creation(await connector.activityRecord(one, call)), call)).id;
    },
    async find({ key, startedAt: near, record }, object) {
      const { found } = await connector.find({ object, by: '$activity', values: [key], fields: [], near, record }, call);
      return found.map((hit) => hit.record.id);
    },
  };
}

/** The write of a new activity, as the engine makes it. */
export const creation = ({ object, values, associations, uniqueKey }: ActivityRecord): Write => ({
  op: operation(),
  object,
  id: null,
  values,
  ...(associations === undefined ? {} : { associations }),
  ...(uniqueKey === undefined ? {} : { uniqueKey }),
});

export const activities: readonly ConnectorCase[] = [
  {
    id: 'CC-85',
    rule: 'an activity of any channel, direction and outcome is accepted by the CRM as the connector makes it',
    requires: 'activities',
    async check(make) {
      const { activity, log, connector, call, crm } = await openLogging(make);
      const all = [
        ...namesOf(CHANNELS).flatMap((channel) => namesOf(DIRECTIONS).map((direction) => ({ channel, direction }))),
        ...namesOf(OUTCOMES).map((outcome) => ({ outcome, durationSeconds: 0, disposition: "Ann's choice", successful: false })),
        { durationSeconds: 1.6, recordingUrl: 'https://example.com/recording.wav' },
      ];
      const ids: string[] = [];
      for (const [index, change] of all.entries()) ids.push(await log(activity({ ...change, key: `retell:call_${index}` })));
      const { object } = await connector.activityRecord(activity(), call);
      assert.deepEqual((await idsIn(crm, object)).toSorted(), ids.toSorted());
    },
  },
  {
    id: 'CC-86',
    rule: 'the form of an activity depends on the activity alone, and costs no request once the CRM is described',
    requires: 'activities',
    async check(make) {
      const { activity, connector, call, crm, reconnect } = await openLogging(make);
      const form = await connector.activityRecord(activity(), call);
      const before = crm.calls();
      await crm.advance(60_000);
      assert.deepEqual(await connector.activityRecord(activity(), call), form);
      assert.equal(crm.calls(), before);
      assert.deepEqual(await reconnect().activityRecord(activity(), call), form);
      for (const field of form.createOnly) assert.ok(Object.hasOwn(form.values, field), `${field} has a value`);
    },
  },
  {
    id: 'CC-87',
    rule: 'an activity is found again by its key, and by no other',
    requires: 'activities',
    async check(make) {
      const { activity, log, find, connector, call, crm } = await openLogging(make);
      const { object } = await connector.activityRecord(activity(), call);
      const keys = [
        'retell:call_1',
        'retell:call_12',
        'retell:call',
        'xretell:call_1',
        "retell:' OR 1",
        'retell:%',
        `vapi:${'x'.repeat(400)}`,
      ];
      const ids = new Map<string, string>();
      for (const key of keys) ids.set(key, await log(activity({ key })));
      await settle(crm);
      for (const key of keys) assert.deepEqual(await find(activity({ key }), object), [ids.get(key)], key);
      for (const key of ['retell:call_2', 'RETELL:CALL_1', `vapi:${'x'.repeat(399)}`])
        assert.deepEqual(await find(activity({ key }), object), [], key);
    },
  },
  {
    id: 'CC-88',
    rule: 'an activity can be changed later in everything but what only a create may set',
    requires: 'activities',
    async check(make) {
      const { activity, log, find, connector, call, crm } = await openLogging(make);
      const id = await log(activity());
      const { object, values, createOnly } = await connector.activityRecord(
        activity({ subject: 'Another subject', body: 'Another body', durationSeconds: 61 }),
        call,
      );
      const changed = Object.fromEntries(Object.entries(values).filter(([field]) => !createOnly.includes(field)));
      assert.ok(Object.values(changed).includes('Another subject'), 'the subject can be changed');
      mustBeDone(await writeOne(connector, { op: operation(), object, id, values: changed }, call));
      const kept = (await recordOf(crm, id, object))?.values ?? {};
      for (const [field, value] of Object.entries(changed)) assert.equal(kept[field], value, field);
      await settle(crm);
      assert.deepEqual(await find(activity(), object), [id], 'it is still found by its key');
    },
  },
  {
    id: 'CC-89',
    rule: 'a subject and a body as long as `capabilities.activity` says are accepted',
    requires: 'activities',
    async check(make) {
      const { activity, log, find, connector, call, crm } = await openLogging(make);
      const { subjectMax, bodyMax } = connector.capabilities.activity;
      const longest = activity({ subject: 's'.repeat(subjectMax), body: '😀'.repeat(bodyMax / 2) + 'b'.repeat(bodyMax - bodyMax / 2) });
      const id = await log(longest);
      const { object } = await connector.activityRecord(longest, call);
      await settle(crm);
      assert.deepEqual(await find(longest, object), [id]);
      assert.equal(Object.values((await recordOf(crm, id, object))?.values ?? {}).includes('s'.repeat(subjectMax)), true);
    },
  },
  {
    id: 'CC-90',
    rule: 'an activity with a unique key may be sent again, and there is still one',
    requires: 'activities',
    async check(make) {
      const { activity, log, connector, call, crm } = await openLogging(make);
      const { object, uniqueKey } = await connector.activityRecord(activity(), call);
      const id = await log(activity());
      if (uniqueKey === undefined) return; // not proven unique: the engine looks it up before it sends again
      assert.equal(await log(activity()), id);
      assert.deepEqual(await idsIn(crm, object), [id]);
    },
  },
  {
    id: 'CC-91',
    rule: 'an activity on a record that is not there is refused and not thrown',
    requires: 'activities',
    async check(make) {
      const { activity, connector, call, crm } = await openLogging(make);
      for (const id of crm.strangers) {
        const form = await connector.activityRecord(activity({ record: { object: crm.object, id } }), call);
        const outcome = await mustWork(() => writeOne(connector, creation(form), call), 'the write');
        assert.ok(outcome.outcome === 'refused' || outcome.outcome === 'gone', outcome.outcome);
        assert.deepEqual(await idsIn(crm, form.object), []);
      }
    },
  },
];
