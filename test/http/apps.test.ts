import { CrmSyncEngine, defineContactSchema } from 'crm-sync-engine';
import { memoryStore } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import type { Tokens } from '../../src/ports/tokens.ts';
import { browse, callOf, DEPLOYMENTS, type Deployment, REDIRECT, tokenTable } from './apps.ts';

const CRMS = Object.keys(DEPLOYMENTS) as (keyof typeof DEPLOYMENTS)[];
const schema = defineContactSchema({});
const urlOf = (input: Parameters<typeof globalThis.fetch>[0]) => (input instanceof Request ? input.url : String(input));
const later = () => new Promise((resolve) => setImmediate(resolve));

function engineOf({ mapping, clock }: Deployment, connector: ReturnType<ReturnType<Deployment['app']>['connect']>) {
  const [phone, firstName] = mapping.fields;
  return new CrmSyncEngine({
    workspace: 'acme',
    connection: 'acme-crm',
    schema,
    store: memoryStore({ clock }),
    connector,
    clock,
    defaultCountry: 'US',
    mappings: [
      {
        crmObject: mapping.crmObject,
        fields: [
          { crm: phone, field: 'phone_number', direction: 'inbound' },
          { crm: firstName, field: 'first_name', direction: 'inbound' },
        ],
      },
    ],
  });
}

describe.each(CRMS)('%s', (name) => {
  it('goes from the page in the browser to a pull, and to “connect again” once it is disconnected, over a real socket', async () => {
    const deployment = DEPLOYMENTS[name]();
    const { crm } = deployment;
    await using server = await crm.listen();
    const app = deployment.app({ url: server.url });
    const { url, state, codeVerifier } = app.authorizeUrl();
    const callback = await browse(url);
    expect(callback.startsWith(`${REDIRECT}?`)).toBe(true);

    const tokens = await app.exchangeCode({ callback, state, codeVerifier });
    expect(tokens).toMatchObject({ account: deployment.account, refreshToken: crm.oauth.refreshToken });
    await expect(app.exchangeCode({ callback, state, codeVerifier })).rejects.toMatchObject({
      code: 'bad_code',
      category: 'authentication',
      remedy: expect.stringContaining('Start connecting again'),
    });

    const table = tokenTable(tokens);
    const engine = engineOf(deployment, app.connect({ account: deployment.account, tokens: table }));
    expect(await engine.pull()).toMatchObject({ status: 'done', counts: { created: 1 } });

    await app.revoke(table.value!);
    await app.revoke(table.value!); // dead already: no failure
    await expect(engine.pull()).rejects.toMatchObject({ code: 'token_revoked', category: 'authentication', retryable: false });
  });

  it('exchanges a code only for the browser that asked for it', async () => {
    const { app: make, crm } = DEPLOYMENTS[name]();
    const app = make();
    const mine = app.authorizeUrl();
    const callback = await browse(app.authorizeUrl().url, crm.fetch);
    await expect(app.exchangeCode({ callback, ...mine })).rejects.toMatchObject({ code: 'state_mismatch', category: 'authentication' });
    expect(crm.calls.counts['token']).toBeUndefined();
    const own = await browse(mine.url, crm.fetch);
    await expect(app.exchangeCode({ callback: own, ...mine, codeVerifier: 'x'.repeat(43) })).rejects.toMatchObject({ code: 'bad_code' });
  });

  it('says what to do where the user did not agree', async () => {
    const { app: make, crm } = DEPLOYMENTS[name]();
    crm.oauth.declines = true;
    const app = make();
    const { url, ...kept } = app.authorizeUrl();
    const callback = await browse(url, crm.fetch);
    await expect(app.exchangeCode({ callback, ...kept })).rejects.toMatchObject({
      code: 'access_denied',
      category: 'authentication',
      remedy: expect.stringContaining('did not agree'),
    });
  });

  it('sends a code once, and again only after an answer that proves that nothing was done', async () => {
    const { app: make, crm, loseTokens } = DEPLOYMENTS[name]();
    const app = make();
    const { url, ...kept } = app.authorizeUrl();
    const callback = await browse(url, crm.fetch);
    loseTokens();
    await expect(app.exchangeCode({ callback, ...kept })).rejects.toMatchObject({ code: 'no_answer', category: 'network' });
    expect(crm.calls.counts['token']).toBe(1);
  });

  it('makes no request for who has given up before it began, and leaves no failure behind', async () => {
    const { account, app: make, ask, crm, tokens } = DEPLOYMENTS[name]();
    const app = make();
    const { url, ...kept } = app.authorizeUrl();
    const callback = await browse(url, crm.fetch);
    crm.oauth.revoke();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(app.exchangeCode({ callback, ...kept, signal })).rejects.toThrow('enough');
    await expect(app.revoke(tokens(), { signal })).rejects.toThrow('enough');
    await expect(ask(app.connect({ account, tokens: tokenTable({ ...tokens(), accessToken: '' }) }), { signal })).rejects.toThrow('enough');
    await later();
    expect([crm.calls.counts['token'], crm.calls.counts['revoke']]).toEqual([undefined, undefined]);
  });

  describe('tokens of connections', () => {
    const start = (more: Partial<Tokens> = {}) => {
      const deployment = DEPLOYMENTS[name]();
      const table = tokenTable({ ...deployment.tokens(), ...more });
      const connection = { account: deployment.account, tokens: table };
      return { ...deployment, table, connection };
    };

    it('are refreshed by one call for any number of requests and connections in a process', async () => {
      const { app: make, ask, connection, crm, expire } = start();
      const app = make();
      const connectors = Array.from({ length: 5 }, () => app.connect(connection));
      const all = () => Promise.all(connectors.flatMap((connector) => [ask(connector), ask(connector), ask(connector), ask(connector)]));
      await all();
      expect(crm.calls.counts['token']).toBe(1);
      expire();
      await all();
      expect(crm.calls.counts['token']).toBe(2);
    });

    it('that rotate survive two processes that refresh at once: one wins, the other uses what it stored', async () => {
      const { app: make, ask, connection, crm, expire, table } = start();
      crm.oauth.rotate = true;
      const processes = [make(), make()].map((app) => app.connect(connection));
      for (let round = 0; round < 5; round += 1) {
        await Promise.all(processes.map((connector) => ask(connector)));
        expect(table.value).toMatchObject({ refreshToken: crm.oauth.refreshToken });
        expire();
      }
    });

    it('that another process has rotated and is about to store are waited for: nobody is asked to connect again', async () => {
      const { app: make, ask, connection, crm, table } = start();
      crm.oauth.rotate = true;
      let open = () => {};
      const gate = new Promise<void>((resolve) => {
        open = resolve;
      });
      table.beforeSave = () => gate;
      const slow = ask(make().connect(connection));
      while (crm.calls.counts['token'] !== 1) await later();
      let looks = 0;
      table.onLoad = () => {
        if (crm.calls.counts['token'] === 2) looks += 1;
        if (looks === 2) open();
      };
      await Promise.all([slow, ask(make().connect(connection))]);
      expect([crm.calls.counts['token'], table.value?.refreshToken]).toEqual([2, crm.oauth.refreshToken]);
    });

    it('that another process has rotated are loaded once more after a refusal', async () => {
      const { app: make, ask, connection, crm, table } = start();
      const rotated = table.value!;
      table.value = { ...rotated, refreshToken: 'rotated-away' };
      table.onLoad = () => {
        if (crm.calls.counts['token'] === 1) table.value = rotated;
      };
      await ask(make().connect(connection));
      expect(crm.calls.counts['token']).toBe(2);
    });

    it('that were revoked mean “connect again”, after one token call', async () => {
      const { app: make, ask, connection, crm } = start();
      crm.oauth.revoke();
      await expect(ask(make().connect(connection))).rejects.toMatchObject({
        code: 'token_revoked',
        category: 'authentication',
        retryable: false,
        remedy: expect.stringMatching(/connect/i),
      });
      expect(crm.calls.counts['token']).toBe(1);
    });

    it('that were revoked are waited for once, not by each part of a check', async () => {
      const deployment = start();
      const { app: make, clock, connection, crm } = deployment;
      crm.oauth.revoke();
      const before = clock.now();
      const findings = await engineOf(deployment, make().connect(connection)).check();
      expect(findings.filter(({ level }) => level === 'error').map(({ code }) => code)).toEqual(['token_revoked']);
      expect(clock.now() - before).toBeLessThanOrEqual(2_500);
    });

    it.each<readonly [string, () => Response | Promise<Response>, string, boolean, number]>([
      ['403', () => new Response('{}', { status: 403 }), 'permission', false, 1],
      ['500', () => new Response('', { status: 500 }), 'server', true, 3],
      ['503 with a page', () => new Response('<html>', { status: 503 }), 'server', true, 3],
      ['429', () => new Response('', { status: 429 }), 'rate_limit', true, 3],
      ['no answer', () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } })), 'network', true, 3],
    ])(
      'are not taken for revoked after %s of the token host, which is asked three times at most',
      async (_, answer, category, retryable, asked) => {
        const { app: make, ask, connection, crm, table } = start();
        let tokenCalls = 0;
        const fetch: typeof globalThis.fetch = async (input, init) => {
          if (!urlOf(input).includes('/token')) return crm.fetch(input, init);
          tokenCalls += 1;
          return answer();
        };
        const before = table.value;
        const error = await ask(make({ fetch }).connect(connection)).catch((reason: unknown) => reason);
        expect(error).toMatchObject({ retryable });
        expect(error).not.toMatchObject({ code: 'token_revoked' });
        expect([(error as { category: string }).category, tokenCalls]).toEqual([category, asked]);
        expect(table.value).toBe(before);
      },
    );

    it('that could not be stored are not lost: the next call stores them', async () => {
      const { app: make, ask, connection, crm, table } = start();
      crm.oauth.rotate = true;
      const connector = make().connect(connection);
      table.onLoad = () => {
        table.onLoad = () => {};
        queueMicrotask(() => {
          table.down = true;
        });
      };
      await expect(ask(connector)).rejects.toMatchObject({ code: 'token_store_failed', category: 'store', retryable: true });
      table.down = false;
      await ask(connector);
      expect(table.value).toMatchObject({ refreshToken: crm.oauth.refreshToken });
      expect(crm.calls.counts['token']).toBe(1);
    });

    it('that could not be stored are not lost with their connection: the next one of the account stores them', async () => {
      const { app: make, ask, connection, crm, table } = start();
      crm.oauth.rotate = true;
      const app = make();
      table.beforeSave = async () => {
        table.beforeSave = async () => {};
        throw new Error('the database is down');
      };
      await expect(ask(app.connect(connection))).rejects.toMatchObject({ code: 'token_store_failed' });
      await ask(app.connect(connection));
      expect(table.value).toMatchObject({ refreshToken: crm.oauth.refreshToken });
      expect(crm.calls.counts['token']).toBe(1);
    });

    it('that could not be stored do not win over those of a user who has connected again since', async () => {
      const { app: make, ask, connection, crm, table } = start();
      const app = make();
      table.beforeSave = async () => {
        table.beforeSave = async () => {};
        throw new Error('the database is down');
      };
      await expect(ask(app.connect(connection))).rejects.toMatchObject({ code: 'token_store_failed' });
      const again = await app.exchangeCode(await codeFor(app, crm.fetch));
      table.value = again;
      await ask(app.connect(connection));
      expect(table.value).toBe(again);
    });

    it.each([
      ['are asked for again where the answer was lost', false, 'fulfilled', 2],
      ['that rotated into a lost answer can not be had again: connect again', true, 'rejected', 2],
    ])('%s', async (_, rotate, status, tokenCalls) => {
      const { app: make, ask, connection, crm, loseTokens } = start();
      crm.oauth.rotate = rotate;
      loseTokens();
      const [outcome] = await Promise.allSettled([ask(make().connect(connection))]);
      expect(outcome).toMatchObject({ status, ...(rotate ? { reason: { code: 'token_revoked', category: 'authentication' } } : {}) });
      expect(crm.calls.counts['token']).toBe(tokenCalls);
    });

    it('of another account are refused before any request, and say what to do', async () => {
      const { app: make, ask, connection, crm } = start({ account: DEPLOYMENTS[name]().otherAccount });
      await expect(ask(make().connect(connection))).rejects.toMatchObject({
        code: 'other_account',
        category: 'authentication',
        remedy: expect.stringContaining('sign in to the account'),
      });
      expect(crm.calls).toHaveLength(0);
    });

    it('that tell no account are asked for it', async () => {
      const { app: make, ask, account, otherAccount, crm, table } = start();
      const app = make();
      await ask(app.connect({ account, tokens: table }));
      const { account: _, ...untold } = table.value!;
      const tokens = tokenTable(untold);
      expect(await app.connect({ account, tokens }).account(callOf())).toMatchObject({ id: account });
      await expect(app.connect({ account: otherAccount, tokens }).account(callOf())).rejects.toMatchObject({ code: 'other_account' });
      expect(crm.calls.counts['token']).toBe(1);
    });
  });

  it('lets a call that a person waits for go before the background of all connections of the account', async () => {
    const { account, app: make, ask, crm, object, tokens } = DEPLOYMENTS[name]();
    const table = tokenTable(tokens());
    const started: string[] = [];
    const open: (() => void)[] = [];
    let held = false;
    const fetch: typeof globalThis.fetch = async (input, init) => {
      if (held) {
        started.push(new Headers(init?.headers ?? (input as Request).headers).get('authorization') ?? '');
        await new Promise<void>((resolve) => open.push(resolve));
      }
      return crm.fetch(input, init);
    };
    const app = make({ fetch });
    const [one, two] = [app.connect({ account, tokens: table }), app.connect({ account, tokens: table })];
    await Promise.all([one.describe(object, callOf()), two.describe(object, callOf())]);
    await ask(one);
    held = true;
    const done: string[] = [];
    const search = (connector: typeof one, label: string, interactive: boolean) =>
      connector
        .find({ object, by: '$email', values: [`${label}@example.com`], fields: [] }, callOf({ interactive }))
        .then(() => done.push(label));
    const background = Array.from({ length: 6 }, (_, index) => search(one, `background-${index}`, false));
    await later();
    const person = search(two, 'person', true);
    while (done.length < 7) {
      await later();
      open.shift()?.();
    }
    await Promise.all([...background, person]);
    expect(done.indexOf('person')).toBeLessThan(name === 'Salesforce' ? 5 : 3);
  });

  it('lets other accounts go on while one has to wait', async () => {
    const { account, otherAccount, app: make, ask, crm, tokens } = DEPLOYMENTS[name]();
    const { accessToken } = await make().exchangeCode(await codeFor(make(), crm.fetch));
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const fetch: typeof globalThis.fetch = async (input, init) => {
      if (urlOf(input).includes('/token')) await gate;
      return crm.fetch(input, init);
    };
    const app = make({ fetch });
    const done: string[] = [];
    const stuck = ask(app.connect({ account, tokens: tokenTable(tokens()) })).then(() => done.push('stuck'));
    const sameAccount = ask(app.connect({ account, tokens: tokenTable({ ...tokens(), accessToken }) })).then(() => done.push('same'));
    await ask(app.connect({ account: otherAccount, tokens: tokenTable({ ...tokens(), accessToken, account: otherAccount }) }));
    expect(done).not.toContain('stuck');
    open();
    await Promise.all([stuck, sameAccount]);
  });

  it.each([
    [{ apiCallsPerDay: 20_000 }, { callsPerDay: 20_000, reserve: 2_000 }],
    [{ apiCallsPerDay: 15 }, { callsPerDay: 15, reserve: 2 }],
    [
      { apiCallsPerDay: 1_000, reserve: 0 },
      { callsPerDay: 1_000, reserve: 0 },
    ],
    [{}, undefined],
  ])('states the budget of %j', (given, budget) => {
    const { account, app, tokens } = DEPLOYMENTS[name]();
    expect(app().connect({ account, tokens: tokenTable(tokens()), ...given }).capabilities.budget).toEqual(budget);
  });

  it.each([
    [{ apiCallsPerDay: 0 }],
    [{ apiCallsPerDay: 1.5 }],
    [{ apiCallsPerDay: Number.NaN }],
    [{ apiCallsPerDay: 10, reserve: 11 }],
    [{ apiCallsPerDay: 10, reserve: -1 }],
    [{ reserve: 5 }],
    [{ account: 'x' }],
    [{ account: '' }],
  ])('refuses a connection with %j', (given) => {
    const { account, app, tokens } = DEPLOYMENTS[name]();
    expect(() => app().connect({ account, tokens: tokenTable(tokens()), ...given })).toThrow(
      expect.objectContaining({ code: 'invalid_option', category: 'configuration' }),
    );
  });
});

async function codeFor(app: ReturnType<Deployment['app']>, fetch: typeof globalThis.fetch) {
  const { url, ...kept } = app.authorizeUrl();
  return { callback: await browse(url, fetch), ...kept };
}
