import assert from 'node:assert/strict';
import type { Page, Wrote } from '../../../ports/connector.ts';
import {
  add,
  addMany,
  assertOurs,
  byId,
  failureOf,
  fetchOne,
  findIds,
  findQuery,
  labelOf,
  mustWork,
  need,
  type Opened,
  open,
  readOn,
  readQuery,
  type Settled,
  settle,
  settled,
  stored,
  textsUpTo,
  valuesOf,
} from './kit.ts';
import { mustBeDone, settingEach, update, write, writtenTexts } from './kit-writes.ts';
import type { ConnectorCase, CrmFault } from './subject.ts';

/** Writes two texts, or one where a batch holds no more, under a fault; answers the outcome and which texts came of it. */
async function underFault(opened: Opened, what: CrmFault, times?: number) {
  const { crm, connector, call } = opened;
  await connector.describe(crm.object, call);
  const wanted = textsUpTo(Math.min(2, connector.capabilities.writeBatchMax));
  const batch = await settingEach(
    opened,
    wanted.map((text) => ({ [crm.fields.text]: text })),
  );
  await need(crm.fault, 'fault')(what, 'write', times);
  const before = crm.calls();
  const result = await settled(() => write(connector, batch, call));
  return { result, calls: crm.calls() - before, texts: await writtenTexts(crm), wanted };
}

/** Every item of the batch had this outcome. */
function allAre(outcome: Wrote['outcome'], result: Settled<readonly Wrote[]>): void {
  assert.ok(result.ok, 'the write should not fail');
  assert.deepEqual(new Set(result.value.map((wrote) => wrote.outcome)), new Set([outcome]));
}

export const failures: readonly ConnectorCase[] = [
  {
    id: 'CC-68',
    rule: 'a write whose acknowledgement is lost is `unknown`, and is not sent again',
    requires: ['writes', 'faults'],
    async check(make) {
      const { result, calls, texts, wanted } = await underFault(await open(make), 'lost_ack');
      allAre('unknown', result);
      assert.deepEqual(texts, wanted);
      assert.equal(calls, 1);
    },
  },
  {
    id: 'CC-69',
    rule: 'a write whose answer can not be read is `unknown`, and is not sent again',
    requires: ['writes', 'faults'],
    async check(make) {
      const { result, calls, texts, wanted } = await underFault(await open(make), 'garbled');
      allAre('unknown', result);
      assert.deepEqual(texts, wanted);
      assert.equal(calls, 1);
    },
  },
  {
    id: 'CC-70',
    rule: 'a write whose connection breaks is `unknown` even where nothing was done, for nobody can know',
    requires: ['writes', 'faults'],
    async check(make) {
      const { result, texts } = await underFault(await open(make), 'network');
      allAre('unknown', result);
      assert.deepEqual(texts, []);
    },
  },
  {
    id: 'CC-71',
    rule: 'a write that can not reach the CRM says that nothing was sent',
    requires: ['writes', 'faults'],
    async check(make) {
      const { result, texts } = await underFault(await open(make), 'unreachable');
      if (result.ok) allAre('not_sent', result);
      else {
        assertOurs(result.error);
        assert.deepEqual([result.error.category, result.error.retryable], ['network', true]);
      }
      assert.deepEqual(texts, []);
    },
  },
  {
    id: 'CC-72',
    rule: 'a write that a busy CRM turns away is never called done or refused',
    requires: ['writes', 'faults'],
    async check(make) {
      const { result, texts } = await underFault(await open(make), 'unavailable');
      assert.deepEqual(texts, []);
      if (result.ok) for (const { outcome } of result.value) assert.ok(outcome === 'not_sent' || outcome === 'unknown', outcome);
      else {
        assertOurs(result.error);
        assert.equal(result.error.retryable, true);
      }
    },
  },
  {
    id: 'CC-73',
    rule: 'an expired token is refreshed, and the write is done once',
    requires: ['writes', 'refreshes'],
    async check(make) {
      const { result, calls, texts, wanted } = await underFault(await open(make), 'expired_session');
      allAre('done', result);
      assert.deepEqual(texts, wanted);
      assert.ok(calls <= 2, 'it is sent again once, with the new token');
    },
  },
  {
    id: 'CC-74',
    rule: 'a write beyond the limit of the account is a `rate_limit` that may be tried again, and nothing is done',
    requires: ['writes', 'faults'],
    async check(make) {
      const { result, texts } = await underFault(await open(make), 'limit', 5);
      assert.ok(!result.ok, 'the call should fail');
      assertOurs(result.error);
      assert.deepEqual([result.error.category, result.error.retryable], ['rate_limit', true]);
      assert.deepEqual(texts, []);
    },
  },
  {
    id: 'CC-75',
    rule: 'a read beyond the limit of the account is a `rate_limit` that may be tried again',
    requires: 'faults',
    async check(make) {
      const methods = {
        read: ({ connector, crm, call }: Opened) => readOn(connector, readQuery(crm), call),
        fetch: ({ connector, crm, call }: Opened, id: string) => fetchOne(connector, crm, id, call),
        find: ({ connector, crm, call }: Opened) => findIds(connector, findQuery(crm, [labelOf(0)]), call),
      };
      for (const [method, work] of Object.entries(methods)) {
        const opened = await open(make);
        const { crm, connector, can, call } = opened;
        if (method === 'find' && !can.find) continue;
        const id = await add(crm);
        await connector.describe(crm.object, call);
        await need(crm.fault, 'fault')('limit', 'read', 5); // more often than anybody tries
        const error = await failureOf(() => work(opened, id));
        assert.deepEqual([error.category, error.retryable], ['rate_limit', true], method);
      }
    },
  },
  {
    id: 'CC-76',
    rule: 'an expired token is refreshed for reads, for several at once too',
    requires: 'refreshes',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const ids = await addMany(crm, 3);
      await connector.describe(crm.object, call);
      await need(crm.fault, 'fault')('expired_session', 'read', 1);
      const records = await mustWork(
        () => Promise.all(ids.map(async (id) => fetchOne(connector, crm, id, call))),
        'each of several fetches',
      );
      assert.deepEqual(
        records.map((record) => valuesOf(record)[crm.fields.text]),
        textsUpTo(3),
      );
      await need(crm.fault, 'fault')('expired_session', 'read', 1);
      assert.equal((await mustWork(() => readOn(connector, readQuery(crm), call), 'a read')).records.size, 3);
    },
  },
  {
    id: 'CC-77',
    rule: 'access that was withdrawn is an `authentication` failure that only a person can mend, and nothing is done',
    requires: 'faults',
    async check(make) {
      const opened = await open(make);
      const { crm, connector, can, call } = opened;
      if (can.write) {
        const { result, texts } = await underFault(opened, 'revoked', 5);
        assert.ok(!result.ok, 'the write should fail');
        assertOurs(result.error);
        assert.deepEqual([result.error.category, result.error.retryable], ['authentication', false]);
        assert.deepEqual(texts, []);
      } else await need(crm.fault, 'fault')('revoked', 'read', 5);
      const error = await failureOf(() => readOn(connector, readQuery(crm), call));
      assert.deepEqual([error.category, error.retryable], ['authentication', false]);
    },
  },
  {
    id: 'CC-78',
    rule: 'a read that meets a fault ends well or says that it may be tried again, and then it works',
    requires: 'faults',
    async check(make) {
      const faults: readonly CrmFault[] = ['network', 'lost_ack', 'unreachable', 'unavailable', 'garbled'];
      for (const what of faults) {
        const { crm, connector, can, call } = await open(make);
        const id = await add(crm);
        await settle(crm);
        const works = {
          describe: async () => (await connector.describe(crm.object, call)).name === crm.object,
          read: async () => (await readOn(connector, readQuery(crm), call)).records.has(id),
          fetch: async () => (await fetchOne(connector, crm, id, call)).state === 'present',
          ...(can.find && { find: async () => (await findIds(connector, findQuery(crm, [labelOf(0)]), call)).length === 1 }),
        };
        for (const [method, work] of Object.entries(works)) {
          await need(crm.fault, 'fault')(what, 'read', 1);
          const result = await settled(work);
          if (result.ok) assert.ok(result.value, `${method} after ${what}`);
          else {
            assertOurs(result.error);
            assert.ok(
              ['network', 'server', 'rate_limit'].includes(result.error.category),
              `${method} after ${what}: ${result.error.category}`,
            );
            assert.equal(result.error.retryable, true);
            assert.ok(await mustWork(work, `${method} once ${what} is over`));
          }
        }
      }
    },
  },
  {
    id: 'CC-79',
    rule: 'a read that fails between two pages goes on from the last one, and loses nothing',
    requires: 'faults',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const ids = await addMany(crm, crm.severalPages);
      await settle(crm);
      const pages: Page[] = [];
      const take = async () => {
        const from = pages.length === 0 ? null : stored(pages.at(-1)!.checkpoint);
        for await (const page of connector.read(readQuery(crm, { from }), call)) {
          pages.push(page);
          if (pages.length === 1) await need(crm.fault, 'fault')('unavailable', 'read', 8);
        }
      };
      for (let attempt = 0; attempt < 10 && !(await settled(take)).ok; attempt += 1); // bounded: eight requests fail
      assert.ok(pages.at(-1)?.last, 'the read should come to an end');
      assert.deepEqual([...byId(pages).keys()].sort(), ids.toSorted());
    },
  },
  {
    id: 'CC-80',
    rule: 'after a lost acknowledgement the record can be found, so that nobody needs to send it again',
    requires: ['finds', 'writes', 'faults'],
    async check(make) {
      const opened = await open(make);
      const { crm, connector, call } = opened;
      const id = await add(crm, { [crm.fields.text]: 'Before' });
      await need(crm.fault, 'fault')('lost_ack', 'write', 1);
      const [outcome] = await write(connector, [update(crm, id, { [crm.fields.text]: 'After' })], call);
      assert.equal(outcome?.outcome, 'unknown');
      assert.equal(valuesOf(await fetchOne(connector, crm, id, call))[crm.fields.text], 'After');
      await settle(crm);
      assert.deepEqual(await findIds(connector, findQuery(crm, ['After']), call), [['After', id]]);
      mustBeDone((await write(connector, [update(crm, id, { [crm.fields.text]: 'After' })], call))[0]);
    },
  },
];
