import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../src/testing/manual-clock.ts';
import { fakeSalesforce } from '../../../src/testing/salesforce/fake-salesforce.ts';
import { apiOf } from './api.ts';

const org = () => {
  const crm = fakeSalesforce({
    clock: manualClock('2026-03-15T10:00:00.700Z'),
    fields: {
      Contact: {
        Lead_Status__c: { type: 'picklist', options: ['New', 'Qualified'], inactive: ['Old'] },
        Tier__c: { type: 'picklist', options: ['A'], restricted: false },
        Topics__c: { type: 'multipicklist', options: ['A', 'B'] },
        Score__c: { type: 'double', precision: 5, scale: 2 },
        Visits__c: { type: 'int', digits: 4 },
        Code__c: { type: 'string', length: 10, externalId: true, unique: true },
        Formula__c: { type: 'string', readOnly: true },
        Must__c: { type: 'string', defaultValue: 'given', required: true },
        Since__c: { type: 'datetime' },
      },
    },
  });
  const account = crm.add('Account', { Name: 'Acme' });
  const alice = crm.add('Contact', { LastName: 'Smith', FirstName: 'Alice', Phone: '(415) 555-0123', Code__c: 'taken' });
  return { crm, account, alice, ...apiOf(crm) };
};

/** What one value of a Contact comes to: the stored value, or the code of the refusal. */
const CASES: Record<
  string,
  { readonly field: string; readonly value: unknown; readonly stored?: unknown; readonly code?: string; readonly names?: readonly string[] }
> = {
  'a text': { field: 'FirstName', value: 'Ann', stored: 'Ann' },
  'a text with blanks around it': { field: 'FirstName', value: '  Ann ', stored: 'Ann' },
  'a blank text clears': { field: 'FirstName', value: '', stored: null },
  'null clears': { field: 'FirstName', value: null, stored: null },
  'a phone is kept as typed': { field: 'Phone', value: '+1 415.555.0123 x7', stored: '+1 415.555.0123 x7' },
  'a number for a text': { field: 'FirstName', value: 5, code: 'JSON_PARSER_ERROR' },
  'a text that is too long': { field: 'FirstName', value: 'a'.repeat(41), code: 'STRING_TOO_LONG', names: ['FirstName'] },
  'a mail address': { field: 'Email', value: 'a@example.com', stored: 'a@example.com' },
  'no mail address': { field: 'Email', value: 'a@example', code: 'INVALID_EMAIL_ADDRESS', names: ['Email'] },
  'an option': { field: 'Lead_Status__c', value: 'Qualified', stored: 'Qualified' },
  'no option': { field: 'Lead_Status__c', value: 'Lost', code: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', names: ['Lead_Status__c'] },
  'an inactive option': { field: 'Lead_Status__c', value: 'Old', code: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST' },
  'no option of an open list': { field: 'Tier__c', value: 'Z', stored: 'Z' },
  options: { field: 'Topics__c', value: 'A;B', stored: 'A;B' },
  'one wrong option': { field: 'Topics__c', value: 'A;Z', code: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST' },
  true: { field: 'DoNotCall', value: true, stored: true },
  'a text for a checkbox': { field: 'DoNotCall', value: 'true', code: 'JSON_PARSER_ERROR' },
  'null for a checkbox': { field: 'DoNotCall', value: null, code: 'INVALID_TYPE_ON_FIELD_IN_RECORD', names: ['DoNotCall'] },
  'a number': { field: 'Score__c', value: 12.345, stored: 12.35 },
  zero: { field: 'Score__c', value: 0, stored: 0 },
  'a number out of range': { field: 'Score__c', value: 1000, code: 'NUMBER_OUTSIDE_VALID_RANGE', names: ['Score__c'] },
  'a text for a number': { field: 'Score__c', value: '12', code: 'JSON_PARSER_ERROR' },
  'an integer': { field: 'Visits__c', value: -3, stored: -3 },
  'a fraction for an integer': { field: 'Visits__c', value: 1.5, code: 'JSON_PARSER_ERROR' },
  'an integer out of range': { field: 'Visits__c', value: 10_000, code: 'NUMBER_OUTSIDE_VALID_RANGE' },
  'a day': { field: 'Birthdate', value: '1990-02-28', stored: '1990-02-28' },
  'a day that does not exist': { field: 'Birthdate', value: '1990-02-30', code: 'JSON_PARSER_ERROR' },
  'an instant for a day': { field: 'Birthdate', value: '1990-02-28T00:00:00Z', code: 'JSON_PARSER_ERROR' },
  'an instant': { field: 'Since__c', value: '2026-01-02T03:04:05.678Z', stored: '2026-01-02T03:04:05.000+0000' },
  'an instant with an offset': { field: 'Since__c', value: '2026-01-02T03:04:05+01:00', stored: '2026-01-02T02:04:05.000+0000' },
  'an instant without an offset': { field: 'Since__c', value: '2026-01-02T03:04:05', code: 'JSON_PARSER_ERROR' },
  'a field that is not there': { field: 'Nothing__c', value: 'x', code: 'INVALID_FIELD' },
  'a whole name': { field: 'Name', value: 'x', code: 'INVALID_FIELD_FOR_INSERT_UPDATE', names: ['Name'] },
  'a formula': { field: 'Formula__c', value: 'x', code: 'INVALID_FIELD_FOR_INSERT_UPDATE', names: ['Formula__c'] },
  'a stamp': { field: 'SystemModstamp', value: '2026-01-01T00:00:00Z', code: 'INVALID_FIELD_FOR_INSERT_UPDATE' },
  'a required field cleared': { field: 'Must__c', value: null, code: 'REQUIRED_FIELD_MISSING', names: ['Must__c'] },
  'a unique value of another record': { field: 'Code__c', value: 'TAKEN', code: 'DUPLICATE_VALUE' },
  'text that is no id': { field: 'AccountId', value: 'abc', code: 'MALFORMED_ID', names: ['AccountId'] },
  'the id of another object': { field: 'AccountId', value: '003Fk00000ZZZZZ', code: 'MALFORMED_ID' },
  'the id of nothing': { field: 'AccountId', value: '001Fk00000ZZZZZ', code: 'INVALID_CROSS_REFERENCE_KEY', names: ['AccountId'] },
  'the id in the body': { field: 'Id', value: '003Fk00000ZZZZZ', code: 'INVALID_FIELD' },
};

describe('one value', () => {
  it.each(Object.entries(CASES))('%s', async (_, { field, value, stored, code, names }) => {
    const { crm, call } = org();
    const other = crm.add('Contact', { LastName: 'Other', FirstName: 'before' });
    const { status, body } = await call(`sobjects/Contact/${other.id}`, { method: 'PATCH', body: { [field]: value } });
    if (code === undefined) {
      expect([status, body]).toEqual([204, '']);
      expect(crm.record(other.id).fields[field]).toEqual(stored);
      return;
    }
    expect([status, body[0].errorCode]).toEqual([400, code]);
    if (names !== undefined) expect(body[0].fields).toEqual(names);
    expect(crm.record(other.id).fields).toEqual(other.fields);
  });
});

describe('create', () => {
  it('answers 201 with the id and where the record is, and fills what Salesforce fills', async () => {
    const { crm, call, account } = org();
    const { status, body, headers } = await call('sobjects/Contact', {
      method: 'POST',
      body: { FirstName: 'Bo', LastName: 'Dee', AccountId: account.id.slice(0, 15) },
    });
    expect([status, body]).toEqual([201, { id: expect.stringMatching(/^003\w{15}$/), success: true, errors: [] }]);
    expect(headers.get('location')).toBe(`/services/data/v66.0/sobjects/Contact/${body.id}`);
    expect(crm.record(body.id).fields).toMatchObject({
      Name: 'Bo Dee',
      AccountId: account.id,
      OwnerId: crm.userId,
      Must__c: 'given',
      DoNotCall: false,
      CreatedDate: '2026-03-15T10:00:00.000+0000',
      SystemModstamp: '2026-03-15T10:00:00.000+0000',
    });
  });

  it('names every required field that is missing', async () => {
    const { call } = org();
    const { status, body } = await call('sobjects/Opportunity', { method: 'POST', body: { Name: 'Deal' } });
    expect([status, body]).toEqual([
      400,
      [
        {
          message: 'Required fields are missing: [StageName, CloseDate]',
          errorCode: 'REQUIRED_FIELD_MISSING',
          fields: ['StageName', 'CloseDate'],
        },
      ],
    ]);
  });

  it('takes no id', async () => {
    const { call, alice } = org();
    const { body } = await call('sobjects/Contact', { method: 'POST', body: { Id: alice.id, LastName: 'x' } });
    expect(body[0].errorCode).toBe('INVALID_FIELD_FOR_INSERT_UPDATE');
  });
});

describe('the record that a write is for', () => {
  it('is not found, or deleted', async () => {
    const { crm, call, alice } = org();
    const patch = async (path: string) => {
      const { status, body } = await call(path, { method: 'PATCH', body: { Title: 'x' } });
      return [status, body[0].errorCode];
    };
    expect(await patch('sobjects/Contact/003Fk00000ZZZZZ')).toEqual([404, 'NOT_FOUND']);
    expect(await patch('sobjects/Contact/abc')).toEqual([404, 'NOT_FOUND']);
    expect(await patch(`sobjects/Account/${alice.id}`)).toEqual([404, 'NOT_FOUND']);
    expect(await patch(`sobjects/Nothing/${alice.id}`)).toEqual([404, 'NOT_FOUND']);
    crm.remove(alice.id);
    expect(await patch(`sobjects/Contact/${alice.id}`)).toEqual([404, 'ENTITY_IS_DELETED']);
  });

  it('is gone after a delete, and its id answers 404', async () => {
    const { crm, call, alice } = org();
    expect((await call(`sobjects/Contact/${alice.id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await call(`sobjects/Contact/${alice.id}`)).toMatchObject({
      status: 404,
      body: [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }],
    });
    expect(crm.record(alice.id).deleted).toBe(true);
  });

  it('may be a converted lead: read only', async () => {
    const { crm, call, alice } = org();
    const lead = crm.add('Lead', { LastName: 'Lee', Company: 'Lee Ltd' });
    crm.edit(lead.id, { IsConverted: true, ConvertedContactId: alice.id });
    const refused = [400, 'CANNOT_UPDATE_CONVERTED_LEAD'];
    const update = await call(`sobjects/Lead/${lead.id}`, { method: 'PATCH', body: { Title: 'x' } });
    expect([update.status, update.body[0].errorCode]).toEqual(refused);
    const log = await call('sobjects/Task', { method: 'POST', body: { Subject: 'Call', WhoId: lead.id } });
    expect([log.status, log.body[0].errorCode]).toEqual(refused);
  });
});

describe('tasks', () => {
  it('have the account of the contact, and close with their status', async () => {
    const { crm, call, account } = org();
    const bo = crm.add('Contact', { LastName: 'Dee', AccountId: account.id });
    const { body } = await call('sobjects/Task', {
      method: 'POST',
      body: {
        Subject: 'Call',
        WhoId: bo.id,
        Status: 'Completed',
        ActivityDate: '2026-03-15',
        TaskSubtype: 'Call',
        CallDurationInSeconds: 183,
        CallType: 'Inbound',
      },
    });
    expect(crm.record(body.id).fields).toMatchObject({
      AccountId: account.id,
      IsClosed: true,
      Priority: 'Normal',
      CompletedDateTime: '2026-03-15T10:00:00.000+0000',
    });
    expect(crm.record(bo.id).fields['LastActivityDate']).toBe('2026-03-15');
  });

  it.each<readonly [string, (lead: string, account: string) => Record<string, unknown>, string]>([
    ['a lead with a related record', (lead, account) => ({ WhoId: lead, WhatId: account }), 'FIELD_INTEGRITY_EXCEPTION'],
    ['a duration below zero', () => ({ CallDurationInSeconds: -1 }), 'NUMBER_OUTSIDE_VALID_RANGE'],
    ['a fraction of a second', () => ({ CallDurationInSeconds: 125.4 }), 'JSON_PARSER_ERROR'],
    ['an unknown subtype', () => ({ TaskSubtype: 'Chat' }), 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'],
    ['the hidden field Type', () => ({ Type: 'Call' }), 'INVALID_FIELD'],
    ['an inactive owner', () => ({ OwnerId: 'inactive' }), 'INACTIVE_OWNER_OR_USER'],
  ])('refuse %s', async (_, fields, code) => {
    const { crm, call, account } = org();
    const lead = crm.add('Lead', { LastName: 'Lee', Company: 'Lee Ltd' });
    const user = crm.add('User', {
      LastName: 'Old',
      Username: 'old@example.com',
      Email: 'old@example.com',
      Alias: 'old',
      IsActive: false,
      TimeZoneSidKey: 'UTC',
      LocaleSidKey: 'en_US',
      LanguageLocaleKey: 'en_US',
    });
    const given = fields(lead.id, account.id);
    const body = 'OwnerId' in given ? { OwnerId: user.id } : given;
    const answer = await call('sobjects/Task', { method: 'POST', body: { Subject: 'Call', ...body } });
    expect([answer.status, answer.body[0].errorCode]).toEqual([400, code]);
  });

  it('keep the subtype they were made with', async () => {
    const { crm, call } = org();
    const task = crm.add('Task', { Subject: 'Call', TaskSubtype: 'Call' });
    const { body } = await call(`sobjects/Task/${task.id}`, { method: 'PATCH', body: { TaskSubtype: 'Task' } });
    expect(body[0].errorCode).toBe('INVALID_FIELD_FOR_INSERT_UPDATE');
  });
});

describe('what an org adds', () => {
  it.each([
    ['lead', 'Lead', { LastName: 'Lee', Company: 'Lee Ltd' }],
    ['case', 'Case', { Subject: 'Broken' }],
    ['account', 'Account', { Name: 'Lee Ltd' }],
  ])('assignment rules take a %s away unless the caller forbids it', async (_, object, values) => {
    const { crm, call } = org();
    const owner = async (headers: Record<string, string>) => {
      const { body } = await call(`sobjects/${object}`, { method: 'POST', body: values, headers });
      return crm.record(body.id).fields['OwnerId'] === crm.userId;
    };
    expect([await owner({}), await owner({ 'Sforce-Auto-Assign': 'FALSE' })]).toEqual([false, true]);
  });

  it('validation rules refuse in the words of the administrator', async () => {
    const crm = fakeSalesforce({
      validationRules: { Contact: ({ Title }) => (Title === 'bad' ? { message: 'No such title', field: 'Title' } : null) },
    });
    const { body } = await apiOf(crm).call('sobjects/Contact', { method: 'POST', body: { LastName: 'x', Title: 'bad' } });
    expect(body).toEqual([{ message: 'No such title', errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', fields: ['Title'] }]);
    expect(crm.list('Contact')).toEqual([]);
  });

  it('automations write in the same transaction', async () => {
    const crm = fakeSalesforce({ automations: { Contact: ({ Title }) => (Title === 'ceo' ? { Title: 'CEO' } : null) } });
    const { body } = await apiOf(crm).call('sobjects/Contact', { method: 'POST', body: { LastName: 'x', Title: 'ceo' } });
    expect(crm.record(body.id).fields['Title']).toBe('CEO');
  });

  it('duplicate rules name the record that is there, and pass when they only warn', async () => {
    const crm = fakeSalesforce({ duplicateRules: { Contact: { fields: ['Phone'], allowSave: true } } });
    const { call } = apiOf(crm);
    const there = crm.add('Contact', { LastName: 'x', Phone: '1' });
    const request = { method: 'POST', body: { LastName: 'y', Phone: '1' } };
    const { status, body } = await call('sobjects/Contact', request);
    expect([status, body[0].errorCode, body[0].duplicateResut.matchResults[0].matchRecords[0].record.Id]).toEqual([
      400,
      'DUPLICATES_DETECTED',
      there.id,
    ]);
    expect((await call('sobjects/Contact', { ...request, headers: { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' } })).status).toBe(
      201,
    );
  });
});
