import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../src/testing/manual-clock.ts';
import { type FakeSalesforceOptions, fakeSalesforce } from '../../../src/testing/salesforce/fake-salesforce.ts';
import { bulkOf } from './bulk-api.ts';

const FIELDS: NonNullable<FakeSalesforceOptions['fields']> = {
  Contact: {
    Key__c: { type: 'string', externalId: true, unique: true },
    Score__c: { type: 'double', scale: 2 },
    Visits__c: { type: 'int' },
    Total__c: { type: 'double', readOnly: true },
  },
};
function org(bulk: FakeSalesforceOptions['bulk'] = {}, more: FakeSalesforceOptions = {}) {
  const clock = manualClock('2026-05-01T12:00:00Z');
  const crm = fakeSalesforce({ clock, fields: FIELDS, bulk: { jobMs: 4_000, ...bulk }, ...more });
  return { crm, clock, api: bulkOf(crm) };
}
const update = { object: 'Contact', operation: 'update' };

describe('an ingest job of the fake', () => {
  it('goes from Open through UploadComplete and InProgress to JobComplete as the clock moves', async () => {
    const { crm, clock, api } = org();
    const { body: job } = await api.call('POST', 'ingest', { object: 'Contact', operation: 'insert' });
    expect(job).toMatchObject({
      id: expect.stringMatching(/^750/),
      state: 'Open',
      object: 'Contact',
      operation: 'insert',
      contentUrl: `services/data/v66.0/jobs/ingest/${job.id}/batches`,
    });
    expect((await api.call('PUT', `ingest/${job.id}/batches`, 'LastName\nA\nB\n')).status).toBe(201);
    clock.advance(60_000);
    expect(crm.list('Contact')).toEqual([]);
    const closed = await api.call('PATCH', `ingest/${job.id}`, { state: 'UploadComplete' });
    expect(closed.body).toMatchObject({ state: 'UploadComplete' });
    clock.advance(2_500);
    expect(await api.state('ingest', job.id)).toBe('InProgress');
    clock.advance(2_500);
    expect((await api.call('GET', `ingest/${job.id}`)).body).toMatchObject({
      state: 'JobComplete',
      numberRecordsProcessed: 2,
      numberRecordsFailed: 0,
    });
    expect(crm.list('Contact').map(({ fields }) => fields['LastName'])).toEqual(['A', 'B']);
    expect(crm.calls.map(({ operation, counted }) => [operation, counted])).toEqual([
      ['createIngest', 1],
      ['upload', 1],
      ['changeIngest', 1],
      ['ingestState', 1],
      ['ingestState', 1],
    ]);
  });

  it('tells what became of each row, in another order, by the rules that every save has', async () => {
    const { crm, clock, api } = org();
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'].map((LastName) => crm.add('Contact', { LastName, Title: 'Old', Score__c: 1 }).id);
    crm.remove(ids[4]!);
    const id = await api.load(
      update,
      [
        'Id,Title,Email,Score__c,LastName,DoNotCall,Total__c',
        `${ids[0]},#N/A,,12.50,,true,`,
        `${ids[1]},,bad,,,,`,
        `${ids[2]},,,much,,,`,
        `${ids[3]},,,,#N/A,,`,
        `${ids[4]},New,,,,,`,
        `${ids[5]},,,,,,7`,
        ',x,,,,,',
        'abc,x,,,,,',
        '003Fk00000ZZZZZ,x,,,,,',
      ].join('\n'),
    );
    clock.advance(5_000);
    const failed = await api.results(id, 'failedResults');
    expect(new Map(failed.map((row) => [row['Id'], row['sf__Error']?.split(':')[0]]))).toEqual(
      new Map([
        [ids[1], 'INVALID_EMAIL_ADDRESS'],
        [ids[2], 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
        [ids[3], 'REQUIRED_FIELD_MISSING'],
        [ids[4], 'ENTITY_IS_DELETED'],
        [ids[5], 'INVALID_FIELD_FOR_INSERT_UPDATE'],
        ['', 'MISSING_ARGUMENT'],
        ['abc', 'MALFORMED_ID'],
        ['003Fk00000ZZZZZ', 'INVALID_CROSS_REFERENCE_KEY'],
      ]),
    );
    expect(failed.map((row) => row['Id'])).not.toEqual([...ids.slice(1), '', 'abc', '003Fk00000ZZZZZ']);
    expect(failed.find((row) => row['Id'] === ids[1])?.['sf__Error']).toMatch(/^INVALID_EMAIL_ADDRESS:.*:Email --$/);
    expect(await api.results(id, 'successfulResults')).toEqual([
      expect.objectContaining({ sf__Id: ids[0], sf__Created: 'false', Id: ids[0], Title: '#N/A', Score__c: '12.50' }),
    ]);
    expect(crm.record(ids[0]!).fields).toMatchObject({ Title: null, Score__c: 12.5, LastName: 'a', DoNotCall: true });
    expect(await api.results(id, 'unprocessedrecords')).toEqual([]);
  });

  it('upserts by a key, and leaves two rows of one key to the second', async () => {
    const { crm, clock, api } = org();
    const there = crm.add('Contact', { LastName: 'there', Key__c: 'k1' });
    const id = await api.load(
      { object: 'Contact', operation: 'upsert', externalIdFieldName: 'Key__c' },
      'Key__c,LastName,Visits__c\nk1,New,3.0\nk2,"Two\nlines, ""quoted""",\n,None,\n',
    );
    clock.advance(5_000);
    const done = await api.results(id, 'successfulResults');
    expect(new Map(done.map((row) => [row['Key__c'], row['sf__Created']]))).toEqual(
      new Map([
        ['k1', 'false'],
        ['k2', 'true'],
      ]),
    );
    expect(crm.record(there.id).fields).toMatchObject({ LastName: 'New', Visits__c: 3 });
    expect(crm.record(done.find((row) => row['Key__c'] === 'k2')!['sf__Id']!).fields['LastName']).toBe('Two\nlines, "quoted"');
    expect(await api.results(id, 'failedResults')).toMatchObject([{ sf__Error: expect.stringContaining('MISSING_ARGUMENT'), Key__c: '' }]);
  });

  it('runs no assignment rule that it does not name', async () => {
    const { crm, clock, api } = org();
    const lead = crm.add('Lead', { LastName: 'a', Company: 'Acme' });
    await api.load({ object: 'Lead', operation: 'update' }, `Id,Title\n${lead.id},x\n`);
    clock.advance(5_000);
    expect(crm.record(lead.id).fields['OwnerId']).toBe(crm.userId);
    await api.load({ object: 'Lead', operation: 'update', assignmentRuleId: '01Q000000000001' }, `Id,Title\n${lead.id},y\n`);
    clock.advance(5_000);
    expect(crm.record(lead.id).fields['OwnerId']).not.toBe(crm.userId);
  });

  it('that is aborted in the middle keeps what was written, and tells what was not worked on', async () => {
    const { crm, clock, api } = org({ batchRows: 2 });
    const id = await api.load({ object: 'Contact', operation: 'insert' }, 'LastName\na\nb\nc\nd\ne\n');
    clock.advance(1_500);
    const { body } = await api.call('PATCH', `ingest/${id}`, { state: 'Aborted' });
    expect(body).toMatchObject({ state: 'Aborted', numberRecordsProcessed: 2 });
    clock.advance(60_000);
    expect(await api.state('ingest', id)).toBe('Aborted');
    expect(crm.list('Contact').map(({ fields }) => fields['LastName'])).toEqual(['a', 'b']);
    expect((await api.results(id, 'unprocessedrecords')).map((row) => String(row['LastName'])).toSorted()).toEqual(['c', 'd', 'e']);
    expect((await api.results(id, 'successfulResults')).map((row) => String(row['LastName'])).toSorted()).toEqual(['a', 'b']);
  });

  it.each([
    ['a column that is no field', 'Id,Nothing__c\nx,1\n', 'Field name not found : Nothing__c'],
    ['no Id', 'Title\nx\n', 'Field name not found : Id'],
    ['lines of different length', 'Id,Title\nx\n', 'CSV can not be read'],
    ['a text of 32,001 characters', `Id,Title\nx,${'y'.repeat(32_001)}\n`, 'Field value exceeds'],
  ])('with %s fails as a whole and works on nothing', async (_, csv, message) => {
    const { clock, api } = org();
    const id = await api.load(update, csv);
    clock.advance(5_000);
    expect((await api.call('GET', `ingest/${id}`)).body).toMatchObject({
      state: 'Failed',
      errorMessage: expect.stringContaining(message),
      numberRecordsProcessed: 0,
    });
    expect(await api.results(id, 'successfulResults')).toEqual([]);
  });

  it.each<readonly [string, (api: ReturnType<typeof bulkOf>, id: string) => Promise<{ status: number; body: unknown }>, number, string]>([
    ['an unknown operation', (api) => api.call('POST', 'ingest', { object: 'Contact', operation: 'replace' }), 400, 'INVALIDJOB'],
    ['a hard delete', (api) => api.call('POST', 'ingest', { object: 'Contact', operation: 'hardDelete' }), 400, 'FEATURENOTENABLED'],
    ['an unknown object', (api) => api.call('POST', 'ingest', { object: 'Nope', operation: 'insert' }), 400, 'INVALIDJOB'],
    ['XML', (api) => api.call('POST', 'ingest', { object: 'Contact', operation: 'insert', contentType: 'XML' }), 400, 'INVALIDJOB'],
    [
      'a key that is none',
      (api) => api.call('POST', 'ingest', { object: 'Contact', operation: 'upsert', externalIdFieldName: 'Title' }),
      404,
      'NOT_FOUND',
    ],
    ['rows that are no CSV', (api, id) => api.call('PUT', `ingest/${id}/batches`, {}), 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a close before the rows', (api, id) => api.call('PATCH', `ingest/${id}`, { state: 'UploadComplete' }), 400, 'CLIENTINPUTERROR'],
    ['results of an open job', (api, id) => api.call('GET', `ingest/${id}/failedResults`), 400, 'INVALIDJOBSTATE'],
    ['the removal of an open job', (api, id) => api.call('DELETE', `ingest/${id}`), 400, 'INVALIDJOBSTATE'],
    ['a job that is not there', (api) => api.call('GET', 'ingest/7500000000000zz'), 404, 'NOT_FOUND'],
  ])('refuses %s', async (_, ask, status, code) => {
    const { api } = org();
    const { body } = await api.call('POST', 'ingest', { object: 'Contact', operation: 'insert' });
    const answer = await ask(api, body.id);
    expect([answer.status, (answer.body as { errorCode: string }[])[0]?.errorCode]).toEqual([status, code]);
  });

  it('takes no more than 150 MB in base64, counted in bytes', async () => {
    const { api } = org();
    const upload = async (characters: number) => {
      const { body } = await api.call('POST', 'ingest', { object: 'Contact', operation: 'insert' });
      return (await api.call('PUT', `ingest/${body.id}/batches`, '€'.repeat(characters))).status;
    };
    expect([await upload(1), await upload(37_500_001)]).toEqual([201, 413]); // three bytes each
  });

  it('takes its rows once, ends once, is removed and is forgotten after a week', async () => {
    const { clock, api } = org();
    const { body } = await api.call('POST', 'ingest', { object: 'Contact', operation: 'insert' });
    await api.call('PUT', `ingest/${body.id}/batches`, 'LastName\na\n');
    expect((await api.call('PUT', `ingest/${body.id}/batches`, 'LastName\na\n')).body[0].errorCode).toBe('CLIENTINPUTERROR');
    await api.call('PATCH', `ingest/${body.id}`, { state: 'UploadComplete' });
    expect((await api.call('PATCH', `ingest/${body.id}`, { state: 'UploadComplete' })).body[0].errorCode).toBe('INVALIDJOBSTATE');
    clock.advance(5_000);
    expect((await api.call('PATCH', `ingest/${body.id}`, { state: 'Aborted' })).body[0].errorCode).toBe('INVALIDJOBSTATE');
    expect((await api.call('GET', 'ingest')).body.records).toMatchObject([{ id: body.id, state: 'JobComplete' }]);
    const other = await api.load({ object: 'Contact', operation: 'insert' }, 'LastName\nb\n');
    expect((await api.call('DELETE', `ingest/${body.id}`)).status).toBe(204);
    expect((await api.call('GET', `ingest/${body.id}`)).status).toBe(404);
    for (let day = 0; day < 8 * 24; day += 1) {
      clock.advance(3_600_000); // the session lives as long as somebody uses it
      await api.call('GET', 'ingest');
    }
    expect((await api.call('GET', `ingest/${other}`)).status).toBe(404);
  });

  it('keeps to the batches of a day', async () => {
    const { clock, api } = org({ batchesPerDay: 1 });
    await api.load({ object: 'Contact', operation: 'insert' }, 'LastName\na\n');
    const second = await api.load({ object: 'Contact', operation: 'insert' }, 'LastName\nb\n');
    clock.advance(5_000);
    expect(await api.state('ingest', second)).toBe('Open');
  });

  it('is struck by faults: a lock takes one row, a lost acknowledgement closes it all the same', async () => {
    const { crm, clock, api } = org();
    crm.fault({ on: 'changeIngest', what: 'row_lock' });
    const id = await api.load({ object: 'Contact', operation: 'insert' }, 'LastName\na\nb\n');
    clock.advance(5_000);
    expect(await api.results(id, 'failedResults')).toMatchObject([{ sf__Error: expect.stringContaining('UNABLE_TO_LOCK_ROW') }]);
    crm.fault({ on: 'changeIngest', what: 'lost_ack' });
    await expect(api.load({ object: 'Contact', operation: 'insert' }, 'LastName\nc\n')).rejects.toThrow('fetch failed');
    clock.advance(5_000);
    expect(crm.list('Contact').map(({ fields }) => fields['LastName'])).toEqual(['b', 'c']);
    crm.verify();
  });
});
