import jsforce from 'jsforce';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListeningFake } from '../../src/testing/fake-server.ts';
import { fakeSalesforce } from '../../src/testing/salesforce/fake-salesforce.ts';

/** The client that most Node code talks to Salesforce with, against the fake on a real socket. */
describe('jsforce', () => {
  const crm = fakeSalesforce({ pageSizeMax: 2, fields: { Contact: { Code__c: { type: 'string', externalId: true, unique: true } } } });
  let server: ListeningFake;
  let connection: jsforce.Connection;

  beforeAll(async () => {
    server = await crm.listen();
    connection = new jsforce.Connection({
      loginUrl: server.url,
      version: '62.0',
      oauth2: { loginUrl: server.url, clientId: crm.oauth.clientId, clientSecret: crm.oauth.clientSecret },
    });
    await connection.authorize({ grant_type: 'client_credentials' });
    for (const LastName of ['a', 'b', 'c', 'd', 'e']) crm.add('Contact', { LastName });
  });
  afterAll(() => server.close());

  it('authorizes and learns who it is', async () => {
    expect(connection.instanceUrl).toBe(server.url);
    expect(connection.userInfo).toMatchObject({ id: crm.userId, organizationId: crm.orgId });
    expect(await connection.identity()).toMatchObject({ user_id: crm.userId });
  });

  it('queries over several pages', async () => {
    const { records, totalSize } = await connection.query<{ LastName: string }>('SELECT LastName FROM Contact ORDER BY LastName', {
      autoFetch: true,
      maxFetch: 100,
    });
    expect([totalSize, records.map(({ LastName }) => LastName)]).toEqual([5, ['a', 'b', 'c', 'd', 'e']]);
    expect(crm.calls.counts).toMatchObject({ query: 1, queryMore: 2 });
  });

  it('finds with conditions that it writes itself', async () => {
    const found = await connection
      .sobject('Contact')
      .find(
        { LastName: { $in: ['a', 'b'] }, CreatedDate: { $gt: jsforce.SfDate.toDateTimeLiteral('2020-01-01T00:00:00Z') } },
        ['Id', 'LastName'],
        { sort: { LastName: -1 } },
      );
    expect(found.map((record) => record['LastName'])).toEqual(['b', 'a']);
  });

  it('creates, reads, updates, upserts and destroys', async () => {
    const contacts = connection.sobject('Contact');
    const made = await contacts.create({ LastName: 'New', Email: 'new@example.com' });
    expect(made).toMatchObject({ success: true, errors: [] });
    const id = made.id!;
    expect(await contacts.retrieve(id)).toMatchObject({ Id: id, LastName: 'New', Email: 'new@example.com' });
    expect(await contacts.update({ Id: id, Title: 'CEO' })).toMatchObject({ id, success: true });
    expect(crm.record(id).fields['Title']).toBe('CEO');
    expect(await contacts.upsert({ Code__c: 'k1', LastName: 'Keyed' }, 'Code__c')).toMatchObject({ success: true, created: true });
    expect(await contacts.upsert({ Code__c: 'k1', LastName: 'Again' }, 'Code__c')).toMatchObject({ success: true, created: false });
    expect(await contacts.destroy(id)).toMatchObject({ success: true });
    expect(crm.record(id).deleted).toBe(true);
  });

  it('writes many at once, with a result each', async () => {
    const results = await connection.sobject('Contact').create([{ LastName: 'x' }, { LastName: 'y', Email: 'bad' }]);
    expect(results.map(({ success }) => success)).toEqual([true, false]);
    expect(results[1]?.errors).toMatchObject([{ statusCode: 'INVALID_EMAIL_ADDRESS', fields: ['Email'] }]);
    const updated = await connection.sobject('Contact').update([{ Id: results[0]!.id!, Title: 't' }]);
    expect(updated).toMatchObject([{ success: true }]);
    expect(await connection.sobject('Contact').destroy([results[0]!.id!])).toMatchObject([{ success: true }]);
  });

  it('describes and searches', async () => {
    const described = await connection.sobject('Contact').describe();
    expect(described.fields.find(({ name }) => name === 'Code__c')).toMatchObject({ externalId: true, unique: true, idLookup: true });
    expect((await connection.describeGlobal()).sobjects.map(({ name }) => name)).toContain('Task');
    crm.add('Contact', { LastName: 'Found', Phone: '(415) 555-0188' });
    const { searchRecords } = await connection.search('FIND {4155550188} IN PHONE FIELDS RETURNING Contact(Id, LastName)');
    expect(searchRecords).toMatchObject([{ LastName: 'Found' }]);
  });

  it('gets the error codes of the real service', async () => {
    await expect(connection.query('SELECT Nope FROM Contact')).rejects.toMatchObject({ errorCode: 'INVALID_FIELD' });
    await expect(connection.sobject('Contact').create({ FirstName: 'only' })).rejects.toMatchObject({
      errorCode: 'REQUIRED_FIELD_MISSING',
    });
    await expect(connection.sobject('Contact').retrieve('003000000000000AAA')).rejects.toMatchObject({ errorCode: 'NOT_FOUND' });
  });

  it('reads its API usage from the header', () => {
    expect(connection.limitInfo.apiUsage).toMatchObject({ limit: 15_000, used: expect.any(Number) });
  });
});
