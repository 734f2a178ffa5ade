import { describe, expect, it } from 'vitest';
import { refreshToken } from '../../src/connectors/salesforce/auth/refresh.ts';
import { userFindings } from '../../src/connectors/salesforce/check/user.ts';
import { salesforce } from '../../src/connectors/salesforce/index.ts';
import type { SalesforceOptions } from '../../src/connectors/salesforce/options.ts';
import type { Finding } from '../../src/core/checks/finding.ts';
import type { Call, CheckQuery } from '../../src/ports/connector.ts';
import { type FakeSalesforceOptions, fakeSalesforce } from '../../src/testing/salesforce/fake-salesforce.ts';
import { connect, refused, stillClock } from './scripted.ts';

const QUERY: CheckQuery = { objects: ['Contact'], reads: { Contact: ['Phone'] }, writes: { Contact: ['Email'] }, activities: true };

function org(options: FakeSalesforceOptions = {}, more: Partial<SalesforceOptions> = {}) {
  const clock = stillClock();
  const crm = fakeSalesforce({ clock, ...options });
  const connector = salesforce({ ...crm.options, clock, random: () => 0, ...more });
  const controller = new AbortController();
  const call: Call = { signal: controller.signal, now: clock.now };
  const check = (query: Partial<CheckQuery> = {}) => connector.check!({ ...QUERY, ...query }, call);
  const codes = async (query: Partial<CheckQuery> = {}) => (await check(query)).map(({ level, code }) => `${level} ${code}`);
  const found = async (code: string, query: Partial<CheckQuery> = {}): Promise<Finding | undefined> =>
    (await check(query)).find((finding) => finding.code === code);
  return { crm, connector, check, codes, found, controller };
}

const KEY = { type: 'string', length: 255, externalId: true, unique: true } as const;

describe('an org where all is well', () => {
  const good = (): ReturnType<typeof org> =>
    org({ integrationUser: true, fields: { Task: { Conversation_Key__c: KEY } } }, { activityKeyField: 'Conversation_Key__c' });

  it('has nothing but good news', async () => {
    expect(await good().codes()).toEqual([
      'ok connected_as',
      'ok integration_user',
      'ok activity_creatable',
      'ok activity_key_unique',
      'ok api_calls_left',
    ]);
  });

  it('costs two calls, and one for each object that is described, and writes nothing', async () => {
    const { crm, check } = good();
    crm.forgetCalls();
    await check();
    expect(crm.calls.map(({ method, operation }) => [method, operation])).toEqual([
      ['GET', 'limits'],
      ['GET', 'userinfo'],
      ['GET', 'describe'],
      ['GET', 'describe'],
    ]);
    crm.forgetCalls();
    await check({ reads: {}, writes: {}, activities: false });
    expect(crm.calls).toHaveLength(2);
  });
});

describe('the connected user', () => {
  it('is named, and advised to be one of its own where it may be a person', async () => {
    const { check } = org();
    const [connected, kind] = await check();
    expect(connected).toMatchObject({
      code: 'connected_as',
      message: expect.stringContaining('integration@example.com (Integration User)'),
    });
    expect(kind).toMatchObject({ level: 'advice', code: 'personal_user', who: 'crm_admin', remedy: expect.stringContaining('Run-As') });
  });

  it('may keep its name from the app', async () => expect(await org({ denied: ['userinfo'] }).codes()).toContain('advice user_not_told'));

  it.each([[undefined], [null], ['Bad_OAuth_Token'], [{}], [{ preferred_username: 7 }], [[]]])('is not known from %o', (body) =>
    expect(userFindings(body).map(({ code }) => code)).toEqual(['user_not_told']),
  );
  it('without a display name is known by its user name, on one line', () =>
    expect(userFindings({ preferred_username: 'ann@example.com\n', name: null })[0]?.message).toContain('user is ann@example.com.'));
});

describe('the API calls that are left', () => {
  it.each([
    [100, 'ok api_calls_left'],
    [5, 'ok api_calls_left'],
    [4, 'ok api_calls_left'],
    [1, 'error api_calls_low'],
  ])('of %i', async (dailyLimit, expected) => {
    expect((await org({ dailyLimit }).codes({ reads: {}, writes: {}, activities: false })).at(-1)).toBe(expected);
  });
  it('below a fifth are advice, below a twentieth a warning', async () => {
    const { check, crm } = org({ dailyLimit: 100 });
    const used = async (count: number) => {
      while (crm.calls.filter(({ counted }) => counted > 0).length < count) await check({ reads: {}, writes: {}, activities: false });
      return (await check({ reads: {}, writes: {}, activities: false })).at(-1)!;
    };
    expect(await used(81)).toMatchObject({ level: 'advice', code: 'api_calls_low', message: expect.stringMatching(/^18 of 100/) });
    expect(await used(96)).toMatchObject({ level: 'warning', code: 'api_calls_low', message: expect.stringMatching(/^3 of 100/) });
  });
  it('are read from the headers of answers where the user may not see the limits', async () => {
    expect(await org({ denied: ['limits'] }).found('api_calls_left')).toMatchObject({ message: expect.stringContaining('14999 of 15000') });
  });
  it('all used up are a finding too, and hide nothing', async () => {
    const { crm, codes } = org();
    crm.fault({ on: 'limits', what: 'request_limit' });
    expect(await codes()).toEqual(expect.arrayContaining(['warning daily_limit', 'ok connected_as', 'ok activity_creatable']));
  });
});

describe('permissions', () => {
  it('to edit an object that is written', async () => {
    const { found } = org({ denied: ['edit Contact'] });
    expect(await found('object_read_only')).toMatchObject({ level: 'error', who: 'crm_admin', at: { object: 'Contact' } });
    expect(await found('object_read_only', { writes: {} })).toBeUndefined();
  });
  it('to create activities, where they are logged', async () => {
    const { found } = org({ denied: ['create Task'] });
    expect(await found('activity_not_creatable')).toMatchObject({ level: 'error', who: 'crm_admin', at: { object: 'Task' } });
    expect(await found('activity_not_creatable', { activities: false })).toBeUndefined();
  });
  it('to write a field that makes an activity tell something', async () => {
    const { found, codes } = org({ hidden: ['Task.WhoId'] });
    expect(await found('activity_field_not_visible')).toMatchObject({ level: 'warning', at: { object: 'Task', field: 'WhoId' } });
    expect(await codes()).not.toContain('ok activity_creatable');
  });
});

describe('a field of a parent', () => {
  const reads = { Contact: ['Phone', 'Account.Name', 'Account.Owner.Name'] };
  it('that is there is no finding, for a call more for each parent', async () => {
    const { crm, codes } = org();
    crm.forgetCalls();
    expect((await codes({ reads })).filter((each) => each.includes('not_visible'))).toEqual([]);
    expect(crm.calls.counts).toMatchObject({ 'describe Contact': 1, 'describe Account': 1, 'describe User': 1, 'describe Task': 1 });
  });
  it('that is hidden or misspelt is told', async () => {
    const { check } = org({ hidden: ['Account.Name'] });
    const found = await check({ reads: { Contact: [...reads.Contact, 'Acount.Name'] } });
    expect(found.filter(({ code }) => code === 'field_not_visible')).toMatchObject([
      { level: 'warning', who: 'crm_admin', at: { object: 'Contact', field: 'Account.Name' } },
      { level: 'warning', who: 'crm_admin', at: { object: 'Contact', field: 'Acount.Name' } },
    ]);
  });
});

describe('the field for the key of a conversation', () => {
  it.each([
    ['is advised where there is none', undefined, 'advice activity_key_not_unique'],
    ['must be there', 'Ghost__c', 'warning activity_key_field_unusable'],
    ['must be text', 'Number__c', 'warning activity_key_field_unusable'],
    ['must be unique', 'Loose__c', 'advice activity_key_not_unique'],
    ['is unique', 'Conversation_Key__c', 'ok activity_key_unique'],
  ])('%s', async (_, activityKeyField, expected) => {
    const fields = { Task: { Conversation_Key__c: KEY, Loose__c: { ...KEY, unique: false }, Number__c: { type: 'int' } } } as const;
    expect(await org({ fields }, activityKeyField === undefined ? {} : { activityKeyField }).codes()).toContain(expected);
  });
});

describe('credentials', () => {
  it('that have expired are renewed, and nobody hears of it', async () => {
    const { crm, codes } = org({ integrationUser: true });
    crm.expireSessions();
    expect(await codes()).toEqual([
      'ok connected_as',
      'ok integration_user',
      'ok activity_creatable',
      'advice activity_key_not_unique',
      'ok api_calls_left',
    ]);
  });
  it('that were revoked are told, and what the user may see is not blamed', async () => {
    const clock = stillClock();
    const crm = fakeSalesforce({ clock });
    const { clientId, clientSecret, refreshToken: token } = crm.oauth;
    const auth = refreshToken(
      { refreshToken: token, accessToken: 'dead', instanceUrl: crm.instanceUrl },
      { clientId, clientSecret, loginUrl: crm.instanceUrl },
    );
    crm.oauth.revoke();
    const connector = salesforce({ auth, fetch: crm.fetch, clock, random: () => 0 });
    const found = await connector.check!(QUERY, { signal: new AbortController().signal, now: clock.now });
    expect(new Set(found.map(({ code }) => code))).toEqual(new Set(['token_revoked']));
    expect(found[0]).toMatchObject({ level: 'error', who: 'crm_user', at: {} });
    expect(JSON.stringify(found)).not.toMatch(/5Aep|00D\w+!/);
  });
});

describe('a check that meets a fault', () => {
  it.each(['limits', 'userinfo', 'describe Task'])('at %s tells the rest', async (on) => {
    const { crm, codes } = org();
    crm.fault({ on, what: 'server_unavailable', times: Number.POSITIVE_INFINITY });
    const found = await codes();
    expect(found).toContain('warning server_busy');
    expect(found.filter((each) => each.startsWith('ok ')).length).toBeGreaterThan(1);
  });
  it.each([
    ['API_CURRENTLY_DISABLED', 'api_disabled'],
    ['TXN_SECURITY_NO_ACCESS', 'blocked_by_policy'],
  ])('of the whole API, %s, blames neither the limits nor the user', async (vendorCode, code) => {
    const { connector, call } = connect({}, ...Array.from({ length: 5 }, () => refused(vendorCode, 403)));
    expect(new Set((await connector.check!(QUERY, call)).map((finding) => finding.code))).toEqual(new Set([code]));
  });
  it('ends with the reason of its signal', async () => {
    const { check, controller } = org();
    controller.abort(new Error('enough'));
    await expect(check()).rejects.toThrow('enough');
  });
});
