import type { Run } from 'crm-sync-engine';
import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { connectorAround, dying, storeAround } from './harness.ts';
import { WORLDS } from './world.ts';

describe.each(WORLDS)('on $name', (world) => {
  const { deployment } = world;

  const HOUR = 3_600_000;

  function people(count: number, options: Parameters<typeof deployment>[0] = {}) {
    const there = deployment(options);
    for (let index = 0; index < count; index += 1)
      there.crm.add({ firstName: `First${index}`, lastName: 'Smith', phone: `(415) 300-${String(index).padStart(4, '0')}` });
    return there;
  }

  const isWhole = ({ counts: { processed, created, updated, unchanged, skipped, failed } }: Pick<Run, 'counts'>) =>
    processed === created + updated + unchanged + skipped + failed;

  describe('runs', () => {
    it('are listed newest first, by pages, and found by id', async () => {
      const { engine, clock } = people(1);
      const made: string[] = [];
      for (const flow of ['pull', 'push', 'sync', 'pull'] as const) {
        made.push((await engine[flow]()).id);
        clock.advance(60_000);
      }
      const newestFirst = made.toReversed();
      expect((await engine.runs.list()).map(({ id }) => id)).toEqual(newestFirst);
      const page = await engine.runs.list({ limit: 2 });
      expect(page.map(({ id }) => id)).toEqual(newestFirst.slice(0, 2));
      expect((await engine.runs.list({ limit: 2, after: page[1]?.id ?? '' })).map(({ id }) => id)).toEqual(newestFirst.slice(2));
      expect(await engine.runs.get(made[2] ?? '')).toMatchObject({ id: made[2], flow: 'sync', status: 'done' });
      expect(await engine.runs.get('none')).toBeNull();
    });

    it('begin only while they hold their lease: one that was held up takes no place of the one that took over', async () => {
      const { clock, store, crm, engine, engineOf } = people(3);
      const { around } = dying(14, 'after'); // it has read, and committed that it began
      const overtaking = () =>
        engineOf({ store: storeAround(store, around), connector: connectorAround(crm.connectorOf(), around) }).pull();
      let isFirst = true;
      const heldUp = storeAround(store, async (name, call) => {
        const answer = await call();
        if (name === 'lease' && isFirst) {
          isFirst = false;
          clock.advance(HOUR);
          await expect(overtaking()).rejects.toThrow();
        }
        return answer;
      });
      await expect(engineOf({ store: heldUp }).pull()).rejects.toMatchObject({ code: 'lease_lost' });
      const [dead] = await engine.runs.list();
      expect(dead).toMatchObject({ status: 'running' });
      clock.advance(HOUR);
      await engine.pull();
      expect(await engine.runs.get(dead?.id ?? '')).toMatchObject({ status: 'failed', failure: { code: 'run_died' } });
    });

    it('do not go on once another one has taken over and ended: they were recorded as dead', async () => {
      const { clock, store, engine, engineOf } = people(3);
      let reads = 0;
      const heldUp = storeAround(store, async (name, call) => {
        const answer = await call();
        reads += Number(name === 'entries');
        if (name === 'entries' && reads === 6) {
          clock.advance(HOUR);
          expect(await engine.pull()).toMatchObject({ status: 'done' });
        }
        return answer;
      });
      await expect(engineOf({ store: heldUp }).pull()).rejects.toMatchObject({ code: 'lease_lost' });
      const runs = await engine.runs.list();
      expect(runs.map(({ status }) => status).sort()).toEqual(['done', 'failed']);
    });

    it('do not go on as a part of a sync that another one has taken over, though the part is held', async () => {
      const { clock, crm, store, engine, engineOf, connectorOf } = people(3);
      await engine.pull();
      clock.advance(HOUR);
      crm.add({ firstName: 'Late', lastName: 'Jones', phone: '(415) 300-0099' });
      clock.advance(HOUR);
      let leases = 0;
      let reads = 0;
      const heldUp = storeAround(store, async (name, call) => {
        leases += Number(name === 'lease');
        if (name === 'lease' && leases === 3) clock.advance(30_000); // that of the pull, after those of the sync and the push
        if (name === 'load' && reads > 0) {
          reads = Number.NEGATIVE_INFINITY; // once
          clock.advance(100_000);
          expect(await engine.sync()).toMatchObject({ status: 'done', notes: [{ code: 'busy' }] }); // the pull is held
        }
        return call();
      });
      const connector = connectorAround(connectorOf(), async (name, call) => {
        const answer = await call();
        reads += Number(name === 'read');
        return answer;
      });
      await expect(engineOf({ store: heldUp, connector }).sync()).rejects.toMatchObject({ code: 'lease_lost' });
      expect(await engine.contacts.list()).toHaveLength(3);
    });

    it('have ids of their own, also at one moment and with ids that share a beginning', async () => {
      const { engine } = people(1, { ids: ids('contact_0000') });
      const made = [await engine.pull(), await engine.push(), await engine.pull()];
      expect(new Set(made.map(({ id }) => id)).size).toBe(3);
      expect(await engine.runs.list()).toHaveLength(3);
    });

    it('that ended before a date are pruned', async () => {
      const { engine, clock } = people(1);
      await engine.pull();
      await engine.push();
      clock.advance(HOUR);
      const kept = await engine.pull();
      clock.advance(HOUR);
      expect(await engine.runs.prune({ olderThan: new Date(clock.now() - HOUR) })).toBe(2);
      expect((await engine.runs.list()).map(({ id }) => id)).toEqual([kept.id]);
      expect(await engine.pull()).toMatchObject({ status: 'done' });
    });

    it('count each record once: processed is the sum of what became of them', async () => {
      const { engine, crm, clock, events } = people(5);
      crm.add({ lastName: 'Nobody' });
      crm.add({ lastName: 'Twin', phone: '(415) 300-0001' });
      const runs = [await engine.pull()];
      clock.advance(HOUR);
      for (const { id } of await engine.contacts.list()) await engine.contacts.update(id, { email: `${id}@example.com` }, { by: 'test' });
      crm.edit(crm.list()[0]?.id ?? '', { firstName: 'Changed' });
      crm.remove(crm.list()[1]?.id ?? '');
      runs.push(await engine.sync(), await engine.pull({ full: true }), await engine.retryPending());
      for (const run of runs) expect(isWhole(run)).toBe(true);
      const sync = runs[1] as Run;
      expect(Object.values(sync.parts).reduce((sum, { processed }) => sum + processed, 0)).toBe(sync.counts.processed);
      expect(Object.keys(sync.parts).toSorted()).toEqual(['pull', 'push']);
      for (const { result } of events.of('run.finished')) expect(isWhole(result)).toBe(true);
    });

    it('keep the first 100 errors in full and count the rest', async () => {
      const there = deployment();
      for (let index = 0; index < 130; index += 1) there.crm.add({ lastName: `Nobody${index}`, phone: 'none' });
      const run = await there.engine.pull();
      expect(run.errors).toHaveLength(100);
      expect(run.errorsBeyond).toBe(30);
      expect((await there.engine.runs.get(run.id))?.errors).toHaveLength(100);
    });

    it('say who started them, what they cost and how long they took', async () => {
      const there = people(1);
      const engine = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          if (name === 'read') there.clock.advance(1_500);
          return call();
        }),
      });
      const run = await engine.pull({ trigger: 'schedule' });
      expect(run).toMatchObject({
        trigger: 'schedule',
        startedAt: '2026-01-05T09:00:00.000Z',
        finishedAt: '2026-01-05T09:00:01.500Z',
        durationMs: 1_500,
        apiCalls: there.crm.calls.filter(({ token }) => !token).length,
      });
      expect(there.events.of('run.started')).toMatchObject([{ run: run.id, flow: 'pull', trigger: 'schedule' }]);
      expect(there.events.of('run.finished')).toMatchObject([{ run: run.id, result: run }]);
    });

    it('of a sync do pending, push, pull in this order; a busy part is left out with a note', async () => {
      const there = people(2);
      await there.engine.pull();
      let noted: Run | undefined;
      const slow = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          if (name === 'read') noted = await there.engine.sync();
          return call();
        }),
      });
      const pull = await slow.pull();
      expect(noted).toMatchObject({ status: 'done', notes: [{ code: 'busy', message: expect.stringContaining(pull.id) }] });
    });

    it('a sync keeps its own lease while its parts take long', async () => {
      const there = deployment({}, { pageSizeMax: 1 });
      for (let index = 0; index < 6; index += 1) there.crm.add({ lastName: 'Smith', phone: `(415) 300-000${index}` });
      const seconds: Run[] = [];
      const slow = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          if (name === 'read') {
            there.clock.advance(50_000);
            seconds.push(await there.engine.sync());
          }
          return call();
        }),
      });
      const first = await slow.sync();
      expect(first.status).toBe('done');
      expect(seconds.map(({ status, busyWith }) => [status, busyWith])).toEqual(seconds.map(() => ['busy', first.id]));
    });
  });

  describe('status', () => {
    it('is idle, running, queued as the flows go, and is not misled by other runs in between', async () => {
      const there = people(4);
      expect(await there.engine.status()).toEqual({
        state: 'idle',
        budget: null,
        merging: null,
        conflicts: { open: 0, rewritten: 0 },
        deletions: [],
        connection: { status: 'active', reason: null },
        run: null,
        waiting: { conversations: 0, records: 0, ambiguous: 0 },
      });
      const paused = await there.engine.pull({ signal: AbortSignal.abort() });
      for (let times = 0; times < 30; times += 1) {
        there.clock.advance(60_000);
        await there.engine.push();
      }
      expect((await there.engine.status()).state).toBe('queued');
      expect(await there.engine.pull()).toMatchObject({ continues: paused.id });
      expect((await there.engine.status()).state).toBe('idle');
    });

    it('shows a long run under way, whatever ran beside it', async () => {
      const there = people(2);
      let seen: Awaited<ReturnType<typeof there.engine.status>> | undefined;
      const slow = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          if (name === 'read')
            for (let times = 0; times < 30; times += 1) {
              there.clock.advance(1_000);
              await there.engine.push();
              seen = await there.engine.status();
            }
          return call();
        }),
      });
      const run = await slow.pull();
      expect(seen).toMatchObject({ state: 'running', run: { id: run.id, flow: 'pull' } });
    });

    it('a paused pull that a sync has finished is queued no more', async () => {
      const there = people(2);
      await there.engine.pull({ signal: AbortSignal.abort() });
      there.clock.advance(60_000);
      expect((await there.engine.status()).state).toBe('queued');
      await there.engine.sync();
      expect((await there.engine.status()).state).toBe('idle');
    });
  });

  describe('an observer', () => {
    it('that throws, at once or later, changes nothing', async () => {
      const there = people(3, {
        observer: {
          notify(event) {
            if (event.type === 'run.started') throw new Error('observer');
            return Promise.reject(new Error('observer, later')) as never;
          },
        },
      });
      expect(await there.engine.pull()).toMatchObject({ status: 'done', counts: { created: 3 } });
      const result = await there.engine.handleConversation(
        conversation({ phone: '+14153000001', analysis: { lead_qualification_status: 'Qualified' } }),
      );
      expect(result.complete).toBe(true);
    });
  });

  function ids(prefix: string): () => string {
    let number = 0;
    return () => {
      number += 1;
      return `${prefix}${String(number).padStart(6, '0')}`;
    };
  }
});
