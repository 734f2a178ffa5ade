import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../src/testing/manual-clock.ts';
import { fakeSalesforce } from '../../../src/testing/salesforce/fake-salesforce.ts';
import { apiOf } from './api.ts';

const filled = (count: number, options: Parameters<typeof fakeSalesforce>[0] = {}) => {
  const crm = fakeSalesforce(options);
  const ids = Array.from({ length: count }, (_, index) => crm.add('Contact', { LastName: `N${index}` }).id);
  return { crm, ids, ...apiOf(crm) };
};

describe('pages', () => {
  it('have 2,000 rows, and 1,000 where a long text is selected', async () => {
    const { query } = filled(2001);
    const plain = (await query('SELECT Id FROM Contact')).body;
    expect([plain.records.length, plain.totalSize, plain.done]).toEqual([2000, 2001, false]);
    expect(plain.nextRecordsUrl).toMatch(/^\/services\/data\/v66\.0\/query\/0r8\w{15}-2000$/);
    const long = (await query('SELECT Id, Description FROM Contact')).body;
    expect([long.records.length, long.done]).toEqual([1000, false]);
  });

  it('take the batch size as a hint between 200 and 2,000', async () => {
    const { query } = filled(500);
    const size = async (value: string) => (await query('SELECT Id FROM Contact', { 'sforce-query-options': value })).body.records.length;
    expect([await size('batchSize=200'), await size('batchSize=50'), await size('batchSize=400')]).toEqual([200, 200, 400]);
  });

  it('together hold every record once, and the last says it is the last', async () => {
    const { crm, ids, call, query } = filled(8, { pageSizeMax: 3 });
    const seen: string[] = [];
    let { body } = await query('SELECT Id FROM Contact ORDER BY SystemModstamp');
    for (;;) {
      seen.push(...body.records.map((row: { Id: string }) => row.Id));
      expect(body.totalSize).toBe(8);
      if (body.done) break;
      body = (await call(body.nextRecordsUrl)).body;
    }
    expect(body.nextRecordsUrl).toBeUndefined();
    expect(seen.toSorted()).toEqual(ids.toSorted());
    expect(crm.calls.counts).toEqual({ query: 1, queryMore: 2 });
  });

  it('are a snapshot of ids: what is added later is missing, what changed later has its new value', async () => {
    const { crm, ids, call, query } = filled(4, { pageSizeMax: 2 });
    const first = (await query('SELECT Id, Title FROM Contact')).body;
    crm.add('Contact', { LastName: 'Late' });
    for (const id of ids) crm.edit(id, { Title: 'new' });
    const second = (await call(first.nextRecordsUrl)).body;
    expect(second.done).toBe(true);
    expect(second.records.map((row: { Title: string }) => row.Title)).toEqual(['new', 'new']);
  });

  it('end where LIMIT says', async () => {
    const { query } = filled(5, { pageSizeMax: 3 });
    const { body } = await query('SELECT Id FROM Contact LIMIT 3');
    expect([body.totalSize, body.done, body.records.length]).toEqual([3, true, 3]);
  });
});

describe('a locator', () => {
  it('is refused when it is foreign, beyond the end, or older than two days', async () => {
    const clock = manualClock('2026-01-01T00:00:00Z');
    const { call, query } = filled(3, { pageSizeMax: 2, clock, sessionSeconds: 1e9 });
    const { nextRecordsUrl } = (await query('SELECT Id FROM Contact')).body;
    const refused = async (path: string) => {
      const { status, body } = await call(path);
      return [status, body[0]?.errorCode];
    };
    const invalid = [400, 'INVALID_QUERY_LOCATOR'];
    expect(await refused('query/0r8xx5R2yF2gs3VASQ-2000')).toEqual(invalid);
    expect(await refused(nextRecordsUrl.replace(/-2$/, '-9'))).toEqual(invalid);
    clock.advance(47 * 3_600_000);
    expect((await call(nextRecordsUrl)).status).toBe(200);
    clock.advance(2 * 3_600_000);
    expect(await refused(nextRecordsUrl)).toEqual(invalid);
  });
});
