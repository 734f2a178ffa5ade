import { isCrmSyncError } from 'crm-sync-engine';
import type { HubSpotFault, SalesforceFault } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { connectorAround, contentsOf, storeAround } from './harness.ts';
import { WORLDS, type World } from './world.ts';

const PEOPLE = 7;
/** Pages of two. */
const SHORT = { pageSizeMax: 2 };

function imported({ deployment }: World) {
  const there = deployment({}, SHORT);
  for (let index = 0; index < PEOPLE; index += 1)
    there.crm.add({ firstName: `First${index}`, lastName: `Last${index}`, phone: `(415) 555-012${index}`, status: 'New' });
  return there;
}

async function undisturbed(world: World) {
  const there = imported(world);
  await there.engine.pull();
  there.clock.advance(3_600_000);
  await there.engine.pull();
  return contentsOf(there.store, there.scope);
}

interface Expected {
  /** The pull mends it by itself, or it is thrown with this code and category. */
  readonly thrown: { readonly code: string; readonly category: string; readonly retryable: boolean } | null;
  /** Where the pull mends it by itself all the same. */
  readonly mendedOn?: readonly string[];
  /** What it can strike; default every kind of page. */
  readonly on?: readonly string[];
  /** How often it must strike to get through the retries. */
  readonly times?: number;
  /** The same while changes are read, whose window a connector may narrow. */
  readonly timesInChanges?: number;
}

/** What each fault of Salesforce does to a pull. A fault that is not in the table is a compile error. */
const SALESFORCE: Readonly<Record<Exclude<SalesforceFault, 'lost_ack' | 'row_lock' | 'latency'>, Expected>> = {
  expired_session: { thrown: null },
  network: { thrown: { code: 'no_answer', category: 'network', retryable: true }, times: 10 },
  broken_json: { thrown: { code: 'broken_answer', category: 'server', retryable: true }, times: 10 },
  server_unavailable: { thrown: { code: 'server_busy', category: 'server', retryable: true }, times: 10 },
  html_error: { thrown: { code: 'server_fault', category: 'server', retryable: true }, times: 10 },
  request_limit: { thrown: { code: 'daily_limit', category: 'rate_limit', retryable: true } },
  concurrent_limit: { thrown: { code: 'concurrent_limit', category: 'rate_limit', retryable: true } },
  query_timeout: {
    thrown: { code: 'query_timeout', category: 'server', retryable: true },
    mendedOn: ['queryMore'], // from the last page on, with fewer records at once
    times: 6,
    timesInChanges: 20,
  },
  invalid_locator: { thrown: null, on: ['queryMore'] },
};
/** And each fault of HubSpot; those of single inputs strike batches alone. */
const HUBSPOT: Readonly<Record<Exclude<HubSpotFault, 'lost_ack' | 'latency' | 'partial' | 'omitted'>, Expected>> = {
  expired_token: { thrown: null },
  disconnected: { thrown: null },
  network: { thrown: { code: 'no_answer', category: 'network', retryable: true }, times: 10 },
  broken_json: { thrown: { code: 'broken_answer', category: 'server', retryable: true }, times: 10 },
  server_error: { thrown: { code: 'server_fault', category: 'server', retryable: true }, times: 10 },
  bad_gateway_html: { thrown: { code: 'server_busy', category: 'server', retryable: true }, times: 10 },
  gateway_timeout: { thrown: { code: 'server_busy', category: 'server', retryable: true }, times: 10 },
  rate_limited: { thrown: { code: 'burst_limit', category: 'rate_limit', retryable: true }, times: 10 },
  cloudflare_limit: { thrown: { code: 'rate_limit', category: 'rate_limit', retryable: true }, times: 10 },
  daily_limit: { thrown: { code: 'daily_limit', category: 'rate_limit', retryable: true } },
  locked: { thrown: { code: 'record_locked', category: 'conflict', retryable: true }, times: 10 },
  migrating: { thrown: { code: 'account_moving', category: 'server', retryable: true } },
  missing_scopes: { thrown: { code: 'missing_scopes', category: 'permission', retryable: false }, on: ['list contacts'] },
};
interface Faults {
  readonly faults: Readonly<Record<string, Expected>>;
  /** What the first read asks for, page by page, and what a read of changes does. */
  readonly pages: readonly string[];
  readonly changes: readonly string[];
}
const FAULTS: Readonly<Record<World['name'], Faults>> = {
  Salesforce: { faults: SALESFORCE, pages: ['query', 'queryMore'], changes: ['query'] },
  HubSpot: { faults: HUBSPOT, pages: ['list contacts', 'readAssociations contacts'], changes: ['search contacts', 'read contacts'] },
};

describe.each(WORLDS)('on $name', (world) => {
  const { faults, pages, changes } = FAULTS[world.name];
  const cases = Object.entries(faults).flatMap(([what, { on = pages, mendedOn = [], times = 1, thrown }]) =>
    on.map((place) => ({ what, place, times, thrown: mendedOn.includes(place) ? null : thrown })),
  );

  describe('a fault', () => {
    it.each(cases)(
      '$what on $place: the store holds whole pages, and a later pull ends as an undisturbed one',
      async ({ what, place, times, thrown }) => {
        const { crm, engine, store, scope, clock, events } = imported(world);
        crm.ownFault({ on: place, what, times });
        const error = await engine.pull().then(
          () => null,
          (reason: unknown) => reason,
        );
        const [run] = await engine.runs.list();
        if (thrown === null) expect(error).toBeNull();
        else {
          expect(isCrmSyncError(error)).toBe(true);
          expect(error).toMatchObject({ ...thrown, at: { run: run?.id, connection: world.connection } });
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
        expect(await contentsOf(store, scope)).toEqual(await undisturbed(world));
      },
    );
  });

  describe('a fault while changes are read', () => {
    const struck = Object.entries(faults).flatMap(([what, { times = 1, timesInChanges = times, thrown, on }]) =>
      changes
        .filter((place) => on === undefined || on.includes('list contacts') || on.includes(place))
        .map((place) => ({ what, place, times: timesInChanges, thrown })),
    );

    it.each(struck)('$what on $place: no edit is lost', async ({ what, place, times, thrown }) => {
      const { crm, engine, clock } = imported(world);
      await engine.pull();
      clock.advance(3_600_000);
      for (const { id } of crm.list()) crm.edit(id, { status: 'Working' });
      clock.advance(60_000);
      crm.ownFault({ on: place, what, times });
      const error = await engine.pull().catch((reason: unknown) => reason);
      if (thrown === null) expect(error).toMatchObject({ status: 'done' });
      else expect(error).toMatchObject({ category: thrown.category, retryable: thrown.retryable });
      for (let more = 0; more < 10; more += 1) {
        clock.advance(600_000);
        await engine.pull().catch(() => undefined);
      }
      crm.verify();
      expect((await engine.contacts.list()).map(({ fields }) => fields.lead_status)).toEqual(Array(PEOPLE).fill('Working'));
    });
  });

  describe('a pull that can not go on', () => {
    it('with a dead refresh token throws an authentication error and records the run', async () => {
      const { crm, engine } = imported(world);
      await engine.pull();
      crm.expireTokens();
      crm.fault({ on: 'token', what: 'refused', times: Number.POSITIVE_INFINITY });
      const error = await engine.pull().catch((reason: unknown) => reason);
      const [run] = await engine.runs.list();
      expect(error).toMatchObject({ category: 'authentication', retryable: false, at: { run: run?.id } });
      expect(run).toMatchObject({ status: 'failed', failure: { category: 'authentication' } });
    });

    it('for a store that can not be reached throws what the store says, and gives up its lease by time', async () => {
      const { engineOf, store, clock } = imported(world);
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
      const there = imported(world);
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
      const { engineOf, store } = imported(world);
      const engine = engineOf({
        store: storeAround(store, async (name, call) => {
          if (name === 'release') throw new Error('connection refused');
          return call();
        }),
      });
      expect(await engine.pull()).toMatchObject({ status: 'done' });
    });
  });
});
