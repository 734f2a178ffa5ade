import { type BoundSubmission, bindSubmission, defineLogForm, type FormInput, type LogForm } from 'crm-sync-engine';
import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { hubspotAlice, salesforceAlice } from './form-deployments.ts';
import { connectorAround, Died, dying, storeAround } from './harness.ts';

const CALL = conversation({ id: 'call-1', summary: 'Wants a demo.' });

/** The submission, or a failed test that says why there is none. */
function bound(form: LogForm, input: Omit<FormInput, 'context'>, answers: Record<string, unknown>): BoundSubmission {
  const parsed = bindSubmission(form, { context: 'inboundCall', ...input }, answers);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.value;
}

const hubspotForm = defineLogForm({
  kind: 'call',
  fields: [
    { key: 'deal', title: 'Deal', type: 'selection', options: { association: 'deals' }, whenSeveral: 'skip', writes: 'association' },
    { key: 'ticket', title: 'Ticket', type: 'selection', options: { association: 'tickets' }, whenSeveral: 'skip', writes: 'association' },
    {
      key: 'billable',
      title: 'Billable?',
      type: 'selection',
      options: [
        { const: 'billable', title: 'Billable' },
        { const: 'pro_bono', title: 'Pro bono' },
      ],
      whenSeveral: 'skip',
      writes: { activityField: 'billable_status' },
    },
    { key: 'follow_up', title: 'Follow up?', type: 'checkbox', writes: { activityField: 'needs_follow_up' } },
    { key: 'team', title: 'How many?', type: 'selection', allowCustomValue: true, writes: { activityField: 'team_size' } },
  ],
  metadata: [{ key: 'department', path: 'user.department', writes: { activityField: 'department' } }],
});

describe('a form that was filled in for a call, in HubSpot', () => {
  it('ties the call to deal and ticket with the right types and fills its fields: false and 0 are answers', async () => {
    const { engine, match, alice, renewal, ticket, logged } = await hubspotAlice();
    const metadata = { user: { department: 'Sales' } };
    const submission = bound(hubspotForm, { match, metadata }, { deal: renewal, ticket, billable: 'pro_bono', follow_up: false, team: 0 });
    const step = await engine.logActivity(CALL, { submission });
    expect(step).toMatchObject({ status: 'done', refused: [], record: { object: 'calls', id: logged()[0]?.id } });
    expect(logged()).toMatchObject([
      {
        contacts: [alice],
        deals: [renewal],
        tickets: [ticket],
        properties: { billable_status: 'pro_bono', needs_follow_up: 'false', team_size: '0', department: 'Sales' },
      },
    ]);
  });

  it('moves the tie by the next submission, clears what was answered with none, and leaves the rest alone', async () => {
    const { engine, match, renewal, expansion, ticket, logged } = await hubspotAlice();
    const first = bound(hubspotForm, { match }, { deal: renewal, ticket, billable: 'billable', follow_up: true });
    await engine.logActivity(CALL, { submission: first });
    const stored = { deal: renewal, ticket, billable: 'billable', follow_up: true };
    const next = bound(hubspotForm, { match, stored }, { deal: expansion, billable: 'none' });
    expect(await engine.logActivity(CALL, { submission: next })).toMatchObject({ status: 'done' });
    expect(logged()).toMatchObject([
      { deals: [expansion], tickets: [ticket], properties: { billable_status: '', needs_follow_up: 'true' } },
    ]);
    const none = bound(hubspotForm, { match, stored: { ...stored, deal: expansion } }, { deal: null });
    expect(await engine.logActivity(CALL, { submission: none })).toMatchObject({ status: 'done' });
    expect(logged()).toMatchObject([{ deals: [], tickets: [ticket] }]);
  });

  it('is carried out once: what people change since is not undone by the same submission, and another one moves it', async () => {
    const { crm, engine, match, renewal, expansion, logged } = await hubspotAlice();
    const first = bound(hubspotForm, { match }, { deal: renewal, billable: 'billable', ticket: 'none' });
    await engine.logActivity(CALL, { submission: first });
    const [call] = logged();
    crm.dissociate(call?.id ?? '', renewal);
    crm.edit(call?.id ?? '', { billable_status: 'pro_bono' });
    const before = crm.calls.length;
    expect(await engine.logActivity(CALL, { submission: first })).toMatchObject({ status: 'unchanged' });
    expect(crm.calls.slice(before).filter(({ operation }) => /create|update|archive/.test(operation))).toEqual([]);
    expect(logged()).toMatchObject([{ deals: [], properties: { billable_status: 'pro_bono' } }]);
    const second = bound(hubspotForm, { match }, { deal: expansion, billable: 'billable', ticket: 'none' });
    await engine.logActivity(CALL, { submission: second });
    expect(logged()).toMatchObject([{ deals: [expansion], properties: { billable_status: 'billable' } }]);
    expect(await engine.logActivity(CALL, { submission: first })).toMatchObject({ status: 'done' }); // she has changed her mind again
    expect(logged()).toMatchObject([{ deals: [renewal] }]);
  });

  it('says whose conversation it is: a shared number is no riddle then, and its analysis goes to whom the form was for', async () => {
    const { crm, clock, engine, match, alice, renewal, logged } = await hubspotAlice({
      analysis: [{ from: 'email', field: 'email', mode: 'overwrite' }],
    });
    crm.add('contacts', { firstname: 'Alan', lastname: 'Smith', phone: '+14155550123' });
    await engine.pull();
    clock.advance(60_000);
    const call = { ...CALL, analysis: { email: 'alice@example.com' } };
    const submission = bound(hubspotForm, { match }, { deal: renewal, ticket: 'none' });
    const { steps, contactId } = await engine.handleConversation(call, { submission });
    expect([steps.analysis.status, steps.activity.status]).toEqual(['done', 'done']);
    expect(logged()).toMatchObject([{ contacts: [alice], deals: [renewal] }]);
    expect(await engine.contacts.get(contactId ?? '')).toMatchObject({ fields: { first_name: 'Alice', email: 'alice@example.com' } });
  });

  it('takes away only ties that it made: one that somebody has added in HubSpot stays', async () => {
    const { crm, engine, match, renewal, expansion, logged } = await hubspotAlice();
    await engine.logActivity(CALL, { submission: bound(hubspotForm, { match }, { ticket: 'none' }) });
    crm.associate(logged()[0]?.id ?? '', renewal);
    const stored = { deal: renewal };
    await engine.logActivity(CALL, { submission: bound(hubspotForm, { match, stored }, { deal: expansion }) });
    expect(logged()[0]?.deals.toSorted()).toEqual([renewal, expansion].toSorted());
  });

  it('keeps ties and answers through a redelivery, a new analysis, and the second message of a thread', async () => {
    const { clock, engine, match, renewal, ticket, logged } = await hubspotAlice();
    const submission = bound(hubspotForm, { match }, { deal: renewal, ticket, billable: 'pro_bono' });
    await engine.handleConversation(CALL, { submission });
    await engine.handleConversation(CALL);
    await engine.handleConversation({ ...CALL, summary: 'Wants a demo on Tuesday.', analysis: { mood: 'good' } });
    expect(logged()).toMatchObject([{ deals: [renewal], tickets: [ticket], properties: { billable_status: 'pro_bono' } }]);
    expect(logged()[0]?.properties['hs_call_body']).toContain('Tuesday');

    const message = conversation({ id: 'sms-1', threadId: 'thread-1', channel: 'sms', summary: 'Hello?' });
    const form = { ...hubspotForm, kind: 'message', fields: hubspotForm.fields.slice(0, 3), metadata: [] } as const;
    const first = bound(form, { match, context: 'message' } as never, { deal: renewal, billable: 'billable', ticket: 'none' });
    await engine.handleConversation(message, { submission: first });
    clock.advance(60_000);
    await engine.handleConversation({ ...message, id: 'sms-2', startedAt: '2026-01-05T09:01:00.000Z', summary: 'Are you there?' });
    await engine.handleConversation(message, { submission: first }); // once more
    const [thread, ...others] = logged('communications');
    expect([thread?.deals, thread?.properties['billable_status'], others]).toEqual([[renewal], 'billable', []]);
  });

  it.each(['by_day', 'by_message'] as const)(
    'ties a thread: its later activities too, until another answer moves it or none takes it away (%s)',
    async (smsThreads) => {
      const { clock, engine, match, renewal, expansion, logged } = await hubspotAlice({ smsThreads });
      const form: LogForm = { kind: 'message', fields: hubspotForm.fields.slice(0, 3) };
      const message = (day: number, threadId = 'thread-1') =>
        conversation({
          id: `sms-${threadId}-${day}`,
          threadId,
          channel: 'sms',
          startedAt: `2026-01-0${day}T08:30:00.000Z`,
          summary: 'Hello?',
        });
      const tied = async (day: number, submission?: BoundSubmission, threadId?: string) => {
        const before = logged('communications').map(({ id }) => id);
        await engine.handleConversation(message(day, threadId), submission && { submission });
        clock.advance(3_600_000);
        return logged('communications')
          .filter(({ id }) => !before.includes(id))
          .map(({ deals, properties }) => [...deals, properties['billable_status'] || null]);
      };
      const first = bound(form, { match }, { deal: renewal, billable: 'billable', ticket: 'none' });
      expect(await tied(1, first)).toEqual([[renewal, 'billable']]);
      expect(await tied(2)).toEqual([[renewal, null]]); // what else was answered was about that message
      expect(await tied(3, bound(form, { match }, { deal: expansion, ticket: 'none' }))).toEqual([[expansion, null]]);
      await engine.handleConversation(message(1), { submission: first }); // once more
      expect(await tied(4)).toEqual([[expansion, null]]);
      expect(await tied(4, undefined, 'thread-2')).toEqual([[null]]);
      const none = bound(form, { match, stored: { deal: expansion } }, { deal: 'none' });
      await engine.handleConversation(message(4), { submission: none });
      expect(await tied(5)).toEqual([[null]]);
    },
  );

  it.each(['before', 'after'] as const)(
    'ties a thread also where the process died while its form was carried out, %s the call took effect',
    async (moment) => {
      let deaths = 0;
      for (let at = 1; ; at += 1) {
        const { clock, engine, engineOf, connectorOf, store, match, renewal, logged } = await hubspotAlice();
        const message = conversation({ id: 'sms-1', threadId: 'thread-1', channel: 'sms', summary: 'Hello?' });
        const form: LogForm = { kind: 'message', fields: hubspotForm.fields.slice(0, 1) };
        const submission = bound(form, { match }, { deal: renewal });
        const process = dying(at, moment);
        const doomed = engineOf({ store: storeAround(store, process.around), connector: connectorAround(connectorOf(), process.around) });
        await doomed.logActivity(message, { submission }).catch((error: unknown) => {
          if (!(error instanceof Died) && !process.isDead()) throw error;
        });
        if (!process.isDead()) break;
        deaths += 1;
        clock.advance(1_800_000);
        await engine.logActivity(message, { submission });
        await engine.logActivity({ ...message, id: 'sms-2', startedAt: '2026-01-06T08:30:00.000Z' });
        expect(
          logged('communications').map(({ deals }) => deals),
          `died at call ${at}`,
        ).toEqual([[renewal], [renewal]]);
      }
      expect(deaths).toBeGreaterThan(5);
    },
  );

  it.each([
    ['a field that is not there', { activityField: 'billable_state' }, 'x', 'field_not_visible'],
    ['a field that can not be written', { activityField: 'computed' }, 'x', 'read_only_field'],
    ['a value that is no option', { activityField: 'billable_status' }, 'x', 'unknown_option'],
    ['a text where there are numbers', { activityField: 'team_size' }, 'many', 'not_a_number'],
    ['the text of the activity', { activityField: 'hs_call_body' }, 'x', 'field_taken'],
    ['the key of the activity', { activityField: 'hs_call_external_id' }, 'x', 'field_taken'],
  ] as const)('is refused before anything is written with %s', async (_, writes, answer, code) => {
    const { engine, match, logged } = await hubspotAlice();
    const form = defineLogForm({
      kind: 'call',
      fields: [
        { key: 'odd', title: 'Odd', type: 'text', writes },
        { key: 'odder', title: 'Odder', type: 'text', writes: { activityField: 'nowhere' } },
      ],
    });
    const step = await engine.logActivity(CALL, { submission: bound(form, { match }, { odd: answer, odder: 'x' }) });
    expect(step).toMatchObject({
      status: 'skipped',
      reason: 'submission_refused',
      refused: [
        { field: 'odd', code, message: expect.any(String), remedy: expect.any(String) },
        { field: 'odder', code: 'field_not_visible' },
      ],
    });
    expect(logged()).toEqual([]);
  });

  it('logs the call without a tie whose record is gone by now, and says so; one that was merged is followed', async () => {
    const { crm, engine, match, renewal, expansion, ticket, logged } = await hubspotAlice();
    crm.remove(renewal);
    const submission = bound(hubspotForm, { match }, { deal: renewal, ticket });
    expect(await engine.logActivity(CALL, { submission })).toMatchObject({
      status: 'done',
      refused: [{ field: 'deal', code: 'tie_gone', remedy: expect.any(String) }],
    });
    expect(logged()).toMatchObject([{ deals: [], tickets: [ticket] }]);
    const survivor = crm.merge(
      crm.add('deals', { dealname: 'All of it', pipeline: 'default', dealstage: 'appointmentscheduled' }).id,
      expansion,
    ).id;
    const moved = bound(hubspotForm, { match, stored: { ticket } }, { deal: expansion });
    expect(await engine.logActivity(CALL, { submission: moved })).toMatchObject({ status: 'done', refused: [] });
    expect(logged()).toMatchObject([{ deals: [survivor], tickets: [ticket] }]);
  });

  it('is looked up, and made with its ties, where the answer to it is lost', async () => {
    const { crm, clock, engine, match, renewal, expansion, logged } = await hubspotAlice();
    const submission = bound(hubspotForm, { match }, { deal: renewal, billable: 'billable', ticket: 'none' });
    crm.fault({ on: 'create calls', what: 'lost_ack' });
    expect(await engine.logActivity(CALL, { submission })).toMatchObject({ status: 'pending' });
    clock.advance(900_000);
    expect(await engine.logActivity(CALL, { submission })).toMatchObject({ status: 'done' });
    expect(logged()).toMatchObject([{ deals: [renewal], properties: { billable_status: 'billable' } }]);
    const next = bound(hubspotForm, { match, stored: { deal: renewal } }, { deal: expansion });
    crm.fault({ on: 'createAssociations calls', what: 'lost_ack' });
    expect(await engine.logActivity(CALL, { submission: next })).toMatchObject({ status: 'pending' });
    clock.advance(900_000);
    expect(await engine.logActivity(CALL, { submission: next })).toMatchObject({ status: 'done' });
    expect(logged()).toMatchObject([{ deals: [expansion] }]);
  });

  it('is made without a tie of an earlier try whose record is gone by then', async () => {
    const { crm, clock, engine, match, renewal, logged } = await hubspotAlice();
    const submission = bound(hubspotForm, { match }, { deal: renewal, ticket: 'none' });
    crm.fault({ on: 'create calls', what: 'network' });
    expect(await engine.logActivity(CALL, { submission })).toMatchObject({ status: 'pending' });
    clock.advance(900_000);
    crm.remove(renewal);
    expect(await engine.logActivity(CALL)).toMatchObject({ status: 'done' }); // a webhook that comes again knows of no form
    expect(logged()).toMatchObject([{ deals: [] }]);
  });

  it('is not taken where it is no form of an activity, or no submission at all', async () => {
    const { engine } = await hubspotAlice();
    const contact = bound({ kind: 'new_contact', fields: [] }, {}, {});
    await expect(engine.logActivity(CALL, { submission: contact })).rejects.toMatchObject({ code: 'wrong_form_kind' });
    const odd = { ...bound(hubspotForm, {}, {}), writes: [{ key: 'deal', to: 'deals', action: 'set' }] } as never;
    await expect(engine.handleConversation(CALL, { submission: odd })).rejects.toMatchObject({ code: 'invalid_document' });
  });
});

const salesforceForm = defineLogForm({
  kind: 'call',
  fields: [
    {
      key: 'opportunity',
      title: 'Opportunity',
      type: 'selection',
      options: { association: 'Opportunity' },
      whenSeveral: 'skip',
      writes: 'association',
    },
    { key: 'case', title: 'Case', type: 'selection', options: { association: 'Case' }, writes: 'association' },
    {
      key: 'billable',
      title: 'Billable?',
      type: 'selection',
      options: [
        { const: 'Billable', title: 'Billable' },
        { const: 'Pro bono', title: 'Pro bono' },
      ],
      whenSeveral: 'skip',
      writes: { activityField: 'Billable__c' },
    },
    { key: 'follow_up', title: 'Follow up?', type: 'checkbox', writes: { activityField: 'Follow_Up__c' } },
  ],
  exclusive: [{ fields: ['opportunity', 'case'] }],
});

describe('a form that was filled in for a call, in Salesforce', () => {
  it('ties the task to one record beside the contact, moves it, and takes it away', async () => {
    const { engine, match, alice, renewal, expansion, tasks } = await salesforceAlice();
    const first = bound(salesforceForm, { match }, { opportunity: renewal, billable: 'Pro bono', follow_up: false });
    expect(await engine.logActivity(CALL, { submission: first })).toMatchObject({ status: 'done' });
    expect(tasks()).toMatchObject([{ WhoId: alice, WhatId: renewal, Billable__c: 'Pro bono', Follow_Up__c: false }]);
    const stored = { opportunity: renewal, billable: 'Pro bono' };
    await engine.logActivity(CALL, { submission: bound(salesforceForm, { match, stored }, { opportunity: expansion }) });
    expect(tasks()).toMatchObject([{ WhoId: alice, WhatId: expansion, Billable__c: 'Pro bono' }]);
    const none = bound(salesforceForm, { match, stored: { ...stored, opportunity: expansion } }, { opportunity: 'none', billable: null });
    await engine.logActivity(CALL, { submission: none });
    expect(tasks()).toMatchObject([{ WhoId: alice, WhatId: null, Billable__c: null }]);
  });

  it('keeps the tie of a message through the next one of its thread, on that day and on another', async () => {
    const { clock, engine, match, renewal, tasks } = await salesforceAlice();
    const form: LogForm = { ...salesforceForm, kind: 'message' };
    const message = conversation({ id: 'sms-1', threadId: 'thread-1', channel: 'sms', summary: 'Hello?' });
    await engine.handleConversation(message, { submission: bound(form, { match }, { opportunity: renewal, case: 'none' }) });
    for (const startedAt of ['2026-01-05T08:45:00.000Z', '2026-01-06T08:30:00.000Z']) {
      clock.advance(3_600_000);
      await engine.handleConversation({ ...message, id: startedAt, startedAt });
    }
    expect(tasks()).toMatchObject([{ WhatId: renewal }, { WhatId: renewal }]);
  });

  it('moves the one tie from one field of the group to the other', async () => {
    const { engine, match, renewal, printer, tasks } = await salesforceAlice();
    await engine.logActivity(CALL, { submission: bound(salesforceForm, { match }, { opportunity: renewal, case: 'none' }) });
    const stored = { opportunity: renewal };
    await engine.logActivity(CALL, { submission: bound(salesforceForm, { match, stored }, { opportunity: 'none', case: printer }) });
    expect(tasks()).toMatchObject([{ WhatId: printer }]);
  });

  it('refuses two of an exclusive group at validation, or puts the second into its lookup field', async () => {
    const { engine, match, renewal, printer, tasks } = await salesforceAlice();
    const both = { opportunity: renewal, case: printer };
    const parsed = bindSubmission(salesforceForm, { match, context: 'inboundCall' }, both);
    expect(parsed).toMatchObject({ ok: false, issues: [{ path: ['case'], code: 'one_tie_only' }] });
    const lookups = { ...salesforceForm, exclusive: [{ fields: ['opportunity', 'case'], lookups: { case: 'Case__c' } }] };
    await engine.logActivity(CALL, { submission: bound(lookups, { match }, both) });
    expect(tasks()).toMatchObject([{ WhatId: renewal, Case__c: printer }]);
  });

  it('refuses two ties of a form that does not say that they exclude each other: none is left out in silence', async () => {
    const { engine, match, renewal, printer, tasks } = await salesforceAlice();
    const { exclusive: _, ...form } = salesforceForm;
    const step = await engine.logActivity(CALL, { submission: bound(form, { match }, { opportunity: renewal, case: printer }) });
    expect(step).toMatchObject({
      status: 'skipped',
      reason: 'submission_refused',
      refused: [{ field: 'opportunity', code: 'too_many_associations' }, { field: 'case' }],
    });
    expect(tasks()).toEqual([]);
  });

  it('refuses a tie of a lead before anything is written, also for one that is logged already', async () => {
    const { engine, match, lead, renewal, tasks } = await salesforceAlice();
    const leads = { ...match, record: { object: 'Lead', recordId: lead } };
    const call = { ...CALL, contact: { kind: 'phone', phone: '+14155550199' } } as const;
    const submission = bound(salesforceForm, { match: leads }, { opportunity: renewal, case: 'none', billable: 'Billable' });
    const refusal = {
      status: 'skipped',
      reason: 'submission_refused',
      refused: [{ field: 'opportunity', code: 'invalid_combination', remedy: expect.any(String) }],
    };
    expect(await engine.logActivity(call, { submission })).toMatchObject(refusal);
    expect(tasks()).toEqual([]);
    await engine.logActivity(call);
    expect(await engine.logActivity(call, { submission })).toMatchObject(refusal);
    expect(tasks()).toMatchObject([{ WhoId: lead, WhatId: null, Billable__c: null }]);
  });

  it('leaves a tie that people have changed in Salesforce alone, where an answer takes ours away', async () => {
    const { crm, engine, match, account, renewal, tasks } = await salesforceAlice();
    await engine.logActivity(CALL, { submission: bound(salesforceForm, { match }, { opportunity: renewal, case: 'none' }) });
    crm.edit(tasks()[0]?.id ?? '', { WhatId: account });
    const stored = { opportunity: renewal };
    await engine.logActivity(CALL, { submission: bound(salesforceForm, { match, stored }, { opportunity: null }) });
    expect(tasks()).toMatchObject([{ WhatId: account }]);
  });
});
