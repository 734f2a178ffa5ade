import assert from 'node:assert/strict';
import type { Json } from '../../../core/values/value.ts';
import type { Page } from '../../../ports/connector.ts';
import {
  add,
  addMany,
  byId,
  failureOf,
  HOUR,
  idle,
  labelOf,
  lastCheckpoint,
  need,
  type Opened,
  OURS,
  open,
  readOn,
  readPages,
  readQuery,
  settle,
  soon,
  stored,
  textsOf,
  textsUpTo,
  valuesOf,
} from './kit.ts';
import type { ConnectorCase, MakeConnector } from './subject.ts';

/** A CRM with records on at least three pages. */
async function openFull(make: MakeConnector) {
  const opened = await open(make);
  const ids = await addMany(opened.crm, opened.crm.severalPages);
  await settle(opened.crm);
  return { ...opened, ids };
}

/** Goes on with a read; the next page must be there. */
async function nextPage(pages: AsyncIterator<Page>): Promise<Page> {
  const { value, done } = await pages.next();
  assert.ok(done !== true, 'there should be another page');
  return value;
}

/** Stops after `count` pages, as a process that is killed does. */
async function firstPages({ connector, call, crm }: Opened, count: number, from: Json | null): Promise<readonly Page[]> {
  const pages: Page[] = [];
  for await (const page of connector.read(readQuery(crm, { from }), call)) {
    pages.push(page);
    if (pages.length === count) break;
  }
  return pages;
}

export const reads: readonly ConnectorCase[] = [
  {
    id: 'CC-07',
    rule: 'a read from nothing gives every record with its values, and says on which page it ends',
    async check(make) {
      const { crm, connector, call, ids } = await openFull(make);
      const pages = await readPages(connector.read(readQuery(crm), call));
      assert.ok(pages.length >= 3, '`severalPages` records should make three pages');
      assert.deepEqual(
        pages.map(({ last }) => last),
        pages.map((_, index) => index === pages.length - 1),
      );
      assert.deepEqual([...byId(pages).keys()].sort(), ids.toSorted());
      assert.deepEqual(textsOf(crm, byId(pages).values()), textsUpTo(ids.length));
    },
  },
  {
    id: 'CC-08',
    rule: 'a read of nothing is one page, the last one, with a checkpoint',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const pages = await readPages(connector.read(readQuery(crm), call));
      assert.equal(pages.length, 1);
      assert.deepEqual(pages[0]?.records, []);
      const from = lastCheckpoint(pages);
      await add(crm);
      await settle(crm);
      const { records } = await readOn(connector, readQuery(crm, { from }), call);
      assert.deepEqual(textsOf(crm, records.values()), [labelOf(0)]);
    },
  },
  {
    id: 'CC-09',
    rule: 'a checkpoint is flat JSON that comes back from a store as it was',
    async check(make) {
      const { crm, connector, call } = await openFull(make);
      const first = await readPages(connector.read(readQuery(crm), call));
      await crm.advance(HOUR);
      await addMany(crm, crm.severalPages);
      await settle(crm);
      const second = await readPages(connector.read(readQuery(crm, { from: stored(lastCheckpoint(first)) }), call));
      for (const { checkpoint } of [...first, ...second]) {
        assert.deepEqual(stored(checkpoint), checkpoint);
        const members = typeof checkpoint === 'object' && checkpoint !== null ? Object.values(checkpoint) : [];
        for (const member of members) assert.ok(typeof member !== 'object' || member === null, 'a checkpoint is flat');
      }
    },
  },
  {
    id: 'CC-10',
    rule: 'a read that is stopped after any page goes on from its checkpoint, on another connector, and loses nothing',
    async check(make) {
      const opened = await openFull(make);
      const { crm, call, reconnect, ids } = opened;
      const { length } = await readPages(opened.connector.read(readQuery(crm), call));
      for (let count = 1; count <= length; count += 1) {
        const before = await firstPages(opened, count, null);
        const from = stored(before.at(-1)!.checkpoint);
        await crm.advance(HOUR);
        const [read = ids[0]!] = byId(before).keys(); // a page may be empty
        await crm.edit(read, { [crm.fields.text]: `Edited after page ${count}` });
        await settle(crm);
        const after = await readOn(reconnect(), readQuery(crm, { from }), call);
        const { records } = await readOn(reconnect(), readQuery(crm, { from: after.next }), call);
        const seen = new Map([...byId(before), ...after.records, ...records]);
        assert.deepEqual([...seen.keys()].sort(), ids.toSorted(), `stopped after page ${count}`);
        assert.ok(textsOf(crm, seen.values()).includes(`Edited after page ${count}`), 'what was edited before the read went on is seen');
      }
    },
  },
  {
    id: 'CC-11',
    rule: 'changes of one moment that fill several pages are all read, wherever the read is stopped',
    async check(make) {
      const opened = await open(make);
      const { crm, call, connector, reconnect } = opened;
      const { next } = await readOn(connector, readQuery(crm), call);
      await crm.advance(HOUR);
      const ids = await addMany(crm, crm.severalPages);
      await settle(crm);
      const { length } = await readPages(connector.read(readQuery(crm, { from: next }), call));
      for (let count = 1; count <= length; count += 1) {
        const before = await firstPages(opened, count, next);
        const after = await readOn(reconnect(), readQuery(crm, { from: stored(before.at(-1)!.checkpoint) }), call);
        const seen = new Set([...byId(before).keys(), ...after.records.keys()]);
        assert.deepEqual([...seen].sort(), ids.toSorted(), `stopped after page ${count}`);
      }
    },
  },
  {
    id: 'CC-12',
    rule: 'what is added or edited during a read is seen by it or by the next one',
    async check(make) {
      for (const hours of [0, 1]) {
        const { crm, connector, call, ids } = await openFull(make);
        const pages: Page[] = [];
        for await (const page of connector.read(readQuery(crm), call)) {
          pages.push(page);
          await crm.advance(hours * HOUR);
          await add(crm, { [crm.fields.text]: `Added after page ${pages.length}` });
          for (const id of [ids[0]!, ids.at(-1)!]) await crm.edit(id, { [crm.fields.text]: `Edited after page ${pages.length}` });
        }
        await settle(crm);
        const { records } = await readOn(connector, readQuery(crm, { from: stored(lastCheckpoint(pages)) }), call);
        const seen = new Map([...byId(pages), ...records]);
        const expected = (await crm.records(crm.object)).map(({ values }) => values[crm.fields.text]);
        assert.deepEqual(textsOf(crm, seen.values()), expected.sort());
      }
    },
  },
  {
    id: 'CC-13',
    rule: 'what is changed while an answer is on its way is seen by the next read',
    requires: 'holds',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const id = await add(crm);
      await settle(crm);
      await connector.describe(crm.object, call);
      const held = need(crm.hold, 'hold')('read');
      const reading = readOn(connector, readQuery(crm), call);
      await soon(held.arrived, 'the first request of a read');
      await crm.edit(id, { [crm.fields.text]: 'Edited meanwhile' });
      await add(crm, { [crm.fields.text]: 'Added meanwhile' });
      await crm.advance(HOUR);
      held.release();
      const first = await reading;
      const { records } = await readOn(connector, readQuery(crm, { from: first.next }), call);
      assert.deepEqual(textsOf(crm, new Map([...first.records, ...records]).values()), ['Added meanwhile', 'Edited meanwhile']);
    },
  },
  {
    id: 'CC-14',
    rule: 'a read with a limit gives no more records, and its checkpoint does not skip the rest',
    async check(make) {
      const { crm, connector, call, ids } = await openFull(make);
      for (const limit of [1, 2, ids.length, ids.length + 1]) {
        const pages = await readPages(connector.read(readQuery(crm, { limit }), call));
        const records = pages.flatMap((page) => page.records);
        assert.equal(records.length, Math.min(limit, ids.length));
        const from = stored(pages.at(-1)!.checkpoint);
        const rest = await readOn(connector, readQuery(crm, { from }), call);
        assert.deepEqual([...new Set([...byId(pages).keys(), ...rest.records.keys()])].sort(), ids.toSorted());
      }
    },
  },
  {
    id: 'CC-15',
    rule: 'a first read with a filter gives every record that matches it',
    async check(make) {
      const { crm, connector, call } = await openFull(make);
      const { text } = crm.fields;
      await add(crm, { [text]: null });
      await add(crm, { [text]: `O'Brien "quoted" \\ 100% a_b` });
      await settle(crm);
      const filters = [
        { filter: { field: text, eq: labelOf(2).toUpperCase() }, expected: [labelOf(2)] },
        { filter: { field: text, blank: true }, expected: [null] },
        {
          filter: {
            any: [
              { field: text, contains: `'brien` },
              { field: text, in: [labelOf(1)] },
            ],
          },
          expected: [labelOf(1), `O'Brien "quoted" \\ 100% a_b`],
        },
        { filter: { not: { field: text, contains: 'ontract' } }, expected: [null, `O'Brien "quoted" \\ 100% a_b`] },
        { filter: { field: 'No_Such_Field__c', blank: true }, expected: [null, labelOf(0)] },
        {
          filter: {
            all: [
              { field: text, contains: '%' },
              { field: text, contains: '_' },
            ],
          },
          expected: [`O'Brien "quoted" \\ 100% a_b`],
        },
      ];
      for (const { filter, expected } of filters) {
        const { records } = await readOn(connector, readQuery(crm, { filter }), call);
        const texts = textsOf(crm, records.values());
        for (const wanted of expected) assert.ok(texts.includes(wanted), `${JSON.stringify(filter)} should give ${wanted}`);
      }
    },
  },
  {
    id: 'CC-16',
    rule: 'a page is asked for when somebody wants it, and not before',
    async check(make) {
      const { crm, connector, call } = await openFull(make);
      await connector.describe(crm.object, call);
      const start = crm.calls();
      await readPages(connector.read(readQuery(crm), call));
      const before = crm.calls();
      const all = before - start;
      const pages = connector.read(readQuery(crm), call)[Symbol.asyncIterator]();
      await idle();
      assert.equal(crm.calls(), before, 'nothing is asked for before the first page is wanted');
      await nextPage(pages);
      const first = crm.calls();
      assert.ok(first - before < all, 'the first page costs less than the whole read');
      await idle();
      assert.equal(crm.calls(), first, 'the second page is not asked for before it is wanted');
      await pages.return?.();
      await idle();
      assert.equal(crm.calls(), first, 'a read that is left asks for nothing more');
    },
  },
  {
    id: 'CC-17',
    rule: 'a page tells, in the clock of the call, when its request was made: not later, and not before the read began',
    async check(make) {
      const { crm, connector, call } = await openFull(make);
      const from = OURS + crm.calls();
      const timed = { ...call, now: () => OURS + crm.calls() }; // a clock that only requests move
      for await (const { requestedAt } of connector.read(readQuery(crm), timed)) {
        assert.ok(requestedAt >= from, 'a page is not older than its read');
        assert.ok(requestedAt < OURS + crm.calls(), 'the time is taken before the request is made');
      }
    },
  },
  {
    id: 'CC-18',
    rule: 'the values of a page are not older than it says',
    async check(make) {
      const { crm, connector, call, ids, tick } = await openFull(make);
      const edited = new Map<string, { readonly at: number; readonly text: string }>();
      let count = 0;
      for await (const { records, requestedAt } of connector.read(readQuery(crm), call)) {
        for (const record of records) {
          const edit = edited.get(record.id);
          if (edit !== undefined && requestedAt > edit.at) assert.equal(valuesOf(record)[crm.fields.text], edit.text);
        }
        count += 1;
        for (const id of ids) {
          tick(1);
          const edit = { at: call.now(), text: `Edit ${count} of ${id}` };
          await crm.edit(id, { [crm.fields.text]: edit.text });
          edited.set(id, edit);
        }
        await settle(crm);
        tick(1);
      }
      assert.ok(count >= 3);
    },
  },
  {
    id: 'CC-19',
    rule: 'a checkpoint that is none of its own is refused, and never read as a start',
    async check(make) {
      const { crm, connector, call } = await openFull(make);
      const strange: readonly Json[] = ['', 'x', 0, true, [], {}, { version: 99 }, { since: 'yesterday' }, { after: "x' OR Id != '" }];
      for (const from of strange) {
        const error = await failureOf(() => readPages(connector.read(readQuery(crm, { from }), call)));
        assert.equal(error.category, 'configuration');
        assert.equal(error.retryable, false);
      }
    },
  },
];
