import type { ContactStore, MergeRequest, Merger } from 'crm-sync-engine';
import { conversation } from 'crm-sync-engine/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { llm, type Model, obedient, type Reply, TRANSPORTS, textsOf } from '../mergers/models.ts';
import { dumpOf, dying, storeAround } from './harness.ts';
import { WORLDS } from './world.ts';

const [{ over }] = TRANSPORTS as [(typeof TRANSPORTS)[number]];
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

beforeAll(() => llm.listen({ onUnhandledFrame: 'bypass' }));
afterEach(() => llm.resetHandlers());
afterAll(() => llm.close());

describe.each(WORLDS)('on $name', (world) => {
  const { deployment } = world;
  type Options = NonNullable<Parameters<typeof deployment>[0]>;

  const NOTES = 'Asked for the price list of the larger plan; promised an answer by Friday.';
  const analysis = [
    { from: 'customer_notes', field: 'interaction_summary', mode: 'merge' },
    { from: 'company', field: 'company_name', mode: 'merge' },
    { from: 'lead_qualification_status', field: 'lead_status', mode: 'overwrite' },
  ] as const;
  const call = conversation({
    id: 'call-1',
    analysis: { customer_notes: 'Wants a demo.', company: 'Acme Corporation', lead_qualification_status: 'Qualified' },
  });
  const notesOf = (id: string, customer_notes: string) =>
    conversation({ id, startedAt: '2026-01-05T09:30:00.000Z', analysis: { customer_notes } });

  async function aliceKnown(merger: Merger, options: Options = {}, notes: string | null = NOTES) {
    const there = deployment({ merger, analysis, ...options });
    const { id } = there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: '(415) 555-0123', status: 'New' });
    await there.engine.pull();
    const contactId = (await there.engine.contacts.byPhone('+14155550123')).contact?.id ?? '';
    await there.engine.contacts.update(contactId, { interaction_summary: notes, company_name: 'Acme' }, { by: 'test' });
    await there.engine.push();
    return {
      ...there,
      contactId,
      recordId: id,
      fields: async () => (await there.engine.contacts.get(contactId))?.fields,
      queued: async () => (await dumpOf(there.store, there.scope)).entries['merge'] ?? [],
    };
  }

  /** A merger of which each question is counted. */
  function counted(answer: (request: MergeRequest) => Promise<string> | string, id = 'counted') {
    const asked: MergeRequest[] = [];
    const merger: Merger = {
      specVersion: 1,
      id,
      async merge(request) {
        asked.push(request);
        const value = await answer(request);
        return {
          fields: Object.fromEntries(
            request.items.map(({ field, existing }) => [field, { ok: true as const, value: `${existing} ${value}` }]),
          ),
          usage: { inputTokens: 1_000, outputTokens: 200 },
        };
      },
    };
    return { merger, asked };
  }

  describe('a question to the model', () => {
    it('is one for all merge fields of a conversation', async () => {
      const { merger, questions } = over(obedient);
      const there = await aliceKnown(merger);
      const { complete } = await there.engine.handleConversation(call);
      expect(complete).toBe(true);
      expect(questions.map((question) => Object.keys(textsOf(question)))).toEqual([['interaction_summary', 'company_name']]);
      expect(await there.fields()).toMatchObject({
        interaction_summary: `${NOTES}\nWants a demo.`,
        company_name: 'Acme\nAcme Corporation',
        lead_status: 'Qualified',
      });
      await there.engine.handleConversation(call); // delivered again
      await there.engine.sync();
      expect(questions).toHaveLength(1);
    });

    it.each([
      ['the field is blank', null, 'Wants a demo.'],
      ['the field says the same', NOTES, `  ${NOTES}\n`],
      ['the conversation says nothing of it', NOTES, ' '],
    ])('is not asked where %s', async (_, existing, incoming) => {
      const { merger, questions } = over(obedient);
      const there = await aliceKnown(merger, {}, existing);
      expect(await there.engine.handleConversation(notesOf('call-1', incoming))).toMatchObject({ complete: true });
      expect(questions).toEqual([]);
      expect((await there.fields())?.interaction_summary).toBe(existing ?? incoming);
    });
  });

  const merged = (interaction_summary: unknown, more: object = {}): Reply => ({
    content: JSON.stringify({ interaction_summary, company_name: 'Acme Corporation', ...more }),
  });
  const BAD: Readonly<Record<string, readonly [reply: Reply, code: string]>> = {
    'times out': ['silence', 'merge_timeout'],
    refuses: [{ refusal: 'I can not do that.' }, 'merge_refused'],
    'is filtered': [{ content: '{}', ends: 'filter' }, 'merge_refused'],
    'answers with bad JSON': [{ content: 'Sure! {"interaction_summary": "…' }, 'merge_bad_answer'],
    'is cut off': [{ content: '{"interaction_summary": "Asked for', ends: 'length' }, 'merge_cut_off'],
    'invents a field': [merged(`${NOTES} Wants a demo.`, { phone_number: '+14155550199' }), 'merge_invented_fields'],
    'obeys an instruction hidden in the transcript': [merged('All notes were removed as asked.'), 'merge_drops_text'],
    'empties the text': [merged(''), 'merge_blank'],
    'leaves the field out': [{ content: '{"company_name":"Acme Corporation"}' }, 'merge_unanswered'],
    'is down': [{ status: 503 }, 'merge_unavailable'],
    'takes no more questions': [{ status: 429, retryAfter: '7200' }, 'merge_rate_limited'],
  };

  describe('a model that', () => {
    it.each(Object.entries(BAD))('%s loses no text, holds up no other field, and is asked again later (P6)', async (_, [reply, code]) => {
      let isBad = true;
      const model: Model = (question, times) => (isBad ? reply : obedient(question, times));
      const { merger, questions } = over(model);
      const there = await aliceKnown(merger, { merging: { timeLimitMs: code === 'merge_timeout' ? 20 : 10_000 } });
      const result = await there.engine.handleConversation(call);
      expect(result).toMatchObject({
        complete: false,
        steps: { analysis: { status: 'pending', reason: code, remedy: expect.stringMatching(/\.$/) }, activity: { status: 'done' } },
      });
      expect(await there.fields()).toMatchObject({ interaction_summary: NOTES, lead_status: 'Qualified', phone_number: '+14155550123' });
      expect(there.crm.record(there.recordId).fields).toMatchObject({ notes: NOTES, status: 'Qualified' });
      expect(there.events.of('merge.failed')[0]).toMatchObject({ field: 'interaction_summary', error: { code } });
      expect(JSON.stringify((await there.queued())[0]?.body)).toContain('Wants a demo.');

      await there.engine.handleConversation(call); // delivered again: no second question before it is due
      await there.engine.retryPending();
      expect(questions).toHaveLength(1);
      isBad = false;
      there.clock.advance(code === 'merge_rate_limited' ? HOUR : 0);
      await there.engine.retryPending();
      expect(questions).toHaveLength(1);
      there.clock.advance(3 * HOUR);
      await there.engine.retryPending();
      expect(questions).toHaveLength(2);
      expect((await there.fields())?.interaction_summary).toBe(`${NOTES}\nWants a demo.`);
      expect(await there.queued()).toEqual([]);
    });
  });

  describe('the length of a merged text', () => {
    it('is told to the model, as the CRM field has it, and one that is longer is asked for again and never cut', async () => {
      const { merger, questions } = over((question, times) =>
        times === 1 ? merged(`${NOTES} ${'x'.repeat(world.notesMax)}`) : obedient(question, times),
      );
      const there = await aliceKnown(merger);
      const result = await there.engine.handleConversation(call);
      expect(result.steps.analysis).toMatchObject({ status: 'pending', reason: 'too_long' });
      expect(questions[0]?.instructions).toContain(`"maxLength":${world.notesMax}`);
      expect(await there.fields()).toMatchObject({ interaction_summary: NOTES, company_name: 'Acme Corporation' });
      there.clock.advance(HOUR);
      await there.engine.retryPending();
      expect(questions[1]?.instructions).toContain('could not be used');
      expect(Object.keys(textsOf(questions[1]!))).toEqual(['interaction_summary']);
      expect((await there.fields())?.interaction_summary).toBe(`${NOTES}\nWants a demo.`);
    });

    it('is the shorter one of the contact field and the CRM field', async () => {
      const { merger, asked } = counted(() => 'and more');
      const { schema } = deployment().engine;
      const summary = { ...schema.fields.interaction_summary, maxLength: 90 };
      const shorter = { ...schema, fields: { ...schema.fields, interaction_summary: summary } };
      const there = await aliceKnown(merger, { schema: shorter as never });
      expect((await there.engine.handleConversation(notesOf('call-1', 'Short.'))).complete).toBe(true);
      expect(asked[0]?.items[0]?.maxLength).toBe(90);
    });

    it('is that of the contact field where the CRM may not be asked', async () => {
      const { merger, asked } = counted(() => 'and more');
      const there = await aliceKnown(merger);
      await there.engine.pause('maintenance');
      await there.engineOf().applyAnalysis(notesOf('call-1', 'Wants a demo.'));
      expect(asked[0]?.items[0]).not.toHaveProperty('maxLength');
    });
  });

  describe('a merge that was paid for', () => {
    /** A store that is lost at the commit which takes the merged text in, once. */
    function dyingAtTheMerge({ store }: Pick<Awaited<ReturnType<typeof aliceKnown>>, 'store'>): ContactStore {
      let isAlive = true;
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
            commit(changes) {
              const isMerge = changes.rows.some((row) => row.kind === 'update' && Object.hasOwn(row.set ?? {}, 'interaction_summary'));
              if (!isMerge || !isAlive) return inner.commit(changes);
              isAlive = false;
              return Promise.reject(new Error('killed'));
            },
          };
        },
      };
    }

    it('is taken from the store where its commit was lost, and not paid for again', async () => {
      const { merger, asked } = counted(() => 'Wants a demo.');
      const there = await aliceKnown(merger);
      const store = dyingAtTheMerge(there);
      await expect(there.engineOf({ store }).handleConversation(call)).rejects.toThrow('killed');
      expect((await there.fields())?.interaction_summary).toBe(NOTES);
      there.clock.advance(HOUR);
      await there.engine.retryPending();
      expect(await there.fields()).toMatchObject({ interaction_summary: `${NOTES} Wants a demo.`, company_name: 'Acme Wants a demo.' });
      expect(asked).toHaveLength(1);
      expect(await there.queued()).toEqual([]);
    });

    it('is paid for once wherever a process dies, but between an answer and the storing of it', async () => {
      const paidTwice: string[] = [];
      for (let at = 1, isOver = false; !isOver; at += 1)
        for (const moment of ['before', 'after'] as const) {
          const { merger, asked } = counted(() => 'merged');
          const there = await aliceKnown(merger);
          const { around, isDead } = dying(at, moment);
          let last = '';
          const store = storeAround(there.store, (name, work) => {
            if (!isDead()) last = `${name} after ${asked.length} questions`;
            return around(name, work);
          });
          await there
            .engineOf({ store })
            .handleConversation(call)
            .catch(() => undefined);
          isOver = !isDead();
          await there.engine.handleConversation(call); // the webhook is delivered again
          for (let times = 0; times < 2; times += 1) {
            there.clock.advance(HOUR);
            await there.engine.retryPending();
          }
          expect((await there.fields())?.interaction_summary).toBe(`${NOTES} merged`);
          if (asked.length !== 1) paidTwice.push(`${asked.length} questions: dead ${moment} a ${last}`);
        }
      expect(paidTwice).toEqual(['2 questions: dead before a commit after 1 questions']);
    });

    it('is not used for another description, another text or another merger: each is a merge of its own', async () => {
      const { merger, asked } = counted(() => 'merged.');
      const there = await aliceKnown(merger);
      await there
        .engineOf({ store: dyingAtTheMerge(there) })
        .handleConversation(call)
        .catch(() => undefined);
      const { schema } = there.engine;
      const interaction_summary = { ...schema.fields.interaction_summary, description: 'Ten lines at most.' };
      const described = { ...schema, fields: { ...schema.fields, interaction_summary } };
      const other = counted(() => 'by another one.', 'other');
      there.clock.advance(HOUR);
      await there
        .engineOf({ schema: described as never, store: dyingAtTheMerge(there) })
        .retryPending()
        .catch(() => undefined);
      expect(asked.map(({ items }) => items.map(({ field }) => field))).toEqual([
        ['interaction_summary', 'company_name'],
        ['interaction_summary'],
      ]);
      there.clock.advance(HOUR);
      await there.engineOf({ merger: other.merger }).retryPending();
      expect(other.asked).toHaveLength(1);
      expect((await there.fields())?.interaction_summary).toBe(`${NOTES} by another one.`);
    });

    it('goes on with what was answered where the contact is edited meanwhile: only the edited text is asked for again', async () => {
      let edited = false;
      const { merger, asked } = counted(async () => {
        if (!edited) await there.engine.contacts.update(there.contactId, { company_name: 'Acme Inc' }, { by: 'test' });
        edited = true;
        return 'merged';
      });
      const there = await aliceKnown(merger);
      await there.engine.handleConversation(call);
      expect(asked.map(({ items }) => items.map(({ field }) => field))).toEqual([
        ['interaction_summary', 'company_name'],
        ['company_name'],
      ]);
      expect(await there.fields()).toMatchObject({ interaction_summary: `${NOTES} merged`, company_name: 'Acme Inc merged' });
    });

    it('is asked for by one worker where a webhook is delivered twice at once', async () => {
      const { merger, asked } = counted(async () => {
        const second = await there.engineOf().handleConversation(call);
        expect(second).toMatchObject({ complete: false, steps: { analysis: { status: 'pending', reason: 'merge_under_way' } } });
        return 'merged';
      });
      const there = await aliceKnown(merger);
      await there.engine.handleConversation(call);
      expect(asked).toHaveLength(1);
      expect((await there.fields())?.interaction_summary).toBe(`${NOTES} merged`);
      there.clock.advance(HOUR);
      await there.engine.retryPending();
      expect(asked).toHaveLength(1);
      expect((await dumpOf(there.store, there.scope)).entries).toMatchObject({ merge: [], conversation: [] });
    });

    it('that nobody answered for is asked for by another worker once the first one is late', async () => {
      const died = counted(() => new Promise<string>(() => {}));
      const there = await aliceKnown(died.merger);
      void there.engine.handleConversation(call);
      await expect.poll(() => died.asked).toHaveLength(1);
      const { merger, asked } = counted(() => 'merged');
      const other = there.engineOf({ merger });
      await other.retryPending();
      expect(asked).toEqual([]);
      there.clock.advance(HOUR);
      await other.retryPending();
      expect(asked).toHaveLength(1);
      expect((await there.fields())?.interaction_summary).toBe(`${NOTES} merged`);
    });

    it('is not asked again for a text that an earlier version of the conversation gave, whatever else is new', async () => {
      const { merger, asked } = counted(() => 'merged');
      const there = await aliceKnown(merger);
      await there.engine.handleConversation(notesOf('call-1', 'Wants a demo.'));
      const again = { ...notesOf('call-1', 'Wants a demo.'), outcome: 'completed' as const };
      const analysed = { ...again, analysis: { ...again.analysis, lead_qualification_status: 'Qualified' } };
      expect((await there.engine.handleConversation(analysed)).steps.analysis.status).toBe('done');
      const rules = [...analysis, { from: '$outcome', field: 'last_name', mode: 'overwrite' }] as const;
      expect((await there.engineOf({ analysis: rules }).handleConversation(analysed)).steps.analysis.status).toBe('done');
      expect(asked).toHaveLength(1);
      expect(await there.fields()).toMatchObject({
        interaction_summary: `${NOTES} merged`,
        lead_status: 'Qualified',
        last_name: 'completed',
      });
      await there.engine.handleConversation({ ...analysed, analysis: { ...analysed.analysis, customer_notes: 'Wants two demos.' } });
      await there.engine.handleConversation(notesOf('call-2', 'Wants a demo.'));
      expect(asked).toHaveLength(3);
    });

    it('goes with the contact when it is erased (R21)', async () => {
      const { merger } = counted(() => 'secret of Alice');
      const there = await aliceKnown(merger);
      await there
        .engineOf({ store: dyingAtTheMerge(there) })
        .handleConversation(call)
        .catch(() => undefined);
      expect(JSON.stringify(await there.queued())).toContain('secret of Alice');
      await there.engine.contacts.erase(there.contactId);
      expect(JSON.stringify(await dumpOf(there.store, there.scope))).not.toContain('secret of Alice');
    });
  });

  describe('a field that can not be merged', () => {
    const both = (id: string, minute: number, company: string) =>
      conversation({ id, startedAt: `2026-01-05T09:3${minute}:00.000Z`, analysis: { customer_notes: `${id}.`, company } });

    it('holds up no other field, and its own texts stay in their order', async () => {
      const state = { isFull: true };
      const asked: MergeRequest[] = [];
      const merger: Merger = {
        specVersion: 1,
        async merge(request) {
          asked.push(request);
          const refused = { ok: false as const, code: 'too_long', remedy: 'Shorten it.' };
          const answers = request.items.map(({ field, existing, incoming }) => {
            const isRefused = state.isFull && field === 'interaction_summary';
            return [field, isRefused ? refused : { ok: true as const, value: `${existing} ${incoming}` }] as const;
          });
          return { fields: Object.fromEntries(answers) };
        },
      };
      const there = await aliceKnown(merger);
      const first = await there.engine.handleConversation(both('call-1', 1, 'One'));
      expect(first.steps.analysis).toMatchObject({ status: 'pending', reason: 'too_long' });
      const second = await there.engine.handleConversation(both('call-2', 2, 'Two'));
      expect(second.steps.analysis).toMatchObject({ status: 'pending', reason: 'too_long' });
      const other = conversation({ id: 'call-3', startedAt: '2026-01-05T09:33:00.000Z', analysis: { company: 'Three' } });
      expect((await there.engine.handleConversation(other)).complete).toBe(true); // nothing of it waits
      expect(await there.fields()).toMatchObject({ interaction_summary: NOTES, company_name: 'Acme One Two Three' });
      expect(asked.map(({ items }) => items.length)).toEqual([2, 1, 1]);
      state.isFull = false;
      there.clock.advance(DAY);
      await there.engine.retryPending();
      expect(await there.fields()).toMatchObject({ interaction_summary: `${NOTES} call-1. call-2.`, company_name: 'Acme One Two Three' });
      expect((await dumpOf(there.store, there.scope)).entries).toMatchObject({ merge: [], conversation: [] });
      expect(asked).toHaveLength(5);
    });
  });

  describe('the budget of merging', () => {
    it('of a day holds for all processes together; what is over waits, and is merged the next day', async () => {
      const { merger, asked } = counted(() => 'merged');
      const there = await aliceKnown(merger, { merging: { perDay: 2 } });
      for (const id of ['call-1', 'call-2']) expect((await there.engineOf().handleConversation(notesOf(id, id))).complete).toBe(true);
      const over = await there.engineOf().handleConversation(notesOf('call-3', 'Third.'));
      expect(over.steps.analysis).toMatchObject({
        status: 'pending',
        reason: 'merge_budget_spent',
        remedy: expect.stringContaining('perDay'),
      });
      expect(asked).toHaveLength(2);
      expect(await there.engine.status()).toMatchObject({ merging: { questions: 2, perDay: 2 } });
      there.clock.advance(HOUR);
      await there.engine.retryPending();
      expect(asked).toHaveLength(2);
      expect(JSON.stringify(await there.queued())).toContain('Third.');
      there.clock.advance(DAY);
      await there.engine.retryPending();
      expect(asked).toHaveLength(3);
      expect((await there.fields())?.interaction_summary).toBe(`${NOTES} merged merged merged`);
      expect(await there.engine.status()).toMatchObject({ merging: { questions: 1 } });
    });

    it('of a run holds for all that the run does, and the next run goes on', async () => {
      const { merger, asked } = counted(() => 'merged');
      const there = await aliceKnown(merger, { merging: { perRun: 1 } });
      const without = there.engineOf({ merger: undefined as never });
      for (const id of ['call-1', 'call-2', 'call-3']) await without.handleConversation(notesOf(id, id));
      there.clock.advance(HOUR);
      for (const questions of [1, 2, 3]) {
        const run = await there.engine.retryPending();
        expect([asked.length, run.merging.questions]).toEqual([questions, 1]);
        there.clock.advance(HOUR);
      }
      await there.engine.retryPending();
      expect(asked).toHaveLength(3);
      expect((await dumpOf(there.store, there.scope)).entries).toMatchObject({ merge: [], conversation: [] });
    });
  });

  it('tells what merging costs: by question to the observer, in sum in the run', async () => {
    const { merger } = counted(() => 'merged');
    const there = await aliceKnown(merger, { merging: { price: { perMillionInputTokens: 2, perMillionOutputTokens: 10 } } });
    await there.engine.handleConversation(call);
    expect(there.events.of('merge.answered')).toMatchObject([
      {
        contactId: there.contactId,
        fields: ['interaction_summary', 'company_name'],
        usage: { inputTokens: 1_000, outputTokens: 200 },
        cost: 0.004,
      },
    ]);
    await there.engineOf({ merger: undefined as never }).handleConversation(notesOf('call-2', 'Later.'));
    there.clock.advance(HOUR);
    expect((await there.engine.retryPending()).merging).toEqual({ questions: 1, inputTokens: 1_000, outputTokens: 200, cost: 0.004 });
    expect((await there.engine.pull()).merging).toEqual({ questions: 0, inputTokens: 0, outputTokens: 0, cost: null });
  });

  it('advises in a check where a merged field has no description, or nobody merges', async () => {
    const there = await aliceKnown(counted(() => 'x').merger);
    const codes = async (engine: typeof there.engine) => (await engine.check()).map(({ code, at }) => `${code} ${at.field ?? ''}`);
    expect(await codes(there.engine)).toContain('merge_without_description company_name');
    expect(await codes(there.engine)).not.toContain('merge_without_description interaction_summary');
    expect(await codes(there.engineOf({ merger: undefined as never }))).toContain('no_merger ');
  });
});
