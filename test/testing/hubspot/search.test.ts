import { describe, expect, it } from 'vitest';
import { idsOf, portal } from './api.ts';

/** 2026-11-01 in milliseconds. */
const MIDNIGHT = 1_793_491_200_000;

const setup = () => {
  const made = portal({
    properties: {
      contacts: {
        score: { type: 'number' },
        met: { type: 'date' },
        tags: { type: 'enumeration', fieldType: 'checkbox', options: ['a', 'b', 'c'] },
      },
    },
  });
  const { crm, clock } = made;
  const ann = crm.add('contacts', {
    email: 'ann@example.com',
    firstname: 'Ann',
    lastname: 'Smith-Jones',
    score: 5,
    met: '2026-11-01',
    tags: 'a;b',
    hs_lead_status: 'NEW',
  });
  clock.advance(1000);
  const bea = crm.add('contacts', { email: 'bea@example.org', firstname: 'Bea', score: 10, met: '2026-11-02', hs_lead_status: 'OPEN' });
  clock.advance(1000);
  const cid = crm.add('contacts', { firstname: 'Cid', city: '' });
  return { ...made, names: new Map([ann, bea, cid].map(({ id, properties }) => [id, String(properties['firstname'])])), ann, bea, cid };
};

describe('a filter', () => {
  const CASES: Record<string, readonly (readonly [filter: Readonly<Record<string, unknown>>, finds: string])[]> = {
    EQ: [
      [{ propertyName: 'firstname', value: 'ANN' }, 'Ann'],
      [{ propertyName: 'hs_lead_status', value: 'NEW' }, 'Ann'],
      [{ propertyName: 'hs_lead_status', value: 'new' }, ''],
      [{ propertyName: 'score', value: '5.0' }, 'Ann'],
      [{ propertyName: 'score', value: 5 }, 'Ann'],
      [{ propertyName: 'met', value: String(MIDNIGHT) }, 'Ann'],
      [{ propertyName: 'met', value: '2026-11-01' }, 'Ann'],
      [{ propertyName: 'tags', value: 'b' }, 'Ann'],
      [{ propertyName: 'hs_is_contact', value: 'true' }, 'Ann Bea Cid'],
    ],
    NEQ: [
      [{ propertyName: 'firstname', value: 'ann' }, 'Bea Cid'],
      [{ propertyName: 'score', value: '5' }, 'Bea Cid'],
    ],
    LT: [[{ propertyName: 'score', value: '10' }, 'Ann']],
    LTE: [[{ propertyName: 'score', value: '10' }, 'Ann Bea']],
    GT: [
      [{ propertyName: 'score', value: '9' }, 'Bea'],
      [{ propertyName: 'lastmodifieddate', value: '2026-11-01T10:00:01.499Z' }, 'Bea Cid'],
      [{ propertyName: 'createdate', value: '1793527201500' }, 'Cid'],
    ],
    GTE: [[{ propertyName: 'met', value: '2026-11-02' }, 'Bea']],
    BETWEEN: [
      [{ propertyName: 'score', value: '5', highValue: '9' }, 'Ann'],
      [{ propertyName: 'firstname', value: 'b', highValue: 'c' }, 'Bea'],
    ],
    IN: [
      [{ propertyName: 'firstname', values: ['ann', 'cid'] }, 'Ann Cid'],
      [{ propertyName: 'firstname', values: ['Ann'] }, ''],
      [{ propertyName: 'hs_lead_status', values: ['NEW', 'OPEN'] }, 'Ann Bea'],
      [{ propertyName: 'tags', values: ['b', 'c'] }, 'Ann'],
      [{ propertyName: 'score', values: ['10'] }, 'Bea'],
    ],
    NOT_IN: [
      [{ propertyName: 'firstname', values: ['ann'] }, 'Bea Cid'],
      [{ propertyName: 'score', values: ['10'] }, 'Ann Cid'],
    ],
    HAS_PROPERTY: [
      [{ propertyName: 'email' }, 'Ann Bea'],
      [{ propertyName: 'city' }, ''],
    ],
    NOT_HAS_PROPERTY: [[{ propertyName: 'score' }, 'Cid']],
    CONTAINS_TOKEN: [
      [{ propertyName: 'lastname', value: 'jones' }, 'Ann'],
      [{ propertyName: 'lastname', value: 'jon' }, ''],
      [{ propertyName: 'lastname', value: 'jon*' }, 'Ann'],
      [{ propertyName: 'email', value: '*@example.org' }, 'Bea'],
    ],
    NOT_CONTAINS_TOKEN: [[{ propertyName: 'lastname', value: 'smith' }, 'Bea Cid']],
  };
  const rows = Object.entries(CASES).flatMap(([operator, cases]) => cases.map(([filter, finds]) => [operator, filter, finds] as const));
  it.each(rows)('%s %j finds %s', async (operator, filter, finds) => {
    const { found, names } = setup();
    expect((await found('contacts', { ...filter, operator })).map((id) => names.get(id)).join(' ')).toBe(finds);
  });

  it('goes by ids as numbers', async () => {
    const { crm, found } = portal();
    const ids = Array.from({ length: 12 }, () => crm.add('companies', { name: 'x' }).id).toSorted((a, b) => Number(a) - Number(b));
    expect(ids).not.toEqual(ids.toSorted());
    expect(
      (await found('companies', { propertyName: 'hs_object_id', operator: 'GT', value: ids[4] })).toSorted((a, b) => Number(a) - Number(b)),
    ).toEqual(ids.slice(5));
  });

  it('by a tie finds records of the tied one', async () => {
    const { crm, found } = portal();
    const ann = crm.add('contacts', { firstname: 'Ann' });
    const [open, closed, other] = ['contractsent', 'closedwon', 'contractsent'].map((dealstage) => crm.add('deals', { dealstage }).id);
    crm.associate(open!, ann.id);
    crm.associate(closed!, ann.id);
    const of = { propertyName: 'associations.contact', operator: 'EQ', value: ann.id };
    expect(await found('deals', of)).toEqual([open, closed]);
    expect(await found('deals', of, { propertyName: 'hs_is_closed', operator: 'EQ', value: 'false' })).toEqual([open]);
    expect(await found('deals', { ...of, value: other })).toEqual([]);
  });

  it('and filter of a group hold together; one group is enough', async () => {
    const { search, ann, bea, cid } = setup();
    const filterGroups = [
      {
        filters: [
          { propertyName: 'score', operator: 'GT', value: '1' },
          { propertyName: 'hs_lead_status', operator: 'EQ', value: 'OPEN' },
        ],
      },
      { filters: [{ propertyName: 'firstname', operator: 'EQ', value: 'cid' }] },
    ];
    expect(idsOf(await search('contacts', { filterGroups }))).toEqual([bea.id, cid.id]);
    expect(idsOf(await search('contacts', {}))).toEqual([ann.id, bea.id, cid.id]);
  });

  const one = { propertyName: 'firstname', operator: 'EQ', value: 'x' };
  it.each<readonly [string, unknown, string | object]>([
    [
      'an unknown property',
      { filterGroups: [{ filters: [{ ...one, propertyName: 'nothing' }] }] },
      { message: 'Property "nothing" does not exist', code: 'PROPERTY_DOESNT_EXIST' },
    ],
    [
      'an unknown operator',
      { filterGroups: [{ filters: [{ ...one, operator: 'LIKE' }] }] },
      { message: expect.stringContaining('LIKE is no operator') },
    ],
    ['no value', { filterGroups: [{ filters: [{ ...one, value: undefined }] }] }, { message: 'EQ needs a value' }],
    ['no high value', { filterGroups: [{ filters: [{ ...one, operator: 'BETWEEN' }] }] }, { message: 'BETWEEN needs a highValue' }],
    ['no values', { filterGroups: [{ filters: [{ ...one, operator: 'IN' }] }] }, { message: 'IN needs values' }],
    [
      'a value too much',
      { filterGroups: [{ filters: [{ ...one, operator: 'HAS_PROPERTY' }] }] },
      { message: 'HAS_PROPERTY takes no value' },
    ],
    [
      'a value of another type',
      { filterGroups: [{ filters: [{ ...one, propertyName: 'createdate', value: 'soon' }] }] },
      { message: '"soon" is no value of createdate' },
    ],
    [
      'a tie of a custom object',
      { filterGroups: [{ filters: [{ ...one, propertyName: 'associations.machine' }] }] },
      { message: 'associations.machine can not be searched by' },
    ],
    ['six groups', { filterGroups: Array(6).fill({ filters: [one] }) }, { message: 'At most 5 filterGroups are allowed' }],
    ['seven filters', { filterGroups: [{ filters: Array(7).fill(one) }] }, { message: 'At most 6 filters are allowed in a group' }],
    [
      'nineteen filters',
      { filterGroups: [6, 6, 6, 1].map((length) => ({ filters: Array(length).fill(one) })) },
      { message: 'At most 18 filters are allowed' },
    ],
    ['two sorts', { sorts: ['firstname', 'lastname'] }, { message: 'Only one sort is allowed' }],
    ['a sort by nothing', { sorts: ['nothing'] }, { message: 'Property "nothing" does not exist', code: 'PROPERTY_DOESNT_EXIST' }],
  ])('refuses %s', async (_, body, error) => {
    expect(await portal().search('contacts', body)).toMatchObject({
      status: 400,
      body: { message: 'There was a problem with the request.', category: 'VALIDATION_ERROR', errors: [error] },
    });
  });

  it.each([
    ['limit 201', { limit: 201 }, 'limit must be between 0 and 200'],
    ['a cursor that is no number', { after: 'abc' }, 'after must be an integer, not "abc"'],
    [
      'a filter without a name',
      { filterGroups: [{ filters: [{}] }] },
      expect.stringContaining('some of required attributes are not set [propertyName, operator]'),
    ],
    ['a long request', { query: 'x'.repeat(3000) }, 'The request is too long: at most 3000 characters are allowed'],
    ['groups that are no list', { filterGroups: {} }, expect.stringContaining('Invalid input JSON')],
  ])('refuses %s', async (_, body, message) => {
    expect(await portal().search('contacts', body)).toMatchObject({ status: 400, body: { message } });
  });

  it('does not mind a long list of properties', async () => {
    const { search } = portal();
    expect((await search('contacts', { properties: Array.from({ length: 400 }, (_, index) => `property_${index}`) })).status).toBe(200);
  });
});

describe('a search', () => {
  it('shows what it asks for beside the stamps, null where it is not set', async () => {
    const { ann, search } = setup();
    const filterGroups = [{ filters: [{ propertyName: 'firstname', operator: 'EQ', value: 'ann' }] }];
    const [row] = (await search('contacts', { filterGroups, properties: ['phone', 'nothing'] })).body.results;
    expect(row.properties).toEqual({
      createdate: '2026-11-01T10:00:00.500Z',
      hs_object_id: ann.id,
      lastmodifieddate: '2026-11-01T10:00:00.500Z',
      phone: null,
    });
  });

  it('pages by an offset, 10 at a time, until `paging` is absent', async () => {
    const { crm, search } = portal();
    for (let index = 0; index < 25; index += 1) crm.add('companies', { name: `c${index}` });
    const pages = [];
    let after: string | undefined;
    do {
      const { body } = await search('companies', after === undefined ? {} : { after });
      pages.push([body.total, body.results.length]);
      after = body.paging?.next.after;
    } while (after !== undefined);
    expect(pages).toEqual([
      [25, 10],
      [25, 10],
      [25, 5],
    ]);
  });

  it('has shorter pages where the test says so, and says that there is more', async () => {
    const { crm, search } = portal({ pageSizeMax: 2 });
    for (let index = 0; index < 3; index += 1) crm.add('companies', { name: 'x' });
    const { body } = await search('companies', { limit: 200 });
    expect([body.results.length, body.paging.next.after]).toEqual([2, '2']);
  });

  it('stops at 10,000: it tells how many there are, and refuses to go on', async () => {
    const { crm, search } = portal();
    for (let index = 0; index < 10_001; index += 1) crm.add('companies', { name: 'x' });
    const last = await search('companies', { limit: 200, after: '9800' });
    expect([last.body.total, last.body.results.length, last.body.paging]).toEqual([10_001, 200, { next: { after: '10000' } }]);
    expect(await search('companies', { limit: 200, after: '10000' })).toMatchObject({
      status: 400,
      body: { category: 'VALIDATION_ERROR' },
    });
    expect((await search('companies', { limit: 200, after: '9900' })).status).toBe(400);
  });

  it.each<readonly [unknown, string]>([
    [{ propertyName: 'score', direction: 'DESCENDING' }, 'Bea Ann Cid'],
    [{ propertyName: 'score', direction: 'ASCENDING' }, 'Ann Bea Cid'],
    ['-firstname', 'Cid Bea Ann'],
    ['createdate', 'Ann Bea Cid'],
  ])('sorts by %j, what is blank last', async (sort, order) => {
    const { search, names } = setup();
    expect(
      idsOf(await search('contacts', { sorts: [sort] }))
        .map((id) => names.get(id))
        .join(' '),
    ).toBe(order);
  });

  it.each([
    ['ann', 'Ann'],
    ['smith an', 'Ann'],
    ['bea@example.org', 'Bea'],
    ['example', 'Ann Bea'],
    ['nobody', ''],
  ])('for %j looks into the usual properties', async (query, finds) => {
    const { search, names } = setup();
    expect(
      idsOf(await search('contacts', { query }))
        .map((id) => names.get(id))
        .join(' '),
    ).toBe(finds);
  });

  it('for a phone number goes by its digits without the country code', async () => {
    const { crm, search } = portal();
    const ann = crm.add('contacts', { firstname: 'Ann', phone: '+1 (415) 555-0100' });
    expect(idsOf(await search('contacts', { query: '4155550100' }))).toEqual([ann.id]);
    expect(idsOf(await search('contacts', { query: '415-555-0100' }))).toEqual([ann.id]);
    expect(idsOf(await search('contacts', { query: '14155550100' }))).toEqual([]);
  });

  it('finds no archived record', async () => {
    const { crm, ann, found } = setup();
    crm.remove(ann.id);
    expect(await found('contacts', { propertyName: 'firstname', operator: 'EQ', value: 'ann' })).toEqual([]);
  });
});

describe('the index lags', () => {
  const lagging = () => portal({ indexLagMs: 5000 });
  const named = (value: string) => ({ propertyName: 'firstname', operator: 'EQ', value });

  it('behind a creation, an edit, an archival and a restoration', async () => {
    const { clock, crm, found, get } = lagging();
    const ann = crm.add('contacts', { firstname: 'Ann' });
    expect(await found('contacts', named('ann'))).toEqual([]);
    expect((await get(`contacts/${ann.id}`)).status).toBe(200);
    clock.advance(5000);
    expect(await found('contacts', named('ann'))).toEqual([ann.id]);
    crm.edit(ann.id, { firstname: 'Anna' });
    expect([await found('contacts', named('ann')), await found('contacts', named('anna'))]).toEqual([[ann.id], []]);
    clock.advance(4999);
    expect(await found('contacts', named('ann'))).toEqual([ann.id]);
    clock.advance(1);
    expect([await found('contacts', named('ann')), await found('contacts', named('anna'))]).toEqual([[], [ann.id]]);
    crm.remove(ann.id);
    expect(await found('contacts', named('anna'))).toEqual([ann.id]);
    clock.advance(5000);
    expect(await found('contacts', named('anna'))).toEqual([]);
    crm.restore(ann.id);
    clock.advance(5000);
    expect(await found('contacts', named('anna'))).toEqual([ann.id]);
  });

  it('and shows the values and the stamp of then', async () => {
    const { clock, crm, search } = lagging();
    const ann = crm.add('contacts', { firstname: 'Ann' });
    clock.advance(6000);
    crm.edit(ann.id, { firstname: 'Anna' });
    const [row] = (await search('contacts', { properties: ['firstname'] })).body.results;
    expect([row.properties.firstname, row.properties.lastmodifieddate, row.updatedAt]).toEqual([
      'Ann',
      '2026-11-01T10:00:00.500Z',
      '2026-11-01T10:00:00.500Z',
    ]);
  });

  it('behind several edits in a row', async () => {
    const { clock, crm, found } = lagging();
    const ann = crm.add('contacts', { firstname: 'A0' });
    for (let index = 1; index <= 3; index += 1) {
      clock.advance(2000);
      crm.edit(ann.id, { firstname: `A${index}` });
    }
    expect(await found('contacts', named('a0'))).toEqual([ann.id]);
    clock.advance(4000);
    expect(await found('contacts', named('a2'))).toEqual([ann.id]);
    clock.advance(1000);
    expect(await found('contacts', named('a3'))).toEqual([ann.id]);
  });

  it('behind a tie', async () => {
    const { clock, crm, found } = lagging();
    const [ann, deal] = [crm.add('contacts', { firstname: 'Ann' }), crm.add('deals', {})];
    clock.advance(5000);
    crm.associate(deal.id, ann.id);
    const of = { propertyName: 'associations.contact', operator: 'EQ', value: ann.id };
    expect(await found('deals', of)).toEqual([]);
    clock.advance(5000);
    expect(await found('deals', of)).toEqual([deal.id]);
  });
});
