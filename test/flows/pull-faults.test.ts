import { isCrmSyncError } from 'crm-sync-engine';
import type { SalesforceFault } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { connectorAround, contentsOf, storeAround } from './harness.ts';
import { deployment } from './support.ts';

const ORG = { pageSizeMax: 2 };
const PEOPLE = 7;

function imported(org: object = {}) {
  const there = deployment({}, { ...ORG, ...org });
  for (let index = 0; index < PEOPLE; index += 1)
    there.crm.add('Contact', {
      FirstName: `First${index}`,
      LastName: `Last${index}`,
      Phone: `(415) 555-012${index}`,
      Lead_Status__c: 'New',
    });
  return there;
}

async function undisturbed() {
  const there = imported();
  await there.engine.pull();
  there.clock.advance(3_600_000);
  await there.engine.pull();
  return contentsOf(there.store);
}

const OPERATIONS = ['query', 'queryMore'] as const;
type Operation = (typeof OPERATIONS)[number];

interface Expected {
  /** The pull mends it by itself, or it is thrown with this code and category. */
  readonly thrown: { readonly code: string; readonly category: string; readonly retryable: boolean } | null;
  /** What it can strike; default the first page and those after it. */
  readonly on?: readonly Operation[];
  /** How often it must strike to get through the retries. */
  readonly times?: number;
}

/** What each fault of the CRM does to a pull. A fault that is not in the table is a compile error. */
const FAULTS: Readonly<Record<Exclude<SalesforceFault, 'lost_ack' | 'row_lock' | 'latency'>, Expected>> = {
  expired_session: { thrown: null },
  network: { thrown: { code: 'no_answer', category: 'network', retryable: true }, times: 10 },
  broken_json: { thrown: { code: 'broken_answer', category: 'server', retryable: true }, times: 10 },
  server_unavailable: { thrown: { code: 'server_busy', category: 'server', retryable: true }, times: 10 },
  html_error: { thrown: { code: 'server_fault', category: 'server', retryable: true }, times: 10 },
  request_limit: { thrown: { code: 'daily_limit', category: 'rate_limit', retryable: true } },
  concurrent_limit: { thrown: { code: 'concurrent_limit', category: 'rate_limit', retryable: true } },
  query_timeout: { thrown: { code: 'query_timeout', category: 'server', retryable: true }, times: 6 },
  invalid_locator: { thrown: null, on: ['queryMore'] },
};

describe.each(Object.entries(FAULTS) as [keyof typeof FAULTS, Expected][])(
  '%s',
  (what, { thrown, times = 1, on: operations = OPERATIONS }) => {
    it.each(operations)('on %s: the store holds whole pages, and a later pull ends as an undisturbed one', async (on) => {
      const { crm, engine, store, clock, events } = imported();
      crm.fault({ on, what, times });
      const error = await engine.pull().then(
        () => null,
        (reason: unknown) => reason,
      );
      const [run] = await engine.runs.list();
      if (thrown === null) expect(error).toBeNull();
      else {
        expect(isCrmSyncError(error)).toBe(true);
        expect(error).toMatchObject({ ...thrown, at: { run: run?.id, connection: 'acme-salesforce' } });
        expect(run).toMatchObject({ status: 'failed', failure: { code: thrown.code, category: thrown.category } });
        expect(events.of('run.failed')).toMatchObject([{ run: run?.id, error: { code: thrown.code } }]);
      }
      expect((await engine.contacts.list()).length % 2).toBe(thrown === null ? 1 : 0); // pages of two
      expect((await engine.status()).state).toBe('idle');

      for (let more = 0; more < 10; more += 1) {
        clock.advance(600_000);
        await engine.pull().catch(() => undefined); // what is left of the fault strikes
      }
      clock.advance(3_600_000);
      expect(await engine.pull()).toMatchObject({ status: 'done' });
      crm.verify();
      expect(await contentsOf(store)).toEqual(await undisturbed());
    });
  },
);

describe('a pull that can not go on', () => {
  it('with a dead refresh token throws an authentication error and records the run', async () => {
    const { crm, engine } = imported();
    await engine.pull();
    crm.expireSessions();
    crm.fault({ on: 'token', what: 'expired_session', times: Number.POSITIVE_INFINITY });
    const error = await engine.pull().catch((reason: unknown) => reason);
    const [run] = await engine.runs.list();
    expect(error).toMatchObject({ category: 'authentication', retryable: false, at: { run: run?.id } });
    expect(run).toMatchObject({ status: 'failed', failure: { category: 'authentication' } });
  });

  it('for a store that can not be reached throws what the store says, and gives up its lease by time', async () => {
    const { engineOf, store, clock } = imported();
    let isDown = false;
    const down = engineOf({
      store: storeAround(store, async (name, call) => {
        if (name === 'commit') isDown = true;
        if (isDown) throw new Error('connection refused');
        return call();
      }),
    });
    await expect(down.pull()).rejects.toThrow('connection refused');
    expect(await engineOf().pull()).toMatchObject({ status: 'busy' });
    clock.advance(130_000);
    expect(await engineOf().pull()).toMatchObject({ status: 'done', counts: { created: PEOPLE } });
  });

  it('for an error that is not ours records the run without its words, and throws it as it came', async () => {
    const there = imported();
    const secret = new TypeError('Alice +14155550120');
    const broken = there.engineOf({
      connector: connectorAround(there.connectorOf(), async (name, call) => {
        if (name === 'read') throw secret;
        return call();
      }),
    });
    await expect(broken.pull()).rejects.toBe(secret);
    const [run] = await there.engine.runs.list();
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'unexpected' } });
    expect(there.events.of('run.failed')).toMatchObject([{ run: run?.id, error: { code: 'unexpected' } }]);
    expect(JSON.stringify([run, there.events.events])).not.toContain('Alice');
  });

  it('a lease that can not be given back does not fail a run that is done', async () => {
    const { engineOf, store } = imported();
    const engine = engineOf({
      store: storeAround(store, async (name, call) => {
        if (name === 'release') throw new Error('connection refused');
        return call();
      }),
    });
    expect(await engine.pull()).toMatchObject({ status: 'done' });
  });
});
