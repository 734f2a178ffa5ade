import type { ContactStore, EngineOptions, Run } from 'crm-sync-engine';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { sqliteStore } from 'crm-sync-engine/stores/sqlite';
import { conversation, type ManualClock, manualClock } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { beforeCommits, connectorAround, storeAround } from './harness.ts';
import { engineFor, type schema } from './support.ts';
import { hubspotCrm } from './world-hubspot.ts';
import { salesforceCrm } from './world-salesforce.ts';

type Options = Partial<EngineOptions<typeof schema>>;

/** One that is waited for. */
function moment() {
  let comes = (): void => undefined;
  const came = new Promise<void>((resolve) => {
    comes = resolve;
  });
  return { came, comes };
}

const HOUR = 3_600_000;
const STORES: Readonly<Record<string, (clock: ManualClock) => ContactStore>> = {
  memory: (clock) => memoryStore({ clock }),
  SQLite: (clock) => sqliteStore({ file: ':memory:', clock }),
};

describe.each(Object.keys(STORES))('one contact on two CRMs, in %s (R25)', (name) => {
  /** Alice is in both, and nothing was imported yet. */
  function open({ salesforce: there = {}, hubspot: here = {} }: { salesforce?: Options; hubspot?: Options } = {}) {
    const clock = manualClock('2026-01-05T09:00:00Z');
    const store = STORES[name]!(clock);
    const opened = (crm: typeof salesforceCrm, options: Options) => {
      const account = crm.open(clock, {});
      const { connection, mapping, object } = crm;
      return {
        crm: account,
        object,
        ...engineFor({ connection, clock, connectorOf: account.connectorOf, mapping }, { store, ...options }),
      };
    };
    const salesforce = opened(salesforceCrm, there);
    const hubspot = opened(hubspotCrm, here);
    const person = { firstName: 'Alice', lastName: 'Smith', phone: '(415) 555-0123', status: 'New', email: 'alice@example.com' };
    const ids = { salesforce: salesforce.crm.add(person).id, hubspot: hubspot.crm.add(person).id };
    return { clock, salesforce, hubspot, ids };
  }

  /** Imported, from Salesforce first. */
  async function both(options: Parameters<typeof open>[0] = {}) {
    const { clock, salesforce, hubspot, ids } = open(options);
    await salesforce.engine.pull();
    clock.advance(HOUR);
    await hubspot.engine.pull();
    clock.advance(HOUR);
    const contactId = (await salesforce.engine.contacts.byPhone('+14155550123')).contact?.id ?? '';
    const emails = async () => ({
      here: (await salesforce.engine.contacts.get(contactId))?.fields.email,
      salesforce: salesforce.crm.record(ids.salesforce).fields.email,
      hubspot: hubspot.crm.record(ids.hubspot).fields.email,
    });
    const syncBoth = async () => {
      for (const { engine } of [salesforce, hubspot, salesforce, hubspot]) {
        clock.advance(HOUR);
        await engine.sync();
      }
    };
    return { clock, salesforce, hubspot, ids, contactId, emails, syncBoth };
  }

  it('is one contact, with a link of its own on each', async () => {
    const { salesforce, hubspot, ids, contactId } = await both();
    expect(await hubspot.engine.contacts.list()).toHaveLength(1);
    expect((await salesforce.engine.contacts.get(contactId))?.links).toMatchObject([{ recordId: ids.salesforce, state: 'active' }]);
    expect((await hubspot.engine.contacts.get(contactId))?.links).toMatchObject([{ recordId: ids.hubspot, state: 'active' }]);
  });

  it('a change of one CRM does not go to the other', async () => {
    const { salesforce, hubspot, ids, emails, syncBoth } = await both();
    salesforce.crm.edit(ids.salesforce, { email: 'new@example.com' });
    await syncBoth();
    expect(await emails()).toEqual({ here: 'new@example.com', salesforce: 'new@example.com', hubspot: 'alice@example.com' });
    hubspot.crm.edit(ids.hubspot, { firstName: 'Alicia' });
    await syncBoth();
    expect((await emails()).hubspot).toBe('alice@example.com');
    expect((await hubspot.engine.contacts.list())[0]?.fields.first_name).toBe('Alicia');
  });

  describe('a change of one CRM does not go to the other by a push', () => {
    it.each([
      ['that one has mapped its people', true],
      ['anybody worked on that one', false],
    ])('that began before %s', async (_, isKnown) => {
      const { clock, salesforce, hubspot, ids } = open();
      if (isKnown) {
        await salesforce.engine.pause('not set up yet');
        await salesforce.engine.resume();
      }
      salesforce.crm.edit(ids.salesforce, { email: 'new@example.com', status: 'Working' });
      hubspot.crm.edit(ids.hubspot, { email: null });
      await hubspot.engine.pull();
      const [alice] = await hubspot.engine.contacts.list();
      await hubspot.engine.contacts.update(alice?.id ?? '', { lead_status: 'Working' }, { by: 'anna' });
      clock.advance(HOUR);
      const pushing = hubspot.engineOf({
        connector: connectorAround(hubspot.connectorOf(), async (call, go) => {
          if (call === 'fetch') await salesforce.engine.pull();
          return go();
        }),
      });
      expect(await pushing.push()).toMatchObject({ status: 'done', counts: { failed: 0 } });
      expect((await hubspot.engine.contacts.list())[0]?.fields.email).toBe('new@example.com');
      expect(hubspot.crm.record(ids.hubspot).fields).toMatchObject({ status: 'Working', email: null });
    });

    it('which is the first flow of its connection, as the pull that brings it is of the other one', async () => {
      const { clock, salesforce, hubspot, ids } = open({ hubspot: { mappings: [{ ...hubspotCrm.mapping, create: {} }] } });
      salesforce.crm.edit(ids.salesforce, { email: 'new@example.com' });
      hubspot.crm.remove(ids.hubspot);
      const bound = hubspot.store.bind({ workspace: 'acme', connection: hubspotCrm.connection });
      const set = { phone_number: '+14155550123', first_name: 'Alice' };
      await bound.commit({ rows: [{ kind: 'insert', entity: 'contact', suggestedId: 'alice', set }], entries: [] });
      clock.advance(HOUR);
      const [written, pulled] = [moment(), moment()];
      const pushing = hubspot.engineOf({
        connector: connectorAround(hubspot.connectorOf(), async (call, go) => {
          if (call === 'write') {
            written.comes();
            await pulled.came;
          }
          return go();
        }),
      });
      let pushed: Promise<Run> | undefined;
      const pulling = salesforce.engineOf({
        store: beforeCommits(salesforce.store, async ({ entries }) => {
          if (!entries.some(({ kind, key }) => kind === 'connection' && key === '|introductions') || pushed !== undefined) return;
          pushed = pushing.push({ createMissing: true });
          await written.came;
        }),
      });
      expect(await pulling.pull()).toMatchObject({ counts: { updated: 1 } });
      pulled.comes();
      expect(await pushed).toMatchObject({ status: 'done', counts: { created: 1, failed: 0 } });
      expect((await hubspot.engine.contacts.get('alice'))?.fields.email).toBe('new@example.com');
      expect(hubspot.crm.list()).toMatchObject([{ fields: { phone: '+14155550123', email: null } }]);
    });
  });

  it('thirty connections of a workspace may begin at once', async () => {
    const { salesforce, ids } = open();
    salesforce.crm.remove(ids.salesforce);
    const engines = Array.from({ length: 30 }, (_, index) => salesforce.engineOf({ connection: `team-${index}` }));
    const runs = await Promise.all(engines.map((engine) => engine.pull()));
    expect(runs.map(({ status }) => status)).toEqual(engines.map(() => 'done'));
  });

  it('but does where the other connection says so', async () => {
    const { salesforce, ids, emails, syncBoth } = await both({ hubspot: { propagate: true } });
    salesforce.crm.edit(ids.salesforce, { email: 'new@example.com' });
    await syncBoth();
    expect(await emails()).toEqual({ here: 'new@example.com', salesforce: 'new@example.com', hubspot: 'new@example.com' });
  });

  it('what was edited by hand goes to both, also over a change that came from one', async () => {
    const { salesforce, ids, contactId, emails, syncBoth } = await both();
    salesforce.crm.edit(ids.salesforce, { email: 'new@example.com' });
    await syncBoth();
    await salesforce.engine.contacts.update(contactId, { email: 'hand@example.com' }, { by: 'anna' });
    await syncBoth();
    expect(await emails()).toEqual({ here: 'hand@example.com', salesforce: 'hand@example.com', hubspot: 'hand@example.com' });
  });

  describe('what somebody typed, and one CRM has had already', () => {
    async function typed() {
      const there = await both();
      const { salesforce, hubspot, ids, contactId, clock, syncBoth } = there;
      salesforce.crm.edit(ids.salesforce, { email: 'new@example.com' });
      await syncBoth();
      await salesforce.engine.contacts.update(contactId, { email: 'hand@example.com' }, { by: 'anna' });
      clock.advance(HOUR);
      await hubspot.engine.sync();
      expect((await there.emails()).hubspot).toBe('hand@example.com');
      return there;
    }

    it('is followed by what they type then, though the other CRM gave the same before', async () => {
      const { salesforce, contactId, emails, syncBoth } = await typed();
      await salesforce.engine.contacts.update(contactId, { email: 'new@example.com' }, { by: 'anna' });
      await syncBoth();
      expect(await emails()).toEqual({ here: 'new@example.com', salesforce: 'new@example.com', hubspot: 'new@example.com' });
    });

    it('is not followed by what the other CRM says then, by a clock that is behind', async () => {
      const { salesforce, hubspot, ids, contactId, clock, emails } = await both();
      clock.advance(60_000);
      await salesforce.engine.contacts.update(contactId, { email: 'hand@example.com' }, { by: 'anna' });
      await hubspot.engine.push();
      salesforce.crm.edit(ids.salesforce, { email: 'new@example.com' });
      clock.advance(-30_000);
      await salesforce.engine.pull();
      clock.advance(HOUR);
      await hubspot.engine.sync();
      expect(await emails()).toEqual({ here: 'new@example.com', salesforce: 'new@example.com', hubspot: 'hand@example.com' });
    });

    it('is not followed by what the other CRM says then', async () => {
      const { salesforce, ids, clock, emails, syncBoth } = await typed();
      await salesforce.engine.push();
      salesforce.crm.edit(ids.salesforce, { email: 'new@example.com' });
      clock.advance(HOUR);
      await syncBoth();
      expect(await emails()).toEqual({ here: 'new@example.com', salesforce: 'new@example.com', hubspot: 'hand@example.com' });
    });
  });

  it('what one CRM has changed, and somebody types back to what the other one has, goes to the one that changed it', async () => {
    const { salesforce, hubspot, ids, contactId, emails, syncBoth } = await both();
    hubspot.crm.edit(ids.hubspot, { email: 'hub@example.com' });
    await syncBoth();
    expect(await emails()).toEqual({ here: 'hub@example.com', salesforce: 'alice@example.com', hubspot: 'hub@example.com' });
    await salesforce.engine.contacts.update(contactId, { email: 'alice@example.com' }, { by: 'anna' });
    await syncBoth();
    expect(await emails()).toEqual({ here: 'alice@example.com', salesforce: 'alice@example.com', hubspot: 'alice@example.com' });
  });

  it('the result of an analysis goes to both', async () => {
    const { salesforce, hubspot, ids, syncBoth } = await both();
    await salesforce.engine.handleConversation(
      conversation({ id: 'call-1', phone: '+14155550123', analysis: { lead_qualification_status: 'Qualified' } }),
    );
    await syncBoth();
    expect(salesforce.crm.record(ids.salesforce).fields.status).toBe('Qualified');
    expect(hubspot.crm.record(ids.hubspot).fields.status).toBe('Qualified');
  });

  it('removed through one of them stays away, though its record in the other one was deleted before and is restored after', async () => {
    const { clock, salesforce, hubspot, ids, contactId, syncBoth } = await both();
    salesforce.crm.remove(ids.salesforce);
    await syncBoth();
    expect((await salesforce.engine.contacts.get(contactId))?.links).toMatchObject([{ state: 'tombstone' }]);
    await hubspot.engine.contacts.remove(contactId, { by: 'anna' });
    salesforce.crm.restore(ids.salesforce);
    clock.advance(HOUR);
    expect((await salesforce.engine.pull({ full: true })).skips).toMatchObject({ contact_removed: 1 });
    await syncBoth();
    expect(await salesforce.engine.contacts.list()).toEqual([]);
  });

  it('removed through one of them has its conflict on the other one closed with the next pull there', async () => {
    const fields = hubspotCrm.mapping.fields.map((rule) => (rule.field === 'email' ? { ...rule, conflict: 'manual' as const } : rule));
    const { salesforce, hubspot, ids, clock, contactId } = await both({
      hubspot: { mappings: [{ ...hubspotCrm.mapping, fields } as typeof hubspotCrm.mapping] },
    });
    await salesforce.engine.contacts.update(contactId, { email: 'ours@example.com' }, { by: 'anna' });
    hubspot.crm.edit(ids.hubspot, { email: 'hub@example.com' });
    clock.advance(HOUR);
    await hubspot.engine.pull();
    expect(await hubspot.engine.conflicts.list({ open: true })).toHaveLength(1);
    await salesforce.engine.contacts.remove(contactId, { by: 'anna' });
    clock.advance(HOUR);
    await hubspot.engine.pull();
    expect(await hubspot.engine.conflicts.list({ open: true })).toEqual([]);
    expect(await hubspot.engine.conflicts.list()).toMatchObject([{ contactId, winner: null, reason: 'contact_removed', open: null }]);
    expect(hubspot.events.of('conflict.closed')).toMatchObject([{ contactId, reason: 'contact_removed' }]);
  });

  it('a change of both is decided on the pair of the one that is read, and no value is lost unseen', async () => {
    const { salesforce, hubspot, ids, clock, emails } = await both();
    salesforce.crm.edit(ids.salesforce, { email: 'sales@example.com' });
    clock.advance(HOUR);
    await salesforce.engine.pull();
    hubspot.crm.edit(ids.hubspot, { email: 'hub@example.com' });
    clock.advance(HOUR);
    const run = await hubspot.engine.pull();
    expect(run.conflicts).toBe(1);
    expect((await emails()).here).toBe('hub@example.com');
    clock.advance(HOUR);
    await salesforce.engine.sync();
    expect((await emails()).salesforce).toBe('sales@example.com'); // HubSpot's value is not sent there
  });

  it.each([
    ['local', { here: 'sales@example.com', salesforce: 'sales@example.com', hubspot: 'sales@example.com' }],
    ['crm', { here: 'hub@example.com', salesforce: 'sales@example.com', hubspot: 'hub@example.com' }],
    [{ value: 'third@example.com' }, { here: 'third@example.com', salesforce: 'third@example.com', hubspot: 'third@example.com' }],
  ] as const)('a change of both that is decided by hand, for %j, is as decided where it was decided', async (answer, expected) => {
    const fields = hubspotCrm.mapping.fields.map((rule) => (rule.field === 'email' ? { ...rule, conflict: 'manual' as const } : rule));
    const mappings = [{ ...hubspotCrm.mapping, fields } as typeof hubspotCrm.mapping];
    const { salesforce, hubspot, ids, clock, emails, syncBoth } = await both({ hubspot: { mappings } });
    salesforce.crm.edit(ids.salesforce, { email: 'sales@example.com' });
    clock.advance(HOUR);
    await salesforce.engine.pull();
    hubspot.crm.edit(ids.hubspot, { email: 'hub@example.com' });
    clock.advance(HOUR);
    await hubspot.engine.sync();
    const [conflict] = await hubspot.engine.conflicts.list({ open: true });
    expect(conflict).toMatchObject({ local: 'sales@example.com', remote: 'hub@example.com' });
    await hubspot.engine.conflicts.resolve(conflict?.id ?? '', answer, { by: 'Bea' });
    await syncBoth();
    expect(await emails()).toEqual(expected);
    expect(await hubspot.engine.conflicts.list({ open: true })).toEqual([]);
    for (const { engine, crm } of [salesforce, hubspot]) {
      const before = crm.calls.length;
      const run = await engine.push();
      expect([run.counts.processed, crm.calls.length - before]).toEqual([0, 0]);
    }
  });

  it('a blank of one CRM is not filled from the other', async () => {
    const { salesforce, hubspot, clock } = await both();
    const known = { firstName: 'Bob', lastName: 'Brown', phone: '(415) 555-0124' };
    salesforce.crm.add({ ...known, email: 'bob@example.com' });
    await salesforce.engine.pull();
    const { id } = hubspot.crm.add(known);
    clock.advance(HOUR);
    await hubspot.engine.sync();
    clock.advance(HOUR);
    await hubspot.engine.sync();
    expect(hubspot.crm.record(id).fields.email).toBeNull();
  });

  it('what is kept apart costs nothing once it was looked at: neither a call nor a commit (P4)', async () => {
    const { salesforce, hubspot, ids, clock, syncBoth } = await both();
    salesforce.crm.edit(ids.salesforce, { email: 'new@example.com' });
    await syncBoth();
    hubspot.crm.edit(ids.hubspot, { lastName: 'Miller' });
    clock.advance(HOUR);
    await hubspot.engine.pull();
    expect((await hubspot.engine.preview('push')).contacts).toEqual([]);
    const before = hubspot.crm.calls.length;
    const run = await hubspot.engine.push();
    expect([run.counts.processed, hubspot.crm.calls.length - before]).toEqual([0, 0]);
  });

  describe('a record of one that waits for a number of a contact', () => {
    const NUMBER = '+14155550177';
    /** Bob has a number here; his namesake in HubSpot has it too, and waits. */
    async function waiting() {
      const there = await both();
      const { salesforce, hubspot, clock } = there;
      const bob = salesforce.crm.add({ firstName: 'Bob', lastName: 'Jones', phone: NUMBER, email: 'bob@example.com' }).id;
      const first = hubspot.crm.add({ firstName: 'Bob', lastName: 'Jones', phone: NUMBER, email: 'bob@example.com' }).id;
      await salesforce.engine.pull();
      clock.advance(HOUR);
      await hubspot.engine.pull();
      clock.advance(HOUR);
      const other = hubspot.crm.add({ firstName: 'Rob', lastName: 'Miller', phone: NUMBER, email: 'rob@example.com' }).id;
      clock.advance(HOUR);
      await hubspot.engine.pull();
      clock.advance(HOUR);
      expect(await hubspot.engine.contacts.ambiguous()).toMatchObject([{ recordId: other }]);
      const bobId = (await hubspot.engine.contacts.byPhone(NUMBER)).contact?.id ?? '';
      const holder = async () => (await hubspot.engine.contacts.byPhone(NUMBER)).contact;
      return { ...there, bob, first, other, bobId, holder };
    }

    it('is looked at again once the number is given up through the other one', async () => {
      const { salesforce, hubspot, clock, bob, other, holder } = await waiting();
      salesforce.crm.edit(bob, { phone: '+14155550178' });
      clock.advance(HOUR);
      await salesforce.engine.pull();
      clock.advance(HOUR);
      await hubspot.engine.pull();
      expect((await holder())?.links).toMatchObject([{ recordId: other, state: 'active' }]);
      expect(await hubspot.engine.contacts.ambiguous()).toEqual([]);
    });

    it('also through one that no flow has worked on yet', async () => {
      const { salesforce, hubspot, bobId, other, holder } = await waiting();
      const desk = salesforce.engineOf({ connection: 'desk' });
      await desk.contacts.update(bobId, { phone_number: '+14155550178' }, { by: 'anna' });
      await hubspot.engine.pull();
      expect((await holder())?.links).toMatchObject([{ recordId: other, state: 'active' }]);
    });

    it('is looked at again once its candidate is erased through the other one, and nothing of the person is kept', async () => {
      const { clock, salesforce, hubspot, bobId, first, other, holder } = await waiting();
      await salesforce.engine.contacts.erase(bobId);
      const bound = hubspot.store.bind({ workspace: 'acme', connection: hubspotCrm.connection });
      const told = await bound.entries({ scope: 'workspace', kind: 'released', limit: 10 });
      expect(told).toMatchObject([{ key: `${hubspotCrm.connection}|${hubspot.object}|${other}`, contactId: null }]);
      expect(JSON.stringify(told)).not.toMatch(new RegExp(`${bobId}|${first}|5550177`));
      expect(await bound.entries({ scope: 'workspace', kind: 'awaited', limit: 10 })).toEqual([]);
      clock.advance(HOUR);
      const run = await hubspot.engine.pull();
      expect(run.skips).toMatchObject({ erased: 1 }); // looked at: nobody is made with an erased person's number (R21)
      expect(await bound.entries({ scope: 'workspace', kind: 'released', limit: 10 })).toEqual([]);
      expect(await holder()).toBeNull();
    });

    it('is known no more once its connection has ended', async () => {
      const { salesforce, hubspot, bobId } = await waiting();
      await hubspot.engine.disconnect();
      const bound = hubspot.store.bind({ workspace: 'acme', connection: hubspotCrm.connection });
      expect(await bound.entries({ scope: 'workspace', kind: 'awaited', limit: 10 })).toEqual([]);
      await salesforce.engine.contacts.update(bobId, { phone_number: '+14155550178' }, { by: 'anna' });
      expect(await bound.entries({ scope: 'workspace', kind: 'released', limit: 10 })).toEqual([]);
    });
  });
});

it('a workspace with one connection asks its store nothing more (R25)', async () => {
  const counted = async (propagate: boolean) => {
    const clock = manualClock('2026-01-05T09:00:00Z');
    const calls: Record<string, number> = {};
    const store = storeAround(memoryStore({ clock }), (name, call) => {
      calls[name] = (calls[name] ?? 0) + 1;
      return call();
    });
    const account = salesforceCrm.open(clock, {});
    const { connection, mapping } = salesforceCrm;
    const { engine } = engineFor({ connection, clock, connectorOf: account.connectorOf, mapping }, { store, propagate });
    account.add({ firstName: 'Alice', lastName: 'Smith', phone: '(415) 555-0123', status: 'New' });
    await engine.pull();
    clock.advance(HOUR);
    const { contact } = await engine.contacts.byPhone('+14155550123');
    await engine.contacts.update(contact?.id ?? '', { email: 'alice@example.com', interaction_summary: 'Called.' }, { by: 'test' });
    await engine.sync();
    return calls;
  };
  expect(await counted(false)).toEqual(await counted(true));
});
