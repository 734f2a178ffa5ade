import { Client } from '@hubspot/api-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ListeningFake } from '../../src/testing/fake-server.ts';
import { type FakeHubSpot, fakeHubSpot } from '../../src/testing/hubspot/fake-hubspot.ts';
import { misfits } from './hubspot-shapes.ts';

/**
 * HubSpot's own client against the fake on a real socket. It speaks the numbered versions, which still answer; what it
 * has no method for goes through its `apiRequest`, over dated paths.
 */
describe('@hubspot/api-client', () => {
  const crm: FakeHubSpot = fakeHubSpot({
    burstLimit: 10_000,
    searchLimit: 10_000,
    properties: { contacts: { code: { type: 'string', fieldType: 'text', hasUniqueValue: true } } },
  });
  let server: ListeningFake;
  let client: Client;
  let exchanged: { readonly method: string; readonly path: string; readonly status: number; readonly body: unknown }[] = [];

  beforeAll(async () => {
    server = await crm.listen();
    client = new Client({
      accessToken: 'none yet',
      basePath: server.url,
      numberOfApiCallRetries: 0,
      limiterOptions: { maxConcurrent: 5 },
    });
    const { refreshToken, clientId, clientSecret } = crm.oauth;
    const { accessToken } = await client.oauth.tokensApi.create(
      'refresh_token',
      undefined,
      undefined,
      clientId,
      clientSecret,
      refreshToken,
    );
    client.setAccessToken(accessToken);
  });
  afterAll(() => server.close());
  beforeEach(() => {
    exchanged = [];
    const { fetch } = globalThis;
    vi.stubGlobal('fetch', async (...request: Parameters<typeof fetch>) => {
      const response = await fetch(...request);
      const text = await response.clone().text();
      const { pathname } = new URL(request[0] instanceof Request ? request[0].url : request[0]);
      exchanged.push({
        method: request[1]?.method ?? 'GET',
        path: pathname,
        status: response.status,
        body: text === '' ? undefined : JSON.parse(text),
      });
      return response;
    });
  });

  /** The last answer, which must have this status and this shape of HubSpot's. */
  function expectAnswer(status: number, group: string, type: string): void {
    const last = exchanged.at(-1);
    expect(last?.status).toBe(status);
    expect(misfits(group, type, last?.body)).toEqual([]);
  }
  const error = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (reason: { code: number; body: Record<string, unknown> }) => reason,
    );

  describe('oauth', () => {
    it('refreshes, and tells whose tokens they are', async () => {
      const { refreshToken, clientId, clientSecret } = crm.oauth;
      const grant = await client.oauth.tokensApi.create('refresh_token', undefined, undefined, clientId, clientSecret, refreshToken);
      expectAnswer(200, 'oauth', 'TokenResponseIF');
      expect(grant).toMatchObject({ tokenType: 'bearer', expiresIn: 1800, refreshToken });
      expect(await client.oauth.accessTokensApi.get(grant.accessToken)).toMatchObject({ hubId: crm.portalId, token: grant.accessToken });
      expectAnswer(200, 'oauth', 'AccessTokenInfoResponse');
      expect(await client.oauth.refreshTokensApi.get(refreshToken)).toMatchObject({ hubId: crm.portalId, clientId });
      expectAnswer(200, 'oauth', 'RefreshTokenInfoResponse');
    });

    it('exchanges the code of the authorize URL that it writes itself', async () => {
      const { clientId, clientSecret } = crm.oauth;
      const back = 'https://app.example.com/oauth/callback';
      const authorize = new URL(client.oauth.getAuthorizationUrl(clientId, back, 'oauth crm.objects.contacts.read', undefined, 'state 1'));
      const { headers } = await crm.fetch(authorize, { redirect: 'manual' });
      const { searchParams } = new URL(headers.get('location') ?? '');
      expect(searchParams.get('state')).toBe('state 1');
      const code = searchParams.get('code') ?? '';
      const grant = await client.oauth.tokensApi.create('authorization_code', code, back, clientId, clientSecret);
      expect(grant.refreshToken).toBe(crm.oauth.refreshToken);
      const again = await error(client.oauth.tokensApi.create('authorization_code', code, back, clientId, clientSecret));
      expect(again).toMatchObject({ code: 400, body: { error: 'invalid_grant', status: 'BAD_AUTH_CODE' } });
    });

    it('is told what is wrong with a refresh token, in the words of RFC 6749 and in HubSpot’s', async () => {
      const { clientId, clientSecret } = crm.oauth;
      const refused = await error(client.oauth.tokensApi.create('refresh_token', undefined, undefined, clientId, clientSecret, 'dead'));
      expect(refused).toMatchObject({
        code: 400,
        body: { status: 'BAD_REFRESH_TOKEN', error: 'invalid_grant', error_description: expect.any(String), message: expect.any(String) },
      });
    });
  });

  describe('records', () => {
    it('are created, read, edited and archived one by one', async () => {
      const { basicApi } = client.crm.contacts;
      const made = await basicApi.create({
        properties: { email: 'ann@example.com', firstname: 'Ann', phone: '(415) 555-0101' },
        associations: [],
      });
      expectAnswer(201, 'crm/contacts', 'SimplePublicObject');
      expect(made.createdAt).toBeInstanceOf(Date);
      const read = await basicApi.getById(made.id, ['firstname', 'jobtitle', 'no_such'], undefined, ['companies']);
      expectAnswer(200, 'crm/contacts', 'SimplePublicObjectWithAssociations');
      expect(read.properties).toMatchObject({ firstname: 'Ann', jobtitle: null });
      expect(read.properties).not.toHaveProperty('no_such');
      expect((await basicApi.getById('ann@example.com', ['email'], undefined, undefined, false, 'email')).id).toBe(made.id);
      const edited = await basicApi.update(made.id, { properties: { jobtitle: 'CTO', firstname: '' } });
      expectAnswer(200, 'crm/contacts', 'SimplePublicObject');
      expect(edited.properties).toMatchObject({ jobtitle: 'CTO', firstname: '' });
      expect(edited.properties).not.toHaveProperty('email'); // only what changed comes back
      await basicApi.archive(made.id);
      expect(exchanged.at(-1)).toMatchObject({ method: 'DELETE', status: 204 });
      expect(crm.record(made.id).archived).toBe(true);
      expect((await basicApi.getById(made.id, ['email'], undefined, undefined, true)).archivedAt).toBeInstanceOf(Date);
      expectAnswer(200, 'crm/contacts', 'SimplePublicObjectWithAssociations');
    });

    it('come in pages, all of which the client collects', async () => {
      for (let index = 0; index < 5; index += 1) crm.add('companies', { name: `Company ${index}` });
      const page = await client.crm.companies.basicApi.getPage(2, undefined, ['name']);
      expectAnswer(200, 'crm/companies', 'CollectionResponseSimplePublicObjectWithAssociationsForwardPaging');
      expect(page.paging?.next?.after).toBeDefined();
      expect(await client.crm.companies.getAll(2)).toHaveLength(5);
      expect(exchanged.at(-1)?.body).not.toHaveProperty('paging');
    });

    it('are read, created, edited, upserted and archived in batches', async () => {
      const { batchApi } = client.crm.contacts;
      const made = await batchApi.create({
        inputs: [
          { properties: { email: 'b1@example.com' }, associations: [] },
          { properties: { email: 'b2@example.com' }, associations: [] },
        ],
      });
      expectAnswer(201, 'crm/contacts', 'BatchResponseSimplePublicObject');
      const [first = '', second = ''] = made.results.map(({ id }) => id);
      await batchApi.read({ properties: ['email'], propertiesWithHistory: [], inputs: [{ id: first }, { id: second }] });
      expectAnswer(200, 'crm/contacts', 'BatchResponseSimplePublicObject');
      await batchApi.read({ properties: ['email'], propertiesWithHistory: ['email'], inputs: [{ id: first }, { id: '99' }] });
      expectAnswer(207, 'crm/contacts', 'BatchResponseSimplePublicObjectWithErrors');
      expect(exchanged.at(-1)?.body).toMatchObject({ numErrors: 1, errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['99'] } }] });
      await batchApi.update({ inputs: [{ id: first, properties: { jobtitle: 'CTO' } }] });
      expectAnswer(200, 'crm/contacts', 'BatchResponseSimplePublicObject');
      const upserted = await batchApi.upsert({
        inputs: [
          { id: 'k1', idProperty: 'code', objectWriteTraceId: 't1', properties: { email: 'k1@example.com' } },
          { id: 'b1@example.com', idProperty: 'code', objectWriteTraceId: 't2', properties: { email: 'no address' } },
        ],
      });
      expectAnswer(207, 'crm/contacts', 'BatchResponseSimplePublicUpsertObjectWithErrors');
      expect(upserted.results).toMatchObject([{ _new: true }]);
      expect(exchanged.at(-1)?.body).toMatchObject({ errors: [{ context: { objectWriteTraceId: ['t2'] } }] });
      await batchApi.archive({ inputs: [{ id: first }, { id: second }] });
      expect(exchanged.at(-1)?.status).toBe(204);
      expect([crm.record(first).archived, crm.record(second).archived]).toEqual([true, true]);
    });

    it('are searched with filters, a sort and pages', async () => {
      for (const firstname of ['Sa', 'Sb', 'Sc']) crm.add('contacts', { firstname, city: 'Bern' });
      const body = {
        filterGroups: [{ filters: [{ propertyName: 'city', operator: 'EQ', value: 'bern' }] }],
        sorts: ['-firstname'],
        properties: ['firstname'],
        limit: 2,
      } as unknown as Parameters<typeof client.crm.contacts.searchApi.doSearch>[0];
      const found = await client.crm.contacts.searchApi.doSearch(body);
      expectAnswer(200, 'crm/contacts', 'CollectionResponseWithTotalSimplePublicObjectForwardPaging');
      expect([found.total, found.results.map(({ properties }) => properties['firstname'])]).toEqual([3, ['Sc', 'Sb']]);
      const rest = await client.crm.contacts.searchApi.doSearch({ ...body, after: found.paging?.next?.after ?? '' });
      expect(rest.results.map(({ properties }) => properties['firstname'])).toEqual(['Sa']);
      expect(exchanged.at(-1)?.body).not.toHaveProperty('paging');
    });

    it('are merged into one with a new id, and erased for good', async () => {
      const [one, other] = ['m1@example.com', 'm2@example.com'].map((email) => crm.add('contacts', { email }).id);
      const survivor = await client.crm.contacts.basicApi.merge({ primaryObjectId: one!, objectIdToMerge: other! });
      expectAnswer(200, 'crm/contacts', 'SimplePublicObject');
      expect([one, other]).not.toContain(survivor.id);
      expect(crm.record(one!).mergedInto).toBe(survivor.id);
      await client.crm.contacts.basicApi.purge({ objectId: survivor.id });
      expect(exchanged.at(-1)?.status).toBe(204);
    });

    it('of the other objects are made alike: calls, communications, notes, deals, tickets', async () => {
      const at = '2026-01-05T09:00:00Z';
      const associations = [
        {
          to: { id: crm.add('contacts', { firstname: 'Tied' }).id },
          types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 194 }],
        },
      ] as unknown as NonNullable<Parameters<typeof client.crm.objects.calls.basicApi.create>[0]['associations']>;
      const call = await client.crm.objects.calls.basicApi.create({
        properties: { hs_timestamp: at, hs_call_direction: 'INBOUND' },
        associations,
      });
      expectAnswer(201, 'crm/objects/calls', 'SimplePublicObject');
      expect(crm.record(call.id).associations).toHaveProperty('contacts');
      await client.crm.objects.communications.basicApi.create({
        properties: { hs_timestamp: at, hs_communication_channel_type: 'SMS', hs_communication_logged_from: 'CRM' },
        associations: [],
      });
      expectAnswer(201, 'crm/objects/communications', 'SimplePublicObject');
      await client.crm.objects.notes.basicApi.create({ properties: { hs_timestamp: at, hs_note_body: 'x' }, associations: [] });
      expectAnswer(201, 'crm/objects/notes', 'SimplePublicObject');
      await client.crm.deals.basicApi.create({
        properties: { dealname: 'D', pipeline: 'default', dealstage: 'appointmentscheduled' },
        associations: [],
      });
      expectAnswer(201, 'crm/deals', 'SimplePublicObject');
      await client.crm.tickets.basicApi.create({
        properties: { subject: 'T', hs_pipeline: '0', hs_pipeline_stage: '1' },
        associations: [],
      });
      expectAnswer(201, 'crm/tickets', 'SimplePublicObject');
      expect((await client.crm.objects.basicApi.getPage('calls', 1)).results[0]?.id).toBe(call.id);
    });
  });

  describe('associations', () => {
    it('are made, read and taken away, one by one and in batches', async () => {
      const contact = crm.add('contacts', { firstname: 'Tia' }).id;
      const company = crm.add('companies', { name: 'Tied' }).id;
      const { basicApi, batchApi, schema } = client.crm.associations.v4;
      await basicApi.createDefault('contacts', contact, 'companies', company);
      expectAnswer(200, 'crm/associations/v4', 'BatchResponsePublicDefaultAssociation');
      const spec = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 1 }] as unknown as Parameters<typeof basicApi.create>[4];
      await basicApi.create('contacts', contact, 'companies', company, spec);
      expectAnswer(201, 'crm/associations/v4', 'LabelsBetweenObjectPair');
      expect((await basicApi.getPage('contacts', contact, 'companies')).results).toHaveLength(1);
      const ties = await batchApi.getPage('contacts', 'companies', { inputs: [{ id: contact }] });
      expect(ties.results[0]?.to[0]?.associationTypes.map(({ typeId }) => typeId).sort()).toEqual([1, 279]);
      await batchApi.archive('contacts', 'companies', { inputs: [{ _from: { id: contact }, to: [{ id: company }] }] });
      expect(crm.record(contact).associations).toEqual({});
      await batchApi.create('contacts', 'companies', { inputs: [{ _from: { id: contact }, to: { id: company }, types: spec }] });
      expectAnswer(201, 'crm/associations/v4', 'BatchResponseLabelsBetweenObjectPair');
      await batchApi.createDefault('contacts', 'companies', { inputs: [{ _from: { id: contact }, to: { id: company } }] });
      expectAnswer(200, 'crm/associations/v4', 'BatchResponsePublicDefaultAssociation');
      await basicApi.archive('contacts', contact, 'companies', company);
      expect(exchanged.at(-1)?.status).toBe(204);
      expect((await schema.definitionsApi.getAll('contacts', 'companies')).results.map(({ typeId }) => typeId)).toContain(279);
    });

    it('that are none are an item of their own in a 207', async () => {
      const contact = crm.add('contacts', { firstname: 'Lone' }).id;
      await client.crm.associations.v4.batchApi.getPage('contacts', 'companies', { inputs: [{ id: contact }] });
      expectAnswer(207, 'crm/associations/v4', 'BatchResponsePublicAssociationMultiWithLabelWithErrors');
      expect(exchanged.at(-1)?.body).toMatchObject({ errors: [{ subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND' }] });
    });
  });

  it('reads, makes, changes and archives properties, and reads their groups', async () => {
    const { coreApi, groupsApi } = client.crm.properties;
    await coreApi.getAll('contacts');
    expectAnswer(200, 'crm/properties', 'CollectionResponsePropertyNoPaging');
    expect((await coreApi.getByName('contacts', 'email')).modificationMetadata).toMatchObject({ readOnlyValue: false });
    expectAnswer(200, 'crm/properties', 'Property');
    const options = [{ label: 'A', value: 'a', displayOrder: 0, hidden: false }];
    await coreApi.create('contacts', {
      name: 'plan',
      label: 'Plan',
      type: 'enumeration',
      fieldType: 'select',
      groupName: 'contactinformation',
      options,
    } as unknown as Parameters<typeof coreApi.create>[1]);
    expectAnswer(201, 'crm/properties', 'Property');
    await coreApi.update('contacts', 'plan', { label: 'The plan' });
    expectAnswer(200, 'crm/properties', 'Property');
    await groupsApi.getAll('contacts');
    expectAnswer(200, 'crm/properties', 'CollectionResponsePropertyGroupNoPaging');
    await coreApi.archive('contacts', 'plan');
    expect(exchanged.at(-1)?.status).toBe(204);
  });

  it('reads pipelines, owners and schemas of custom objects', async () => {
    const { pipelinesApi } = client.crm.pipelines;
    const all = await pipelinesApi.getAll('deals');
    expectAnswer(200, 'crm/pipelines', 'CollectionResponsePipelineNoPaging');
    await pipelinesApi.getById('deals', all.results[0]!.id);
    expectAnswer(200, 'crm/pipelines', 'Pipeline');
    const owner = crm.addOwner({ email: 'olga@example.com', firstName: 'Olga', lastName: 'O' });
    const page = await client.crm.owners.ownersApi.getPage('olga@example.com');
    expectAnswer(200, 'crm/owners', 'CollectionResponsePublicOwnerForwardPaging');
    expect(page.results.map(({ id }) => id)).toEqual([owner.id]);
    await client.crm.owners.ownersApi.getById(Number(owner.id));
    expectAnswer(200, 'crm/owners', 'PublicOwner');
    expect((await client.crm.schemas.coreApi.getAll()).results).toEqual([]);
  });

  it('finds lists, reads their members, and changes them', async () => {
    const contact = crm.add('contacts', { firstname: 'Member' }).id;
    const listId = crm.addList({ name: 'VIP', members: [contact] });
    const { listsApi, membershipsApi } = client.crm.lists;
    const search = { query: 'vip', additionalProperties: [], offset: 0 } as unknown as Parameters<typeof listsApi.doSearch>[0];
    expect((await listsApi.doSearch(search)).lists.map((list) => list.listId)).toEqual([listId]);
    expectAnswer(200, 'crm/lists', 'ListSearchResponse');
    await listsApi.getById(listId);
    expectAnswer(200, 'crm/lists', 'ListFetchResponse');
    expect((await membershipsApi.getPage(listId)).results.map(({ recordId }) => recordId)).toEqual([contact]);
    expectAnswer(200, 'crm/lists', 'ApiCollectionResponseJoinTimeAndRecordId');
    await membershipsApi.getPageOrderedByAddedToListDate(listId);
    expectAnswer(200, 'crm/lists', 'ApiCollectionResponseJoinTimeAndRecordId');
    await membershipsApi.getLists('0-1', contact);
    expectAnswer(200, 'crm/lists', 'ApiCollectionResponseRecordListMembershipNoPaging');
    await membershipsApi.remove(listId, [contact]);
    expectAnswer(200, 'crm/lists', 'MembershipsUpdateResponse');
    await membershipsApi.add(listId, [contact]);
    expectAnswer(200, 'crm/lists', 'MembershipsUpdateResponse');
  });

  it('calls dated paths through apiRequest, beside the numbered ones', async () => {
    const details = await client.apiRequest({ method: 'GET', path: '/account-info/2026-09/details' });
    expect(await details.json()).toMatchObject({
      portalId: crm.portalId,
      uiDomain: expect.any(String),
      utcOffsetMilliseconds: expect.any(Number),
    });
    const made = await client.apiRequest({
      method: 'POST',
      path: '/crm/objects/2026-09/contacts',
      body: { properties: { email: 'dated@example.com' } },
    });
    expect(made.status).toBe(201);
    const { id } = (await made.json()) as { id: string };
    expect((await client.crm.contacts.basicApi.getById(id, ['email'])).properties['email']).toBe('dated@example.com');
    expect(misfits('crm/contacts', 'SimplePublicObject', exchanged[1]?.body)).toEqual([]);
  });

  describe('errors', () => {
    it('keep the shape that the client knows, with category and correlation id', async () => {
      const { basicApi } = client.crm.contacts;
      const unknown = await error(basicApi.create({ properties: { email: 'e@example.com', nope: 'x' }, associations: [] }));
      expect(unknown).toMatchObject({
        code: 400,
        body: { category: 'VALIDATION_ERROR', errors: [{ code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: ['nope'] } }] },
      });
      crm.add('contacts', { email: 'taken@example.com' });
      const taken = await error(basicApi.create({ properties: { email: 'taken@example.com' }, associations: [] }));
      expect(taken).toMatchObject({ code: 409, body: { category: 'CONFLICT', message: expect.stringMatching(/Existing ID: \d+/) } });
      expect(await error(basicApi.getById('99'))).toMatchObject({ code: 404, body: { status: 'error' } });
      expect(exchanged.slice(0, 2).flatMap(({ body }) => misfits('crm/contacts', 'ModelError', body))).toEqual([]);
    });

    it('of credentials and limits are those of facts', async () => {
      const stranger = new Client({ accessToken: 'CJnobody', basePath: server.url, numberOfApiCallRetries: 0 });
      expect(await error(stranger.crm.contacts.basicApi.getPage())).toMatchObject({
        code: 401,
        body: { category: 'INVALID_AUTHENTICATION' },
      });
      crm.fault({ on: 'list contacts', what: 'rate_limited' });
      expect(await error(client.crm.contacts.basicApi.getPage())).toMatchObject({
        code: 429,
        body: { errorType: 'RATE_LIMIT', policyName: 'TEN_SECONDLY_ROLLING' },
      });
      crm.fault({ on: 'list contacts', what: 'missing_scopes' });
      expect(await error(client.crm.contacts.basicApi.getPage())).toMatchObject({
        code: 403,
        body: { category: 'MISSING_SCOPES', errors: [{ context: { requiredGranularScopes: ['crm.objects.contacts.read'] } }] },
      });
    });

    it('of a limit are waited for and tried again by the client itself', async () => {
      const patient = new Client({ accessToken: 'none', basePath: server.url, numberOfApiCallRetries: 2 });
      const { refreshToken, clientId, clientSecret } = crm.oauth;
      const { accessToken } = await patient.oauth.tokensApi.create(
        'refresh_token',
        undefined,
        undefined,
        clientId,
        clientSecret,
        refreshToken,
      );
      patient.setAccessToken(accessToken);
      crm.fault({ on: 'list contacts', what: 'server_error' });
      const told = vi.spyOn(console, 'error').mockReturnValue(undefined);
      expect((await patient.crm.contacts.basicApi.getPage(1)).results).toHaveLength(1);
      expect(told).toHaveBeenCalledWith(expect.stringContaining('500'));
      told.mockRestore();
      crm.verify();
    });
  });
});
