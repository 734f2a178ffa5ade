import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { portal } from './api.ts';

const types = (crm: ReturnType<typeof portal>['crm']) => crm.events().map(({ subscriptionType }) => subscriptionType);

describe('an event', () => {
  it('tells of a creation and of each property that changes, with ids as numbers', async () => {
    const { clock, crm, create, update } = portal();
    const { id } = (await create('contacts', { firstname: 'Ann', city: 'Rome' })).body;
    clock.advance(1000);
    await update('contacts', id, { city: 'Rome', phone: '+14155550100' });
    const common = {
      subscriptionId: 12_345,
      portalId: crm.portalId,
      appId: 54_321,
      attemptNumber: 0,
      objectId: Number(id),
      changeSource: 'INTEGRATION',
      sourceId: '54321',
    };
    const [first, ...changes] = crm.events();
    expect(first).toEqual({
      ...common,
      eventId: 1,
      occurredAt: clock.now() - 1000,
      subscriptionType: 'contact.creation',
      changeFlag: 'NEW',
    });
    expect(changes[0]).toEqual({
      ...common,
      eventId: 2,
      occurredAt: clock.now(),
      subscriptionType: 'contact.propertyChange',
      propertyName: 'phone',
      propertyValue: '+14155550100',
    });
    expect(changes.map(({ propertyName }) => propertyName)).not.toContain('city');
    expect(changes.map(({ propertyName }) => propertyName)).not.toContain('lastmodifieddate');
  });

  it('tells of deletion, restoration, erasure, merge and ties', () => {
    const { crm } = portal();
    const [ann, bea, acme] = [
      crm.add('contacts', { firstname: 'Ann' }),
      crm.add('contacts', { firstname: 'Bea' }),
      crm.add('companies', { name: 'Acme' }),
    ];
    crm.remove(ann.id);
    crm.restore(ann.id);
    crm.associate(ann.id, acme.id);
    const survivor = crm.merge(ann.id, bea.id);
    crm.erase(survivor.id);
    expect(types(crm)).toEqual([
      'contact.creation',
      'contact.creation',
      'company.creation',
      'contact.deletion',
      'contact.restore',
      'contact.associationChange',
      'company.associationChange',
      'contact.merge',
      'contact.privacyDeletion',
    ]);
    expect(crm.events()[5]).toMatchObject({
      associationType: 'CONTACT_TO_COMPANY',
      fromObjectId: Number(ann.id),
      toObjectId: Number(acme.id),
      associationRemoved: false,
    });
    expect(crm.events()[7]).toMatchObject({
      primaryObjectId: Number(ann.id),
      mergedObjectIds: [Number(bea.id)],
      newObjectId: Number(survivor.id),
      objectId: Number(ann.id),
    });
  });

  it('of an object without a name of its own, or of an app of the new platform, is generic', () => {
    const { crm } = portal();
    crm.add('calls', {});
    crm.add('contacts', { firstname: 'Ann' });
    expect(crm.events().map(({ subscriptionType, objectTypeId }) => [subscriptionType, objectTypeId])).toEqual([
      ['object.creation', '0-48'],
      ['contact.creation', undefined],
    ]);
    expect(crm.events({ generic: true })[1]).toMatchObject({ subscriptionType: 'object.creation', objectTypeId: '0-1' });
  });

  it('is not made by a write that was refused', async () => {
    const { crm, post } = portal();
    await post('contacts/batch/create', { inputs: [{ properties: { firstname: 'Ann' } }, { properties: { nothing: 'x' } }] });
    expect(crm.events()).toEqual([]);
  });
});

describe('a delivery', () => {
  it('is signed over method, URL, body and time', async () => {
    const { crm, clock } = portal();
    crm.add('contacts', { firstname: 'Ann' });
    const events = crm.events();
    const request = await crm.webhook({ url: 'https://app.example.com/hubspot?portal=a%3Ab%20c' });
    const body = await request.text();
    expect([request.method, request.headers.get('content-type'), JSON.parse(body)]).toEqual(['POST', 'application/json', events]);
    const at = request.headers.get('x-hubspot-request-timestamp');
    expect(at).toBe(String(clock.now()));
    const signed = `POSThttps://app.example.com/hubspot?portal=a:b%20c${body}${at}`;
    expect(request.headers.get('x-hubspot-signature-v3')).toBe(
      createHmac('sha256', crm.oauth.clientSecret).update(signed).digest('base64'),
    );
  });

  it('has at most 100 events, and each goes once', async () => {
    const { crm } = portal();
    for (let index = 0; index < 101; index += 1) crm.add('contacts', { firstname: 'x' });
    const counts = [];
    for (let time = 0; time < 3; time += 1) counts.push(((await (await crm.webhook()).json()) as unknown[]).length);
    expect(counts).toEqual([100, 1, 0]);
  });

  it('may be of anything, at any time', async () => {
    const { crm } = portal();
    const request = await crm.signed({ body: '[]', method: 'PUT', at: 5 });
    expect([request.method, await request.text(), request.headers.get('x-hubspot-request-timestamp')]).toEqual(['PUT', '[]', '5']);
  });
});
