import { type BoundStore, type Changeset, type Committed, type ContactStore, LEASE_KIND } from '../../ports/store.ts';
import type { Process } from './scheduler.ts';

/** Told of each commit that was done, at the moment of its effect. */
export type Committing = (changes: Changeset, committed: Extract<Committed, { status: 'done' }>) => void;

/** The store as a process sees it: each call waits for its turn. */
export const storeOf = (store: ContactStore, process: Process, heard: Committing): ContactStore => ({
  specVersion: 1,
  bind(scope): BoundStore {
    const inner = store.bind(scope);
    return {
      load: (query) => process.call('load', () => inner.load(query)),
      scan: (query) => process.call('scan', () => inner.scan(query)),
      entries: (query) => process.call('entries', () => inner.entries(query)),
      commit: (changes) =>
        process.call('commit', async () => {
          const committed = await inner.commit(changes);
          if (committed.status === 'done') heard(changes, committed);
          return committed;
        }),
      lease: (request) => process.call('lease', () => inner.lease(request)),
      release: (name, token) => process.call('release', () => inner.release(name, token)),
    };
  },
});

/** A store that gives every lease to everybody, and lets no commit fail for one. */
export const withoutLeases = (store: ContactStore): ContactStore => ({
  specVersion: 1,
  bind(scope): BoundStore {
    const inner = store.bind(scope);
    return {
      load: (query) => inner.load(query),
      scan: (query) => inner.scan(query),
      entries: (query) => inner.entries(query),
      commit: ({ rows, entries }) => inner.commit({ rows, entries: entries.filter(({ kind }) => kind !== LEASE_KIND) }),
      async lease({ name }) {
        const { now } = await inner.lease({ name: `probe-${name}`, ttlMs: 0, holder: 'probe' });
        return { held: true, token: 'free', now };
      },
      release: async () => undefined,
    };
  },
});
