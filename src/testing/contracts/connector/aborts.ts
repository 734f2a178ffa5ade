import assert from 'node:assert/strict';
import type { Call } from '../../../ports/connector.ts';
import {
  add,
  addMany,
  fetchOne,
  findIds,
  findQuery,
  idsIn,
  labelOf,
  mustWork,
  need,
  type Opened,
  open,
  readPages,
  readQuery,
  recordOf,
  settle,
  settled,
  soon,
} from './kit.ts';
import { mustBeDone, setting, writeOne } from './kit-writes.ts';
import { answersOf } from './related.ts';
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
const readsOf = ({ crm, connector, can }: Opened, id: string) => ({
  read: (call: Call) => readPages(connector.read(readQuery(crm), call)),
  fetch: (call: Call) => fetchOne(connector, crm, id, call),
  ...(can.find && { find: (call: Call) => findIds(connector, findQuery(crm, [labelOf(0)]), call) }),
  ...(connector.members !== undefined &&
    crm.membership !== undefined && {
      members: (call: Call) => connector.members!({ object: crm.object, path: crm.membership!.path, known: null }, call),
    }),
  ...(connector.related !== undefined &&
    crm.related !== undefined && {
      related: (call: Call) => answersOf(connector.related!({ object: crm.object, ids: [id], to: [crm.related!.to], limit: 10 }, call)),
    }),
});

export const aborts: readonly ConnectorCase[] = [
  {
    id: 'CC-81',
    rule: 'a call that is aborted before it begins sends nothing',
    async check(make) {
      const opened = await open(make);
      const { crm, connector, can } = opened;
      const id = await add(crm);
      const item = can.write ? await setting(opened, {}) : null;
      const ids = await idsIn(crm);
      const { call, abort } = abortable(opened.call);
      abort();
      const works = {
        ...readsOf(opened, id),
        describe: () => connector.describe(crm.object, call),
        ...(item !== null && { write: () => connector.write([item], call) }),
      };
      for (const [method, work] of Object.entries(works)) await mustBeAborted(() => work(call), method);
      assert.equal(crm.calls(), 0);
      assert.deepEqual([await idsIn(crm), (await recordOf(crm, id))?.values[crm.fields.text]], [ids, labelOf(0)]);
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
    requires: ['writes', 'holds'],
    async check(make) {
      const opened = await open(make);
      const { crm, connector } = opened;
      const item = await setting(opened, { [crm.fields.text]: 'Written' });
      const { call, abort } = abortable(opened.call);
      const held = need(crm.hold, 'hold')('write');
      const writing = writeOne(connector, item, call);
      writing.catch(() => {}); // awaited once the answer was let go
      await soon(held.arrived, 'the request of a write');
      abort();
      held.release();
      const outcome = await mustWork(() => writing, 'a write whose call was aborted');
      assert.equal((await recordOf(crm, mustBeDone(outcome).id))?.values[crm.fields.text], 'Written');
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
