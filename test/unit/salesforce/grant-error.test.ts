import { describe, expect, it } from 'vitest';
import { grantError, identityOf } from '../../../src/connectors/salesforce/auth-grant.ts';

const refused = (status: number, body: unknown) =>
  grantError({ status, body: typeof body === 'string' ? body : JSON.stringify(body), headers: new Headers() });

describe('grantError', () => {
  it.each([
    ['invalid_grant', 'expired access/refresh token', 'token_revoked', 'authentication'],
    ['invalid_grant', undefined, 'token_revoked', 'authentication'],
    ['invalid_grant', 'inactive user', 'user_inactive', 'authentication'],
    ['invalid_grant', 'inactive organization', 'user_inactive', 'authentication'],
    ['invalid_grant', 'ip restricted', 'ip_restricted', 'permission'],
    ['invalid_grant', 'authentication failure', 'bad_credentials', 'configuration'],
    ['invalid_grant', "user hasn't approved this consumer", 'app_not_approved', 'permission'],
    ['invalid_client', 'app must be installed into org', 'app_not_installed', 'permission'],
    ['OAUTH_APPROVAL_ERROR_GENERIC', undefined, 'app_not_installed', 'permission'],
    ['invalid_client', 'invalid client credentials', 'bad_client', 'configuration'],
    ['invalid_client_id', 'client identifier invalid', 'bad_client', 'configuration'],
    ['unsupported_grant_type', 'grant type not supported', 'grant_not_enabled', 'configuration'],
    ['something_new', 'x', 'token_refused', 'authentication'],
  ])('%s "%s" is %s', (error, error_description, code, category) => {
    const made = refused(400, { error, error_description });
    expect([made.code, made.category, made.retryable]).toEqual([code, category, false]);
    expect(made.remedy).toMatch(/^[A-Z].*\.$/);
  });
  it('may be tried again after too many logins', () => {
    const made = refused(400, { error: 'invalid_grant', error_description: 'login rate exceeded' });
    expect([made.category, made.retryable]).toEqual(['rate_limit', true]);
  });
  it.each([500, 502, 503])('%s of the token host passes', (status) =>
    expect(refused(status, '<html>')).toMatchObject({ category: 'server', retryable: true }),
  );
  it('suspects the URL where something else answers', () => expect(refused(404, '<html>')).toMatchObject({ category: 'configuration' }));
});

describe('identityOf', () => {
  it('reads org and user from the end of the identity URL', () =>
    expect(identityOf('https://login.salesforce.com/id/00Dx0000000BV7zEAG/005x00000012Q9PAAU')).toEqual({
      account: '00Dx0000000BV7zEAG',
      userId: '005x00000012Q9PAAU',
    }));
  it.each([undefined, '', 'https://login.salesforce.com/', 7])('%s names nobody', (url) => expect(identityOf(url)).toEqual({}));
});
