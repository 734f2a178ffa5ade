import {
  type BoundStore,
  type Changeset,
  type CompleteConnector,
  type ContactStore,
  CrmSyncEngine,
  type EntryChange,
  type RowChange,
} from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { salesforce } from 'crm-sync-engine/salesforce';
import { memoryStore, type SimulationOptions, simulate } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';

type Commit = BoundStore['commit'];

/** A store that does something else with what it is given. */
function storeWith(commit: (changes: Changeset, inner: Commit) => ReturnType<Commit>): NonNullable<SimulationOptions['store']> {
  return ({ clock }): ContactStore => {
    const store = memoryStore({ clock });
    return {
      specVersion: 1,
      bind(scope) {
        const inner = store.bind(scope);
        return { ...inner, commit: (changes) => commit(changes, (kept) => inner.commit(kept)) };
      },
    };
  };
}

const withoutEntries = (kind: string) =>
  storeWith((changes, commit) => commit({ ...changes, entries: changes.entries.filter((entry) => entry.kind !== kind) }));
const rowsAs = (change: (row: RowChange) => RowChange) =>
  storeWith((changes, commit) => commit({ ...changes, rows: changes.rows.map(change) }));
const entriesAs = (change: (entry: EntryChange) => EntryChange) =>
  storeWith((changes, commit) => commit({ ...changes, entries: changes.entries.map(change) }));
const bodyAs = (kinds: readonly string[], change: (body: Readonly<Record<string, unknown>>) => unknown) =>
  entriesAs((entry) =>
    !kinds.includes(entry.kind) || entry.put === undefined || entry.put === 'delete'
      ? entry
      : { ...entry, put: { ...entry.put, body: change(entry.put.body as Record<string, unknown>) as never } },
  );

/** Connectors that do something else than they say. */
function connectorsWith(change: (connector: CompleteConnector) => Partial<CompleteConnector>): SimulationOptions['connectors'] {
  const changed = (connector: CompleteConnector): CompleteConnector => ({ ...connector, ...change(connector) });
  return { salesforce: (parts) => changed(salesforce(parts)), hubspot: (parts) => changed(hubspot(parts)) };
}

/** What both CRMs call companies. */
const COMPANY_OBJECTS: readonly string[] = ['Account', 'companies'];

type Engine = ReturnType<SimulationOptions['engine']>;

const engineOf: SimulationOptions['engine'] = (options) => new CrmSyncEngine(options);

/** The same object with some of its members changed: those of a class can't be spread. */
const withChanged = <T extends object>(whole: T, changed: Partial<T>): T =>
  new Proxy(whole, {
    get(target, name) {
      const member: unknown = Reflect.get(changed, name) ?? Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });

/** An engine that does something else than it should. */
const engineWith =
  (change: (engine: Engine) => Partial<Engine>): SimulationOptions['engine'] =>
  (options) => {
    const engine = engineOf(options);
    return withChanged(engine, change(engine));
  };
type Part = 'contacts' | 'companies';
const partWith = <P extends Part>(part: P, change: (its: Engine[P]) => Partial<Engine[P]>) =>
  engineWith((engine) => ({ [part]: withChanged(engine[part], change(engine[part])) }) as Partial<Engine>);
const contactsWith = (change: (contacts: Engine['contacts']) => Partial<Engine['contacts']>) => partWith('contacts', change);

/** What is broken on purpose, and the promise that it breaks; with a seed to begin with, where the first ones do not come upon it. */
const BROKEN: readonly (readonly [what: string, promise: string, with_: Partial<SimulationOptions> & { readonly says?: RegExp }])[] = [
  [
    'a store that loses new contacts',
    'P2',
    {
      store: storeWith(({ rows, entries }, commit) =>
        commit({ rows: rows.filter(({ kind }) => kind !== 'insert'), entries: rows.some(({ kind }) => kind === 'insert') ? [] : entries }),
      ),
    },
  ],
  [
    'a store that keeps no conflict',
    'P3',
    { store: bodyAs(['history', 'conflict'], ({ conflicts: _, local: __, remote: ___, ...body }) => body) },
  ],
  [
    'a store that loses what a pull sets',
    'P3',
    {
      store: rowsAs((row) => (row.kind === 'update' && row.links !== undefined && row.set !== undefined ? { ...row, set: {} } : row)),
    },
  ],
  ['a store that loses the markers of analyses', 'P5', { store: withoutEntries('applied') }],
  ['a store that loses who waits for a number', 'P6', { store: withoutEntries('waiting') }],
  [
    'a store that miscounts runs',
    'P12',
    {
      store: bodyAs(['run'], (body) => ({ ...body, counts: { ...(body['counts'] as object), processed: 7_777 } })),
    },
  ],
  [
    'a connector that writes twice what it makes',
    'P5',
    {
      connectors: connectorsWith(({ write }) => ({
        async write(batch, call) {
          if (batch.some(({ id }) => id === null)) await write(batch, call);
          return write(batch, call);
        },
      })),
    },
  ],
  [
    'a connector that writes nothing and says that it did',
    'P3',
    {
      connectors: connectorsWith(({ write }) => ({
        async write(batch, call) {
          if (batch.some(({ id }) => id === null)) return write(batch, call);
          return batch.map(({ id }) => ({ outcome: 'done', id: id as string, created: false, values: {} }));
        },
      })),
    },
  ],
  [
    'a store that changes a contact whenever a run is recorded',
    'P4',
    {
      store: ({ clock }) => {
        const store = memoryStore({ clock });
        return {
          specVersion: 1,
          bind(scope) {
            const inner = store.bind(scope);
            return {
              ...inner,
              async commit(changes) {
                const [row] = await inner.scan({ entity: 'contact', object: '', want: 'all', plan: '', now: 0, after: null, limit: 1 });
                if (row !== undefined && changes.entries.some(({ kind }) => kind === 'latest'))
                  await inner.commit({
                    rows: [{ kind: 'update', contactId: row.id, expected: row.version, set: { city: `Echo ${row.version}` } }],
                    entries: [],
                  });
                return inner.commit(changes);
              },
            };
          },
        };
      },
    },
  ],
  [
    'an engine that fails with what somebody typed',
    'P10',
    { engine: contactsWith(() => ({ update: (_, patch) => Promise.reject(new Error(JSON.stringify(patch))) })) },
  ],
  [
    'an engine that answers and forgets',
    'P6',
    {
      engine: engineWith((engine) => ({
        retryPending: () => engine.pull(),
        sync: () => engine.pull(),
        push: () => engine.pull(),
      })),
    },
  ],
  [
    'an engine that tells one CRM what another one has',
    'R25',
    { seed: 12, engine: (options) => engineOf({ ...options, propagate: true }) },
  ],
  [
    'an engine that brings back whom somebody removed',
    'P11',
    {
      engine: contactsWith((contacts) => ({
        async remove(id, by) {
          const answer = await contacts.remove(id, by);
          await contacts.restore(id, by);
          return answer;
        },
      })),
    },
  ],
  [
    'an engine that gives a record back to whom it was taken from',
    'P11',
    {
      store: rowsAs((row) =>
        row.kind === 'update' && row.links?.some(({ state }) => state === 'declined')
          ? { ...row, links: row.links.map((link) => (link.state === 'declined' ? { ...link, state: 'missing' } : link)) }
          : row,
      ),
    },
  ],
  [
    'an engine that says that edits are kept and keeps the first of them',
    'P12',
    {
      engine: contactsWith((contacts) => ({
        async updateMany(edits, options) {
          const kept = await contacts.updateMany(edits.slice(0, 1), options);
          return edits.map(({ id }, index) => kept[index] ?? { id, status: 'done' });
        },
      })),
    },
  ],
  [
    'an engine that says that an edit was sent and sends nothing',
    'P12',
    {
      engine: contactsWith((contacts) => ({
        async updateMany(edits, { by }) {
          return (await contacts.updateMany(edits, { by })).map((answer) => ({ ...answer, push: { status: 'done', refused: [] } }));
        },
      })),
    },
  ],
  [
    'an engine that takes a late conversation for one of today',
    'R20',
    {
      engine: (options) =>
        engineWith((engine) => ({
          handleConversation: (given) =>
            engine.handleConversation({ ...given, startedAt: new Date(options.clock.now() - 60_000).toISOString() }),
        }))(options),
    },
  ],
  [
    'an engine that deletes however much is deleted, and asks nobody',
    'R14',
    { engine: engineWith((engine) => ({ pull: (given) => engine.pull({ ...given, allowDeletions: true }) })) },
  ],
  ['a store that forgets who was erased', 'R21', { store: withoutEntries('suppression') }],
  [
    'a store that only removes whom it is to erase',
    'R21',
    { store: rowsAs((row) => (row.kind === 'erase' ? { ...row, kind: 'delete' } : row)) },
  ],
  [
    'an engine that fails by a mistake of ours',
    'P7',
    { engine: engineWith(() => ({ push: () => Promise.reject(new TypeError('undefined is not a function')) })) },
  ],
  [
    'a store that loses events of segments',
    'P6',
    {
      beside: ['segments'],
      says: /and the host was/,
      store: entriesAs((entry) =>
        entry.kind === 'segment_event' && typeof entry.put === 'object' ? { ...entry, kind: 'lost_event' } : entry,
      ),
    },
  ],
  [
    'an engine that acknowledges an event and keeps it',
    'P5',
    {
      beside: ['segments'],
      says: /is told again/,
      engine: engineWith(({ segments }) => ({
        segments: { events: (options) => segments.events(options), acknowledge: async (ids) => ids.length },
      })),
    },
  ],
  [
    'a connector that writes no company and says that it did',
    'P3',
    {
      beside: ['companies'],
      says: /^\w+ of company .*, that of its record/,
      connectors: connectorsWith(({ write }) => ({
        async write(batch, call) {
          if (batch.some(({ id, object }) => id === null || !COMPANY_OBJECTS.includes(object))) return write(batch, call);
          return batch.map(({ id }) => ({ outcome: 'done', id: id as string, created: false, values: {} }));
        },
      })),
    },
  ],
  [
    "a connector that makes a company's record twice",
    'P5',
    {
      beside: ['companies'],
      says: /^the company's record .* was made and belongs to nobody/,
      connectors: connectorsWith(({ write }) => ({
        async write(batch, call) {
          if (batch.some(({ id, object }) => id === null && COMPANY_OBJECTS.includes(object))) await write(batch, call);
          return write(batch, call);
        },
      })),
    },
  ],
  [
    'a connector that leaves out whose company it is',
    'P3',
    {
      seed: 18,
      beside: ['companies'],
      says: /^contact .* belongs to/,
      connectors: connectorsWith(({ write }) => ({
        write: (batch, call) =>
          write(
            batch.map(({ values: { AccountId: _, associatedcompanyid: __, ...values }, ...one }) => ({ ...one, values })),
            call,
          ),
      })),
    },
  ],
  [
    'a store that loses companies that a pull finds',
    'P2',
    {
      beside: ['companies'],
      says: /^the company's record .* has no company/,
      store: storeWith(({ rows, entries }, commit) => {
        const isCompany = (row: RowChange): boolean => row.kind === 'insert' && row.entity === 'company';
        return commit({ rows: rows.filter((row) => !isCompany(row)), entries: rows.some(isCompany) ? [] : entries });
      }),
    },
  ],
  [
    "a store that loses the domain's records that wait",
    'P2',
    { beside: ['companies'], says: /^the company's record .* has no company/, store: withoutEntries('company_waiting') },
  ],
  [
    'an engine that brings back a company that somebody removed',
    'P11',
    {
      beside: ['companies', 'troubled companies'],
      says: /of the removed company/,
      engine: partWith('companies', (companies) => ({
        async remove(id, by) {
          const answer = await companies.remove(id, by);
          await companies.restore(id, by);
          return answer;
        },
      })),
    },
  ],
];

describe('the simulation notices', { timeout: 120_000 }, () => {
  it.each(BROKEN)('%s (%s)', async (_, promise, with_) => {
    const promises = new Set<string>();
    const { seed: first = 1, says = /./, ...given } = with_;
    for (let seed = first; seed < first + 24 && !promises.has(promise); seed += 1) {
      const options: SimulationOptions = {
        steps: 120,
        shrinkMax: 0,
        connectors: { salesforce, hubspot },
        engine: engineOf,
        ...given,
        seed,
      };
      const { broken } = await simulate(options);
      for (const each of broken) if (says.test(each.message)) promises.add(each.promise);
    }
    expect([...promises]).toContain(promise);
  });

  it('and tells of it by the fewest steps, the story, and a call that does it again', async () => {
    const [, , with_] = BROKEN.find(([what]) => what.includes('loses who waits')) as (typeof BROKEN)[number];
    const options: SimulationOptions = {
      seed: 0,
      steps: 60,
      connectors: { salesforce, hubspot },
      engine: engineOf,
      ...with_,
    };
    for (let seed = 1; ; seed += 1) {
      const report = await simulate({ ...options, seed });
      const [first] = report.broken;
      if (first === undefined) continue;
      expect(report.totals.steps).toBeLessThan(40);
      expect(first.story.length).toBeGreaterThan(0);
      const only = JSON.parse(/only: (\[[^\]]*\])/.exec(report.text)?.[1] ?? '[]') as number[];
      const again = await simulate({ ...options, seed, only, shrinkMax: 0 });
      expect(again.broken).toEqual(report.broken);
      expect(again.hash).toBe(report.hash);
      break;
    }
  });
});
