import { describe, expect, it } from 'vitest';
import { salesforce } from '../../src/connectors/salesforce/index.ts';
import { toId18 } from '../../src/connectors/salesforce/record-id.ts';
import type { FindQuery } from '../../src/ports/connector.ts';
import { fakeSalesforce } from '../../src/testing/salesforce/fake-salesforce.ts';
import { connect, contact, described, ID, json, NOW, refused, rows } from './scripted.ts';

const [C1, C2, C3] = ID.contact;
const STAMP = '2026-05-01T07:25:37.000+0000';
const row = (Id: string, more: object = {}) => ({ Id, SystemModstamp: STAMP, IsDeleted: false, MasterRecordId: null, ...more });

describe('fetch', () => {
  it('answers each id in order: present, deleted, merged, or not there', async () => {
    const { connector, seen, call } = connect(
      {},
      contact(),
      rows(row(C3, { IsDeleted: true, MasterRecordId: C1 }), row(C1, { FirstName: 'Ann' })),
    );
    const gone = toId18('003000000000009')!;
    const found = await connector.fetch({ object: 'Contact', ids: [C1, gone, C3.slice(0, 15), C1], fields: ['FirstName'] }, call);
    expect(found).toEqual([
      { id: C1, state: 'present', modifiedAt: '2026-05-01T07:25:37.000Z', values: { FirstName: 'Ann' } },
      { id: gone, state: 'missing' },
      { id: C3, state: 'merged', successor: C1 },
      { id: C1, state: 'present', modifiedAt: '2026-05-01T07:25:37.000Z', values: { FirstName: 'Ann' } },
    ]);
    expect(seen[1]).toMatchObject({ path: '/services/data/v66.0/queryAll' });
    expect(seen[1]!.q).toContain(`FROM Contact WHERE Id IN ('${C1}','${gone}','${C3}')`);
  });
  it('takes 200 ids in one request', async () => {
    const ids = Array.from({ length: 200 }, (_, index) => toId18(`003${String(index).padStart(12, '0')}`)!);
    const { connector, seen, call } = connect({}, contact(), rows(...ids.map((id) => row(id))));
    const found = await connector.fetch({ object: 'Contact', ids, fields: ['FirstName'] }, call);
    expect(found.every(({ state }) => state === 'present')).toBe(true);
    expect(seen).toHaveLength(2);
    await expect(connector.fetch({ object: 'Contact', ids: [...ids, C1], fields: [] }, call)).rejects.toThrow('invariant');
  });
  it('never sends a text that is no id', async () => {
    const hostile = ["' OR Id != '", '', '__proto__', `${C1}' OR '1`, '003000000000001AAB'];
    const { connector, seen, call } = connect({});
    const found = await connector.fetch({ object: 'Contact', ids: hostile, fields: ['FirstName'] }, call);
    expect(found).toEqual(hostile.map((id) => ({ id, state: 'missing' })));
    expect(seen).toEqual([]);
  });
  it('asks once more without a field that was hidden since', async () => {
    const { connector, call } = connect({}, contact(), refused('INVALID_FIELD'), described('Contact', {}), rows(row(C1)));
    expect(await connector.fetch({ object: 'Contact', ids: [C1], fields: ['FirstName'] }, call)).toMatchObject([
      { state: 'present', values: {} },
    ]);
  });
});

const find = (more: Partial<FindQuery>): FindQuery => ({
  object: 'Contact',
  by: '$phone',
  values: ['+14155550123'],
  fields: ['FirstName'],
  ...more,
});

describe('find by phone', () => {
  it('takes every spelling from both sides, compares as E.164, and returns what was asked for', async () => {
    const { connector, seen, call } = connect(
      {},
      contact(),
      rows(row(C1, { Phone: '+14155550123', MobilePhone: null })),
      json({
        searchRecords: [
          row(C1, { Phone: '+14155550123', MobilePhone: null }),
          row(C2, { Phone: null, MobilePhone: '(415) 555-0123 ext. 7', FirstName: 'Bea' }),
          row(C3, { Phone: '(415) 555-0199', MobilePhone: '+44 4155 550123' }),
        ],
      }),
    );
    const { found, completeUntil } = await connector.find(find({}), call);
    expect(found.map(({ value, record }) => [value, record.id])).toEqual([
      ['+14155550123', C1],
      ['+14155550123', C2],
    ]);
    expect(found[1]!.record).toMatchObject({ values: { FirstName: 'Bea' } });
    expect(Object.keys((found[1]!.record as { values: object }).values)).toEqual(['FirstName']);
    expect(completeUntil).toBe(NOW);
    expect(seen[1]!.q).toMatch(/WHERE Phone IN \('\+14155550123', .*\) OR MobilePhone IN \(/);
    expect(seen[2]).toMatchObject({ path: '/services/data/v66.0/search' });
    expect(seen[2]!.q).toContain('FIND {4155550123 OR 14155550123 OR "415 555 0123"} IN PHONE FIELDS RETURNING Contact(Id, ');
  });
  it('does without the text index where the object has none', async () => {
    const { connector, call } = connect(
      {},
      contact(),
      rows(row(C1, { Phone: '4155550123', MobilePhone: null })),
      refused('MALFORMED_SEARCH'),
    );
    expect((await connector.find(find({}), call)).found).toHaveLength(1);
  });
  it('reads the array that older versions answer with', async () => {
    const { connector, call } = connect({}, contact(), rows(), json([row(C2, { Phone: '415.555.0123', MobilePhone: null })]));
    expect((await connector.find(find({}), call)).found).toHaveLength(1);
  });
  it('leaves converted leads out', async () => {
    const lead = described('Lead', { Phone: 'phone', IsConverted: 'boolean' });
    const { connector, call } = connect({}, lead, rows(row(C1, { Phone: '4155550123', IsConverted: true })), json({ searchRecords: [] }));
    expect((await connector.find(find({ object: 'Lead', fields: [] }), call)).found).toEqual([]);
  });
  it('splits many numbers over requests that fit', async () => {
    const values = Array.from({ length: 60 }, (_, index) => `+1415555${String(1000 + index)}`);
    const answers = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? rows() : json({ searchRecords: [] })));
    const { connector, seen, call } = connect({}, contact(), ...answers);
    await connector.find(find({ values }), call);
    const asked = seen.filter(({ path }) => path.endsWith('/query')).map(({ q }) => q);
    expect(asked.length).toBeGreaterThan(1);
    for (const value of values) expect(asked.filter((q) => q.includes(`'${value}'`))).toHaveLength(1);
    for (const { q } of seen.slice(1)) expect(new URLSearchParams({ q }).toString().length).toBeLessThan(12_000);
  });
  it('finds everybody at a number that the index alone knows, also more than it gives without an order', async () => {
    const crm = fakeSalesforce();
    for (let index = 0; index < 300; index += 1) crm.add('Contact', { LastName: `Contact ${index}`, Phone: '4155-550123' });
    const { found } = await salesforce(crm.options).find(find({ values: ['+14155550123'] }), connect({}).call);
    expect(found).toHaveLength(300);
  });
  it('proves nothing where the index has more than it gives', async () => {
    const many = Array.from({ length: 2_000 }, () => row(C1, { Phone: '212 555 0199' }));
    const { connector, call } = connect({}, contact(), rows(), json({ searchRecords: many }));
    expect(await connector.find(find({ values: ['+14155550123'] }), call)).toEqual({ found: [], completeUntil: 0 });
  });
  it.each([
    ['a text that is no number', { values: ["' OR Id != '"] }, contact()],
    ['an object without a phone field that can be seen', {}, described('Contact', {})],
  ])('proves nothing about %s', async (_, more, describeAnswer) => {
    const { connector, call } = connect({}, describeAnswer);
    expect(await connector.find(find(more), call)).toEqual({ found: [], completeUntil: 0 });
  });
});

describe('find by a field', () => {
  it('compares email addresses without case, in every email field', async () => {
    const { connector, seen, call } = connect({}, contact(), rows(row(C1, { Email: 'Ann@Example.com' })));
    const { found } = await connector.find(find({ by: '$email', values: ['ann@example.com', 'bea@example.com'] }), call);
    expect(found).toMatchObject([{ value: 'ann@example.com', record: { id: C1 } }]);
    expect(seen[1]).toMatchObject({ path: '/services/data/v66.0/query' });
    expect(seen[1]!.q).toContain("WHERE Email IN ('ann@example.com', 'bea@example.com')");
  });
  it.each([
    ['FirstName', "O'Brien", "WHERE FirstName IN ('O\\'Brien')"],
    ['Score__c', '7.50', 'WHERE Score__c IN (7.5)'],
    ['OwnerId', '005dM00003jU9Gy', "WHERE OwnerId IN ('005dM00003jU9GyQAK')"],
  ])('writes %s as its type wants it', async (by, value, where) => {
    const { connector, seen, call } = connect({}, contact(), rows());
    const { completeUntil } = await connector.find(find({ by, values: [value] }), call);
    expect(seen[1]!.q).toContain(where);
    expect(completeUntil).toBe(NOW);
  });
  it('finds one record for each of its values', async () => {
    const { connector, call } = connect({}, contact(), rows(row(C1, { Score__c: 7.5 }), row(C2, { Score__c: 8 })));
    const { found } = await connector.find(find({ by: 'Score__c', values: ['7.50', '8', 'x'] }), call);
    expect(found.map(({ value, record }) => [value, record.id])).toEqual([
      ['7.50', C1],
      ['8', C2],
    ]);
  });
  it('by a hidden field looks again, then says who must act', async () => {
    const { connector, seen, call } = connect({}, contact(), contact());
    await expect(connector.find(find({ by: 'Hidden__c' }), call)).rejects.toMatchObject({
      code: 'field_not_visible',
      at: { object: 'Contact', field: 'Hidden__c' },
    });
    expect(seen).toHaveLength(2);
  });
  it('of no value costs nothing', async () => {
    const { connector, seen, call } = connect({});
    expect((await connector.find(find({ values: [] }), call)).found).toEqual([]);
    expect(seen).toEqual([]);
  });
});

describe('find by the key of an activity', () => {
  const KEY = "retell:call_'1";
  const near = '2026-05-01T10:00:00.000Z';
  const task = (more: Record<string, string | object> = {}) =>
    described('Task', { Description: { type: 'textarea', filterable: false }, ...more });
  const activity = (more: Partial<FindQuery> = {}) =>
    find({ object: 'Task', by: '$activity', values: [KEY], fields: [], near, record: { object: 'Contact', id: C1 }, ...more });
  const T1 = toId18('00T000000000001')!;

  it('asks the unique field, which needs no bounds', async () => {
    const key = { type: 'string', length: 255, externalId: true, unique: true };
    const { connector, seen, call } = connect({ activityKeyField: 'Key__c' }, task({ Key__c: key }), rows(row(T1, { Key__c: KEY })));
    expect((await connector.find(activity(), call)).found).toMatchObject([{ value: KEY, record: { id: T1 } }]);
    expect(seen[1]).toMatchObject({ path: '/services/data/v66.0/queryAll' });
    expect(seen[1]!.q).toMatch(/WHERE Key__c IN \('retell:call_\\'1'\) AND IsDeleted = FALSE$/);
  });
  it('asks CallObject within a day of the call', async () => {
    const { connector, seen, call } = connect({}, task({ CallObject: 'string' }), rows(row(T1, { CallObject: KEY })));
    expect((await connector.find(activity(), call)).found).toHaveLength(1);
    expect(seen[1]!.q).toContain("WHERE CallObject IN ('retell:call_\\'1') AND CreatedDate >= 2026-04-30T10:00:00Z AND IsDeleted = FALSE");
  });
  it('else reads the last line of the tasks of that record', async () => {
    const { connector, seen, call } = connect(
      {},
      task(),
      rows(row(T1, { Description: `Hello\nRef: ${KEY}\n` }), row(C2, { Description: `Ref: ${KEY}0` })),
    );
    expect((await connector.find(activity(), call)).found.map(({ record }) => record.id)).toEqual([T1]);
    expect(seen[1]!.q).toContain(`WHERE (WhoId = '${C1}' OR WhatId = '${C1}') AND CreatedDate >= 2026-04-30T10:00:00Z`);
  });
  it('else those that the connected user made', async () => {
    const { record: _, ...anywhere } = activity();
    const { connector, seen, call } = connect({}, task(), rows());
    const { completeUntil } = await connector.find(anywhere, call);
    expect(seen[1]!.q).toContain("WHERE CreatedById = '005x00000012Q9PAAU' AND CreatedDate");
    expect(completeUntil).toBe(NOW);
  });
  it('proves nothing where the text is hidden', async () => {
    const { connector, call } = connect({}, described('Task', {}), rows());
    expect((await connector.find(activity(), call)).completeUntil).toBe(0);
  });
});
