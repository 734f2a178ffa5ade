import { describe, expect, it } from 'vitest';
import { codesOf, portal } from './api.ts';

const REQUIRED = {
  requiredOnCreate: { contacts: ['firstname'] },
  conditionallyRequired: { contacts: [{ property: 'hs_lead_status', values: ['UNQUALIFIED'], requires: ['message'] }] },
};

describe('what administrators require', () => {
  it('is minded from 2026-09 on', async () => {
    const { create } = portal(REQUIRED);
    const { status, body } = await create('contacts', { email: 'a@example.com' });
    expect([status, body.errors]).toEqual([
      400,
      [{ message: 'A value for firstname must be provided', code: 'MISSING_REQUIRED_PROPERTY', context: { propertyName: ['firstname'] } }],
    ]);
    const both = await create('contacts', { email: 'a@example.com', hs_lead_status: 'UNQUALIFIED' });
    expect(codesOf(both)).toEqual(['MISSING_REQUIRED_PROPERTY', 'MISSING_CONDITIONAL_REQUIRED_PROPERTY']);
  });

  it('holds an update only where it sets the condition', async () => {
    const { crm, update } = portal(REQUIRED);
    const ann = crm.add('contacts', { email: 'a@example.com' });
    expect((await update('contacts', ann.id, { city: 'Rome' })).status).toBe(200);
    expect(codesOf(await update('contacts', ann.id, { hs_lead_status: 'UNQUALIFIED' }))).toEqual(['MISSING_CONDITIONAL_REQUIRED_PROPERTY']);
    expect((await update('contacts', ann.id, { hs_lead_status: 'UNQUALIFIED', message: 'No budget' })).status).toBe(200);
  });

  it('is not minded before', async () => {
    expect((await portal(REQUIRED, '2026-03').create('contacts', { email: 'a@example.com' })).status).toBe(201);
  });
});

it('a validation rule refuses in the words of the portal, whatever the version', async () => {
  const rule = ({ phone }: Readonly<Record<string, string | null>>) =>
    phone === null || phone === undefined || phone.startsWith('+')
      ? null
      : { name: 'phone', code: 'INVALID_PHONE_NUMBER', message: 'The phone number must start with +' };
  const { create } = portal({ validationRules: { contacts: rule } }, '2026-03');
  expect(codesOf(await create('contacts', { firstname: 'Ann', phone: '4155550100' }))).toEqual(['INVALID_PHONE_NUMBER']);
  expect((await create('contacts', { firstname: 'Ann', phone: '+14155550100' })).status).toBe(201);
});

describe('a unique property', () => {
  const options = { properties: { contacts: { ref: { type: 'string', hasUniqueValue: true } } } } as const;

  it('is held by one live record, whatever its case', async () => {
    const { crm, create, update } = portal(options);
    const ann = crm.add('contacts', { firstname: 'Ann', ref: 'R1' });
    const { status, body } = await create('contacts', { firstname: 'Bea', ref: 'r1' });
    expect([status, body.errors]).toEqual([
      400,
      [{ message: `${ann.id} already has that value.`, code: 'CONFLICTING_UNIQUE_VALUE', context: { propertyName: ['ref'] } }],
    ]);
    expect((await update('contacts', ann.id, { ref: 'r1' })).status).toBe(200);
    crm.remove(ann.id);
    expect((await create('contacts', { firstname: 'Bea', ref: 'R1' })).status).toBe(201);
  });

  it('is the test’s to keep, too', () => {
    const { crm } = portal(options);
    crm.add('contacts', { firstname: 'Ann', ref: 'R1' });
    expect(() => crm.add('contacts', { firstname: 'Bea', ref: 'R1' })).toThrow('already has that value');
  });
});

describe('a workflow', () => {
  const upper = ({ city }: Readonly<Record<string, string | null>>) => (city == null ? null : { city: city.toUpperCase() });

  it('writes right after the request that saved, with a stamp and a source of its own, and no answer shows it', async () => {
    const { clock, crm, create, get } = portal({ automations: { contacts: upper } });
    const { body } = await create('contacts', { firstname: 'Ann', city: 'Rome' });
    expect(body.properties.city).toBe('Rome');
    clock.advance(10);
    const read = (await get(`contacts/${body.id}?propertiesWithHistory=city`)).body;
    expect(read.properties).toMatchObject({ city: 'ROME', lastmodifieddate: '2026-11-01T10:00:00.501Z' });
    expect(read.propertiesWithHistory.city.map(({ sourceType }: { sourceType: string }) => sourceType)).toEqual([
      'AUTOMATION_PLATFORM',
      'INTEGRATION',
    ]);
    expect(crm.record(body.id).properties['city']).toBe('ROME');
  });

  it('sets off no other run of itself', () => {
    const longer = ({ city }: Readonly<Record<string, string | null>>) => ({ city: `${city ?? ''}x` });
    const { clock, crm } = portal({ automations: { contacts: longer } });
    const ann = crm.add('contacts', { firstname: 'Ann' });
    clock.advance(10);
    expect([crm.record(ann.id).properties['city'], crm.record(ann.id).properties['city']]).toEqual(['x', 'x']);
  });

  it('that changes nothing moves no stamp', () => {
    const { clock, crm } = portal({ automations: { contacts: upper } });
    const ann = crm.add('contacts', { firstname: 'Ann', city: 'ROME' });
    clock.advance(10);
    expect(crm.record(ann.id).properties['lastmodifieddate']).toBe('2026-11-01T10:00:00.500Z');
  });

  it('does not run for a write that was taken back', async () => {
    const { crm, post } = portal({ automations: { contacts: upper } });
    const ann = crm.add('contacts', { firstname: 'Ann' });
    const inputs = [
      { id: ann.id, properties: { city: 'Rome' } },
      { id: crm.add('contacts', { firstname: 'Bea' }).id, properties: { nothing: 'x' } },
    ];
    expect((await post('contacts/batch/update', { inputs })).status).toBe(400);
    expect(crm.record(ann.id).properties['city']).toBeNull();
  });
});

describe('an unknown', () => {
  it.each<readonly [string, () => unknown, string]>([
    ['object in add', () => portal().crm.add('widgets', {}), 'no object widgets'],
    ['property in add', () => portal().crm.add('contacts', { nothing: 1 }), 'Property \\"nothing\\" does not exist'],
    ['property that has to be named', () => portal().crm.add('contacts', { nothing: 1 }), 'named in the option `properties`'],
    ['object in a rule', () => portal({ automations: { widgets: () => null } }), 'a rule is for widgets'],
    ['object in a label', () => portal({ labels: [{ from: 'widgets', to: 'contacts', label: 'x' }] }), 'one of them is unknown'],
    ['label', () => portal().crm.associate('1', '2'), 'there is no record 1'],
    ['name of a property', () => portal({ properties: { contacts: { 'Bad Name': { type: 'string' } } } }), 'no name of a property'],
    [
      'type of a property of HubSpot',
      () => portal({ properties: { contacts: { email: { type: 'number' } } } }),
      'has the type string, not number',
    ],
    ['object with pipelines', () => portal({ pipelines: { contacts: [] } }), 'contacts have no pipelines'],
  ])('%s is the mistake of the test', (_, run, message) => {
    expect(run).toThrow(message);
  });
});
