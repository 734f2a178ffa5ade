import type { Mapping } from 'crm-sync-engine';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { sqliteStore } from 'crm-sync-engine/stores/sqlite';
import { conversation, type ManualClock, manualClock } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { storeAround, takingTurns, withoutLeases } from './harness.ts';
import { deployment, type schema } from './support.ts';

const HOUR = 3_600_000;
const SCOPE = { workspace: 'acme', connection: 'acme-salesforce' };
const BY_EMAIL: Mapping<typeof schema> = {
  crmObject: 'Contact',
  matchKey: 'email',
  create: {},
  fields: [
    { crm: 'Email', field: 'email', direction: 'both' },
    { crm: 'LastName', field: 'last_name', direction: 'both' },
    { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
  ],
};
const STORES = {
  memory: (clock: ManualClock) => memoryStore({ clock }),
  SQLite: (clock: ManualClock) => sqliteStore({ file: ':memory:', clock }),
};

describe.each(Object.entries(STORES))('an email address in any case of its letters, in %s', (_, storeOf) => {
  /** Ada is in the host's table, as somebody has typed her address. */
  async function withAda() {
    const clock = manualClock('2026-01-05T09:00:00Z');
    const there = deployment({ store: storeOf(clock), mappings: [BY_EMAIL], clock }, { clock });
    const { status } = await there.store.bind(SCOPE).commit({
      rows: [{ kind: 'insert', entity: 'contact', suggestedId: 'ada', set: { email: 'Ada@Example.com', last_name: 'Lovelace' } }],
      entries: [],
    });
    expect(status).toBe('done');
    return { ...there, clock };
  }

  it('is whose record it is: a pull makes nobody twice, and the value here stays as it was written', async () => {
    const { engine, crm } = await withAda();
    const { id } = crm.add('Contact', { LastName: 'King', Email: 'ada@example.com' });
    expect(await engine.pull()).toMatchObject({ counts: { created: 0 } });
    expect(await engine.contacts.list()).toMatchObject([{ id: 'ada', links: [{ recordId: id, state: 'active' }] }]);
  });

  it('finds the record before one is made', async () => {
    const { engine, crm } = await withAda();
    const { id } = crm.add('Contact', { LastName: 'King', Email: 'ada@example.com' });
    expect(await engine.push({ createMissing: true })).toMatchObject({ counts: { created: 0, failed: 0 } });
    expect(crm.list('Contact')).toHaveLength(1);
    expect(await engine.contacts.get('ada')).toMatchObject({ links: [{ recordId: id }] });
  });

  it('is nobody else’s: a second record waits, and an edit that would take it is refused', async () => {
    const { engine, crm, clock } = await withAda();
    crm.add('Contact', { LastName: 'King', Email: 'ada@example.com' });
    crm.add('Contact', { LastName: 'Byron', Email: 'byron@example.com' });
    await engine.pull();
    const twin = crm.add('Contact', { LastName: 'Twin', Email: 'ADA@EXAMPLE.COM' }).id;
    clock.advance(HOUR);
    expect(await engine.pull()).toMatchObject({ counts: { created: 0 }, skips: { ambiguous: 1 } });
    const byron = (await engine.contacts.list()).find(({ fields }) => fields.last_name === 'Byron')!;
    await expect(engine.contacts.update(byron.id, { email: 'aDa@example.com' }, { by: 'ann' })).rejects.toMatchObject({
      code: 'match_key_taken',
    });
    expect((await engine.contacts.ambiguous()).map(({ recordId, candidates }) => [recordId, candidates[0]?.contactId])).toEqual([
      [twin, 'ada'],
    ]);
    await engine.contacts.update('ada', { email: 'ada.king@example.com' }, { by: 'ann' });
    await engine.push();
    clock.advance(HOUR);
    expect(await engine.pull()).toMatchObject({ counts: { created: 1 } });
    expect(await engine.contacts.ambiguous()).toEqual([]);
  });

  it('is whose conversation it is', async () => {
    const { engine } = await withAda();
    const handled = await engine.handleConversation(
      conversation({ id: 'chat-1', channel: 'chat', contact: { kind: 'email', email: 'ADA@example.com' } as never }),
    );
    expect(handled).toMatchObject({ contactId: 'ada' });
  });

  it('makes nobody again who was erased', async () => {
    const { engine, crm } = await withAda();
    await engine.contacts.erase('ada');
    crm.add('Contact', { LastName: 'King', Email: 'ada@EXAMPLE.com' });
    expect(await engine.pull()).toMatchObject({ counts: { created: 0 }, skips: { erased: 1 } });
    expect(await engine.contacts.unsuppress({ keys: { email: 'ADA@example.com' } })).toBe(1);
  });

  it.each([1, 2, 3, 4, 5, 6])('is made once by two workers, in the order of seed %i (R19)', async (seed) => {
    const { crm, engine, engineOf, store } = await withAda();
    const bob = crm.add('Contact', { LastName: 'Bob', Email: 'bob@example.com' }).id;
    const twin = crm.add('Contact', { LastName: 'Bob', Email: 'BOB@example.com' }).id;
    const turns = takingTurns(seed);
    const pull = async (id: string): Promise<void> =>
      void (await engineOf({ store: storeAround(withoutLeases(store), turns.around) }).pull({ records: [{ object: 'Contact', id }] }));
    await turns.run(
      () => pull(bob),
      () => pull(twin),
    );
    expect((await engine.contacts.list()).filter(({ id }) => id !== 'ada')).toHaveLength(1);
    expect(await engine.contacts.ambiguous()).toHaveLength(1);
  });
});
