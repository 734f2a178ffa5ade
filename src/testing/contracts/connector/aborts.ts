import assert from 'node:assert/strict';
import type { Call } from '../../../ports/connector.ts';
import {
  add,
  addMany,
  create,
  fetchOne,
  findIds,
  findQuery,
  idsIn,
  labelOf,
  mustBeDone,
  mustWork,
  need,
  type Opened,
  open,
  readPages,
  readQuery,
  settle,
  settled,
  soon,
  writeOne,
} from './kit.ts';
import type { ConnectorCase } from './subject.ts';

const REASON = new Error('stopped by the test');

/** A call, and what aborts it. */
function abortable(call: Call): { readonly call: Call; abort(): void } {
  const controller = new AbortController();
  return { call: { ...call, signal: controller.signal }, abort: () => controller.abort(REASON) };
}

async function mustBeAborted(work: () => unknown, what: string): Promise<void> {
  const result = await settled(work);
  assert.ok(!result.ok, `${what} should be aborted`);
  assert.equal(result.error, REASON, `${what} should fail with the reason of the signal`);
}

/** Everything that only reads, for a connector that knows the object already. */
const readsOf = ({ crm, connector }: Opened, id: string) => ({
  read: (call: Call) => readPages(connector.read(readQuery(crm), call)),
  fetch: (call: Call) => fetchOne(connector, crm, id, call),
  find: (call: Call) => findIds(connector, findQuery(crm, [labelOf(0)]), call),
});

export const aborts: readonly ConnectorCase[] = [
  {
    id: 'CC-81',
    rule: 'a call that is aborted before it begins sends nothing',
    async check(make) {
      const opened = await open(make);
      const { crm, connector } = opened;
      const id = await add(crm);
      const { call, abort } = abortable(opened.call);
      abort();
      const works = {
        ...readsOf(opened, id),
        describe: () => connector.describe(crm.object, call),
        write: () => connector.write([create(crm)], call),
      };
      for (const [method, work] of Object.entries(works)) await mustBeAborted(() => work(call), method);
      assert.equal(crm.calls(), 0);
      assert.deepEqual(await idsIn(crm), [id]);
    },
  },
  {
    id: 'CC-82',
    rule: 'a call that only reads is cut in flight',
    requires: 'holds',
    async check(make) {
      const opened = await open(make);
      const { crm, connector } = opened;
      const id = await add(crm);
      await connector.describe(crm.object, opened.call);
      for (const [method, work] of Object.entries(readsOf(opened, id))) {
        const { call, abort } = abortable(opened.call);
        const held = need(crm.hold, 'hold')('read');
        const cut = mustBeAborted(() => work(call), method);
        await soon(held.arrived, `the request of ${method}`);
        abort();
        try {
          await soon(cut, `${method} after its abort`);
        } finally {
          held.release();
        }
      }
    },
  },
  {
    id: 'CC-83',
    rule: 'a write in flight is not cut: its outcome is told',
    requires: 'holds',
    async check(make) {
      const { crm, connector, ...opened } = await open(make);
      const { call, abort } = abortable(opened.call);
      const held = need(crm.hold, 'hold')('write');
      const writing = writeOne(connector, create(crm), call);
      writing.catch(() => {}); // awaited once the answer was let go
      await soon(held.arrived, 'the request of a write');
      abort();
      held.release();
      const outcome = await mustWork(() => writing, 'a write whose call was aborted');
      assert.deepEqual(await idsIn(crm), [mustBeDone(outcome).id]);
    },
  },
  {
    id: 'CC-84',
    rule: 'a read that is aborted between two pages asks for nothing more',
    async check(make) {
      const { crm, connector, ...opened } = await open(make);
      await addMany(crm, crm.severalPages);
      await settle(crm);
      const { call, abort } = abortable(opened.call);
      const pages = connector.read(readQuery(crm), call)[Symbol.asyncIterator]();
      await pages.next();
      const before = crm.calls();
      abort();
      await mustBeAborted(() => pages.next(), 'the next page');
      assert.equal(crm.calls(), before);
    },
  },
];
