import type { CrmConnector } from 'crm-sync-engine';
import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { storeAround } from './harness.ts';
import { callsOf, deployment } from './support.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function within(callsPerDay: number, reserve: number, people = 12) {
  const there = deployment({}, { pageSizeMax: 2 });
  for (let index = 0; index < people; index += 1) there.crm.add('Contact', { LastName: `Lee ${index}`, Phone: `+1415555${1_000 + index}` });
  const limited = (inner: CrmConnector): CrmConnector => ({
    ...inner,
    capabilities: { ...inner.capabilities, budget: { callsPerDay, reserve } },
  });
  const engine = there.engineOf({ connector: limited(there.connectorOf()) });
  return { ...there, engine, another: () => there.engineOf({ connector: limited(there.connectorOf()) }) };
}

/** Pulls until a pull is refused. */
async function untilSpent(engine: { pull(): Promise<unknown> }) {
  for (let pulls = 0; pulls < 30; pulls += 1)
    if (
      await engine.pull().then(
        () => false,
        (error: { code: string }) => error.code === 'api_budget_spent',
      )
    )
      return;
  throw new Error('The budget was never spent.');
}

describe('a budget of API calls (P9)', () => {
  it('ends a run at a committed page when it is used up, and a later one goes on', async () => {
    const { crm, engine, clock } = within(6, 2);
    const error = await engine.pull().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'api_budget_spent', category: 'rate_limit', retryable: true });
    const first = (await engine.contacts.list()).length;
    expect(first).toBeGreaterThan(0);
    expect(first % 2).toBe(0);
    expect(await callsOf(crm, () => engine.pull().catch(() => undefined))).toEqual([]);
    clock.advance((error as { retryAfterMs: number }).retryAfterMs);
    for (let day = 0; (await engine.contacts.list()).length < 12 && day < 9; day += 1) {
      await engine.pull().catch(() => undefined);
      clock.advance(DAY);
    }
    expect(await engine.contacts.list()).toHaveLength(12);
  });

  it('keeps the reserve for calls that a person waits for', async () => {
    const { crm, engine } = within(30, 25, 2);
    await untilSpent(engine);
    const call = conversation({ phone: '+14155551000', analysis: { lead_qualification_status: 'Qualified' } });
    expect(await engine.handleConversation(call)).toMatchObject({ complete: true, steps: { activity: { status: 'done' } } });
    expect(crm.list('Task')).toHaveLength(1);
  });

  it('lets a conversation wait once the reserve is gone too, and finishes it the next day', async () => {
    const { crm, engine, clock } = within(6, 1, 2);
    await untilSpent(engine);
    const call = conversation({ phone: '+14155551000', analysis: { lead_qualification_status: 'Qualified' } });
    const result = await engine.handleConversation(call);
    expect(result).toMatchObject({ complete: false, steps: { activity: { status: 'pending', reason: 'api_budget_spent' } } });
    for (let day = 0; day < 5; day += 1) {
      clock.advance(DAY + HOUR);
      await engine.retryPending().catch(() => undefined);
    }
    expect(crm.list('Task')).toHaveLength(1);
  });

  it('is not spent until the day that a wrong clock began it on', async () => {
    const { engine, clock } = within(6, 2);
    clock.advance(1_000 * DAY);
    await untilSpent(engine);
    clock.advance(-999 * DAY);
    expect(await engine.status()).toMatchObject({ budget: { calls: 0 } });
    expect(await engine.pull().catch((error: unknown) => error)).not.toMatchObject({ code: 'api_budget_spent', retryAfterMs: 999 * DAY });
  });

  it('is counted in the store, for all processes together, and shown by status', async () => {
    const { crm, engine, another, clock } = within(1_000, 0, 2);
    const made = await callsOf(crm, async () => {
      await engine.pull();
      await another().pull();
      await another().handleConversation(conversation({ phone: '+14155551000' }));
    });
    expect(await engine.status()).toMatchObject({ budget: { calls: made.length, callsPerDay: 1_000, since: '2026-01-05T09:00:00.000Z' } });
    clock.advance(DAY);
    expect(await engine.status()).toMatchObject({ budget: { calls: 0 } });
  });

  it('counts the calls of a run that ends because the store does not take their number', async () => {
    const there = deployment({}, { pageSizeMax: 1 });
    for (const LastName of ['Lee', 'Poe']) there.crm.add('Contact', { LastName, Phone: '+14155551000' });
    let commits = 0;
    let failsAt = 0;
    const store = storeAround(there.store, async (name, work) => {
      if (name === 'commit') commits += 1;
      if (name === 'commit' && commits === failsAt) throw new Error('the database is down');
      return work();
    });
    const inner = there.connectorOf();
    const connector: CrmConnector = { ...inner, capabilities: { ...inner.capabilities, budget: { callsPerDay: 1_000, reserve: 0 } } };
    const engine = there.engineOf({ store, connector });
    let calls = 0;
    // Each commit fails once; only what the last one adds can't be counted by anybody.
    for (let last = 2; failsAt < last - 1; failsAt += 1) {
      commits = 0;
      calls += (await callsOf(there.crm, () => engine.pull({ full: true }).catch(() => undefined))).length;
      if (failsAt === 0) last = commits;
      expect(await engine.status()).toMatchObject({ budget: { calls } });
    }
    expect(failsAt).toBeGreaterThan(5);
  });

  it('heeds the account’s own count, which other apps use up too', async () => {
    const there = deployment({}, { dailyLimit: 101, pageSizeMax: 1 });
    for (const LastName of ['Lee', 'Poe']) there.crm.add('Contact', { LastName, Phone: '+14155551000' });
    const inner = there.connectorOf();
    const connector: CrmConnector = { ...inner, capabilities: { ...inner.capabilities, budget: { callsPerDay: 10_000, reserve: 100 } } };
    await expect(there.engineOf({ connector }).pull()).rejects.toMatchObject({ code: 'api_budget_spent', retryAfterMs: HOUR });
  });

  it('is not there unless it is set', async () => {
    const { engine, crm } = deployment();
    crm.add('Contact', { LastName: 'Lee', Phone: '+14155551000' });
    await engine.pull();
    expect(await engine.status()).toMatchObject({ budget: null });
  });
});
