import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/ports/connector.ts';
import type { Related, RelatedQuery } from '../../src/ports/related.ts';
import { salesforce } from '../../src/salesforce.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { type FakeSalesforceOptions, fakeSalesforce } from '../../src/testing/salesforce/fake-salesforce.ts';

const DAY = 86_400_000;

/** A firm with an account, two of its contacts, and matters that allow activities. */
function firm(options: FakeSalesforceOptions = {}) {
  const clock = manualClock('2026-05-01T12:00:00Z');
  const crm = fakeSalesforce({
    clock,
    fields: {
      Matter__c: {
        Client__c: { type: 'reference', to: 'Contact' },
        Status__c: { type: 'picklist', options: ['Open', 'Settled'] },
      },
      Site__c: { Account__c: { type: 'reference', to: 'Account' } },
      Note__c: { Contact__c: { type: 'reference', to: 'Contact' } },
      Room__c: {},
    },
    withActivities: ['Matter__c', 'Site__c', 'Room__c'],
    ...options,
  });
  const acme = crm.add('Account', { Name: 'Acme' }).id;
  const contact = (LastName: string, AccountId: string | null = acme) => crm.add('Contact', { LastName, AccountId }).id;
  const deal = (Name: string, StageName = 'Prospecting', AccountId: string | null = acme) => {
    clock.advance(DAY);
    return crm.add('Opportunity', { Name, StageName, CloseDate: '2026-12-31', AccountId }).id;
  };
  const connector = salesforce(crm.options);
  const call: Call = { signal: new AbortController().signal, now: clock.now };
  const ask = async (query: Omit<RelatedQuery, 'limit'> & { readonly limit?: number }): Promise<Related[]> => {
    const answers: Related[] = [];
    for await (const answer of connector.related?.({ limit: 50, ...query }, call) ?? []) answers.push(answer);
    return answers;
  };
  return { clock, crm, acme, contact, deal, connector, ask };
}
const optionsOf = (answer: Related | undefined) => (answer && 'options' in answer ? answer.options : []);
const titles = (answer: Related | undefined) => (answer && 'options' in answer ? answer.options.map(({ title }) => title) : answer?.code);

describe('the opportunities of a contact', () => {
  it('are those of its account and those in which it has a role, open ones first, with the label of their stage', async () => {
    const { crm, contact, deal, ask } = firm();
    const ann = contact('Ann');
    const other = crm.add('Account', { Name: 'Other' }).id;
    deal('old', 'Closed Lost');
    const first = deal('first');
    const role = deal('elsewhere', 'Qualification', other);
    deal('of nobody', 'Qualification', other);
    for (const OpportunityId of [first, role]) crm.add('OpportunityContactRole', { OpportunityId, ContactId: ann });
    const [answer] = await ask({ object: 'Contact', ids: [ann], to: ['Opportunity'] });
    expect(answer).toEqual({
      of: ann,
      to: 'Opportunity',
      options: [
        {
          const: role,
          title: 'elsewhere',
          description: 'Qualification',
          open: true,
          createdAt: '2026-05-04T12:00:00.000Z',
          updatedAt: '2026-05-04T12:00:00.000Z',
        },
        expect.objectContaining({ const: first, title: 'first', open: true }),
        expect.objectContaining({ title: 'old', description: 'Closed Lost', open: false }),
      ],
    });
  });

  it('are, with a label, those in which it has that role', async () => {
    const { crm, contact, deal, ask } = firm();
    const ann = contact('Ann');
    for (const Role of ['Evaluator', 'Decision Maker'])
      crm.add('OpportunityContactRole', { OpportunityId: deal(Role), ContactId: ann, Role });
    const answers = await ask({ object: 'Contact', ids: [ann], to: ['Opportunity:decision maker', 'Opportunity:King'] });
    const byName = Object.fromEntries(answers.map((answer) => [answer.to, answer]));
    expect(titles(byName['Opportunity:decision maker'])).toEqual(['Decision Maker']);
    expect(byName['Opportunity:King']).toMatchObject({ failed: true, code: 'no_association_label', remedy: /Evaluator/ });
  });

  it('leave out what the connected user may not see', async () => {
    const { crm, contact, deal, ask } = firm();
    const ann = contact('Ann');
    const other = crm.add('Account', { Name: 'Other' }).id;
    const hidden = deal('hidden', 'Prospecting', other);
    crm.add('OpportunityContactRole', { OpportunityId: hidden, ContactId: ann });
    crm.unshare(hidden);
    expect(titles((await ask({ object: 'Contact', ids: [ann], to: ['Opportunity'] }))[0])).toEqual([]);
  });

  it('are as many as asked for, for each contact by itself, and it is said that there are more', async () => {
    const { crm, contact, deal, ask } = firm();
    const lone = crm.add('Account', { Name: 'Lone' }).id;
    const [ann, bea] = [contact('Ann'), contact('Bea', lone)];
    for (const name of ['a', 'b', 'c']) deal(name);
    deal('only', 'Prospecting', lone);
    const answers = await ask({ object: 'Contact', ids: [ann, bea], to: ['Opportunity'], limit: 2 });
    expect(answers).toMatchObject([
      { of: ann, options: [{ title: 'c' }, { title: 'b' }], more: true },
      { of: bea, options: [{ title: 'only' }] },
    ]);
    expect(answers[1]).not.toHaveProperty('more');
  });
});

describe('what else a contact is tied to', () => {
  it('are its cases, by number and subject, with the label of their status', async () => {
    const { crm, contact, acme, ask } = firm();
    const ann = contact('Ann');
    crm.add('Case', { Subject: 'Broken', ContactId: ann, Status: 'Closed' });
    crm.add('Case', { Subject: 'Late', ContactId: ann });
    crm.add('Case', { Subject: 'of a colleague', ContactId: contact('Bea'), AccountId: acme });
    const [answer] = await ask({ object: 'Contact', ids: [ann], to: ['Case'] });
    expect(answer).toMatchObject({
      options: [
        { title: expect.stringMatching(/^\d{8} Late$/), description: 'New', open: true },
        { title: expect.stringMatching(/ Broken$/), description: 'Closed', open: false },
      ],
    });
  });

  it('are its account, records of custom objects that look it up, and those that look up its account', async () => {
    const { crm, contact, acme, ask } = firm();
    const ann = contact('Ann');
    crm.add('Matter__c', { Name: 'Ann against Bea', Client__c: ann, Status__c: 'Settled' });
    crm.add('Site__c', { Name: 'Berlin', Account__c: acme });
    const answers = await ask({ object: 'Contact', ids: [ann], to: ['Account', 'Matter__c', 'Site__c'] });
    expect(answers).toMatchObject([
      { to: 'Account', options: [{ const: acme, title: 'Acme' }] },
      { to: 'Matter__c', options: [{ title: 'Ann against Bea', description: 'Settled' }] },
      { to: 'Site__c', options: [{ title: 'Berlin' }] },
    ]);
    expect(optionsOf(answers[1])[0]).not.toHaveProperty('open');
  });

  it('is nothing of an account where it has none', async () => {
    const { contact, deal, ask } = firm();
    deal('of nobody', 'Prospecting', null);
    const answers = await ask({ object: 'Contact', ids: [contact('Ann', null)], to: ['Account', 'Opportunity', 'Site__c'] });
    expect(answers.map(titles)).toEqual([[], [], []]);
  });
});

describe('records of other objects', () => {
  it('an account has its opportunities, cases and sites', async () => {
    const { crm, acme, deal, ask } = firm();
    deal('first');
    crm.add('Case', { Subject: 'Late', AccountId: acme });
    crm.add('Site__c', { Name: 'Berlin', Account__c: acme });
    const answers = await ask({ object: 'Account', ids: [acme], to: ['Opportunity', 'Case', 'Site__c'] });
    expect(answers.map(titles)).toEqual([['first'], [expect.stringContaining('Late')], ['Berlin']]);
  });

  it('a lead has none and says why, without a request', async () => {
    const { crm, ask } = firm();
    const lead = crm.add('Lead', { LastName: 'Cid', Company: 'Acme' }).id;
    const [answer] = await ask({ object: 'Lead', ids: [lead], to: ['Opportunity'] });
    expect(answer).toMatchObject({ of: lead, options: [], because: { code: 'lead_without_ties', remedy: expect.any(String) } });
    expect(crm.calls).toHaveLength(0);
  });
});

describe('a name that leads nowhere fails alone', () => {
  it.each([
    ['Nothing__c', 'object_not_visible'],
    ["x' OR Id != null", 'invalid_object_name'],
    ['Note__c', 'object_without_activities'],
    ['Contact', 'object_without_activities'],
    ['Room__c', 'object_not_related'],
    ['Case:Owner', 'no_association_label'],
  ])('%s: %s', async (name, code) => {
    const { contact, deal, ask } = firm();
    const ann = contact('Ann');
    deal('first');
    const answers = await ask({ object: 'Contact', ids: [ann], to: [name, 'Opportunity'] });
    expect(answers.find(({ to }) => to === name)).toMatchObject({ of: ann, failed: true, code, remedy: expect.stringMatching(/\w.*\.$/) });
    expect(titles(answers.find(({ to }) => to === 'Opportunity'))).toEqual(['first']);
  });

  it('a record that is not there has no options, the others have theirs', async () => {
    const { crm, contact, deal, ask } = firm();
    const [ann, gone] = [contact('Ann'), contact('Gone')];
    deal('first');
    crm.remove(gone);
    const answers = await ask({ object: 'Contact', ids: [gone, ann, "x' OR Id != null"], to: ['Opportunity'] });
    expect(answers.map(titles)).toEqual(['record_not_found', ['first'], 'record_not_found']);
  });

  it('a field that was hidden since is left out', async () => {
    const { crm, contact, deal, ask } = firm();
    const ann = contact('Ann');
    deal('first');
    await ask({ object: 'Contact', ids: [ann], to: ['Opportunity', 'Account'] });
    crm.hideField('Opportunity.StageName');
    const answers = await ask({ object: 'Contact', ids: [ann], to: ['Account', 'Opportunity'] });
    expect(answers.map(titles)).toEqual([['Acme'], ['first']]);
    expect(optionsOf(answers[1])[0]).not.toHaveProperty('description');
  });

  it('a limit of the account is thrown, for it stops them all', async () => {
    const { crm, contact, ask } = firm();
    const ann = contact('Ann');
    await ask({ object: 'Contact', ids: [ann], to: ['Opportunity'] });
    crm.fault({ on: '*', what: 'request_limit' });
    await expect(ask({ object: 'Contact', ids: [ann], to: ['Opportunity'] })).rejects.toMatchObject({ category: 'rate_limit' });
  });
});

describe('what it costs', () => {
  it('is one request for up to four lists of 200 contacts, once objects were described', async () => {
    const { crm, contact, deal, ask } = firm();
    const ids = Array.from({ length: 200 }, (_, index) => contact(`Contact ${index}`));
    deal('first');
    const to = ['Opportunity', 'Case', 'Account'];
    await ask({ object: 'Contact', ids: ids.slice(0, 1), to });
    crm.forgetCalls();
    const answers = await ask({ object: 'Contact', ids, to });
    expect(answers).toHaveLength(600);
    expect(crm.calls).toHaveLength(1);
    expect(answers.filter((answer) => titles(answer)?.[0] === 'first')).toHaveLength(200);
  });

  it('is nothing where nothing is asked for', async () => {
    const { crm, ask } = firm();
    expect(await ask({ object: 'Contact', ids: [], to: ['Opportunity'] })).toEqual([]);
    expect(await ask({ object: 'Contact', ids: ['003Fk0000000000AAA'], to: [] })).toEqual([]);
    expect(crm.calls).toHaveLength(0);
  });
});
