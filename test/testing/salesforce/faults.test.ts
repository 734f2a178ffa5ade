import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../src/testing/manual-clock.ts';
import { fakeSalesforce } from '../../../src/testing/salesforce/fake-salesforce.ts';
import type { SalesforceFault } from '../../../src/testing/salesforce/service-context.ts';
import { apiOf } from './api.ts';

const org = () => {
  const clock = manualClock('2026-01-01T00:00:00Z');
  const crm = fakeSalesforce({
    clock,
    pageSizeMax: 1,
    fields: { Task: { Call_Id__c: { type: 'string', externalId: true, unique: true } } },
  });
  const ann = crm.add('Contact', { LastName: 'Ann' });
  crm.add('Contact', { LastName: 'Bea' });
  return { clock, crm, ann, ...apiOf(crm) };
};
type Org = ReturnType<typeof org>;

/** What the caller of a creation sees under each fault, and whether the task is there afterwards. */
const CREATION: Record<
  SalesforceFault,
  { readonly sees: readonly unknown[] | 'broken connection' | 'broken JSON'; readonly done: boolean }
> = {
  lost_ack: { sees: 'broken connection', done: true },
  network: { sees: 'broken connection', done: false },
  expired_session: { sees: [401, 'INVALID_SESSION_ID'], done: false },
  server_unavailable: { sees: [503, 'SERVER_UNAVAILABLE'], done: false },
  html_error: { sees: [503, undefined], done: false },
  broken_json: { sees: 'broken JSON', done: true },
  request_limit: { sees: [403, 'REQUEST_LIMIT_EXCEEDED'], done: false },
  concurrent_limit: { sees: [403, 'REQUEST_LIMIT_EXCEEDED'], done: false },
  row_lock: { sees: [400, 'UNABLE_TO_LOCK_ROW'], done: false },
  latency: { sees: [201, undefined], done: true },
  query_timeout: { sees: [400, 'QUERY_TIMEOUT'], done: false },
  invalid_locator: { sees: [400, 'INVALID_QUERY_LOCATOR'], done: false },
};

describe.each(Object.entries(CREATION) as [SalesforceFault, (typeof CREATION)[SalesforceFault]][])('%s', (what, { sees, done }) => {
  it(`of a creation: the caller sees ${String(sees)}, and the task is ${done ? 'there' : 'not there'}`, async () => {
    const { crm, call } = org();
    crm.fault({ on: 'POST Task', what, ms: 1000 });
    const sent = call('sobjects/Task', { method: 'POST', body: { Subject: 'Call' } });
    if (sees === 'broken connection') await expect(sent).rejects.toThrow(new TypeError('fetch failed'));
    else if (sees === 'broken JSON') await expect(sent).rejects.toThrow(SyntaxError);
    else {
      const { status, body } = await sent;
      expect([status, body[0]?.errorCode]).toEqual(sees);
    }
    expect(crm.list('Task')).toHaveLength(done ? 1 : 0);
    crm.verify();
  });
});

describe('a fault on POST Task strikes', () => {
  const WAYS: Record<string, (org: Org) => Promise<unknown>> = {
    'a single creation': ({ call }) => call('sobjects/Task', { method: 'POST', body: { Subject: 'x' } }),
    'a collection': ({ call }) =>
      call('composite/sobjects', {
        method: 'POST',
        body: {
          records: [
            { attributes: { type: 'Contact' }, LastName: 'x' },
            { attributes: { type: 'Task' }, Subject: 'x' },
          ],
        },
      }),
    'a composite request': ({ call }) =>
      call('composite', {
        method: 'POST',
        body: {
          compositeRequest: [{ method: 'POST', url: '/services/data/v66.0/sobjects/Task', referenceId: 't', body: { Subject: 'x' } }],
        },
      }),
    'an upsert that creates': ({ call }) => call('sobjects/Task/Call_Id__c/c1', { method: 'PATCH', body: { Subject: 'x' } }),
    'an upsert collection that creates': ({ call }) =>
      call('composite/sobjects/Task/Call_Id__c', {
        method: 'PATCH',
        body: { records: [{ attributes: { type: 'Task' }, Call_Id__c: 'c1', Subject: 'x' }] },
      }),
  };
  it.each(Object.entries(WAYS))('%s', async (_, send) => {
    const one = org();
    one.crm.fault({ on: 'POST Task', what: 'lost_ack' });
    await expect(send(one)).rejects.toThrow('fetch failed');
    expect(one.crm.list('Task')).toHaveLength(1);
    expect(one.crm.calls.at(-1)?.status).toBeNull();
  });

  it('and not an upsert that updates, nor the creation of something else', async () => {
    const { crm, call } = org();
    crm.add('Task', { Subject: 'x', Call_Id__c: 'c1' });
    crm.fault({ on: 'POST Task', what: 'network' });
    expect((await call('sobjects/Task/Call_Id__c/c1', { method: 'PATCH', body: { Subject: 'y' } })).status).toBe(200);
    expect((await call('sobjects/Contact', { method: 'POST', body: { LastName: 'x' } })).status).toBe(201);
    expect(() => crm.verify()).toThrow("declared and not used: network on 'POST Task' (1 left)");
  });
});

it('a row lock hits one record of a collection, the others go through', async () => {
  const { crm, call } = org();
  crm.fault({ on: 'PATCH Contact', what: 'row_lock' });
  const records = crm.list('Contact').map(({ id }) => ({ attributes: { type: 'Contact' }, id, Title: 'x' }));
  const { status, body } = await call('composite/sobjects', { method: 'PATCH', body: { records } });
  expect([status, body.map(({ success }: { success: boolean }) => success)]).toEqual([200, [false, true]]);
  expect(body[0].errors[0].statusCode).toBe('UNABLE_TO_LOCK_ROW');
});

it('an expired session stays expired, and a refresh gives another', async () => {
  const { crm, call } = org();
  crm.fault({ on: 'query', what: 'expired_session' });
  expect((await call('query?q=x')).status).toBe(401);
  expect((await call('limits')).body).toEqual([{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }]);
});

it('faults strike in the order of their declaration, as often as declared', async () => {
  const { crm, query } = org();
  crm.fault({ on: 'query', what: 'server_unavailable', times: 2 });
  crm.fault({ on: '*', what: 'query_timeout' });
  const statuses = [];
  for (let time = 0; time < 4; time += 1) statuses.push((await query('SELECT Id FROM Contact')).status);
  expect(statuses).toEqual([503, 503, 400, 200]);
  crm.verify();
  expect(() => crm.fault({ on: 'query', what: 'network', times: 0 })).toThrow(RangeError);
});

it('a fault on query strikes queryAll too, and queryMore is something else', async () => {
  const { crm, call, query, queryAll } = org();
  const { nextRecordsUrl } = (await query('SELECT Id FROM Contact')).body;
  crm.fault({ on: 'query', what: 'query_timeout' });
  crm.fault({ on: 'queryMore', what: 'invalid_locator' });
  expect((await call(nextRecordsUrl)).body[0].errorCode).toBe('INVALID_QUERY_LOCATOR');
  expect((await queryAll('SELECT Id FROM Contact')).body[0].errorCode).toBe('QUERY_TIMEOUT');
});

describe('latency', () => {
  it('passes on the clock', async () => {
    const { clock, crm, query } = org();
    crm.fault({ on: 'query', what: 'latency', ms: 5000 });
    expect((await query('SELECT Id FROM Contact')).status).toBe(200);
    expect(clock.now() - Date.parse('2026-01-01T00:00:00Z')).toBe(5000);
  });

  it('outlives a caller who gives up: the write is carried out all the same', async () => {
    const controller = new AbortController();
    const clock = manualClock('2026-01-01T00:00:00Z');
    const impatient = { ...clock, sleep: async () => controller.abort() }; // the caller gives up while the answer is on its way
    const crm = fakeSalesforce({ clock: impatient });
    crm.fault({ on: 'POST Task', what: 'latency', ms: 5000 });
    const sent = apiOf(crm).call('sobjects/Task', { method: 'POST', body: { Subject: 'x' }, signal: controller.signal });
    await expect(sent).rejects.toThrow('aborted');
    expect(crm.list('Task')).toEqual([]);
    clock.advance(5000);
    expect(crm.list('Task')).toHaveLength(1);
  });
});

it('a lost acknowledgement may be of a write that takes effect later', async () => {
  const { clock, crm, call } = org();
  crm.fault({ on: 'POST Task', what: 'lost_ack', afterMs: 10_000 });
  await expect(call('sobjects/Task', { method: 'POST', body: { Subject: 'x' } })).rejects.toThrow('fetch failed');
  expect(crm.list('Task')).toEqual([]);
  clock.advance(10_000);
  expect(crm.list('Task')).toHaveLength(1);
});

it('a caller who has given up before sends nothing', async () => {
  const { crm, call } = org();
  await expect(call('limits', { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  expect(crm.calls).toHaveLength(0);
});
