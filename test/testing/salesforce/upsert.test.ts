import { describe, expect, it } from 'vitest';
import { fakeSalesforce } from '../../../src/testing/salesforce/fake-salesforce.ts';
import { apiOf } from './api.ts';

const org = (unique = true) => {
  const crm = fakeSalesforce({
    fields: {
      Contact: { Code__c: { type: 'string', externalId: true, unique }, Number__c: { type: 'int', externalId: true } },
      Task: { Call_Id__c: { type: 'string', externalId: true, unique: true } },
    },
  });
  const { call } = apiOf(crm);
  return { crm, call, upsert: (path: string, body: unknown) => call(`sobjects/${path}`, { method: 'PATCH', body }) };
};

describe('upsert', () => {
  it('creates with 201, then updates with 200, and says which', async () => {
    const { crm, upsert } = org();
    const first = await upsert('Contact/Code__c/k%2F1%20%26', { LastName: 'Ann' });
    expect([first.status, first.body]).toEqual([201, { id: expect.any(String), success: true, errors: [], created: true }]);
    const second = await upsert('Contact/code__c/K%2F1%20%26', { LastName: 'Bea' });
    expect([second.status, second.body]).toEqual([200, { id: first.body.id, success: true, errors: [], created: false }]);
    expect(crm.list('Contact').map(({ fields }) => [fields['LastName'], fields['Code__c']])).toEqual([['Bea', 'k/1 &']]);
  });

  it('finds by a standard field that allows it, and by a number', async () => {
    const { crm, upsert } = org();
    expect((await upsert('Contact/Email/ann%40example.com', { LastName: 'Ann' })).status).toBe(201);
    expect((await upsert('Contact/Email/ANN%40example.com', { Title: 'CEO' })).status).toBe(200);
    expect((await upsert('Contact/Number__c/7', { LastName: 'Seven' })).status).toBe(201);
    expect((await upsert('Contact/Number__c/7', { Title: 'x' })).status).toBe(200);
    expect(crm.list('Contact')).toHaveLength(2);
  });

  it('writes nothing where several records have the key: 300 and their URLs', async () => {
    const { crm, upsert } = org(false);
    const ids = [crm.add('Contact', { LastName: 'a', Code__c: 'k' }).id, crm.add('Contact', { LastName: 'b', Code__c: 'k' }).id];
    const { status, body } = await upsert('Contact/Code__c/k', { LastName: 'c' });
    expect([status, body]).toEqual([300, ids.map((id) => `/services/data/v66.0/sobjects/Contact/${id}`)]);
    expect(crm.list('Contact').map(({ fields }) => fields['LastName'])).toEqual(['a', 'b']);
  });

  it('does not find deleted records', async () => {
    const { crm, upsert } = org();
    crm.remove(crm.add('Contact', { LastName: 'a', Code__c: 'k' }).id);
    expect((await upsert('Contact/Code__c/k', { LastName: 'b' })).status).toBe(201);
  });

  it.each<readonly [string, string, unknown, number, string]>([
    ['an unknown key field', 'Contact/Namez/x', { LastName: 'a' }, 404, 'NOT_FOUND'],
    ['a field that is no key', 'Contact/Title/x', { LastName: 'a' }, 404, 'NOT_FOUND'],
    ['the key in the body', 'Contact/Code__c/x', { LastName: 'a', Code__c: 'x' }, 400, 'INVALID_FIELD'],
    ['a missing required field', 'Contact/Code__c/x', {}, 400, 'REQUIRED_FIELD_MISSING'],
    ['updateOnly without a match', 'Contact/Code__c/x?updateOnly=true', { LastName: 'a' }, 404, 'NOT_FOUND'],
    ['an id that is not there', 'Contact/Id/003Fk00000ZZZZZ', { LastName: 'a' }, 404, 'NOT_FOUND'],
  ])('refuses %s', async (_, path, body, status, code) => {
    const { crm, upsert } = org();
    const answer = await upsert(path, body);
    expect([answer.status, answer.body[0].errorCode]).toEqual([status, code]);
    expect(crm.list('Contact')).toEqual([]);
  });

  it('counts as the creation or the update that it is', async () => {
    const { crm, upsert } = org();
    await upsert('Task/Call_Id__c/c1', { Subject: 'Call' });
    await upsert('Task/Call_Id__c/c1', { Subject: 'Call' });
    expect(crm.calls.map(({ operations }) => operations)).toEqual([
      ['upsert Task', 'POST Task'],
      ['upsert Task', 'PATCH Task'],
    ]);
  });
});
