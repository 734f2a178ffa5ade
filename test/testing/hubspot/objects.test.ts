import { describe, expect, it } from 'vitest';
import { idsOf, portal, UUID } from './api.ts';

const NOW = '2026-11-01T10:00:00.500Z';

describe('a creation', () => {
  it('answers 201 with every stored property, in text, and what HubSpot works out', async () => {
    const { crm, create } = portal();
    const { status, body } = await create('contacts', {
      email: 'Ann@Example.com',
      firstname: 'Ann',
      phone: '+1 415-555-0100',
      total_revenue: 5,
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^\d{11,12}$/),
      properties: {
        createdate: NOW,
        email: 'ann@example.com',
        firstname: 'Ann',
        hs_all_contact_vids: body.id,
        hs_calculated_phone_number: '+14155550100',
        hs_email_domain: 'example.com',
        hs_is_contact: 'true',
        hs_is_unworked: 'true',
        hs_lifecyclestage_lead_date: String(Date.parse(NOW)),
        hs_object_id: body.id,
        hs_object_source: 'INTEGRATION',
        hs_pipeline: 'contacts-lifecycle-pipeline',
        hs_searchable_calculated_international_phone_number: '14155550100',
        hs_searchable_calculated_phone_number: '4155550100',
        lastmodifieddate: NOW,
        lifecyclestage: 'lead',
        phone: '+1 415-555-0100',
        total_revenue: '5',
      },
      createdAt: NOW,
      updatedAt: NOW,
      archived: false,
      url: `https://app-eu1.hubspot.com/contacts/${crm.portalId}/record/0-1/${body.id}`,
    });
  });

  it('names instants without a fraction where the milliseconds are zero', async () => {
    const { clock, create } = portal();
    clock.set('2026-03-12T10:00:00Z');
    expect((await create('contacts', { email: 'a@example.com' })).body.properties.createdate).toBe('2026-03-12T10:00:00Z');
  });

  it('ties the record to others', async () => {
    const { crm, create } = portal();
    const acme = crm.add('companies', { name: 'Acme' });
    const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }];
    const { body } = await create('contacts', { email: 'a@example.com' }, [{ to: { id: acme.id }, types }]);
    expect(crm.record(body.id).associations).toEqual({ companies: [acme.id] });
  });

  it('refuses an address that is taken with 409, and the id only in the message', async () => {
    const { crm, create } = portal();
    const ann = crm.add('contacts', { email: 'ann@example.com', hs_additional_emails: 'ann@example.org' });
    for (const email of ['ANN@example.com', 'ann@example.org']) {
      expect(await create('contacts', { email })).toMatchObject({
        status: 409,
        body: {
          status: 'error',
          message: `Contact already exists. Existing ID: ${ann.id}`,
          correlationId: expect.stringMatching(UUID),
          category: 'CONFLICT',
        },
      });
    }
    expect(crm.list('contacts')).toHaveLength(1);
  });

  it('makes several companies with one domain', async () => {
    const { crm, create } = portal();
    await create('companies', { domain: 'example.com' });
    expect((await create('companies', { domain: 'example.com' })).status).toBe(201);
    expect(crm.list('companies')).toHaveLength(2);
  });

  it.each<readonly [string, Record<string, string>, readonly string[]]>([
    ['contacts', { phone: '+14155550100' }, ['email', 'firstname', 'lastname']],
    ['companies', { city: 'Berlin' }, ['name', 'domain']],
    ['deals', { dealname: 'Big' }, ['dealstage', 'pipeline']],
    ['tickets', { subject: 'Help', hs_pipeline: '0' }, ['hs_pipeline_stage']],
    ['calls', { hs_call_title: 'Call' }, ['hs_timestamp']],
    ['notes', { hs_note_body: 'Note' }, ['hs_timestamp']],
    ['communications', { hs_timestamp: '1793527200000' }, ['hs_communication_channel_type']],
  ])('of %s refuses %j', async (object, properties, missing) => {
    const { status, body } = await portal().create(object, properties);
    expect([status, body.category, body.context]).toEqual([400, 'VALIDATION_ERROR', { properties: missing }]);
    expect(body.message).toMatch(/^Error creating [A-Z]+\. Some required properties were not set\.$/);
  });
});

describe('an update', () => {
  it('answers 200 with what it touched and the stamps, and nothing else', async () => {
    const { clock, crm, update } = portal();
    const ann = crm.add('contacts', { email: 'a@example.com', phone: '+14155550100', firstname: 'Ann' });
    clock.advance(1000);
    const { status, body } = await update('contacts', ann.id, { jobtitle: 'CTO', fax: '' });
    expect([status, body.properties]).toEqual([
      200,
      { createdate: NOW, fax: '', hs_object_id: ann.id, jobtitle: 'CTO', lastmodifieddate: '2026-11-01T10:00:01.500Z' },
    ]);
    expect(body.updatedAt).toBe('2026-11-01T10:00:01.500Z');
  });

  it('clears with the empty text: it reads empty then, and null where it was never set', async () => {
    const { crm, get, update } = portal();
    const ann = crm.add('contacts', { email: 'a@example.com', fax: '1' });
    await update('contacts', ann.id, { fax: '' });
    expect((await get(`contacts/${ann.id}?properties=fax,city`)).body.properties).toMatchObject({ fax: '', city: null });
  });

  it('moves the stamp with any write, also one that changes nothing', async () => {
    const { clock, crm, update } = portal();
    const ann = crm.add('contacts', { email: 'a@example.com', city: 'Rome' });
    clock.advance(5);
    await update('contacts', ann.id, { city: 'Rome' });
    expect(crm.record(ann.id).properties['lastmodifieddate']).toBe('2026-11-01T10:00:00.505Z');
  });

  it('goes by an address too', async () => {
    const { crm, patch } = portal();
    const ann = crm.add('contacts', { email: 'a@example.com' });
    expect((await patch('contacts/a%40example.com?idProperty=email', { properties: { city: 'Rome' } })).body.id).toBe(ann.id);
  });

  it.each([
    ['without a value', { properties: {} }, 'No properties found to update, please provide at least one.'],
    ['without properties', {}, 'Invalid input JSON on line 1, column 2. Some required fields were not set: [properties]'],
    ['with a list of properties', { properties: [] }, expect.stringContaining('Invalid input JSON on line 1, column 1')],
    ['with a null', { properties: { city: null } }, expect.stringContaining('properties["city"]')],
    ['with an object as a value', { properties: { city: {} } }, expect.stringContaining('properties["city"]')],
  ])('%s is refused', async (_, body, message) => {
    const { crm, patch } = portal();
    const ann = crm.add('contacts', { email: 'a@example.com' });
    expect(await patch(`contacts/${ann.id}`, body)).toMatchObject({ status: 400, body: { message } });
  });

  it('refuses an address of somebody else', async () => {
    const { crm, update } = portal();
    const ann = crm.add('contacts', { email: 'a@example.com' });
    const bea = crm.add('contacts', { email: 'b@example.com' });
    expect((await update('contacts', bea.id, { email: 'a@example.com' })).body.message).toBe(
      `Contact already exists. Existing ID: ${ann.id}`,
    );
    expect((await update('contacts', ann.id, { email: 'A@example.com' })).status).toBe(200);
  });

  it('ignores a lifecycle stage that lies behind, unless it was cleared before', async () => {
    const { crm, update } = portal();
    const ann = crm.add('contacts', { email: 'a@example.com', lifecyclestage: 'customer' });
    expect(await update('contacts', ann.id, { lifecyclestage: 'lead' })).toMatchObject({
      status: 200,
      body: { properties: { lifecyclestage: 'customer' } },
    });
    await update('contacts', ann.id, { lifecyclestage: '' });
    expect((await update('contacts', ann.id, { lifecyclestage: 'lead' })).body.properties.lifecyclestage).toBe('lead');
  });
});

describe('a read of one', () => {
  it('shows the usual properties, or those it asks for beside the stamps; what is unknown is left out', async () => {
    const { crm, get } = portal();
    const ann = crm.add('contacts', { email: 'a@example.com', firstname: 'Ann' });
    const shown = async (query: string) => Object.keys((await get(`contacts/${ann.id}${query}`)).body.properties);
    expect(await shown('')).toEqual(['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname']);
    expect(await shown('?properties=phone,nonsense&properties=fax')).toEqual([
      'createdate',
      'fax',
      'hs_object_id',
      'lastmodifieddate',
      'phone',
    ]);
  });

  it('leaves out a property that is hidden from the app', async () => {
    const { crm, get, update } = portal({ properties: { contacts: { ssn: { type: 'string' } } }, hidden: ['contacts.ssn'] });
    const ann = crm.add('contacts', { email: 'a@example.com', ssn: '1' });
    expect((await get(`contacts/${ann.id}?properties=ssn`)).body.properties).not.toHaveProperty('ssn');
    expect((await update('contacts', ann.id, { ssn: '2' })).body.errors[0].code).toBe('PROPERTY_DOESNT_EXIST');
    crm.showProperty('contacts.ssn');
    expect((await get(`contacts/${ann.id}?properties=ssn`)).body.properties.ssn).toBe('1');
    crm.hideProperty('contacts.ssn');
    expect((await get('/crm/properties/2026-09/contacts/ssn')).status).toBe(404);
    expect(() => crm.hideProperty('contacts.nothing')).toThrow('no property contacts.nothing');
  });

  it('goes by an address, main or additional, and by a unique property', async () => {
    const { crm, get } = portal({ properties: { contacts: { ref: { type: 'string', hasUniqueValue: true } } } });
    const ann = crm.add('contacts', { email: 'a@example.com', hs_additional_emails: 'a@example.org;a@example.net', ref: 'R1' });
    for (const [id, idProperty] of [
      ['A%40example.com', 'email'],
      ['a%40example.net', 'email'],
      ['r1', 'ref'],
      [ann.id, 'hs_object_id'],
    ])
      expect((await get(`contacts/${id}?idProperty=${idProperty}`)).body.id).toBe(ann.id);
    expect((await get('contacts/Ann?idProperty=firstname')).status).toBe(400);
  });

  it.each([
    ['12345', { status: 'error', message: 'resource not found', correlationId: expect.stringMatching(UUID) }],
    [
      'abc',
      {
        status: 'error',
        message: 'Object not found.  objectId are usually numeric.',
        correlationId: expect.stringMatching(UUID),
        context: { id: ['abc'] },
        category: 'OBJECT_NOT_FOUND',
      },
    ],
  ])('of the id %s, which no record has, is a 404', async (id, body) => {
    const { get, update, remove } = portal();
    expect(await get(`contacts/${id}`)).toMatchObject({ status: 404, body });
    expect((await update('contacts', id, { city: 'x' })).status).toBe(404);
    expect((await remove(`contacts/${id}`)).status).toBe(404);
  });

  it('of another object with the id is a 404', async () => {
    const { crm, get } = portal();
    expect((await get(`contacts/${crm.add('companies', { name: 'Acme' }).id}`)).status).toBe(404);
  });

  it('tells the history of a property, newest first, with who changed it', async () => {
    const { clock, crm, get, update } = portal();
    const ann = crm.add('contacts', { email: 'a@example.com', city: 'Rome' });
    clock.advance(1000);
    await update('contacts', ann.id, { city: 'Oslo' });
    await update('contacts', ann.id, { city: 'Oslo' });
    const { propertiesWithHistory } = (await get(`contacts/${ann.id}?propertiesWithHistory=city`)).body;
    expect(propertiesWithHistory).toEqual({
      city: [
        { value: 'Oslo', timestamp: '2026-11-01T10:00:01.500Z', sourceType: 'INTEGRATION', sourceId: '54321' },
        { value: 'Rome', timestamp: NOW, sourceType: 'CRM_UI', sourceId: expect.stringMatching(/^userId:/) },
      ],
    });
  });

  it('shows what it is tied to, each kind of tie by itself', async () => {
    const { crm, get } = portal();
    const ann = crm.add('contacts', { email: 'a@example.com' });
    const acme = crm.add('companies', { name: 'Acme' });
    crm.associate(ann.id, acme.id);
    expect((await get(`contacts/${ann.id}?associations=companies,deals`)).body.associations).toEqual({
      companies: {
        results: [
          { id: acme.id, type: 'contact_to_company_unlabeled' },
          { id: acme.id, type: 'contact_to_company' },
        ],
      },
    });
    expect((await get(`contacts/${ann.id}?associations=deals`)).body).not.toHaveProperty('associations');
  });
});

describe('a list', () => {
  it('goes by ids, which are not in the order of creation, and ends without paging', async () => {
    const { crm, get } = portal();
    const added = Array.from({ length: 25 }, (_, index) => crm.add('contacts', { email: `c${index}@example.com` }).id);
    const byId = added.toSorted((a, b) => Number(a) - Number(b));
    expect(added).not.toEqual(byId);
    const first = await get('contacts');
    expect(idsOf(first)).toEqual(byId.slice(0, 10));
    expect(first.body.paging.next.after).toBe(String(Number(byId[9]) + 1));
    expect(first.body.paging.next.link).toMatch(/^https:\/\/api\.hubapi\.com\/crm\/objects\/2026-09\/contacts\?after=\d+$/);
    const rest = await get(`contacts?limit=100&after=${first.body.paging.next.after}`);
    expect(idsOf(rest)).toEqual(byId.slice(10));
    expect(rest.body).not.toHaveProperty('paging');
  });

  it('has shorter pages where the test says so', async () => {
    const { crm, get } = portal({ pageSizeMax: 2 });
    for (let index = 0; index < 3; index += 1) crm.add('companies', { name: 'x' });
    const first = await get('companies?limit=100');
    expect([
      first.body.results.length,
      (await get(`companies?limit=100&after=${first.body.paging.next.after}`)).body.results.length,
    ]).toEqual([2, 1]);
  });

  it('goes on behind its cursor, whatever became of the record there', async () => {
    const { crm, get } = portal({ pageSizeMax: 1 });
    const [one, two] = [crm.add('companies', { name: 'x' }), crm.add('companies', { name: 'y' })]
      .map(({ id }) => Number(id))
      .toSorted((a, b) => a - b);
    const { after } = (await get('companies')).body.paging.next;
    crm.remove(String(two));
    crm.remove(String(one));
    expect(idsOf(await get(`companies?after=${after}`))).toEqual([]);
  });

  it.each([
    ['limit=101', 'limit must be between 1 and 100'],
    ['limit=0', 'limit must be between 1 and 100'],
    ['limit=51&propertiesWithHistory=city', 'limit must be between 1 and 50'],
    ['after=abc', 'after must be the cursor of a page, not "abc"'],
    ['archived=maybe', 'archived must be true or false'],
    ['associations=machines', 'Unable to infer object type from: machines'],
  ])('refuses %s', async (query, message) => {
    expect(await portal().get(`contacts?${query}`)).toMatchObject({ status: 400, body: { message } });
  });
});

describe('an object', () => {
  it.each(['contacts', 'contact', 'Contacts', '0-1'])('is found as %s', async (name) => {
    const { crm, get } = portal();
    const ann = crm.add('contacts', { email: 'a@example.com' });
    expect(idsOf(await get(name))).toEqual([ann.id]);
  });

  it.each([
    ['widgets', 400, 'Unable to infer object type from: widgets'],
    ['0-9999', 400, 'Invalid object or event type id: 0-9999'],
    ['tasks', 501, 'fakeHubSpot does not support the object tasks; HubSpot does.'],
  ])('that the portal has not: %s', async (name, status, message) => {
    const { get, search, post } = portal();
    for (const answer of [await get(name), await search(name, {}), await post(`${name}/batch/read`, { inputs: [] })])
      expect([answer.status, answer.body.message]).toEqual([status, message]);
  });

  it('of the portal goes by its type id or its qualified name', async () => {
    const { crm, get, create, post } = portal({ portalId: 7, properties: { machine: { model: { type: 'string' } } } });
    const { body } = await create('2-10001', { model: 'X' });
    expect(crm.record(body.id)).toMatchObject({ object: 'machine', properties: { model: 'X', hs_lastmodifieddate: NOW } });
    expect(idsOf(await get('p7_machine'))).toEqual([body.id]);
    expect((await get('machine')).body.message).toBe('Unable to infer object type from: machine');
    const [schema] = (await get('/crm-object-schemas/2026-09/schemas')).body.results;
    expect(schema).toMatchObject({ objectTypeId: '2-10001', fullyQualifiedName: 'p7_machine', name: 'machine' });
    const ann = crm.add('contacts', { email: 'a@example.com' });
    crm.associate(body.id, ann.id);
    expect((await post('/crm/associations/2026-09/2-10001/contacts/batch/read', { inputs: [{ id: body.id }] })).status).toBe(200);
  });
});

it('100,000 contacts are no burden', { timeout: 60_000 }, async () => {
  const { crm, get, search } = portal();
  for (let index = 0; index < 100_000; index += 1)
    crm.add('contacts', { email: `c${index}@example.com`, phone: `+1415555${String(index % 10_000).padStart(4, '0')}` });
  let seen = 0;
  let after: string | undefined;
  do {
    const { results, paging } = (await get(`contacts?limit=100${after === undefined ? '' : `&after=${after}`}`)).body;
    seen += results.length;
    after = paging?.next.after;
  } while (after !== undefined);
  expect(seen).toBe(100_000);
  const filters = [
    { propertyName: 'lastmodifieddate', operator: 'GTE', value: '0' },
    { propertyName: 'hs_object_id', operator: 'GT', value: '1' },
  ];
  const { body } = await search('contacts', {
    filterGroups: [{ filters }],
    sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
    limit: 200,
  });
  expect([body.total, body.results.length]).toEqual([100_000, 200]);
});
