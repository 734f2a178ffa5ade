import { describe, expect, it } from 'vitest';
import { salesforce } from '../../src/connectors/salesforce/index.ts';
import type { Json } from '../../src/core/values/value.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { fakeSalesforce } from '../../src/testing/salesforce/fake-salesforce.ts';
import { connect, contact, described, ID, json, NOW, pagesOf, refused } from './scripted.ts';

const [C1, C2] = ID.contact;
const HOUR = 3_600_000;
const MINUTE = 60_000;
const iso = (millis: number) => new Date(millis).toISOString();
const wire = (millis: number) => iso(millis).replace('Z', '+0000');
const since = (millis: number, more: object = {}) =>
  ({ version: 1, mode: 'changes', since: iso(millis), startedAt: null, afterStamp: null, afterId: null, ...more }) as Json;
const query = (fields: readonly string[], from: Json | null = since(NOW - HOUR)) => ({ object: 'Contact', fields, filter: null, from });
const parent = (fields: Record<string, string | object> = { Name: 'string' }) => described('Account', fields);
const owned = { OwnerId: { type: 'reference', relationshipName: 'Owner', referenceTo: ['User'] } };
const child = (Id: string, stamp: number, Name = 'Acme') => ({
  Id,
  SystemModstamp: wire(NOW - 30 * HOUR),
  IsDeleted: false,
  AccountId: ID.account,
  Account: { Name, SystemModstamp: wire(stamp) },
});
const page = (next: string | null, ...records: object[]) =>
  json({ done: next === null, records, ...(next === null ? {} : { nextRecordsUrl: `/services/data/v66.0/query/${next}` }) });

describe('a read of changes of which a parent has fields', () => {
  it('asks for the children of changed parents afterwards: present ones whose own changes were not read before', async () => {
    const { connector, seen, call } = connect({}, contact(), parent(), page(null), page(null, child(C1, NOW)));
    const pages = await pagesOf(connector.read(query(['Account.Name']), call));
    expect(seen.slice(2).map(({ path }) => path.split('/').at(-1))).toEqual(['queryAll', 'query']);
    expect(seen[3]!.q).toMatch(
      /, Account\.SystemModstamp FROM Contact WHERE Account\.SystemModstamp >= 2026-05-01T10:50:00Z AND SystemModstamp < 2026-05-01T10:50:00Z ORDER BY Account\.SystemModstamp ASC, Id ASC$/,
    );
    expect(pages.map(({ records, last }) => [records.length, last])).toEqual([
      [0, false],
      [1, true],
    ]);
    expect(pages[0]!.checkpoint).toEqual({ ...(since(NOW - HOUR) as object), startedAt: iso(NOW), parent: 'Account' });
    expect(pages[1]!.checkpoint).toEqual(since(NOW));
    expect(pages[1]!.records).toMatchObject([{ id: C1, state: 'present', values: { 'Account.Name': 'Acme' } }]);
  });

  it('costs one request more for each parent, and none for a parent of several kinds', async () => {
    const account = parent({ Name: 'string', Industry: 'string', ...owned });
    const user = described('User', { Name: 'string', LastModifiedDate: 'datetime' });
    const { connector, seen, call } = connect({}, contact(), account, user, page(null), page(null), page(null));
    const pages = await pagesOf(connector.read(query(['Account.Name', 'Account.Industry', 'Account.Owner.Name', 'Owner.Name']), call));
    expect(pages).toHaveLength(3);
    expect(seen.slice(3).map(({ q }) => / WHERE (\S+)/.exec(q)?.[1])).toEqual([
      'SystemModstamp',
      'Account.SystemModstamp',
      'Account.Owner.LastModifiedDate', // a user's other stamp may move with a login
    ]);
  });

  it('goes on within a parent by its stamp and the id, after a kill and after a cursor that died', async () => {
    const from = since(NOW - HOUR, { startedAt: iso(NOW - MINUTE), afterStamp: iso(NOW - 5 * MINUTE), afterId: C1, parent: 'Account' });
    const script = [page('0r8A-1', child(C1, NOW - 4 * MINUTE)), refused('INVALID_QUERY_LOCATOR'), page(null, child(C2, NOW - 4 * MINUTE))];
    const { connector, seen, call } = connect({}, contact(), parent(), ...script);
    const pages = await pagesOf(connector.read(query(['Account.Name'], from), call));
    expect(seen[2]!.q).toContain(
      `WHERE (Account.SystemModstamp > 2026-05-01T11:55:00Z OR (Account.SystemModstamp = 2026-05-01T11:55:00Z AND Id > '${C1}'))`,
    );
    expect(seen[4]!.q).toContain(`Account.SystemModstamp = 2026-05-01T11:56:00Z AND Id > '${C1}'`);
    expect(pages.at(-1)!.checkpoint).toEqual(since(NOW - MINUTE)); // where the whole read began
  });

  it('halves a window of the parent that takes too long', async () => {
    const from = since(NOW - 4 * HOUR, { parent: 'Account' });
    const { connector, seen, call } = connect({ overlapMs: 0 }, contact(), parent(), refused('QUERY_TIMEOUT'), page(null), page(null));
    const pages = await pagesOf(connector.read(query(['Account.Name'], from), call));
    expect(seen[3]!.q).toContain('Account.SystemModstamp >= 2026-05-01T08:00:00Z AND Account.SystemModstamp < 2026-05-01T10:00:00Z');
    expect(pages.map(({ last }) => last)).toEqual([false, true]);
  });

  it('reads all changes again where the parent that it stood at is hidden by now', async () => {
    const from = since(NOW - HOUR, { startedAt: iso(NOW), afterStamp: iso(NOW), afterId: C1, parent: 'Account' });
    const { connector, seen, call } = connect({}, contact(), refused('NOT_FOUND', 404), page(null));
    const pages = await pagesOf(connector.read(query(['Account.Name'], from), call));
    expect(seen[2]!.q).toMatch(/WHERE SystemModstamp >= 2026-05-01T10:50:00Z ORDER BY SystemModstamp/);
    expect(pages).toMatchObject([{ last: true }]);
  });

  it('goes on without a parent whose changes Salesforce can not tell: it must not stop all other changes', async () => {
    const user = described('User', { Name: 'string', LastModifiedDate: 'datetime' });
    const account = parent({ Name: 'string', ...owned });
    const script = [page(null, child(C1, NOW)), refused('MALFORMED_QUERY'), refused('MALFORMED_QUERY')];
    const { connector, seen, call } = connect({}, contact(), account, user, ...script);
    const pages = await pagesOf(connector.read(query(['Account.Name', 'Account.Owner.Name']), call));
    expect(seen).toHaveLength(6);
    expect(pages.map(({ records, last }) => [records.length, last])).toEqual([
      [1, false],
      [0, true],
    ]);
    expect(pages[1]!.checkpoint).toEqual(since(NOW));
  });

  it('fails where Salesforce may tell them later, and goes on from there', async () => {
    const timeouts = Array.from({ length: 20 }, () => refused('QUERY_TIMEOUT'));
    const { connector, call } = connect({}, contact(), parent(), page(null, child(C1, NOW)), ...timeouts);
    const read = connector.read(query(['Account.Name']), call)[Symbol.asyncIterator]();
    expect((await read.next()).value).toMatchObject({ checkpoint: { parent: 'Account' } });
    await expect(read.next()).rejects.toMatchObject({ code: 'query_timeout', retryable: true });
  });

  it('asks for no parent in the first read: whatever changes meanwhile comes with the changes', async () => {
    const { connector, seen, call } = connect({}, contact(), parent(), page(null));
    await pagesOf(connector.read(query(['Account.Name'], null), call));
    expect(seen).toHaveLength(3);
  });

  it.each(["x' OR Id != '", 'Account.', '', 'Account;'])('takes no checkpoint with the parent %s', async (path) => {
    const { connector, call } = connect({});
    await expect(pagesOf(connector.read(query([], since(NOW, { parent: path })), call))).rejects.toMatchObject({
      code: 'invalid_checkpoint',
    });
  });
});

describe('5 renamed accounts with 40 contacts', () => {
  const org = () => {
    const clock = manualClock('2026-05-01T12:00:00Z');
    const crm = fakeSalesforce({ clock, pageSizeMax: 7 });
    const accounts = Array.from({ length: 5 }, (_, index) => crm.add('Account', { Name: `Account ${index}` }).id);
    for (let index = 0; index < 40; index += 1)
      crm.add('Contact', { LastName: `Lee ${index}`, Title: `${index}`, AccountId: accounts[index % 5] as string });
    const connector = salesforce({ ...crm.options, clock });
    const call = { signal: new AbortController().signal, now: () => clock.now() };
    const read = (from: Json | null) => connector.read({ object: 'Contact', fields: ['Title', 'Account.Name'], filter: null, from }, call);
    return { clock, crm, accounts, read };
  };

  it.each(Array.from({ length: 8 }, (_, index) => index))('reach every contact, with a kill after %d pages', async (kill) => {
    const { clock, crm, accounts, read } = org();
    let from = (await pagesOf(read(null))).at(-1)!.checkpoint;
    clock.advance(HOUR);
    for (const [index, id] of accounts.entries()) crm.edit(id, { Name: `Renamed ${index}` });
    crm.edit(crm.list('Contact')[3]!.id, { Title: 'Edited' });
    clock.advance(20 * MINUTE);
    const names = new Map<string, unknown>();
    for (const stop of [kill, Number.POSITIVE_INFINITY]) {
      let pages = 0;
      for await (const { records, checkpoint } of read(from)) {
        if (pages === stop) break;
        pages += 1;
        from = JSON.parse(JSON.stringify(checkpoint)) as Json;
        for (const record of records) if (record.state === 'present') names.set(record.id, record.values['Account.Name']);
      }
    }
    expect(names.size).toBe(40);
    expect([...names.values()].every((name) => String(name).startsWith('Renamed'))).toBe(true);
    clock.advance(HOUR);
    expect((await pagesOf(read(from))).flatMap(({ records }) => records)).toEqual([]);
  });
});
