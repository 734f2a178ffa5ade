import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../src/testing/manual-clock.ts';
import { type FakeSalesforceOptions, fakeSalesforce } from '../../../src/testing/salesforce/fake-salesforce.ts';
import { bulkOf } from './bulk-api.ts';

function org(bulk: FakeSalesforceOptions['bulk'] = {}) {
  const clock = manualClock('2026-05-01T12:00:00Z');
  const fields = { Contact: { Score__c: { type: 'double', scale: 2 }, Visits__c: { type: 'int' }, Met__c: { type: 'datetime' } } } as const;
  const crm = fakeSalesforce({ clock, fields, bulk: { jobMs: 4_000, ...bulk } });
  return { crm, clock, api: bulkOf(crm) };
}

describe('a query job of the fake', () => {
  it('gives everything as text: empty for null, whole numbers with a decimal, parents by their path', async () => {
    const { crm, clock, api } = org();
    const acme = crm.add('Account', { Name: 'Acme, "Inc"' });
    const hidden = crm.add('Account', { Name: 'Hidden' });
    crm.add('Contact', { LastName: 'a', Score__c: 0, Visits__c: 7, Met__c: '2026-03-29T01:30:00Z', DoNotCall: true, AccountId: acme.id });
    crm.add('Contact', { LastName: 'b\nc', Score__c: 12.25, Birthdate: '1984-02-29', AccountId: hidden.id });
    crm.unshare(hidden.id);
    const { body } = await api.ask(
      'SELECT LastName, Score__c, Visits__c, Met__c, Birthdate, DoNotCall, Account.Name, Account.Id FROM Contact',
    );
    expect(body).toMatchObject({ id: expect.stringMatching(/^750/), state: 'UploadComplete', operation: 'query', object: 'Contact' });
    clock.advance(2_500);
    expect(await api.state('query', body.id)).toBe('InProgress');
    clock.advance(2_500);
    expect((await api.call('GET', `query/${body.id}`)).body).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 2 });
    const answer = await api.call('GET', `query/${body.id}/results`, undefined, { accept: 'text/csv' });
    expect(answer.headers.get('content-type')).toMatch(/^text\/csv/);
    expect([answer.headers.get('sforce-locator'), answer.headers.get('sforce-numberofrecords')]).toEqual(['null', '2']);
    expect(api.rowsOf(answer).toSorted((x, y) => (x['LastName']! < y['LastName']! ? -1 : 1))).toEqual([
      {
        LastName: 'a',
        Score__c: '0.0',
        Visits__c: '7.0',
        Met__c: '2026-03-29T01:30:00.000Z',
        Birthdate: '',
        DoNotCall: 'true',
        'Account.Name': 'Acme, "Inc"',
        'Account.Id': acme.id,
      },
      {
        LastName: 'b\nc',
        Score__c: '12.25',
        Visits__c: '',
        Met__c: '',
        Birthdate: '1984-02-29',
        DoNotCall: 'false',
        'Account.Name': '',
        'Account.Id': '',
      },
    ]);
  });

  it('is cut into pages by maxRecords, and each locator stays good', async () => {
    const { crm, clock, api } = org({ resultRowsMax: 3 });
    for (const LastName of ['a', 'b', 'c', 'd', 'e']) crm.add('Contact', { LastName });
    const { body } = await api.ask('SELECT Id, LastName FROM Contact');
    clock.advance(5_000);
    const page = async (query: string) => {
      const answer = await api.call('GET', `query/${body.id}/results${query}`);
      return { rows: api.rowsOf(answer).map((row) => String(row['LastName'])), next: answer.headers.get('sforce-locator')! };
    };
    const first = await page('?maxRecords=2');
    const second = await page(`?maxRecords=2&locator=${first.next}`);
    const third = await page(`?maxRecords=2&locator=${second.next}`);
    expect([first.rows.length, second.rows.length, third.rows.length, third.next]).toEqual([2, 2, 1, 'null']);
    expect([...first.rows, ...second.rows, ...third.rows].toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await page(`?maxRecords=2&locator=${first.next}`)).toEqual(second);
    expect((await page('')).rows).toHaveLength(3);
    expect((await api.call('GET', `query/${body.id}/results?locator=nonsense`)).body[0].errorCode).toBe('INVALID_QUERY_LOCATOR');
  });

  it('keeps the values of the moment that it ran; queryAll brings deleted records too', async () => {
    const { crm, clock, api } = org();
    const [kept, gone] = [crm.add('Contact', { LastName: 'kept' }), crm.add('Contact', { LastName: 'gone' })];
    crm.remove(gone.id);
    const live = await api.ask('SELECT Id, LastName FROM Contact');
    const all = await api.ask('SELECT Id, IsDeleted FROM Contact', 'queryAll');
    crm.edit(kept.id, { LastName: 'edited before' });
    clock.advance(2_500);
    crm.edit(kept.id, { LastName: 'edited after' });
    clock.advance(2_500);
    expect(api.rowsOf(await api.call('GET', `query/${live.body.id}/results`))).toEqual([{ Id: kept.id, LastName: 'edited before' }]);
    const rows = api.rowsOf(await api.call('GET', `query/${all.body.id}/results`));
    expect(new Map(rows.map((row) => [row['Id'], row['IsDeleted']]))).toEqual(
      new Map([
        [kept.id, 'false'],
        [gone.id, 'true'],
      ]),
    );
  });

  it.each([
    ['compound fields', 'SELECT Id, MailingAddress FROM Contact', 'API_ERROR'],
    ['counts', 'SELECT COUNT() FROM Contact', 'API_ERROR'],
    ['OFFSET', 'SELECT Id FROM Contact LIMIT 5 OFFSET 5', 'API_ERROR'],
    ['an object that Bulk does not know', 'SELECT Id FROM TaskStatus', 'INVALIDENTITY'],
    ['a field that is not there', 'SELECT Nothing__c FROM Contact', 'INVALID_FIELD'],
    ['a condition that is none', 'SELECT Id FROM Contact WHERE LastName LIKE 5', 'INVALID_FIELD'],
    ['no SOQL', 'SELEC', 'MALFORMED_QUERY'],
  ])('refuses %s', async (_, soql, code) => {
    const { status, body } = await org().api.ask(soql);
    expect([status, body[0].errorCode]).toEqual([400, code]);
  });

  it('whose fields are hidden meanwhile fails, and does not say why', async () => {
    const { crm, clock, api } = org();
    const { body } = await api.ask('SELECT Id, Title FROM Contact');
    crm.hideField('Contact.Title');
    clock.advance(5_000);
    const { body: job } = await api.call('GET', `query/${body.id}`);
    expect([job.state, job.errorMessage]).toEqual(['Failed', undefined]);
    expect((await api.call('GET', `query/${body.id}/results`)).body[0].errorCode).toBe('INVALIDJOBSTATE');
  });

  it('can be aborted, removed and listed, and there are only so many a day', async () => {
    const { crm, clock, api } = org({ queryJobsPerDay: 2 });
    const first = await api.ask('SELECT Id FROM Contact');
    expect((await api.call('PATCH', `query/${first.body.id}`, { state: 'Aborted' })).body.state).toBe('Aborted');
    clock.advance(5_000);
    expect(await api.state('query', first.body.id)).toBe('Aborted');
    expect((await api.call('DELETE', `query/${first.body.id}`)).status).toBe(204);
    const second = await api.ask('SELECT Id FROM Contact');
    expect((await api.call('GET', 'query')).body.records).toMatchObject([{ id: second.body.id }]);
    const { status, body } = await api.ask('SELECT Id FROM Contact');
    expect([status, body[0]]).toEqual([
      400,
      { errorCode: 'LIMIT_EXCEEDED', message: 'Max bulk v2 query jobs (2) per 24 hrs has been reached' },
    ]);
    expect(crm.calls.at(-1)).toMatchObject({ operation: 'createQueryJob', operations: ['createQueryJob', 'bulk'], counted: 1 });
  });
});
