import { describe, expect, it } from 'vitest';
import { fakeHubSpot } from '../../../src/testing/hubspot/fake-hubspot.ts';
import { portal } from './api.ts';

const propertyRules = { contacts: { zip: [{ ruleType: 'ALPHANUMERIC', ruleArguments: ['NUMERIC_ONLY'] }] } };
const RULE = { ruleType: 'ALPHANUMERIC', ruleArguments: ['NUMERIC_ONLY'], shouldApplyNormalization: false };

describe('rules of properties', () => {
  it('are listed by the type id of the object, and for one property', async () => {
    const { get } = portal({ propertyRules });
    expect((await get('/crm/property-validations/2026-09/0-1')).body).toEqual({
      results: [{ propertyName: 'zip', propertyValidationRules: [RULE] }],
    });
    expect((await get('/crm/property-validations/2026-03/0-1/zip')).body).toEqual({ results: [RULE] });
    expect((await get('/crm/property-validations/2026-09/0-1/email')).body).toEqual({ results: [] });
    expect((await get('/crm/property-validations/2026-09/0-2')).body).toEqual({ results: [] });
  });

  it.each([['/crm/property-validations/2026-09/contacts'], ['/crm/property-validations/2026-09/0-1/ghost']])(
    '%s is not found',
    async (path) => {
      expect((await portal({ propertyRules }).get(path)).status).toBe(404);
    },
  );

  it('need a scope, and are changed only in HubSpot', async () => {
    const { get } = portal({ propertyRules, scopes: ['oauth'] });
    expect((await get('/crm/property-validations/2026-09/0-1')).body.category).toBe('MISSING_SCOPES');
    expect((await portal().put('/crm/property-validations/2026-09/0-1/zip/rule-type/FORMAT', {})).status).toBe(501);
  });

  it('of an object that the portal has not are the mistake of the test', () => {
    expect(() => fakeHubSpot({ propertyRules: { ghosts: {} } })).toThrow(/ghosts/);
  });
});
