import { CrmSyncError } from 'crm-sync-engine';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { describe, expect, it } from 'vitest';
import { connectorAround, storeAround } from './harness.ts';
import { callsOf, deployment } from './support.ts';

const PEOPLE = 7;
const PAGE = 2;

/** Seven people in pages of two, and what happened in which order: a page was asked for, a page with contacts was committed. */
function watched(onRead: (page: number) => void = () => undefined) {
  const there = deployment({}, { pageSizeMax: PAGE });
  for (let index = 0; index < PEOPLE; index += 1) there.crm.add('Contact', { LastName: `Lee ${index}`, Phone: `+1415555${1_000 + index}` });
  const seen: string[] = [];
  let asked = 0;
  const connector = connectorAround(there.connectorOf(), async (name, call) => {
    if (name !== 'read') return call();
    asked += 1;
    seen.push(`ask ${asked}`);
    onRead(asked);
    return call();
  });
  const store = storeAround(memoryStore({ clock: there.clock }), async (name, call) => {
    const answer = await call();
    if (name === 'commit' && (answer as { ids?: readonly string[] }).ids?.length) seen.push('commit');
    return answer;
  });
  return { ...there, seen, engine: there.engineOf({ connector, store }) };
}

const failure = () => new CrmSyncError('Down.', { code: 'server_error', category: 'server', remedy: 'Nothing to do.', retryable: true });

describe('a pull asks for the next page while it commits one', () => {
  it('and never for more than one', async () => {
    const { engine, seen } = watched();
    expect(await engine.pull()).toMatchObject({ status: 'done', counts: { created: PEOPLE } });
    expect(seen).toEqual(['ask 1', 'ask 2', 'commit', 'ask 3', 'commit', 'ask 4', 'commit', 'commit']);
  });

  it('and commits what the last call of a budget brought, without one call more', async () => {
    const { crm, connectorOf, engineOf } = watched();
    const inner = connectorOf();
    let pages = 0;
    const connector = connectorAround(
      { ...inner, capabilities: { ...inner.capabilities, budget: { callsPerDay: 5, reserve: 0 } } },
      async (name, call) => {
        pages += name === 'read' ? 1 : 0;
        return call();
      },
    );
    const engine = engineOf({ connector });
    expect(await callsOf(crm, () => expect(engine.pull()).rejects.toMatchObject({ code: 'api_budget_spent' }))).toHaveLength(5);
    expect(pages).toBeGreaterThan(1);
    expect(await engine.contacts.list()).toHaveLength(pages * PAGE);
  });

  it('and commits it although the next one fails', async () => {
    const { engine, seen } = watched((page) => {
      if (page === 2) throw failure();
    });
    await expect(engine.pull()).rejects.toMatchObject({ code: 'server_error' });
    expect(seen).toEqual(['ask 1', 'ask 2', 'commit']);
    expect(await engine.contacts.list()).toHaveLength(PAGE);
    expect(await engine.pull()).toMatchObject({ status: 'done', counts: { created: PEOPLE - PAGE } });
  });

  it('and ends with its own failure where both fail', async () => {
    const there = watched((page) => {
      if (page === 2) throw failure();
    });
    const store = storeAround(memoryStore({ clock: there.clock }), async (name, call) => {
      if (name === 'commit' && there.seen.length > 0) throw new Error('The disk is full.');
      return call();
    });
    const connector = connectorAround(there.connectorOf(), async (name, call) => {
      if (name === 'read' && there.seen.push('ask') === 2) throw failure();
      return call();
    });
    // Nobody waits for the second page any more: that it fails must not end the process.
    await expect(there.engineOf({ connector, store }).pull()).rejects.toThrow('The disk is full.');
  });

  it('but not with little time left', async () => {
    const there = watched((page) => {
      there.clock.advance(page === 1 ? 1_000 : 0);
    });
    expect(await there.engine.pull({ timeLimitMs: 5_000 })).toMatchObject({ status: 'done' });
    expect(there.seen.slice(0, 4)).toEqual(['ask 1', 'commit', 'ask 2', 'commit']);
  });
});
