import { describe, expect, it } from 'vitest';
import { toObjectInfo } from '../../../src/connectors/salesforce/describe.ts';
import { toId18 } from '../../../src/connectors/salesforce/record-id.ts';
import { keyPlace } from '../../../src/connectors/salesforce/tasks/activity-key.ts';
import { dayIn, taskOf } from '../../../src/connectors/salesforce/tasks/task.ts';
import type { Activity } from '../../../src/core/activity/activity.ts';
import { keyText, referenceLine } from '../../../src/core/activity/activity-reference.ts';

const CONTACT = '003dM00003jU9GyQAK';
const ACCOUNT = '001dM00003jU9GyQAK';
const KEY = 'retell:call_1';
const open = { createable: true, updateable: true, filterable: true };
const options = (...values: string[]) => ({ picklistValues: values.map((value) => ({ value, label: value, active: true })) });
const FIELDS = [
  { name: 'WhoId', type: 'reference', ...open },
  { name: 'WhatId', type: 'reference', ...open },
  { name: 'OwnerId', type: 'reference', ...open },
  { name: 'Subject', type: 'combobox', length: 255, ...open },
  { name: 'Status', type: 'picklist', ...options('Not Started', 'Completed'), ...open },
  { name: 'Priority', type: 'picklist', ...options('High', 'Normal'), ...open },
  { name: 'ActivityDate', type: 'date', ...open },
  { name: 'Description', type: 'textarea', length: 32_000, ...open, filterable: false },
  { name: 'TaskSubtype', type: 'picklist', ...options('Task', 'Call'), ...open, updateable: false },
  { name: 'CallType', type: 'picklist', ...options('Internal', 'Inbound', 'Outbound'), ...open },
  { name: 'CallDurationInSeconds', type: 'int', ...open },
  { name: 'CallDisposition', type: 'string', length: 255, ...open },
  { name: 'CallObject', type: 'string', length: 255, ...open },
];
const UNIQUE = { name: 'Key__c', type: 'string', length: 40, ...open, externalId: true, idLookup: true, unique: true };
const task = (fields: readonly object[]) => toObjectInfo({ name: 'Task', fields });

const CALL: Activity = {
  key: KEY,
  channel: 'call',
  direction: 'inbound',
  subject: 'Call: inbound +14155550123',
  body: 'Wants a demo.',
  startedAt: '2025-03-15T23:30:00.000Z',
  durationSeconds: 183.4,
  outcome: 'completed',
  disposition: 'Interested',
  record: { object: 'Contact', id: CONTACT },
};
const make = (activity: Partial<Activity> = {}, fields: readonly object[] = FIELDS, activityKeyField?: string) =>
  taskOf(
    { ...CALL, ...activity },
    { fields: task(fields).fields, closedStatus: 'Completed', timeZone: 'UTC', place: keyPlace(task(fields), activityKeyField) },
  );

describe('taskOf', () => {
  it('ties the task of a lead to nothing else: Salesforce would refuse it', () =>
    expect(() =>
      make({ record: { object: 'Lead', id: '00Q000000000001AAA' }, associations: [{ object: 'Opportunity', id: '006000000000001AAA' }] }),
    ).toThrow(expect.objectContaining({ code: 'invalid_combination', category: 'configuration' })));

  it('makes a completed task of a finished call', () =>
    expect(make()).toEqual({
      object: 'Task',
      values: {
        Subject: 'Call: inbound +14155550123',
        Description: 'Wants a demo.',
        Status: 'Completed',
        Priority: 'Normal',
        ActivityDate: '2025-03-15',
        WhoId: CONTACT,
        TaskSubtype: 'Call',
        CallType: 'Inbound',
        CallDurationInSeconds: 183,
        CallDisposition: 'Interested',
        CallObject: KEY,
      },
      createOnly: ['TaskSubtype'],
      text: { field: 'Description', format: 'plain', max: 32_000, parts: [{ name: 'body', text: 'Wants a demo.' }] },
    }));
  it('gives anything but a call no call fields but the key', () =>
    expect(Object.keys(make({ channel: 'sms' }).values).filter((name) => /Call|Subtype/.test(name))).toEqual(['CallObject']));
  it.each([
    ['Contact', CONTACT, 'WhoId'],
    ['Lead', toId18('00QdM00003jU9Gy')!, 'WhoId'],
    ['Account', ACCOUNT, 'WhatId'],
    ['Invoice__c', toId18('a00dM00003jU9Gy')!, 'WhatId'],
  ])('relates to a %s, and to nothing else', (object, id, name) => {
    const { WhoId, WhatId } = make({ record: { object, id } }).values;
    expect({ WhoId, WhatId }).toEqual({ WhoId: undefined, WhatId: undefined, [name]: id });
  });
  it('leaves out what the connected user can not create', () => {
    const fields = FIELDS.filter(({ name }) => !name.startsWith('Call')).map((field) =>
      field.name === 'Priority' ? { ...field, createable: false } : field,
    );
    expect(Object.keys(make({}, fields).values)).toEqual(['Subject', 'Description', 'Status', 'ActivityDate', 'WhoId', 'TaskSubtype']);
  });
  it('does not send a field that can not be updated a second time', () => {
    const fields = FIELDS.map((field) => (field.name === 'WhoId' ? { ...field, updateable: false } : field));
    expect(make({}, fields).createOnly).toEqual(['WhoId', 'TaskSubtype']);
  });
  it('sends ids in their long form, and one that is none as it is, for Salesforce to refuse', () => {
    expect(make({ owner: '005dM00003jU9Gy' }).values['OwnerId']).toBe('005dM00003jU9GyQAK');
    expect(make({ owner: 'nobody' }).values['OwnerId']).toBe('nobody');
    expect(make({ record: { object: 'Contact', id: 'x' } }).values['WhoId']).toBe('x');
  });
  it('cuts texts to what the fields hold, never through a character', () => {
    const { values } = make({ subject: '🚀'.repeat(300), body: '🚀'.repeat(32_001), disposition: 'x'.repeat(256) });
    expect(values['Subject']).toBe('🚀'.repeat(127)); // Salesforce counts each as two
    expect(values['Description']).toMatch(/^🚀{15996}… \[cut\]$/u);
    expect(values['CallDisposition']).toHaveLength(255);
  });
  it('leaves the direction out where it is not known, and a duration of nothing in', () => {
    const { values } = make({ direction: 'unknown', durationSeconds: 0 });
    expect(values).not.toHaveProperty('CallType');
    expect(values['CallDurationInSeconds']).toBe(0);
  });
});

describe('the key', () => {
  it('is an upsert by a field that is proven unique', () => {
    const record = make({}, [...FIELDS, UNIQUE], 'Key__c');
    expect(record.uniqueKey).toEqual({ field: 'Key__c', value: KEY });
    expect(record.values['Key__c']).toBe(KEY);
    expect(record.values).not.toHaveProperty('CallObject');
  });
  it.each([
    ['not unique', { unique: false }],
    ['no look-up', { externalId: false, idLookup: false }],
  ])('is only kept in a field that is %s', (_, flags) => {
    const record = make({}, [...FIELDS, { ...UNIQUE, ...flags }], 'Key__c');
    expect(record.values['Key__c']).toBe(KEY);
    expect(record).not.toHaveProperty('uniqueKey');
  });
  it.each([
    ['hidden', FIELDS],
    ['not creatable', [...FIELDS, { ...UNIQUE, createable: false }]],
  ])('falls back to CallObject where the field is %s', (_, fields) => expect(make({}, fields, 'Key__c').values['CallObject']).toBe(KEY));
  it('stands in the last line where no field holds it, and the text makes room', () => {
    const fields = FIELDS.filter(({ name }) => name !== 'CallObject');
    expect(make({}, fields).values['Description']).toBe('Wants a demo.\nRef: retell:call_1');
    const long = String(make({ body: '🚀'.repeat(40_000) }, fields).values['Description']);
    expect(long).toMatch(/^(?:🚀)+… \[cut\]\nRef: /u); // half of a character would have been left
    expect(long.length).toBeLessThanOrEqual(32_000);
    expect(long.endsWith(`\n${referenceLine(KEY)}`)).toBe(true);
    expect(make({ body: '' }, fields).values['Description']).toBe(referenceLine(KEY));
  });
  it('goes by its hash where it does not fit, and two long keys stay two', () => {
    const [one, two] = ['a', 'b'].map((end) => keyText(`${'x'.repeat(300)}${end}`, 255));
    expect(one).toMatch(/^[0-9a-f]{32}$/);
    expect(one).not.toBe(two);
  });
});

describe('dayIn', () => {
  it.each([
    ['UTC', '2025-03-15'],
    ['Asia/Tokyo', '2025-03-16'],
    ['America/Los_Angeles', '2025-03-15'],
  ])('is the day of the call in %s', (zone, day) => expect(dayIn('2025-03-15T23:30:00.000Z', zone)).toBe(day));
});
