import { isCrmSyncError, type SyncEvent } from 'crm-sync-engine';
import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { connectorAround, dumpOf } from './harness.ts';

import { WORLDS } from './world.ts';

describe.each(WORLDS)('on $name', (world) => {
  const { deployment } = world;

  const HOUR = 3_600_000;

  /** Whatever of a person or a credential must not leave the store and the CRM. */
  const PERSONAL = ['Zaphod', 'Beeblebrox', '4155550', '415) 555', 'zaphod@', 'Heart of Gold', 'improbable', 'towel', 'Magrathea'];

  async function richScenario() {
    const thrown: unknown[] = [];
    const told: unknown[] = [];
    const there = deployment(
      { unknownCaller: 'create' },
      {
        pageSizeMax: 3,
        statuses: ['New', 'Working', 'Qualified', 'Magrathea'],
        contactRule: ({ notes }) => (notes?.includes('towel') ? { message: 'Zaphod may not have a towel.' } : null),
      },
    );
    const { crm, engine, clock, engineOf } = there;
    const attempt = async (work: () => Promise<unknown>) => {
      try {
        told.push(await work());
      } catch (error) {
        thrown.push(error);
      }
    };
    for (let index = 0; index < 6; index += 1)
      crm.add({
        firstName: 'Zaphod',
        lastName: `Beeblebrox ${index}`,
        phone: `(415) 555-010${index % 5}`,
        email: `zaphod${index}@example.com`,
      });
    crm.add({ firstName: 'Zaphod', lastName: 'Beeblebrox', phone: 'ask on Magrathea' });
    crm.add({ firstName: 'Zaphod', lastName: 'Beeblebrox', phone: '(415) 555-0108', status: 'Magrathea' });
    const runs: unknown[] = [];
    for (const what of ['unavailable', 'daily_limit', 'broken_json', 'timeout', 'html', 'network'] as const) {
      crm.fault({ on: 'read', what, times: 6 });
      for (let times = 0; times < 3; times += 1) await attempt(() => engine.pull({ full: true }));
    }
    clock.advance(HOUR);
    for (let times = 0; times < 12; times += 1) await attempt(() => engine.pull({ full: true }));
    const [first, second] = await engine.contacts.list();
    const conversationOf = (id: string, analysis: object) =>
      conversation({
        id,
        phone: '+14155550101',
        summary: 'Zaphod spoke of Magrathea.',
        transcript: 'An improbable call.',
        analysis: analysis as never,
      });
    await engine.contacts.update(first?.id ?? '', { interaction_summary: 'Has a towel.', email: 'zaphod@example.com' }, { by: 'Marvin' });
    await attempt(() => engine.push());
    await attempt(() =>
      engine.contacts.update(first?.id ?? '', { lead_status: 'Heart of Gold', phone_number: 'towel' } as never, { by: 'Marvin' }),
    );
    await attempt(() => engine.contacts.update(first?.id ?? '', { phone_number: second?.fields.phone_number ?? '' }, { by: 'Marvin' }));
    crm.fault({ on: 'write', what: 'lost_ack' });
    crm.fault({ on: 'log', what: 'lost_ack' });
    await engine.handleConversation(
      conversationOf('call-1', { lead_qualification_status: 'Heart of Gold', customer_notes: 'Magrathea', email: 'zaphod@example.com' }),
    );
    const failing = engineOf({ merger: { specVersion: 1, merge: () => Promise.reject(new Error('Zaphod broke the model.')) } });
    await failing.handleConversation(conversationOf('call-2', { customer_notes: 'An improbable towel.' }));
    crm.edit(crm.list()[2]?.id ?? '', { status: 'Working', email: 'zaphod42@example.com' });
    const removed = crm.list()[3]?.id ?? '';
    crm.remove(removed);
    clock.advance(HOUR);
    await attempt(() => world.hearOfDeletion(engine, removed));
    await attempt(() => engine.sync());
    await attempt(() => engine.retryPending());
    const odd = engineOf({
      connector: connectorAround(there.connectorOf(), async (name, call) => {
        if (name === 'read') throw new Error('Zaphod Beeblebrox +14155550101');
        return call();
      }),
    });
    await odd.pull().catch(() => undefined); // thrown as it came: what is recorded of it counts
    await engine.pause('maintenance');
    await attempt(() => engine.push());
    runs.push(...(await engine.runs.list({ limit: 500 })));
    return { ...there, thrown, told, runs };
  }

  const leaksOf = (value: unknown, secrets: readonly string[]): readonly string[] => {
    const text =
      JSON.stringify(value, (_, part) =>
        part instanceof Error ? { ...part, message: part.message, stack: part.stack, cause: part.cause } : part,
      ) ?? '';
    return secrets.filter((secret) => text.includes(secret));
  };

  describe('nothing leaks (P10)', () => {
    it('no personal value and no token in an event, a run, an error or a queue entry', async () => {
      const { events, runs, thrown, told, store, scope, crm, clock } = await richScenario();
      const types = new Set(events.events.map(({ type }: SyncEvent) => type));
      const every: readonly SyncEvent['type'][] = [
        'run.started',
        'run.progress',
        'run.finished',
        'run.failed',
        'record.failed',
        'field.refused',
        'link.changed',
        'record.written',
        'contact.changed',
        'activity.logged',
        'merge.answered',
        'merge.failed',
      ];
      for (const type of every) expect(types, type).toContain(type);
      expect(thrown.length).toBeGreaterThan(8);
      expect(thrown.every(isCrmSyncError)).toBe(true);
      expect(runs.length).toBeGreaterThan(10);

      const { signal } = new AbortController();
      const { accessToken } = await crm.auth.token({ signal, fetch, clock, random: () => 0 });
      const secrets = [...PERSONAL, accessToken];
      for (const event of events.events) expect(leaksOf(event, secrets), event.type).toEqual([]);
      for (const run of [...runs, ...told]) expect(leaksOf(run, secrets)).toEqual([]);
      for (const error of thrown) expect(leaksOf(error, secrets)).toEqual([]);
      const { entries } = await dumpOf(store, scope);
      for (const kind of ['recheck', 'activity', 'applied', 'checkpoint', 'latest', 'connection', 'lease', 'run'])
        expect(
          leaksOf(
            entries[kind]?.map(({ key, body }) => ({ key, body })),
            secrets,
          ),
          kind,
        ).toEqual([]);
    });

    it('the scenario does hold those values where they belong', async () => {
      const { store, scope } = await richScenario();
      const { rows } = await dumpOf(store, scope);
      expect(leaksOf(rows, ['Zaphod', 'Beeblebrox', '4155550', 'zaphod@'])).toHaveLength(4);
    });

    it('no row of one workspace, nor links and queues of one connection, are seen by another', async () => {
      const { store, scope, engineOf } = await richScenario();
      const stranger = engineOf({ workspace: 'globex', connection: scope.connection });
      expect(await stranger.contacts.list()).toEqual([]);
      expect(await stranger.contacts.byPhone('+14155550101')).toEqual({ contact: null, others: [], formerly: null, crm: null });
      expect(await stranger.runs.list()).toEqual([]);
      const neighbour = engineOf({ connection: 'acme-other' });
      expect((await neighbour.contacts.list()).flatMap(({ links }) => links)).toEqual([]);
      expect((await neighbour.contacts.list()).length).toBe((await engineOf().contacts.list()).length);
      expect((await neighbour.status()).waiting).toEqual({ conversations: 0, records: 0, ambiguous: 0 });
      expect((await dumpOf(store, { workspace: 'globex', connection: scope.connection })).rows).toEqual([]);
    });
  });
});
