import { describe, expect, it } from 'vitest';
import { portal } from './api.ts';

describe('owners', () => {
  it('have an id and, of their user, another one', async () => {
    const { crm, get } = portal();
    crm.addOwner({ email: 'ann@example.com', firstName: 'Ann', lastName: 'Smith' });
    const { results, paging } = (await get('/crm/owners/2026-09?limit=100&archived=false')).body;
    expect([results.length, results[0].id, paging]).toEqual([2, crm.ownerId, undefined]);
    expect(results[1]).toEqual({
      id: expect.stringMatching(/^\d+$/),
      email: 'ann@example.com',
      type: 'PERSON',
      firstName: 'Ann',
      lastName: 'Smith',
      userId: expect.any(Number),
      userIdIncludingInactive: results[1].userId,
      createdAt: '2026-11-01T10:00:00.500Z',
      updatedAt: '2026-11-01T10:00:00.500Z',
      archived: false,
    });
    expect(String(results[1].userId)).not.toBe(results[1].id);
  });

  it('are found by address, by id and by the id of their user; those who left only where asked', async () => {
    const { crm, get } = portal();
    const gone = crm.addOwner({ email: 'gone@example.com', archived: true });
    const ann = crm.addOwner({ email: 'ann@example.com' });
    expect((await get('/crm/owners/2026-09?email=ANN@example.com')).body.results.map(({ id }: { id: string }) => id)).toEqual([ann.id]);
    expect((await get(`/crm/owners/2026-09/${ann.userId}?idProperty=userId`)).body.id).toBe(ann.id);
    expect((await get(`/crm/owners/2026-09/${gone.id}`)).status).toBe(404);
    expect((await get(`/crm/owners/2026-09/${gone.id}?archived=true`)).body).toMatchObject({ id: gone.id, archived: true });
    expect((await get('/crm/owners/2026-09?archived=true')).body.results).toHaveLength(1);
  });

  it('come in pages', async () => {
    const { crm, get } = portal({ pageSizeMax: 2 });
    crm.addOwner({ email: 'a@example.com' });
    crm.addOwner({ email: 'b@example.com' });
    const { results, paging } = (await get('/crm/owners/2026-09')).body;
    const rest = (await get(`/crm/owners/2026-09?after=${paging.next.after}`)).body;
    expect([results.length, rest.results.length, rest.paging]).toEqual([2, 1, undefined]);
  });
});

describe('pipelines', () => {
  it('of deals tell what is closed and how likely, in text', async () => {
    const { get } = portal({
      pipelines: { deals: [{ id: 'p2', label: 'Renewals', stages: [{ id: 'won', closed: true, probability: 1 }] }] },
    });
    const { results } = (await get('/crm/pipelines/2026-09/deals')).body;
    expect(results.map(({ id, displayOrder }: { id: string; displayOrder: number }) => [id, displayOrder])).toEqual([
      ['default', 0],
      ['p2', 1],
    ]);
    expect(results[0].stages[0]).toEqual({
      id: 'appointmentscheduled',
      label: 'Appointment Scheduled',
      displayOrder: 0,
      metadata: { isClosed: 'false', probability: '0.2' },
      writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT',
      archived: false,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    expect(results[0].stages.slice(-2).map(({ metadata }: { metadata: unknown }) => metadata)).toEqual([
      { isClosed: 'true', probability: '1.0' },
      { isClosed: 'true', probability: '0.0' },
    ]);
    expect((await get('/crm/pipelines/2026-09/deals/p2')).body).toMatchObject({ label: 'Renewals', stages: [{ id: 'won' }] });
  });

  it('of tickets tell what is open', async () => {
    const { get } = portal();
    const [{ stages }] = (await get('/crm/pipelines/2026-09/tickets')).body.results;
    expect(stages.map(({ metadata }: { metadata: { ticketState: string } }) => metadata.ticketState)).toEqual([
      'OPEN',
      'OPEN',
      'OPEN',
      'CLOSED',
    ]);
  });

  it('are deals’ and tickets’ alone', async () => {
    const { get } = portal();
    expect((await get('/crm/pipelines/2026-09/contacts')).status).toBe(400);
    expect((await get('/crm/pipelines/2026-09/deals/nothing')).status).toBe(404);
  });
});

describe('lists', () => {
  it('of many records are told in one batch, a record on none with an empty list, one that is not there as an error', async () => {
    const { crm, post } = portal();
    const [ann, bea] = [crm.add('contacts', { firstname: 'Ann' }), crm.add('contacts', { firstname: 'Bea' })];
    const list = crm.addList({ name: 'VIP', members: [ann.id] });
    const inputs = [ann.id, bea.id, '999999999999'].map((recordId) => ({ objectTypeId: '0-1', recordId }));
    const answer = await post('/crm/lists/2026-09/records/memberships/batch/read', { inputs });
    expect(answer).toMatchObject({
      status: 207,
      body: { status: 'COMPLETE', numErrors: 1, errors: [{ context: { recordId: ['999999999999'] } }] },
    });
    expect(answer.body.results).toMatchObject([
      { objectTypeId: '0-1', recordId: ann.id, recordListMemberships: [{ listId: list, listVersion: 2, isPublicList: true }] },
      { objectTypeId: '0-1', recordId: bea.id, recordListMemberships: [] },
    ]);
    expect((await post('/crm/lists/2026-09/records/memberships/batch/read', { inputs: [{ recordId: ann.id }] })).status).toBe(400);
  });
  it('that was deleted is not there, and its id is not given again', async () => {
    const { crm, get } = portal();
    const list = crm.addList({ name: 'VIP' });
    crm.removeList(list);
    expect((await get(`/crm/lists/2026-09/${list}`)).status).toBe(404);
    expect(crm.addList({ name: 'VIP' })).not.toBe(list);
  });
  const setup = (options = {}) => {
    const made = portal(options);
    const [ann, bea, cid] = ['Ann', 'Bea', 'Cid'].map((firstname) => {
      made.clock.advance(1000);
      return made.crm.add('contacts', { firstname });
    });
    return { ...made, ann: ann!, bea: bea!, cid: cid! };
  };

  it('are found by name, object and kind', async () => {
    const { ann, bea, crm, post } = setup();
    const vip = crm.addList({ name: 'VIP', members: [ann.id, bea.id] });
    crm.addList({ name: 'Vipers', object: 'companies', processingType: 'DYNAMIC' });
    const search = async (body: object) => (await post('/crm/lists/2026-09/search', body)).body;
    expect(
      await search({ query: 'VIP', objectTypeId: '0-1', processingTypes: ['MANUAL', 'DYNAMIC', 'SNAPSHOT'], count: 500, offset: 0 }),
    ).toEqual({
      total: 1,
      hasMore: false,
      offset: 1,
      lists: [
        expect.objectContaining({
          listId: vip,
          name: 'VIP',
          objectTypeId: '0-1',
          processingType: 'MANUAL',
          processingStatus: 'COMPLETE',
          listVersion: 2,
          additionalProperties: { hs_list_size: '2' },
        }),
      ],
    });
    expect(await search({ count: 1 })).toMatchObject({ total: 2, hasMore: true, offset: 1 });
    expect((await search({ processingTypes: ['DYNAMIC'] })).lists).toMatchObject([{ name: 'Vipers', objectTypeId: '0-2' }]);
    expect((await post('/crm/lists/2026-09/search', { count: 501 })).status).toBe(400);
  });

  it('give their members by id, or by the time they were added', async () => {
    const { ann, bea, cid, clock, crm, get } = setup({ pageSizeMax: 2 });
    const list = crm.addList({ name: 'VIP', members: [cid.id] });
    clock.advance(1000);
    crm.changeList(list, { add: [ann.id, bea.id] });
    const members = async (path: string) => {
      const ids: string[] = [];
      let after: string | undefined;
      do {
        const { results, paging, total } = (
          await get(`/crm/lists/2026-09/${list}/${path}?limit=250${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`)
        ).body;
        expect(total).toBe(3);
        ids.push(...results.map(({ recordId }: { recordId: string }) => recordId));
        after = paging?.next.after;
      } while (after !== undefined);
      return ids;
    };
    expect(await members('memberships')).toEqual([ann.id, bea.id, cid.id].toSorted((a, b) => Number(a) - Number(b)));
    expect(await members('memberships/join-order')).toEqual([cid.id, ann.id, bea.id]);
    const [first] = (await get(`/crm/lists/2026-09/${list}/memberships/join-order`)).body.results;
    expect(first).toEqual({ recordId: cid.id, membershipTimestamp: '2026-11-01T10:00:03.500Z' });
    expect((await get(`/crm/lists/2026-09/${list}/memberships?limit=251`)).status).toBe(400);
    expect((await get(`/crm/lists/2026-09/${list}/memberships?after=!`)).status).toBe(400);
  });

  it('of one record are told, and an archived record is in none', async () => {
    const { ann, crm, get } = setup();
    const list = crm.addList({ name: 'VIP', members: [ann.id] });
    const stamp = '2026-11-01T10:00:03.500Z';
    expect((await get(`/crm/lists/2026-09/records/0-1/${ann.id}/memberships`)).body.results).toEqual([
      { listId: list, listVersion: 2, isPublicList: true, firstAddedTimestamp: stamp, lastAddedTimestamp: stamp },
    ]);
    crm.remove(ann.id);
    expect((await get(`/crm/lists/2026-09/${list}/memberships`)).body.results).toEqual([]);
    expect((await get(`/crm/lists/2026-09/records/0-1/${ann.id}/memberships`)).status).toBe(404);
  });

  it('take members by the API unless they are dynamic', async () => {
    const { ann, bea, crm, get, put } = setup();
    const list = crm.addList({ name: 'VIP', members: [ann.id] });
    expect((await put(`/crm/lists/2026-09/${list}/memberships/add`, [ann.id, bea.id, '99'])).body).toEqual({
      recordsIdsAdded: [bea.id],
      recordIdsRemoved: [],
      recordIdsMissing: ['99'],
    });
    expect((await put(`/crm/lists/2026-09/${list}/memberships/remove`, [ann.id])).body.recordIdsRemoved).toEqual([ann.id]);
    expect((await get(`/crm/lists/2026-09/${list}`)).body.list).toMatchObject({ listId: list, size: 1, listVersion: 4 });
    const dynamic = crm.addList({ name: 'D', processingType: 'DYNAMIC' });
    expect((await put(`/crm/lists/2026-09/${dynamic}/memberships/add`, [ann.id])).status).toBe(400);
    expect((await get('/crm/lists/2026-09/1/memberships')).status).toBe(404);
    expect(() => crm.changeList('1', {})).toThrow('there is no list 1');
  });
});

describe('the account', () => {
  it('tells where it is', async () => {
    const { crm, get } = portal();
    expect((await get('/account-info/2026-09/details')).body).toEqual({
      portalId: crm.portalId,
      accountType: 'STANDARD',
      timeZone: 'US/Eastern',
      companyCurrency: 'USD',
      additionalCurrencies: [],
      utcOffset: '-05:00',
      utcOffsetMilliseconds: -18_000_000,
      uiDomain: 'app-eu1.hubspot.com',
      dataHostingLocation: 'eu1',
    });
  });

  it('tells a private app what is left of the day', async () => {
    const { get } = portal({ app: 'private', dailyLimit: 1000 });
    expect((await get('/account-info/2026-09/api-usage/daily/private-apps')).body.results).toEqual([
      {
        name: 'private-apps-api-calls-daily',
        usageLimit: 1000,
        currentUsage: 1,
        collectedAt: '2026-11-01T10:00:00.500Z',
        fetchStatus: 'SUCCESS',
        resetsAt: '2026-11-02T05:00:00.000Z',
      },
    ]);
    expect((await portal().get('/account-info/2026-09/api-usage/daily/private-apps')).status).toBe(403);
  });
});
