import { describe, expect, it } from 'vitest';
import { MEANINGS, type VendorCode } from '../../../src/connectors/salesforce/error-codes.ts';
import { isStaleToken, salesforceError } from '../../../src/connectors/salesforce/errors.ts';
import type { ErrorCategory } from '../../../src/errors.ts';

const NO_HEADERS = new Headers();
const answer = (status: number, errorCode: string, message = 'Some text about (415) 555-0123', fields?: string[]) => ({
  status,
  body: JSON.stringify([{ message, errorCode, ...(fields ? { fields } : {}) }]),
  headers: NO_HEADERS,
});

const CODES: Record<VendorCode, readonly [code: string, category: ErrorCategory, retryable: boolean]> = {
  INVALID_SESSION_ID: ['session_expired', 'authentication', false],
  INVALID_AUTH_HEADER: ['bad_access_token', 'configuration', false],
  INVALID_AUTH: ['bad_access_token', 'configuration', false],
  REQUEST_LIMIT_EXCEEDED: ['daily_limit', 'rate_limit', true],
  API_DISABLED_FOR_ORG: ['api_disabled', 'permission', false],
  API_CURRENTLY_DISABLED: ['api_disabled', 'permission', false],
  SERVER_UNAVAILABLE: ['server_busy', 'server', true],
  UNKNOWN_EXCEPTION: ['server_fault', 'server', true],
  UNABLE_TO_LOCK_ROW: ['row_locked', 'conflict', true],
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: ['automation_failed', 'validation', false],
  CANNOT_EXECUTE_FLOW_TRIGGER: ['automation_failed', 'validation', false],
  QUERY_TIMEOUT: ['query_timeout', 'server', true],
  OPERATION_TOO_LARGE: ['query_too_large', 'permission', false],
  INVALID_QUERY_LOCATOR: ['query_cursor_expired', 'server', true],
  MALFORMED_QUERY: ['bad_query', 'configuration', false],
  QUERY_TOO_COMPLICATED: ['bad_query', 'configuration', false],
  INVALID_QUERY_FILTER_OPERATOR: ['bad_query', 'configuration', false],
  INVALID_FIELD: ['field_not_visible', 'configuration', false],
  INVALID_TYPE: ['object_not_visible', 'permission', false],
  INVALID_FIELD_FOR_INSERT_UPDATE: ['read_only_field', 'permission', false],
  MALFORMED_ID: ['bad_record_id', 'validation', false],
  INVALID_ID_FIELD: ['bad_record_id', 'validation', false],
  INVALID_CROSS_REFERENCE_KEY: ['not_found', 'not_found', false],
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: ['no_access', 'permission', false],
  INSUFFICIENT_ACCESS_OR_READONLY: ['no_access', 'permission', false],
  INSUFFICIENT_ACCESS: ['no_access', 'permission', false],
  ENTITY_IS_DELETED: ['record_deleted', 'not_found', false],
  NOT_FOUND: ['not_found', 'not_found', false],
  ENTITY_IS_LOCKED: ['record_locked', 'conflict', true],
  CANNOT_UPDATE_CONVERTED_LEAD: ['converted_lead', 'conflict', false],
  DUPLICATE_VALUE: ['duplicate', 'duplicate', false],
  DUPLICATES_DETECTED: ['duplicate', 'duplicate', false],
  DUPLICATE_EXTERNAL_ID: ['duplicate', 'duplicate', false],
  FIELD_CUSTOM_VALIDATION_EXCEPTION: ['validation_rule', 'validation', false],
  FIELD_FILTER_VALIDATION_EXCEPTION: ['invalid_reference', 'validation', false],
  FIELD_INTEGRITY_EXCEPTION: ['invalid_combination', 'validation', false],
  REQUIRED_FIELD_MISSING: ['required_field_missing', 'validation', false],
  STRING_TOO_LONG: ['too_long', 'validation', false],
  NUMBER_OUTSIDE_VALID_RANGE: ['number_too_large', 'validation', false],
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: ['unknown_option', 'validation', false],
  INVALID_EMAIL_ADDRESS: ['invalid_email', 'validation', false],
  JSON_PARSER_ERROR: ['wrong_type', 'validation', false],
  INVALID_TYPE_ON_FIELD_IN_RECORD: ['wrong_type', 'validation', false],
  INACTIVE_OWNER_OR_USER: ['inactive_owner', 'validation', false],
  OP_WITH_INVALID_USER_TYPE_EXCEPTION: ['inactive_owner', 'validation', false],
  STORAGE_LIMIT_EXCEEDED: ['storage_full', 'permission', false],
  LIMIT_EXCEEDED: ['limit_exceeded', 'rate_limit', true],
  TOO_MANY_APEX_REQUESTS: ['concurrent_limit', 'rate_limit', true],
  REQUEST_RUNNING_TOO_LONG: ['request_too_slow', 'server', true],
  INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE: ['maintenance', 'server', true],
  TXN_SECURITY_NO_ACCESS: ['blocked_by_policy', 'permission', false],
  TXN_SECURITY_METERING_ERROR: ['blocked_by_policy', 'permission', false],
  EXCEEDED_ID_LIMIT: ['window_too_large', 'server', true],
  INVALID_REPLICATION_DATE: ['bad_window', 'configuration', false],
  MALFORMED_SEARCH: ['bad_query', 'configuration', false],
  ALL_OR_NONE_OPERATION_ROLLED_BACK: ['rolled_back', 'conflict', true],
  PROCESSING_HALTED: ['rolled_back', 'conflict', true],
};

describe('salesforceError, by code whatever the status', () => {
  it.each(Object.keys(CODES) as VendorCode[])('%s', (vendorCode) => {
    const [code, category, retryable] = CODES[vendorCode];
    const error = salesforceError(answer(400, vendorCode), 'GET /query');
    expect({ code: error.code, category: error.category, retryable: error.retryable }).toEqual({ code, category, retryable });
    expect(error.remedy).toMatch(/^[A-Z].*\.$/);
    expect(JSON.stringify(error) + error.message).not.toContain('555');
  });
  it('knows no code that this table does not', () => expect([...MEANINGS.keys()].sort()).toEqual(Object.keys(CODES).sort()));
});

const STATUSES: Readonly<Record<number, readonly [code: string, category: ErrorCategory]>> = {
  300: ['duplicate', 'duplicate'],
  302: ['unexpected_answer', 'server'],
  304: ['unexpected_answer', 'server'],
  400: ['bad_request', 'validation'],
  401: ['session_expired', 'authentication'],
  403: ['forbidden', 'permission'],
  404: ['not_found', 'not_found'],
  405: ['request_refused', 'validation'],
  406: ['edge_unavailable', 'server'],
  408: ['edge_unavailable', 'server'],
  409: ['conflict', 'conflict'],
  410: ['api_version_retired', 'configuration'],
  412: ['conflict', 'conflict'],
  413: ['request_too_large', 'validation'],
  414: ['query_too_long', 'configuration'],
  415: ['request_refused', 'validation'],
  420: ['edge_unavailable', 'server'],
  428: ['request_refused', 'validation'],
  429: ['concurrent_limit', 'rate_limit'],
  431: ['query_too_long', 'configuration'],
  500: ['server_fault', 'server'],
  502: ['server_fault', 'server'],
  503: ['server_fault', 'server'],
};

describe('salesforceError, by status where the body says nothing', () => {
  const BODIES = {
    'an HTML page': '<html><body>Down</body></html>',
    'a cut answer': '[{"errorCode":"INVALID_F',
    nothing: '',
    'a list of URLs': '["/a","/b"]',
  };
  for (const [kind, body] of Object.entries(BODIES)) {
    it.each(Object.keys(STATUSES).map(Number))(`%s with ${kind}`, (status) => {
      const { code, category } = salesforceError({ status, body, headers: NO_HEADERS });
      expect([code, category]).toEqual(STATUSES[status]);
    });
  }
  it('goes by status for a code that is not known', () =>
    expect(salesforceError(answer(403, 'SOMETHING_NEW')).category).toBe('permission'));
});

describe('salesforceError, where only the text tells', () => {
  it.each([
    ['REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.', 'daily_limit'],
    ['REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.', 'concurrent_limit'],
    ['REQUEST_LIMIT_EXCEEDED', 'ConcurrentPerOrgLongTxn Limit exceeded.', 'concurrent_limit'],
    ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'X: execution of BeforeUpdate caused by: UNABLE_TO_LOCK_ROW, unable to obtain', 'row_locked'],
    ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'X: System.LimitException: Too many SOQL queries: 101', 'automation_limit'],
  ])('%s "%s" is %s', (vendorCode, message, code) => {
    const error = salesforceError(answer(403, vendorCode, message));
    expect([error.code, error.retryable]).toEqual([code, true]);
  });
  it('waits longer for the quota of a day than for a free place', () => {
    const daily = salesforceError(answer(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'));
    const concurrent = salesforceError(answer(403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests Limit exceeded.'));
    expect(daily.retryAfterMs).toBeGreaterThan(concurrent.retryAfterMs!);
  });
  it.each([
    ["No such column 'Foo__c' on sobject of type Contact", 'INVALID_FIELD'],
    ['Unable to create/update fields: Foo__c. Please check the security settings of this field', 'INVALID_FIELD_FOR_INSERT_UPDATE'],
  ])('names the field of "%s"', (message, vendorCode) => expect(salesforceError(answer(400, vendorCode, message)).at.field).toBe('Foo__c'));
});

describe('salesforceError', () => {
  it('names the field that Salesforce names', () =>
    expect(salesforceError(answer(400, 'REQUIRED_FIELD_MISSING', 'x', ['LastName'])).at.field).toBe('LastName'));
  it('reads the shape of the token host and of a collection', () => {
    expect(salesforceError({ status: 400, body: '{"error":"INVALID_SESSION_ID"}', headers: NO_HEADERS }).code).toBe('session_expired');
    expect(salesforceError({ status: 400, body: '[{"statusCode":"sf:UNABLE_TO_LOCK_ROW","message":"x"}]', headers: NO_HEADERS }).code).toBe(
      'row_locked',
    );
  });
  it.each([
    ['7', 7_000],
    ['Wed, 21 Oct 2026 07:28:10 GMT', 10_000],
    ['soon', null],
  ])('waits as Retry-After %s says', (text, wait) => {
    const headers = new Headers({ 'retry-after': text, date: 'Wed, 21 Oct 2026 07:28:00 GMT' });
    expect(salesforceError({ status: 500, body: '', headers }).retryAfterMs).toBe(wait);
  });
  it.each([
    ['4f1c2a9e-77', 'Salesforce answered GET /query with HTTP 500 and UNKNOWN_EXCEPTION (request 4f1c2a9e-77).'],
    ['+1 415 555 0123', 'Salesforce answered GET /query with HTTP 500 and UNKNOWN_EXCEPTION.'],
  ])('names the request that failed inside Salesforce, which its support asks for: %s', (id, message) => {
    const fault = { ...answer(500, 'UNKNOWN_EXCEPTION'), headers: new Headers({ 'x-request-id': id }) };
    expect(salesforceError(fault, 'GET /query').message).toBe(message);
    const refusal = { ...answer(400, 'MALFORMED_QUERY'), headers: new Headers({ 'x-request-id': id }) };
    expect(salesforceError(refusal, 'GET /query').message).not.toContain(id);
  });
  it('never repeats a hostile code or field', () => {
    const error = salesforceError(answer(400, '<script>+14155550123', 'x', ['+14155550123']));
    expect(JSON.stringify(error) + error.message).not.toContain('555');
  });
});

describe('isStaleToken', () => {
  it.each([
    ['an expired session', 401, '[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]', true],
    ['a page instead of JSON', 401, '<html>', true],
    [
      'a session that is not for the API',
      401,
      '[{"message":"This session is not valid for use with the REST API","errorCode":"INVALID_SESSION_ID"}]',
      false,
    ],
    ['an app that is not attached', 401, 'Connected app is not attached to Agent', false],
    ['a malformed header', 401, '[{"message":"x","errorCode":"INVALID_AUTH_HEADER"}]', false],
    ['a refusal', 403, '[{"message":"x","errorCode":"INVALID_SESSION_ID"}]', false],
  ])('%s', (_, status, body, stale) => expect(isStaleToken({ status, body })).toBe(stale));
});
