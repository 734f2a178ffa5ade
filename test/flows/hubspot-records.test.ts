import { CrmSyncEngine, defineContactSchema, defineMapping } from 'crm-sync-engine';
import { type HubSpotOptions, hubspot } from 'crm-sync-engine/hubspot';
import { type FakeHubSpotOptions, fakeHubSpot, manualClock, memoryStore } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';

const MINUTE = 60_000;
const schema = defineContactSchema({ email: { type: 'string' }, job: { type: 'string' }, score: { type: 'number' } });
const mapping = defineMapping(schema, {
  crmObject: 'contacts',
  fields: [
    { crm: 'phone', field: 'phone_number', direction: 'inbound' },
    { crm: 'firstname', field: 'first_name', direction: 'inbound' },
    { crm: 'email', field: 'email', direction: 'both' },
    { crm: 'jobtitle', field: 'job', direction: 'outbound' },
  ],
});

function deployment(
  portal: FakeHubSpotOptions = {},
  { mappings = [mapping], ...options }: Partial<HubSpotOptions> & { readonly mappings?: readonly (typeof mapping)[] } = {},
) {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = fakeHubSpot({ clock, burstLimit: 10_000, ...portal });
  const engine = new CrmSyncEngine({
    workspace: 'acme',
    connection: 'acme-hubspot',
    schema,
    mappings,
    defaultCountry: 'US',
    store: memoryStore({ clock }),
    connector: hubspot({ ...crm.options, clock, ...options }),
    clock,
  });
  const add = (index: number, more: Record<string, unknown> = {}) =>
    crm.add('contacts', { firstname: `N${index}`, phone: `+1415555${String(1_000 + index)}`, ...more }).id;
  const contactOf = async (phone: string) => (await engine.contacts.byPhone(phone)).contact;
  const operations = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    const before = crm.calls.length;
    await work();
    return crm.calls.slice(before).flatMap(({ operation }) => (operation === 'token' ? [] : [operation]));
  };
  return { clock, crm, engine, add, contactOf, operations };
}

const MERGES: Record<string, FakeHubSpotOptions> = {
  'gives the survivor a new id': {},
  'keeps the id of the primary record': { mergeKeepsPrimaryId: true },
  'answers 404 for ids that were merged away': { mergedIdsResolve: false },
  'has an index that lags': { indexLagMs: 30_000 },
};

describe.each(Object.keys(MERGES))('two contacts that were merged, in a portal that %s', (name) => {
  it.each([false, true])('are followed to the survivor (full read: %s)', async (full) => {
    const { clock, crm, engine, add, contactOf } = deployment(MERGES[name]);
    const [ann, bea] = [add(1), add(2)];
    clock.advance(15 * MINUTE);
    await engine.pull();
    const survivor = crm.merge(ann, bea).id;
    clock.advance(15 * MINUTE);
    expect((await engine.pull({ full })).status).toBe('done');
    const links = (await Promise.all(['+14155551001', '+14155551002'].map(contactOf))).flatMap((contact) => contact?.links ?? []);
    expect(links.filter(({ state }) => state === 'active').map(({ recordId }) => recordId)).toEqual([survivor]);
  });
});

describe('a contact that was archived', () => {
  it.each(['webhook', 'push', 'full'] as const)('is noticed (%s); its contact stays', async (by) => {
    const { clock, crm, engine, add, contactOf } = deployment();
    const ann = add(1);
    await engine.pull();
    const { id = '' } = (await contactOf('+14155551001')) ?? {};
    crm.remove(ann);
    clock.advance(15 * MINUTE);
    if (by === 'webhook') await engine.pull({ records: [{ object: 'contacts', id: ann }] });
    else if (by === 'full') await engine.pull({ full: true });
    else {
      await engine.contacts.update(id, { job: 'CTO' }, { by: 'test' });
      await engine.push();
    }
    expect(await contactOf('+14155551001')).toMatchObject({ id, links: [{ state: 'tombstone' }] });
  });
});

describe('what can not be written', () => {
  const readOnly = defineMapping(schema, {
    crmObject: 'contacts',
    fields: [
      { crm: 'phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'hs_email_domain', field: 'email', direction: 'outbound' },
      { crm: 'no_such_property', field: 'job', direction: 'outbound' },
    ],
  });
  it('is found before anything is sent: properties that HubSpot fills itself, and such as it has not', async () => {
    const { engine, crm, add, contactOf, operations } = deployment({}, { mappings: [readOnly as unknown as typeof mapping] });
    const ann = add(1);
    const pulled = await engine.pull();
    expect(pulled.notes.map(({ code }) => code).sort()).toEqual(['field_not_visible', 'read_only']);
    const contact = await contactOf('+14155551001');
    await engine.contacts.update(contact?.id ?? '', { email: 'ann@example.com', job: 'CTO' }, { by: 'test' });
    expect((await operations(() => engine.push())).filter((operation) => operation.startsWith('update'))).toEqual([]);
    expect(crm.record(ann).properties['jobtitle']).toBeNull();
  });
  it('since the portal requires another property is told by its name, where the version of the API minds it', async () => {
    const rules = { conditionallyRequired: { contacts: [{ property: 'jobtitle', values: ['CTO'], requires: ['website'] }] } };
    const push = async (options: Partial<HubSpotOptions>) => {
      const { engine, add, contactOf } = deployment(rules, options);
      add(1);
      await engine.pull();
      const contact = await contactOf('+14155551001');
      await engine.contacts.update(contact?.id ?? '', { job: 'CTO' }, { by: 'test' });
      return engine.push();
    };
    expect((await push({})).errors).toMatchObject([{ code: 'required_field_missing', remedy: expect.stringContaining('`website`') }]);
    expect((await push({ apiVersion: '2026-03' })).errors).toEqual([]);
  });
  it('since another contact has the address, also as a further one, is refused with the record that has it', async () => {
    const { clock, crm, engine, add, contactOf } = deployment();
    add(1, { email: 'ann@example.com' });
    const bea = add(2, { email: 'bea@example.com', hs_additional_emails: 'b.lee@example.com' });
    await engine.pull();
    clock.advance(MINUTE);
    const contact = await contactOf('+14155551001');
    await engine.contacts.update(contact?.id ?? '', { email: 'b.lee@example.com', job: 'CTO' }, { by: 'test' });
    const run = await engine.push();
    expect(run.errors).toMatchObject([{ code: 'duplicate' }]);
    expect(JSON.stringify(run.errors)).not.toContain('b.lee');
    expect(crm.record(bea).properties['email']).toBe('bea@example.com');
  });
});

describe('a value that was cleared here', () => {
  it('is cleared in HubSpot, which then tells it as the empty text, and moves nothing', async () => {
    const { clock, crm, engine, add, contactOf, operations } = deployment();
    const ann = add(1, { email: 'ann@example.com' });
    await engine.pull();
    clock.advance(MINUTE);
    const contact = await contactOf('+14155551001');
    await engine.contacts.update(contact?.id ?? '', { email: null }, { by: 'test' });
    expect((await engine.push()).counts).toMatchObject({ updated: 1 });
    expect(crm.record(ann).properties['email']).toBe('');
    clock.advance(MINUTE);
    expect((await engine.pull()).counts).toMatchObject({ updated: 0, failed: 0 });
    expect(await operations(() => engine.push())).toEqual([]);
  });
});

describe('what a run costs on HubSpot (P9)', () => {
  it('a pull that finds nothing new is one call; 1,000 changes are 10 batch writes', async () => {
    const { clock, engine, add, operations } = deployment({ searchLimit: 1_000 });
    for (let index = 0; index < 1_000; index += 1) add(index);
    clock.advance(15 * MINUTE);
    await engine.pull();
    clock.advance(MINUTE);
    expect(await operations(() => engine.pull())).toEqual(['search contacts']);
    for (const { id } of await engine.contacts.list({ page: { limit: 1_000 } }))
      await engine.contacts.update(id, { job: 'CTO' }, { by: 'test' });
    const writes = await operations(async () => {
      expect((await engine.push()).counts).toMatchObject({ processed: 1_000, updated: 1_000 });
    });
    expect(writes).toEqual(Array.from({ length: 10 }, () => 'update contacts'));
  });
});
