import { describe, expect, it } from 'vitest';
import { type ApiAnswer, portal } from './api.ts';

const setup = (version = '2026-09') => {
  const made = portal({ labels: [{ from: 'contacts', to: 'companies', label: 'Billing contact', inverseLabel: 'Pays' }] }, version);
  const { crm, post } = made;
  const base = `/crm/associations/${version}`;
  return {
    ...made,
    ann: crm.add('contacts', { firstname: 'Ann' }),
    acme: crm.add('companies', { name: 'Acme' }),
    initech: crm.add('companies', { name: 'Initech' }),
    base,
    read: (from: string, to: string, ...ids: string[]) => post(`${base}/${from}/${to}/batch/read`, { inputs: ids.map((id) => ({ id })) }),
    tie: (from: string, to: string, fromId: string, toId: string, associationTypeId: number, associationCategory = 'HUBSPOT_DEFINED') =>
      post(`${base}/${from}/${to}/batch/create`, {
        inputs: [{ from: { id: fromId }, to: { id: toId }, types: [{ associationCategory, associationTypeId }] }],
      }),
  };
};
const typeIds = (answer: ApiAnswer): readonly number[] =>
  answer.body.results[0].to[0].associationTypes
    .map(({ typeId }: { readonly typeId: number }) => typeId)
    .toSorted((a: number, b: number) => a - b);

/** What each object is tied to without a label, in both directions. */
const PLAIN: Record<string, Record<string, readonly [there: number, back: number]>> = {
  contacts: { contacts: [449, 449], companies: [279, 280], deals: [4, 3], tickets: [15, 16] },
  companies: { companies: [450, 450], deals: [342, 341], tickets: [340, 339] },
  deals: { deals: [451, 451], tickets: [27, 28] },
  tickets: { tickets: [452, 452] },
  calls: { contacts: [194, 193], companies: [182, 181], deals: [206, 205], tickets: [220, 219] },
  communications: { contacts: [81, 82], companies: [87, 88], deals: [85, 86], tickets: [83, 84] },
  notes: { contacts: [202, 201], companies: [190, 189], deals: [214, 213], tickets: [228, 227] },
};
const PAIRS = Object.entries(PLAIN).flatMap(([from, row]) => Object.entries(row).map(([to, ids]) => [from, to, ...ids] as const));

describe('a tie', () => {
  it.each(PAIRS)('from %s to %s has the number %i, and %i back', async (from, to, there, back) => {
    const { crm, base, get, read, tie } = setup();
    const [one, other] = [crm.add(from, {}), crm.add(to, {})];
    expect((await tie(from, to, one.id, other.id, there)).status).toBe(201);
    expect(typeIds(await read(from, to, one.id))).toContain(there);
    expect(typeIds(await read(to, from, other.id))).toContain(back);
    const labels = (await get(`${base}/${from}/${to}/labels`)).body.results;
    expect(labels).toContainEqual({ category: 'HUBSPOT_DEFINED', typeId: there, label: null });
  });

  it.each([
    ['of the other direction', 193, 'invalid from object type 0-48 for associations to be created. expected: 0-1. For definition 0-193'],
    ['of another object', 206, 'invalid to object type 0-1 for associations to be created. expected: 0-3. For definition 0-206'],
    ['that does not exist', 999, 'No association type with id 999 and category HUBSPOT_DEFINED exists'],
  ])('with a number %s is refused', async (_, typeId, message) => {
    const { crm, ann, create, put, tie } = setup();
    const call = crm.add('calls', {});
    const { status, body } = await tie('calls', 'contacts', call.id, ann.id, typeId);
    expect([status, body.errors[0].category, body.errors[0].message]).toEqual([207, 'VALIDATION_ERROR', message]);
    const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: typeId }];
    expect(await put(`calls/${call.id}/associations/contacts/${ann.id}`, types)).toMatchObject({ status: 400, body: { message } });
    if (typeId !== 206)
      expect(await create('calls', { hs_timestamp: '1793527200000' }, [{ to: { id: ann.id }, types }])).toMatchObject({
        status: 400,
        body: { message },
      });
    expect(crm.record(call.id).associations).toEqual({});
  });

  it.each([
    ['nobody', '99'],
    ['an archived record', null],
  ])('to %s is refused', async (_, id) => {
    const { crm, ann, create } = setup();
    crm.remove(ann.id);
    const gone = id ?? ann.id;
    const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }];
    expect((await create('notes', { hs_timestamp: '1793527200000' }, [{ to: { id: gone }, types }])).body).toMatchObject({
      message: 'One or more associations are invalid',
      category: 'VALIDATION_ERROR',
      context: { INVALID_OBJECT_IDS: [`CONTACT=${gone} is not valid`], objectId: [gone], objectType: ['CONTACT'] },
    });
    expect(crm.list('notes')).toEqual([]);
  });

  it.each([
    ['no types', [{ to: { id: '1' }, types: [] }]],
    ['no record', [{ types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }] }]],
    ['no list', {}],
  ])('with %s is refused', async (_, associations) => {
    expect((await setup().create('notes', { hs_timestamp: '1793527200000' }, associations)).status).toBe(400);
  });
});

describe('reading ties', () => {
  it('gives numbers for ids, and every kind of tie', async () => {
    const { crm, ann, acme, read } = setup();
    crm.associate(ann.id, acme.id, 'Billing contact');
    const { status, body } = await read('contacts', 'companies', ann.id);
    expect([status, body.results]).toEqual([
      200,
      [
        {
          from: { id: ann.id },
          to: [
            {
              toObjectId: Number(acme.id),
              associationTypes: [
                { category: 'HUBSPOT_DEFINED', typeId: 279, label: null },
                { category: 'USER_DEFINED', typeId: 2001, label: 'Billing contact' },
                { category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' },
              ],
            },
          ],
        },
      ],
    ]);
  });

  it('of a record without any, or of none, answers 207 with an error that is none', async () => {
    const { ann, read } = setup();
    const { status, body } = await read('contacts', 'companies', ann.id, '99');
    expect([status, body.results, body.numErrors]).toEqual([207, [], 2]);
    expect(body.errors[0]).toEqual({
      status: 'error',
      category: 'OBJECT_NOT_FOUND',
      subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
      message: `No company is associated with contact ${ann.id}.`,
      context: { fromObjectId: [ann.id], fromObjectType: ['contact'], toObjectType: ['company'] },
    });
  });

  it('leaves archived records out until they are restored', async () => {
    const { crm, ann, acme, read } = setup();
    crm.associate(ann.id, acme.id);
    crm.remove(acme.id);
    expect((await read('contacts', 'companies', ann.id)).body.results).toEqual([]);
    crm.restore(acme.id);
    expect((await read('contacts', 'companies', ann.id)).body.results).toHaveLength(1);
  });

  it('pages what one record is tied to', async () => {
    const { crm, base, post } = setup();
    const made = portal({ pageSizeMax: 2 });
    expect(crm).not.toBe(made.crm);
    const acme = made.crm.add('companies', { name: 'Acme' });
    const people = Array.from({ length: 3 }, () => made.crm.add('contacts', { firstname: 'x' }).id);
    for (const id of people) made.crm.associate(id, acme.id);
    const seen: number[] = [];
    let after: string | undefined;
    do {
      const [row] = (await made.post(`${base}/companies/contacts/batch/read`, { inputs: [{ id: acme.id, after }] })).body.results;
      seen.push(...row.to.map(({ toObjectId }: { toObjectId: number }) => toObjectId));
      after = row.paging?.next.after;
    } while (after !== undefined);
    expect(seen).toEqual(people.map(Number).toSorted((a, b) => a - b));
    expect((await post(`${base}/companies/contacts/batch/read`, { inputs: Array(1001).fill({ id: '1' }) })).status).toBe(400);
  });

  it('of one record by its path goes before 2026-09, and not after', async () => {
    const { crm, ann, acme, get } = setup('2026-03');
    crm.associate(ann.id, acme.id);
    expect((await get(`contacts/${ann.id}/associations/companies`)).body).toEqual({
      results: [{ toObjectId: Number(acme.id), associationTypes: expect.any(Array) }],
    });
    expect((await get(`/crm/objects/2026-09/contacts/${ann.id}/associations/companies`)).status).toBe(404);
  });
});

describe('the primary company', () => {
  it('is the first one, until another one is made it; the contact tells its id and moves its stamp', async () => {
    const { clock, crm, ann, acme, initech, read, tie } = setup();
    const state = () => {
      const { associatedcompanyid, lastmodifieddate } = crm.record(ann.id).properties;
      return [associatedcompanyid, lastmodifieddate.slice(17)];
    };
    clock.advance(1000);
    await tie('contacts', 'companies', ann.id, acme.id, 279);
    expect(state()).toEqual([acme.id, '01.500Z']);
    await tie('contacts', 'companies', ann.id, initech.id, 279);
    expect(state()[0]).toBe(acme.id);
    await tie('contacts', 'companies', ann.id, initech.id, 1);
    expect(state()[0]).toBe(initech.id);
    expect((await read('companies', 'contacts', acme.id)).body.results[0].to[0].associationTypes).toEqual([
      { category: 'HUBSPOT_DEFINED', typeId: 280, label: null },
    ]);
  });

  it('is one only, also where a former one is made it again, and the stamp moves each time', async () => {
    const { crm, clock, ann, acme, initech, read } = setup();
    const stamps = new Set<string>();
    for (const company of [acme, initech, acme, initech]) {
      clock.advance(1_000);
      crm.associate(ann.id, company.id, 'Primary');
      const answer = await read('contacts', 'companies', ann.id);
      const ties = answer.body.results[0].to as readonly { toObjectId: number; associationTypes: readonly { typeId: number }[] }[];
      const primary = ties.filter(({ associationTypes }) => associationTypes.some(({ typeId }) => typeId === 1));
      expect(primary.map(({ toObjectId }) => String(toObjectId))).toEqual([company.id]);
      expect(crm.record(ann.id).properties['associatedcompanyid']).toBe(company.id);
      stamps.add(crm.record(ann.id).properties['lastmodifieddate']);
    }
    expect(stamps.size).toBe(4);
  });

  it('loses its place in the bin, too: taken out again it is not a second one', () => {
    const { crm, ann, acme, initech } = setup();
    crm.associate(ann.id, acme.id, 'Primary');
    crm.remove(acme.id);
    crm.associate(ann.id, initech.id, 'Primary');
    crm.restore(acme.id);
    expect(crm.record(ann.id).properties['associatedcompanyid']).toBe(initech.id);
  });

  it('is the first one from whichever side it is tied', async () => {
    const { crm, ann, acme, initech, tie } = setup();
    await tie('companies', 'contacts', acme.id, ann.id, 280);
    await tie('companies', 'contacts', initech.id, ann.id, 280);
    expect(crm.record(ann.id).properties['associatedcompanyid']).toBe(acme.id);
    await tie('companies', 'contacts', initech.id, ann.id, 2);
    expect(crm.record(ann.id).properties['associatedcompanyid']).toBe(initech.id);
  });

  it('goes with its company, and the stamp of the contact moves', () => {
    const { clock, crm, ann, acme } = setup();
    crm.associate(ann.id, acme.id);
    clock.advance(1000);
    crm.remove(acme.id);
    expect(crm.record(ann.id).properties).toMatchObject({ associatedcompanyid: null, lastmodifieddate: '2026-11-01T10:00:01.500Z' });
  });
});

describe('tying and untying', () => {
  it('answers what was tied', async () => {
    const { ann, acme, base, post, put, tie } = setup();
    const pair = { fromObjectTypeId: '0-1', fromObjectId: ann.id, toObjectTypeId: '0-2', toObjectId: acme.id };
    expect((await tie('contacts', 'companies', ann.id, acme.id, 1)).body).toMatchObject({
      status: 'COMPLETE',
      results: [{ ...pair, labels: ['Primary'] }],
    });
    const types = [{ associationCategory: 'USER_DEFINED', associationTypeId: 2001 }];
    expect(await put(`contacts/${ann.id}/associations/companies/${acme.id}`, types)).toMatchObject({
      status: 201,
      body: { ...pair, labels: ['Billing contact'] },
    });
    const spec = (associationTypeId: number) => ({ associationCategory: 'HUBSPOT_DEFINED', associationTypeId });
    const both = [
      { from: { id: ann.id }, to: { id: acme.id }, associationSpec: spec(279) },
      { from: { id: acme.id }, to: { id: ann.id }, associationSpec: spec(280) },
    ];
    expect(await put(`contacts/${ann.id}/associations/default/companies/${acme.id}`)).toMatchObject({
      status: 200,
      body: { results: both },
    });
    const inputs = [{ from: { id: ann.id }, to: { id: acme.id } }];
    expect(await post(`${base}/contacts/companies/batch/associate/default`, { inputs })).toMatchObject({
      status: 200,
      body: { results: both },
    });
  });

  it('removes every tie of two records, and says nothing where there is none', async () => {
    const { crm, ann, acme, base, post, remove } = setup();
    crm.associate(ann.id, acme.id, 'Billing contact');
    for (let time = 0; time < 2; time += 1) expect((await remove(`contacts/${ann.id}/associations/companies/${acme.id}`)).status).toBe(204);
    expect(crm.record(acme.id).associations).toEqual({});
    crm.associate(ann.id, acme.id);
    expect(
      (await post(`${base}/contacts/companies/batch/archive`, { inputs: [{ from: { id: ann.id }, to: [{ id: acme.id }] }] })).status,
    ).toBe(204);
    expect(crm.record(ann.id)).toMatchObject({ associations: {}, properties: { associatedcompanyid: null } });
    expect(() => crm.dissociate(ann.id, acme.id)).toThrow('are not associated');
  });

  it('reads labels of the portal in both directions', async () => {
    const { base, get } = setup();
    expect((await get(`${base}/contacts/companies/labels`)).body.results).toEqual([
      { category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' },
      { category: 'HUBSPOT_DEFINED', typeId: 279, label: null },
      { category: 'USER_DEFINED', typeId: 2001, label: 'Billing contact' },
    ]);
    expect((await get(`${base}/companies/contacts/labels`)).body.results.at(-1)).toEqual({
      category: 'USER_DEFINED',
      typeId: 2002,
      label: 'Pays',
    });
  });

  it('of objects that cannot be tied is the mistake of the test', () => {
    const { crm, ann } = setup();
    const [call, note] = [crm.add('calls', {}), crm.add('notes', {})];
    expect(() => crm.associate(call.id, note.id)).toThrow('no plain tie goes from calls to notes');
    expect(() => crm.associate(ann.id, crm.add('companies', { name: 'x' }).id, 'Nobody')).toThrow('no tie "Nobody"');
  });
});
