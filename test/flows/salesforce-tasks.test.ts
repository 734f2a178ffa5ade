import { type ConversationOptions, conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { deployment } from './support.ts';

const CALL = {
  id: 'call-1',
  phone: '+14155550120',
  summary: 'Wants a demo.',
  disposition: 'user_hangup',
  startedAt: '2026-01-05T08:30:00.000Z',
} as const satisfies ConversationOptions;

/** Ann is known, and has an account. */
async function ann(options: Parameters<typeof deployment>[0] = {}, org: Parameters<typeof deployment>[1] = {}) {
  const there = deployment({ activities: { call: true, sms: true }, ...options }, org);
  const { id: account } = there.crm.add('Account', { Name: 'Acme' });
  const { id: contact } = there.crm.add('Contact', { FirstName: 'Ann', LastName: 'Lee', Phone: '(415) 555-0120', AccountId: account });
  await there.engine.pull();
  const task = () => there.crm.list('Task').map(({ fields }) => fields);
  return { ...there, account, contact, task };
}

describe('a conversation as a task of Salesforce', () => {
  it('is a completed call of the contact, whose account Salesforce adds', async () => {
    const there = await ann();
    await there.engine.logActivity(conversation(CALL));
    expect(there.task()).toMatchObject([
      {
        WhoId: there.contact,
        WhatId: null,
        AccountId: there.account,
        Status: 'Completed',
        IsClosed: true,
        Priority: 'Normal',
        ActivityDate: '2026-01-05',
        TaskSubtype: 'Call',
        CallType: 'Inbound',
        CallDurationInSeconds: 125,
        CallDisposition: 'user_hangup',
        CallObject: 'test:call-1',
      },
    ]);
  });

  it('that is no call has nothing of a call but its key', async () => {
    const there = await ann();
    await there.engine.logActivity(conversation({ ...CALL, channel: 'sms' }));
    const call = { CallType: null, CallDurationInSeconds: null, CallDisposition: null, CallObject: 'test:call-1' };
    expect(there.task()).toMatchObject([{ ...call, TaskSubtype: 'Task', Subject: expect.stringMatching(/SMS/) }]);
  });

  it('of an account, a deal or a case is related to it, and to no person', async () => {
    const there = await ann();
    const deal = there.crm.add('Opportunity', { Name: 'First order', StageName: 'Prospecting', CloseDate: '2026-02-01' });
    const support = there.crm.add('Case', { Subject: 'Broken' });
    for (const [object, id] of [
      ['Account', there.account],
      ['Opportunity', deal.id],
      ['Case', support.id],
    ] as const)
      await there.engine.logActivity(conversation({ ...CALL, id: object }), { record: { object, id } });
    expect(there.task().map(({ WhoId, WhatId }) => [WhoId, WhatId])).toEqual([
      [null, there.account],
      [null, deal.id],
      [null, support.id],
    ]);
  });

  it('of a lead is related to nothing else', async () => {
    const there = await ann();
    const { id } = there.crm.add('Lead', { LastName: 'Bell', Company: 'Bell Ltd' });
    await there.engine.logActivity(conversation(CALL), { record: { object: 'Lead', id } });
    expect(there.task()).toMatchObject([{ WhoId: id, WhatId: null }]);
  });

  it('leaves out what the org hides, and is logged all the same', async () => {
    const hidden = ['Type', 'CallType', 'CallDisposition', 'CallDurationInSeconds', 'Priority', 'TaskSubtype'].map(
      (name) => `Task.${name}`,
    );
    const there = await ann({}, { hidden });
    expect(await there.engine.logActivity(conversation(CALL))).toMatchObject({ status: 'done' });
    expect(there.task()).toMatchObject([{ WhoId: there.contact, Status: 'Completed', CallType: null, CallDisposition: null }]);
  });

  it('that is delivered again with more changes the task, but not its subtype, which nobody may change', async () => {
    const there = await ann();
    await there.engine.logActivity(conversation(CALL));
    expect(await there.engine.logActivity(conversation({ ...CALL, summary: 'Wants two demos.' }))).toMatchObject({ status: 'done' });
    expect(there.task()).toMatchObject([{ TaskSubtype: 'Call', Description: expect.stringContaining('two demos') }]);
    const [, update] = there.crm.calls.filter(({ operation }) => /(POST|PATCH) Task/.test(operation));
    expect(update?.operation).toBe('PATCH Task');
  });

  it('whose owner was switched off waits and says so, and is logged when there is another one', async () => {
    const there = await ann();
    const user = { Username: 'old@example.com', Email: 'old@example.com', Alias: 'old', TimeZoneSidKey: 'UTC' };
    const locale = { LocaleSidKey: 'en_US', LanguageLocaleKey: 'en_US' };
    const { id: old } = there.crm.add('User', { LastName: 'Old', IsActive: false, ...user, ...locale });
    const call = conversation({ ...CALL, agentId: 'agent-7' });
    const refused = await there.engineOf({ owners: { 'agent-7': old } }).handleConversation(call);
    expect(refused.steps.activity).toMatchObject({
      status: 'pending',
      reason: 'inactive_owner',
      remedy: 'Choose an owner who is an active user.',
    });
    expect(there.task()).toEqual([]);
    there.clock.advance(3_600_000);
    await there.engineOf({ owners: { 'agent-7': there.crm.userId } }).retryPending();
    expect(there.task()).toMatchObject([{ OwnerId: there.crm.userId, WhoId: there.contact }]);
  });

  it('that is longer than the fields is cut to them, never through a character', async () => {
    const there = await ann();
    await there.engine.logActivity(conversation({ ...CALL, summary: '🚀'.repeat(20_000), disposition: '🚀'.repeat(200) }));
    const [task] = there.task();
    expect(task?.['Description']).not.toMatch(/\p{Cs}/u); // half of a character
    expect(String(task?.['Description']).length).toBeLessThanOrEqual(32_000);
    expect(task?.['CallDisposition']).toBe('🚀'.repeat(127));
  });
});
