import { describe, expect, it } from 'vitest';
import * as hubspot from '../../../../src/connectors/hubspot/error-codes.ts';
import * as salesforce from '../../../../src/connectors/salesforce/error-codes.ts';
import { diagnose } from '../../../../src/core/checks/diagnose.ts';
import type { Finding } from '../../../../src/core/checks/finding.ts';
import { CrmSyncError, type ErrorCategory } from '../../../../src/errors.ts';
import { expectWords } from '../told.ts';

const errorOf = (code: string, category: ErrorCategory, retryable = false) =>
  new CrmSyncError('It was refused.', {
    code,
    category,
    retryable,
    remedy: 'Do this.',
    at: { object: 'Contact', field: 'Email', recordId: '003000000000001AAA' },
  });

/** A Record, so that a new category is a compile error here. */
const CATEGORIES: Record<ErrorCategory, readonly [who: Finding['who'], retried: Finding['who'], hasPlace: boolean]> = {
  configuration: ['developer', 'developer', true],
  authentication: ['crm_user', 'nobody', false],
  permission: ['crm_admin', 'crm_admin', true],
  rate_limit: ['nobody', 'nobody', false],
  validation: ['crm_admin', 'crm_admin', true],
  not_found: ['crm_admin', 'crm_admin', true],
  conflict: ['crm_user', 'nobody', true],
  duplicate: ['crm_user', 'nobody', true],
  network: ['developer', 'developer', false],
  server: ['nobody', 'nobody', false],
  store: ['developer', 'developer', false],
  merge: ['developer', 'developer', false],
  webhook: ['developer', 'developer', false],
};

describe('diagnose says who must act', () => {
  it.each(Object.keys(CATEGORIES) as ErrorCategory[])('by the category %s', (category) => {
    const [who, retried, hasPlace] = CATEGORIES[category];
    expect(diagnose(errorOf('some_code', category))).toEqual({
      level: 'error',
      code: 'some_code',
      message: 'It was refused.',
      remedy: 'Do this.',
      who,
      at: hasPlace ? { object: 'Contact', field: 'Email' } : {},
    });
    expect(diagnose(errorOf('some_code', category, true))).toMatchObject({ level: 'warning', who: retried });
  });

  it('of another copy of the package with a category that this one does not know: a developer', () =>
    expect(diagnose(errorOf('some_code', 'hasOwnProperty' as ErrorCategory)).who).toBe('developer'));
});

it('an error that is not ours is told without its own words', () => {
  const finding = diagnose(new TypeError('secret'));
  expectWords(finding);
  expect(finding).toMatchObject({ level: 'error', code: 'unexpected', who: 'developer', at: {} });
  expect(JSON.stringify(finding)).not.toContain('secret');
});

it.each([
  ['grant_not_enabled', 'authentication', 'crm_admin'],
  ['broken_answer', 'server', 'developer'],
] as const)('of a code that is no answer of a CRM: %s', (code, category, who) => expect(diagnose(errorOf(code, category)).who).toBe(who));

/** Every code that an answer of either CRM can come to. */
const CODES: Readonly<Record<string, Finding['who']>> = {
  account_blocked: 'crm_admin',
  account_moving: 'nobody',
  api_disabled: 'crm_admin',
  api_version_retired: 'developer',
  automation_failed: 'crm_admin',
  automation_limit: 'nobody',
  bad_access_token: 'developer',
  bad_query: 'developer',
  bad_record_id: 'crm_user',
  bad_request: 'developer',
  bad_window: 'developer',
  blocked_by_policy: 'crm_admin',
  burst_limit: 'nobody',
  concurrent_limit: 'nobody',
  conflict: 'nobody',
  converted_lead: 'developer',
  daily_limit: 'nobody',
  duplicate: 'crm_user',
  edge_unavailable: 'nobody',
  field_not_visible: 'crm_admin',
  forbidden: 'crm_admin',
  inactive_owner: 'crm_admin',
  invalid_combination: 'crm_user',
  invalid_email: 'crm_user',
  invalid_reference: 'crm_user',
  limit_exceeded: 'nobody',
  maintenance: 'nobody',
  missing_scopes: 'crm_admin',
  no_access: 'crm_admin',
  not_found: 'crm_admin',
  number_too_large: 'crm_user',
  object_not_visible: 'crm_admin',
  query_cursor_expired: 'nobody',
  query_timeout: 'nobody',
  query_too_large: 'crm_admin',
  query_too_long: 'developer',
  rate_limit: 'nobody',
  read_only_field: 'crm_admin',
  record_deleted: 'crm_user',
  record_locked: 'nobody',
  record_refused: 'developer',
  request_refused: 'developer',
  request_too_large: 'developer',
  request_too_slow: 'nobody',
  required_field_missing: 'crm_admin',
  rolled_back: 'nobody',
  row_locked: 'nobody',
  search_limit: 'nobody',
  server_busy: 'nobody',
  server_fault: 'nobody',
  session_expired: 'crm_user',
  session_not_for_api: 'crm_admin',
  storage_full: 'crm_admin',
  token_revoked: 'crm_user',
  too_long: 'developer',
  unexpected_answer: 'developer',
  unknown_option: 'crm_admin',
  validation_rule: 'crm_admin',
  window_too_large: 'nobody',
  wrong_type: 'developer',
};

describe('diagnose of what a CRM answers', () => {
  const STATUSES = Array.from({ length: 300 }, (_, index) => 300 + index);
  const meanings = [
    ...salesforce.MEANINGS.values(),
    ...hubspot.MEANINGS.values(),
    ...STATUSES.flatMap((status) => [salesforce.meaningOfStatus(status), hubspot.meaningOfStatus(status)]),
    salesforce.CONCURRENT_LIMIT,
    salesforce.AUTOMATION_LIMIT,
    salesforce.NOT_FOR_API,
    hubspot.NOT_A_TOKEN,
  ];
  const codes = [...new Set(meanings.map(({ code }) => code))].sort();

  it('is decided for every code of both error tables, and for no other', () => expect(codes).toEqual(Object.keys(CODES).sort()));

  it.each(codes)('%s', (code) => {
    for (const meaning of meanings.filter((each) => each.code === code)) {
      const finding = diagnose(new CrmSyncError('Salesforce answered.', meaning));
      // A 409 of HubSpot never passes by itself: somebody has to look at the two records.
      expect(finding.who).toBe(code === 'conflict' && !meaning.retryable ? 'crm_user' : CODES[code]);
      expect(finding.level).toBe(meaning.retryable ? 'warning' : 'error');
      expect(finding.remedy).toBe(meaning.remedy);
    }
  });
});

describe('diagnose of an error that is not ours', () => {
  it.each([
    new Error('Tel. +14155550123'),
    new TypeError('secret'),
    'secret',
    null,
    undefined,
    7,
    { code: 'token_revoked', remedy: 'secret' },
  ])('shows nothing of %o', (error) => {
    const finding = diagnose(error);
    expect(finding).toMatchObject({ level: 'error', code: 'unexpected', who: 'developer', at: {} });
    expect(JSON.stringify(finding)).not.toMatch(/secret|555/);
  });
});
