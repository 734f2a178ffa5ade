import { describe, expect, it } from 'vitest';
import { toId18 } from '../../src/connectors/salesforce/record-id.ts';
import type { Json } from '../../src/core/values/value.ts';
import type { ReadQuery } from '../../src/ports/connector.ts';
import { connect, contact, described, ID, json, NOW, pagesOf, refused, rows } from './scripted.ts';

const [C1, C2, C3] = ID.contact;
const iso = (millis: number) => new Date(millis).toISOString();
const wire = (millis: number) => iso(millis).replace('Z', '+0000');
const row = (Id: string, stamp = NOW, more: object = {}) => ({
  attributes: { type: 'Contact' },
  Id,
  SystemModstamp: wire(stamp),
  IsDeleted: false,
  MasterRecordId: null,
  ...more,
});
const page = (next: string | null, ...records: object[]) =>
  json({ totalSize: 9, done: next === null, records, ...(next === null ? {} : { nextRecordsUrl: `/services/data/v66.0/query/${next}` }) });
const since = (millis: number): Json => ({
  version: 1,
  mode: 'changes',
  since: iso(millis),
  startedAt: null,
  afterStamp: null,
  afterId: null,
});
const query = (more: Partial<ReadQuery> = {}): ReadQuery => ({
  object: 'Contact',
  fields: ['FirstName'],
  filter: null,
  from: null,
  ...more,
});
const HOUR = 3_600_000;

describe('the first read', () => {
  it('goes through the cursor in the order of ids, a checkpoint a page, and ends at its own start', async () => {
    const { connector, seen, call } = connect({ lagMs: 5_000 }, contact(), page('0r8A-2000', row(C1), row(C2)), page(null, row(C3)));
    const pages = await pagesOf(connector.read(query(), call));
    expect(pages.map(({ records, last }) => [records.length, last])).toEqual([
      [2, false],
      [1, true],
    ]);
    expect(pages.map(({ checkpoint }) => checkpoint)).toEqual([
      { version: 1, mode: 'all', startedAt: iso(NOW), afterId: C2 },
      since(NOW - 5_000),
    ]);
    expect(seen[1]).toMatchObject({
      path: '/services/data/v66.0/query',
      q: 'SELECT Id, SystemModstamp, IsDeleted, MasterRecordId, FirstName FROM Contact ORDER BY Id ASC',
    });
    expect(seen[1]!.headers.get('sforce-query-options')).toBe('batchSize=2000');
    expect(seen[2]).toMatchObject({ path: '/services/data/v66.0/query/0r8A-2000', q: '' });
  });
  it('goes on after a kill by the id of the last page, and keeps its start', async () => {
    const from = { version: 1, mode: 'all', startedAt: iso(NOW - HOUR), afterId: C2 };
    const { connector, seen, call } = connect({}, contact(), page(null, row(C3)));
    const [last] = await pagesOf(connector.read(query({ from }), call));
    expect(seen[1]!.q).toContain(`WHERE Id > '${C2}' ORDER BY Id ASC`);
    expect(last?.checkpoint).toEqual(since(NOW - HOUR));
  });
  it('leaves the filter to Salesforce as far as it goes', async () => {
    const filter = {
      all: [
        { field: 'Email', blank: false },
        { field: 'Hidden__c', eq: 'x' },
      ],
    };
    const { connector, seen, call } = connect({}, contact(), page(null));
    await pagesOf(connector.read(query({ filter }), call));
    expect(seen[1]!.q).toContain('WHERE Email != null ORDER BY Id');
  });
  it.each(['QUERY_TIMEOUT', 'MALFORMED_QUERY'])('asks without the filter after %s: the engine evaluates it anyway', async (code) => {
    const { connector, seen, call } = connect({}, contact(), refused(code), page(null, row(C1)));
    const pages = await pagesOf(connector.read(query({ filter: { field: 'Email', blank: false } }), call));
    expect(pages).toHaveLength(1);
    expect(seen[2]!.q).not.toContain('Email');
  });
  it('takes fewer records at once where all of them take too long, and reads every one', async () => {
    const id = (index: number) => toId18(`003${String(index).padStart(12, '0')}`)!;
    const some = Array.from({ length: 2_000 }, (_, index) => row(id(index + 1)));
    const timeouts = [refused('QUERY_TIMEOUT'), refused('QUERY_TIMEOUT'), refused('QUERY_TIMEOUT')];
    const { connector, seen, call } = connect({}, contact(), ...timeouts, page(null, ...some), page(null, row(id(2_001))));
    const pages = await pagesOf(connector.read(query(), call));
    expect(seen.slice(2).map(({ q }) => q.split(' FROM Contact ')[1])).toEqual([
      'ORDER BY Id ASC LIMIT 50000',
      'ORDER BY Id ASC LIMIT 10000',
      'ORDER BY Id ASC LIMIT 2000',
      `WHERE Id > '${id(2_000)}' ORDER BY Id ASC LIMIT 2000`,
    ]);
    expect(pages.map(({ records, last }) => [records.length, last])).toEqual([
      [2_000, false],
      [1, true],
    ]);
  });
  it('does not take fewer for ever', async () => {
    const timeouts = Array.from({ length: 20 }, () => refused('QUERY_TIMEOUT'));
    const { connector, left, call } = connect({}, contact(), ...timeouts);
    await expect(pagesOf(connector.read(query(), call))).rejects.toMatchObject({ code: 'query_timeout', retryable: true });
    expect(left).toHaveLength(16);
  });
  it('leaves a field to the engine that Salesforce compares with regard to case: it would keep records back', async () => {
    const keyed = described('Contact', { Key__c: { type: 'string', unique: true, caseSensitive: true }, FirstName: 'string' });
    const { connector, seen, call } = connect({}, keyed, page(null));
    const filter = {
      all: [
        { field: 'Key__c', eq: 'ABC' },
        { field: 'FirstName', eq: 'Ann' },
      ],
    };
    await pagesOf(connector.read(query({ filter }), call));
    expect(seen[1]!.q).toContain("WHERE FirstName = 'Ann' ORDER BY");
  });
  it('of nothing is one page with a checkpoint', async () => {
    const { connector, call } = connect({}, contact(), page(null));
    expect(await pagesOf(connector.read(query(), call))).toEqual([{ records: [], requestedAt: NOW, checkpoint: since(NOW), last: true }]);
  });
  it('with a limit asks for no more, and its checkpoint does not claim the rest', async () => {
    const { connector, seen, call } = connect({}, contact(), page(null, row(C1), row(C2)));
    const [only] = await pagesOf(connector.read(query({ limit: 2 }), call));
    expect(seen[1]!.q).toMatch(/ORDER BY Id ASC LIMIT 2$/);
    expect(only).toMatchObject({ last: false, checkpoint: { mode: 'all', afterId: C2 } });
    const few = connect({}, contact(), page(null, row(C1)));
    expect((await pagesOf(few.connector.read(query({ limit: 2 }), few.call)))[0]).toMatchObject({ last: true });
  });
});

describe('a read of changes', () => {
  it('costs one request when nothing has changed', async () => {
    const { connector, seen, call, requests } = connect({}, contact(), page(null));
    await connector.describe('Contact', call);
    const [only] = await pagesOf(connector.read(query({ from: since(NOW - HOUR) }), call));
    expect(seen[1]).toMatchObject({ path: '/services/data/v66.0/queryAll' });
    expect(seen[1]!.q).toMatch(/WHERE SystemModstamp >= 2026-05-01T10:50:00Z ORDER BY SystemModstamp ASC, Id ASC$/);
    expect(only).toMatchObject({ records: [], last: true, checkpoint: since(NOW) });
    expect(requests).toHaveLength(2);
  });
  it('brings deleted and merged records, and knows the one that is left', async () => {
    const { connector, call } = connect(
      {},
      contact(),
      page(null, row(C1, NOW, { IsDeleted: true }), row(C2, NOW, { IsDeleted: true, MasterRecordId: C3 })),
    );
    const [only] = await pagesOf(connector.read(query({ from: since(NOW - HOUR) }), call));
    expect(only?.records).toEqual([
      { id: C1, state: 'deleted' },
      { id: C2, state: 'merged', successor: C3 },
    ]);
  });
  it('carries no filter', async () => {
    const { connector, seen, call } = connect({}, contact(), page(null));
    await pagesOf(connector.read(query({ from: since(NOW - HOUR), filter: { field: 'Email', blank: false } }), call));
    expect(seen[1]!.q).not.toContain('Email');
  });
  it('goes on by stamp and id within a second that the page ended in', async () => {
    const { connector, seen, call } = connect(
      {},
      contact(),
      page('0r8A-1', row(C1, NOW - 60_000)),
      refused('INVALID_QUERY_LOCATOR'),
      page(null, row(C2, NOW - 60_000)),
    );
    const pages = await pagesOf(connector.read(query({ from: since(NOW - HOUR) }), call));
    expect(seen[3]!.q).toContain(
      `WHERE (SystemModstamp > 2026-05-01T11:59:00Z OR (SystemModstamp = 2026-05-01T11:59:00Z AND Id > '${C1}'))`,
    );
    expect(pages.map(({ records }) => records.map(({ id }) => id))).toEqual([[C1], [C2]]);
    expect(pages[1]!.checkpoint).toEqual(since(NOW));
  });
  it('gives up on a cursor that dies again without a page in between', async () => {
    const { connector, call } = connect(
      {},
      contact(),
      page('0r8A-1', row(C1)),
      refused('INVALID_QUERY_LOCATOR'),
      refused('INVALID_QUERY_LOCATOR'),
    );
    await expect(pagesOf(connector.read(query({ from: since(NOW) }), call))).rejects.toMatchObject({
      code: 'query_cursor_expired',
      at: { object: 'Contact' },
    });
  });
  it('halves a window that takes too long, and reads all of it', async () => {
    const { connector, seen, call } = connect(
      { overlapMs: 0 },
      contact(),
      refused('QUERY_TIMEOUT'),
      page(null, row(C1, NOW - 3 * HOUR)),
      page(null, row(C2, NOW)),
    );
    const pages = await pagesOf(connector.read(query({ from: since(NOW - 4 * HOUR) }), call));
    expect(seen[2]!.q).toContain('WHERE SystemModstamp >= 2026-05-01T08:00:00Z AND SystemModstamp < 2026-05-01T10:00:00Z ORDER');
    expect(seen[3]!.q).toContain('WHERE SystemModstamp >= 2026-05-01T10:00:00Z ORDER');
    expect(pages.map(({ last }) => last)).toEqual([false, true]);
    expect(pages[0]!.checkpoint).toMatchObject({ afterStamp: '2026-05-01T10:00:00.000Z', afterId: null });
    expect(pages[1]!.checkpoint).toEqual(since(NOW));
  });
  it('does not halve for ever', async () => {
    const timeouts = Array.from({ length: 20 }, () => refused('QUERY_TIMEOUT'));
    const { connector, call } = connect({}, contact(), ...timeouts);
    await expect(pagesOf(connector.read(query({ from: since(NOW - HOUR) }), call))).rejects.toMatchObject({
      code: 'query_timeout',
      retryable: true,
    });
  });
  it('never moves its checkpoint back, and counts everything as changed where Salesforce does not tell the time', async () => {
    const early = connect({}, contact(), page(null));
    const [ahead] = await pagesOf(early.connector.read(query({ from: since(NOW + 1_000) }), early.call));
    expect(ahead?.checkpoint).toEqual(since(NOW + 1_000));
    const timeless = connect({}, contact(), new Response(JSON.stringify({ done: true, records: [] })));
    const [unmoved] = await pagesOf(timeless.connector.read(query({ from: since(NOW - HOUR) }), timeless.call));
    expect(unmoved?.checkpoint).toEqual(since(NOW - HOUR));
  });
  it("counts from the start of a slow answer, by the CRM's clock and not by ours", async () => {
    const { connector, clock, call } = connect({}, contact(), () => {
      clock.advance(90_000);
      return json({ done: true, records: [] }, 200, { date: new Date(NOW + HOUR).toUTCString() });
    });
    const [only] = await pagesOf(connector.read(query({ from: since(NOW - HOUR) }), call));
    expect(only).toMatchObject({ requestedAt: NOW, checkpoint: since(NOW + HOUR - 90_000) });
  });
  it('asks through query where the object does not show deletions', async () => {
    const bare = json({
      name: 'Thing__c',
      fields: [
        { name: 'Id', type: 'id' },
        { name: 'SystemModstamp', type: 'datetime' },
      ],
    });
    const { connector, seen, call } = connect({}, bare, page(null));
    await pagesOf(connector.read({ object: 'Thing__c', fields: [], filter: null, from: since(NOW) }, call));
    expect(seen[1]!.path).toBe('/services/data/v66.0/query');
  });
});

describe('fields', () => {
  it('that describe does not show are absent, which is not null', async () => {
    const { connector, seen, call } = connect({}, contact(), page(null, row(C1, NOW, { FirstName: null })));
    const [only] = await pagesOf(
      connector.read(query({ fields: ['FirstName', 'DoNotCall', "x'; DROP", '__proto__', 'a.b.c.d.e.f.g'] }), call),
    );
    expect(seen[1]!.q).toContain('SELECT Id, SystemModstamp, IsDeleted, MasterRecordId, FirstName FROM');
    expect(only?.records[0]).toMatchObject({ values: { FirstName: null } });
    expect(Object.keys((only!.records[0] as { values: object }).values)).toEqual(['FirstName']);
  });
  it('of a parent come with its look-up, which tells an empty parent from a hidden one', async () => {
    const account = described('Account', { Name: 'string' });
    const { connector, seen, call } = connect(
      {},
      contact(),
      account,
      page(
        null,
        row(C1, NOW, { AccountId: ID.account, Account: { attributes: {}, Name: 'Acme' } }),
        row(C2, NOW, { AccountId: null, Account: null }),
        row(C3, NOW, { AccountId: ID.account, Account: null }),
      ),
    );
    const [only] = await pagesOf(connector.read(query({ fields: ['Account.Name', 'Account.Secret__c', 'Nobody.Name'] }), call));
    expect(seen[2]!.q).toContain('MasterRecordId, AccountId, Account.Name FROM Contact');
    expect(only?.records.map((record) => (record.state === 'present' ? record.values : null))).toEqual([
      { 'Account.Name': 'Acme' },
      { 'Account.Name': null },
      {},
    ]);
  });
  it('of a parent that the user can not see cost no query its life', async () => {
    const { connector, seen, call } = connect({}, contact(), refused('NOT_FOUND', 404), page(null));
    await pagesOf(connector.read(query({ fields: ['Account.Name'] }), call));
    expect(seen[2]!.q).not.toContain('Account');
  });
  it('of a parent of several kinds are those that every kind has', async () => {
    const { connector, seen, call } = connect({}, contact(), page(null));
    await pagesOf(connector.read(query({ fields: ['Owner.Name', 'Owner.Department'] }), call));
    expect(seen[1]!.q).toContain('MasterRecordId, OwnerId, Owner.Name FROM');
  });
  it('that were hidden since the last describe are left out after one more describe', async () => {
    const { connector, seen, call } = connect({}, contact(), refused('INVALID_FIELD'), described('Contact', {}), page(null, row(C1)));
    const pages = await pagesOf(connector.read(query(), call));
    expect(pages).toHaveLength(1);
    expect(seen[3]!.q).not.toContain('FirstName');
    const lasting = connect({}, contact(), refused('INVALID_FIELD'), contact(), refused('INVALID_FIELD'));
    await expect(pagesOf(lasting.connector.read(query(), lasting.call))).rejects.toMatchObject({
      code: 'field_not_visible',
      category: 'configuration',
    });
  });
  it('beyond what a URL holds are a mistake of the mapping, told before the query is sent', async () => {
    const names = Array.from({ length: 600 }, (_, index) => `A_Rather_Long_Field_Name_${index}__c`);
    const { connector, seen, call } = connect({}, described('Contact', Object.fromEntries(names.map((name) => [name, 'string']))));
    const reading = pagesOf(connector.read(query({ fields: names }), call));
    await expect(reading).rejects.toMatchObject({ code: 'query_too_long', category: 'configuration', at: { object: 'Contact' } });
    expect(seen).toHaveLength(1);
  });
});

describe('answers that can not be trusted', () => {
  it.each([
    ['a next page on another host', { done: false, nextRecordsUrl: 'https://evil.example.com/services/data/x', records: [] }],
    ['a next page outside the API', { done: false, nextRecordsUrl: '/secur/logout.jsp', records: [] }],
    ['no next page, though it is not done', { done: false, records: [] }],
    ['rows without an id', { done: true, records: [{ Name: 'x' }] }],
    ['another shape', { records: 'x' }],
  ])('%s', async (_, body) => {
    const { connector, seen, call } = connect({}, contact(), json(body));
    await expect(pagesOf(connector.read(query(), call))).rejects.toMatchObject({ code: 'broken_answer' });
    expect(seen).toHaveLength(2);
  });
  it('a row without its stamp is unreadable, and stops nobody', async () => {
    const { connector, call } = connect({}, contact(), rows({ ...row(C1), SystemModstamp: null }, row(C2)));
    const [only] = await pagesOf(connector.read(query(), call));
    expect(only?.records.map(({ state }) => state)).toEqual(['unreadable', 'present']);
  });
  it('a checkpoint of something else is a mistake, told before any request', async () => {
    const { connector, seen, call } = connect({});
    await expect(pagesOf(connector.read(query({ from: { after: '123' } }), call))).rejects.toMatchObject({ code: 'invalid_checkpoint' });
    expect(seen).toEqual([]);
  });
});
