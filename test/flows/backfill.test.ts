import { type Conversation, CrmSyncError, type Merger } from 'crm-sync-engine';
import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { contentsOf, storeAround } from './harness.ts';
import { callsOf } from './support.ts';
import { WORLDS } from './world.ts';

const DAY = 86_400_000;
const day = (number: number) => new Date(Date.UTC(2025, 0, number, 9)).toISOString();
const STATUSES = ['New', 'Working', 'Qualified'] as const;

/** Conversations of people who take turns, a day apart; `customer_notes` names the day. */
const past = (days: number, phones: readonly string[]): readonly Conversation[] =>
  Array.from({ length: days }, (_, index) =>
    conversation({
      id: `past-${index}`,
      startedAt: day(index + 1),
      phone: phones[index % phones.length] as string,
      analysis: {
        lead_qualification_status: STATUSES[index % 3] as string,
        customer_notes: `Day ${index + 1}.`,
        email: `day${index + 1}@example.com`,
      },
    }),
  );

async function* streamOf<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

describe.each(WORLDS)('conversations of the past, on $name', ({ deployment, writesOf }) => {
  const ALICE = '+14155550123';
  const BOB = '+14155550124';
  async function known(options: Parameters<typeof deployment>[0] = {}) {
    const there = deployment(options);
    there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: ALICE });
    there.crm.add({ firstName: 'Bob', lastName: 'Jones', phone: BOB, status: 'Working', email: 'bob@example.com' });
    await there.engine.pull();
    there.clock.advance(60_000);
    const fieldsOf = async (phone: string) => (await there.engine.contacts.byPhone(phone)).contact?.fields;
    return { ...there, fieldsOf };
  }

  it('are applied oldest first, whatever order they come in, and no call goes to the CRM', async () => {
    const there = await known();
    const calls = await callsOf(there.crm, async () => {
      const run = await there.engine.backfillAnalysis(past(6, [ALICE]).toReversed());
      expect(run).toMatchObject({
        flow: 'backfill',
        status: 'done',
        counts: { processed: 6, updated: 6 },
        apiCalls: 0,
        notes: [],
        errors: [],
      });
    });
    expect(calls).toEqual([]);
    const fields = await there.fieldsOf(ALICE);
    expect(fields).toMatchObject({ lead_status: 'Qualified', email: 'day1@example.com' });
    const mentioned = [...String(fields?.interaction_summary).matchAll(/Day (\d)/g)].map(([, number]) => Number(number));
    expect(mentioned.toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(there.crm.loggedCalls()).toEqual([]);
  });

  it('are sent to the CRM by the next push, as one change per record', async () => {
    const there = await known();
    await there.engine.backfillAnalysis(past(6, [ALICE]));
    const writes = writesOf(await callsOf(there.crm, () => there.engine.push()));
    expect(writes).toHaveLength(1);
    expect(there.crm.list().find(({ fields }) => fields.firstName === 'Alice')?.fields).toMatchObject({ status: 'Qualified' });
  });

  it('do not replace what came from the CRM or by hand, unless that is asked for', async () => {
    const there = await known();
    await there.engine.backfillAnalysis(past(1, [BOB]));
    expect(await there.fieldsOf(BOB)).toMatchObject({ lead_status: 'Working', email: 'bob@example.com', interaction_summary: 'Day 1.' });
    await there.engine.backfillAnalysis([{ ...past(1, [BOB])[0]!, id: 'other' }], { replace: 'anything' });
    expect(await there.fieldsOf(BOB)).toMatchObject({ lead_status: 'New', email: 'bob@example.com' });
  });

  it('do not replace what a later conversation gave, also where they are handled one by one', async () => {
    const there = await known();
    const [monday, tuesday] = past(2, [ALICE]) as [Conversation, Conversation];
    await there.engine.handleConversation(tuesday);
    expect(await there.engine.backfillAnalysis([monday], { replace: 'anything' })).toMatchObject({ counts: { updated: 1 } });
    expect(await there.fieldsOf(ALICE)).toMatchObject({ lead_status: 'Working' });
    const other = { ...monday, id: 'late-webhook', analysis: { lead_qualification_status: 'Qualified' } };
    expect((await there.engine.handleConversation(other)).steps.analysis.status).toBe('unchanged');
    expect(await there.fieldsOf(ALICE)).toMatchObject({ lead_status: 'Working' });
  });

  it('give way to what comes after one that says it began in the future, once that time has come here', async () => {
    const there = await known();
    const said = (id: string, startedAt: string, lead_qualification_status: string) =>
      conversation({ id, startedAt, phone: ALICE, analysis: { lead_qualification_status } });
    await there.engine.handleConversation(said('wrong-clock', '2036-01-05T09:00:00.000Z', 'New'));
    there.clock.advance(DAY);
    await there.engine.handleConversation(said('next-day', '2026-01-06T09:00:30.000Z', 'Qualified'));
    expect(await there.fieldsOf(ALICE)).toMatchObject({ lead_status: 'Qualified' });
  });

  it('that are backfilled twice change nothing the second time, at a read for a hundred of them', async () => {
    const there = await known();
    const all = past(150, [ALICE, BOB]);
    await there.engine.backfillAnalysis(all);
    const before = await contentsOf(there.store, there.scope);
    const reads: string[] = [];
    const counted = there.engineOf({
      store: storeAround(there.store, (name, call) => {
        reads.push(name);
        return call();
      }),
    });
    expect(await counted.backfillAnalysis(all)).toMatchObject({ counts: { processed: 150, unchanged: 150 } });
    expect(await contentsOf(there.store, there.scope)).toEqual(before);
    expect(reads.length).toBeLessThan(20);
  });

  it('that were stopped by their time limit go on with the same call, and end as if nothing had stopped them', async () => {
    const all = past(30, [ALICE, BOB]);
    const undisturbed = await known();
    await undisturbed.engine.backfillAnalysis(all);
    const there = await known();
    const slow = there.engineOf({
      store: storeAround(there.store, (name, call) => {
        if (name === 'commit') there.clock.advance(1_000);
        return call();
      }),
    });
    const first = await slow.backfillAnalysis(streamOf(all), { timeLimitMs: 30_000 });
    expect(first.status).toBe('paused');
    expect(first.counts.processed).toBeGreaterThan(0);
    expect(first.counts.processed).toBeLessThan(30);
    expect(first.durationMs).toBeLessThanOrEqual(31_000);
    expect((await there.engine.status()).state).toBe('queued');
    const second = await slow.backfillAnalysis(streamOf(all));
    expect(second).toMatchObject({ status: 'done', continues: first.id, counts: { processed: 30, unchanged: first.counts.processed } });
    expect((await there.engine.status()).state).toBe('idle');
    const [mine, theirs] = [await contentsOf(there.store, there.scope), await contentsOf(undisturbed.store, undisturbed.scope)];
    expect(mine.contacts.map(({ fields }) => fields)).toEqual(theirs.contacts.map(({ fields }) => fields));
  });

  it('tell how far they are, and are recorded as a run', async () => {
    const there = await known();
    const run = await there.engine.backfillAnalysis(past(250, [ALICE, BOB]), { trigger: 'migration' });
    const progress = there.events.of('run.progress').filter((event) => event.run === run.id);
    expect(progress.map(({ object, counts }) => [object, counts.processed])).toEqual([
      ['conversations', 100],
      ['conversations', 200],
      ['conversations', 250],
    ]);
    expect(await there.engine.runs.get(run.id)).toEqual(run);
    expect(run).toMatchObject({ trigger: 'migration', status: 'done' });
  });

  it('that come out of order beyond the window are applied, and the run says so', async () => {
    const there = await known();
    const run = await there.engine.backfillAnalysis(streamOf(past(6, [ALICE]).toReversed()), { window: 2 });
    expect(run).toMatchObject({ counts: { updated: 6 }, notes: [{ code: 'out_of_order' }] });
    expect(await there.fieldsOf(ALICE)).toMatchObject({ lead_status: 'Qualified' });
  });

  it('one that can not be read, is not final or has nobody holds up no other', async () => {
    const there = await known();
    const [first, second, third] = past(3, [ALICE]) as [Conversation, Conversation, Conversation];
    const run = await there.engine.backfillAnalysis([
      { ...first, startedAt: 'last Monday', summary: 'secret' },
      { ...second, final: false },
      { ...third, contact: { kind: 'phone', phone: '+14155550177' } },
      { ...first, id: 'good' },
    ]);
    expect(run).toMatchObject({
      status: 'done',
      counts: { processed: 4, failed: 1, skipped: 2, updated: 1 },
      skips: { not_final: 1, unknown_caller: 1 },
      errors: [{ code: 'invalid_document', message: expect.stringContaining('startedAt'), remedy: expect.any(String) }],
    });
    expect(JSON.stringify(run)).not.toMatch(/secret|last Monday/);
  });

  it('are those of the contact that the host names', async () => {
    const there = await known();
    const bob = (await there.engine.contacts.byPhone(BOB)).contact?.id as string;
    const web = { ...past(1, [ALICE])[0]!, contact: { kind: 'unknown' as const }, metadata: { customer: bob } };
    await there.engine.backfillAnalysis([web], { contactOf: ({ metadata }) => metadata?.['customer'] as string });
    expect(await there.fieldsOf(BOB)).toMatchObject({ interaction_summary: 'Day 1.' });
  });

  it('whose texts can not be merged now are kept, told of, and merged later', async () => {
    const down: Merger = {
      specVersion: 1,
      merge: () => Promise.reject(new CrmSyncError('Down.', { code: 'model_down', category: 'merge', retryable: true, remedy: 'Wait.' })),
    };
    const there = await known();
    const run = await there.engineOf({ merger: down }).backfillAnalysis(past(3, [ALICE]));
    expect(run).toMatchObject({ status: 'done', errors: expect.arrayContaining([expect.objectContaining({ code: 'model_down' })]) });
    there.clock.advance(DAY);
    await there.engine.retryPending();
    there.clock.advance(DAY);
    await there.engine.retryPending();
    for (const number of [1, 2, 3]) expect((await there.fieldsOf(ALICE))?.interaction_summary).toContain(`Day ${number}.`);
  });

  it('are logged in the CRM only where that is asked for, each once', async () => {
    const there = await known();
    const all = past(4, [ALICE, BOB]);
    await there.engine.backfillAnalysis(all);
    expect(there.crm.loggedCalls()).toEqual([]);
    for (let times = 0; times < 2; times += 1)
      expect(await there.engine.backfillAnalysis(all, { activities: true })).toMatchObject({ status: 'done', counts: { processed: 4 } });
    expect(there.crm.loggedCalls()).toHaveLength(4);
    expect(await there.fieldsOf(BOB)).toMatchObject({ lead_status: 'Working' });
  });

  it('whose activity is left are finished by retryPending, and still replace nothing that is not theirs', async () => {
    const there = await known();
    there.crm.fault({ on: 'log', what: 'lost_ack' });
    const run = await there.engine.backfillAnalysis(past(1, [BOB]), { activities: true });
    expect(run.errors).toMatchObject([{ code: expect.any(String), message: expect.stringContaining('retryPending') }]);
    there.clock.advance(DAY);
    expect(await there.engine.retryPending()).toMatchObject({ counts: { updated: 1 } });
    expect(there.crm.loggedCalls()).toHaveLength(1);
    expect(await there.fieldsOf(BOB)).toMatchObject({ lead_status: 'Working' });
  });

  it('two backfills at once: the second is told who is at it', async () => {
    const there = await known();
    let second: Awaited<ReturnType<typeof there.engine.backfillAnalysis>> | undefined;
    async function* source() {
      yield past(1, [ALICE])[0]!;
      second = await there.engineOf().backfillAnalysis(past(1, [BOB]));
    }
    const first = await there.engine.backfillAnalysis(source());
    expect(second).toMatchObject({ status: 'busy', busyWith: first.id });
    expect(first.status).toBe('done');
  });

  it('a paused connection keeps no analysis from being applied, and logs nothing', async () => {
    const there = await known();
    await there.engine.pause('maintenance');
    await expect(there.engine.backfillAnalysis(past(1, [ALICE]), { activities: true })).rejects.toMatchObject({
      code: 'connection_paused',
    });
    expect(await there.engine.backfillAnalysis(past(1, [ALICE]))).toMatchObject({ status: 'done', counts: { updated: 1 } });
  });
});
