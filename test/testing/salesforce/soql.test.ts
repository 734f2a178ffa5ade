import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../src/testing/manual-clock.ts';
import { fakeSalesforce } from '../../../src/testing/salesforce/fake-salesforce.ts';
import { createOrg } from '../../../src/testing/salesforce/org.ts';
import { runQuery } from '../../../src/testing/salesforce/soql/query.ts';
import { apiOf } from './api.ts';

const clock = manualClock('2026-03-15T10:00:00Z');
const crm = fakeSalesforce({
  clock,
  userZone: 'America/Los_Angeles',
  fields: {
    Contact: {
      Score__c: { type: 'double', scale: 1 },
      Topics__c: { type: 'multipicklist', options: ['A', 'B', 'C'] },
      Code__c: { type: 'string', externalId: true, unique: true },
    },
  },
});
const acme = crm.add('Account', { Name: 'Acme', BillingCity: 'Berlin' });
const ann = crm.add('Contact', {
  LastName: 'Ann',
  Email: 'ann@example.com',
  AccountId: acme.id,
  Score__c: 1.5,
  Topics__c: 'A;B',
  Birthdate: '1990-05-01',
  DoNotCall: true,
  Title: "O'Neil \\ 100%_x",
  Code__c: 'k-1',
});
clock.advance(1000);
crm.add('Contact', { LastName: 'bea', Score__c: 3, Topics__c: 'C', Birthdate: '2026-03-15' });
clock.advance(1000);
crm.add('Contact', { LastName: 'Cid', Email: 'CID@example.com', Topics__c: 'A' });
const gone = crm.add('Contact', { LastName: 'Gone' });
crm.remove(gone.id);
const api = apiOf(crm);
const names = (where: string) => api.column(`SELECT LastName FROM Contact ${where} ORDER BY LastName`);

describe('WHERE', () => {
  it.each<readonly [string, readonly string[]]>([
    ["WHERE LastName = 'ANN'", ['Ann']],
    ["WHERE LastName != 'Ann'", ['bea', 'Cid']],
    ["WHERE LastName IN ('ann', 'CID', 'nobody')", ['Ann', 'Cid']],
    ["WHERE LastName NOT IN ('ann')", ['bea', 'Cid']],
    ["WHERE Email != 'ann@example.com'", ['bea', 'Cid']],
    ['WHERE Email = null', ['bea']],
    ["WHERE Email = ''", ['bea']],
    ['WHERE Email <> NULL', ['Ann', 'Cid']],
    ["WHERE Email IN (null, 'cid@example.com')", ['bea', 'Cid']],
    ['WHERE Score__c >= 1.5 AND Score__c < 3', ['Ann']],
    ['WHERE Score__c < 100', ['Ann', 'bea']],
    ['WHERE Score__c > -1', ['Ann', 'bea']],
    ['WHERE DoNotCall = true', ['Ann']],
    ['WHERE DoNotCall = null', ['bea', 'Cid']],
    ['WHERE DoNotCall != TRUE', ['bea', 'Cid']],
    ['WHERE Birthdate = 1990-05-01', ['Ann']],
    ['WHERE Birthdate > 1990-05-01', ['bea']],
    ['WHERE Birthdate = TODAY', ['bea']],
    ['WHERE Birthdate = LAST_N_DAYS:3', ['bea']],
    ['WHERE CreatedDate = TODAY', ['Ann', 'bea', 'Cid']],
    ['WHERE CreatedDate < YESTERDAY', []],
    ['WHERE SystemModstamp > 2026-03-15T10:00:00Z', ['bea', 'Cid']],
    ['WHERE SystemModstamp > 2026-03-15T11:00:00+01:00', ['bea', 'Cid']],
    ['WHERE SystemModstamp = 2026-03-15T10:00:01.000+0000', ['bea']],
    ["WHERE LastName LIKE 'a%'", ['Ann']],
    ["WHERE LastName LIKE '_ea'", ['bea']],
    ["WHERE Title LIKE '%\\%\\_x'", ['Ann']],
    ["WHERE Title = 'O\\'Neil \\\\ 100%_x'", ['Ann']],
    ["WHERE Title = '\\u004F\\'neil \\\\ 100%_X'", ['Ann']],
    ["WHERE Topics__c INCLUDES ('A;B', 'C')", ['Ann', 'bea']],
    ["WHERE Topics__c EXCLUDES ('A')", ['bea']],
    ["WHERE Account.Name = 'acme'", ['Ann']],
    ['WHERE Account.Name = null', ['bea', 'Cid']],
    ["WHERE Account.Owner.Name = 'Integration User'", ['Ann']],
    ["WHERE NOT (LastName = 'Ann' OR LastName = 'bea')", ['Cid']],
    ["WHERE (NOT LastName = 'Ann') AND (Email = null OR Score__c = null)", ['bea', 'Cid']],
    [`WHERE Id = '${ann.id}'`, ['Ann']],
    [`WHERE Id IN ('${ann.id.slice(0, 15)}') AND LastName = 'bea'`, []],
    ["WHERE Code__c = 'K-1'", ['Ann']],
    [`WHERE AccountId = '${acme.id}'`, ['Ann']],
    ['WHERE IsDeleted = true', []],
    ["WHERE Contact.LastName = 'bea'", ['bea']],
  ])('%s', async (where, expected) => {
    expect(await names(where)).toEqual(expected);
  });

  it('takes an alias of the object', async () => {
    expect(await api.column("SELECT c.LastName FROM Contact c WHERE c.Account.Name = 'Acme'")).toEqual(['Ann']);
  });
});

describe('refusals', () => {
  it.each<readonly [string, string, string]>([
    ['SELECT Foo FROM Contact', 'INVALID_FIELD', "No such column 'Foo' on entity 'Contact'"],
    ['SELECT Account.Foo FROM Contact', 'INVALID_FIELD', "No such column 'Foo' on entity 'Account'"],
    ['SELECT Nobody.Name FROM Contact', 'INVALID_FIELD', "Didn't understand relationship 'Nobody'"],
    ['SELECT Id, LastName, id FROM Contact', 'INVALID_FIELD', 'duplicate field selected: Id'],
    ['SELECT Id FROM Nothing', 'INVALID_TYPE', "sObject type 'Nothing' is not supported"],
    [
      "SELECT Id FROM Contact WHERE CreatedDate > '2026-01-01T00:00:00Z'",
      'INVALID_FIELD',
      'must be of type dateTime and should not be enclosed in quotes',
    ],
    ['SELECT Id FROM Contact WHERE CreatedDate > 2026-01-01', 'INVALID_FIELD', 'must be of type dateTime'],
    ["SELECT Id FROM Contact WHERE Birthdate = '2026-01-01'", 'INVALID_FIELD', 'must be of type date and should not be enclosed in quotes'],
    ['SELECT Id FROM Contact WHERE Birthdate = 2026-01-01T00:00:00Z', 'INVALID_FIELD', 'must be of type date'],
    ["SELECT Id FROM Contact WHERE Score__c = '1'", 'INVALID_FIELD', 'must be of type double and should not be enclosed in quotes'],
    ["SELECT Id FROM Contact WHERE DoNotCall = 'true'", 'INVALID_FIELD', 'must be of type boolean'],
    ['SELECT Id FROM Contact WHERE LastName = 5', 'INVALID_FIELD', 'must be of type string and should be enclosed in quotes'],
    ['SELECT Id FROM Contact WHERE LastName = Ann', 'MALFORMED_QUERY', ''],
    ["SELECT Id FROM Contact WHERE Id = 'abc'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid ID field: abc'],
    ["SELECT Id FROM Contact WHERE Id LIKE '003%'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid operator on id field'],
    ["SELECT Id FROM Contact WHERE Score__c LIKE '1%'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid operator'],
    ['SELECT Id FROM Contact WHERE DoNotCall > false', 'INVALID_QUERY_FILTER_OPERATOR', 'invalid operator'],
    ["SELECT Id FROM Contact WHERE LastName INCLUDES ('A')", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid operator'],
    ["SELECT Id FROM Contact WHERE Description LIKE 'a%'", 'INVALID_FIELD', "field 'Description' can not be filtered in a query call"],
    ['SELECT Id FROM Contact ORDER BY Description', 'INVALID_FIELD', "field 'Description' can not be sorted in a query call"],
    ["SELECT Id FROM Contact WHERE LastName = 'a' AND Title = 'b' OR Email = 'c'", 'MALFORMED_QUERY', "unexpected token: 'OR'"],
    ["SELECT Id FROM Contact WHERE NOT LastName = 'a' AND Title = 'b'", 'MALFORMED_QUERY', "unexpected token: 'AND'"],
    ["SELECT Id FROM Contact WHERE LastName = 'O'Neil'", 'MALFORMED_QUERY', ''],
    ["SELECT Id FROM Contact WHERE LastName = 'a\\q'", 'MALFORMED_QUERY', 'Illegal character sequence'],
    ["SELECT Id FROM Contact WHERE LastName = '100\\%'", 'MALFORMED_QUERY', 'Illegal character sequence'],
    ["SELECT Id FROM Contact WHERE LastName = 'a", 'MALFORMED_QUERY', ''],
    ['SELECT Id FROM Contact WHERE LastName = "a"', 'MALFORMED_QUERY', ''],
    ['SELECT Id FROM Contact WHERE LastName IN ()', 'MALFORMED_QUERY', ''],
    ['SELECT Id FROM Contact WHERE CreatedDate > 2026-01-01T00:00:00 01:00', 'MALFORMED_QUERY', ''],
    ['SELECT Id FROM Contact WHERE Birthdate = 2026-02-30', 'MALFORMED_QUERY', ''],
    ['SELECT Id, FROM Contact', 'MALFORMED_QUERY', ''],
    ['SELECT Id Contact', 'MALFORMED_QUERY', ''],
    ['SELECT FROM Contact', 'MALFORMED_QUERY', ''],
    ['SELECT Id FROM Contact LIMIT x', 'MALFORMED_QUERY', ''],
    ['SELECT Id FROM Contact LIMIT 1; DROP', 'MALFORMED_QUERY', ''],
    ['SELECT Id FROM Contact ALL ROWS', 'MALFORMED_QUERY', ''],
    ['SELECT Id FROM Contact OFFSET 2001', 'NUMBER_OUTSIDE_VALID_RANGE', 'Maximum SOQL offset allowed is 2000'],
    ['', 'MALFORMED_QUERY', ''],
  ])('%s', async (soql, code, message) => {
    const { status, body } = await api.query(soql);
    expect(status).toBe(400);
    expect(body[0].errorCode).toBe(code);
    expect(body[0].message).toContain(message);
  });

  it.each([
    ['a literal of more than 4,000 characters', `SELECT Id FROM Contact WHERE LastName = '${'a'.repeat(4001)}'`],
    ['a text of more than 100,000 characters', `SELECT Id FROM Contact WHERE LastName IN (${`'${'a'.repeat(97)}',`.repeat(1000)}'b')`],
  ])('%s', (_, soql) => {
    const org = createOrg({}, () => 0);
    expect(() => runQuery(org, soql, { all: false, base: '' })).toThrow(expect.objectContaining({ code: 'MALFORMED_QUERY' }));
  });

  it('says loudly what the fake has not', async () => {
    for (const soql of [
      'SELECT COUNT(Id) FROM Contact',
      'SELECT Id, (SELECT Id, (SELECT Id FROM Cases) FROM Contacts) FROM Account',
      'SELECT Name FROM Contact GROUP BY Name',
    ]) {
      const { status, body } = await api.query(soql);
      expect([status, body[0].errorCode]).toEqual([501, 'FAKE_DOES_NOT_SUPPORT']);
    }
  });
});

describe('rows', () => {
  it('has every asked field with the case of the schema, null where blank, and attributes first', async () => {
    const { body } = await api.query(
      "select id, LASTNAME, Phone, mailingaddress, account.name, ReportsTo.Name from contact where lastname = 'ann'",
    );
    expect(body).toEqual({
      totalSize: 1,
      done: true,
      records: [
        {
          attributes: { type: 'Contact', url: `/services/data/v66.0/sobjects/Contact/${ann.id}` },
          Id: ann.id,
          LastName: 'Ann',
          Phone: null,
          MailingAddress: null,
          Account: { attributes: { type: 'Account', url: `/services/data/v66.0/sobjects/Account/${acme.id}` }, Name: 'Acme' },
          ReportsTo: null,
        },
      ],
    });
  });

  it('gives stamps in whole seconds with an offset that has no colon', async () => {
    expect(await api.column("SELECT SystemModstamp FROM Contact WHERE LastName = 'bea'", 'SystemModstamp')).toEqual([
      '2026-03-15T10:00:01.000+0000',
    ]);
  });

  it('counts without rows', async () => {
    expect((await api.query('SELECT COUNT() FROM Contact')).body).toEqual({ totalSize: 3, done: true, records: [] });
  });

  it('shows deleted records only to queryAll', async () => {
    const { body } = await api.queryAll('SELECT LastName, IsDeleted FROM Contact ORDER BY LastName');
    expect(body.records.map((row: { IsDeleted: boolean }) => row.IsDeleted)).toEqual([false, false, false, true]);
  });

  it.each<readonly [string, readonly string[]]>([
    ['ORDER BY LastName DESC', ['Cid', 'bea', 'Ann']],
    ['ORDER BY Score__c, LastName', ['Cid', 'Ann', 'bea']],
    ['ORDER BY Score__c DESC', ['Cid', 'bea', 'Ann']],
    ['ORDER BY Score__c DESC NULLS LAST', ['bea', 'Ann', 'Cid']],
    ['ORDER BY Account.Name NULLS LAST, LastName DESC', ['Ann', 'Cid', 'bea']],
    ['ORDER BY LastName LIMIT 1 OFFSET 1', ['bea']],
    ['ORDER BY LastName LIMIT 0', []],
  ])('%s', async (clause, expected) => {
    expect(await api.column(`SELECT LastName FROM Contact ${clause}`)).toEqual(expected);
  });
});

describe('order', () => {
  const many = fakeSalesforce({ clock: manualClock('2026-01-01T00:00:00Z') });
  for (let count = 0; count < 50; count += 1) many.add('Contact', { LastName: `N${count}` });
  const ids = async (clause: string) => apiOf(many).column(`SELECT Id FROM Contact ${clause}`, 'Id');

  it('rows with one stamp do not come in the order of ids', async () => {
    const byId = await ids('ORDER BY Id');
    expect(await ids('ORDER BY SystemModstamp')).not.toEqual(byId);
    expect(await ids('')).not.toEqual(byId);
  });

  it('is the same each time', async () => {
    expect(await ids('')).toEqual(await ids(''));
  });

  it('of ids is not that of code units, and a keyset on Id visits each record once', async () => {
    const byId = (await ids('ORDER BY Id')) as string[];
    expect(byId).not.toEqual(byId.toSorted());
    const seen: string[] = [];
    for (let page = (await ids('ORDER BY Id LIMIT 7')) as string[]; page.length > 0; ) {
      seen.push(...page);
      page = (await ids(`WHERE Id > '${seen.at(-1)}' ORDER BY Id LIMIT 7`)) as string[];
    }
    expect(seen).toEqual(byId);
  });
});

it('knows who and what a task is about', async () => {
  const lead = crm.add('Lead', { LastName: 'Lee', Company: 'Lee Ltd' });
  crm.add('Task', { Subject: 'lead', WhoId: lead.id });
  crm.add('Task', { Subject: 'contact', WhoId: ann.id, WhatId: acme.id });
  const { body } = await api.query(
    "SELECT Subject, Who.Type, Who.Name, What.Type FROM Task WHERE Who.Type IN ('Lead', 'Contact') ORDER BY Subject",
  );
  expect(
    body.records.map((row: Record<string, Record<string, unknown> | null>) => [
      row['Subject'],
      row['Who']?.['Type'],
      row['Who']?.['Name'],
      row['What']?.['Type'],
    ]),
  ).toEqual([
    ['contact', 'Contact', 'Ann', 'Account'],
    ['lead', 'Lead', 'Lee', undefined],
  ]);
});
