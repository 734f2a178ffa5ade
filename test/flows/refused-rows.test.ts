import type { ContactStore, RowChange } from 'crm-sync-engine';
import { conversation, memoryStore } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { dumpOf } from './harness.ts';
import { callsOf } from './support.ts';
import { inReadingOrder, WORLDS } from './world.ts';

describe.each(WORLDS)('on $name', (world) => {
  const { deployment } = world;

  const HOUR = 3_600_000;

  /** A store whose contacts table has a constraint; it can say which row it refuses, or it can't. */
  function constrained(store: ContactStore, isRefused: (row: RowChange) => boolean, named: boolean): ContactStore {
    return {
      specVersion: 1,
      bind(scope) {
        const inner = store.bind(scope);
        return {
          load: (query) => inner.load(query),
          scan: (query) => inner.scan(query),
          entries: (query) => inner.entries(query),
          lease: (request) => inner.lease(request),
          release: (name, token) => inner.release(name, token),
          async commit(changes) {
            const rows = changes.rows.flatMap((row, index) =>
              isRefused(row) ? [{ index, code: 'check_violation', message: 'Failing row contains (+14155550123, Alice).' }] : [],
            );
            return rows.length === 0 ? inner.commit(changes) : { status: 'refused', rows: named ? rows : [] };
          },
        };
      },
    };
  }

  const lastNameOf = (row: RowChange): unknown => (row.kind === 'insert' || row.kind === 'update' ? row.set?.['last_name'] : undefined);

  function people(count: number, bad: (index: number) => boolean, named: boolean) {
    let isStrict = true;
    const clock = { now: () => 0 };
    const inner = memoryStore({ clock: { now: () => clock.now() } });
    const store = constrained(inner, (row) => isStrict && lastNameOf(row) === 'Bad', named);
    const there = deployment({ store }, { pageSizeMax: 100 });
    clock.now = () => there.clock.now();
    const ids = Array.from({ length: count }, (_, index) => {
      const phone = `(415) 300-${String(index).padStart(4, '0')}`;
      return there.crm.add({ firstName: `First${index}`, lastName: 'Good', phone }).id;
    }).toSorted(inReadingOrder);
    for (const [index, id] of ids.entries()) if (bad(index)) there.crm.edit(id, { lastName: 'Bad' });
    return {
      ...there,
      inner,
      ids,
      mend: () => {
        isStrict = false;
      },
    };
  }

  describe.each([
    ['names', true],
    ['can not name', false],
  ] as const)('a table that %s the row it refuses (R13)', (_, named) => {
    it('gets all others of the page, the refused record is queued by its id, and the checkpoint moves on', async () => {
      const { engine, ids, inner, scope, events } = people(25, (index) => index % 9 === 4, named);
      const run = await engine.pull();
      expect(run).toMatchObject({ status: 'done', counts: { processed: 25, created: 22, failed: 3 } });
      expect(run.errors.map(({ code, recordId }) => ({ code, recordId }))).toEqual(
        [4, 13, 22].map((index) => ({ code: named ? 'check_violation' : 'store_refused', recordId: ids[index] })),
      );
      expect(events.of('record.failed')).toHaveLength(3);
      const { entries } = await dumpOf(inner, scope);
      expect(entries['recheck']?.map(({ body }) => (body as { recordId: string }).recordId).toSorted()).toEqual(
        [4, 13, 22].map((index) => ids[index]).toSorted(),
      );
      expect(entries['checkpoint']).toMatchObject([{ body: { reading: 'changes' } }]);
      expect(JSON.stringify([run, events.events, entries['recheck'], entries['run']])).not.toMatch(/Alice|Failing row/);
    });

    it('is asked again later, a little later each time, and takes the record once it can', async () => {
      const { engine, clock, mend } = people(3, (index) => index === 1, named);
      await engine.pull();
      clock.advance(HOUR);
      await engine.pull(); // its second time and, within the overlap, its third
      clock.advance(15 * 60_000);
      await engine.pull(); // not due: only the changes are read
      expect((await engine.runs.list())[0]).toMatchObject({ counts: { processed: 0 } });
      mend();
      clock.advance(HOUR);
      expect(await engine.pull()).toMatchObject({ counts: { created: 1 } });
      expect(await engine.contacts.list()).toHaveLength(3);
      expect((await engine.status()).waiting.records).toBe(0);
    });

    it('stops the run where it refuses over 10 % and at least 50 records for one cause', async () => {
      const { engine, clock, mend } = people(300, () => true, named);
      const error = await engine.pull().catch((thrown: unknown) => thrown);
      const [run] = await engine.runs.list();
      expect(error).toMatchObject({ code: 'most_records_fail', at: { run: run?.id } });
      expect(run).toMatchObject({ status: 'failed', counts: { processed: 100, failed: 100 } });
      // At the last committed page: the next run goes on from there.
      await engine.pull().catch(() => undefined);
      expect((await engine.status()).waiting.records).toBe(100);
      mend();
      clock.advance(HOUR);
      expect(await engine.pull()).toMatchObject({ status: 'done' });
      expect(await engine.contacts.list({ page: { limit: 1_000 } })).toHaveLength(300);
    });

    it('is not stopped by 49 of them, nor by 10 %', async () => {
      expect(await people(98, (index) => index % 2 === 0, named).engine.pull()).toMatchObject({ status: 'done', counts: { failed: 49 } });
      expect(await people(600, (index) => index % 10 === 0, named).engine.pull()).toMatchObject({ status: 'done', counts: { failed: 60 } });
    });
  });

  describe('a table that keeps something else than it was given', () => {
    it('is agreed on: what it kept is not taken for an edit, and not pushed', async () => {
      const inner = memoryStore();
      /** Cuts texts to eight characters, as a varchar(8) does. */
      const cutting: ContactStore = {
        specVersion: 1,
        bind(scope) {
          const bound = inner.bind(scope);
          return {
            load: (query) => bound.load(query),
            scan: (query) => bound.scan(query),
            entries: (query) => bound.entries(query),
            lease: (request) => bound.lease(request),
            release: (name, token) => bound.release(name, token),
            async commit({ rows, entries }) {
              const stored: Record<number, Record<string, string>> = {};
              const cut = rows.map((row, index): RowChange => {
                if ((row.kind !== 'insert' && row.kind !== 'update') || row.set === undefined) return row;
                const email = row.set['email'];
                if (typeof email !== 'string' || email.length <= 8) return row;
                stored[index] = { email: email.slice(0, 8) };
                return { ...row, set: { ...row.set, email: email.slice(0, 8) } };
              });
              const committed = await bound.commit({ rows: cut, entries });
              return committed.status === 'done' ? { ...committed, stored } : committed;
            },
          };
        },
      };
      const { engine, crm, clock } = deployment({ store: cutting });
      const { id } = crm.add({ lastName: 'Smith', phone: '+14155550123', email: 'alice@example.com' });
      await engine.pull();
      expect((await engine.contacts.list())[0]?.fields.email).toBe('alice@ex');
      await engine.push();
      expect(crm.record(id).fields.email).toBe('alice@example.com');
      clock.advance(60_000);
      expect(await engine.pull()).toMatchObject({ counts: { unchanged: 1 } });
      expect(await callsOf(crm, () => engine.push())).toEqual([]);
    });
  });

  describe('a table that refuses what a conversation gives', () => {
    const emailOf = (row: RowChange): unknown => (row.kind === 'insert' || row.kind === 'update' ? row.set?.['email'] : undefined);
    const said = (id: string, email: string) => conversation({ id, analysis: { email } });

    async function alice() {
      const clock = { now: () => 0 };
      const inner = memoryStore({ clock: { now: () => clock.now() } });
      const table = { isStrict: true };
      const store = constrained(inner, (row) => table.isStrict && emailOf(row) === 'bad@example.com', true);
      const there = deployment({ store });
      clock.now = () => there.clock.now();
      there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '+14155550123' });
      await there.engine.pull();
      const emails = async () => (await there.engine.contacts.list()).map(({ fields }) => fields.email);
      return { ...there, table, emails };
    }

    it('keeps that conversation, and holds up no other one', async () => {
      const there = await alice();
      await there.engine.pause('maintenance');
      const { steps } = await there.engine.handleConversation(said('call-1', 'bad@example.com'));
      expect(steps.analysis).toMatchObject({ status: 'pending', reason: 'store_refused', remedy: expect.not.stringContaining('Alice') });
      await there.engine.handleConversation(conversation({ id: 'call-2', analysis: {} }));
      await there.engine.resume();
      there.clock.advance(HOUR);
      expect(await there.engine.retryPending()).toMatchObject({ status: 'done', skips: { still_pending: 1 }, counts: { updated: 1 } });
      expect(there.crm.loggedCalls()).toHaveLength(2);
      there.table.isStrict = false;
      there.clock.advance(48 * HOUR);
      expect(await there.engine.retryPending()).toMatchObject({ counts: { updated: 1 } });
      expect(await there.emails()).toEqual(['bad@example.com']);
      expect(there.crm.loggedCalls()).toHaveLength(2);
    });

    it('takes the later version of it, which takes the place of the one that it refuses', async () => {
      const there = await alice();
      await there.engine.handleConversation(said('call-1', 'bad@example.com'));
      await there.engine.pause('maintenance');
      await there.engine.handleConversation(said('call-1', 'good@example.com'));
      expect(await there.emails()).toEqual(['good@example.com']);
    });

    it('fails one of a backfill, and tells no value of it', async () => {
      const there = await alice();
      const run = await there.engine.backfillAnalysis([said('call-1', 'bad@example.com'), said('call-2', 'good@example.com')]);
      expect(run).toMatchObject({ status: 'done', counts: { failed: 1, updated: 1 }, errors: [{ code: 'store_refused' }] });
      expect(JSON.stringify(run)).not.toContain('Alice');
      expect(await there.emails()).toEqual(['good@example.com']);
    });
  });
});
