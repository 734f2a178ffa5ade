import jsforce from 'jsforce';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListeningFake } from '../../../src/testing/fake-server.ts';
import { fakeSalesforce } from '../../../src/testing/salesforce/fake-salesforce.ts';

/** The Bulk API 2.0 client that most Node code uses, against the fake on a real socket. */
describe('bulk2 of jsforce', () => {
  const crm = fakeSalesforce({
    bulk: { jobMs: 20 },
    fields: { Contact: { Code__c: { type: 'string', externalId: true, unique: true } } },
  });
  let server: ListeningFake;
  let connection: jsforce.Connection;
  const polls = { pollInterval: 10, pollTimeout: 5_000 };

  beforeAll(async () => {
    server = await crm.listen();
    connection = new jsforce.Connection({
      loginUrl: server.url,
      version: '62.0',
      oauth2: { loginUrl: server.url, clientId: crm.oauth.clientId, clientSecret: crm.oauth.clientSecret },
    });
    await connection.authorize({ grant_type: 'client_credentials' });
  });
  afterAll(() => server.close());

  it('loads rows and reads what became of them', async () => {
    const results = await connection.bulk2.loadAndWaitForResults({
      object: 'Contact',
      operation: 'upsert',
      externalIdFieldName: 'Code__c',
      input: [
        { Code__c: 'k1', LastName: 'One' },
        { Code__c: 'k2', LastName: 'Two, "quoted"\nline' },
        { Code__c: 'k3', Email: 'bad' },
      ],
      ...polls,
    });
    expect(results.successfulResults.map((row) => String(Reflect.get(row, 'LastName'))).toSorted()).toEqual(['One', 'Two, "quoted"\nline']);
    expect(results.failedResults).toMatchObject([{ Code__c: 'k3', sf__Error: expect.stringMatching(/^[A-Z_]+:/) }]);
    expect(results.unprocessedRecords).toEqual([]);
  });

  it('queries', async () => {
    connection.bulk2.pollInterval = polls.pollInterval;
    crm.add('Contact', { LastName: 'Three' });
    const stream = await connection.bulk2.query('SELECT Id, LastName FROM Contact');
    const records = await stream.toArray();
    expect(records.map((record) => String(record['LastName'])).toSorted()).toEqual(['One', 'Three', 'Two, "quoted"\nline']);
    expect(crm.calls.counts['queryJobResults']).toBe(1);
  });
});
