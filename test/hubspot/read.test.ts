import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/values/value.ts';
import type { ReadQuery } from '../../src/ports/connector.ts';
import { companies, connect, contacts, found, json, NOW, page, pagesOf, properties, refused, row, rows } from './scripted.ts';

const iso = (millis: number) => new Date(millis).toISOString();
const query = (more: Partial<ReadQuery> = {}): ReadQuery => ({
  object: 'contacts',
  fields: ['firstname'],
  filter: null,
  from: null,
  ...more,
});
const since = (millis: number, more: object = {}): Json => ({
  version: 1,
  mode: 'changes',
  since: iso(millis),
  startedAt: null,
  afterId: null,
  ...more,
});
const HOUR = 3_600_000;
const MINUTE = 60_000;

describe('the first read', () => {
  it("goes through HubSpot's list by its own cursor, a checkpoint a page, and ends at its own start", async () => {
    const { connector, seen, call } = connect({ lagMs: 5_000 }, contacts(), page('103', row('101'), row('102')), page(null, row('103')));
    const pages = await pagesOf(connector.read(query(), call));
    expect(pages.map(({ records, last }) => [records.length, last])).toEqual([
      [2, false],
      [1, true],
    ]);
    expect(seen.slice(1).map(({ method, path, query: asked }) => [method, path, asked])).toEqual([
      [
        'GET',
        '/crm/objects/2026-09/contacts',
        { limit: '100', archived: 'false', properties: 'firstname,lastmodifieddate,hs_merged_object_ids' },
      ],
      [
        'GET',
        '/crm/objects/2026-09/contacts',
        { limit: '100', archived: 'false', after: '103', properties: 'firstname,lastmodifieddate,hs_merged_object_ids' },
      ],
    ]);
    expect(pages[0]!.checkpoint).toEqual({ version: 1, mode: 'list', startedAt: iso(NOW), after: '103' });
    expect(pages[1]!.checkpoint).toEqual(since(NOW - 5_000));
  });
  it('goes on at the stored cursor, and keeps the start of the first page', async () => {
    const { connector, seen, call } = connect({}, contacts(), page(null, row('103')));
    const from = { version: 1, mode: 'list', startedAt: iso(NOW - HOUR), after: '103' };
    const [only] = await pagesOf(connector.read(query({ from }), call));
    expect(seen[1]!.query['after']).toBe('103');
    expect(only!.checkpoint).toEqual(since(NOW - HOUR));
  });
  it('lists ids only where the properties no longer fit into a URL, and reads the records', async () => {
    const names = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`a_property_with_a_long_name_${index}`, 'string']));
    const { connector, seen, call } = connect(
      {},
      properties({ ...names, lastmodifieddate: 'datetime' }),
      page(null, row('101')),
      rows(row('101', { a_property_with_a_long_name_7: 'x' })),
    );
    const [only] = await pagesOf(connector.read(query({ fields: Object.keys(names) }), call));
    expect(seen[1]!.query['properties']).toBe('hs_object_id');
    expect(seen[2]).toMatchObject({ method: 'POST', path: '/crm/objects/2026-09/contacts/batch/read' });
    expect(only!.records[0]).toMatchObject({ id: '101', values: { a_property_with_a_long_name_7: 'x' } });
  });
  it('gives the rest of its filter to the engine: a list has none', async () => {
    const { connector, seen, call } = connect({}, contacts(), page(null));
    await pagesOf(connector.read(query({ filter: { field: 'firstname', eq: 'Ann' } }), call));
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });
  it('of a sample searches for what the filter lets through', async () => {
    const { connector, seen, call } = connect({}, contacts(), found(row('101')), rows(row('101', { firstname: 'Ann' })));
    const [only] = await pagesOf(connector.read(query({ filter: { field: 'firstname', eq: 'Ann' }, limit: 5 }), call));
    expect(seen[1]!.json).toMatchObject({
      filterGroups: [{ filters: [{ propertyName: 'firstname', operator: 'IN', values: ['ann'] }] }],
      sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
      limit: 5,
    });
    expect([only!.records.length, only!.last, only!.checkpoint]).toEqual([1, true, since(NOW)]);
  });
  it('tells of the records that one has taken in', async () => {
    const { connector, call } = connect({}, contacts(), page(null, row('301', { hs_merged_object_ids: '101;201;301' })));
    const [only] = await pagesOf(connector.read(query(), call));
    expect(only!.records.slice(1)).toEqual([
      { id: '101', state: 'merged', successor: '301' },
      { id: '201', state: 'merged', successor: '301' },
    ]);
  });
  it('stands still at a list that does not move on', async () => {
    const from = { version: 1, mode: 'list', startedAt: iso(NOW), after: '103' };
    const { connector, call } = connect({}, contacts(), page('103', row('102')));
    await expect(pagesOf(connector.read(query({ from }), call))).rejects.toMatchObject({ code: 'broken_answer' });
  });
});

describe('a read of changes', () => {
  it('searches by id among what was changed since, by no offset and with no upper bound, and reads the values themselves', async () => {
    const { connector, seen, call } = connect(
      {},
      contacts(),
      page('200', row('98', { firstname: 'Old' }), row('101')),
      rows(row('101', { firstname: 'Bea' }), row('98', { firstname: 'New' })),
      found(row('205')),
      rows(row('205', { firstname: 'Cy' })),
    );
    const pages = await pagesOf(connector.read(query({ from: since(NOW - HOUR) }), call));
    const searches = seen.filter(({ path }) => path.endsWith('/search')).map((each) => each.json);
    const changed = { propertyName: 'lastmodifieddate', operator: 'GTE', value: String(NOW - HOUR - 10 * MINUTE) };
    expect(searches.map(({ filterGroups }) => filterGroups)).toEqual([
      [{ filters: [changed] }],
      [{ filters: [changed, { propertyName: 'hs_object_id', operator: 'GT', value: '101' }] }],
    ]);
    expect(searches.some((body) => 'after' in body)).toBe(false);
    expect(pages.flatMap(({ records }) => records)).toMatchObject([
      { id: '98', values: { firstname: 'New' } },
      { id: '101', values: { firstname: 'Bea' } },
      { id: '205', values: { firstname: 'Cy' } },
    ]);
    expect(pages.map(({ checkpoint }) => checkpoint)).toEqual([since(NOW - HOUR, { startedAt: iso(NOW), afterId: '101' }), since(NOW)]);
  });
  it('of a quiet account costs one request', async () => {
    const { connector, requests, call } = connect({}, contacts(), found(), found(), found());
    let from = since(NOW - HOUR);
    for (let turn = 0; turn < 3; turn += 1) from = (await pagesOf(connector.read(query({ from }), call))).at(-1)!.checkpoint;
    expect(requests.map(({ operation }) => operation)).toEqual([
      'GET /crm/properties/{object}',
      ...Array.from({ length: 3 }, () => 'POST /crm/objects/{object}/search'),
    ]);
  });
  it('asks by the object’s own property of the last change', async () => {
    const { connector, seen, call } = connect({}, properties({ name: 'string' }), found());
    await pagesOf(connector.read(query({ object: 'companies', fields: ['name'], from: since(NOW) }), call));
    expect(seen[1]!.json.filterGroups[0].filters[0].propertyName).toBe('hs_lastmodifieddate');
  });
  it('carries no filter: the engine sees what no longer matches', async () => {
    const { connector, seen, call } = connect({}, contacts(), found());
    await pagesOf(connector.read(query({ from: since(NOW), filter: { field: 'firstname', eq: 'Ann' } }), call));
    expect(seen[1]!.text).not.toContain('firstname');
  });
  it('goes on within a page by numbers, not by texts, and refuses an order in which records would be skipped', async () => {
    const { connector, call } = connect({}, contacts(), found(row('101'), row('98')));
    await expect(pagesOf(connector.read(query({ from: since(NOW) }), call))).rejects.toMatchObject({ code: 'broken_answer' });
  });
  it('gives a record that was archived since it was indexed as deleted', async () => {
    const archived = { ...row('101'), archived: true };
    const { connector, call } = connect({}, contacts(), found(row('101')), rows(), rows(archived));
    const [only] = await pagesOf(connector.read(query({ from: since(NOW) }), call));
    expect(only!.records).toEqual([{ id: '101', state: 'deleted' }]);
  });
  it("ends at its own start by HubSpot's clock, however long it took", async () => {
    const { connector, clock, call } = connect(
      {},
      contacts(),
      () => {
        clock.advance(4_000);
        return page('200', row('101'));
      },
      rows(row('101')),
      () => json({ total: 0, results: [] }, 200, { date: new Date(NOW + HOUR).toUTCString() }),
    );
    const pages = await pagesOf(connector.read(query({ from: since(NOW - HOUR) }), call));
    expect(pages.at(-1)!.checkpoint).toEqual(since(NOW - 4_000));
  });
  it('never moves back, and stays where HubSpot does not tell the time', async () => {
    const timeless = () => new Response(JSON.stringify({ total: 0, results: [] }), { status: 200 });
    const { connector, call } = connect({}, contacts(), found(), timeless);
    expect((await pagesOf(connector.read(query({ from: since(NOW + HOUR) }), call)))[0]!.checkpoint).toEqual(since(NOW + HOUR));
    expect((await pagesOf(connector.read(query({ from: since(NOW) }), call)))[0]!.checkpoint).toEqual(since(NOW));
  });
});

describe('the search limit of the account', () => {
  it('is shared with other apps: three searches a second are made, and no other request waits for them', async () => {
    const { connector, clock, call } = connect({}, contacts(), found(), found(), found(), contacts());
    let from = since(NOW);
    for (let turn = 0; turn < 3; turn += 1) from = (await pagesOf(connector.read(query({ from }), call)))[0]!.checkpoint;
    expect(clock.waits).toEqual([334, 334]);
    await connector.describe('companies', call);
    expect(clock.waits).toHaveLength(2);
  });
});

describe('the company of a record', () => {
  const ties = (...results: object[]) => json({ status: 'COMPLETE', results });
  const tie = (from: string, ...to: readonly (readonly [id: string | number, typeId: number, label: string | null])[]) => ({
    from: { id: from },
    to: to.map(([toObjectId, typeId, label]) => ({ toObjectId, associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId, label }] })),
  });
  const read = query({ fields: ['company.name', 'company.missing', 'firstname'] });

  it('is the primary one, read in two requests for the whole page; without a company it is null', async () => {
    const { connector, seen, call } = connect(
      {},
      contacts(),
      companies(),
      page(null, row('1'), row('2'), row('3')),
      ties(tie('1', [8, 279, null], [9, 1, 'Primary']), tie('2', ['9', 279, null])),
      rows({ ...row('9', { name: 'Acme' }) }),
    );
    const [only] = await pagesOf(connector.read(read, call));
    expect(seen[3]).toMatchObject({
      path: '/crm/associations/2026-09/contacts/companies/batch/read',
      json: { inputs: [{ id: '1' }, { id: '2' }, { id: '3' }] },
    });
    expect(seen[4]!.json).toEqual({ properties: ['name'], inputs: [{ id: '9' }] });
    expect(only!.records.map((record) => record.state === 'present' && record.values)).toEqual([
      { 'company.name': 'Acme' },
      { 'company.name': 'Acme' },
      { 'company.name': null },
    ]);
  });
  it('that the app may not see is absent', async () => {
    const { connector, call } = connect({}, contacts(), companies(), page(null, row('1')), ties(tie('1', [9, 1, 'Primary'])), rows());
    const [only] = await pagesOf(connector.read(read, call));
    expect(only!.records[0]).toMatchObject({ values: {} });
  });
  it.each([
    ['companies are not described', [refused(403, 'MISSING_SCOPES')], []],
    ['associations may not be read', [companies()], [refused(403, 'MISSING_SCOPES')]],
  ])('is absent where %s', async (_, before, after) => {
    const { connector, call, left } = connect({}, contacts(), ...before, page(null, row('1')), ...after);
    const [only] = await pagesOf(connector.read(read, call));
    expect(only!.records[0]).toMatchObject({ id: '1', state: 'present', values: {} });
    expect(left).toEqual([]);
  });
  it('is none where HubSpot answers so as if it were an error, and absent where it is one', async () => {
    const none = {
      status: 'error',
      category: 'OBJECT_NOT_FOUND',
      subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
      context: { fromObjectId: ['1'] },
    };
    const other = { status: 'error', category: 'USER_DOES_NOT_HAVE_PERMISSIONS', context: { fromObjectId: ['2'] } };
    const answer = json({ status: 'COMPLETE', results: [], numErrors: 2, errors: [none, other] }, 207);
    const { connector, call } = connect({}, contacts(), companies(), page(null, row('1'), row('2')), answer);
    const [only] = await pagesOf(connector.read(read, call));
    expect(only!.records.map((record) => record.state === 'present' && record.values)).toEqual([{ 'company.name': null }, {}]);
  });
  it('is looked for on further pages of associations', async () => {
    const first = { ...tie('1', [8, 279, null]), paging: { next: { after: 'c2' } } };
    const { connector, seen, call } = connect(
      {},
      contacts(),
      companies(),
      page(null, row('1')),
      ties(first),
      ties(tie('1', [9, 1, 'Primary'])),
      rows(row('9', { name: 'Acme' })),
    );
    const [only] = await pagesOf(connector.read(read, call));
    expect(seen[4]!.json).toEqual({ inputs: [{ id: '1', after: 'c2' }] });
    expect(only!.records[0]).toMatchObject({ values: { 'company.name': 'Acme' } });
  });
});

describe('a property that HubSpot leaves out', () => {
  it('is absent, and what was described is asked for again', async () => {
    const gone = { ...row('101'), properties: { hs_object_id: '101', lastmodifieddate: iso(NOW) } };
    const { connector, seen, call } = connect({}, contacts(), page(null, gone), contacts());
    const [only] = await pagesOf(connector.read(query(), call));
    expect(only!.records[0]).toMatchObject({ state: 'present', values: {} });
    await connector.describe('contacts', call);
    expect(seen).toHaveLength(3);
  });
});
