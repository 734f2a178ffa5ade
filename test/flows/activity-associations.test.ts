import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { deployment } from './support.ts';

async function aliceKnown() {
  const there = deployment();
  const account = there.crm.add('Account', { Name: 'Acme' }).id;
  const alice = there.crm.add('Contact', { FirstName: 'Alice', LastName: 'Smith', Phone: '(415) 555-0123', AccountId: account }).id;
  const deal = there.crm.add('Opportunity', { Name: 'Big', StageName: 'Prospecting', CloseDate: '2026-03-01', AccountId: account }).id;
  await there.engine.pull();
  there.clock.advance(60_000);
  return { ...there, alice, account, deal };
}

describe('a Task that belongs to another record beside the contact', () => {
  it('is tied to both when it is made, and a later delivery leaves its ties as people have them', async () => {
    const { crm, clock, engine, alice, deal, account } = await aliceKnown();
    const talk = conversation({ id: 'c-1', summary: 'Asked for a demo.' });
    const associations = [{ object: 'Opportunity', id: deal }];
    expect(await engine.logActivity(talk, { associations })).toMatchObject({ status: 'done' });
    const [task] = crm.list('Task');
    expect(task?.fields).toMatchObject({ WhoId: alice, WhatId: deal });
    crm.edit(task?.id ?? '', { WhatId: account });
    clock.advance(60_000);
    expect(await engine.logActivity({ ...talk, summary: 'On Tuesday.' }, { associations })).toMatchObject({ status: 'done' });
    expect(crm.list('Task').map(({ fields }) => [fields['WhatId'], String(fields['Description']).includes('On Tuesday.')])).toEqual([
      [account, true],
    ]);
  });

  it.each([
    ['two records', ['deal', 'account'], 'too_many_associations'],
    ['no record id', ['nothing'], 'invalid_record_id'],
  ] as const)('is not logged where %s are named: none is left out in silence', async (_, named, code) => {
    const { crm, engine, ...ids } = await aliceKnown();
    const associations = named.map((name) => ({ object: 'Opportunity', id: name === 'nothing' ? '123' : ids[name] }));
    expect(await engine.logActivity(conversation({ id: 'c-1' }), { associations })).toMatchObject({
      status: 'pending',
      reason: code,
      remedy: expect.any(String),
    });
    expect(crm.list('Task')).toEqual([]);
  });
});
