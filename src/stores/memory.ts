import type { Version } from '../core/link/link.ts';
import type { Millis } from '../core/values/value.ts';
import { type BoundStore, type ContactStore, LEASE_KIND } from '../ports/store.ts';
import { applyChangeset } from './memory/apply-changeset.ts';
import { frozenCopy } from './memory/frozen-copy.ts';
import { loadRows, scanRows } from './memory/read-rows.ts';
import { type Bound, entriesOf, Workspace } from './memory/workspace.ts';
import { checkScope } from './semantics/check-scope.ts';
import { decideLease } from './semantics/decide-lease.ts';

export interface MemoryStoreOptions {
  /** The store's clock, in milliseconds since 1970 UTC. Default: the system's. */
  readonly clock?: { now(): Millis };
}

function bindTo(bound: Bound, clock: { now(): Millis }, nextStamp: () => Version): BoundStore {
  const leases = bound.connection.entries;
  return {
    load: async (query) => loadRows(bound, query),
    scan: async (query) => scanRows(bound, query),
    entries: async (query) => entriesOf(bound, query.scope).query(query),
    commit: async (changes) => applyChangeset(bound, changes, { at: clock.now(), nextStamp }),
    async lease(request) {
      const decision = decideLease({ lease: leases.get(LEASE_KIND, request.name), request, now: clock.now(), stamp: nextStamp() });
      const { answer } = decision;
      if (decision.action === 'write' && answer.held) {
        const { body, dueAt } = decision;
        const name = { scope: 'connection', kind: LEASE_KIND, key: request.name } as const;
        leases.put(frozenCopy({ ...name, body, version: answer.token, dueAt, contactId: null }));
      }
      return answer;
    },
    async release(name, token) {
      if (leases.get(LEASE_KIND, name)?.version === token) leases.delete(LEASE_KIND, name);
    },
  };
}

/**
 * A store that lives and ends with the process: for tests, previews and one-shot scripts. Every call is atomic. What it
 * gives out is frozen, so that nobody can change the store through it.
 *
 * @example
 * const engine = new CrmSyncEngine({ workspace: 'acme', connection: 'acme-salesforce', schema, connector, store: memoryStore() });
 */
export function memoryStore({ clock = { now: () => Date.now() } }: MemoryStoreOptions = {}): ContactStore {
  const workspaces = new Map<string, Workspace>();
  let stamps = 0;
  const nextStamp = () => String(++stamps);
  return {
    specVersion: 1,
    bind(scope) {
      const names = checkScope(scope);
      const workspace = workspaces.get(names.workspace) ?? new Workspace();
      workspaces.set(names.workspace, workspace);
      return bindTo({ workspace, connection: workspace.connection(names.connection) }, clock, nextStamp);
    },
  };
}
