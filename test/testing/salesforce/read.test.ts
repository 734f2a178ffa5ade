import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../src/testing/manual-clock.ts';
import { fakeSalesforce } from '../../../src/testing/salesforce/fake-salesforce.ts';
import { apiOf } from './api.ts';

/** Keys of a field in describe, as the real service sent them at v58. */
const FIELD_KEYS =
  'aggregatable, aiPredictionField, autoNumber, byteLength, calculated, calculatedFormula, cascadeDelete, caseSensitive, compoundFieldName, controllerName, createable, custom, defaultValue, defaultValueFormula, defaultedOnCreate, dependentPicklist, deprecatedAndHidden, digits, displayLocationInDecimal, encrypted, externalId, extraTypeInfo, filterable, filteredLookupInfo, formulaTreatNullNumberAsZero, groupable, highScaleNumber, htmlFormatted, idLookup, inlineHelpText, label, length, mask, maskType, name, nameField, namePointing, nillable, permissionable, picklistValues, polymorphicForeignKey, precision, queryByDistance, referenceTargetField, referenceTo, relationshipName, relationshipOrder, restrictedDelete, restrictedPicklist, scale, searchPrefilterable, soapType, sortable, type, unique, updateable, writeRequiresMasterRead';

describe('describe', () => {
  const crm = fakeSalesforce({
    fields: {
      Contact: { Lead_Status__c: { type: 'picklist', options: ['New'], inactive: ['Old'] } },
      Invoice__c: { Total__c: { type: 'currency' } },
    },
  });
  const { call, query } = apiOf(crm);
  const fieldsOf = async (object: string) => {
    const { body } = await call(`sobjects/${object}/describe`);
    return new Map<string, Record<string, unknown>>(body.fields.map((field: { name: string }) => [field.name, field]));
  };

  it('has the keys of the real service', async () => {
    for (const field of (await fieldsOf('Contact')).values()) expect(Object.keys(field).join(', ')).toBe(FIELD_KEYS);
  });

  it('tells what a connector decides by', async () => {
    const contact = await fieldsOf('Contact');
    expect(contact.get('Name')).toMatchObject({ createable: false, updateable: false, length: 121, nameField: true });
    expect(contact.get('LastName')).toMatchObject({
      createable: true,
      nillable: false,
      defaultedOnCreate: false,
      length: 80,
      compoundFieldName: 'Name',
    });
    expect(contact.get('Description')).toMatchObject({ type: 'textarea', filterable: false, sortable: false, length: 32_000 });
    expect(contact.get('Email')).toMatchObject({ idLookup: true, externalId: false, unique: false });
    expect(contact.get('AccountId')).toMatchObject({ referenceTo: ['Account'], relationshipName: 'Account' });
    expect(contact.get('Lead_Status__c')).toMatchObject({
      restrictedPicklist: true,
      picklistValues: [
        { active: true, defaultValue: false, label: 'New', validFor: null, value: 'New' },
        { active: false, defaultValue: false, label: 'Old', validFor: null, value: 'Old' },
      ],
    });
    expect((await fieldsOf('Task')).get('TaskSubtype')).toMatchObject({ createable: true, updateable: false });
    expect((await fieldsOf('invoice__c')).get('Total__c')).toMatchObject({ type: 'currency', custom: true });
  });

  it('lists every object', async () => {
    const { body } = await call('sobjects');
    expect(body.sobjects.map(({ name, keyPrefix }: { name: string; keyPrefix: string }) => `${name} ${keyPrefix}`)).toEqual(
      expect.arrayContaining([
        'Account 001',
        'Contact 003',
        'User 005',
        'Opportunity 006',
        'Lead 00Q',
        'Task 00T',
        'Case 500',
        'OpportunityContactRole 00K',
        'TaskStatus 01J',
        'Invoice__c a00',
      ]),
    );
  });

  it('answers 304 until something changes', async () => {
    const first = await call('sobjects/Contact/describe');
    const headers = { 'If-Modified-Since': first.headers.get('last-modified')! };
    expect((await call('sobjects/Contact/describe', { headers })).status).toBe(304);
    crm.hideField('Contact.DoNotCall');
    expect((await call('sobjects/Contact/describe', { headers })).status).toBe(200);
    crm.showField('Contact.DoNotCall');
  });

  it('hides what field-level security hides, and so does everything else', async () => {
    expect((await fieldsOf('Task')).has('Type')).toBe(false); // often hidden in real orgs
    expect((await fieldsOf('Contact')).has('DoNotCall')).toBe(true);
    const ann = crm.add('Contact', { LastName: 'Ann', DoNotCall: true });
    crm.hideField('Contact.DoNotCall');
    expect((await fieldsOf('Contact')).has('DoNotCall')).toBe(false);
    expect((await query('SELECT DoNotCall FROM Contact')).body[0].errorCode).toBe('INVALID_FIELD');
    expect((await call(`sobjects/Contact/${ann.id}?fields=DoNotCall`)).body[0].errorCode).toBe('INVALID_FIELD');
    expect((await call(`sobjects/Contact/${ann.id}`, { method: 'PATCH', body: { DoNotCall: false } })).body[0].errorCode).toBe(
      'INVALID_FIELD',
    );
    expect(crm.record(ann.id).fields['DoNotCall']).toBe(true);
    crm.showField('Contact.DoNotCall');
  });
});

describe('search', () => {
  const clock = manualClock('2026-01-01T00:00:00Z');
  const crm = fakeSalesforce({ clock, indexDelayMs: 60_000 });
  const acme = crm.add('Account', { Name: 'Acme', Phone: '+1 (415) 555-0100' });
  crm.add('Contact', { LastName: 'Typed', Phone: '(415) 555-0123', AccountId: acme.id });
  crm.add('Contact', { LastName: 'Mobile', MobilePhone: '+14155550123', Title: '4155550199' });
  crm.add('Contact', { LastName: 'Mail', Email: 'ann@example.com' });
  crm.add('Lead', { LastName: 'Lead', Company: 'x', Phone: '415.555.0123' });
  clock.advance(60_000);
  const { search, call } = apiOf(crm);
  const names = async (sosl: string) =>
    (await search(sosl)).body.searchRecords.map((row: Record<string, unknown>) => row['LastName'] ?? row['Name']).toSorted();

  it.each<readonly [string, readonly string[]]>([
    ['FIND {4155550123} IN PHONE FIELDS RETURNING Contact(LastName), Lead(LastName)', ['Lead', 'Mobile', 'Typed']],
    ['FIND {4155550123 OR 4155550100} IN PHONE FIELDS RETURNING Contact(LastName), Account(Name)', ['Acme', 'Mobile', 'Typed']],
    ['FIND {"\\(415\\) 555\\-0123"} IN PHONE FIELDS RETURNING Contact(LastName)', ['Typed']],
    ['FIND {555*} IN PHONE FIELDS RETURNING Contact(LastName)', ['Typed']],
    ['FIND {4155550199} IN PHONE FIELDS RETURNING Contact(LastName)', []],
    ['FIND {4155550199} IN ALL FIELDS RETURNING Contact(LastName)', ['Mobile']],
    ['FIND {ann@example.com} IN EMAIL FIELDS RETURNING Contact(LastName)', ['Mail']],
    ["FIND {4155550123} IN PHONE FIELDS RETURNING Contact(LastName WHERE Account.Name = 'Acme' ORDER BY LastName LIMIT 5)", ['Typed']],
    ['FIND {4155550123 AND NOT 555} IN PHONE FIELDS RETURNING Contact(LastName)', ['Mobile']],
    ['FIND {4155550123} IN PHONE FIELDS RETURNING Contact(LastName), Lead(LastName) LIMIT 1', ['Typed']],
  ])('%s', async (sosl, expected) => {
    const found = await names(sosl);
    if (sosl.endsWith('LIMIT 1')) expect(found).toHaveLength(1);
    else expect(found).toEqual(expected);
  });

  it.each<readonly [string, string]>([
    ['FIND 4155550123', 'MALFORMED_SEARCH'],
    ['FIND {+14155550123} IN PHONE FIELDS RETURNING Contact(Id)', 'MALFORMED_SEARCH'],
    ['FIND {(415) 555-0123} IN PHONE FIELDS RETURNING Contact(Id)', 'MALFORMED_SEARCH'],
    ['FIND {4} IN PHONE FIELDS RETURNING Contact(Id)', 'MALFORMED_SEARCH'],
    ['FIND {41} IN NUMBER FIELDS RETURNING Contact(Id)', 'MALFORMED_SEARCH'],
    ['FIND {41} IN PHONE FIELDS RETURNING Contact(Nothing)', 'INVALID_FIELD'],
    ['FIND {41} IN PHONE FIELDS RETURNING OpportunityContactRole(Id)', 'INVALID_TYPE'],
  ])('refuses %s', async (sosl, code) => {
    const { status, body } = await search(sosl);
    expect([status, body[0].errorCode]).toEqual([400, code]);
  });

  it('gives only ids without fields, and a bare array in old versions', async () => {
    const { body } = await search('FIND {example} IN EMAIL FIELDS RETURNING Contact');
    expect(body.searchRecords).toEqual([{ attributes: expect.any(Object), Id: expect.any(String) }]);
    expect(Array.isArray((await apiOf(crm, '35.0').search('FIND {example}')).body)).toBe(true);
  });

  it('does not find a new record before the index has it', async () => {
    crm.add('Contact', { LastName: 'Late', Phone: '4155550177' });
    const sosl = 'FIND {4155550177} IN PHONE FIELDS RETURNING Contact(LastName)';
    expect(await names(sosl)).toEqual([]);
    clock.advance(60_000);
    expect(await names(sosl)).toEqual(['Late']);
  });

  it('takes parameters instead of SOSL, in the URL or the body', async () => {
    const url = 'parameterizedSearch?q=4155550123&in=PHONE&sobject=Contact&Contact.fields=Id,LastName&Contact.limit=1';
    expect((await call(url)).body.searchRecords).toHaveLength(1);
    const body = { q: '4155550123', in: 'PHONE', fields: ['LastName'], sobjects: [{ name: 'Contact' }, { name: 'Lead', fields: ['Id'] }] };
    expect((await call('parameterizedSearch', { method: 'POST', body })).body.searchRecords).toHaveLength(3);
  });
});

describe('a record', () => {
  it('is read with its stamp, by id or key, and not again while it is unchanged', async () => {
    const crm = fakeSalesforce({ clock: manualClock('2026-01-01T00:00:00Z') });
    const { call } = apiOf(crm);
    const acme = crm.add('Account', { Name: 'Acme' });
    const ann = crm.add('Contact', { LastName: 'Ann', Email: 'ann@example.com', AccountId: acme.id });
    const { body, headers } = await call(`sobjects/Contact/${ann.id.slice(0, 15)}?fields=LastName,Account.Name`);
    expect(body).toEqual({ attributes: expect.any(Object), LastName: 'Ann', Account: { attributes: expect.any(Object), Name: 'Acme' } });
    const since = headers.get('last-modified')!;
    expect((await call(`sobjects/Contact/${ann.id}`, { headers: { 'If-Modified-Since': since } })).status).toBe(304);
    expect((await call('sobjects/Contact/Email/ann%40example.com')).body.Id).toBe(ann.id);
    crm.advance(5000);
    crm.edit(ann.id, { Title: 'CEO' });
    expect((await call(`sobjects/Contact/${ann.id}`, { headers: { 'If-Modified-Since': since } })).status).toBe(200);
    const late = await call(`sobjects/Contact/${ann.id}`, {
      method: 'PATCH',
      body: { Title: 'x' },
      headers: { 'If-Unmodified-Since': since },
    });
    expect(late.status).toBe(412);
  });

  it('that is not shared is nowhere, and its children show no parent', async () => {
    const crm = fakeSalesforce();
    const { call, query, search } = apiOf(crm);
    const acme = crm.add('Account', { Name: 'Acme', Phone: '4155550100' });
    crm.add('Contact', { LastName: 'Ann', AccountId: acme.id });
    crm.unshare(acme.id);
    expect((await call(`sobjects/Account/${acme.id}`)).status).toBe(404);
    expect((await query('SELECT Id FROM Account')).body.totalSize).toBe(0);
    expect((await search('FIND {4155550100} IN PHONE FIELDS RETURNING Account(Id)')).body.searchRecords).toEqual([]);
    expect((await query('SELECT AccountId, Account.Name FROM Contact')).body.records[0]).toMatchObject({
      AccountId: acme.id,
      Account: null,
    });
    crm.share(acme.id);
    expect((await query('SELECT Id FROM Account')).body.totalSize).toBe(1);
  });
});
