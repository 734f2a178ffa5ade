import type { CompleteConnector } from 'crm-sync-engine';
import { createHubSpotApp } from 'crm-sync-engine/hubspot';
import {
  type Authorization,
  type CallBudget,
  type CodeExchange,
  createSalesforceApp,
  type TokenStore,
  type Tokens,
} from 'crm-sync-engine/salesforce';
import { fakeHubSpot, fakeSalesforce, manualClock } from 'crm-sync-engine/testing';
import type { Call } from '../../src/ports/connector.ts';

export const REDIRECT = 'https://app.example.com/oauth/callback';

interface App {
  connect(connection: CallBudget & { readonly account: string; readonly tokens: TokenStore }): CompleteConnector;
  authorizeUrl(): Authorization;
  exchangeCode(exchange: CodeExchange): Promise<Tokens>;
  revoke(tokens: Tokens, options?: { readonly signal?: AbortSignal }): Promise<void>;
}

/** A fake CRM, and any number of apps as so many processes of one host would have them. */
export interface Deployment {
  readonly crm: Pick<ReturnType<typeof fakeSalesforce>, 'calls' | 'fetch' | 'listen'> & {
    readonly oauth: { readonly refreshToken: string; rotate: boolean; declines: boolean; revoke(): void };
  };
  readonly clock: ReturnType<typeof manualClock>;
  readonly account: string;
  /** Of somebody else. */
  readonly otherAccount: string;
  /** An object with a record in it. */
  readonly object: string;
  readonly mapping: { readonly crmObject: string; readonly fields: readonly [string, string] };
  /** @param url - Of the listening fake; else it is called in memory, through `fetch`. */
  readonly app: (options?: { readonly url?: string; readonly fetch?: typeof globalThis.fetch }) => App;
  /** Tokens that the fake takes. */
  readonly tokens: () => Tokens;
  /** Access tokens are dead or about to be, refresh tokens live. */
  readonly expire: () => void;
  /** The next token call is carried out, and its answer lost. */
  readonly loseTokens: () => void;
  /** One request of the API. */
  readonly ask: (connector: CompleteConnector, call?: Partial<Call>) => Promise<unknown>;
}

export const callOf = (more: Partial<Call> = {}): Call => ({ signal: new AbortController().signal, now: () => 0, ...more });

export const DEPLOYMENTS: Readonly<Record<'Salesforce' | 'HubSpot', () => Deployment>> = {
  Salesforce() {
    const clock = manualClock('2026-05-01T12:00:00Z');
    const crm = fakeSalesforce({ clock });
    const { id } = crm.add('Contact', { FirstName: 'Alice', LastName: 'Smith', Phone: '(415) 555-0123' });
    const { clientId, clientSecret } = crm.oauth;
    return {
      crm,
      clock,
      account: crm.orgId,
      otherAccount: '00D000000000001EAA',
      object: 'Contact',
      mapping: { crmObject: 'Contact', fields: ['Phone', 'FirstName'] },
      app: ({ url, fetch } = {}) =>
        createSalesforceApp({
          clientId,
          clientSecret,
          redirectUri: REDIRECT,
          clock,
          random: () => 0,
          ...(url === undefined ? { fetch: fetch ?? crm.fetch } : { loginUrl: url }),
        }),
      tokens: () => ({ accessToken: 'none.yet', refreshToken: crm.oauth.refreshToken, instanceUrl: crm.instanceUrl, account: crm.orgId }),
      expire: () => crm.expireSessions(),
      loseTokens: () => crm.fault({ on: 'token', what: 'lost_ack' }),
      ask: (connector, call) => connector.fetch({ object: 'Contact', ids: [id], fields: [] }, callOf(call)),
    };
  },
  HubSpot() {
    const clock = manualClock('2026-05-01T12:00:00Z');
    const crm = fakeHubSpot({ clock });
    const { id } = crm.add('contacts', { firstname: 'Alice', phone: '(415) 555-0123' });
    const { clientId, clientSecret } = crm.oauth;
    const account = String(crm.portalId);
    return {
      crm,
      clock,
      account,
      otherAccount: '62515',
      object: 'contacts',
      mapping: { crmObject: 'contacts', fields: ['phone', 'firstname'] },
      app: ({ url, fetch } = {}) =>
        createHubSpotApp({
          clientId,
          clientSecret,
          redirectUri: REDIRECT,
          clock,
          random: () => 0,
          ...(url === undefined ? { fetch: fetch ?? crm.fetch } : { baseUrl: url, appUrl: url }),
        }),
      tokens: () => ({
        accessToken: 'CJnone.yet',
        refreshToken: crm.oauth.refreshToken,
        account,
        expiresAt: new Date(clock.now() + 1_800_000).toISOString(),
      }),
      expire: () => crm.expireTokens(),
      loseTokens: () => crm.fault({ on: 'token', what: 'lost_ack' }),
      ask: (connector, call) => connector.fetch({ object: 'contacts', ids: [id], fields: [] }, callOf(call)),
    };
  },
};

/** As a host's table keeps them; `onLoad` runs before each load, as what another process does meanwhile. */
export function tokenTable(start: Tokens | null) {
  const table = {
    value: start,
    saves: 0,
    loads: 0,
    down: false,
    onLoad: () => {},
    beforeSave: async () => {},
    async load() {
      table.loads += 1;
      table.onLoad();
      if (table.down) throw new Error('the database is down');
      return table.value;
    },
    async save(next: Tokens, previous: Tokens | null): Promise<'saved' | 'changed'> {
      await table.beforeSave();
      if (table.down) throw new Error('the database is down');
      if (JSON.stringify(previous) !== JSON.stringify(table.value)) return 'changed';
      table.value = next;
      table.saves += 1;
      return 'saved';
    },
  };
  return table;
}

/** What a browser does: opens the page, agrees, and is sent back. Gives the URL that it came back to. */
export async function browse(url: string, fetch: typeof globalThis.fetch = globalThis.fetch): Promise<string> {
  const response = await fetch(url, { redirect: 'manual' });
  const location = response.headers.get('location');
  if (response.status !== 302 || location === null) throw new Error(`the page says ${response.status} ${await response.text()}`);
  return location;
}
