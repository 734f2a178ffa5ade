import { describe, expect, it } from 'vitest';
import { ruleFindings } from '../../src/connectors/hubspot/check/rules.ts';
import { hubspot } from '../../src/connectors/hubspot/index.ts';
import type { HubSpotOptions } from '../../src/connectors/hubspot/options.ts';
import type { Finding } from '../../src/core/checks/finding.ts';
import type { Call, CheckQuery, Write } from '../../src/ports/connector.ts';
import { type FakeHubSpotOptions, fakeHubSpot } from '../../src/testing/hubspot/fake-hubspot.ts';
import { ALL_SCOPES } from '../../src/testing/hubspot/scopes.ts';
import { connect, json, refused, stillClock } from './scripted.ts';

const QUERY: CheckQuery = {
  objects: ['contacts'],
  reads: { contacts: ['phone'] },
  writes: { contacts: ['email', 'hs_lead_status'] },
  activities: true,
};

function portal(options: FakeHubSpotOptions = {}, more: Partial<HubSpotOptions> = {}) {
  const clock = stillClock();
  const crm = fakeHubSpot({ clock, ...options });
  const connector = hubspot({ ...crm.options, clock, random: () => 0, ...more });
  const controller = new AbortController();
  const call: Call = { signal: controller.signal, now: clock.now };
  const check = (query: Partial<CheckQuery> = {}) => connector.check!({ ...QUERY, ...query }, call);
  const codes = async (query: Partial<CheckQuery> = {}) => (await check(query)).map(({ level, code }) => `${level} ${code}`);
  const all = async (code: string, query: Partial<CheckQuery> = {}): Promise<readonly Finding[]> =>
    (await check(query)).filter((finding) => finding.code === code);
  return { crm, connector, check, codes, all, controller, call };
}
const without = (...scopes: readonly string[]) => ALL_SCOPES.filter((scope) => !scopes.includes(scope));

const GOOD = ['ok connected_as', 'ok integration_user', 'ok scope_read', 'ok scope_write', 'ok scope_write', 'ok activity_creatable'];

describe('an account where all is well', () => {
  it('has nothing but good news', async () => expect(await portal({ app: 'private' }).codes()).toEqual([...GOOD, 'ok api_calls_left']));

  it('costs one call, three for each object that is written and two for activities, and writes nothing', async () => {
    const { crm, check } = portal({ app: 'private' });
    const before = crm.add('contacts', { email: 'ann@example.com' }).properties;
    crm.forgetCalls();
    await check();
    expect(crm.calls.map(({ operation }) => operation)).toEqual([
      'account',
      'list contacts',
      'update contacts',
      'validations contacts',
      'update calls',
      'properties calls',
    ]);
    expect(crm.list('contacts').map(({ properties }) => properties)).toEqual([before]);
    expect(crm.list('calls')).toEqual([]);
    crm.forgetCalls();
    await check({ writes: {}, activities: false });
    expect(crm.calls.map(({ operation }) => operation)).toEqual(['account', 'list contacts']);
  });
});

describe('who is behind the token', () => {
  it('of an app: the user who installed it, by name', async () => {
    const [connected, kind] = await portal().check();
    expect(connected?.message).toBe(
      'HubSpot answers for account 147893286 (STANDARD); the app was installed by Integration User (integration@example.com).',
    );
    expect(kind).toMatchObject({
      level: 'advice',
      code: 'personal_user',
      who: 'crm_admin',
      remedy: expect.stringContaining('service key'),
    });
  });
  it('of an app that may not read users: by id', async () =>
    expect((await portal({ scopes: without('crm.objects.owners.read') }).check())[0]?.message).toMatch(/installed by user \d+\.$/));
  it('of a service key: nobody', async () => expect(await portal({ app: 'private' }).codes()).toContain('ok integration_user'));
  it('of a token that may not see the account: the account all the same', async () =>
    expect((await portal({ app: 'private', scopes: without('oauth') }).check())[0]).toMatchObject({
      code: 'connected_as',
      message: 'HubSpot answers for account 147893286.',
    }));
});

describe('scopes', () => {
  it.each([
    ['to read', ['crm.objects.contacts.read'], 'contacts'],
    ['to write', ['crm.objects.contacts.write'], 'contacts'],
  ] as const)('%s that are missing are listed', async (_, missing, object) => {
    const { all, codes } = portal({ app: 'private', scopes: without(...missing) });
    const [finding] = await all('missing_scopes');
    expect(finding).toMatchObject({ level: 'error', who: 'crm_admin', at: { object }, remedy: expect.stringContaining(missing[0]) });
    expect(await codes()).toEqual(expect.arrayContaining(['ok connected_as', 'ok api_calls_left']));
  });
  it('to write are not asked for where nothing is written', async () =>
    expect(
      await portal({ app: 'private', scopes: without('crm.objects.contacts.write') }).codes({ writes: {}, activities: false }),
    ).toEqual(['ok connected_as', 'ok integration_user', 'ok scope_read', 'ok api_calls_left']));
  it('to log conversations are asked for where they are logged', async () => {
    const { all } = portal({ app: 'private', scopes: without('crm.objects.contacts.write') });
    expect((await all('missing_scopes', { writes: {} })).map(({ at }) => at)).toEqual([{ object: 'calls' }]);
  });
  it('are there where the list of no records is refused for another reason', async () => {
    const { connector, call } = connect(
      {},
      json({ portalId: 62515 }),
      json({ results: [] }),
      refused(400, 'VALIDATION_ERROR', { message: 'inputs must not be empty' }),
      json({ results: [] }),
    );
    const found = await connector.check!({ ...QUERY, activities: false }, call);
    expect(found.map(({ code }) => code)).toEqual(['connected_as', 'personal_user', 'scope_read', 'scope_write']);
  });
  it('lost by the user who made the app are told apart', async () => {
    const { connector, call } = connect({}, json({ portalId: 62515 }), refused(403, 'USER_DOES_NOT_HAVE_PERMISSIONS'));
    const found = await connector.check!({ objects: ['contacts'], reads: {}, writes: {}, activities: false }, call);
    expect(found.at(-1)).toMatchObject({ code: 'no_access', who: 'crm_admin', at: { object: 'contacts' } });
  });
});

describe('a property of the company', () => {
  const reads = { contacts: ['phone', 'company.name', 'lists.list_7'] };
  it('that is there asks for the scope of companies', async () => {
    const { crm, codes, all } = portal({ app: 'private' });
    crm.forgetCalls();
    expect((await codes({ reads, writes: {}, activities: false })).filter((each) => !each.startsWith('ok '))).toEqual([]);
    expect(crm.calls.map(({ operation }) => operation)).toEqual([
      'account',
      'list contacts',
      'properties contacts',
      'properties companies',
      'list companies',
    ]);
    crm.fault({ on: 'list companies', what: 'missing_scopes' });
    expect(await all('missing_scopes', { reads })).toMatchObject([{ at: { object: 'companies' } }]);
  });
  it.each([
    ['that is hidden', { hidden: ['companies.name'] }, 'company.name'],
    ['of an object that is no company', {}, 'deal.amount'],
  ])('%s is told', async (_, options, path) =>
    expect(await portal(options).all('field_not_visible', { reads: { contacts: [path] } })).toMatchObject([
      { level: 'warning', at: { object: 'contacts', field: path } },
    ]),
  );
});

describe('rules of the account', () => {
  const propertyRules = {
    contacts: {
      email: [{ ruleType: 'EMAIL_BLOCKED_DOMAINS', ruleArguments: ['example.org'] }],
      zip: [{ ruleType: 'ALPHANUMERIC', ruleArguments: ['NUMERIC_ONLY'] }],
    },
  };
  it('are told for the properties that are written', async () => {
    const [finding, ...others] = await portal({ propertyRules }).all('property_rule');
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      level: 'advice',
      at: { object: 'contacts', field: 'email' },
      message: expect.stringContaining('EMAIL_BLOCKED'),
    });
    expect(finding?.message).not.toContain('example.org');
  });
  it('that the token may not read are no finding', async () => {
    const { crm, codes } = portal({ app: 'private', propertyRules });
    crm.fault({ on: 'validations contacts', what: 'missing_scopes' });
    expect(await codes()).toEqual([...GOOD, 'ok api_calls_left']);
  });
  it.each([[undefined], [{}], [{ results: 'x' }], [{ results: [{ propertyName: 'email' }] }], [[]]])(
    'in another form, %o, say nothing',
    (body) => expect(ruleFindings(body, 'contacts', ['email'])).toEqual([]),
  );

  it.each([
    ['on creation', { requiredOnCreate: { contacts: ['lastname'] } }, { id: null, values: { email: 'a@example.com' } }],
    [
      'under a condition',
      { conditionallyRequired: { contacts: [{ property: 'hs_lead_status', values: ['OPEN'], requires: ['lastname'] }] } },
      { id: null, values: { email: 'a@example.com', hs_lead_status: 'OPEN' } },
    ],
  ] as const)('that require a property %s refuse the write, and name it', async (_, rules, write) => {
    const { connector, call } = portal(rules);
    const [outcome] = await connector.write([{ op: 'op-1', object: 'contacts', ...write } satisfies Write], call);
    expect(outcome).toMatchObject({
      outcome: 'refused',
      code: 'required_field_missing',
      field: 'lastname',
      retryable: false,
      remedy: expect.stringMatching(/^The portal requires `lastname`/),
    });
    const before = portal(rules, { apiVersion: '2026-03' });
    expect(await before.connector.write([{ op: 'op-1', object: 'contacts', ...write } satisfies Write], before.call)).toMatchObject([
      { outcome: 'done' },
    ]);
  });
});

describe('the API calls of the day', () => {
  it('are read from headers: advice below a fifth', async () => {
    expect((await portal({ app: 'private', dailyLimit: 7 }).check()).at(-1)).toMatchObject({ level: 'advice', code: 'api_calls_low' });
  });
  it('are not told to OAuth apps', async () => expect((await portal().codes()).join()).not.toContain('api_calls'));
  it('all used up are a finding too', async () => {
    expect(await portal({ app: 'private', dailyLimit: 2 }).codes()).toEqual(
      expect.arrayContaining(['ok connected_as', 'warning daily_limit']),
    );
  });
});

describe('credentials', () => {
  it('that have expired are renewed, and nobody hears of it', async () => {
    const { crm, codes } = portal();
    crm.expireTokens();
    expect((await codes()).filter((each) => !each.startsWith('ok '))).toEqual(['advice personal_user']);
  });
  it('that are dead are told', async () => {
    const { crm, check } = portal({ app: 'private' });
    crm.oauth.revoke();
    const found = await check();
    expect(new Set(found.map(({ who, level }) => `${level} ${who}`))).toEqual(new Set(['error crm_user']));
    expect(JSON.stringify(found)).not.toContain('pat-');
  });
});

describe('a check that meets a fault', () => {
  it.each(['account', 'list contacts', 'update contacts', 'validations contacts', 'update calls', 'properties calls'])(
    'at %s tells the rest',
    async (on) => {
      const { crm, codes } = portal({ app: 'private' });
      crm.fault({ on, what: 'server_error', times: Number.POSITIVE_INFINITY });
      const found = await codes();
      expect(found).toContain('warning server_fault');
      expect(found.filter((each) => each.startsWith('ok ')).length).toBeGreaterThan(3);
    },
  );
  it('ends with the reason of its signal', async () => {
    const { check, controller } = portal();
    controller.abort(new Error('enough'));
    await expect(check()).rejects.toThrow('enough');
  });
});
