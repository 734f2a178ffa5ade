import jsforce from 'jsforce';
import { describe, expect, it } from 'vitest';
import { fakeSalesforce } from '../../../src/testing/salesforce/fake-salesforce.ts';

const redirectUri = 'https://app.example.com/oauth/callback';

describe('jsforce', () => {
  it('goes through the whole of OAuth on the fake: page, code with PKCE, refresh with rotation, revocation', async () => {
    const crm = fakeSalesforce();
    await using server = await crm.listen();
    const { clientId, clientSecret } = crm.oauth;
    const oauth2 = new jsforce.OAuth2({ loginUrl: server.url, clientId, clientSecret, redirectUri, useVerifier: true });

    const page = await fetch(oauth2.getAuthorizationUrl({ scope: 'api refresh_token', state: 's1' }), { redirect: 'manual' });
    const { searchParams } = new URL(page.headers.get('location') ?? '');
    expect([page.status, searchParams.get('state')]).toEqual([302, 's1']);
    const granted = await oauth2.requestToken(searchParams.get('code') ?? '');
    expect(granted).toMatchObject({ scope: 'api refresh_token', instance_url: server.url, refresh_token: crm.oauth.refreshToken });

    crm.oauth.rotate = true;
    const refreshed = await oauth2.refreshToken(crm.oauth.refreshToken);
    expect(refreshed).toMatchObject({ refresh_token: crm.oauth.refreshToken });
    const connection = new jsforce.Connection({ instanceUrl: server.url, accessToken: refreshed.access_token, version: '66.0' });
    expect(await connection.limits()).toHaveProperty('DailyApiRequests');

    await oauth2.revokeToken(crm.oauth.refreshToken);
    await expect(oauth2.refreshToken(crm.oauth.refreshToken)).rejects.toThrow('expired access/refresh token');
  });
});
