import { CrmSyncEngine } from 'crm-sync-engine';
import { appendMerger, conversation } from 'crm-sync-engine/testing';
import { describe, expect, it, vi } from 'vitest';
import { connectorAround, contentsOf, dumpOf } from './harness.ts';
import { analysis, callsOf, schema } from './support.ts';
import { WORLDS } from './world.ts';

describe.each(WORLDS)('on $name', (world) => {
  const { deployment, object } = world;

  const HOUR = 3_600_000;

  async function aliceKnown(options: Parameters<typeof deployment>[0] = {}) {
    const there = deployment(options);
    const { id } = there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '(415) 555-0123', status: 'New' });
    await there.engine.pull();
    there.clock.advance(HOUR);
    const contactId = (await there.engine.contacts.byPhone('+14155550123')).contact?.id ?? '';
    return {
      ...there,
      recordId: id,
      contactId,
      fields: async () => (await there.engine.contacts.get(contactId))?.fields,
      logged: () => there.crm.loggedCalls(),
    };
  }

  const qualified = conversation({
    id: 'call-1',
    summary: 'Wants a demo.',
    analysis: { lead_qualification_status: 'Qualified', customer_notes: 'Wants a demo.' },
  });
  const statuses = (result: Awaited<ReturnType<CrmSyncEngine['handleConversation']>>) =>
    Object.fromEntries(
      Object.entries(result.steps).map(([name, { status, reason }]) => [name, reason === null ? status : `${status}: ${reason}`]),
    );

  describe('whose conversation it is', () => {
    it('an unknown caller is skipped with a reason, and nothing is kept', async () => {
      const { engine, store, scope } = await aliceKnown();
      const result = await engine.handleConversation(conversation({ phone: '+14155550177', analysis: { email: 'x@example.com' } }));
      expect(result).toMatchObject({ contactId: null, complete: true });
      expect(statuses(result)).toEqual({
        analysis: 'skipped: unknown_caller',
        push: 'skipped: unknown_caller',
        activity: 'skipped: unknown_caller',
      });
      expect((await contentsOf(store, scope)).queues['conversation']).toEqual([]);
      expect(await engine.contacts.list()).toHaveLength(1);
    });

    it('an unknown caller becomes a contact where the settings ask for it, and no CRM record', async () => {
      const { engine, crm } = await aliceKnown({ unknownCaller: 'create' });
      const result = await engine.handleConversation(conversation({ phone: '+14155550177', analysis: { email: 'x@example.com' } }));
      expect(statuses(result)).toEqual({ analysis: 'done', push: 'skipped: no_link', activity: 'skipped: no_link' });
      const { contact } = await engine.contacts.byPhone('+14155550177');
      expect(contact).toMatchObject({
        id: result.contactId,
        fields: { phone_number: '+14155550177', email: 'x@example.com', first_name: null },
        links: [],
      });
      expect(crm.list()).toHaveLength(1);
      expect(await engine.contacts.explain(contact?.id ?? '', 'phone_number')).toMatchObject([
        { rule: 'unknownCaller', reason: 'created', before: null, after: '+14155550177' },
      ]);
    });

    it('a caller without a usable number is nobody, also where callers are created', async () => {
      const { engine } = await aliceKnown({ unknownCaller: 'create' });
      const result = await engine.handleConversation(conversation({ contact: { kind: 'anonymous', raw: '+266696687' } }));
      expect(statuses(result)).toMatchObject({ analysis: 'skipped: no_number' });
      expect(await engine.contacts.list()).toHaveLength(1);
    });

    it('a number that several contacts share is ambiguous: nothing is written to either', async () => {
      const { engine, store, scope, crm } = await aliceKnown();
      await store.bind(scope).commit({
        rows: [{ kind: 'insert', entity: 'contact', suggestedId: 'twin', set: { phone_number: '+14155550123' } }],
        entries: [],
      });
      const before = await engine.contacts.list();
      const result = await engine.handleConversation(qualified);
      expect(statuses(result)).toEqual({ analysis: 'skipped: ambiguous', push: 'skipped: unknown_caller', activity: 'skipped: ambiguous' });
      expect(await engine.contacts.list()).toEqual(before);
      expect(crm.loggedCalls()).toEqual([]);
      const named = await engine.handleConversation(qualified, { contactId: 'twin' });
      expect(named).toMatchObject({ contactId: 'twin', steps: { analysis: { status: 'done' } } });
    });

    it('the one that the host names, whatever the number', async () => {
      const { engine, contactId, fields, logged } = await aliceKnown();
      const result = await engine.handleConversation({ ...qualified, contact: { kind: 'phone', phone: '+14155550188' } }, { contactId });
      expect(result).toMatchObject({ contactId, complete: true });
      expect(await fields()).toMatchObject({ lead_status: 'Qualified', phone_number: '+14155550123' });
      expect(logged()).toHaveLength(1);
    });

    it('nobody, if the contact that the host names is not there', async () => {
      const { engine, crm } = await aliceKnown({ unknownCaller: 'create' });
      const result = await engine.handleConversation(qualified, { contactId: 'removed' });
      expect(statuses(result)).toMatchObject({ analysis: 'skipped: contact_not_found', activity: 'skipped: contact_not_found' });
      expect(result.complete).toBe(true);
      expect(crm.loggedCalls()).toEqual([]);
    });

    it('the one with its email, where it has no number', async () => {
      const { engine, contactId, fields } = await aliceKnown();
      await engine.contacts.update(contactId, { email: 'alice@example.com' }, { by: 'test' });
      await engine.handleConversation({ ...qualified, channel: 'chat', contact: { kind: 'email', email: 'alice@example.com' } });
      expect((await fields())?.lead_status).toBe('Qualified');
    });
  });

  describe('what is not done', () => {
    it('a conversation without its analysis is left alone, and does not replace the one that has it', async () => {
      const { engine, crm, clock, logged, fields } = await aliceKnown();
      crm.fault({ on: 'token', what: 'unavailable', times: 8 });
      crm.expireTokens();
      expect((await engine.handleConversation(qualified)).complete).toBe(false);
      const ended = { ...qualified, final: false, analysis: {}, summary: 'Not analysed yet.' }; // `call_ended` that arrives late
      const result = await engine.handleConversation(ended);
      expect(statuses(result)).toEqual({ analysis: 'skipped: not_final', push: 'skipped: not_final', activity: 'skipped: not_final' });
      for (let times = 0; times < 8; times += 1) {
        clock.advance(8 * HOUR);
        await engine.retryPending();
      }
      expect(logged()).toHaveLength(1);
      expect(logged()[0]?.body).toContain('Wants a demo.');
      expect((await fields())?.lead_status).toBe('Qualified');
    });

    it('a channel that is switched off is disabled, everything else is done', async () => {
      const { engine, logged, fields } = await aliceKnown({ activities: { sms: true } });
      expect(statuses(await engine.handleConversation(qualified))).toEqual({
        analysis: 'done',
        push: 'done',
        activity: 'disabled: channel_off',
      });
      expect(logged()).toEqual([]);
      expect((await fields())?.lead_status).toBe('Qualified');
    });

    it('a number on the block list is not logged', async () => {
      const { engine, logged } = await aliceKnown({ blockList: ['+14155550123'] });
      expect(statuses(await engine.handleConversation(qualified))).toMatchObject({ analysis: 'done', activity: 'skipped: blocked_number' });
      expect(logged()).toEqual([]);
    });

    it('an engine without a CRM applies analyses and says no_link for the rest', async () => {
      const { store, clock } = await aliceKnown();
      const engine = new CrmSyncEngine({
        workspace: 'acme',
        connection: 'none',
        schema,
        store,
        clock,
        analysis,
        merger: appendMerger(),
        activities: { call: true },
      });
      const result = await engine.handleConversation(qualified);
      expect(statuses(result)).toEqual({ analysis: 'done', push: 'skipped: no_link', activity: 'skipped: no_link' });
      expect(result.complete).toBe(true);
      await expect(engine.describeFields(object)).rejects.toMatchObject({ code: 'no_connector', category: 'configuration' });
    });

    it('a result that does not fit its field is refused, the others are applied', async () => {
      const { engine, fields } = await aliceKnown();
      const result = await engine.handleConversation(
        conversation({ analysis: { lead_qualification_status: 'Thrilled', email: 'alice@example.com' } }),
      );
      expect(result.steps.analysis).toMatchObject({
        status: 'done',
        refused: [{ field: 'lead_status', code: expect.any(String), remedy: expect.any(String) }],
      });
      expect(await fields()).toMatchObject({ lead_status: 'New', email: 'alice@example.com' });
    });
  });

  describe('a paused connection (pause, resume)', () => {
    it('applies the analysis, keeps the rest, and finishes it after resume and retryPending', async () => {
      const { engine, crm, logged, fields, recordId, clock } = await aliceKnown();
      await engine.pause('token revoked');
      const calls = await callsOf(crm, async () => {
        const result = await engine.handleConversation(qualified);
        expect(statuses(result)).toEqual({ analysis: 'done', push: 'pending: connection_paused', activity: 'pending: connection_paused' });
        expect(result.complete).toBe(false);
        for (let times = 0; times < 3; times += 1) {
          clock.advance(24 * HOUR);
          expect(await engine.retryPending()).toMatchObject({ status: 'done', notes: [{ code: 'connection_paused' }] });
          await expect(engine.pull()).rejects.toMatchObject({ code: 'connection_paused', category: 'configuration' });
          await expect(engine.push()).rejects.toMatchObject({ code: 'connection_paused' });
        }
      });
      expect(calls).toEqual([]);
      expect((await fields())?.lead_status).toBe('Qualified');
      expect(await engine.status()).toMatchObject({
        connection: { status: 'paused', reason: 'token revoked' },
        waiting: { conversations: 1 },
      });

      await engine.resume();
      expect(await engine.retryPending()).toMatchObject({ counts: { processed: 1, updated: 1 } });
      expect(crm.record(recordId).fields).toMatchObject({ status: 'Qualified' });
      expect(logged()).toHaveLength(1);
      expect(await engine.status()).toMatchObject({ connection: { status: 'active', reason: null }, waiting: { conversations: 0 } });
    });
  });

  describe('the conversation’s own text (R22)', () => {
    it('is kept until every step is done, then gone from the store', async () => {
      const { engine, store, scope, crm, clock } = await aliceKnown();
      const secret = conversation({
        id: 'call-9',
        transcript: 'Alice said: the code is 4711.',
        analysis: { lead_qualification_status: 'Working' },
      });
      crm.fault({ on: 'log', what: 'lost_ack' });
      expect((await engine.handleConversation(secret)).complete).toBe(false);
      expect(JSON.stringify(await dumpOf(store, scope))).toContain('4711');
      clock.advance(HOUR);
      await engine.retryPending();
      expect(JSON.stringify(await dumpOf(store, scope))).not.toContain('4711');
    });

    it('that is out of time is pending and done by the next call', async () => {
      const there = await aliceKnown();
      const slow = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          if (name === 'write') there.clock.advance(5_000);
          return call();
        }),
      });
      const result = await slow.handleConversation(qualified, { timeLimitMs: 8_000 });
      expect(statuses(result)).toEqual({ analysis: 'done', push: 'done', activity: 'pending: out_of_time' });
      there.clock.advance(HOUR);
      expect(await slow.retryPending()).toMatchObject({ counts: { updated: 1 } });
      expect(there.logged()).toHaveLength(1);
    });

    it('that is cut by its signal is pending, not lost', async () => {
      const there = await aliceKnown();
      const controller = new AbortController();
      const cut = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          if (name === 'fetch') controller.abort();
          return call();
        }),
      });
      const result = await cut.handleConversation(qualified, { signal: controller.signal });
      expect(statuses(result)).toEqual({ analysis: 'done', push: 'pending: out_of_time', activity: 'pending: out_of_time' });
      there.clock.advance(HOUR);
      await there.engine.retryPending();
      expect(there.logged()).toHaveLength(1);
      expect(there.crm.record(there.recordId).fields.status).toBe('Qualified');
    });

    it.each(['fetch', 'write', 'activityRecord'])(
      'that meets a CRM which never answers (%s) is pending once its time is over, and done later, once',
      async (hangs) => {
        const there = await aliceKnown();
        const time = new AbortController();
        const limit = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(time.signal);
        const stuck = there.engineOf({
          connector: connectorAround(there.connectorOf(), async (name, call) => {
            if (name !== hangs) return call();
            await call(); // it took effect, and nobody hears of it
            time.abort(new DOMException('', 'TimeoutError'));
            return new Promise(() => undefined);
          }),
        });
        const result = await stuck.handleConversation(qualified, { timeLimitMs: 8_000 });
        expect(limit).toHaveBeenCalledWith(8_000);
        limit.mockRestore();
        expect(result.complete).toBe(false);
        expect(statuses(result)).toMatchObject({ analysis: 'done', activity: 'pending: out_of_time' });
        there.clock.advance(HOUR);
        await there.engine.retryPending();
        there.clock.advance(HOUR);
        await there.engine.retryPending();
        expect(there.logged()).toHaveLength(1);
        expect(there.crm.record(there.recordId).fields.status).toBe('Qualified');
        expect((await contentsOf(there.store, there.scope)).queues['conversation']).toEqual([]);
      },
    );

    it('a time limit on retryPending leaves the rest for the next one', async () => {
      const there = await aliceKnown();
      await there.engine.pause('maintenance');
      for (const id of ['call-a', 'call-b', 'call-c']) await there.engine.handleConversation({ ...qualified, id });
      await there.engine.resume();
      const slow = there.engineOf({
        connector: connectorAround(there.connectorOf(), async (name, call) => {
          if (name === 'write') there.clock.advance(1_000);
          return call();
        }),
      });
      const first = await slow.retryPending({ timeLimitMs: 2_500 });
      expect(first).toMatchObject({ status: 'paused' });
      await slow.retryPending();
      expect(there.logged()).toHaveLength(3);
    });
  });

  describe('a conversation that is delivered again', () => {
    it('with another analysis: applied once per version, the activity is updated', async () => {
      const { engine, logged, fields, contactId } = await aliceKnown();
      await engine.handleConversation({ ...qualified, analysis: { lead_qualification_status: 'Working' } });
      const again = await engine.handleConversation({ ...qualified, summary: 'Wants a demo next week.' });
      expect(statuses(again)).toEqual({ analysis: 'done', push: 'done', activity: 'done' });
      expect(logged()).toHaveLength(1);
      expect(logged()[0]?.body).toContain('Wants a demo next week.');
      expect((await fields())?.lead_status).toBe('Qualified');
      await engine.contacts.update(contactId, { lead_status: 'Working' }, { by: 'a person' });
      await engine.handleConversation(qualified); // the same analysis once more
      expect((await fields())?.lead_status).toBe('Working');
    });

    it('keeps what a person has edited in the Task or call', async () => {
      const { engine, crm, logged } = await aliceKnown();
      const { steps } = await engine.handleConversation(qualified);
      crm.editCall(steps.activity.record?.id ?? '', { subject: 'Call Alice back!' });
      const again = await engine.handleConversation({ ...qualified, summary: 'New words.', direction: 'outbound' });
      expect(again.steps.activity.status).toBe('done');
      expect(logged()).toMatchObject([{ subject: 'Call Alice back!', body: expect.stringContaining('New words.') }]);
      crm.editCall(steps.activity.record?.id ?? '', { body: 'Written by hand.' });
      const third = await engine.handleConversation({ ...qualified, summary: 'Newer words.', direction: 'outbound' });
      expect(third.steps.activity).toMatchObject({ status: 'unchanged', reason: 'edited_in_crm' });
      expect(logged()).toMatchObject([{ subject: 'Call Alice back!', body: 'Written by hand.' }]);
    });

    it('after somebody deleted the activity does not log it again', async () => {
      const { engine, crm, logged } = await aliceKnown();
      const { steps } = await engine.handleConversation(qualified);
      crm.remove(steps.activity.record?.id ?? '');
      const again = await engine.handleConversation({ ...qualified, summary: 'New words.' });
      expect(again.steps.activity).toMatchObject({ status: 'skipped', reason: 'activity_gone' });
      expect(again.complete).toBe(true);
      expect(logged()).toEqual([]);
    });

    it('an earlier version that comes again does not undo the later one (P5)', async () => {
      const { engine, logged, fields } = await aliceKnown();
      const first = { ...qualified, summary: 'First words.', analysis: { lead_qualification_status: 'Working' } };
      await engine.handleConversation(first);
      await engine.handleConversation(qualified);
      expect(statuses(await engine.handleConversation(first))).toEqual({ analysis: 'unchanged', push: 'unchanged', activity: 'unchanged' });
      expect((await fields())?.lead_status).toBe('Qualified');
      expect(logged()).toMatchObject([{ body: expect.stringContaining('Wants a demo.') }]);
    });

    it('an earlier version that was never finished is replaced by the later one, its analysis applied first', async () => {
      const { engine, clock, logged, fields } = await aliceKnown();
      const first = {
        ...qualified,
        summary: 'First words.',
        analysis: { lead_qualification_status: 'Working', email: 'alice@example.com' },
      };
      await engine.pause('maintenance');
      expect(statuses(await engine.handleConversation(first, { timeLimitMs: 0 }))).toMatchObject({ analysis: 'pending: out_of_time' });
      await engine.handleConversation(qualified);
      await engine.handleConversation(first); // redelivered out of order
      await engine.resume();
      clock.advance(HOUR);
      await engine.retryPending();
      expect(await fields()).toMatchObject({ lead_status: 'Qualified', email: 'alice@example.com' });
      expect(logged()).toMatchObject([{ body: expect.stringContaining('Wants a demo.') }]);
      expect(statuses(await engine.handleConversation(first))).toMatchObject({ analysis: 'unchanged', activity: 'unchanged' });
      expect(logged()).toMatchObject([{ body: expect.stringContaining('Wants a demo.') }]);
    });

    it('is stored before anything is done about the earlier version that was never finished, and in no more time than there is', async () => {
      const there = await aliceKnown({ unknownCaller: 'create', erasureKey: 'the key' });
      await there.engine.contacts.erase((await there.engine.handleConversation(conversation({ phone: '+14155550199' }))).contactId ?? '');
      const caller = conversation({ id: 'call-2', phone: '+14155550177' });
      const said = (email: string) => ({ ...caller, analysis: { email } });
      const [first, second, third] = [said('a@example.com'), said('b@example.com'), said('c@example.com')];
      await there.engine.handleConversation(first, { timeLimitMs: 0 });
      const wrong = await there.engineOf({ erasureKey: 'another key' }).handleConversation(second);
      expect(statuses(wrong)).toMatchObject({ analysis: 'pending: erasure_key_differs' });
      expect(statuses(await there.engine.handleConversation(third, { timeLimitMs: 0 }))).toMatchObject({
        analysis: 'pending: out_of_time',
      });
      expect((await there.engine.contacts.byPhone('+14155550177')).contact).toBeNull();
      there.clock.advance(24 * HOUR);
      expect(await there.engine.retryPending()).toMatchObject({ counts: { updated: 1 } });
      const { contact } = await there.engine.contacts.byPhone('+14155550177');
      expect(contact?.fields.email).toBe('a@example.com'); // fill_if_empty: the first one that said it
      expect((await dumpOf(there.store, there.scope)).entries['applied']?.filter(({ key }) => key.includes('call-2'))).toHaveLength(3);
      expect((await contentsOf(there.store, there.scope)).queues['conversation']).toEqual([]);
    });

    it('costs no call of the CRM when nothing is left to do', async () => {
      const { engine, crm } = await aliceKnown();
      await engine.handleConversation(qualified);
      expect(await callsOf(crm, () => engine.handleConversation(qualified))).toEqual([]);
    });

    it('costs no call either where its start was only estimated, from when it came', async () => {
      const { engine, crm } = await aliceKnown();
      const missed = { ...qualified, startedAt: '2026-01-05T08:29:55.000Z', startedAtEstimated: true };
      await engine.handleConversation(missed);
      const again = { ...missed, startedAt: '2026-01-05T08:34:55.000Z' };
      expect(await callsOf(crm, () => engine.handleConversation(again))).toEqual([]);
      expect(statuses(await engine.handleConversation(again))).toMatchObject({ analysis: 'unchanged', activity: 'unchanged' });
    });

    it('after the contact was renamed changes nothing about its activity', async () => {
      const { engine, contactId, crm, logged } = await aliceKnown();
      await engine.handleConversation(qualified);
      const before = logged();
      await engine.contacts.update(contactId, { first_name: 'Alicia' }, { by: 'test' });
      expect(await callsOf(crm, () => engine.handleConversation(qualified))).toEqual([]);
      expect(logged()).toEqual(before);
    });
  });

  describe('two CRMs of one workspace', () => {
    it.each(WORLDS)('one analysis, both CRMs pushed, one activity each (the second one is $name)', async (second) => {
      const one = await aliceKnown();
      const two = second.deployment({ store: one.store, connection: 'acme-second', ids: () => crypto.randomUUID() });
      two.clock.set(one.clock.now());
      const { id: secondId } = two.crm.add({
        firstName: 'Alice',
        lastName: 'Smith',
        phone: '+14155550123',
        status: 'New',
      });
      two.clock.advance(60_000);
      await two.engine.pull();
      expect(await one.engine.contacts.list()).toHaveLength(1);

      const call = conversation({ id: 'call-1', analysis: { lead_qualification_status: 'Qualified', customer_notes: 'Wants a demo.' } });
      const results = [await one.engine.handleConversation(call), await two.engine.handleConversation(call)] as const;
      expect(statuses(results[0])).toEqual({ analysis: 'done', push: 'done', activity: 'done' });
      expect(statuses(results[1])).toEqual({ analysis: 'unchanged', push: 'done', activity: 'done' });
      for (const [crm, id] of [
        [one.crm, one.recordId],
        [two.crm, secondId],
      ] as const) {
        expect(crm.record(id).fields).toMatchObject({ status: 'Qualified', notes: 'Wants a demo.' });
        expect(crm.loggedCalls()).toHaveLength(1);
      }
      const explained = await one.engine.contacts.explain(one.contactId, 'interaction_summary');
      expect(explained.filter(({ source }) => source.flow === 'analysis' || source.flow === 'merge')).toHaveLength(1);
    });

    it('pausing one leaves the other at work', async () => {
      const one = await aliceKnown();
      const two = one.engineOf({ connection: 'acme-second' });
      await one.engine.pause('maintenance');
      await expect(one.engine.pull()).rejects.toMatchObject({ code: 'connection_paused' });
      expect(await two.pull()).toMatchObject({ status: 'done' });
      expect((await two.runs.list()).length).toBe(1);
    });
  });
});
