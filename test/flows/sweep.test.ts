import { CrmSyncEngine, defineContactSchema, defineMapping } from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { fakeHubSpot, manualClock, memoryStore } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { connectorAround, dying } from './harness.ts';

const HOUR = 3_600_000;
const PEOPLE = 250;
const schema = defineContactSchema({ email: { type: 'string' } });
const mapping = defineMapping(schema, {
  crmObject: 'contacts',
  fields: [
    { crm: 'phone', field: 'phone_number', direction: 'inbound' },
    { crm: 'email', field: 'email', direction: 'both' },
  ],
});

/** HubSpot's reads never tell of archived records. */
function imported() {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = fakeHubSpot({ clock });
  const store = memoryStore({ clock });
  const ids = Array.from({ length: PEOPLE }, (_, index) => crm.add('contacts', { phone: `+1415555${1_000 + index}` }).id);
  const connectorOf = () => hubspot({ ...crm.options, clock });
  let number = 0;
  // In the order in which they are made: links are verified in the order of their contacts.
  const nextId = () => {
    number += 1;
    return `id-${String(number).padStart(6, '0')}`;
  };
  const engineOf = (connector = connectorOf()) =>
    new CrmSyncEngine({ workspace: 'acme', connection: 'hub', schema, mappings: [mapping], store, connector, clock, ids: nextId });
  const states = async () => {
    const rows = await store.bind({ workspace: 'acme', connection: 'hub' }).load({ records: { object: 'contacts', ids } });
    return Object.fromEntries(rows.flatMap(({ links }) => links.map(({ recordId, state }) => [recordId, state])));
  };
  return { clock, crm, ids, connectorOf, engineOf, states };
}

describe('a full read verifies the links that are known', () => {
  it('finds archived records, which no read tells of, and leaves the others alone', async () => {
    const { clock, crm, ids, engineOf, states } = imported();
    await engineOf().pull();
    clock.advance(HOUR);
    crm.remove(ids[3] as string);
    crm.remove(ids[249] as string);
    expect((await engineOf().pull()).counts).toMatchObject({ updated: 0 });
    clock.advance(HOUR);
    const run = await engineOf().pull({ full: true });
    expect(run.counts).toMatchObject({ unchanged: PEOPLE - 2, updated: 2, failed: 0 });
    const after = await states();
    expect(ids.filter((id) => after[id] === 'tombstone')).toEqual([ids[3], ids[249]]);
    expect(ids.filter((id) => after[id] === 'active')).toHaveLength(PEOPLE - 2);
    const again = await engineOf().pull({ full: true });
    expect(again.counts).toMatchObject({ unchanged: PEOPLE - 2, updated: 0 });
  });

  it('stops writing to records that it merely does not see, and goes on with them once it does', async () => {
    const { clock, crm, ids, connectorOf, engineOf, states } = imported();
    await engineOf().pull();
    clock.advance(HOUR);
    const blind = connectorOf();
    await engineOf({ ...blind, fetch: async ({ ids: asked }) => asked.map((id) => ({ state: 'missing', id })) }).pull({ full: true });
    expect(new Set(Object.values(await states()))).toEqual(new Set(['missing']));
    const [one] = await engineOf().contacts.list();
    await engineOf().contacts.update(one?.id ?? '', { email: 'ann@example.com' }, { by: 'test' });
    expect((await engineOf().push({ createMissing: true })).counts).toMatchObject({ processed: 0 });
    clock.advance(HOUR);
    await engineOf().pull({ full: true });
    expect(new Set(Object.values(await states()))).toEqual(new Set(['active']));
    await engineOf().push();
    expect(crm.list('contacts').filter(({ properties }) => properties['email'] === 'ann@example.com')).toHaveLength(1);
    expect(crm.list('contacts')).toHaveLength(ids.length);
  });

  it('asks once more for what an answer left out, and is then content with not seeing it', async () => {
    const { clock, connectorOf, engineOf, states } = imported();
    await engineOf().pull();
    clock.advance(HOUR);
    const seeing = connectorOf();
    const blind: typeof seeing = { ...seeing, fetch: async ({ ids: asked }) => asked.map((id) => ({ state: 'missing', id })) };
    await engineOf(blind).pull({ full: true });
    clock.advance(HOUR);
    await engineOf().pull();
    expect(new Set(Object.values(await states()))).toEqual(new Set(['active']));

    clock.advance(HOUR);
    await engineOf(blind).pull({ full: true });
    clock.advance(HOUR);
    await engineOf(blind).pull();
    clock.advance(25 * HOUR);
    const fetched: string[] = [];
    const listening: typeof seeing = {
      ...seeing,
      fetch: (query, call) => {
        fetched.push(...query.ids);
        return seeing.fetch(query, call);
      },
    };
    await engineOf(listening).pull();
    expect(fetched).toEqual([]);
    expect(new Set(Object.values(await states()))).toEqual(new Set(['missing']));
  });

  it('is no part of a first import, nor of a pull of changes', async () => {
    const { crm, engineOf } = imported();
    await engineOf().pull();
    const reads = () => crm.calls.filter(({ operation }) => operation.includes('batch')).length;
    expect(reads()).toBe(0);
    await engineOf().pull();
    expect(reads()).toBe(0);
  });

  it('goes on where it was killed, whichever pull comes next', async () => {
    const { clock, crm, ids, connectorOf, engineOf, states } = imported();
    await engineOf().pull();
    clock.advance(HOUR);
    for (const index of [3, 120, 249]) crm.remove(ids[index] as string);
    const { around, isDead } = dying(7, 'after'); // account, describe, three list pages, the first look at links, the second
    await engineOf(connectorAround(connectorOf(), around))
      .pull({ full: true })
      .catch(() => undefined);
    expect(isDead()).toBe(true);
    expect(Object.values(await states()).filter((state) => state === 'tombstone').length).toBeLessThan(3);
    clock.advance(HOUR);
    await engineOf().pull();
    expect(Object.values(await states()).filter((state) => state === 'tombstone')).toHaveLength(3);
  });
});
