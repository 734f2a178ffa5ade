import { createHubSpotApp } from 'crm-sync-engine/hubspot';
import { createSalesforceApp, type Tokens } from 'crm-sync-engine/salesforce';
import { fakeHubSpot, fakeSalesforce } from 'crm-sync-engine/testing';

export interface Account {
  readonly id: string;
  readonly crm: 'salesforce' | 'hubspot';
  readonly account: string;
  readonly tokens: Tokens;
  readonly fake: ReturnType<typeof fakeSalesforce> | ReturnType<typeof fakeHubSpot>;
  readonly fetch: typeof globalThis.fetch;
}

const HUBSPOT_MAX = 100_000_000;

function salesforceOrg(index: number): Account {
  const fake = fakeSalesforce({
    orgId: `00DFk0000${String(index).padStart(6, '0')}`,
    instanceUrl: `https://org-${index}.my.salesforce.com`,
  });
  fake.add('Contact', { FirstName: 'Alice', LastName: `Of ${index}`, Phone: '+14155550123' });
  fake.add('Contact', { FirstName: 'Bob', LastName: `Of ${index}`, Phone: '+14155550124' });
  const { refreshToken } = fake.oauth;
  const tokens = { accessToken: 'none.yet', refreshToken: `${index}~${refreshToken}`, instanceUrl: fake.instanceUrl, account: fake.orgId };
  return { id: `salesforce-${index}`, crm: 'salesforce', account: fake.orgId, tokens, fake, fetch: fake.fetch };
}

function hubspotPortal(index: number): Account {
  const fake = fakeHubSpot({ portalId: HUBSPOT_MAX + index });
  fake.add('contacts', { firstname: 'Alice', lastname: `Of ${index}`, phone: '+14155550123' });
  fake.add('contacts', { firstname: 'Bob', lastname: `Of ${index}`, phone: '+14155550124' });
  const tokens = {
    accessToken: 'none.yet',
    refreshToken: `${index}~${fake.oauth.refreshToken}`,
    account: String(fake.portalId),
    expiresAt: new Date(0).toISOString(),
  };
  return { id: `hubspot-${index}`, crm: 'hubspot', account: tokens.account, tokens, fake, fetch: fake.fetch };
}

/** Accounts of both CRMs behind one `fetch` each, as one app meets them: tokens carry the number of their account. */
export function manyAccounts(count: number) {
  const accounts = Array.from({ length: count }, (_, index) => (index % 2 === 0 ? salesforceOrg(index) : hubspotPortal(index)));
  const at = (number: string): Account => {
    const account = accounts[Number(number)];
    if (account === undefined) throw new Error(`no account ${number}`);
    return account;
  };

  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const [, org] = /^org-(\d+)\./.exec(new URL(request.url).hostname) ?? [];
    if (org !== undefined) return at(org).fetch(request);
    const bearer = request.headers.get('authorization')?.replace('Bearer ', '') ?? '';
    if (bearer.includes('~')) {
      const [number = '', token = ''] = bearer.split('~');
      const headers = new Headers(request.headers);
      headers.set('authorization', `Bearer ${token}`);
      return at(number).fetch(new Request(request, { headers }));
    }
    return tokenRequest(request);
  };

  /** The number goes off the refresh token, and onto the tokens of the answer. */
  async function tokenRequest(request: Request): Promise<Response> {
    const body = new URLSearchParams(await request.text());
    const [number = '', token = ''] = (body.get('refresh_token') ?? '').split('~');
    const { crm, fetch: ask } = at(number);
    body.set('refresh_token', token);
    const answer = await ask(new Request(request.url, { method: 'POST', headers: request.headers, body }));
    const json = (await answer.json()) as Record<string, unknown>;
    if (crm === 'hubspot' && typeof json['access_token'] === 'string') json['access_token'] = `${number}~${json['access_token']}`;
    if (typeof json['refresh_token'] === 'string') json['refresh_token'] = `${number}~${json['refresh_token']}`;
    return Response.json(json, { status: answer.status });
  }

  const [first, second] = accounts;
  const redirectUri = 'https://app.example.com/oauth/callback';
  const credentials = ({ clientId, clientSecret }: { clientId: string; clientSecret: string }) => ({
    clientId,
    clientSecret,
    redirectUri,
    fetch,
  });
  return {
    accounts,
    apps: {
      salesforce: createSalesforceApp(credentials((first as Account).fake.oauth)),
      hubspot: createHubSpotApp(credentials((second as Account).fake.oauth)),
    },
  };
}
