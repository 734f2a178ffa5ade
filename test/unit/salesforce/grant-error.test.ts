import { describe, expect, it } from 'vitest';
import { identityOf } from '../../../src/connectors/salesforce/auth/grant.ts';
import { authorizeError, CODE_REFUSALS, grantError } from '../../../src/connectors/salesforce/auth/refusals.ts';

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
  it.each([
    ['<html>', 'permission'],
    [{ error: 'invalid_grant', error_description: 'expired access/refresh token' }, 'permission'],
    [{ error: 'invalid_client', error_description: 'app must be installed into org' }, 'permission'],
  ])('a 403 never says that the tokens are dead: %j', (body, category) => expect(refused(403, body).category).toBe(category));
  it.each([
    ['invalid_grant', 'expired authorization code', 'bad_code', 'authentication'],
    ['invalid_grant', 'invalid authorization code', 'bad_code', 'authentication'],
    ['invalid_grant', 'invalid code verifier', 'bad_code', 'authentication'],
    ['redirect_uri_mismatch', 'redirect_uri must match configuration', 'redirect_uri_mismatch', 'configuration'],
    ['invalid_client', 'invalid client credentials', 'bad_client', 'configuration'],
  ])('of a code, %s "%s" is %s', (error, error_description, code, category) => {
    const body = JSON.stringify({ error, error_description });
    expect(grantError({ status: 400, body, headers: new Headers() }, CODE_REFUSALS)).toMatchObject({ code, category });
  });
  it.each([
    ['access_denied', 'end-user denied authorization', 'access_denied', 'authentication'],
    ['OAUTH_APPROVAL_ERROR_GENERIC', '', 'app_not_installed', 'permission'],
    ['invalid_client', 'app must be installed into org', 'app_not_installed', 'permission'],
    ['invalid_scope', '', 'invalid_scope', 'configuration'],
    ['something <b>new</b>', 'secret', 'token_refused', 'authentication'],
  ])('of the authorize page, %s "%s" is %s', (error, description, code, category) => {
    const made = authorizeError(error, description);
    expect(made).toMatchObject({ code, category });
    expect(`${made.message}${made.remedy}`).not.toMatch(/secret|<b>/);
  });
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
