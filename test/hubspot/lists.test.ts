import { describe, expect, it } from 'vitest';
import type { Filter } from '../../src/core/mapping/filter.ts';
import type { Json } from '../../src/core/values/value.ts';
import { hubspot } from '../../src/hubspot.ts';
import type { Call, Fetched, ReadQuery, RequestSeen } from '../../src/ports/connector.ts';
import { type FakeHubSpotOptions, fakeHubSpot } from '../../src/testing/hubspot/fake-hubspot.ts';
import { ALL_SCOPES } from '../../src/testing/hubspot/scopes.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { connect, contacts, json, page, pagesOf, row, rows } from './scripted.ts';

const HOUR = 3_600_000;
const VIP = 'lists.list_611'; // the first list of the fake

async function open(options: FakeHubSpotOptions = {}) {
  const clock = manualClock('2026-11-01T12:00:00Z');
  const crm = fakeHubSpot({ clock, tokenSeconds: 1e9, burstLimit: 1e6, ...options });
  const requests: RequestSeen[] = [];
  const call: Call = { signal: new AbortController().signal, now: () => clock.now(), onRequest: (request) => requests.push(request) };
  const connector = hubspot({ ...crm.options, random: () => 0 });
  const people = (count: number): string[] => Array.from({ length: count }, () => crm.add('contacts', { firstname: 'Ann' }).id);
  const query = (from: Json | null, more: Partial<ReadQuery> = {}): ReadQuery => ({
    object: 'contacts',
    fields: ['firstname', VIP],
    filter: null,
    from,
    ...more,
  });
  const read = (from: Json | null) => pagesOf(connector.read(query(from), call));
  /** Reads everything there is, long after it was made. Then half an hour passes. */
  const checkpoint = async (): Promise<Json> => {
    clock.advance(HOUR);
    const { checkpoint: end } = (await read(null)).at(-1)!;
    clock.advance(HOUR / 2);
    requests.length = 0;
    return end;
  };
  return { clock, crm, call, connector, requests, people, query, read, checkpoint };
}
const membersOf = (records: readonly Fetched[]) =>
  Object.fromEntries(records.map((record) => [record.id, record.state === 'present' ? record.values[VIP] : record.state]));
const operationsOf = (requests: readonly RequestSeen[]) => requests.map(({ operation }) => operation);

describe('whether a record is on a list', () => {
  it('is a boolean field of it, for one more request a hundred records, wherever the record comes from', async () => {
    const { crm, call, connector, people, read, requests } = await open();
    const [ann, bea, ...others] = people(120);
    crm.addList({ name: 'VIP', members: [ann!, others[100]!] });
    crm.addList({ name: 'Other', members: [bea!] });
    const records = (await read(null)).flatMap((each) => each.records);
    const members = Object.entries(membersOf(records)).filter(([, on]) => on === true);
    expect(new Set(members.map(([id]) => id))).toEqual(new Set([ann, others[100]]));
    expect(Object.values(membersOf(records)).filter((on) => on === false)).toHaveLength(118);
    expect(operationsOf(requests)).toEqual([
      'GET /crm/properties/{object}',
      'GET /crm/lists/{list}',
      'GET /crm/objects/{object}',
      'POST /crm/lists/records/memberships/batch/read',
      'GET /crm/objects/{object}',
      'POST /crm/lists/records/memberships/batch/read',
    ]);
    expect(membersOf(await connector.fetch({ object: 'contacts', ids: [ann!, bea!], fields: [VIP] }, call))).toEqual({
      [ann!]: true,
      [bea!]: false,
    });
    const { found } = await connector.find({ object: 'contacts', by: 'firstname', values: ['Ann'], fields: [VIP] }, call);
    expect(membersOf(found.map(({ record }) => record))).toMatchObject({ [ann!]: true, [bea!]: false });
  });
  it('that HubSpot does not tell makes the record unreadable: nobody is taken off a list by a failure', async () => {
    const list = json({ list: { listId: '611', objectTypeId: '0-1' } });
    const memberships = json(
      {
        status: 'COMPLETE',
        results: [{ objectTypeId: '0-1', recordId: '101', recordListMemberships: [{ listId: 611 }] }],
        errors: [{ category: 'INTERNAL_ERROR', context: { recordId: ['102'] } }],
      },
      207,
    );
    const { connector, call } = connect({}, contacts(), list, page(null, row('101'), row('102'), row('103')), memberships);
    const read: ReadQuery = { object: 'contacts', fields: [VIP], filter: null, from: null };
    const [only] = await pagesOf(connector.read(read, call));
    expect(membersOf(only!.records)).toEqual({ '101': true, '102': 'unreadable', '103': false });
  });
});

describe('a sample of what a list holds', () => {
  it.each<[string, Filter]>([
    ['the list alone', { field: VIP, eq: true }],
    ['the list and more', { all: [{ field: 'firstname', eq: 'Ann' }, { all: [{ field: VIP, eq: true }] }] }],
  ])('is taken from its members where the filter asks for %s', async (_, filter) => {
    const { crm, call, connector, people, query, requests } = await open();
    const everybody = people(300);
    crm.addList({ name: 'VIP', members: everybody.slice(280) });
    const pages = await pagesOf(connector.read(query(null, { filter, limit: 5 }), call));
    expect(Object.values(membersOf(pages.flatMap(({ records }) => records)))).toEqual([true, true, true, true, true]);
    expect(pages.map(({ last, checkpoint }) => [last, checkpoint])).toMatchObject([[true, { mode: 'changes' }]]);
    expect(operationsOf(requests).slice(2)).toEqual([
      'GET /crm/lists/{list}/memberships',
      'POST /crm/objects/{object}/batch/read',
      'POST /crm/lists/records/memberships/batch/read',
    ]);
  });
  it.each<[string, Filter]>([
    ['who is not on it', { field: VIP, eq: false }],
    [
      'who may be on it',
      {
        any: [
          { field: VIP, eq: true },
          { field: 'firstname', eq: 'Ann' },
        ],
      },
    ],
    ['who is not on it, in other words', { not: { field: VIP, eq: true } }],
  ])('is not, where it asks for %s', async (_, filter) => {
    const { crm, call, connector, people, query } = await open();
    people(5);
    crm.addList({ name: 'VIP' });
    const pages = await pagesOf(connector.read(query(null, { filter, limit: 3 }), call));
    expect(pages.flatMap(({ records }) => records)).toHaveLength(3);
  });
});

describe('a list that can not be asked', () => {
  it('without the scope is refused with its name, before any record is read', async () => {
    const { read, requests, people } = await open({ scopes: ALL_SCOPES.filter((scope) => !scope.includes('lists')) });
    people(2);
    await expect(read(null)).rejects.toMatchObject({
      code: 'missing_scopes',
      category: 'permission',
      remedy: expect.stringContaining('crm.lists.read'),
    });
    expect(operationsOf(requests)).toEqual(['GET /crm/properties/{object}', 'GET /crm/lists/{list}']);
  });
  it('since there is none is refused', async () => {
    const { read } = await open();
    await expect(read(null)).rejects.toMatchObject({ code: 'list_not_found', category: 'configuration' });
  });
  it('since it holds other records is refused', async () => {
    const { crm, read } = await open();
    crm.addList({ name: 'Firms', object: 'companies' });
    await expect(read(null)).rejects.toMatchObject({ code: 'list_of_other_object', category: 'configuration' });
  });
  it('since it was deleted later ends the read: it is not taken for a list without members', async () => {
    const { crm, clock, call, connector, people, read, checkpoint } = await open();
    const [ann] = people(1);
    const list = crm.addList({ name: 'VIP', members: [ann!] });
    const from = await checkpoint();
    crm.removeList(list);
    await expect(read(from)).rejects.toMatchObject({ code: 'list_not_found' });
    clock.advance(2 * 60_000);
    await expect(connector.fetch({ object: 'contacts', ids: [ann!], fields: [VIP] }, call)).rejects.toMatchObject({
      code: 'list_not_found',
    });
  });
});

describe('a record that has come on a list', () => {
  it('is found, though its own stamp has not moved', async () => {
    const { crm, people, read, checkpoint } = await open();
    const [ann, bea] = people(3);
    const list = crm.addList({ name: 'VIP', members: [ann!] });
    const from = await checkpoint();
    crm.changeList(list, { add: [bea!] });
    expect(membersOf((await read(from)).flatMap(({ records }) => records))).toEqual({ [bea!]: true });
  });
  it('is found among more members than a page holds, wherever the read is stopped and goes on', async () => {
    const { crm, clock, call, connector, people, query, checkpoint } = await open({ pageSizeMax: 50 });
    const [first, second] = [people(120), people(230)];
    const list = crm.addList({ name: 'VIP', members: first });
    let from = await checkpoint();
    crm.changeList(list, { add: second });
    const seen: Fetched[] = [];
    for (let last = false; !last; clock.advance(1_000)) {
      for await (const each of connector.read(query(from), call)) {
        seen.push(...each.records);
        from = JSON.parse(JSON.stringify(each.checkpoint)) as Json;
        last = each.last;
        break; // a process that is killed after every page
      }
    }
    expect(Object.keys(membersOf(seen)).sort()).toEqual([...second].sort());
    expect(from).toMatchObject({ mode: 'changes', marks: { [list]: { after: expect.any(String), first: expect.any(String) } } });
    expect(from).not.toHaveProperty('joined');
  });
  it('is found after others have left, which moves the places of all behind them', async () => {
    const { crm, clock, people, read, checkpoint } = await open({ pageSizeMax: 20 });
    const [old, late] = [people(90), people(5)];
    const list = crm.addList({ name: 'VIP', members: old });
    const first = await checkpoint();
    let { checkpoint: from } = (await read(first)).at(-1)!;
    clock.advance(HOUR);
    crm.changeList(list, { remove: old.slice(0, 45) });
    crm.changeList(list, { add: late });
    let pages = await read(from);
    expect(Object.keys(membersOf(pages.flatMap(({ records }) => records))).sort()).toEqual([...late].sort());
    for (let turn = 0; turn < 2; turn += 1) {
      from = pages.at(-1)!.checkpoint;
      clock.advance(HOUR);
      pages = await read(from);
    }
    expect(pages.flatMap(({ records }) => records)).toEqual([]); // behind the overlap
  });
  it('costs one request a list where nobody has', async () => {
    const { crm, clock, people, read, checkpoint, requests } = await open({ pageSizeMax: 50 });
    crm.addList({ name: 'VIP', members: people(180) });
    const first = await checkpoint();
    const { checkpoint: from } = (await read(first)).at(-1)!; // walks through the list once
    clock.advance(60_000);
    requests.length = 0;
    await read(from);
    expect(operationsOf(requests)).toEqual(['POST /crm/objects/{object}/search', 'GET /crm/lists/{list}/memberships/join-order']);
  });
  it('is looked for from the first member on where HubSpot does not give them by time, or no longer takes the cursor', async () => {
    const member = (recordId: string, at: string) => ({ recordId, membershipTimestamp: at });
    const list = () => json({ list: { listId: '611', objectTypeId: '0-1' } });
    const mark = { after: 'c9', first: '7' };
    const from = {
      version: 1,
      mode: 'changes',
      since: '2026-11-01T11:00:00.000Z',
      startedAt: null,
      afterId: null,
      marks: { '611': mark },
    };
    const { connector, call, seen } = connect(
      {},
      contacts(),
      list(),
      page(null),
      json({ category: 'VALIDATION_ERROR', message: 'x' }, 400),
      page('c1', member('5', '2026-11-01T11:30:00Z')),
      page(null, member('6', '2026-10-01T10:00:00Z')),
      rows(row('5')),
      json({ results: [{ recordId: '5', recordListMemberships: [{ listId: '611' }] }] }),
    );
    const pages = await pagesOf(connector.read({ object: 'contacts', fields: [VIP], filter: null, from }, call));
    expect(seen.slice(3, 6).map(({ query }) => query['after'])).toEqual(['c9', undefined, 'c1']);
    expect(membersOf(pages.flatMap(({ records }) => records))).toEqual({ '5': true });
    expect(pages.at(-1)!.checkpoint).toMatchObject({ marks: {} });
  });
});

describe('all members of a list', () => {
  const listed = () => json({ list: { listId: '611', objectTypeId: '0-1' } });
  const sized = (total: number) => json({ results: [{ recordId: '1' }], total });
  const ask = (path: string) => ({ object: 'contacts', path, known: null });

  it('are not compared where there are more than 50,000', async () => {
    const { connector, call, seen } = connect({}, contacts(), listed(), sized(50_001));
    expect(await connector.members?.(ask(VIP), call)).toEqual({ ids: null, known: null });
    expect(seen).toHaveLength(3);
  });

  it('are told in the order they joined, and known from then on by their number and that nobody joined', async () => {
    const { clock, crm, call, connector, people, requests } = await open();
    const [ann, bea] = people(2) as [string, string];
    const list = crm.addList({ name: 'VIP', members: [bea, ann] });
    clock.advance(HOUR);
    const first = await connector.members?.(ask(VIP), call);
    expect(first?.ids).toEqual([bea, ann]);
    clock.advance(HOUR / 2);
    requests.length = 0;
    expect(await connector.members?.({ ...ask(VIP), known: first?.known ?? null }, call)).toMatchObject({ ids: null });
    expect(operationsOf(requests)).toEqual(['GET /crm/lists/{list}/memberships', 'GET /crm/lists/{list}/memberships/join-order']);
    crm.changeList(list, { remove: [bea] });
    expect((await connector.members?.({ ...ask(VIP), known: first?.known ?? null }, call))?.ids).toEqual([ann]);
  });

  it('are refused where the list holds records of another object', async () => {
    const { crm, call, connector } = await open();
    crm.addList({ name: 'Firms', object: 'companies' });
    await expect(connector.members?.(ask(VIP), call)).rejects.toMatchObject({ code: 'list_of_other_object' });
  });

  it('are asked for of lists alone: any other path costs nothing', async () => {
    const { call, connector, requests } = await open();
    for (const path of ['firstname', 'company.name', 'lists.vip']) expect(await connector.members?.(ask(path), call)).toBeNull();
    expect(requests).toEqual([]);
  });
});
