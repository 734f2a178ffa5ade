import { conversation } from 'crm-sync-engine/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { dumpOf } from './harness.ts';
import { callsOf } from './support.ts';
import { type AccountOptions, WORLDS } from './world.ts';

describe.each(WORLDS)('on $name', (world) => {
  const { deployment, names, writesOf } = world;

  const MINUTE = 60_000;
  const { requestTimeoutMs, settleMs } = deployment().connectorOf().capabilities;
  /** Past the longest that a write may still take effect (start, request, settling), and past the next retry of what waits. */
  const SETTLED_MS = 10_000 + requestTimeoutMs + settleMs + 10 * MINUTE;
  /** Long after a write was given up, and it may still take effect. */
  const UNSETTLED_MS = settleMs / 2;

  async function aliceKnown(org: AccountOptions = {}) {
    const there = deployment({}, org);
    const { id } = there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '(415) 555-0123', status: 'New' });
    await there.engine.pull();
    there.clock.advance(60 * MINUTE);
    const { contact } = await there.engine.contacts.byPhone('+14155550123');
    const contactId = contact?.id ?? '';
    const link = async () => (await dumpOf(there.store, there.scope)).rows[0]?.links[0];
    const edit = (lead_status: 'New' | 'Working' | 'Qualified') => there.engine.contacts.update(contactId, { lead_status }, { by: 'test' });
    const status = async () => ({
      here: (await there.engine.contacts.get(contactId))?.fields.lead_status,
      there: there.crm.record(id).fields.status,
    });
    return { ...there, recordId: id, contactId, link, edit, status };
  }

  let alice: Awaited<ReturnType<typeof aliceKnown>>;
  beforeEach(async () => {
    alice = await aliceKnown();
  });

  describe('an update whose answer was lost', () => {
    it('leaves its intent open, and says so (R3, R4)', async () => {
      await alice.edit('Qualified');
      alice.crm.fault({ on: 'write', what: 'lost_ack' });
      const run = await alice.engine.push();
      expect(run).toMatchObject({ status: 'done', counts: { processed: 1, skipped: 1 }, skips: { write_in_flight: 1 } });
      expect(run.errors).toMatchObject([
        { code: 'ECONNRESET', recordId: alice.recordId, message: expect.stringContaining('answer was lost') },
      ]);
      expect((await alice.link())?.body.sent).toMatchObject([{ values: { [names.status]: { local: 'Qualified', remote: 'Qualified' } } }]);
    });

    it('is not taken for an edit made in the CRM by a pull in between (R2)', async () => {
      await alice.edit('Qualified');
      alice.crm.fault({ on: 'write', what: 'lost_ack' });
      await alice.engine.push();
      await alice.edit('Working'); // would be overwritten by our own earlier value
      alice.clock.advance(MINUTE);
      const run = await alice.engine.pull();
      expect(run).toMatchObject({ counts: { processed: 1, unchanged: 1 }, conflicts: 0 });
      expect(await alice.status()).toEqual({ here: 'Working', there: 'Qualified' });
      alice.clock.advance(SETTLED_MS);
      await alice.engine.push();
      expect(await alice.status()).toEqual({ here: 'Working', there: 'Working' });
    });

    it('is left alone by pushes until it can not take effect any more (R8), and costs no call until then', async () => {
      await alice.edit('Qualified');
      alice.crm.fault({ on: 'write', what: 'lost_ack' });
      await alice.engine.push();
      await alice.edit('Working');
      alice.clock.advance(UNSETTLED_MS);
      expect(await callsOf(alice.crm, () => alice.engine.push())).toEqual([]);
      expect(await alice.status()).toEqual({ here: 'Working', there: 'Qualified' });
    });

    it.each([-60, 60])('is not touched early by a worker whose clock is off by %i minutes: the store’s clock counts', async (minutes) => {
      await alice.edit('Qualified');
      alice.crm.fault({ on: 'write', what: 'network' });
      await alice.engine.push();
      const skewed = alice.engineOf({
        clock: { now: () => alice.clock.now() + minutes * MINUTE, sleep: (ms, signal) => alice.clock.sleep(ms, signal) },
      });
      alice.clock.advance(UNSETTLED_MS);
      expect(writesOf(await callsOf(alice.crm, () => skewed.push()))).toEqual([]);
      alice.clock.advance(SETTLED_MS);
      expect(await skewed.push()).toMatchObject({ counts: { updated: 1 } });
      expect(await alice.status()).toEqual({ here: 'Qualified', there: 'Qualified' });
      alice.clock.advance(MINUTE);
      expect(await alice.engine.pull()).toMatchObject({ counts: { updated: 0, skipped: 0 }, conflicts: 0 });
    });

    it('is settled afterwards by what the CRM shows: what arrived is not written again', async () => {
      await alice.edit('Qualified');
      alice.crm.fault({ on: 'write', what: 'lost_ack' });
      await alice.engine.push();
      alice.clock.advance(SETTLED_MS);
      const calls = await callsOf(alice.crm, () => alice.engine.push());
      expect(writesOf(calls)).toEqual([]);
      expect(calls).toHaveLength(1 + world.companyCalls);
      expect((await alice.link())?.body).toMatchObject({ sent: [], base: { [names.status]: { local: 'Qualified', remote: 'Qualified' } } });
      expect(await callsOf(alice.crm, () => alice.engine.push())).toEqual([]);
      alice.clock.advance(MINUTE);
      expect(await alice.engine.pull()).toMatchObject({ counts: { updated: 0 } });
      expect(await alice.status()).toEqual({ here: 'Qualified', there: 'Qualified' });
    });

    it('is written again if it never arrived', async () => {
      await alice.edit('Qualified');
      alice.crm.fault({ on: 'write', what: 'network' });
      await alice.engine.push();
      expect(await alice.status()).toEqual({ here: 'Qualified', there: 'New' });
      alice.clock.advance(MINUTE);
      await alice.engine.pull();
      expect(await alice.status()).toEqual({ here: 'Qualified', there: 'New' });
      alice.clock.advance(SETTLED_MS);
      expect(await alice.engine.push()).toMatchObject({ counts: { updated: 1 } });
      expect(await alice.status()).toEqual({ here: 'Qualified', there: 'Qualified' });
    });

    it('that takes effect minutes later is neither lost nor overtaken by an older value', async () => {
      await alice.edit('Working');
      alice.crm.fault({ on: 'write', what: 'lost_ack', afterMs: 0.8 * settleMs });
      await alice.engine.push();
      await alice.edit('Qualified');
      for (let minutes = 0; minutes < 15; minutes += 1) {
        alice.clock.advance(MINUTE);
        await alice.engine.pull();
        await alice.engine.push();
      }
      expect(await alice.status()).toEqual({ here: 'Qualified', there: 'Qualified' });
    });

    it('and an edit in the CRM while it is open: the record is queued, and both edits are judged once it is settled (R2)', async () => {
      await alice.engine.contacts.update(alice.contactId, { email: 'alice@example.com' }, { by: 'test' });
      alice.crm.fault({ on: 'write', what: 'lost_ack' });
      await alice.engine.push();
      alice.clock.advance(MINUTE);
      alice.crm.edit(alice.recordId, { email: 'smith@example.com' });
      alice.clock.advance(MINUTE);
      const run = await alice.engine.pull();
      expect(run).toMatchObject({ counts: { processed: 1, skipped: 1 }, skips: { write_in_flight: 1 } });
      expect((await alice.engine.status()).waiting.records).toBe(1);
      expect((await alice.engine.contacts.get(alice.contactId))?.fields.email).toBe('alice@example.com');
      alice.clock.advance(SETTLED_MS);
      await alice.engine.push();
      await alice.engine.pull();
      // Their value is not the one we sent, so it is an edit made in the CRM; ours had arrived, or had not: the policy decides.
      expect((await alice.engine.contacts.get(alice.contactId))?.fields.email).toBe('smith@example.com');
      expect(alice.crm.record(alice.recordId).fields.email).toBe('smith@example.com');
      expect((await alice.engine.status()).waiting.records).toBe(0);
    });

    it('a field that only goes out is settled the same way', async () => {
      await alice.engine.contacts.update(alice.contactId, { interaction_summary: 'Called.' }, { by: 'test' });
      alice.crm.fault({ on: 'write', what: 'lost_ack' });
      await alice.engine.push();
      alice.clock.advance(SETTLED_MS);
      const calls = await callsOf(alice.crm, () => alice.engine.push());
      expect(writesOf(calls)).toEqual([]);
      expect(alice.crm.record(alice.recordId).fields.notes).toBe('Called.');
      expect(await alice.engine.pull()).toMatchObject({ drift: 0 });
    });
  });

  describe('an update whose answer was lost, of a field that a person changed before anybody looked', () => {
    const text = () => alice.crm.record(alice.recordId).fields.notes;
    const told = async () =>
      (await alice.engine.conflicts.list({ contactId: alice.contactId })).map(({ local, remote, winner, reason }) => ({
        local,
        remote,
        winner,
        reason,
      }));

    it.each(['lost_ack', 'network'] as const)(
      'and that only goes out: theirs stays, both are kept, ours goes with its next change (%s)',
      async (what) => {
        const summary = (interaction_summary: string) =>
          alice.engine.contacts.update(alice.contactId, { interaction_summary }, { by: 'test' });
        await summary('Called.');
        alice.crm.fault({ on: 'write', what });
        await alice.engine.push();
        alice.clock.advance(MINUTE);
        alice.crm.edit(alice.recordId, { notes: 'Called, and wants a demo.' });
        alice.clock.advance(SETTLED_MS);
        expect(await alice.engine.push()).toMatchObject({ counts: { processed: 1, unchanged: 1 }, conflicts: 1 });
        expect(text()).toBe('Called, and wants a demo.');
        expect(await told()).toEqual([{ local: 'Called.', remote: 'Called, and wants a demo.', winner: 'crm', reason: 'answer_lost' }]);
        alice.clock.advance(MINUTE);
        await alice.engine.sync();
        expect(text()).toBe('Called, and wants a demo.');
        await summary('Called again.');
        await alice.engine.push();
        expect(text()).toBe('Called again.');
      },
    );
  });

  describe('an activity whose answer was lost', () => {
    const call = conversation({ id: 'call-1', analysis: { lead_qualification_status: 'Qualified' } });
    const tasks = () => alice.crm.loggedCalls().length;

    it.each([
      ['was made', { on: 'log', what: 'lost_ack' }],
      ['is made minutes later', { on: 'log', what: 'lost_ack', afterMs: 0.9 * settleMs }],
      ['was never made', { on: 'log', what: 'network' }],
    ] as const)('and that %s: exactly one after redelivery and retries (P5)', async (_, fault) => {
      alice.crm.fault(fault);
      const first = await alice.engine.handleConversation(call);
      expect(first).toMatchObject({ complete: false, steps: { push: { status: 'done' }, activity: { status: 'pending' } } });
      const again = await alice.engine.handleConversation(call); // the platform delivers again
      expect(again.steps.activity).toMatchObject({ status: 'pending', reason: 'write_in_flight' });
      alice.clock.advance(UNSETTLED_MS);
      await alice.engine.retryPending();
      expect(tasks()).toBeLessThanOrEqual(1);
      alice.clock.advance(20 * MINUTE);
      const run = await alice.engine.retryPending();
      expect(run).toMatchObject({ counts: { updated: 1 } });
      expect(tasks()).toBe(1);
      expect((await alice.engine.status()).waiting.conversations).toBe(0);
      expect((await alice.engine.handleConversation(call)).steps.activity).toMatchObject({
        status: 'unchanged',
        record: { object: world.callObject, id: alice.crm.loggedCalls()[0]?.id },
      });
    });

    it('is not sent again while the CRM can not tell yet whether it exists (R4)', async () => {
      alice.crm.fault({ on: 'log', what: 'network' });
      const real = alice.connectorOf();
      const lagging = alice.engineOf({
        connector: {
          ...real,
          find: async (query, told) => ({ ...(await real.find(query, told)), completeUntil: alice.clock.now() - 15 * MINUTE }),
        },
      });
      await lagging.handleConversation(call);
      alice.clock.advance(SETTLED_MS);
      expect((await lagging.handleConversation(call)).steps.activity).toMatchObject({ status: 'pending', reason: 'not_yet_searchable' });
      expect(tasks()).toBe(0);
      alice.clock.advance(15 * MINUTE);
      expect((await lagging.handleConversation(call)).steps.activity).toMatchObject({ status: 'done' });
      expect(tasks()).toBe(1);
    });

    it('a later delivery in between updates the one that was made', async () => {
      alice.crm.fault({ on: 'log', what: 'lost_ack' });
      await alice.engine.handleConversation(call);
      const later = { ...call, summary: 'Alice asked for a demo.' };
      expect((await alice.engine.handleConversation(later)).steps.activity.status).toBe('pending');
      alice.clock.advance(SETTLED_MS);
      await alice.engine.retryPending();
      expect(tasks()).toBe(1);
      expect(alice.crm.loggedCalls()[0]?.body).toContain('Alice asked for a demo.');
    });

    it('an update whose answer was lost is not taken for an edit by a person', async () => {
      await alice.engine.handleConversation(call);
      alice.crm.fault({ on: 'relog', what: 'lost_ack' });
      const second = { ...call, summary: 'Second words.' };
      expect((await alice.engine.handleConversation(second)).steps.activity.status).toBe('pending');
      const third = { ...call, summary: 'Third words.' };
      expect((await alice.engine.handleConversation(third)).steps.activity).toMatchObject({ status: 'pending', reason: 'write_in_flight' });
      alice.clock.advance(SETTLED_MS);
      await alice.engine.retryPending();
      expect(alice.crm.loggedCalls().map(({ body }) => body.includes('Third words.'))).toEqual([true]);
      expect((await alice.engine.status()).waiting.conversations).toBe(0);
    });

    it('that the CRM refuses is tried later, once', async () => {
      let isStrict = true;
      alice = await aliceKnown({ refusesCalls: () => isStrict });
      const first = await alice.engine.handleConversation(call);
      expect(first.steps.activity).toMatchObject({ status: 'pending' });
      expect(tasks()).toBe(0);
      isStrict = false;
      alice.clock.advance(6 * MINUTE);
      expect(await alice.engine.retryPending()).toMatchObject({ counts: { updated: 1 } });
      expect(tasks()).toBe(1);
      expect((await alice.engine.status()).waiting.conversations).toBe(0);
    });

    it('a CRM that can not be reached at all: nothing is sent, nothing waits for a settle time', async () => {
      alice.crm.fault({ on: 'token', what: 'network', times: 6 });
      alice.crm.expireTokens();
      const first = await alice.engine.handleConversation(call);
      expect(first).toMatchObject({
        complete: false,
        steps: { analysis: { status: 'done' }, push: { status: 'pending' }, activity: { status: 'pending' } },
      });
      for (let times = 0; times < 12; times += 1) {
        alice.clock.advance(60 * MINUTE);
        await alice.engine.retryPending();
      }
      expect(tasks()).toBe(1);
      expect(await alice.status()).toEqual({ here: 'Qualified', there: 'Qualified' });
    });
  });
});
