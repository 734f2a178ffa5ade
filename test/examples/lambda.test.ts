import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Context, SQSEvent } from 'aws-lambda';
import { sqliteStore } from 'crm-sync-engine/stores/sqlite';
import { fakeSalesforce } from 'crm-sync-engine/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LoopbackQueue, loopbackQueue } from './loopback-queue.ts';

const CONNECTION = 'acme-salesforce';
const MESSAGE = { body: JSON.stringify({ connection: CONNECTION }), delaySeconds: 0 };
const LIMIT_MS = 60_000;

let crm: ReturnType<typeof fakeSalesforce>;
let org: Awaited<ReturnType<typeof crm.listen>>;
let queue: LoopbackQueue;
let folder: string;
let file: string;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] }); // the Lambda's time passes only while Salesforce takes its time
  crm = fakeSalesforce({
    clock: {
      now: () => Date.now(),
      sleep: async (ms) => {
        vi.setSystemTime(Date.now() + ms);
      },
    },
  });
  org = await crm.listen();
  queue = await loopbackQueue();
  folder = await mkdtemp(join(tmpdir(), 'lambda-'));
  file = join(folder, 'contacts.db');
  const environment = {
    CONTACTS_FILE: file,
    SALESFORCE_URL: org.url,
    SALESFORCE_CLIENT_ID: crm.oauth.clientId,
    SALESFORCE_CLIENT_SECRET: crm.oauth.clientSecret,
    QUEUE_URL: queue.queueUrl,
    AWS_ENDPOINT_URL_SQS: queue.endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'fake',
    AWS_SECRET_ACCESS_KEY: 'fake',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.useRealTimers();
  await org.close();
  await queue[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** The process of an invocation: nothing lives on from one to the next but the file. */
async function coldStart() {
  vi.resetModules();
  const { handler } = await import('../../examples/lambda/handler.ts');
  const { engineFor } = await import('../../examples/lambda/engine-for.ts');
  return { handler, engine: await engineFor(CONNECTION) };
}

/** Delivers a message, as late as it asked for. */
async function invoke({ body, delaySeconds } = MESSAGE): Promise<void> {
  vi.setSystemTime(Date.now() + delaySeconds * 1000);
  const { handler } = await coldStart();
  const end = Date.now() + LIMIT_MS;
  await handler({ Records: [{ body }] } as SQSEvent, { getRemainingTimeInMillis: () => end - Date.now() } as Context);
}

const runs = async () => (await (await coldStart()).engine.runs.list()).toReversed();

describe('the Lambda', () => {
  it('imports 10,000 contacts in several invocations, each going on where the last one stopped', { timeout: 90_000 }, async () => {
    for (let index = 0; index < 10_000; index += 1) crm.add('Contact', { LastName: `Last${index}`, Phone: `+1415${2_000_000 + index}` });
    for (const on of ['query', 'queryMore']) crm.fault({ on, what: 'latency', ms: 20_000, times: Number.POSITIVE_INFINITY });

    const startedAt: number[] = [];
    for (let message: typeof MESSAGE | undefined = MESSAGE; message !== undefined; message = queue.take()) {
      expect(message).toEqual(MESSAGE);
      startedAt.push(Date.now());
      await invoke(message);
      expect(Date.now() - startedAt.at(-1)!).toBeLessThan(LIMIT_MS - 8_000);
    }

    const [first, second, third, ...more] = await runs();
    expect(more).toEqual([]);
    expect(first).toMatchObject({ trigger: 'queue', status: 'paused', counts: { created: 4_000 }, continues: null });
    expect(second).toMatchObject({ trigger: 'queue', status: 'paused', counts: { created: 4_000 }, continues: first?.id });
    expect(third).toMatchObject({ trigger: 'queue', status: 'done', counts: { created: 2_000 }, continues: second?.id });
    using database = new DatabaseSync(file, { readOnly: true });
    expect(database.prepare('select count(*) as contacts from crm_sync_contacts').get()).toMatchObject({ contacts: 10_000 });
  });

  it('comes back in 30 s while a killed invocation still holds its lease', async () => {
    crm.add('Contact', { LastName: 'Smith', Phone: '+14155550123' });
    await using store = sqliteStore({ file });
    const bound = store.bind({ workspace: 'acme', connection: CONNECTION });
    const lease = await bound.lease({ name: 'sync', ttlMs: 120_000, holder: 'killed' });
    if (!lease.held) throw new Error('The lease of a new store is free.');
    await invoke();
    const later = queue.take();
    expect(later).toEqual({ ...MESSAGE, delaySeconds: 30 });
    expect(await runs()).toEqual([]);

    await bound.release('sync', lease.token); // as it does by itself when its time is over
    await invoke(later);
    expect(queue.messages).toEqual([]);
    expect(await runs()).toMatchObject([{ status: 'done', counts: { created: 1 } }]);
  });

  it('comes back when Salesforce says, after 15 minutes at most', async () => {
    crm.fault({ on: 'query', what: 'concurrent_limit' });
    await invoke();
    const inAMinute = queue.take();
    expect(inAMinute).toEqual({ ...MESSAGE, delaySeconds: 60 });
    crm.fault({ on: 'query', what: 'request_limit' });
    await invoke(inAMinute);
    const inAQuarter = queue.take(); // Salesforce asked for an hour
    expect(inAQuarter).toEqual({ ...MESSAGE, delaySeconds: 900 });
    await invoke(inAQuarter);
    expect(queue.messages).toEqual([]);
    expect(await runs()).toMatchObject([
      { failure: { code: 'concurrent_limit' } },
      { failure: { code: 'daily_limit' } },
      { status: 'done' },
    ]);
    crm.verify();
  });

  it('comes back after 30 s when nobody says how long it lasts', async () => {
    await org.close();
    await invoke();
    expect(queue.take()).toEqual({ ...MESSAGE, delaySeconds: 30 });
  });

  it('throws what does not mend itself, and sends nothing', async () => {
    vi.stubEnv('SALESFORCE_CLIENT_SECRET', 'wrong');
    await expect(invoke()).rejects.toMatchObject({ name: 'CrmSyncError', category: 'configuration', retryable: false });
    expect(queue.messages).toEqual([]);
  });
});
