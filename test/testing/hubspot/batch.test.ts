import { describe, expect, it } from 'vitest';
import { idsOf, portal } from './api.ts';

const setup = () => {
  const made = portal({ properties: { contacts: { ref: { type: 'string', hasUniqueValue: true } } } });
  const [ann, bea] = [
    made.crm.add('contacts', { email: 'a@example.com', city: 'Rome' }),
    made.crm.add('contacts', { email: 'b@example.com' }),
  ];
  return { ...made, ann, bea };
};
const STAMP = '2026-11-01T10:00:00.500Z';
const NO_CONTACTS = 'Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.';

describe('batch read', () => {
  it('answers 200 where all are found, in an order of its own', async () => {
    const { ann, bea, post } = setup();
    const answer = await post('contacts/batch/read', {
      properties: ['city'],
      propertiesWithHistory: [],
      inputs: [{ id: ann.id }, { id: bea.id }],
    });
    expect([answer.status, idsOf(answer)]).toEqual([200, [bea.id, ann.id]]);
    expect(Object.keys(answer.body)).toEqual(['status', 'results', 'startedAt', 'completedAt']);
    expect(answer.body.results[1].properties).toEqual({ city: 'Rome', createdate: STAMP, hs_object_id: ann.id, lastmodifieddate: STAMP });
  });

  it('answers 207 where some are missing, and names them', async () => {
    const { ann, post } = setup();
    expect((await post('contacts/batch/read', { properties: [], inputs: [{ id: ann.id }, { id: '1' }, { id: '2' }] })).body).toEqual({
      status: 'COMPLETE',
      results: [expect.objectContaining({ id: ann.id })],
      numErrors: 1,
      errors: [{ status: 'error', category: 'OBJECT_NOT_FOUND', message: NO_CONTACTS, context: { ids: ['1', '2'] } }],
      startedAt: STAMP,
      completedAt: STAMP,
    });
  });

  it('goes by address or by a unique property', async () => {
    const { ann, bea, crm, post } = setup();
    crm.edit(bea.id, { ref: 'R1' });
    expect(idsOf(await post('contacts/batch/read', { idProperty: 'email', properties: [], inputs: [{ id: 'A@example.com' }] }))).toEqual([
      ann.id,
    ]);
    expect(idsOf(await post('contacts/batch/read', { idProperty: 'ref', properties: [], inputs: [{ id: 'R1' }] }))).toEqual([bea.id]);
    expect((await post('contacts/batch/read', { idProperty: 'city', properties: [], inputs: [{ id: 'Rome' }] })).status).toBe(400);
  });

  it('shows archived records where asked, and them alone', async () => {
    const { ann, bea, crm, post } = setup();
    crm.remove(ann.id);
    const body = { properties: [], inputs: [{ id: ann.id }, { id: bea.id }] };
    expect(idsOf(await post('contacts/batch/read', body))).toEqual([bea.id]);
    const { status, body: archived } = await post('contacts/batch/read?archived=true', body);
    expect([status, archived.results[0].archived, archived.results[0].archivedAt, archived.errors[0].context]).toEqual([
      207,
      true,
      STAMP,
      { ids: [bea.id] },
    ]);
  });

  it.each([
    ['100', 101, [], 'The maximum number of inputs supported in a batch is 100. Please reduce the number of items and try again'],
    [
      '50 with history',
      51,
      ['city'],
      'The maximum number of inputs supported in a batch request for property histories is 50. Please reduce the number of items and try again',
    ],
  ])('takes at most %s', async (_, count, propertiesWithHistory, message) => {
    const inputs = Array.from({ length: count }, (__, index) => ({ id: String(index + 1) }));
    expect(await portal().post('contacts/batch/read', { properties: [], propertiesWithHistory, inputs })).toMatchObject({
      status: 400,
      body: { message },
    });
  });

  it.each([
    [{}, 'Invalid input JSON on line 1, column 2. Some required fields were not set: [inputs]'],
    [{ inputs: {} }, expect.stringContaining('Invalid input JSON')],
    [{ inputs: ['1'] }, expect.stringContaining('Invalid input JSON')],
    [{ inputs: [{}] }, 'Invalid input JSON on line 1, column 2. Some required fields were not set: [id]'],
    [{ inputs: [{ id: 'abc' }] }, 'Ids must be numeric: [abc]'],
  ])('refuses %j', async (body, message) => {
    expect(await portal().post('contacts/batch/read', body)).toMatchObject({ status: 400, body: { message } });
  });
});

describe('batch create', () => {
  const good = { properties: { email: 'c@example.com' } };
  const unknown = { properties: { email: 'd@example.com', missing: 'x' } };
  const taken = { properties: { email: 'a@example.com' } };

  it('answers 201, and echoes what traces an input', async () => {
    const { crm, post } = setup();
    const { status, body } = await post('contacts/batch/create', { inputs: [{ ...good, objectWriteTraceId: 't1' }] });
    expect([status, body.results[0].objectWriteTraceId, body.results[0].properties.email]).toEqual([201, 't1', 'c@example.com']);
    expect(crm.list('contacts')).toHaveLength(3);
  });

  it.each([
    ['an unknown property', unknown, 400],
    ['a taken address', taken, 409],
    ['an address twice in the batch', good, 409],
  ])('fails as a whole with %s, and writes nothing', async (_, second, status) => {
    const { crm, post } = setup();
    expect((await post('contacts/batch/create', { inputs: [good, second] })).status).toBe(status);
    expect(crm.list('contacts')).toHaveLength(2);
    expect(crm.events().filter(({ subscriptionType }) => subscriptionType === 'contact.creation')).toHaveLength(2);
  });

  it('answers 207 where every input has a trace of its own: what is wrong is only in the message', async () => {
    const { ann, crm, post } = setup();
    const inputs = [good, unknown, taken].map((input, index) => ({ ...input, objectWriteTraceId: `t${index}` }));
    const { status, body } = await post('contacts/batch/create', { inputs });
    expect([status, body.results.length, body.numErrors]).toEqual([207, 1, 2]);
    expect(body.errors).toEqual([
      {
        status: 'error',
        category: 'VALIDATION_ERROR',
        message: `Property values were not valid: [{"isValid":false,"message":"Property \\"missing\\" does not exist","error":"PROPERTY_DOESNT_EXIST","name":"missing","localizedErrorMessage":"Property \\"missing\\" does not exist","portalId":${crm.portalId}}]`,
        context: { objectWriteTraceId: ['t1'] },
      },
      {
        status: 'error',
        category: 'CONFLICT',
        message: `Contact already exists. Existing ID: ${ann.id}`,
        context: { objectWriteTraceId: ['t2'] },
      },
    ]);
  });

  it.each([
    ['one trace is missing', ['t1', undefined]],
    ['a trace comes twice', ['t1', 't1']],
  ])('fails as a whole where %s', async (_, traces) => {
    const { crm, post } = setup();
    const inputs = [good, unknown].map((input, index) => ({ ...input, objectWriteTraceId: traces[index] }));
    expect((await post('contacts/batch/create', { inputs })).status).toBe(400);
    expect(crm.list('contacts')).toHaveLength(2);
  });

  it('ties records, and takes a creation back whose tie is wrong', async () => {
    const { crm, post } = setup();
    const associations = [{ to: { id: '99' }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }] }];
    const { status, body } = await post('contacts/batch/create', { inputs: [{ ...good, associations, objectWriteTraceId: 't1' }] });
    expect([status, body.errors[0].message, body.errors[0].context]).toEqual([
      207,
      'One or more associations are invalid',
      { INVALID_OBJECT_IDS: ['COMPANY=99 is not valid'], objectId: ['99'], objectType: ['COMPANY'], objectWriteTraceId: ['t1'] },
    ]);
    expect(crm.list('contacts')).toHaveLength(2);
  });
});

describe('batch update', () => {
  it('answers 200 with what it touched', async () => {
    const { ann, post } = setup();
    const { status, body } = await post('contacts/batch/update', { inputs: [{ id: ann.id, properties: { city: 'Oslo' } }] });
    expect([status, body.results[0].properties]).toEqual([
      200,
      { city: 'Oslo', createdate: STAMP, hs_object_id: ann.id, lastmodifieddate: STAMP },
    ]);
  });

  it('answers 207 with the ids that are missing, traced or not', async () => {
    const { ann, post } = setup();
    const inputs = [ann.id, '1'].map((id) => ({ id, properties: { city: 'Oslo' } }));
    const plain = await post('contacts/batch/update', { inputs });
    expect([plain.status, idsOf(plain), plain.body.errors]).toEqual([
      207,
      [ann.id],
      [{ status: 'error', category: 'OBJECT_NOT_FOUND', message: NO_CONTACTS, context: { ids: ['1'] } }],
    ]);
    const traced = await post('contacts/batch/update', { inputs: inputs.map((input) => ({ ...input, objectWriteTraceId: input.id })) });
    expect(traced.body.errors[0].context).toEqual({ ids: ['1'], objectWriteTraceId: ['1'] });
  });

  it('leaves out a record that was merged away, without a word', async () => {
    const { ann, bea, crm, post } = setup();
    const survivor = crm.merge(ann.id, bea.id);
    const inputs = [ann.id, survivor.id].map((id) => ({ id, properties: { jobtitle: 'CTO' } }));
    const answer = await post('contacts/batch/update', { inputs });
    expect([answer.status, idsOf(answer)]).toEqual([200, [survivor.id]]);
  });

  it('refuses the same id twice', async () => {
    const { ann, post } = setup();
    const inputs = [ann.id, ann.id].map((id) => ({ id, properties: { city: 'Oslo' } }));
    expect((await post('contacts/batch/update', { inputs })).body).toMatchObject({
      message: `Duplicate IDs found in batch input: [${ann.id}]. IDs must be unique`,
      category: 'VALIDATION_ERROR',
      context: { ids: [ann.id] },
    });
  });

  it('goes by ids for contacts, and by a unique property for others', async () => {
    const { post, ann } = setup();
    expect((await post('contacts/batch/update', { inputs: [{ id: 'a@example.com', idProperty: 'email', properties: {} }] })).status).toBe(
      400,
    );
    expect(
      (
        await post('contacts/batch/update', {
          inputs: [
            { id: ann.id, properties: { city: 'x' } },
            { id: 'a', idProperty: 'ref', properties: {} },
          ],
        })
      ).status,
    ).toBe(400);
    const { crm, post: send } = portal({ properties: { calls: { key: { type: 'string', hasUniqueValue: true } } } });
    const call = crm.add('calls', { key: 'k1' });
    expect(
      idsOf(await send('calls/batch/update', { inputs: [{ id: 'k1', idProperty: 'key', properties: { hs_call_title: 'x' } }] })),
    ).toEqual([call.id]);
  });

  it('without traces fails as a whole on a wrong value', async () => {
    const { ann, bea, crm, post } = setup();
    const inputs = [
      { id: ann.id, properties: { city: 'Oslo' } },
      { id: bea.id, properties: { hs_lead_status: 'nope' } },
    ];
    expect((await post('contacts/batch/update', { inputs })).status).toBe(400);
    expect(crm.record(ann.id).properties['city']).toBe('Rome');
    const traced = await post('contacts/batch/update', { inputs: inputs.map((input) => ({ ...input, objectWriteTraceId: input.id })) });
    expect([traced.status, idsOf(traced)]).toEqual([207, [ann.id]]);
  });
});

describe('batch upsert', () => {
  it('creates or updates by a unique property, and says which', async () => {
    const { ann, crm, post } = setup();
    crm.edit(ann.id, { ref: 'R1' });
    const inputs = [
      { id: 'R1', idProperty: 'ref', properties: { city: 'Oslo' } },
      { id: 'R2', idProperty: 'ref', properties: { firstname: 'Cid' } },
    ];
    const { status, body } = await post('contacts/batch/upsert', { inputs });
    expect([status, body.results.map((row: { new: boolean; id: string }) => [row.new, row.id === ann.id])]).toEqual([
      200,
      [
        [false, true],
        [true, false],
      ],
    ]);
    expect(crm.record(body.results[1].id).properties).toMatchObject({ ref: 'R2', firstname: 'Cid' });
    expect(crm.calls.at(-1)?.operations).toEqual(['upsert contacts', 'update contacts', 'create contacts', 'upsert', 'update', 'create']);
  });

  it('creates calls once by a key of theirs', async () => {
    const { crm, post } = portal({ properties: { calls: { key: { type: 'string', hasUniqueValue: true } } } });
    const inputs = [{ id: 'k1', idProperty: 'key', properties: { hs_timestamp: '1793527200000', key: 'k1' } }];
    const [one, two] = [await post('calls/batch/upsert', { inputs }), await post('calls/batch/upsert', { inputs })];
    expect([idsOf(one), one.body.results[0].new, two.body.results[0].new]).toEqual([idsOf(two), true, false]);
    expect(crm.list('calls')).toHaveLength(1);
  });

  it('by address fails as a whole, traced or not', async () => {
    const { crm, post } = setup();
    const inputs = [
      { id: 'z@example.com', idProperty: 'email', properties: {}, objectWriteTraceId: '1' },
      { id: 'y@example.com', idProperty: 'email', properties: { missing: 'x' }, objectWriteTraceId: '2' },
    ];
    expect((await post('contacts/batch/upsert', { inputs })).status).toBe(400);
    expect(crm.list('contacts')).toHaveLength(2);
  });

  it('has no ties', async () => {
    const { crm, post } = setup();
    const acme = crm.add('companies', { name: 'Acme' });
    const associations = [{ to: { id: acme.id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }] }];
    const { body } = await post('contacts/batch/upsert', {
      inputs: [{ id: 'z@example.com', idProperty: 'email', properties: {}, associations }],
    });
    expect(crm.record(body.results[0].id).associations).toEqual({});
  });

  it.each([
    ['without idProperty', [{ id: '1', properties: {} }], 'idProperty is required: email, or another unique property'],
    ['by what is not unique', [{ id: 'x', idProperty: 'city', properties: {} }], 'city is not a unique property of contacts'],
    [
      'twice the same',
      ['a@example.com', 'A@example.com'].map((id) => ({ id, idProperty: 'email', properties: {} })),
      'Duplicate IDs found in batch input: [a@example.com]. IDs must be unique',
    ],
  ])('%s is refused', async (_, inputs, message) => {
    expect(await setup().post('contacts/batch/upsert', { inputs })).toMatchObject({ status: 400, body: { message } });
  });
});

describe('batch archive', () => {
  it('answers 204, also for what is gone', async () => {
    const { ann, crm, post } = setup();
    for (let time = 0; time < 2; time += 1)
      expect((await post('contacts/batch/archive', { inputs: [{ id: ann.id }, { id: '1' }] })).status).toBe(204);
    expect(crm.record(ann.id).archived).toBe(true);
  });
});
