import { describe, expect, it } from 'vitest';
import { fakeSalesforce } from '../../../src/testing/salesforce/fake-salesforce.ts';
import { apiOf } from './api.ts';

describe('what the connected user may not do', () => {
  it('is told by describe, and refused', async () => {
    const crm = fakeSalesforce({ denied: ['create Task', 'edit Contact'] });
    const { call } = apiOf(crm);
    const { id } = crm.add('Contact', { LastName: 'Smith' });
    const flags = async (object: string) => {
      const { createable, updateable } = (await call(`sobjects/${object}/describe`)).body;
      return [createable, updateable];
    };
    expect([await flags('Task'), await flags('Contact'), await flags('Account')]).toEqual([
      [false, true],
      [true, false],
      [true, true],
    ]);
    expect((await call('sobjects/Task', { method: 'POST', body: { Subject: 'Call' } })).body[0].errorCode).toMatch(/^CANNOT_INSERT/);
    expect((await call(`sobjects/Contact/${id}`, { method: 'PATCH', body: { Title: 'CEO' } })).status).toBe(400);
    expect(crm.list('Task')).toEqual([]);
    expect(crm.record(id).fields['Title']).toBeNull();
  });

  it('is no hindrance to the test itself', () => {
    const crm = fakeSalesforce({ denied: ['create Task', 'edit Contact'] });
    const { id } = crm.add('Contact', { LastName: 'Smith' });
    crm.add('Task', { Subject: 'Call' });
    expect(crm.edit(id, { Title: 'CEO' }).fields['Title']).toBe('CEO');
  });

  it('may be to see the limits, or itself', async () => {
    const { call } = apiOf(fakeSalesforce({ denied: ['limits', 'userinfo'] }));
    const limits = await call('limits');
    expect([limits.status, limits.headers.get('sforce-limit-info')]).toEqual([403, 'api-usage=1/15000']);
    expect(await call('/services/oauth2/userinfo')).toMatchObject({ status: 403, body: 'Bad_OAuth_Token' });
  });
});

describe('the kind of the connected user', () => {
  it.each([
    [false, 'Standard'],
    [true, 'CloudIntegrationUser'],
  ])('integrationUser %s', async (integrationUser, userType) => {
    const crm = fakeSalesforce({ integrationUser });
    const { call, query } = apiOf(crm);
    expect((await call('/services/oauth2/userinfo')).body.is_salesforce_integration_user).toBe(integrationUser);
    expect((await query(`SELECT UserType FROM User WHERE Id = '${crm.userId}'`)).body.records[0].UserType).toBe(userType);
  });
});
