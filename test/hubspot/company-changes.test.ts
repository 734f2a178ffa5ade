import { describe, expect, it } from 'vitest';
import { hasMoved } from '../../src/connectors/hubspot/read/company-changes.ts';
import type { Json } from '../../src/core/values/value.ts';
import { hubspot } from '../../src/hubspot.ts';
import type { Call, Fetched, ReadQuery, RequestSeen } from '../../src/ports/connector.ts';
import { type FakeHubSpotOptions, fakeHubSpot } from '../../src/testing/hubspot/fake-hubspot.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { companies, connect, contacts, found, NOW, pagesOf, refused } from './scripted.ts';

const HOUR = 3_600_000;
const query = (from: Json | null, more: Partial<ReadQuery> = {}): ReadQuery => ({
  object: 'contacts',
  fields: ['company.name', 'firstname'],
  filter: null,
  from,
  ...more,
});

async function open(options: FakeHubSpotOptions = {}) {
  const clock = manualClock('2026-11-01T12:00:00Z');
  const crm = fakeHubSpot({ clock, tokenSeconds: 1e9, burstLimit: 1e6, ...options });
  const requests: RequestSeen[] = [];
  const call: Call = { signal: new AbortController().signal, now: () => clock.now(), onRequest: (request) => requests.push(request) };
  const connector = hubspot({ ...crm.options, random: () => 0 });
  const employ = (company: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => {
      const { id } = crm.add('contacts', { firstname: `N${index}` });
      crm.associate(id, company, 'Primary');
      return id;
    });
  /** Reads everything there is, long after it was made. Then half an hour passes. */
  const checkpoint = async (): Promise<Json> => {
    clock.advance(HOUR);
    const { checkpoint: end } = (await pagesOf(connector.read(query(null), call))).at(-1)!;
    clock.advance(HOUR / 2);
    requests.length = 0;
    return end;
  };
  return { clock, crm, call, connector, requests, employ, checkpoint };
}
const namesOf = (records: readonly Fetched[]) =>
  Object.fromEntries(records.map((record) => [record.id, record.state === 'present' ? record.values['company.name'] : record.state]));

describe('a company that was renamed', () => {
  it('reaches its contacts, whose own stamps have not moved, and nobody else', async () => {
    const { crm, call, connector, employ, checkpoint } = await open();
    const [acme, other] = [crm.add('companies', { name: 'Acme' }).id, crm.add('companies', { name: 'Other' }).id];
    const staff = employ(acme, 3);
    employ(other, 2);
    const from = await checkpoint();
    crm.edit(acme, { name: 'Acme Corp' });
    const pages = await pagesOf(connector.read(query(from), call));
    expect(namesOf(pages.flatMap(({ records }) => records))).toEqual(Object.fromEntries(staff.map((id) => [id, 'Acme Corp'])));
  });

  it('of more contacts than a page holds reaches all of them, wherever the read is stopped and goes on', async () => {
    const { crm, clock, call, connector, employ, checkpoint } = await open({ pageSizeMax: 2 });
    const firms = Array.from({ length: 5 }, (_, index) => crm.add('companies', { name: `Firm ${index}` }).id);
    const staff = firms.flatMap((id) => employ(id, 120));
    let from = await checkpoint();
    for (const [index, id] of firms.entries()) crm.edit(id, { name: `Company ${index}` });
    const seen: Fetched[] = [];
    let pages = 0;
    for (let last = false; !last; pages += 1) {
      for await (const page of connector.read(query(from), call)) {
        seen.push(...page.records);
        from = JSON.parse(JSON.stringify(page.checkpoint)) as Json;
        last = page.last;
        break; // a process that is killed after every page
      }
      clock.advance(1_000);
    }
    expect(Object.keys(namesOf(seen)).sort()).toEqual([...staff].sort());
    expect(new Set(Object.values(namesOf(seen)))).toEqual(new Set(firms.map((_, index) => `Company ${index}`)));
    expect(pages).toBeGreaterThan(5);
    expect(from).toMatchObject({ mode: 'changes', afterId: null });
    expect(from).not.toHaveProperty('company');
  });

  it('while the index lags, or with a late commit, is found by a later read within the overlap', async () => {
    const { crm, clock, call, connector, employ, checkpoint } = await open({ indexLagMs: 30_000 });
    const acme = crm.add('companies', { name: 'Acme' }).id;
    const [ann] = employ(acme, 1);
    let from = await checkpoint();
    crm.edit(acme, { name: 'Acme Corp' }, { commitDelayMs: 120_000 });
    const names: unknown[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const pages = await pagesOf(connector.read(query(from), call));
      names.push(namesOf(pages.flatMap(({ records }) => records))[ann!]);
      from = pages.at(-1)!.checkpoint;
      clock.advance(100_000);
    }
    expect(names).toEqual([undefined, undefined, 'Acme Corp', 'Acme Corp']); // found at 150 s, and read again within the overlap
  });

  it('is followed through a merge: the survivor is another record', async () => {
    const { crm, call, connector, employ, checkpoint } = await open();
    const [acme, globex] = [crm.add('companies', { name: 'Acme' }).id, crm.add('companies', { name: 'Globex' }).id];
    const [ann] = employ(acme, 1);
    const [bea] = employ(globex, 1);
    const from = await checkpoint();
    crm.merge(acme, globex);
    const pages = await pagesOf(connector.read(query(from), call));
    expect(namesOf(pages.flatMap(({ records }) => records))).toEqual({ [ann!]: 'Acme', [bea!]: 'Acme' });
  });

  it('reaches deals that map its name, too', async () => {
    const { crm, call, connector, clock } = await open();
    const acme = crm.add('companies', { name: 'Acme' }).id;
    const deal = crm.add('deals', { dealname: 'Big' }).id;
    crm.associate(deal, acme, 'Primary');
    const ofDeals = (from: Json | null) => query(from, { object: 'deals', fields: ['dealname', 'company.name'] });
    const first = await pagesOf(connector.read(ofDeals(null), call));
    clock.advance(HOUR);
    crm.edit(acme, { name: 'Acme Corp' });
    const pages = await pagesOf(connector.read(ofDeals(first.at(-1)!.checkpoint), call));
    expect(namesOf(pages.flatMap(({ records }) => records))).toEqual({ [deal]: 'Acme Corp' });
  });
});

describe('a contact that comes to another company', () => {
  it('has a change of its own, and so has one that loses its company', async () => {
    const { crm, call, connector, employ, checkpoint } = await open();
    const [acme, globex] = [crm.add('companies', { name: 'Acme' }).id, crm.add('companies', { name: 'Globex' }).id];
    const [ann, bea] = employ(acme, 2);
    const from = await checkpoint();
    crm.associate(ann!, globex, 'Primary');
    crm.dissociate(bea!, acme);
    const pages = await pagesOf(connector.read(query(from), call));
    expect(namesOf(pages.flatMap(({ records }) => records))).toMatchObject({ [ann!]: 'Globex', [bea!]: null });
  });
});

describe('what it costs', () => {
  const operations = (requests: readonly RequestSeen[]) => requests.map(({ operation }) => operation);

  it('a quiet account: one search for each object that is involved', async () => {
    const { call, connector, requests, employ, crm, checkpoint } = await open();
    employ(crm.add('companies', { name: 'Acme' }).id, 3);
    const from = await checkpoint();
    const pages = await pagesOf(connector.read(query(from), call));
    expect(operations(requests)).toEqual(['POST /crm/objects/{object}/search', 'POST /crm/objects/{object}/search']);
    expect(pages).toHaveLength(1);
  });

  it('a company whose stamp moved with an activity alone: its contacts are not read again', async () => {
    const { call, connector, requests, employ, crm, checkpoint } = await open();
    const acme = crm.add('companies', { name: 'Acme' }).id;
    employ(acme, 150);
    const from = await checkpoint();
    const logged = crm.add('calls', { hs_call_title: 'Call' }).id;
    crm.associate(logged, acme);
    const pages = await pagesOf(connector.read(query(from), call));
    expect(pages.flatMap(({ records }) => records)).toEqual([]);
    expect(operations(requests)).toEqual([
      'POST /crm/objects/{object}/search',
      'POST /crm/objects/{object}/search',
      'POST /crm/objects/{object}/batch/read',
    ]);
  });

  it('a mapping without the company: nothing', async () => {
    const { call, connector, requests, checkpoint } = await open();
    const from = await checkpoint();
    await pagesOf(connector.read(query(from, { fields: ['firstname'] }), call));
    expect(requests).toHaveLength(1);
  });
});

describe('companies that the app may not search', () => {
  it('are no failure: their properties are absent anyway', async () => {
    const from = { version: 1, mode: 'changes', since: new Date(NOW - HOUR).toISOString(), startedAt: null, afterId: null };
    const { connector, call } = connect({}, contacts(), companies(), found(), refused(403, 'MISSING_SCOPES'));
    const pages = await pagesOf(connector.read(query(from), call));
    expect(pages.map(({ last, records }) => [last, records.length])).toEqual([[true, 0]]);
  });
});

describe('hasMoved', () => {
  const since = Date.parse('2026-11-01T12:00:00Z');
  const row = (name: string | null, timestamps: readonly unknown[] | null, merged: string | null = null) => ({
    id: '1',
    properties: { name, hs_merged_object_ids: merged },
    ...(timestamps === null ? {} : { propertiesWithHistory: { name: timestamps.map((timestamp) => ({ timestamp })) } }),
  });
  it.each([
    ['changed since', row('Acme', ['2026-11-01T12:00:00Z', '2026-10-01T12:00:00Z']), true],
    ['cleared since', row('', ['2026-11-01T13:00:00.000Z']), true],
    ['changed before', row('Acme', ['2026-11-01T11:59:59.999Z']), false],
    ['never set', row(null, []), false],
    ['a value without a history', row('Acme', []), true],
    ['no history in the answer', row('Acme', null), true],
    ['a time that can not be read', row('Acme', ['soon']), true],
    ['changed before, and merged', row('Acme', ['2026-10-01T12:00:00Z'], '7;8'), true],
  ])('%s', (_, company, moved) => expect(hasMoved(company as never, ['name'], since)).toBe(moved));
});
