import { describe, expect, it } from 'vitest';
import { codesOf, portal } from './api.ts';

const PROPERTIES = {
  a_text: { type: 'string' },
  a_number: { type: 'number' },
  a_bool: { type: 'bool' },
  a_date: { type: 'date' },
  a_datetime: { type: 'datetime' },
  a_choice: { type: 'enumeration', options: ['New', { value: 'old', label: 'Old', hidden: true }] },
  many: { type: 'enumeration', fieldType: 'checkbox', options: ['a', 'b', 'c'] },
  sealed: { type: 'string', readOnly: true },
} as const;

const setup = (version = '2026-09') => {
  const made = portal({ properties: { contacts: PROPERTIES } }, version);
  return { ...made, ann: made.crm.add('contacts', { email: 'a@example.com' }) };
};
/** 2026-11-01 in milliseconds. */
const MIDNIGHT = 1_793_491_200_000;

describe('a value is written and read as', () => {
  it.each<readonly [keyof typeof PROPERTIES, unknown, string]>([
    ['a_text', ' x ', ' x '],
    ['a_text', 5, '5'],
    ['a_number', '5.50', '5.50'],
    ['a_number', -3, '-3'],
    ['a_number', 0, '0'],
    ['a_bool', true, 'true'],
    ['a_bool', 'false', 'false'],
    ['a_date', '2026-11-01', '2026-11-01'],
    ['a_date', MIDNIGHT, '2026-11-01'],
    ['a_datetime', '2026-11-01T10:30:00.000Z', '2026-11-01T10:30:00Z'],
    ['a_datetime', '2026-11-01T10:30:00.120+02:00', '2026-11-01T08:30:00.120Z'],
    ['a_datetime', String(MIDNIGHT + 1), '2026-11-01T00:00:00.001Z'],
    ['a_choice', 'New', 'New'],
    ['a_choice', 'old', 'old'],
    ['many', 'a;b', 'a;b'],
    ['many', ';a', 'a'],
  ])('%s: %j reads %j', async (name, sent, read) => {
    const { ann, get, update } = setup('2026-03');
    expect((await update('contacts', ann.id, { [name]: sent })).body).toMatchObject({ properties: { [name]: read } });
    expect((await get(`contacts/${ann.id}?properties=${name}`)).body.properties[name]).toBe(read);
  });

  it('several options: a leading semicolon appends, anything else replaces', async () => {
    const { ann, crm, update } = setup();
    for (const [sent, read] of [
      ['a;b', 'a;b'],
      [';c', 'a;b;c'],
      [';a', 'a;b;c'],
      ['b', 'b'],
    ]) {
      await update('contacts', ann.id, { many: sent });
      expect(crm.record(ann.id).properties['many']).toBe(read);
    }
  });

  it('milliseconds, of some datetimes of HubSpot', async () => {
    const { ann, get } = setup();
    expect((await get(`contacts/${ann.id}?properties=hs_lifecyclestage_lead_date`)).body.properties.hs_lifecyclestage_lead_date).toMatch(
      /^\d{13}$/,
    );
  });
});

describe('a value is refused', () => {
  it.each<readonly [string, unknown, string, string]>([
    ['nothing', 'x', 'PROPERTY_DOESNT_EXIST', 'Property "nothing" does not exist'],
    ['hs_object_id', '5', 'READ_ONLY_VALUE', '"hs_object_id" is a read only property; its value cannot be set.'],
    ['sealed', '5', 'READ_ONLY_VALUE', '"sealed" is a read only property; its value cannot be set.'],
    [
      'hs_calculated_phone_number',
      '+1',
      'READ_ONLY_VALUE',
      '"hs_calculated_phone_number" is a calculated property; its value cannot be set.',
    ],
    ['associatedcompanyid', '5', 'READ_ONLY_VALUE', '"associatedcompanyid" is a read only property; its value cannot be set.'],
    ['a_number', '5,333', 'INVALID_INTEGER', '5,333 was not a valid number'],
    ['a_number', '1e3', 'INVALID_INTEGER', '1e3 was not a valid number'],
    ['a_number', '1.2.3', 'INVALID_INTEGER', '1.2.3 was not a valid number'],
    ['a_bool', 'yes', 'INVALID_OPTION', expect.stringContaining('yes was not one of the allowed options: [label: "True"') as never],
    [
      'a_choice',
      'new',
      'INVALID_OPTION',
      'new was not one of the allowed options: [label: "New"\nvalue: "New"\ndisplay_order: 0\nhidden: false\nread_only: false\n, label: "Old"\nvalue: "old"\ndisplay_order: 1\nhidden: true\nread_only: false\n]',
    ],
    ['many', 'a;z', 'INVALID_OPTION', expect.stringContaining('z was not one of') as never],
    ['email', 'ann', 'INVALID_EMAIL', 'Email address ann is invalid'],
    ['a_date', '2026-02-30', 'INVALID_DATE', expect.any(String) as never],
    ['a_datetime', 'soon', 'INVALID_DATE', expect.any(String) as never],
    ['hubspot_owner_id', '1', 'INVALID_OWNER_ID', 'Owner with id 1 does not exist'],
    ['a_text', 'x'.repeat(65_537), 'VALUE_TOO_LONG', expect.any(String) as never],
  ])('%s: %j', async (name, sent, code, message) => {
    const { ann, update } = setup();
    const { status, body } = await update('contacts', ann.id, { [name]: sent });
    expect([status, body.category, body.errors]).toEqual([400, 'VALIDATION_ERROR', [{ message, code, context: { propertyName: [name] } }]]);
  });

  it('with every property that is wrong, in `errors` and in the message', async () => {
    const { crm, ann, update } = setup();
    const { body } = await update('contacts', ann.id, { nothing: '1', a_number: 'x', city: 'Rome' });
    expect(codesOf({ status: 400, body, headers: new Headers() })).toEqual(['PROPERTY_DOESNT_EXIST', 'INVALID_INTEGER']);
    const listed = JSON.parse(body.message.replace('Property values were not valid: ', ''));
    expect(listed[0]).toEqual({
      isValid: false,
      message: 'Property "nothing" does not exist',
      error: 'PROPERTY_DOESNT_EXIST',
      name: 'nothing',
      localizedErrorMessage: 'Property "nothing" does not exist',
      portalId: crm.portalId,
    });
    expect(crm.record(ann.id).properties['city']).toBeNull();
  });

  it('that is the id of an owner who has left', async () => {
    const { ann, crm, update } = setup();
    const { id } = crm.addOwner({ email: 'gone@example.com', archived: true });
    expect(codesOf(await update('contacts', ann.id, { hubspot_owner_id: id }))).toEqual(['INVALID_OWNER_ID']);
    expect((await update('contacts', ann.id, { hubspot_owner_id: crm.ownerId })).status).toBe(200);
  });

  it('that is the stage of another pipeline', async () => {
    const { create } = portal({ pipelines: { deals: [{ id: 'p2', stages: [{ id: 'first' }] }] } });
    const deal = (pipeline: string, dealstage: string) => create('deals', { dealname: 'x', pipeline, dealstage });
    expect((await deal('p2', 'first')).status).toBe(201);
    expect(codesOf(await deal('default', 'first'))).toEqual(['INVALID_OPTION']);
    expect(codesOf(await deal('p3', 'first'))).toEqual(['INVALID_OPTION']);
  });
});

describe('a date in another form', () => {
  const FORMS = [
    ['a_date', '2026-11-01T10:30:00Z', '2026-11-01', String(MIDNIGHT)],
    ['a_date', String(MIDNIGHT + 1), '2026-11-01', String(MIDNIGHT)],
    ['a_date', String(MIDNIGHT / 1000), '2026-11-01', String(MIDNIGHT)],
    ['a_datetime', String(MIDNIGHT / 1000), '2026-11-01T00:00:00Z', String(MIDNIGHT)],
    ['a_datetime', '2026-11-01', '2026-11-01T00:00:00Z', String(MIDNIGHT)],
  ] as const;

  it.each(FORMS)('%s: %s is normalised from 2026-09 on, with a warning', async (name, rawValue, read, normalizedValue) => {
    const { ann, update } = setup();
    const { status, body } = await update('contacts', ann.id, { [name]: rawValue });
    expect([status, body.properties[name]]).toEqual([200, read]);
    expect(body.warnings).toEqual([
      {
        category: 'PROPERTY_VALUE_NORMALIZED',
        message: `${name} was normalized`,
        context: { normalizedValue, propertyName: name, rawValue },
      },
    ]);
  });

  it.each(FORMS.filter(([name, raw]) => !(name === 'a_datetime' && /^\d+$/.test(raw))))('%s: %s is refused before', async (name, raw) => {
    const { ann, update } = setup('2026-03');
    expect(codesOf(await update('contacts', ann.id, { [name]: raw }))).toEqual(['INVALID_DATE']);
  });

  it('seconds are milliseconds of 1970 before', async () => {
    const { ann, update } = setup('2026-03');
    expect((await update('contacts', ann.id, { a_datetime: String(MIDNIGHT / 1000) })).body.properties.a_datetime).toBe(
      '1970-01-21T18:11:31.200Z',
    );
  });
});

describe('phone numbers are worked out', () => {
  it.each([
    ['+1 415-555-0100', '+14155550100', '4155550100', '14155550100'],
    ['+44 20 7946 0958', '+442079460958', '2079460958', '442079460958'],
    ['+1 555-1234', null, '15551234', null],
    ['(415) 555-0100', null, '4155550100', null],
    ['00004', null, '4', null],
  ])('%s', async (phone, international, searchable, withCountry) => {
    const { crm, create } = portal();
    const { id } = (await create('contacts', { firstname: 'Ann', phone, mobilephone: phone })).body;
    expect(crm.record(id).properties).toMatchObject({
      hs_calculated_phone_number: international,
      hs_calculated_mobile_number: international,
      hs_searchable_calculated_phone_number: searchable,
      hs_searchable_calculated_mobile_number: searchable,
      hs_searchable_calculated_international_phone_number: withCountry,
      phone,
    });
  });

  it('anew when the number changes, and for companies too', async () => {
    const { crm } = portal();
    const acme = crm.add('companies', { name: 'Acme', phone: '+14155550100' });
    expect(crm.edit(acme.id, { phone: '' }).properties).toMatchObject({
      hs_calculated_phone_number: '',
      hs_searchable_calculated_phone_number: '',
    });
  });

  it('only when the number itself is written', () => {
    const { clock, crm } = portal({ calculationLagMs: 2000 });
    const ann = crm.add('contacts', { firstname: 'Ann', phone: '+14155550100' });
    clock.advance(2000);
    crm.edit(ann.id, { hs_calculated_phone_number: '+14155550199' });
    const { lastmodifieddate } = crm.edit(ann.id, { city: 'Rome' }).properties;
    clock.advance(2000);
    expect(crm.record(ann.id).properties).toMatchObject({ hs_calculated_phone_number: '+14155550199', lastmodifieddate });
  });

  it('later, with another stamp, where the portal is slow', () => {
    const { clock, crm } = portal({ calculationLagMs: 2000 });
    const ann = crm.add('contacts', { firstname: 'Ann', phone: '+14155550100' });
    expect(ann.properties).toMatchObject({ hs_calculated_phone_number: null, lastmodifieddate: '2026-11-01T10:00:00.500Z' });
    clock.advance(2000);
    expect(crm.record(ann.id).properties).toMatchObject({
      hs_calculated_phone_number: '+14155550100',
      lastmodifieddate: '2026-11-01T10:00:02.500Z',
    });
  });
});

it('deals know whether they are closed, by the metadata of their stage', () => {
  const { crm } = portal();
  const flags = (dealstage: string) => {
    const { hs_is_closed, hs_is_closed_won, hs_is_closed_lost } = crm.add('deals', { dealstage }).properties;
    return [hs_is_closed, hs_is_closed_won, hs_is_closed_lost];
  };
  expect([flags('contractsent'), flags('closedwon'), flags('closedlost')]).toEqual([
    ['false', 'false', 'false'],
    ['true', 'true', 'false'],
    ['true', 'false', 'true'],
  ]);
});
