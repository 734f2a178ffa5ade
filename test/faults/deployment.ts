import { CrmSyncEngine, isCrmSyncError } from 'crm-sync-engine';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { manualClock } from 'crm-sync-engine/testing';
import { connectorAround, dying, mulberry, storeAround } from '../flows/harness.ts';
import { CRMS, type CrmName, schema } from './crms.ts';
import { below, oneOf, peopleMaker, type TroubleOptions, trouble } from './trouble.ts';

const MINUTE = 60_000;
/** A run that died holds its lease for so long. */
const LEASE_MS = 2 * MINUTE;

/** A CRM of people, a store and engines on it, all of whose chance comes from one seed. */
export function deployment(name: CrmName, seed: number) {
  const random = mulberry(seed);
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = CRMS[name]({ clock, random });
  const store = memoryStore({ clock });
  const people = peopleMaker();
  let troubled: ReturnType<typeof trouble> | null = null;
  let number = 0;
  const bound = store.bind({ workspace: 'acme', connection: 'acme-crm' });
  const fetch: typeof globalThis.fetch = (...request) => (troubled ?? crm).fetch(...request);
  const engineOf = (around?: Parameters<typeof storeAround>[1]) => {
    const connector = crm.connector(fetch);
    return new CrmSyncEngine({
      workspace: 'acme',
      connection: 'acme-crm',
      schema,
      mappings: [crm.mapping],
      store: around ? storeAround(store, around) : store,
      connector: around ? connectorAround(connector, around) : connector,
      defaultCountry: 'US',
      clock,
      ids: () => {
        number += 1;
        return `id-${String(number).padStart(7, '0')}`;
      },
    });
  };
  const engine = engineOf();

  /** One pull. One that is cut ends early: by the death of its process, by a time limit, or because the host stops it. */
  async function pullOnce({ cut, records }: { readonly cut: boolean; readonly records?: readonly string[] | undefined }) {
    const how = cut ? oneOf(random, ['death', 'limit', 'abort'] as const) : null;
    const death = how === 'death' ? dying(1 + below(random, 250), oneOf(random, ['before', 'after'])) : null;
    const controller = new AbortController();
    let answersLeft = 1 + below(random, 60);
    if (how === 'abort')
      troubled?.onAnswer(() => {
        answersLeft -= 1;
        if (answersLeft === 0) controller.abort(new Error('the host stops'));
      });
    try {
      const { status } = await engineOf(death?.around).pull({
        signal: controller.signal,
        ...(how === 'limit' && { timeLimitMs: 2_000 + below(random, 60_000) }),
        ...(records && { records: records.map((id) => ({ object: crm.object, id })) }),
      });
      return status;
    } catch (error) {
      if (death?.isDead()) return 'died';
      if (isCrmSyncError(error) && error.retryable) return 'threw';
      throw error;
    } finally {
      troubled?.onAnswer(null);
    }
  }

  /** Pulls that are cut, and then others until one could do all it wanted. */
  async function pullThrough(records?: readonly string[]): Promise<void> {
    const cuts = below(random, 6);
    // Bound: what a run has committed is done with, so that some run gets through; a hundred say that none does.
    for (let runs = 1; runs <= 100; runs += 1) {
      const ended = await pullOnce({ cut: runs <= cuts, records });
      if (ended === 'done') return;
      clock.advance(ended === 'paused' ? 1_000 : LEASE_MS);
    }
    throw new Error('no run gets through');
  }

  /** Pulls that nothing disturbs, until all that waits for a time has had it. */
  async function settle(): Promise<void> {
    troubled?.calmDown();
    for (const minutes of [15, 15, 60, 60, 25 * 60, 25 * 60]) {
      clock.advance(minutes * MINUTE);
      if ((await engine.pull()).status !== 'done') throw new Error('an undisturbed pull did not end');
    }
  }

  return {
    clock,
    crm,
    store,
    bound,
    engine,
    people,
    random,
    pullThrough,
    settle,
    /** The host's webhook: pulls what the CRM says is deleted. */
    async pullAnnounced(): Promise<void> {
      const ids = await crm.announcedDeletions();
      if (ids.length > 0) await pullThrough(ids);
    },
    addPeople(count: number): readonly string[] {
      return Array.from({ length: count }, () => crm.add(people.person()));
    },
    startTrouble(options: Pick<TroubleOptions, 'failing' | 'happenings'>): ReturnType<typeof trouble> {
      troubled = trouble({ crm, clock, random, people, ...options });
      return troubled;
    },
  };
}
export type Deployment = ReturnType<typeof deployment>;
