import { describe, expect, it } from 'vitest';
import { fakeSalesforce } from '../../../src/testing/salesforce/fake-salesforce.ts';
import { apiOf } from './api.ts';

const of = (type: string, fields: Record<string, unknown>) => ({ attributes: { type }, ...fields });
const org = () => {
  const crm = fakeSalesforce({ fields: { Contact: { Code__c: { type: 'string', externalId: true, unique: true } } } });
  const { call } = apiOf(crm);
  const contacts = ['a', 'b', 'c'].map((LastName) => crm.add('Contact', { LastName }).id);
  return {
    crm,
    contacts,
    call,
    send: (method: string, records: readonly unknown[], more: Record<string, unknown> = {}, path = '') =>
      call(`composite/sobjects${path}`, { method, body: { allOrNone: false, records, ...more } }),
  };
};
const ok = { id: expect.any(String), success: true, errors: [] };
const failed = (statusCode: string) => ({
  success: false,
  errors: [{ statusCode, message: expect.any(String), fields: expect.any(Array) }],
});

describe('collections', () => {
  it('answer 200 with one result per record, in order, even when all failed', async () => {
    const { crm, contacts, send } = org();
    const mixed = await send('PATCH', [
      of('Contact', { id: contacts[0], LastName: 'A' }),
      of('Contact', { id: contacts[1], Email: 'bad' }),
      of('Contact', { id: '003Fk00000ZZZZZ', LastName: 'x' }),
      of('Contact', { id: 'abc', LastName: 'x' }),
      of('Contact', { LastName: 'x' }),
      of('Account', { id: crm.userId, Name: 'x' }),
      of('Contact', { id: contacts[2], Nothing__c: 1 }),
    ]);
    expect([mixed.status, mixed.body]).toEqual([
      200,
      [
        ok,
        failed('INVALID_EMAIL_ADDRESS'),
        failed('INVALID_CROSS_REFERENCE_KEY'),
        failed('MALFORMED_ID'),
        failed('MISSING_ARGUMENT'),
        failed('MALFORMED_ID'),
        failed('INVALID_FIELD'),
      ],
    ]);
    expect(crm.list('Contact').map(({ fields }) => fields['LastName'])).toEqual(['A', 'b', 'c']);
    crm.remove(contacts[0]!);
    const { status, body } = await send('PATCH', [of('Contact', { id: contacts[0], LastName: 'x' })]);
    expect([status, body]).toEqual([200, [failed('ENTITY_IS_DELETED')]]);
  });

  it('create records of several objects in one call', async () => {
    const { crm, contacts, send } = org();
    const { body } = await send('POST', [of('Contact', { LastName: 'd' }), of('Task', { Subject: 'Call', WhoId: contacts[0] })]);
    expect(body).toEqual([ok, ok]);
    expect(crm.calls.at(-1)).toMatchObject({
      operation: 'POST Contact',
      operations: ['POST Contact', 'POST Task', 'collections'],
      status: 200,
      counted: 1,
    });
  });

  it('need attributes with a type', async () => {
    const { send } = org();
    const { status, body } = await send('POST', [{ LastName: 'x' }, { LastName: 'x', attributes: {} }]);
    expect([status, body]).toEqual([200, [failed('JSON_PARSER_ERROR'), failed('JSON_PARSER_ERROR')]]);
  });

  it('upsert by key, and write none of two records with one key', async () => {
    const { crm, send } = org();
    crm.add('Contact', { LastName: 'there', Code__c: '1' });
    const { body } = await send(
      'PATCH',
      [
        of('Contact', { Code__c: '1', LastName: 'x' }),
        of('Contact', { Code__c: '2', LastName: 'y' }),
        of('Contact', { Code__c: '3', LastName: 'z' }),
        of('Contact', { Code__c: '3', LastName: 'z' }),
      ],
      {},
      '/Contact/Code__c',
    );
    expect(body).toEqual([
      { ...ok, created: false },
      { ...ok, created: true },
      { ...failed('DUPLICATE_VALUE'), created: false },
      { ...failed('DUPLICATE_VALUE'), created: false },
    ]);
    expect(crm.calls.at(-1)?.operations).toEqual(['upsert Contact', 'PATCH Contact', 'POST Contact', 'collections']);
  });

  it('delete many, and read many with null for what is gone', async () => {
    const { contacts, call } = org();
    const { body } = await call(`composite/sobjects?ids=${contacts[0]},003Fk00000ZZZZZ&allOrNone=false`, { method: 'DELETE' });
    expect(body).toEqual([ok, failed('INVALID_CROSS_REFERENCE_KEY')]);
    const read = await call('composite/sobjects/Contact', { method: 'POST', body: { ids: contacts.slice(0, 2), fields: ['LastName'] } });
    expect(read.body).toEqual([null, { attributes: expect.any(Object), LastName: 'b' }]);
  });

  it('with allOrNone take everything back, and say so of the innocent', async () => {
    const { crm, contacts, send } = org();
    const { status, body } = await send(
      'PATCH',
      [of('Contact', { id: contacts[0], LastName: 'A' }), of('Contact', { id: contacts[1], Email: 'bad' })],
      { allOrNone: true },
    );
    expect([status, body]).toEqual([200, [failed('ALL_OR_NONE_OPERATION_ROLLED_BACK'), failed('INVALID_EMAIL_ADDRESS')]]);
    expect(crm.record(contacts[0]!).fields['LastName']).toBe('a');
    const creation = await send('POST', [of('Contact', { LastName: 'new' }), of('Contact', {})], { allOrNone: true });
    expect(creation.body[0].id).toBeUndefined();
    expect(crm.list('Contact')).toHaveLength(3);
  });

  it.each<readonly [string, readonly unknown[], string]>([
    ['more than 200 records', Array.from({ length: 201 }, () => of('Contact', { LastName: 'x' })), 'EXCEEDED_ID_LIMIT'],
    [
      'more than 10 chunks of one object',
      Array.from({ length: 11 }, (_, at) => of(at % 2 ? 'Contact' : 'Lead', { LastName: 'x' })),
      'LIMIT_EXCEEDED',
    ],
  ])('refuse %s as a whole', async (_, records, code) => {
    const { crm, send } = org();
    const { status, body } = await send('POST', records);
    expect([status, body[0].errorCode]).toEqual([400, code]);
    expect(crm.list('Contact')).toHaveLength(3);
  });

  it('refuse both of two updates of one record, whichever form of its id they have', async () => {
    const { contacts, send } = org();
    const { body } = await send('PATCH', [
      of('Contact', { id: contacts[0], LastName: 'x' }),
      of('Contact', { id: contacts[0]!.slice(0, 15), LastName: 'y' }),
    ]);
    expect(body).toEqual([failed('DUPLICATE_VALUE'), failed('DUPLICATE_VALUE')]);
  });
});

describe('composite', () => {
  const part = (referenceId: string, method: string, path: string, body?: unknown) => ({
    referenceId,
    method,
    url: `/services/data/v66.0/${path}`,
    body,
  });

  it('runs parts in order, uses their results, and counts once', async () => {
    const { crm, call } = org();
    const before = crm.calls.length;
    const { status, body } = await call('composite', {
      method: 'POST',
      body: {
        compositeRequest: [
          part('a', 'POST', 'sobjects/Account', { Name: 'Acme' }),
          part('c', 'POST', 'sobjects/Contact', { LastName: 'x', AccountId: '@{a.id}' }),
          part(
            'q',
            'GET',
            `query?q=${encodeURIComponent("SELECT Account.Name FROM Contact WHERE Id = '@{c.id}'").replaceAll('%40%7Bc.id%7D', '@{c.id}')}`,
          ),
          part('bad', 'PATCH', 'sobjects/Contact/@{c.id}', { Email: 'bad' }),
          part('good', 'PATCH', 'sobjects/Contact/@{c.id}', { Title: 'CEO' }),
        ],
      },
    });
    expect(status).toBe(200);
    expect(
      body.compositeResponse.map((one: { referenceId: string; httpStatusCode: number }) => [one.referenceId, one.httpStatusCode]),
    ).toEqual([
      ['a', 201],
      ['c', 201],
      ['q', 200],
      ['bad', 400],
      ['good', 204],
    ]);
    expect(body.compositeResponse[0].httpHeaders.Location).toBe(
      `/services/data/v66.0/sobjects/Account/${body.compositeResponse[0].body.id}`,
    );
    expect(body.compositeResponse[2].body.records[0].Account.Name).toBe('Acme');
    expect(body.compositeResponse[4].body).toBeNull();
    expect(crm.calls.slice(before)).toMatchObject([
      { operations: ['composite', 'POST Account', 'POST Contact', 'query', 'PATCH Contact'], counted: 1 },
    ]);
  });

  it('with allOrNone takes everything back', async () => {
    const { crm, call } = org();
    const { body } = await call('composite', {
      method: 'POST',
      body: {
        allOrNone: true,
        compositeRequest: [
          part('a', 'POST', 'sobjects/Account', { Name: 'Acme' }),
          part('b', 'POST', 'sobjects/Account', {}),
          part('c', 'GET', 'limits'),
        ],
      },
    });
    expect(body.compositeResponse.map((one: { body: { errorCode: string }[] }) => one.body[0]?.errorCode)).toEqual([
      'PROCESSING_HALTED',
      'REQUIRED_FIELD_MISSING',
      'PROCESSING_HALTED',
    ]);
    expect(crm.list('Account')).toEqual([]);
  });

  it.each<readonly [string, readonly unknown[], string]>([
    ['26 parts', Array.from({ length: 26 }, (_, at) => part(`p${at}`, 'GET', 'limits')), 'LIMIT_EXCEEDED'],
    ['6 queries', Array.from({ length: 6 }, (_, at) => part(`p${at}`, 'GET', 'query?q=SELECT+Id+FROM+Contact')), 'LIMIT_EXCEEDED'],
    ['one reference twice', [part('p', 'GET', 'limits'), part('p', 'GET', 'limits')], 'INVALID_INPUT'],
  ])('refuses %s', async (_, compositeRequest, code) => {
    const { status, body } = await org().call('composite', { method: 'POST', body: { compositeRequest } });
    expect([status, body[0].errorCode]).toEqual([400, code]);
  });

  it('as a batch counts each part', async () => {
    const { crm, call } = org();
    const { body } = await call('composite/batch', {
      method: 'POST',
      body: {
        batchRequests: [
          { method: 'GET', url: 'v66.0/limits' },
          { method: 'GET', url: 'v66.0/sobjects/Contact/abc' },
        ],
      },
    });
    expect([body.hasErrors, body.results.map(({ statusCode }: { statusCode: number }) => statusCode)]).toEqual([true, [200, 404]]);
    expect(crm.calls.at(-1)?.counted).toBe(2);
  });
});
