import jsforce from 'jsforce';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListeningFake } from '../../src/testing/fake-server.ts';
import { fakeSalesforce } from '../../src/testing/salesforce/fake-salesforce.ts';

/** Members of a field in describe. Source: recorded answers of version 58. */
const FIELD_MEMBERS =
  'aggregatable aiPredictionField autoNumber byteLength calculated calculatedFormula cascadeDelete caseSensitive compoundFieldName controllerName createable custom defaultValue defaultValueFormula defaultedOnCreate dependentPicklist deprecatedAndHidden digits displayLocationInDecimal encrypted externalId extraTypeInfo filterable filteredLookupInfo formulaTreatNullNumberAsZero groupable highScaleNumber htmlFormatted idLookup inlineHelpText label length mask maskType name nameField namePointing nillable permissionable picklistValues polymorphicForeignKey precision queryByDistance referenceTargetField referenceTo relationshipName relationshipOrder restrictedDelete restrictedPicklist scale searchPrefilterable soapType sortable type unique updateable writeRequiresMasterRead'.split(
    ' ',
  );

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

  it('reads its API usage from the header, and the limits of the org', async () => {
    expect(connection.limitInfo.apiUsage).toMatchObject({ limit: 15_000, used: expect.any(Number) });
    expect(await connection.limits()).toMatchObject({ DailyApiRequests: { Max: 15_000, Remaining: expect.any(Number) } });
  });

  it('goes through the web flow with PKCE, refreshes, and revokes', async () => {
    const redirectUri = 'https://app.example.com/oauth/callback';
    const oauth2 = new jsforce.OAuth2({
      loginUrl: server.url,
      clientId: crm.oauth.clientId,
      clientSecret: crm.oauth.clientSecret,
      redirectUri,
      useVerifier: true,
    });
    const authorize = await fetch(oauth2.getAuthorizationUrl({ scope: 'api refresh_token', state: 's 1' }), { redirect: 'manual' });
    const back = new URL(authorize.headers.get('location') ?? '');
    expect([back.origin + back.pathname, back.searchParams.get('state')]).toEqual([redirectUri, 's 1']);
    const grant = await oauth2.requestToken(back.searchParams.get('code') ?? '');
    expect(Object.keys(grant).sort()).toEqual(
      ['access_token', 'id', 'instance_url', 'issued_at', 'refresh_token', 'scope', 'signature', 'token_type'].sort(),
    );
    expect(grant).not.toHaveProperty('expires_in');

    const user = new jsforce.Connection({
      oauth2,
      version: '62.0',
      instanceUrl: grant.instance_url,
      accessToken: 'dead',
      refreshToken: grant.refresh_token!,
    });
    expect((await user.query('SELECT Id FROM Contact LIMIT 1')).records).toHaveLength(1); // it refreshes by itself after the 401
    expect(user.accessToken).not.toBe('dead');
    await oauth2.revokeToken(grant.refresh_token!);
    await expect(oauth2.refreshToken(grant.refresh_token!)).rejects.toMatchObject({
      name: 'invalid_grant',
      message: 'expired access/refresh token',
    });
    await connection.authorize({ grant_type: 'client_credentials' }); // its own session went with the others
  });

  it('finds deleted and merged rows where it scans all, and parents in dotted paths', async () => {
    const account = crm.add('Account', { Name: 'Acme' }).id;
    const [winner, loser] = ['W', 'L'].map((LastName) => crm.add('Contact', { LastName, AccountId: account }).id);
    crm.merge(winner!, loser!);
    const soql = `SELECT Id, IsDeleted, MasterRecordId, Account.Name FROM Contact WHERE Id IN ('${winner}', '${loser}') ORDER BY IsDeleted`;
    expect((await connection.query(soql)).records).toMatchObject([
      { Id: winner, Account: { Name: 'Acme', attributes: { type: 'Account' } } },
    ]);
    expect((await connection.query(soql, { scanAll: true })).records).toMatchObject([
      { Id: winner, IsDeleted: false, MasterRecordId: null },
      { Id: loser, IsDeleted: true, MasterRecordId: winner },
    ]);
  });

  it('retrieves and upserts many at once, each with its own result', async () => {
    const contacts = connection.sobject('Contact');
    const ids = ['r1', 'r2'].map((LastName) => crm.add('Contact', { LastName }).id);
    expect((await contacts.retrieve(ids)).map((record) => record['LastName'])).toEqual(['r1', 'r2']);
    const upserted = await contacts.upsert(
      [
        { Code__c: 'u1', LastName: 'New' },
        { Code__c: 'u2', LastName: 'x', Email: 'bad' },
      ],
      'Code__c',
    );
    expect(upserted).toMatchObject([
      { success: true, created: true, errors: [] },
      { success: false, errors: [{ statusCode: 'INVALID_EMAIL_ADDRESS' }] },
    ]);
  });

  it('runs several requests as one', async () => {
    const answer = await connection.requestPost<{ compositeResponse: readonly Record<string, unknown>[] }>('/composite', {
      allOrNone: false,
      compositeRequest: [
        { method: 'POST', url: '/services/data/v62.0/sobjects/Contact', referenceId: 'c', body: { LastName: 'Composite' } },
        { method: 'POST', url: '/services/data/v62.0/sobjects/Task', referenceId: 't', body: { Subject: 'Call', WhoId: '@{c.id}' } },
        { method: 'GET', url: '/services/data/v62.0/sobjects/Nope/describe', referenceId: 'd' },
      ],
    });
    expect(answer.compositeResponse).toMatchObject([
      { httpStatusCode: 201, referenceId: 'c', body: { success: true, errors: [] }, httpHeaders: { Location: expect.any(String) } },
      { httpStatusCode: 201, referenceId: 't' },
      { httpStatusCode: 404, referenceId: 'd', body: [{ errorCode: 'NOT_FOUND', message: expect.any(String) }] },
    ]);
  });

  describe('bodies keep the shape of the real ones', () => {
    const keysOf = (value: unknown): readonly string[] => Object.keys(value as object);

    it('of a query and its next page', async () => {
      const first = await connection.request<Record<string, unknown>>('/query?q=SELECT+Id,Title+FROM+Contact');
      expect(keysOf(first)).toEqual(['totalSize', 'done', 'nextRecordsUrl', 'records']);
      const [row] = first['records'] as readonly Record<string, unknown>[];
      expect(row).toEqual({
        attributes: { type: 'Contact', url: expect.stringMatching(/^\/services\/data\/v62\.0\/sobjects\/Contact\/003\w{15}$/) },
        Id: expect.any(String),
        Title: null,
      });
      expect(first['nextRecordsUrl']).toMatch(/^\/services\/data\/v62\.0\/query\/0r8\w{15}-2$/);
      const count = await connection.request<Record<string, unknown>>('/query?q=SELECT+COUNT()+FROM+Contact');
      expect(count).toEqual({ totalSize: first['totalSize'], done: true, records: [] });
    });

    it('of a field in describe: every recorded member, and no other', async () => {
      const { fields } = await connection.sobject('Contact').describe();
      expect(fields.length).toBeGreaterThan(30);
      for (const field of fields) expect(keysOf(field).slice().sort()).toEqual(FIELD_MEMBERS);
    });

    it('of writes: one, none and many', async () => {
      const made = await connection.request<Record<string, unknown>>({
        method: 'POST',
        url: '/sobjects/Contact',
        body: JSON.stringify({ LastName: 'Shape' }),
        headers: { 'content-type': 'application/json' },
      });
      expect(made).toEqual({ id: expect.stringMatching(/^003\w{15}$/), success: true, errors: [] });
      const edited = await connection.requestPatch(`/sobjects/Contact/${String(made['id'])}`, { Title: 'x' });
      expect(edited).toBeFalsy(); // 204
      const many = await connection.requestPost('/composite/sobjects', {
        allOrNone: false,
        records: [
          { attributes: { type: 'Contact' }, LastName: 'ok' },
          { attributes: { type: 'Contact' }, LastName: 'x', Email: 'bad' },
        ],
      });
      expect(many).toEqual([
        { id: expect.any(String), success: true, errors: [] },
        { success: false, errors: [{ statusCode: 'INVALID_EMAIL_ADDRESS', message: expect.any(String), fields: ['Email'] }] },
      ]);
    });

    it('of who is connected', async () => {
      const who = await connection.request<Record<string, unknown>>(`${server.url}/services/oauth2/userinfo`);
      expect(who).toMatchObject({
        sub: expect.stringContaining(`/id/${crm.orgId}/${crm.userId}`),
        user_id: crm.userId,
        organization_id: crm.orgId,
        preferred_username: expect.any(String),
        zoneinfo: expect.any(String),
        is_salesforce_integration_user: false,
        urls: {
          rest: expect.stringContaining('{version}'),
          query: expect.any(String),
          search: expect.any(String),
          sobjects: expect.any(String),
        },
      });
    });
  });
});
