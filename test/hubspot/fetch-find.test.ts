import { describe, expect, it } from 'vitest';
import type { FindQuery } from '../../src/ports/connector.ts';
import { connect, contacts, found, json, NOW, page, properties, refused, row, rows } from './scripted.ts';

const MINUTE = 60_000;
const fetching = { object: 'contacts', fields: ['firstname'] };
const missing = (...ids: string[]) =>
  json(
    {
      status: 'COMPLETE',
      results: [],
      numErrors: 1,
      errors: [{ status: 'error', category: 'OBJECT_NOT_FOUND', message: 'x', context: { ids } }],
    },
    207,
  );

describe('fetch', () => {
  it('gives one answer per id, in order, from one request, and sends no text that is no id', async () => {
    const { connector, seen, call } = connect({}, contacts(), rows(row('102', { firstname: 'Bea' }), row('101', { firstname: '' })));
    const records = await connector.fetch({ ...fetching, ids: ['101', "x' OR 1", '102', '101', '0101'] }, call);
    expect(records.map((record) => [record.id, record.state])).toEqual([
      ['101', 'present'],
      ["x' OR 1", 'missing'],
      ['102', 'present'],
      ['101', 'present'],
      ['0101', 'missing'],
    ]);
    expect(records[0]).toMatchObject({ values: { firstname: null }, modifiedAt: new Date(NOW).toISOString() });
    expect(seen[1]!.json).toEqual({
      properties: ['firstname', 'lastmodifieddate', 'hs_merged_object_ids'],
      inputs: [{ id: '101' }, { id: '102' }],
    });
  });
  it('takes an archived record for deleted', async () => {
    const { connector, seen, call } = connect({}, contacts(), missing('101'), rows({ ...row('101'), archived: true }));
    expect(await connector.fetch({ ...fetching, ids: ['101'] }, call)).toEqual([{ id: '101', state: 'deleted' }]);
    expect(seen[2]!.query).toEqual({ archived: 'true' });
  });
  it('takes the record that keeps its id for the one it was merged into', async () => {
    const { connector, call } = connect({}, contacts(), rows(row('301', { hs_merged_object_ids: '101;201' }), row('102')));
    expect(await connector.fetch({ ...fetching, ids: ['101', '102'] }, call)).toMatchObject([
      { id: '101', state: 'merged', successor: '301' },
      { id: '102', state: 'present' },
    ]);
  });
  it('takes an answer under another id for the record it was merged into', async () => {
    const { connector, call } = connect({}, contacts(), rows(row('301')), rows(), found());
    expect(await connector.fetch({ ...fetching, ids: ['101'] }, call)).toEqual([{ id: '101', state: 'merged', successor: '301' }]);
  });
  it('searches for the record that a lost one was merged into, and believes its own list only', async () => {
    const { connector, seen, call } = connect(
      {},
      contacts(),
      missing('101', '102'),
      rows(),
      found(row('301', { hs_merged_object_ids: '101' }), row('302')),
    );
    expect(await connector.fetch({ ...fetching, ids: ['101', '102'] }, call)).toEqual([
      { id: '101', state: 'merged', successor: '301' },
      { id: '102', state: 'missing' },
    ]);
    expect(seen[3]!.json.filterGroups).toEqual([
      { filters: [{ propertyName: 'hs_merged_object_ids', operator: 'IN', values: ['101', '102'] }] },
    ]);
  });
  it('takes no answer, and evidence that HubSpot does not offer, for no deletion', async () => {
    const { connector, call } = connect({}, contacts(), missing('101'), refused(400, 'VALIDATION_ERROR'), refused(403, 'MISSING_SCOPES'));
    expect(await connector.fetch({ ...fetching, ids: ['101'] }, call)).toEqual([{ id: '101', state: 'missing' }]);
  });
  it('asks for no evidence of activities: they are gone at once, and never merged', async () => {
    const { connector, seen, call } = connect({}, properties({ hs_call_title: 'string' }), missing('101'));
    expect(await connector.fetch({ object: 'calls', fields: ['hs_call_title'], ids: ['101'] }, call)).toEqual([
      { id: '101', state: 'missing' },
    ]);
    expect(seen).toHaveLength(2);
  });
  it('tells a record without its stamp apart', async () => {
    const bare = { ...row('101'), updatedAt: null, properties: { hs_object_id: '101', firstname: 'Ann' } };
    const { connector, call } = connect({}, contacts(), rows(bare));
    expect(await connector.fetch({ ...fetching, ids: ['101'] }, call)).toMatchObject([{ state: 'unreadable', code: 'undecodable_record' }]);
  });
});

const finding = (more: Partial<FindQuery>): FindQuery => ({
  object: 'contacts',
  by: 'firstname',
  values: ['Ann'],
  fields: ['firstname'],
  ...more,
});

describe('find by a property', () => {
  it('searches, reads what was found, and compares it as it is now', async () => {
    const { connector, seen, call } = connect(
      {},
      contacts(),
      found(row('101'), row('102')),
      rows(row('101', { firstname: 'ANN ' }), row('102', { firstname: 'Bea' })),
    );
    const result = await connector.find(finding({ values: ['Ann', 'Ann'] }), call);
    expect(seen[1]!.json.filterGroups).toEqual([{ filters: [{ propertyName: 'firstname', operator: 'IN', values: ['ann'] }] }]);
    expect(result.found.map(({ value, record }) => [value, record.id])).toEqual([['Ann', '101']]);
    expect(result.completeUntil).toBe(NOW - 2 * MINUTE);
  });
  it('by a unique one reads by it, which knows no lag', async () => {
    const { connector, seen, call } = connect({}, contacts(), rows(row('101', { buyer_key: 'K1' })));
    const result = await connector.find(finding({ by: 'buyer_key', values: ['K1', 'K2'], fields: [] }), call);
    expect(seen[1]!.json).toMatchObject({ idProperty: 'buyer_key', inputs: [{ id: 'K1' }, { id: 'K2' }] });
    expect(result).toMatchObject({ found: [{ value: 'K1', record: { id: '101', values: {} } }], completeUntil: NOW });
  });
  it('compares numbers and times one by one, at most five a request', async () => {
    const { connector, seen, call } = connect({}, contacts(), found(), found());
    await connector.find(finding({ by: 'score', values: ['1', '2', '3', '4', '5', '6', 'soon'] }), call);
    const groups = seen.slice(1).map(({ json: body }) => body.filterGroups.length);
    expect(groups.reduce((sum: number, count: number) => sum + count, 0)).toBe(6);
    expect(Math.max(...groups)).toBeLessThanOrEqual(5);
  });
  it('promises nothing about blank values, and sends none', async () => {
    const { connector, seen, call } = connect({}, contacts());
    expect(await connector.find(finding({ values: ['', ' '] }), call)).toEqual({ found: [], completeUntil: 0 });
    expect(seen).toHaveLength(1);
  });
  it('goes through a large result by id, never by offset', async () => {
    const { connector, seen, call } = connect({}, contacts(), page('200', row('101')), found(row('102')), rows(row('101'), row('102')));
    await connector.find(finding({}), call);
    expect(seen[2]!.json.filterGroups[0].filters.at(-1)).toEqual({ propertyName: 'hs_object_id', operator: 'GT', value: '101' });
  });
  it('by one that HubSpot does not show fails: an empty answer would be taken for the truth', async () => {
    const { connector, call } = connect({}, contacts());
    await expect(connector.find(finding({ by: 'no_such' }), call)).rejects.toMatchObject({
      code: 'field_not_visible',
      category: 'configuration',
    });
  });
});

describe('find by $email', () => {
  it('reads contacts by their address, and searches the others by the further addresses of a contact', async () => {
    const { connector, seen, call } = connect(
      {},
      contacts(),
      rows(row('101', { email: 'ann@example.com', hs_additional_emails: null })),
      found(row('102')),
      rows(row('102', { email: 'bea@example.com', hs_additional_emails: 'x@example.com;b.lee@example.com' })),
    );
    const result = await connector.find(
      finding({ by: '$email', values: ['Ann@example.com', 'b.lee@example.com'], fields: ['email'] }),
      call,
    );
    expect(seen[1]!.json).toMatchObject({ idProperty: 'email', inputs: [{ id: 'ann@example.com' }, { id: 'b.lee@example.com' }] });
    expect(seen[2]!.json.filterGroups).toEqual([
      { filters: [{ propertyName: 'email', operator: 'IN', values: ['b.lee@example.com'] }] },
      { filters: [{ propertyName: 'hs_additional_emails', operator: 'IN', values: ['b.lee@example.com'] }] },
    ]);
    expect(result.found.map(({ value, record }) => [value, record.id])).toEqual([
      ['Ann@example.com', '101'],
      ['b.lee@example.com', '102'],
    ]);
  });
  it('of an object without addresses proves nothing', async () => {
    const { connector, call } = connect({}, properties({ name: 'string' }));
    expect(await connector.find(finding({ object: 'companies', by: '$email', values: ['ann@example.com'] }), call)).toEqual({
      found: [],
      completeUntil: 0,
    });
  });
});

describe('find by $phone', () => {
  it("searches HubSpot's own digits and the usual spellings, and compares what it finds as E.164", async () => {
    const { connector, seen, call } = connect(
      {},
      contacts(),
      found(row('101'), row('102'), row('103')),
      rows(
        row('101', { phone: '(415) 555-0123', mobilephone: null, hs_calculated_phone_number: null }),
        row('102', { phone: '555-0123', mobilephone: null, hs_calculated_phone_number: null }),
        row('103', { phone: '555 0123 home', mobilephone: null, hs_calculated_phone_number: '+14155550123' }),
      ),
    );
    const result = await connector.find(finding({ by: '$phone', values: ['+14155550123'] }), call);
    const { filterGroups } = seen[1]!.json;
    expect(filterGroups.map(({ filters: [filter] }: { filters: { propertyName: string }[] }) => filter!.propertyName)).toEqual([
      'hs_searchable_calculated_phone_number',
      'phone',
      'mobilephone',
    ]);
    expect(filterGroups[0].filters[0].values).toEqual(['4155550123', '14155550123']);
    expect(filterGroups[1].filters[0].values).toEqual(expect.arrayContaining(['+14155550123', '(415) 555-0123', '+1-415-555-0123']));
    expect(result.found.map(({ record }) => record.id)).toEqual(['101', '103']);
    expect(result.completeUntil).toBe(NOW - 2 * MINUTE);
  });
  it('splits many numbers into bodies that HubSpot takes', async () => {
    const numbers = Array.from({ length: 30 }, (_, index) => `+141555501${String(index).padStart(2, '0')}`);
    const { connector, seen, call } = connect({}, contacts(), ...Array.from({ length: 60 }, () => () => found()));
    await connector.find(finding({ by: '$phone', values: numbers }), call);
    const searches = seen.slice(1);
    expect(Math.max(...searches.map(({ text }) => text.length))).toBeLessThanOrEqual(3_000);
    for (const number of numbers)
      for (const name of ['phone', 'mobilephone'])
        expect(
          searches.some(({ text }) => text.includes(`"${name}"`) && text.includes(number)),
          `${name} ${number}`,
        ).toBe(true);
  });
  it('proves nothing about a text that is no number', async () => {
    const { connector, call } = connect({}, contacts());
    expect(await connector.find(finding({ by: '$phone', values: ['anonymous'] }), call)).toEqual({ found: [], completeUntil: 0 });
  });
});

describe('find by $activity', () => {
  const CALLS = { hs_call_external_id: 'string', hs_call_body: 'string', hs_call_title: 'string' };
  const NOTES = { hs_note_body: 'string' };
  const ties = (from: string, ...ids: string[]) =>
    json({
      status: 'COMPLETE',
      results: [
        {
          from: { id: from },
          to: ids.map((id) => ({ toObjectId: id, associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 193, label: null }] })),
        },
      ],
    });
  const query = (object: string): FindQuery => ({
    object,
    by: '$activity',
    values: ['retell:call_1'],
    fields: [],
    near: '2026-11-01T11:00:00.000Z',
    record: { object: 'contacts', id: '500' },
  });
  const activity = (id: string, values: Record<string, string>) => ({
    ...row(id),
    properties: { hs_object_id: id, hs_lastmodifieddate: new Date(NOW).toISOString(), ...values },
  });

  it('finds a call by its external id', async () => {
    const { connector, seen, call } = connect(
      {},
      properties(CALLS),
      found(activity('901', {})),
      rows(activity('901', { hs_call_external_id: 'retell:call_1' })),
    );
    expect((await connector.find(query('calls'), call)).found.map(({ record }) => record.id)).toEqual(['901']);
    expect(seen[1]!.json.filterGroups).toEqual([
      { filters: [{ propertyName: 'hs_call_external_id', operator: 'IN', values: ['retell:call_1'] }] },
    ]);
  });
  it('reads the calls of the record themselves where the search knows none, so that nothing found is proof', async () => {
    const { connector, seen, call } = connect(
      {},
      properties(CALLS),
      found(),
      ties('500', '901', '902'),
      rows(activity('901', { hs_call_external_id: 'retell:call_12' }), activity('902', { hs_call_external_id: 'retell:call_2' })),
    );
    expect(await connector.find(query('calls'), call)).toEqual({ found: [], completeUntil: NOW });
    expect(seen[2]).toMatchObject({ path: '/crm/associations/2026-09/contacts/calls/batch/read', json: { inputs: [{ id: '500' }] } });
  });
  it.each([
    ['as it was written', 'Summary<br>Ref: retell:call_1'],
    ['wrapped by HubSpot', '<div><p>Summary</p><p>Ref: retell:call_1</p></div>\n'],
  ])('finds a note by its last line, %s', async (_, hs_note_body) => {
    const { connector, call } = connect(
      {},
      properties(NOTES),
      ties('500', '901', '902'),
      rows(activity('901', { hs_note_body: 'Ref: retell:call_1 was a mistake' }), activity('902', { hs_note_body })),
    );
    expect((await connector.find(query('notes'), call)).found.map(({ record }) => record.id)).toEqual(['902']);
  });
  it('of a note without a record proves nothing', async () => {
    const { connector, call } = connect({}, properties(NOTES));
    const { record: _, ...loose } = query('notes');
    expect(await connector.find(loose, call)).toEqual({ found: [], completeUntil: 0 });
  });
});
