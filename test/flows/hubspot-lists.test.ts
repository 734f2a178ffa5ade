import { CrmSyncEngine, defineContactSchema, defineMapping } from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { type FakeHubSpotOptions, fakeHubSpot, manualClock, memoryStore } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';

const MINUTE = 60_000;
const schema = defineContactSchema({});
const mapping = defineMapping(schema, {
  crmObject: 'contacts',
  filter: { field: 'lists.list_611', eq: true },
  fields: [
    { crm: 'phone', field: 'phone_number', direction: 'inbound' },
    { crm: 'firstname', field: 'first_name', direction: 'both' },
  ],
});

function deployment(portal: FakeHubSpotOptions = {}) {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = fakeHubSpot({ clock, ...portal });
  const [ann, bea] = ['Ann', 'Bea'].map((firstname, index) => crm.add('contacts', { firstname, phone: `+1415555010${index}` }).id);
  const list = crm.addList({ name: 'VIP', members: [ann!] });
  const connector = hubspot({ ...crm.options, clock });
  const engine = new CrmSyncEngine({
    workspace: 'acme',
    connection: 'acme-hubspot',
    schema,
    mappings: [mapping],
    store: memoryStore({ clock }),
    connector,
    clock,
  });
  const names = async () => (await engine.contacts.list({ page: { limit: 10 } })).map(({ fields }) => fields.first_name);
  clock.advance(15 * MINUTE);
  return { clock, crm, engine, ann: ann!, bea: bea!, list, names };
}

describe('a mapping that is filtered by a HubSpot list', () => {
  it('imports its members only, and who joins later with the next pull', async () => {
    const { clock, crm, engine, bea, list, names } = deployment();
    expect(await engine.pull()).toMatchObject({ status: 'done', counts: { processed: 2, created: 1 } });
    expect(await names()).toEqual(['Ann']);
    clock.advance(15 * MINUTE);
    crm.changeList(list, { add: [bea] });
    expect((await engine.pull()).counts).toMatchObject({ created: 1, failed: 0 });
    expect(new Set(await names())).toEqual(new Set(['Ann', 'Bea']));
    clock.advance(15 * MINUTE);
    expect((await engine.pull()).counts).toMatchObject({ created: 0, updated: 0, failed: 0 });
  });

  it('lets go of a record that has left the list with the next pull, and sends nothing to it', async () => {
    const { clock, crm, engine, ann, list } = deployment();
    await engine.pull();
    const [contact] = await engine.contacts.list({ page: { limit: 1 } });
    crm.changeList(list, { remove: [ann] });
    clock.advance(15 * MINUTE);
    await engine.pull();
    expect((await engine.contacts.get(contact?.id ?? ''))?.links).toMatchObject([{ recordId: ann, state: 'left_filter' }]);
    await engine.contacts.update(contact?.id ?? '', { first_name: 'Anna' }, { by: 'test' });
    const writes = crm.calls.length;
    await engine.push();
    expect(crm.calls.slice(writes).filter(({ operation }) => operation.startsWith('update'))).toEqual([]);
    expect(crm.record(ann).properties['firstname']).toBe('Ann');
  });

  it('whose list was deleted stops, and leaves every link as it is', async () => {
    const { clock, crm, engine, ann, list } = deployment();
    await engine.pull();
    crm.removeList(list);
    clock.advance(15 * MINUTE);
    await expect(engine.pull()).rejects.toMatchObject({ code: 'list_not_found' });
    await expect(engine.pull({ full: true })).rejects.toMatchObject({ code: 'list_not_found' });
    const [contact] = await engine.contacts.list({ page: { limit: 1 } });
    expect(contact).toMatchObject({ fields: { first_name: 'Ann' }, links: [{ recordId: ann, state: 'active' }] });
  });

  it('imports nobody where the app may not read lists', async () => {
    const { engine, names } = deployment({ scopes: ['oauth', 'crm.objects.contacts.read'] });
    await expect(engine.pull()).rejects.toMatchObject({ code: 'missing_scopes', category: 'permission' });
    expect(await names()).toEqual([]);
  });
});

describe('what a list costs', () => {
  it('grows with pages of its members where something has changed, and is a few calls where nothing has', async () => {
    const { clock, crm, engine, list } = deployment();
    const ids = Array.from(
      { length: 1_000 },
      (_, index) => crm.add('contacts', { firstname: 'Member', phone: `+1212555${1_000 + index}` }).id,
    );
    crm.changeList(list, { add: ids });
    clock.advance(60 * MINUTE);
    await engine.pull();
    const callsOf = async (): Promise<number> => {
      clock.advance(45 * MINUTE);
      const before = crm.calls.length;
      await engine.pull();
      return crm.calls.length - before;
    };
    await callsOf();
    expect(await callsOf()).toBeLessThanOrEqual(8);
    crm.changeList(list, { remove: ids.slice(0, 1) });
    expect(await callsOf()).toBeLessThanOrEqual(16);
  });
});
