import { describe, expect, it } from 'vitest';
import { fakeHubSpot } from '../../../src/testing/hubspot/fake-hubspot.ts';
import type { HubSpotFault } from '../../../src/testing/hubspot/service-context.ts';
import { manualClock } from '../../../src/testing/manual-clock.ts';
import { apiOf, idsOf, portal, START } from './api.ts';

const CALL = { hs_timestamp: '1793527200000', hs_call_title: 'x' };

/** What the caller of a creation sees under each fault, and whether the call is there afterwards. */
const CREATION: Record<
  HubSpotFault,
  { readonly sees: readonly [status: number, body: unknown] | 'broken connection' | 'broken JSON'; readonly done: boolean }
> = {
  lost_ack: { sees: 'broken connection', done: true },
  network: { sees: 'broken connection', done: false },
  latency: { sees: [201, expect.any(Object)], done: true },
  broken_json: { sees: 'broken JSON', done: true },
  expired_token: { sees: [401, expect.objectContaining({ category: 'EXPIRED_AUTHENTICATION' })], done: false },
  disconnected: { sees: [401, expect.objectContaining({ category: 'INVALID_AUTHENTICATION' })], done: false },
  rate_limited: { sees: [429, expect.objectContaining({ policyName: 'TEN_SECONDLY_ROLLING' })], done: false },
  daily_limit: { sees: [429, expect.objectContaining({ policyName: 'DAILY' })], done: false },
  cloudflare_limit: { sees: [429, 'error code: 1015'], done: false },
  server_error: { sees: [500, expect.objectContaining({ status: 'error' })], done: false },
  bad_gateway_html: { sees: [502, expect.stringContaining('<h1>502 Bad Gateway</h1>')], done: false },
  gateway_timeout: { sees: [504, expect.stringContaining('<h1>504 Gateway Time-out</h1>')], done: true },
  locked: { sees: [423, expect.objectContaining({ status: 'error' })], done: false },
  migrating: { sees: [477, expect.objectContaining({ status: 'error' })], done: false },
  missing_scopes: { sees: [403, expect.objectContaining({ category: 'MISSING_SCOPES' })], done: false },
  partial: { sees: [201, expect.any(Object)], done: true },
  omitted: { sees: [201, expect.any(Object)], done: true },
};

describe.each(Object.entries(CREATION) as [HubSpotFault, (typeof CREATION)[HubSpotFault]][])('%s', (what, { sees, done }) => {
  it(`of a single creation: the call is ${done ? 'there' : 'not there'} afterwards`, async () => {
    const { crm, create } = portal();
    crm.fault({ on: 'create calls', what });
    const sent = create('calls', CALL);
    if (sees === 'broken connection') await expect(sent).rejects.toThrow(new TypeError('fetch failed'));
    else if (sees === 'broken JSON') await expect(sent).rejects.toThrow(SyntaxError);
    else {
      const { status, body } = await sent;
      expect([status, body]).toEqual(sees);
    }
    expect(crm.list('calls')).toHaveLength(done ? 1 : 0);
    crm.verify();
  });
});

describe('a fault on `create calls` strikes', () => {
  const properties = { calls: { key: { type: 'string', hasUniqueValue: true } } } as const;
  const upsert = { inputs: [{ id: 'k1', idProperty: 'key', properties: CALL }] };
  it.each<readonly [string, (one: ReturnType<typeof portal>) => Promise<unknown>]>([
    ['a single creation', ({ create }) => create('calls', CALL)],
    ['a batch', ({ post }) => post('calls/batch/create', { inputs: [{ properties: CALL }] })],
    ['an upsert that creates', ({ post }) => post('calls/batch/upsert', upsert)],
  ])('%s', async (_, send) => {
    const one = portal({ properties });
    one.crm.fault({ on: 'create calls', what: 'lost_ack' });
    await expect(send(one)).rejects.toThrow('fetch failed');
    expect(one.crm.list('calls')).toHaveLength(1);
    expect(one.crm.calls.at(-1)?.status).toBeNull();
  });

  it('and not an upsert that updates, nor the creation of something else', async () => {
    const { crm, create, post } = portal({ properties });
    crm.add('calls', { key: 'k1' });
    crm.fault({ on: 'create calls', what: 'network' });
    expect((await post('calls/batch/upsert', upsert)).status).toBe(200);
    expect((await create('contacts', { firstname: 'Ann' })).status).toBe(201);
    expect(() => crm.verify()).toThrow("declared and not used: network on 'create calls' (1 left)");
  });
});

it('faults strike in the order of their declaration, by object, by kind, or any', async () => {
  const { crm, search, get } = portal();
  crm.fault({ on: 'search contacts', what: 'server_error', times: 2 });
  crm.fault({ on: 'search', what: 'bad_gateway_html' });
  crm.fault({ on: '*', what: 'locked' });
  const statuses = [];
  for (let time = 0; time < 5; time += 1) statuses.push((await search('contacts', {})).status);
  expect(statuses).toEqual([500, 500, 502, 423, 200]);
  crm.fault({ on: 'owners', what: 'server_error' });
  expect((await get('/crm/owners/2026-09')).status).toBe(500);
  crm.verify();
});

describe('a limit', () => {
  it('of a search is that of the second', async () => {
    const { crm, search } = portal();
    crm.fault({ on: 'search', what: 'rate_limited' });
    const { body, headers } = await search('contacts', {});
    expect([body.category, body.message, headers.get('retry-after')]).toEqual([
      'RATE_LIMITS',
      'You have reached your secondly limit.',
      null,
    ]);
  });

  it.each(['rate_limited', 'migrating'] as const)('asks to wait where the test says so: %s', async (what) => {
    const { crm, get } = portal();
    crm.fault({ on: 'list contacts', what, ms: 7500 });
    expect((await get('contacts')).headers.get('retry-after')).toBe('8');
  });
});

describe('of a batch', () => {
  it('the first input is refused, the others go through', async () => {
    const { crm, post } = portal();
    crm.fault({ on: 'create calls', what: 'partial' });
    const { status, body } = await post('calls/batch/create', {
      inputs: [1, 2].map((index) => ({ properties: CALL, objectWriteTraceId: `t${index}` })),
    });
    expect([status, body.results.length, body.numErrors, body.errors[0].category, body.errors[0].context]).toEqual([
      207,
      1,
      1,
      'VALIDATION_ERROR',
      { objectWriteTraceId: ['t1'] },
    ]);
    expect(crm.list('calls')).toHaveLength(1);
  });

  it('the first input is passed over, in writes, reads and reads of ties', async () => {
    const { crm, post } = portal();
    const [ann, bea] = [crm.add('contacts', { firstname: 'Ann' }), crm.add('contacts', { firstname: 'Bea' })];
    const acme = crm.add('companies', { name: 'Acme' });
    for (const { id } of [ann, bea]) crm.associate(id, acme.id);
    crm.fault({ on: '*', what: 'omitted', times: 3 });
    const inputs = [ann, bea].map(({ id }) => ({ id, properties: { city: 'Rome' } }));
    const answers = [
      await post('contacts/batch/update', { inputs }),
      await post('contacts/batch/read', { properties: [], inputs }),
      await post('/crm/associations/2026-09/contacts/companies/batch/read', { inputs }),
    ];
    expect(answers.map(({ status, body }) => [status, body.results.length, body.errors])).toEqual(Array(3).fill([200, 1, undefined]));
    expect([crm.record(ann.id).properties['city'], idsOf(answers[1]!)]).toEqual([null, [bea.id]]);
  });
});

it('an expired token stays expired', async () => {
  const { crm, get } = portal();
  crm.fault({ on: 'list contacts', what: 'expired_token' });
  expect([(await get('contacts')).status, (await get('contacts')).status]).toEqual([401, 401]);
});

it('a missing scope is the one of the request', async () => {
  const { crm, get } = portal();
  crm.fault({ on: 'list deals', what: 'missing_scopes' });
  expect((await get('deals')).body.errors[0].context.requiredGranularScopes).toEqual(['crm.objects.deals.read']);
});

describe('latency', () => {
  it('passes on the clock', async () => {
    const { clock, crm, get } = portal();
    crm.fault({ on: 'list contacts', what: 'latency', ms: 5000 });
    expect((await get('contacts')).status).toBe(200);
    expect(clock.now() - Date.parse(START)).toBe(5000);
  });

  it('outlives a caller who gives up: the write is carried out all the same', async () => {
    const controller = new AbortController();
    const clock = manualClock(START);
    const impatient = { ...clock, sleep: async () => controller.abort() }; // the caller gives up while the answer is on its way
    const crm = fakeHubSpot({ clock: impatient });
    crm.fault({ on: 'create calls', what: 'latency', ms: 5000 });
    const sent = apiOf(crm).call('calls', { method: 'POST', body: { properties: CALL }, signal: controller.signal });
    await expect(sent).rejects.toThrow('aborted');
    expect(crm.list('calls')).toEqual([]);
    clock.advance(5000);
    expect(crm.list('calls')).toHaveLength(1);
  });
});

it('a lost acknowledgement may be of a write that takes effect later', async () => {
  const { clock, crm, create } = portal();
  crm.fault({ on: 'create calls', what: 'lost_ack', afterMs: 10_000 });
  await expect(create('calls', CALL)).rejects.toThrow('fetch failed');
  expect(crm.list('calls')).toEqual([]);
  clock.advance(10_000);
  expect(crm.list('calls')).toHaveLength(1);
});

it('a lost acknowledgement may be of a refusal', async () => {
  const { crm, create } = portal();
  crm.fault({ on: 'create calls', what: 'lost_ack' });
  await expect(create('calls', {})).rejects.toThrow('fetch failed');
  expect(crm.list('calls')).toEqual([]);
});

it('a caller who has given up before sends nothing', async () => {
  const { crm, call } = portal();
  await expect(call('contacts', { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  expect(crm.calls).toHaveLength(0);
});
