import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../src/testing/manual-clock.ts';
import { fakeSalesforce } from '../../../src/testing/salesforce/fake-salesforce.ts';
import { apiOf } from './api.ts';

const org = () => {
  const clock = manualClock('2026-03-15T10:00:00.400Z');
  const crm = fakeSalesforce({ clock });
  return { clock, crm, ...apiOf(crm) };
};
const stamp = (record: { readonly fields: Readonly<Record<string, unknown>> }) => record.fields['SystemModstamp'];

describe('stamps', () => {
  it('are whole seconds of the clock of the org, which the Date header tells', async () => {
    const { clock, crm, call } = org();
    const ann = crm.add('Contact', { LastName: 'Ann' });
    expect(stamp(ann)).toBe('2026-03-15T10:00:00.000+0000');
    clock.advance(700);
    expect(stamp(crm.edit(ann.id, { Title: 'x' }))).toBe('2026-03-15T10:00:01.000+0000');
    crm.advance(60_000);
    expect(stamp(crm.edit(ann.id, { Title: 'x' }))).toBe('2026-03-15T10:01:01.000+0000');
    expect((await call('limits')).headers.get('date')).toBe('Sun, 15 Mar 2026 10:01:01 GMT');
  });

  it('may be older than the moment the record becomes visible', async () => {
    const { clock, crm, column } = org();
    crm.add('Contact', { LastName: 'Old' }, { stampedAt: '2026-03-15T09:50:00Z' });
    crm.add('Contact', { LastName: 'Late' }, { commitDelayMs: 30_000 });
    expect(await column('SELECT LastName FROM Contact')).toEqual(['Old']);
    clock.advance(30_000);
    expect(await column('SELECT LastName FROM Contact ORDER BY SystemModstamp')).toEqual(['Old', 'Late']);
    expect(crm.list('Contact').map(stamp)).toEqual(['2026-03-15T09:50:00.000+0000', '2026-03-15T10:00:00.000+0000']);
  });

  it('of an edit may commit late too', async () => {
    const { clock, crm } = org();
    const ann = crm.add('Contact', { LastName: 'Ann' });
    clock.advance(5000);
    crm.edit(ann.id, { Title: 'late' }, { commitDelayMs: 10_000 });
    expect(crm.record(ann.id).fields['Title']).toBeNull();
    clock.advance(10_000);
    expect(crm.record(ann.id).fields).toMatchObject({ Title: 'late', SystemModstamp: '2026-03-15T10:00:05.000+0000' });
  });

  it('of a child do not move with its parent', () => {
    const { clock, crm } = org();
    const acme = crm.add('Account', { Name: 'Acme' });
    const ann = crm.add('Contact', { LastName: 'Ann', AccountId: acme.id });
    clock.advance(60_000);
    crm.edit(acme.id, { Name: 'Acme Ltd' });
    expect(stamp(crm.record(ann.id))).toBe(stamp(ann));
  });
});

describe('deletion', () => {
  it('takes along what hangs on the record, and restoring brings it back', () => {
    const { crm } = org();
    const acme = crm.add('Account', { Name: 'Acme' });
    const ann = crm.add('Contact', { LastName: 'Ann', AccountId: acme.id });
    const bea = crm.add('Contact', { LastName: 'Bea', AccountId: acme.id });
    const task = crm.add('Task', { Subject: 'Call', WhoId: ann.id });
    crm.remove(bea.id);
    crm.remove(acme.id);
    expect([acme, ann, bea, task].map(({ id }) => crm.record(id).deleted)).toEqual([true, true, true, true]);
    crm.restore(acme.id);
    expect([acme, ann, bea, task].map(({ id }) => crm.record(id).deleted)).toEqual([false, false, true, false]);
  });

  it('moves the stamp, so that an incremental queryAll sees it', async () => {
    const { clock, crm, queryAll } = org();
    const ann = crm.add('Contact', { LastName: 'Ann' });
    clock.advance(60_000);
    crm.remove(ann.id);
    const { body } = await queryAll('SELECT Id, IsDeleted, MasterRecordId FROM Contact WHERE SystemModstamp >= 2026-03-15T10:00:30Z');
    expect(body.records).toEqual([{ attributes: expect.any(Object), Id: ann.id, IsDeleted: true, MasterRecordId: null }]);
  });
});

it('a record leaves the recycle bin after fifteen days: nothing tells of it any more, and it stays gone', async () => {
  const clock = manualClock('2026-03-15T10:00:00Z');
  const crm = fakeSalesforce({ clock, sessionSeconds: 16 * 86_400 });
  const { call, queryAll } = apiOf(crm);
  const [ann, bea] = ['Ann', 'Bea'].map((LastName) => crm.add('Contact', { LastName }));
  crm.remove(ann!.id);
  crm.merge(crm.add('Contact', { LastName: 'Winner' }).id, bea!.id);
  const deleted = async () => (await queryAll('SELECT Id FROM Contact WHERE IsDeleted = TRUE')).body.totalSize;
  const patched = async () => (await call(`sobjects/Contact/${ann!.id}`, { method: 'PATCH', body: { Title: 'x' } })).body[0].errorCode;
  clock.advance(15 * 86_400_000);
  expect([await deleted(), await patched()]).toEqual([2, 'ENTITY_IS_DELETED']);
  clock.advance(1_000);
  expect([await deleted(), await patched()]).toEqual([0, 'NOT_FOUND']);
  expect(() => crm.restore(ann!.id)).toThrow('UNDELETE_FAILED');
});

it('a merge deletes the loser, names the winner, and moves what hung on the loser', async () => {
  const { crm, queryAll } = org();
  const winner = crm.add('Contact', { LastName: 'Winner' });
  const loser = crm.add('Contact', { LastName: 'Loser' });
  const task = crm.add('Task', { Subject: 'Call', WhoId: loser.id });
  crm.merge(winner.id, loser.id);
  expect(crm.record(loser.id)).toMatchObject({ deleted: true, mergedInto: winner.id });
  expect(crm.record(task.id)).toMatchObject({ deleted: false, fields: { WhoId: winner.id } });
  const { body } = await queryAll('SELECT MasterRecordId FROM Contact WHERE IsDeleted = true');
  expect(body.records[0].MasterRecordId).toBe(winner.id);
  expect(() => crm.merge(winner.id, loser.id)).toThrow('ENTITY_IS_DELETED');
});

describe('the conversion of a lead', () => {
  const custom = { Interest__c: { type: 'string' } } as const;
  const converting = () => {
    const clock = manualClock('2026-03-15T10:00:00.400Z');
    const crm = fakeSalesforce({ clock, fields: { Lead: custom, Contact: custom } });
    const fields = { FirstName: 'Ann', LastName: 'Lee', Company: 'Acme', Phone: '+14155550123', City: 'Bern', Interest__c: 'Price' };
    const lead = crm.add('Lead', fields);
    const task = crm.add('Task', { Subject: 'Call', WhoId: lead.id });
    clock.advance(60_000);
    return { clock, crm, lead, task, ...apiOf(crm) };
  };

  it('makes an account and a contact of it, moves its activities, and leaves it read only with their ids', async () => {
    const { crm, lead, task, call } = converting();
    const { account, contact, opportunity } = crm.convertLead(lead.id);
    expect(account.fields).toMatchObject({ Name: 'Acme', BillingCity: 'Bern' });
    expect(contact.fields).toMatchObject({ Name: 'Ann Lee', Phone: '+14155550123', MailingCity: 'Bern', Interest__c: 'Price' });
    expect(contact.fields).toMatchObject({ AccountId: account.id });
    expect(opportunity).toBeNull();
    expect(crm.record(lead.id)).toMatchObject({ deleted: false, mergedInto: null });
    expect(crm.record(lead.id).fields).toMatchObject({
      Status: 'Closed - Converted',
      IsConverted: true,
      ConvertedDate: '2026-03-15',
      ConvertedAccountId: account.id,
      ConvertedContactId: contact.id,
      ConvertedOpportunityId: null,
      SystemModstamp: '2026-03-15T10:01:00.000+0000',
    });
    expect(crm.record(task.id).fields).toMatchObject({ WhoId: contact.id, WhatId: account.id, AccountId: account.id });
    const update = await call(`sobjects/Lead/${lead.id}`, { method: 'PATCH', body: { Title: 'x' } });
    expect(update).toMatchObject({ status: 400, body: [{ errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD' }] });
  });

  it('into a contact that is there fills only what is blank, and may make an opportunity', () => {
    const { crm, lead, task } = converting();
    const acme = crm.add('Account', { Name: 'Acme Ltd' });
    const ann = crm.add('Contact', { FirstName: 'Anna', LastName: 'Lee', AccountId: acme.id });
    const { contact, opportunity } = crm.convertLead(lead.id, { accountId: acme.id, contactId: ann.id, opportunityName: 'First order' });
    expect(contact).toMatchObject({ id: ann.id, fields: { FirstName: 'Anna', Phone: '+14155550123' } });
    expect(crm.record(acme.id).fields).toMatchObject({ Name: 'Acme Ltd', BillingCity: 'Bern' });
    expect(opportunity?.fields).toMatchObject({ Name: 'First order', AccountId: acme.id, IsClosed: false });
    expect(crm.list('OpportunityContactRole')).toMatchObject([{ fields: { ContactId: ann.id, IsPrimary: true } }]);
    expect(crm.record(lead.id).fields).toMatchObject({ ConvertedOpportunityId: opportunity?.id });
    expect(crm.record(task.id).fields).toMatchObject({ WhatId: opportunity?.id });
  });

  it.each<readonly [string, (there: ReturnType<typeof converting>) => unknown, string]>([
    ['twice', ({ crm, lead }) => [crm.convertLead(lead.id), crm.convertLead(lead.id)], 'CANNOT_UPDATE_CONVERTED_LEAD'],
    ['of one that is deleted', ({ crm, lead }) => [crm.remove(lead.id), crm.convertLead(lead.id)], 'ENTITY_IS_DELETED'],
    ['of what is no lead', ({ crm }) => crm.convertLead(crm.add('Contact', { LastName: 'Lee' }).id), 'INVALID_ID_FIELD'],
    [
      'into a contact without its account',
      ({ crm, lead }) => crm.convertLead(lead.id, { contactId: crm.add('Contact', { LastName: 'Lee' }).id }),
      'REQUIRED_FIELD_MISSING',
    ],
    [
      'into a contact of another account',
      ({ crm, lead }) =>
        crm.convertLead(lead.id, {
          accountId: crm.add('Account', { Name: 'Other' }).id,
          contactId: crm.add('Contact', { LastName: 'Lee' }).id,
        }),
      'INVALID_CROSS_REFERENCE_KEY',
    ],
  ])('%s is refused, and nothing is made', (_, convert, code) => {
    const there = converting();
    const made = () => [there.crm.list('Opportunity').length, there.crm.list('OpportunityContactRole').length];
    expect(() => convert(there)).toThrow(code);
    expect(made()).toEqual([0, 0]);
  });
});

describe('what a test does wrong', () => {
  it.each<readonly [string, (crm: ReturnType<typeof fakeSalesforce>) => unknown, string]>([
    ['an unknown object', (crm) => crm.add('Nothing', {}), 'NOT_FOUND'],
    ['an unknown field', (crm) => crm.add('Contact', { LastName: 'x', Nope__c: 1 }), "No such column 'Nope__c'"],
    ['a field that has to be named', (crm) => crm.add('Contact', { LastName: 'x', Nope__c: 1 }), 'named in the option `fields`'],
    ['a missing field', (crm) => crm.add('Contact', {}), 'REQUIRED_FIELD_MISSING'],
    ['an unknown id', (crm) => crm.record('003000000000000AAA'), 'there is no record'],
    ['a field name that is not custom', () => fakeSalesforce({ fields: { Contact: { Nope: { type: 'string' } } } }), 'must end in __c'],
    ['an object that is not custom', () => fakeSalesforce({ fields: { Nope: {} } }), 'ends in __c'],
    ['a field to hide that is not there', () => fakeSalesforce({ hidden: ['Contact.Nope'] }), 'Contact.Nope'],
    ['a wrong org id', () => fakeSalesforce({ orgId: '001' }), 'no org id'],
  ])('%s is thrown', (_, run, message) => {
    expect(() => run(fakeSalesforce())).toThrow(message);
  });
});

it('records are snapshots', () => {
  const { crm } = org();
  const ann = crm.add('Contact', { LastName: 'Ann' });
  crm.edit(ann.id, { LastName: 'Bea' });
  expect([ann.fields['LastName'], crm.record(ann.id).fields['LastName']]).toEqual(['Ann', 'Bea']);
});

it('two orgs filled alike give the same ids', () => {
  const ids = () => {
    const { crm } = org();
    return Array.from({ length: 5 }, () => crm.add('Contact', { LastName: 'x' }).id);
  };
  expect(ids()).toEqual(ids());
  expect(new Set(ids()).size).toBe(5);
});
