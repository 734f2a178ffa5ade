import { describe, expect, it } from 'vitest';
import { portal } from './api.ts';

const PATH = '/crm/properties/2026-09/contacts';
const setup = (options = {}) => {
  const made = portal(options);
  return {
    ...made,
    named: async (name: string, object = 'contacts') => (await made.get(`/crm/properties/2026-09/${object}/${name}`)).body,
    make: (body: object, object = 'contacts') =>
      made.post(`/crm/properties/2026-09/${object}`, {
        label: 'x',
        type: 'string',
        fieldType: 'text',
        groupName: 'contactinformation',
        ...body,
      }),
  };
};

describe('a property', () => {
  it('of HubSpot is described whole', async () => {
    const { named } = setup();
    expect(await named('hs_lead_status')).toEqual({
      name: 'hs_lead_status',
      label: 'Lead Status',
      description: '',
      type: 'enumeration',
      fieldType: 'radio',
      groupName: 'sales_properties',
      options: expect.arrayContaining([{ label: 'New', value: 'NEW', description: '', displayOrder: 0, hidden: false }]),
      displayOrder: expect.any(Number),
      calculated: false,
      externalOptions: false,
      hasUniqueValue: false,
      hidden: false,
      hubspotDefined: true,
      modificationMetadata: { archivable: true, readOnlyDefinition: true, readOnlyOptions: false, readOnlyValue: false },
      formField: true,
      dataSensitivity: 'non_sensitive',
      createdAt: '2019-08-06T02:41:08.029Z',
      updatedAt: '2019-08-06T02:41:08.029Z',
      archived: false,
    });
  });

  it('of the portal does not say that HubSpot defined it', async () => {
    const { named } = setup({
      properties: { contacts: { score: { type: 'number', label: 'Score', description: 'How good', hidden: true } } },
    });
    const shown = await named('score');
    expect(shown).toMatchObject({
      label: 'Score',
      description: 'How good',
      type: 'number',
      fieldType: 'number',
      groupName: 'contactinformation',
      hidden: true,
    });
    expect(shown).not.toHaveProperty('hubspotDefined');
  });

  it.each([
    ['contacts', 'hubspot_owner_id', { externalOptions: true, options: [], referencedObjectType: 'OWNER' }],
    ['deals', 'dealstage', { externalOptions: true, options: [], fieldType: 'radio' }],
    [
      'contacts',
      'hs_calculated_phone_number',
      {
        calculated: true,
        hidden: true,
        fieldType: 'phonenumber',
        calculationFormula: 'format_phone_number(string(phone))',
        modificationMetadata: { readOnlyValue: true },
      },
    ],
    ['contacts', 'hs_searchable_calculated_phone_number', { calculationFormula: 'format_searchable_phone_number(string(phone))' }],
    ['contacts', 'lastmodifieddate', { type: 'datetime', modificationMetadata: { readOnlyValue: true, readOnlyDefinition: true } }],
    ['contacts', 'hs_merged_object_ids', { type: 'enumeration', fieldType: 'checkbox', modificationMetadata: { readOnlyValue: true } }],
    ['calls', 'hs_call_body', { type: 'string', fieldType: 'html' }],
    [
      'calls',
      'hs_call_disposition',
      { options: expect.arrayContaining([expect.objectContaining({ label: 'Connected', value: 'f240bbac-87c9-4f6e-bf70-924b57d47db7' })]) },
    ],
    ['companies', 'annualrevenue', { type: 'number', fieldType: 'number' }],
  ])('%s.%s', async (object, name, expected) => {
    expect(await setup().named(name, object)).toMatchObject(expected);
  });

  it('that HubSpot defined may have the options of the portal', async () => {
    const { named } = setup({
      properties: { contacts: { hs_lead_status: { type: 'enumeration', options: [{ value: 'HOT', label: 'Hot' }] } } },
    });
    expect(await named('hs_lead_status')).toMatchObject({
      hubspotDefined: true,
      fieldType: 'radio',
      options: [{ value: 'HOT', label: 'Hot', displayOrder: 0 }],
    });
  });

  it('that is unknown is a 404', async () => {
    expect(await setup().get(`${PATH}/nothing`)).toMatchObject({ status: 404, body: { category: 'OBJECT_NOT_FOUND' } });
  });
});

it('all properties come at once, in an order of their own, hidden ones left out', async () => {
  const { get } = setup({ hidden: ['contacts.phone'] });
  const { body } = await get(PATH);
  const names = body.results.map(({ name }: { name: string }) => name);
  expect(Object.keys(body)).toEqual(['results']);
  expect(names.length).toBeGreaterThan(50);
  expect(names).toContain('mobilephone');
  expect(names).not.toContain('phone');
});

describe('making a property', () => {
  it('answers 201, and it can be written at once', async () => {
    const { create, make } = setup();
    const { status, body } = await make({ name: 'summary', label: 'Summary', fieldType: 'textarea' });
    expect([status, body.name, body.fieldType, body.archived, body.createdAt]).toEqual([
      201,
      'summary',
      'textarea',
      false,
      '2026-11-01T10:00:00.500Z',
    ]);
    expect((await create('contacts', { firstname: 'Ann', summary: 'x' })).status).toBe(201);
  });

  it('of a name that is there is a 409', async () => {
    const { make } = setup();
    expect(await make({ name: 'phone' })).toMatchObject({
      status: 409,
      body: {
        category: 'OBJECT_ALREADY_EXISTS',
        subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS',
        message: "A property named 'phone' already exists.",
      },
    });
  });

  it('of a name that was archived restores it with its values', async () => {
    const { crm, get, make, remove, update } = setup();
    await make({ name: 'summary' });
    const ann = crm.add('contacts', { firstname: 'Ann', summary: 'x' });
    expect((await remove(`${PATH}/summary`)).status).toBe(204);
    expect((await update('contacts', ann.id, { summary: 'y' })).body.errors[0].code).toBe('PROPERTY_DOESNT_EXIST');
    expect((await get(`${PATH}?archived=true`)).body.results).toMatchObject([{ name: 'summary', archived: true }]);
    expect((await get(`contacts/${ann.id}?properties=summary`)).body.properties).not.toHaveProperty('summary');
    expect(await make({ name: 'summary', label: 'Again' })).toMatchObject({ status: 201, body: { label: 'Again', archived: false } });
    expect((await get(`contacts/${ann.id}?properties=summary`)).body.properties.summary).toBe('x');
  });

  it.each<readonly [string, object, string]>([
    [
      'without a group',
      { name: 'x', groupName: undefined },
      'Invalid input JSON on line 1, column 2. Some required fields were not set: [groupName]',
    ],
    ['in an unknown group', { name: 'x', groupName: 'nothing' }, 'The property group nothing of contacts does not exist'],
    ['with a bad name', { name: 'Bad Name' }, 'Bad Name is no name of a property'],
    ['of an unknown type', { name: 'x', type: 'text' }, expect.stringContaining('text is no type of a property') as never],
    ['of another field type', { name: 'x', type: 'number' }, 'text is no field type of number: [number, calculation_equation]'],
    [
      'with bad options',
      { name: 'x', type: 'enumeration', fieldType: 'select', options: [{ label: 'x' }] },
      expect.stringContaining('displayOrder') as never,
    ],
    [
      'unique and yes or no',
      { name: 'x', type: 'bool', fieldType: 'booleancheckbox', hasUniqueValue: true },
      'A bool property can not have unique values',
    ],
  ])('%s is refused', async (_, body, message) => {
    expect(await setup().make(body)).toMatchObject({ status: 400, body: { message } });
  });

  it('with unique values goes ten times', async () => {
    const { make } = setup();
    const statuses = [];
    for (let index = 0; index < 11; index += 1) statuses.push((await make({ name: `key_${index}`, hasUniqueValue: true })).status);
    expect(statuses).toEqual([...Array(10).fill(201), 400]);
  });

  it('with unique values on calls is up to the portal', async () => {
    const body = { name: 'key', hasUniqueValue: true, groupName: 'call' };
    expect((await setup().make(body, 'calls')).status).toBe(201);
    expect((await setup({ uniqueActivityProperties: false }).make(body, 'calls')).status).toBe(400);
  });

  it('whose values are unique holds from then on', async () => {
    const { create, make } = setup();
    await make({ name: 'key', hasUniqueValue: true });
    expect((await create('contacts', { firstname: 'Ann', key: 'k' })).status).toBe(201);
    expect((await create('contacts', { firstname: 'Bea', key: 'k' })).body.errors[0].code).toBe('CONFLICTING_UNIQUE_VALUE');
  });
});

describe('changing a property', () => {
  it('replaces all of its options', async () => {
    const { patch, update, crm } = setup({ properties: { contacts: { stage: { type: 'enumeration', options: ['a', 'b'] } } } });
    const ann = crm.add('contacts', { firstname: 'Ann', stage: 'a' });
    const options = [{ label: 'C', value: 'c', displayOrder: 0, hidden: false }];
    expect((await patch(`${PATH}/stage`, { options, label: 'Stage' })).body).toMatchObject({ label: 'Stage', options });
    expect((await update('contacts', ann.id, { stage: 'a' })).body.errors[0].code).toBe('INVALID_OPTION');
    expect(crm.record(ann.id).properties['stage']).toBe('a');
  });

  it('keeps uniqueness, and what HubSpot defined', async () => {
    const { patch, remove } = setup({ properties: { contacts: { key: { type: 'string' } } } });
    expect((await patch(`${PATH}/key`, { hasUniqueValue: true })).body.message).toBe('hasUniqueValue can not be changed');
    expect((await patch(`${PATH}/hs_object_id`, { label: 'x' })).status).toBe(400);
    expect((await remove(`${PATH}/phone`)).status).toBe(400);
  });
});

it('groups are listed', async () => {
  expect((await setup().get(`${PATH}/groups`)).body.results[0]).toEqual({
    name: 'contactinformation',
    label: 'contactinformation',
    displayOrder: 0,
    archived: false,
  });
});
