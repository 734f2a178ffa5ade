import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../src/testing/manual-clock.ts';
import { fakeSalesforce } from '../../../src/testing/salesforce/fake-salesforce.ts';
import { apiOf } from './api.ts';

const clock = manualClock('2026-03-15T10:00:00Z');
const crm = fakeSalesforce({
  clock,
  fields: { Matter__c: { Client__c: { type: 'reference', to: 'Contact' }, Opponent__c: { type: 'reference', to: 'Contact' } } },
  withActivities: ['Matter__c'],
});
const acme = crm.add('Account', { Name: 'Acme' });
const [ann, bea] = ['Ann', 'Bea'].map((LastName) => crm.add('Contact', { LastName, AccountId: acme.id }).id) as [string, string];
const stages = ['Closed Won', 'Prospecting', 'Qualification'];
const deals = stages.map((StageName) =>
  crm.add('Opportunity', { Name: StageName, StageName, CloseDate: '2026-06-30', AccountId: acme.id }),
);
crm.add('OpportunityContactRole', { OpportunityId: deals[1]?.id, ContactId: ann, Role: 'Evaluator' });
crm.add('Case', { Subject: 'Broken', ContactId: ann });
crm.add('Matter__c', { Name: 'Ann against Bea', Client__c: ann, Opponent__c: bea });
const spring = crm.add('Campaign', { Name: 'Spring' });
const member = crm.add('CampaignMember', { CampaignId: spring.id, ContactId: ann });
const api = apiOf(crm);
const codeOf = async (soql: string) => (await api.query(soql)).body[0]?.errorCode;

describe('a subquery in SELECT', () => {
  it('gives what hangs on each record, in its own order, as many of each as it says', async () => {
    const soql = 'SELECT Id, (SELECT Name FROM Opportunities WHERE IsClosed = FALSE ORDER BY Name DESC LIMIT 1) FROM Account';
    const { body } = await api.query(soql);
    expect(body.records[0].Opportunities).toMatchObject({ totalSize: 1, done: true, records: [{ Name: 'Qualification' }] });
  });

  it('is null for a record that has none', async () => {
    const { body } = await api.query('SELECT LastName, (SELECT Id FROM Cases) FROM Contact ORDER BY LastName');
    expect(body.records.map((row: { Cases: unknown }) => row.Cases !== null)).toEqual([true, false]);
  });

  it('reads through the look-ups of what it selects, and orders by them', async () => {
    const roles = '(SELECT Role, Opportunity.Name FROM OpportunityContactRoles ORDER BY Opportunity.IsClosed)';
    const { body } = await api.query(`SELECT Id, ${roles} FROM Contact WHERE Id = '${ann}'`);
    expect(body.records[0].OpportunityContactRoles.records).toMatchObject([{ Role: 'Evaluator', Opportunity: { Name: 'Prospecting' } }]);
  });

  it('names a custom look-up as describe does', async () => {
    const { body: described } = await api.call('sobjects/Contact/describe');
    const names = described.childRelationships
      .filter(({ childSObject }: { childSObject: string }) => childSObject === 'Matter__c')
      .map(({ relationshipName }: { relationshipName: string }) => relationshipName);
    expect(names).toEqual(['Matters__r', 'Matters2__r']);
    const { body } = await api.query(`SELECT Id, (SELECT Name FROM Matters2__r) FROM Contact WHERE Id = '${bea}'`);
    expect(body.records[0].Matters2__r.records).toMatchObject([{ Name: 'Ann against Bea' }]);
  });

  it.each([
    ['SELECT Id, (SELECT Id FROM Opportunity) FROM Account', 'INVALID_TYPE'],
    ['SELECT Id, (SELECT Id FROM Nothing__r) FROM Account', 'INVALID_TYPE'],
    ['SELECT Id, (SELECT Nothing FROM Cases) FROM Account', 'INVALID_FIELD'],
    ['SELECT Id, (SELECT Id FROM Cases OFFSET 1) FROM Account', 'MALFORMED_QUERY'],
    ['SELECT Id, (SELECT COUNT() FROM Cases) FROM Account', 'MALFORMED_QUERY'],
    ['SELECT Id, (SELECT Id FROM Cases), (SELECT Id FROM Cases) FROM Account', 'INVALID_TYPE'],
  ])('%s is refused with %s', async (soql, code) => {
    expect(await codeOf(soql)).toBe(code);
  });
});

describe('a semi-join in WHERE', () => {
  const members = (where = '') => `(SELECT ContactId FROM CampaignMember ${where})`;

  it.each([
    [`WHERE Id IN ${members()}`, ['Ann']],
    [`WHERE Id NOT IN ${members()}`, ['Bea']],
    [`WHERE Id IN ${members("WHERE Campaign.Name = 'autumn'")}`, []],
    [`WHERE LastName = 'Bea' AND AccountId IN (SELECT AccountId FROM Opportunity)`, ['Bea']],
  ])('%s', async (where, expected) => {
    expect(await api.column(`SELECT LastName FROM Contact ${where}`)).toEqual(expected);
  });

  it.each([
    [`WHERE LastName = 'Bea' OR Id IN ${members()}`, 'MALFORMED_QUERY'],
    [`WHERE NOT Id IN ${members()}`, 'MALFORMED_QUERY'],
    [`WHERE LastName = 'Bea' AND (LastName = 'x' OR Id IN ${members()})`, 'MALFORMED_QUERY'],
    [`WHERE Account.Id IN (SELECT AccountId FROM Opportunity)`, 'MALFORMED_QUERY'],
    [`WHERE Id IN (SELECT ReportsToId FROM Contact)`, 'MALFORMED_QUERY'],
    [`WHERE Id IN (SELECT WhoId FROM Task)`, 'MALFORMED_QUERY'],
    [`WHERE Id IN (SELECT ContactId FROM CampaignMember LIMIT 1)`, 'MALFORMED_QUERY'],
    [`WHERE Id IN (SELECT ContactId FROM CampaignMember WHERE CampaignId IN (SELECT Id FROM Campaign))`, 'MALFORMED_QUERY'],
    [`WHERE Id IN ${members()} AND Id IN ${members()} AND Id IN ${members()}`, 'MALFORMED_QUERY'],
    [`WHERE Id IN (SELECT CampaignId FROM CampaignMember)`, 'INVALID_FIELD'],
    [`WHERE Id IN (SELECT Id FROM CampaignMember)`, 'INVALID_FIELD'],
    [`WHERE Id IN (SELECT ContactId FROM Nothing__c)`, 'INVALID_TYPE'],
  ])('%s is refused with %s', async (where, code) => {
    expect(await codeOf(`SELECT Id FROM Contact ${where}`)).toBe(code);
  });
});

describe('a campaign member', () => {
  it('is either a lead or a contact, and once', () => {
    expect(() => crm.add('CampaignMember', { CampaignId: spring.id })).toThrow('FIELD_INTEGRITY_EXCEPTION');
    expect(() => crm.add('CampaignMember', { CampaignId: spring.id, ContactId: ann })).toThrow('DUPLICATE_VALUE');
  });

  it('does not stamp the contact, and leaves no trace when it is removed', async () => {
    const before = crm.record(bea).fields['SystemModstamp'];
    clock.advance(60_000);
    const gone = crm.add('CampaignMember', { CampaignId: spring.id, ContactId: bea });
    crm.remove(gone.id);
    expect(crm.record(bea).fields['SystemModstamp']).toBe(before);
    const { body } = await api.queryAll('SELECT Id FROM CampaignMember');
    expect(body.records.map(({ Id }: { Id: string }) => Id)).toEqual([member.id]);
    expect(() => crm.restore(gone.id)).toThrow('UNDELETE_FAILED');
  });

  it('names the contact too once its lead was converted', () => {
    const lead = crm.add('Lead', { LastName: 'Cid', Company: 'Acme' });
    const { id } = crm.add('CampaignMember', { CampaignId: spring.id, LeadId: lead.id });
    const { contact } = crm.convertLead(lead.id);
    expect(crm.record(id).fields).toMatchObject({ LeadId: lead.id, ContactId: contact.id });
  });
});

describe('objects that allow activities', () => {
  it('are those that describe names for a task', async () => {
    const { body } = await api.call('sobjects/Task/describe');
    const what = body.fields.find(({ name }: { name: string }) => name === 'WhatId');
    expect(what.referenceTo).toEqual(expect.arrayContaining(['Account', 'Opportunity', 'Case', 'Matter__c']));
  });

  it('are custom objects of the org', () => {
    expect(() => fakeSalesforce({ withActivities: ['Nothing__c'] })).toThrow('no custom object');
  });
});
