import assert from 'node:assert/strict';
import { type BoundStore, LEASE_KIND, type Leased } from '../../../ports/store.ts';
import { clockOf, insert, loadOne, mustCommit, mustMove, open, type StoreCase, update } from './kit.ts';

const ask = (bound: BoundStore, holder: string, token?: string): Promise<Leased> =>
  bound.lease({ name: 'pull', ttlMs: 1000, holder, ...(token !== undefined && { token }) });

async function take(bound: BoundStore, holder: string, token?: string): Promise<string> {
  const leased = await ask(bound, holder, token);
  assert.ok(leased.held, `${holder} should get the lease`);
  return leased.token;
}

async function assertBusy(bound: BoundStore, asker: string, holder: string, token?: string): Promise<void> {
  const leased = await ask(bound, asker, token);
  assert.ok(!leased.held, `${asker} should not get the lease`);
  assert.equal(leased.holder, holder);
}

/** What a commit adds to be fenced. */
const fence = (token: string) => ({ scope: 'connection', kind: LEASE_KIND, key: 'pull', expected: token }) as const;

export const leases: readonly StoreCase[] = [
  {
    id: 'CS-77',
    rule: 'a free lease is taken; whoever asks for it meanwhile is told who holds it',
    async check(make) {
      const { here } = await open(make);
      await take(here, 'worker 1');
      await assertBusy(here, 'worker 2', 'worker 1');
      await assertBusy(here, 'worker 1', 'worker 1'); // without the token, nobody knows that it is the same one
      await assertBusy(here, 'worker 2', 'worker 1', 'a token of another lease');
    },
  },
  {
    id: 'CS-78',
    rule: 'of two that ask at once, one gets the lease',
    async check(make) {
      const { here } = await open(make);
      // Long, for on a busy machine a short one may end between two of them.
      const asked = ['worker 1', 'worker 2', 'worker 3'].map((holder) => here.lease({ name: 'pull', ttlMs: 60_000, holder }));
      const answers = await Promise.all(asked);
      assert.equal(answers.filter(({ held }) => held).length, 1);
    },
  },
  {
    id: 'CS-79',
    rule: 'a lease of another name or another connection is another lease',
    async check(make) {
      const { here, otherConnection, otherWorkspace } = await open(make);
      await take(here, 'worker 1');
      await take(otherConnection, 'worker 2');
      await take(otherWorkspace, 'worker 3');
      assert.ok((await here.lease({ name: 'push', ttlMs: 1000, holder: 'worker 4' })).held);
      await assertBusy(here, 'worker 5', 'worker 1');
    },
  },
  {
    id: 'CS-80',
    rule: 'a lease that is given back can be taken at once, under another token; a wrong token gives nothing back',
    async check(make) {
      const { here } = await open(make);
      const first = await take(here, 'worker 1');
      await here.release('pull', 'a token of another lease');
      await here.release('push', first);
      await assertBusy(here, 'worker 2', 'worker 1');
      await here.release('pull', first);
      const second = await take(here, 'worker 2');
      assert.notEqual(second, first);
      await here.release('pull', first);
      await assertBusy(here, 'worker 1', 'worker 2', first);
    },
  },
  {
    id: 'CS-81',
    rule: 'a commit that expects the token of a lease passes while it is held, and is moved when it is not',
    async check(make) {
      const { here } = await open(make);
      const row = await insert(here);
      const token = await take(here, 'worker 1');
      await mustCommit(here, { rows: [update(row, { first_name: 'Ann' })], entries: [fence(token)] });
      const edited = await loadOne(here, row.id);
      await mustMove(here, { rows: [update(edited, { first_name: 'Bea' })], entries: [fence('a token of another lease')] });
      await here.release('pull', token);
      await mustMove(here, { rows: [update(edited, { first_name: 'Bea' })], entries: [fence(token)] });
      assert.deepEqual(await loadOne(here, row.id), edited);
    },
  },
  {
    id: 'CS-82',
    rule: 'the token stays the same when the lease is renewed, so that a commit under way still passes',
    async check(make) {
      const { here } = await open(make);
      const token = await take(here, 'worker 1');
      assert.equal(await take(here, 'worker 1', token), token);
      await mustCommit(here, { entries: [fence(token)] });
    },
  },
  {
    id: 'CS-83',
    rule: 'a lease is held until its time has passed, counted from when it was taken or renewed',
    requires: 'clock',
    async check(make) {
      const opened = await open(make);
      const { here } = opened;
      const clock = clockOf(opened);
      const first = await take(here, 'worker 1');
      clock.advance(999);
      await assertBusy(here, 'worker 2', 'worker 1');
      await take(here, 'worker 1', first);
      clock.advance(999);
      await assertBusy(here, 'worker 2', 'worker 1');
      clock.advance(1);
      const second = await take(here, 'worker 2');
      assert.notEqual(second, first);
      await assertBusy(here, 'worker 1', 'worker 2', first);
    },
  },
  {
    id: 'CS-84',
    rule: 'an expired lease fences nobody until somebody else takes it; its holder can renew it till then',
    requires: 'clock',
    async check(make) {
      const opened = await open(make);
      const { here } = opened;
      const token = await take(here, 'worker 1');
      clockOf(opened).advance(5000);
      await mustCommit(here, { entries: [fence(token)] });
      assert.equal(await take(here, 'worker 1', token), token);
      clockOf(opened).advance(5000);
      const taken = await take(here, 'worker 2');
      await mustMove(here, { entries: [fence(token)] });
      await mustCommit(here, { entries: [fence(taken)] });
    },
  },
  {
    id: 'CS-85',
    rule: 'a commit and a lease answer the time of the same clock',
    requires: 'clock',
    async check(make) {
      const opened = await open(make);
      const { here } = opened;
      const { at } = await mustCommit(here, {});
      clockOf(opened).advance(1234);
      const taken = await ask(here, 'worker 1');
      const busy = await ask(here, 'worker 2');
      assert.deepEqual([taken.now - at, busy.now - at, (await mustCommit(here, {})).at - at], [1234, 1234, 1234]);
    },
  },
];
