import type { Run } from 'crm-sync-engine';
import { describe, expect, it } from 'vitest';
import { connectorAround, Died, dying, storeAround } from './harness.ts';
import { type Deployment, WORLDS } from './world.ts';

describe.each(WORLDS)('on $name', (world) => {
  const { deployment, object } = world;

  type Engine = Deployment['engine'];

  const people = (crm: Deployment['crm']) =>
    Array.from({ length: 6 }, (_, index) =>
      crm.add({ firstName: `First${index}`, lastName: 'Smith', phone: `(415) 555-012${index % 5}`, status: 'New' }),
    );

  describe('two workers on one connection', () => {
    it('the second pull answers busy and names the run under way; status says running, then idle', async () => {
      const there = deployment();
      people(there.crm);
      let seen: { busy: Run; state: string; run: string | undefined } | undefined;
      const slow = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          if (name === 'read' && seen === undefined) {
            const { state, run } = await there.engine.status();
            seen = { busy: await there.engine.pull(), state, run: run?.id };
          }
          return call();
        }),
      });
      const run = await slow.pull();
      expect(seen).toMatchObject({ state: 'running', run: run.id, busy: { status: 'busy', busyWith: run.id } });
      expect((await there.engine.runs.list()).map(({ id }) => id)).toEqual([run.id]);
      expect((await there.engine.status()).state).toBe('idle');
    });

    /** A pull that is held up after its first page was read. */
    const heldUp = (there: Deployment, meanwhile: () => Promise<void>): Engine => {
      let isHeldUp = false;
      return there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          const answer = await call();
          if (name === 'read' && !isHeldUp) {
            isHeldUp = true;
            await meanwhile();
          }
          return answer;
        }),
      });
    };

    it('a run that was held up until another had done its work commits nothing more', async () => {
      const there = deployment({}, { pageSizeMax: 2 });
      people(there.crm);
      const slow = heldUp(there, async () => {
        there.clock.advance(130_000);
        expect(await there.engine.pull()).toMatchObject({ status: 'done' });
      });
      const error = await slow.pull().catch((thrown: unknown) => thrown);
      const [failed] = (await there.engine.runs.list()).filter(({ status }) => status === 'failed');
      expect(error).toMatchObject({ code: 'lease_lost', category: 'conflict', retryable: true, at: { run: failed?.id } });
      expect(failed?.counts.processed).toBe(0);
      expect(await there.engine.contacts.list()).toHaveLength(5);
    });

    it('a run whose lease another one holds now ends with lease_lost, its own id in the error', async () => {
      const there = deployment({}, { pageSizeMax: 2 });
      people(there.crm);
      const bound = there.store.bind(there.scope);
      const slow = heldUp(there, async () => {
        there.clock.advance(130_000);
        expect(await bound.lease({ name: 'pull', ttlMs: 120_000, holder: 'another-run' })).toMatchObject({ held: true });
      });
      const error = await slow.pull().catch((thrown: unknown) => thrown);
      const [failed] = await there.engine.runs.list();
      expect(error).toMatchObject({ code: 'lease_lost', category: 'conflict', retryable: true, at: { run: failed?.id } });
      expect(await there.engine.contacts.list()).toEqual([]);
    });

    it('a lease that is taken between a page and its commit keeps the page from being committed', async () => {
      const there = deployment({}, { pageSizeMax: 2 });
      people(there.crm);
      const bound = there.store.bind(there.scope);
      let wasRead = false;
      const robbed = there.engineOf({
        store: storeAround(there.store, async (name, call) => {
          if (wasRead && name === 'commit') {
            wasRead = false;
            there.clock.advance(130_000);
            await bound.lease({ name: 'pull', ttlMs: 120_000, holder: 'another-run' });
          }
          return call();
        }),
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          wasRead ||= name === 'read';
          return call();
        }),
      });
      await expect(robbed.pull()).rejects.toMatchObject({ code: 'lease_lost' });
      expect(await there.engine.contacts.list()).toEqual([]);
    });

    it('a record that is queued anew while it is fetched stays in the queue', async () => {
      const there = deployment();
      const [first] = people(there.crm);
      await there.engine.pull();
      const bound = there.store.bind(there.scope);
      const queue = (dueAt: number) =>
        bound.commit({
          rows: [],
          entries: [
            {
              scope: 'connection',
              kind: 'recheck',
              key: `${object}|${first?.id}`,
              expected: 'any',
              put: { body: { object, recordId: first?.id ?? '', code: 'released', attempts: 0 }, dueAt },
            },
          ],
        });
      await queue(0);
      const engine = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          if (name === 'fetch') await queue(there.clock.now() + 60_000);
          return call();
        }),
      });
      expect(await engine.pull()).toMatchObject({ status: 'done' });
      expect((await there.engine.status()).waiting.records).toBe(1);
      there.clock.advance(120_000);
      await there.engine.pull();
      expect((await there.engine.status()).waiting.records).toBe(0);
    });

    it('a long page does not cost the lease: it is renewed while nobody else took it', async () => {
      const there = deployment({}, { pageSizeMax: 2 });
      people(there.crm);
      const slow = heldUp(there, async () => there.clock.advance(130_000));
      expect(await slow.pull()).toMatchObject({ status: 'done', counts: { created: 5 } });
    });

    it('a run that died is recorded as failed by the next one, and status says queued until then', async () => {
      const there = deployment({}, { pageSizeMax: 2 });
      people(there.crm);
      const process = dying(14, 'before');
      const doomed = there.engineOf({
        store: storeAround(there.store, process.around),
        connector: connectorAround(there.connectorOf(), process.around),
      });
      await expect(doomed.pull()).rejects.toThrow(Died);
      expect((await there.engine.status()).state).toBe('running'); // nobody can know yet
      there.clock.advance(130_000);
      expect((await there.engine.status()).state).toBe('queued');
      const run = await there.engine.pull();
      const [next, dead] = await there.engine.runs.list();
      expect(next?.id).toBe(run.id);
      expect(dead).toMatchObject({ status: 'failed', failure: { code: 'run_died' } });
      expect((await there.engine.status()).state).toBe('idle');
    });

    it('of two runs that died one after the other, wherever the second one did, both are recorded as failed', async () => {
      for (let at = 1; ; at += 1) {
        const there = deployment({}, { pageSizeMax: 2 });
        people(there.crm);
        const dieAt = async (call: number) => {
          const { around, isDead } = dying(call, 'after');
          await there
            .engineOf({ store: storeAround(there.store, around) })
            .pull()
            .catch(() => undefined);
          there.clock.advance(130_000);
          return isDead();
        };
        await dieAt(8);
        if (!(await dieAt(at))) break;
        await there.engine.pull();
        const unended = (await there.engine.runs.list()).filter(({ status }) => status === 'running');
        expect(unended, `died at call ${at}`).toEqual([]);
      }
    });
  });
});
