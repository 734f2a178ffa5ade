import { describe, expect, it } from 'vitest';
import { KNOWN_STATUSES, MEANINGS, type VendorCode } from '../../../src/connectors/hubspot/error-codes.ts';
import { hubspotError, isStaleToken } from '../../../src/connectors/hubspot/errors.ts';
import { refusalOf } from '../../../src/connectors/hubspot/refusal.ts';
import { limitDelayMs } from '../../../src/connectors/hubspot/retry.ts';
import type { ErrorCategory } from '../../../src/errors.ts';

const NO_HEADERS = { get: () => null };
const headersOf = (headers: Record<string, string>) => ({ get: (name: string) => headers[name] ?? null });
const answer = (status: number, body: object) => ({
  status,
  body: JSON.stringify({ message: 'Tel. +14155550100', ...body }),
  headers: NO_HEADERS,
});

/** How each code comes: the status, and the body around it. */
const LIMITS = ['RATE_LIMITS', 'SECONDLY', 'TEN_SECONDLY_ROLLING', 'DAILY'];
const PROPERTY = /^(PROPERTY_|CONFLICTING_|READ_ONLY|INVALID_(OPTION|EMAIL|INTEGER|FLOAT|LONG|DATE)|MISSING_(REQ|COND))/;
function bodyWith(vendorCode: VendorCode): object {
  if (vendorCode === 'EDIT_ASSOCIATIONS') return { category: 'VALIDATION_ERROR', message: "Missing 'Edit Associations' permission." };
  if (vendorCode === 'INVALID_OBJECT_IDS') return { category: 'VALIDATION_ERROR', context: { INVALID_OBJECT_IDS: ['1'] } };
  if (PROPERTY.test(vendorCode))
    return { category: 'VALIDATION_ERROR', errors: [{ code: vendorCode, context: { propertyName: ['lead_source'] } }] };
  return LIMITS.includes(vendorCode) && vendorCode !== 'RATE_LIMITS'
    ? { errorType: 'RATE_LIMIT', policyName: vendorCode }
    : { category: vendorCode };
}

const CODES: Record<VendorCode, readonly [status: number, code: string, category: ErrorCategory, retryable: boolean]> = {
  EXPIRED_AUTHENTICATION: [401, 'session_expired', 'authentication', false],
  INVALID_AUTHENTICATION: [401, 'token_revoked', 'authentication', false],
  MISSING_SCOPES: [403, 'missing_scopes', 'permission', false],
  USER_DOES_NOT_HAVE_PERMISSIONS: [403, 'no_access', 'permission', false],
  EDIT_ASSOCIATIONS: [400, 'no_access', 'permission', false],
  BANNED: [403, 'account_blocked', 'permission', false],
  PORTAL_AUTHENTICATION_FAILED: [403, 'no_access', 'permission', false],
  OBJECT_NOT_FOUND: [404, 'not_found', 'not_found', false],
  CONFLICT: [409, 'duplicate', 'duplicate', false],
  OBJECT_ALREADY_EXISTS: [409, 'duplicate', 'duplicate', false],
  VALIDATION_ERROR: [400, 'record_refused', 'validation', false],
  INVALID_OBJECT_IDS: [400, 'invalid_reference', 'validation', false],
  RATE_LIMITS: [429, 'rate_limit', 'rate_limit', true],
  SECONDLY: [429, 'search_limit', 'rate_limit', true],
  TEN_SECONDLY_ROLLING: [429, 'burst_limit', 'rate_limit', true],
  DAILY: [429, 'daily_limit', 'rate_limit', true],
  PROPERTY_DOESNT_EXIST: [400, 'field_not_visible', 'configuration', false],
  READ_ONLY_VALUE: [400, 'read_only_field', 'permission', false],
  INVALID_OPTION: [400, 'unknown_option', 'validation', false],
  CONFLICTING_UNIQUE_VALUE: [400, 'duplicate', 'duplicate', false],
  INVALID_EMAIL: [400, 'invalid_email', 'validation', false],
  INVALID_INTEGER: [400, 'wrong_type', 'validation', false],
  INVALID_FLOAT: [400, 'wrong_type', 'validation', false],
  INVALID_LONG: [400, 'wrong_type', 'validation', false],
  INVALID_DATE: [400, 'wrong_type', 'validation', false],
  MISSING_REQUIRED_PROPERTY: [400, 'required_field_missing', 'validation', false],
  MISSING_CONDITIONAL_REQUIRED_PROPERTY: [400, 'required_field_missing', 'validation', false],
};

describe('hubspotError, by code', () => {
  it.each(Object.keys(CODES) as VendorCode[])('%s', (vendorCode) => {
    const [status, code, category, retryable] = CODES[vendorCode];
    const error = hubspotError(answer(status, bodyWith(vendorCode)), 'POST /crm/objects/{object}/batch/update');
    expect({ code: error.code, category: error.category, retryable: error.retryable }).toEqual({ code, category, retryable });
    expect(error.remedy).toMatch(/^[A-Z].*\.$/);
    expect(error.remedy).not.toMatch(/[{}]/);
    expect(error.at.field).toBe(PROPERTY.test(vendorCode) ? 'lead_source' : undefined);
    if (PROPERTY.test(vendorCode) && vendorCode !== 'INVALID_EMAIL') expect(error.remedy).toContain('`lead_source`');
    expect(JSON.stringify(error) + error.message).not.toContain('555');
  });
  it('knows no code that this table does not', () => expect([...MEANINGS.keys()].sort()).toEqual(Object.keys(CODES).sort()));
});

const STATUSES: Readonly<Record<number, readonly [code: string, category: ErrorCategory, retryable: boolean]>> = {
  400: ['bad_request', 'validation', false],
  401: ['token_revoked', 'authentication', false],
  403: ['forbidden', 'permission', false],
  404: ['not_found', 'not_found', false],
  405: ['request_refused', 'validation', false],
  409: ['conflict', 'conflict', false],
  413: ['request_too_large', 'validation', false],
  414: ['query_too_long', 'configuration', false],
  415: ['request_refused', 'validation', false],
  423: ['record_locked', 'conflict', true],
  429: ['rate_limit', 'rate_limit', true],
  477: ['account_moving', 'server', true],
  500: ['server_fault', 'server', true],
  502: ['server_busy', 'server', true],
  503: ['server_busy', 'server', true],
  504: ['server_busy', 'server', true],
  521: ['server_busy', 'server', true],
  522: ['edge_unavailable', 'server', true],
  523: ['server_busy', 'server', true],
  524: ['server_busy', 'server', true],
  525: ['edge_unavailable', 'server', true],
  526: ['edge_unavailable', 'server', true],
  530: ['bad_access_token', 'configuration', false],
};

describe('hubspotError, by status where the body says nothing', () => {
  const BODIES = {
    'an HTML page': '<html><body>Down</body></html>',
    'plain text': 'error code: 1015',
    'a cut answer': '{"status":"error","mess',
    'a category that nobody knows': '{"status":"error","message":"x","category":"SOMETHING_NEW"}',
    nothing: '',
  };
  for (const [kind, body] of Object.entries(BODIES)) {
    it.each(Object.keys(STATUSES).map(Number))(`%s with ${kind}`, (status) => {
      const { code, category, retryable } = hubspotError({ status, body, headers: NO_HEADERS });
      expect([code, category, retryable]).toEqual(STATUSES[status]);
    });
  }
  it('knows no status that this table does not', () => expect(new Set(KNOWN_STATUSES)).toEqual(new Set(Object.keys(STATUSES).map(Number))));
  it.each([
    [302, 'server'],
    [418, 'validation'],
    [599, 'server'],
  ])('%i is %s', (status, category) => expect(hubspotError({ status, body: '', headers: NO_HEADERS }).category).toBe(category));
});

describe('the answers that HubSpot is known to give', () => {
  const ten = 'You have reached your ten_secondly_rolling limit.';
  const identities = 'Cannot have more than 250 identities on a profile';
  const listed = (error: string, name: string) => ({
    category: 'VALIDATION_ERROR',
    message: `Property values were not valid: ${JSON.stringify([{ isValid: false, message: 'x', error, name }])}`,
  });
  it.each<[what: string, status: number, body: object | string, code: string, category: ErrorCategory, waitMs: number | null]>([
    ['broken JSON', 400, { category: 'VALIDATION_ERROR', message: 'Invalid input JSON on line 1' }, 'record_refused', 'validation', null],
    ['a search past 10,000', 400, { message: 'There was a problem with the request.' }, 'bad_request', 'validation', null],
    [
      'ids twice in a batch',
      400,
      { category: 'VALIDATION_ERROR', message: 'Duplicate IDs found', context: { ids: ['1'] } },
      'record_refused',
      'validation',
      null,
    ],
    [
      'a dead association',
      400,
      { category: 'VALIDATION_ERROR', message: 'One or more associations are invalid' },
      'invalid_reference',
      'validation',
      null,
    ],
    ['a property that is none', 400, listed('PROPERTY_DOESNT_EXIST', 'x'), 'field_not_visible', 'configuration', null],
    ['a value that is calculated', 400, listed('READ_ONLY_VALUE', 'x'), 'read_only_field', 'permission', null],
    ['a property the portal requires', 400, listed('MISSING_REQUIRED_PROPERTY', 'x'), 'required_field_missing', 'validation', null],
    ['a problem without a code of ours', 400, listed('VALUE_TOO_LONG', 'x'), 'record_refused', 'validation', null],
    [
      'an expired token',
      401,
      { category: 'EXPIRED_AUTHENTICATION', context: { 'expire time': ['2026-06-21T10:37:52.040Z'] } },
      'session_expired',
      'authentication',
      null,
    ],
    ['a token that is unknown', 401, { category: 'INVALID_AUTHENTICATION' }, 'token_revoked', 'authentication', null],
    ['a missing scope', 403, { category: 'MISSING_SCOPES' }, 'missing_scopes', 'permission', null],
    ['a record that is not there', 404, { message: 'resource not found' }, 'not_found', 'not_found', null],
    [
      'an address that is taken',
      409,
      { category: 'CONFLICT', message: 'Contact already exists. Existing ID: 1' },
      'duplicate',
      'duplicate',
      null,
    ],
    [
      'a property that is there',
      409,
      { category: 'OBJECT_ALREADY_EXISTS', subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS' },
      'duplicate',
      'duplicate',
      null,
    ],
    ['a URL too long', 414, '<html><head><title>414 Request-URI Too Large</title></head></html>', 'query_too_long', 'configuration', null],
    ['too many merges', 414, { message: identities }, 'query_too_long', 'configuration', null],
    ['locked records', 423, { message: 'Locked' }, 'record_locked', 'conflict', 2_000],
    [
      'a second of searches',
      429,
      { category: 'RATE_LIMITS', message: 'You have reached your secondly limit.' },
      'search_limit',
      'rate_limit',
      1_000,
    ],
    [
      'ten seconds',
      429,
      { errorType: 'RATE_LIMIT', policyName: 'TEN_SECONDLY_ROLLING', message: ten },
      'burst_limit',
      'rate_limit',
      10_000,
    ],
    ['the day', 429, { errorType: 'RATE_LIMIT', policyName: 'DAILY' }, 'daily_limit', 'rate_limit', 3_600_000],
    ['the edge', 429, 'error code: 1015', 'rate_limit', 'rate_limit', 10_000],
    ['a moving account', 477, { message: 'x' }, 'account_moving', 'server', 3_600_000],
    ['a page of the edge', 502, '<html>', 'server_busy', 'server', 10_000],
  ])('%s (%i)', (_, status, body, code, category, waitMs) => {
    const text = typeof body === 'string' ? body : JSON.stringify({ status: 'error', correlationId: '019ce0f8', ...body });
    const error = hubspotError({ status, body: text, headers: NO_HEADERS });
    expect([error.code, error.category, error.retryAfterMs]).toEqual([code, category, waitMs]);
    expect(error.retryable).toBe(waitMs !== null);
  });
});

describe('what an answer says beside its code', () => {
  it('the scopes, of which one is enough, are in the remedy', () => {
    const error = hubspotError(
      answer(403, { category: 'MISSING_SCOPES', errors: [{ context: { requiredGranularScopes: ['crm.objects.deals.read', 'a b'] } }] }),
    );
    expect(error.remedy).toContain('one of the scopes crm.objects.deals.read,');
    expect(error.remedy).not.toContain('a b');
  });
  it('the correlation id, which HubSpot’s support asks for, is in the message', () => {
    const messageWith = (id: string) =>
      hubspotError({ status: 500, body: '', headers: new Headers({ 'x-hubspot-correlation-id': id }) }, 'GET /crm/owners').message;
    const id = '019ce0f8-6d3a-7898-a39b-6aa71a4c5887';
    expect(messageWith(id)).toBe(`HubSpot answered GET /crm/owners with HTTP 500 (correlation id ${id}).`);
    expect(messageWith('ann@example.com')).toBe('HubSpot answered GET /crm/owners with HTTP 500.');
  });
  it('a limit without a policy is known by its message', () => {
    const message = 'You have reached your secondly limit.';
    expect(hubspotError(answer(429, { message, category: 'RATE_LIMITS' })).code).toBe('search_limit');
    expect(hubspotError(answer(429, { message: 'You have reached your daily limit.' })).code).toBe('daily_limit');
  });
  it('a 401 that expired in 1970 never was a token, and is not refreshed', () => {
    const never = answer(401, { category: 'EXPIRED_AUTHENTICATION', context: { 'expire time': ['1970-01-01T00:00:00.000Z'] } });
    expect(hubspotError(never)).toMatchObject({ code: 'bad_access_token', category: 'configuration' });
    expect(isStaleToken(never)).toBe(false);
  });
  it.each([
    [401, 'EXPIRED_AUTHENTICATION', true],
    [401, 'INVALID_AUTHENTICATION', true],
    [403, 'MISSING_SCOPES', false],
    [200, 'EXPIRED_AUTHENTICATION', false],
  ])('%i %s: a new token may help: %s', (status, category, stale) => expect(isStaleToken(answer(status, { category }))).toBe(stale));
  it('a 401 without a body may be mended too', () => expect(isStaleToken({ status: 401, body: '' })).toBe(true));
  it('Retry-After counts before what experience says', () => {
    const headers = headersOf({ 'retry-after': '7' });
    expect(hubspotError({ status: 477, body: '', headers }).retryAfterMs).toBe(7_000);
    expect(hubspotError({ status: 477, body: '', headers: NO_HEADERS }).retryAfterMs).toBe(3_600_000);
    expect(hubspotError({ status: 500, body: '', headers: NO_HEADERS }).retryAfterMs).toBeNull();
  });
  it('a hostile property name is not shown', () =>
    expect(
      hubspotError(
        answer(400, { category: 'VALIDATION_ERROR', errors: [{ code: 'INVALID_OPTION', context: { propertyName: ['<b>x</b>'] } }] }),
      ).at.field,
    ).toBeUndefined());
});

describe('refusalOf', () => {
  const listed = (...problems: object[]) => `Property values were not valid: ${JSON.stringify(problems)}`;
  it('reads the code and the property out of the message, where a batch has them', () =>
    expect(
      refusalOf({ category: 'VALIDATION_ERROR', message: listed({ isValid: false, error: 'INVALID_EMAIL', name: 'email' }) }),
    ).toMatchObject({
      code: 'invalid_email',
      field: 'email',
    }));
  it('names the property also under a code that nobody knows', () =>
    expect(refusalOf({ category: 'VALIDATION_ERROR', message: listed({ error: 'SOMETHING_NEW', name: 'zip' }) })).toMatchObject({
      code: 'record_refused',
      field: 'zip',
    }));
  it.each(['Property values were not valid: [{', 'Property values were not valid: {}', 'x'])('stands a message like %j', (message) =>
    expect(refusalOf({ category: 'VALIDATION_ERROR', message })).toMatchObject({ code: 'record_refused', retryable: false }),
  );
  it('names the record that is there already', () =>
    expect(refusalOf({ category: 'CONFLICT', message: 'Contact already exists. Existing ID: 37765128953' })).toMatchObject({
      code: 'duplicate',
      existing: '37765128953',
    }));
  it.each([null, 'x', 7, [], {}])('stands %j for an error', (error) => expect(refusalOf(error)).toMatchObject({ outcome: 'refused' }));
});

describe('limitDelayMs', () => {
  const limit = (policyName: string) => JSON.stringify({ message: 'x', policyName });
  it.each([
    [429, limit('TEN_SECONDLY_ROLLING'), 1, 20_000],
    [429, limit('SECONDLY'), 1, 2_000],
    [429, limit('DAILY'), 0, null],
    [429, 'error code: 1015', 0, 10_000],
    [423, '', 0, 2_000],
    [503, '', 0, undefined],
  ])('%i %s, try %i: %s', (status, text, attempt, delay) => expect(limitDelayMs({ status, text }, attempt)).toBe(delay));
});
