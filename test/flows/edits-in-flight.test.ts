import { CrmSyncError, type MergeRequest, type Merger } from 'crm-sync-engine';
import { appendMerger, conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { contentsOf, dumpOf, storeAround } from './harness.ts';
import { callsOf } from './support.ts';
import { WORLDS } from './world.ts';

describe.each(WORLDS)('on $name', (world) => {
  const { deployment } = world;

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
      edit: (patch: Parameters<typeof there.engine.contacts.update>[1]) => there.engine.contacts.update(contactId, patch, { by: 'test' }),
      fields: async () => (await there.engine.contacts.get(contactId))?.fields,
      queue: async () => (await contentsOf(there.store, there.scope)).queues['merge'],
    };
  }

  /** A store in front of which somebody edits a contact, once, before the commit of a flow. */
  function raced(there: Awaited<ReturnType<typeof aliceKnown>>, edit: () => Promise<unknown>, times = 1) {
    let left = times;
    const store = storeAround(there.store, async (name, call) => {
      if (name === 'commit' && left > 0 && armed()) {
        left -= 1;
        await edit();
      }
      return call();
    });
    let isArmed = false;
    const armed = () => isArmed;
    return {
      store,
      arm: () => {
        isArmed = true;
      },
    };
  }

  describe('a contact that is edited between load and commit (P3)', () => {
    it('keeps the edit: a pull plans again', async () => {
      const there = await aliceKnown();
      there.crm.edit(there.recordId, { firstName: 'Alicia', status: 'Working' });
      there.clock.advance(60_000);
      const race = raced(there, () => there.edit({ email: 'alice@example.com', lead_status: 'Qualified' }));
      const engine = there.engineOf({ store: race.store });
      race.arm();
      const run = await engine.pull();
      expect(await there.fields()).toMatchObject({ first_name: 'Alicia', email: 'alice@example.com' });
      expect(run).toMatchObject({ counts: { processed: 1, updated: 1 }, conflicts: 1 });
      await there.engine.push();
      expect(there.crm.record(there.recordId).fields).toMatchObject({ email: 'alice@example.com' });
    });

    it('keeps the edit: an analysis is applied to what is there then', async () => {
      const there = await aliceKnown();
      const race = raced(there, () => there.edit({ email: 'alice@example.com' }));
      race.arm();
      await there
        .engineOf({ store: race.store })
        .handleConversation(conversation({ analysis: { email: 'guess@example.com', lead_qualification_status: 'Qualified' } }));
      expect(await there.fields()).toMatchObject({ email: 'alice@example.com', lead_status: 'Qualified' });
    });

    it('says so where the store is written to without pause', async () => {
      const there = await aliceKnown();
      there.crm.edit(there.recordId, { firstName: 'Alicia' });
      there.clock.advance(60_000);
      let edits = 0;
      const race = raced(
        there,
        () => {
          edits += 1;
          return there.edit({ email: `alice${edits}@example.com` });
        },
        Number.POSITIVE_INFINITY,
      );
      race.arm();
      await expect(there.engineOf({ store: race.store }).pull()).rejects.toMatchObject({ code: 'store_contention', retryable: true });
      expect((await there.engine.runs.list())[0]).toMatchObject({ status: 'failed', failure: { code: 'store_contention' } });
    });
  });

  /** A merger that does as it is told, and keeps what it was asked. */
  function scripted(answer: (request: MergeRequest, times: number) => Promise<Awaited<ReturnType<Merger['merge']>>>) {
    const asked: MergeRequest[] = [];
    const merger: Merger = {
      specVersion: 1,
      merge(request) {
        asked.push(request);
        return answer(request, asked.length);
      },
    };
    return { merger, asked };
  }
  const joined = ({ items }: MergeRequest) => ({
    fields: Object.fromEntries(
      items.map(({ field, existing, incoming }) => [field, { ok: true as const, value: `${existing} ${incoming}` }]),
    ),
  });

  const call = conversation({ id: 'call-1', analysis: { lead_qualification_status: 'Qualified', customer_notes: 'Wants a demo.' } });

  describe('a merge (R10)', () => {
    it('during which the text is edited is asked again with the edit', async () => {
      const { merger, asked } = scripted(async (request, times) => {
        if (times === 1) await there.edit({ interaction_summary: 'Edited by hand.' });
        return joined(request);
      });
      const there = await aliceKnown({ merger });
      await there.edit({ interaction_summary: 'Asked about prices.' });
      const result = await there.engine.handleConversation(call);
      expect(result.steps.analysis.status).toBe('done');
      expect(asked.map(({ items }) => items[0]?.existing)).toEqual(['Asked about prices.', 'Edited by hand.']);
      expect((await there.fields())?.interaction_summary).toBe('Edited by hand. Wants a demo.');
    });

    it('during which another field is edited is not asked again, and both stay', async () => {
      const { merger, asked } = scripted(async (request, times) => {
        if (times === 1) await there.edit({ email: 'alice@example.com' });
        return joined(request);
      });
      const there = await aliceKnown({ merger });
      await there.edit({ interaction_summary: 'Asked about prices.' });
      await there.engine.handleConversation(call);
      expect(asked).toHaveLength(1);
      expect(await there.fields()).toMatchObject({ email: 'alice@example.com', interaction_summary: 'Asked about prices. Wants a demo.' });
    });

    it('that loses three races stays queued, and is done later', async () => {
      const { merger, asked } = scripted(async (request, times) => {
        if (times <= 3) await there.edit({ interaction_summary: `Edit ${times}.` });
        return joined(request);
      });
      const there = await aliceKnown({ merger });
      await there.edit({ interaction_summary: 'Asked about prices.' });
      const result = await there.engine.handleConversation(call);
      expect(result).toMatchObject({ complete: false, steps: { analysis: { status: 'pending', reason: 'merge_lost_races' } } });
      expect(asked).toHaveLength(3);
      expect(await there.fields()).toMatchObject({ lead_status: 'Qualified', interaction_summary: 'Edit 3.' });
      there.clock.advance(HOUR);
      await there.engine.retryPending();
      expect((await there.fields())?.interaction_summary).toBe('Edit 3. Wants a demo.');
      expect(await there.queue()).toEqual([]);
    });

    it.each([
      ['throws', () => Promise.reject(new Error('socket hang up')), 'merge_failed'],
      [
        'times out',
        () =>
          Promise.reject(new CrmSyncError('No answer in time.', { code: 'merge_timeout', category: 'merge', remedy: 'Try again later.' })),
        'merge_timeout',
      ],
      ['answers nothing at all', async (): Promise<unknown> => undefined, 'merge_failed'],
      ['answers nothing but null', async () => ({ fields: { interaction_summary: null } }), 'merge_unanswered'],
      ['answers nothing about the field', async () => ({ fields: {} }), 'merge_unanswered'],
      ['answers with a blank', async () => ({ fields: { interaction_summary: { ok: true, value: '  ' } } }), 'merge_blank'],
      [
        'refuses the field',
        async () => ({ fields: { interaction_summary: { ok: false, code: 'too_long', remedy: 'Shorten it.' } } }),
        'too_long',
      ],
    ] as const)('whose merger %s loses no text and blocks no other field (P6)', async (_, answer, code) => {
      const { merger } = scripted(answer as never);
      const there = await aliceKnown({ merger });
      await there.edit({ interaction_summary: 'Asked about prices.' });
      const result = await there.engine.handleConversation(call);
      expect(result).toMatchObject({
        complete: false,
        steps: { analysis: { status: 'pending', reason: code }, push: { status: 'done' }, activity: { status: 'done' } },
      });
      expect(await there.fields()).toMatchObject({ lead_status: 'Qualified', interaction_summary: 'Asked about prices.' });
      expect(there.crm.record(there.recordId).fields).toMatchObject({ status: 'Qualified' });
      expect(there.events.of('merge.failed')).toMatchObject([
        { contactId: there.contactId, field: 'interaction_summary', error: { code } },
      ]);
      expect(await there.queue()).toHaveLength(1);

      const mended = there.engineOf({ merger: appendMerger() });
      expect(await mended.retryPending()).toMatchObject({ counts: { processed: 0 } }); // not due yet
      there.clock.advance(HOUR);
      await mended.retryPending();
      expect((await there.fields())?.interaction_summary).toMatch(/^Asked about prices\.[\s\S]*Wants a demo\.$/);
      expect(there.crm.record(there.recordId).fields.notes).toBe((await there.fields())?.interaction_summary);
      expect(there.crm.loggedCalls()).toHaveLength(1);
      expect((await contentsOf(there.store, there.scope)).queues).toMatchObject({ merge: [], conversation: [] });
    });

    it('that is answered in part commits that part and keeps the rest', async () => {
      const { merger } = scripted(async ({ items }) => ({
        fields: { interaction_summary: { ok: true, value: `${items[0]?.existing} ${items[0]?.incoming}` } },
      }));
      const analysis = [
        { from: 'customer_notes', field: 'interaction_summary', mode: 'merge' },
        { from: 'company', field: 'company_name', mode: 'merge' },
      ] as const;
      const there = await aliceKnown({ merger, analysis });
      await there.edit({ interaction_summary: 'Asked.', company_name: 'Acme' });
      const result = await there.engine.handleConversation(
        conversation({ analysis: { customer_notes: 'Wants a demo.', company: 'Acme Corporation' } }),
      );
      expect(result.steps.analysis).toMatchObject({ status: 'pending', reason: 'merge_unanswered' });
      expect(await there.fields()).toMatchObject({ interaction_summary: 'Asked. Wants a demo.', company_name: 'Acme' });
      there.clock.advance(HOUR);
      await there.engineOf({ merger: appendMerger({ dated: false }) }).retryPending();
      expect(await there.fields()).toMatchObject({ interaction_summary: 'Asked. Wants a demo.', company_name: 'Acme\nAcme Corporation' });
    });

    it('without a merger waits, and is done once there is one', async () => {
      const there = await aliceKnown();
      const without = there.engineOf({ merger: undefined as never });
      await there.edit({ interaction_summary: 'Asked.' });
      const result = await without.handleConversation(call);
      expect(result).toMatchObject({ complete: false, steps: { analysis: { status: 'pending', reason: 'no_merger' } } });
      there.clock.advance(HOUR);
      await there.engine.retryPending();
      expect((await there.fields())?.interaction_summary).toContain('Wants a demo.');
    });

    it('of several conversations goes in their order, and an earlier failure holds back later texts', async () => {
      const { merger } = scripted(async (request, times) => {
        if (times <= 2) throw new Error('down');
        return joined(request);
      });
      const there = await aliceKnown({ merger });
      await there.edit({ interaction_summary: 'Zero.' });
      const at = (hour: number, text: string) =>
        conversation({ id: `call-at-${hour}`, startedAt: `2026-01-05T0${hour}:00:00.000Z`, analysis: { customer_notes: text } });
      await there.engine.handleConversation(at(9, 'Second.'));
      await there.engine.handleConversation(at(8, 'First.'));
      there.clock.advance(HOUR);
      await there.engine.retryPending();
      expect((await there.fields())?.interaction_summary).toBe('Zero. First. Second.');
    });

    it('names its analysis result, conversation, before and after in the history (P12)', async () => {
      const there = await aliceKnown();
      await there.edit({ interaction_summary: 'Asked.' });
      await there.engine.handleConversation(call);
      expect(
        (await there.engine.contacts.explain(there.contactId, 'interaction_summary')).find(({ source }) => source.flow === 'merge'),
      ).toMatchObject({
        rule: 'customer_notes',
        reason: 'merge',
        before: 'Asked.',
        after: (await there.fields())?.interaction_summary,
        source: { conversation: 'test:call-1' },
      });
    });

    it('of a field that is no text any more stays queued instead of spoiling it', async () => {
      const there = await aliceKnown({ merger: scripted(async () => ({ fields: {} })).merger });
      await there.edit({ interaction_summary: 'Asked.' });
      await there.engine.handleConversation(call);
      there.clock.advance(HOUR);
      const { schema } = there.engine;
      const retyped = { ...schema, fields: { ...schema.fields, interaction_summary: { type: 'number' } } } as never;
      const engine = there.engineOf({ schema: retyped, mappings: [], analysis: [] });
      await engine.retryPending();
      const [entry] = (await dumpOf(there.store, there.scope)).entries['merge'] ?? [];
      expect(entry).toMatchObject({ body: { items: [{ field: 'interaction_summary', incoming: 'Wants a demo.' }] } });
    });

    it('that changes nothing costs no call of the CRM', async () => {
      const { merger } = scripted(async ({ items }) => ({
        fields: { interaction_summary: { ok: true, value: items[0]?.existing ?? '' } },
      }));
      const there = await aliceKnown({ merger, activities: {} });
      await there.edit({ interaction_summary: 'Asked.' });
      await there.engine.push();
      const calls = await callsOf(there.crm, () =>
        there.engine.handleConversation(conversation({ analysis: { customer_notes: 'Asked again.' } })),
      );
      expect(calls).toEqual([]);
    });
  });
});
