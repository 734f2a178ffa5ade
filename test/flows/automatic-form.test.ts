import type { ContactStore } from 'crm-sync-engine';
import {
  type CompleteConnector,
  type CrmSyncEngine,
  type EngineOptions,
  type LogForm,
  type OptionLoader,
  parseSettings,
} from 'crm-sync-engine';
import { conversation, type ManualClock } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { hubspotAlice, salesforceAlice, schema } from './form-deployments.ts';
import { connectorAround, Died, dying, storeAround } from './harness.ts';

type Options = Partial<EngineOptions<typeof schema>>;

interface FormWorld {
  readonly engine: CrmSyncEngine<typeof schema>;
  readonly engineOf: (more?: Options) => CrmSyncEngine<typeof schema>;
  readonly connectorOf: () => CompleteConnector;
  readonly store: ContactStore;
  readonly clock: ManualClock;
  /** Of Alice: open ones. */
  readonly deals: readonly [string, string];
  readonly close: (deal: string) => void;
  /** What each logged call is tied to beside Alice, and the answer to "billable". */
  readonly logged: () => readonly { readonly id: string; readonly tied: readonly string[]; readonly billable: unknown }[];
  readonly untie: () => void;
  readonly removeCalls: () => void;
  readonly requests: () => number;
}

interface World {
  readonly name: string;
  readonly association: string;
  readonly billable: string;
  readonly open: (options?: Options) => Promise<FormWorld>;
}

const WORLDS: readonly World[] = [
  {
    name: 'HubSpot',
    association: 'deals',
    billable: 'billable_status',
    async open(options) {
      const there = await hubspotAlice(options);
      const { crm, renewal, expansion, logged } = there;
      return {
        ...there,
        deals: [renewal, expansion],
        close: (deal) => void crm.edit(deal, { dealstage: 'closedwon' }),
        logged: () => logged().map(({ id, deals, properties }) => ({ id, tied: deals, billable: properties['billable_status'] || null })),
        untie() {
          for (const { id, deals } of logged()) for (const deal of deals) crm.dissociate(id, deal);
        },
        removeCalls() {
          for (const { id } of logged()) crm.remove(id);
        },
        requests: () => crm.calls.length,
      };
    },
  },
  {
    name: 'Salesforce',
    association: 'Opportunity',
    billable: 'Billable__c',
    async open(options) {
      const there = await salesforceAlice(options);
      const { crm, renewal, expansion, tasks } = there;
      return {
        ...there,
        deals: [renewal, expansion],
        close: (deal) => void crm.edit(deal, { StageName: 'Closed Won' }),
        logged: () =>
          tasks().map((task: Record<string, unknown>) => ({
            id: `${task['id']}`,
            tied: typeof task['WhatId'] === 'string' ? [task['WhatId']] : [],
            billable: task['Billable__c'] ?? null,
          })),
        untie() {
          for (const { id } of tasks()) crm.edit(id, { WhatId: null });
        },
        removeCalls() {
          for (const { id } of tasks()) crm.remove(id);
        },
        requests: () => crm.calls.length,
      };
    },
  },
];

const CALL = conversation({ id: 'call-1', summary: 'Wants a demo.' });

describe.each(WORLDS)('a form of the settings, in $name', ({ association, billable, open }) => {
  const form: LogForm = {
    kind: 'call',
    fields: [
      { key: 'deal', title: 'Deal', type: 'selection', options: { association, openFirst: true }, writes: 'association' },
      {
        key: 'billable',
        title: 'Billable?',
        type: 'selection',
        options: [
          { const: billable === 'Billable__c' ? 'Billable' : 'billable', title: 'Billable' },
          { const: billable === 'Billable__c' ? 'Pro bono' : 'pro_bono', title: 'Pro bono' },
        ],
        defaultSettingValues: { inboundCall: { settingId: 'inbound_billing' } },
        writes: { activityField: billable },
      },
    ],
  };
  const BILLABLE = billable === 'Billable__c' ? 'Billable' : 'billable';
  const options: Options = { logForms: { call: form, settings: { inbound_billing: 'Billable' } } };
  const last: Options = {
    logForms: {
      ...options.logForms,
      call: { ...form, fields: [{ ...form.fields[0], whenSeveral: 'last_updated' }, form.fields[1]] } as LogForm,
    },
  };

  it('takes what settings and policies decide, asks nothing then, and costs one look-up', async () => {
    const { engineOf, connectorOf, clock, deals, logged, close } = await open(last);
    clock.advance(60_000);
    close(deals[1]);
    clock.advance(60_000);
    const connector = connectorOf();
    const asked: unknown[] = [];
    const engine = engineOf({
      connector: {
        ...connector,
        related(query, call) {
          asked.push(query.to);
          return connector.related!(query, call);
        },
      },
    });
    const { steps } = await engine.handleConversation(CALL);
    await engine.handleConversation({ ...CALL, summary: 'Once more.' });
    expect(asked).toEqual([[association]]);
    expect(steps.activity).toMatchObject({ status: 'done', reason: null, refused: [] });
    expect(logged()).toMatchObject([{ tied: [deals[0]], billable: BILLABLE }]); // the open one, though the other one changed last
    expect(await engine.pending.list()).toEqual([]);
  });

  it('logs the call without a tie that is open, keeps the question, and ties it once it is answered, and only once', async () => {
    const { engine, deals, logged, requests, untie } = await open(options);
    expect((await engine.handleConversation(CALL)).steps.activity).toMatchObject({ status: 'done', reason: 'question_open', refused: [] });
    expect(logged()).toMatchObject([{ tied: [], billable: BILLABLE }]);
    const [item, ...others] = await engine.pending.list({ kinds: ['question'] });
    expect([item, others]).toMatchObject([
      {
        kind: 'question',
        conversation: 'test:call-1',
        contactId: expect.any(String),
        questions: [{ field: 'deal', code: 'several_options', options: expect.arrayContaining([{ const: deals[0], title: 'Renewal' }]) }],
        form: { values: { deal: null, billable: BILLABLE } },
      },
      [],
    ]);
    const id = item?.id ?? '';
    expect(await engine.pending.answer(id, {})).toMatchObject({
      reason: 'submission_refused',
      refused: [{ field: 'deal', code: 'missing' }],
    });
    expect(await engine.pending.answer(id, { deal: 'nothing of ours' })).toMatchObject({
      refused: [{ field: 'deal', code: 'not_offered' }],
    });
    expect(await engine.pending.answer(id, { deal: deals[1] })).toMatchObject({ status: 'done', record: { id: logged()[0]?.id } });
    expect(logged()).toMatchObject([{ tied: [deals[1]], billable: BILLABLE }]);
    expect(await engine.pending.list()).toEqual([]);
    untie(); // somebody thinks otherwise
    const before = requests();
    expect(await engine.pending.answer(id, { deal: deals[1] })).toMatchObject({ status: 'unchanged', reason: 'already_answered' });
    expect(requests()).toBe(before);
    await engine.handleConversation(CALL);
    await engine.handleConversation({ ...CALL, summary: 'Wants a demo on Tuesday.' });
    expect(logged()).toMatchObject([{ tied: [] }]);
    expect(await engine.pending.list()).toEqual([]);
  });

  it('is answered by a person who logs the call with a submission, too', async () => {
    const { engine, deals, logged } = await open(options);
    await engine.handleConversation(CALL);
    const write = { key: 'deal', to: { association }, action: 'set', value: deals[0] } as const;
    const submission = { kind: 'call', context: 'inboundCall', contactType: null, answers: {}, metadata: {}, writes: [write] } as const;
    expect(await engine.logActivity(CALL, { submission })).toMatchObject({ status: 'done' });
    expect(logged()).toMatchObject([{ tied: [deals[0]] }]);
    expect(await engine.pending.list()).toEqual([]);
  });

  it('asks nobody any more once the contact is erased or removed, or the activity is gone', async () => {
    for (const act of ['erase', 'remove'] as const) {
      const { engine } = await open(options);
      const { contactId } = await engine.handleConversation(CALL);
      const [item] = await engine.pending.list();
      if (act === 'erase') await engine.contacts.erase(contactId ?? '');
      else await engine.contacts.remove(contactId ?? '', { by: 'test' });
      expect(await engine.pending.list()).toEqual([]);
      expect((await engine.pending.answer(item?.id ?? '', { deal: null })).status).not.toBe('done');
    }
    const { engine, deals, removeCalls } = await open(options);
    await engine.handleConversation(CALL);
    const [item] = await engine.pending.list();
    removeCalls();
    expect(await engine.pending.answer(item?.id ?? '', { deal: deals[0] })).toMatchObject({
      status: 'skipped',
      reason: 'activity_gone',
      remedy: expect.any(String),
    });
    expect(await engine.pending.list()).toEqual([]);
    expect(await engine.pending.answer('question:test:nothing', {})).toMatchObject({ status: 'skipped', reason: 'question_not_found' });
  });

  it('makes a question of a required field that nothing fills, and leaves out a field that the CRM has not, which it tells', async () => {
    const fields: LogForm['fields'] = [
      { key: 'topic', title: 'Topic', type: 'text', required: true, writes: { activityField: billable } },
      { key: 'odd', title: 'Odd', type: 'text', default: 'x', writes: { activityField: 'Nowhere__c' } },
    ];
    const { engine, logged } = await open({ logForms: { call: { kind: 'call', fields } } });
    expect((await engine.handleConversation(CALL)).steps.activity).toMatchObject({
      status: 'done',
      refused: [{ field: 'odd', code: 'field_not_visible' }],
    });
    expect(await engine.pending.list()).toMatchObject([{ questions: [{ field: 'topic', code: 'missing' }] }]);
    const [item] = await engine.pending.list();
    await engine.pending.answer(item?.id ?? '', { topic: BILLABLE });
    expect(logged()).toMatchObject([{ billable: BILLABLE }]);
  });

  it('is not asked for options where nobody has a record, the channel is off, or the call was logged before', async () => {
    const { engine, requests } = await open({ ...options, activities: { sms: true } });
    const before = requests();
    await engine.handleConversation(CALL);
    expect(requests()).toBe(before);
  });

  it.each(['before', 'after'] as const)(
    'is answered once wherever the process that answers dies, %s the call took effect',
    async (moment) => {
      let deaths = 0;
      for (let at = 1; ; at += 1) {
        const { engine, engineOf, connectorOf, store, clock, deals, logged } = await open(options);
        await engine.handleConversation(CALL);
        clock.advance(3_600_000);
        const [item] = await engine.pending.list();
        const process = dying(at, moment);
        const doomed = engineOf({ store: storeAround(store, process.around), connector: connectorAround(connectorOf(), process.around) });
        const died = await doomed.pending.answer(item?.id ?? '', { deal: deals[0] }).then(
          () => false,
          (error) => error instanceof Died,
        );
        if (!died && !process.isDead()) break;
        deaths += 1;
        for (let times = 0; times < 2; times += 1) {
          clock.advance(1_800_000);
          await engineOf().pending.answer(item?.id ?? '', { deal: deals[0] });
        }
        expect(logged(), `died at call ${at}`).toMatchObject([{ tied: [deals[0]], billable: BILLABLE }]);
        expect(await engine.pending.list()).toEqual([]);
      }
      expect(deaths).toBeGreaterThan(5);
    },
  );
});

it('ties the later messages of a thread to what somebody answered, and asks and looks up nothing for them', async () => {
  const fields: LogForm['fields'] = [
    { key: 'deal', title: 'Deal', type: 'selection', options: { association: 'deals' }, writes: 'association' },
    { key: 'ticket', title: 'Ticket', type: 'selection', options: { association: 'tickets' }, writes: 'association' },
    { key: 'billable', title: 'Billable?', type: 'text', default: 'billable', writes: { activityField: 'billable_status' } },
  ];
  const there = await hubspotAlice({ logForms: { message: { kind: 'message', fields } } });
  const { crm, clock, engine, renewal, ticket, logged } = there;
  const message = conversation({ id: 'sms-1', threadId: 'thread-1', channel: 'sms', summary: 'Hello?' });
  await engine.handleConversation(message);
  const [item] = await engine.pending.list();
  expect(await engine.pending.answer(item?.id ?? '', { deal: renewal })).toMatchObject({ status: 'done' });
  clock.advance(3_600_000);
  const before = crm.calls.length;
  const { steps } = await engine.handleConversation({ ...message, id: 'sms-2', startedAt: '2026-01-06T08:30:00.000Z' });
  expect(steps.activity).toMatchObject({ status: 'done', reason: null, refused: [] });
  expect(await engine.pending.list()).toEqual([]);
  expect(crm.calls.slice(before).filter(({ path }) => /deals|tickets/.test(path))).toEqual([]);
  expect(logged('communications').map(({ deals, tickets, properties }) => [deals, tickets, properties['billable_status']])).toEqual([
    [[renewal], [ticket], 'billable'],
    [[renewal], [ticket], 'billable'],
  ]);
});

describe('options of the host', () => {
  const fields: LogForm['fields'] = [
    { key: 'department', title: 'Department', type: 'selection', dynamicOptions: true, writes: { activityField: 'department' } },
    {
      key: 'billable',
      title: 'Billable?',
      type: 'selection',
      options: { account: 'rates' },
      defaultSettingId: 'rate',
      writes: { activityField: 'billable_status' },
    },
  ];
  const logForms = { call: { kind: 'call', fields }, settings: { rate: 'Pro bono' } } as const;
  const option = (value: string) => ({ const: value, title: value });
  const RATES = [
    { const: 'billable', title: 'Billable' },
    { const: 'pro_bono', title: 'Pro bono' },
  ];
  const account = { get: async () => RATES };

  it('fill a form that nobody fills in, and are loaded again for an answer: one on a later page is known', async () => {
    const asked: unknown[] = [];
    const department: OptionLoader = async ({ contactType, include }) => {
      asked.push([contactType, include]);
      return { options: ['Sales', ...include.map(String)].filter((name) => name !== 'Nobody').map(option), next: '2' };
    };
    const { engine, logged } = await hubspotAlice({ logForms, formOptions: { loaders: { department }, account } });
    const { steps } = await engine.handleConversation(CALL);
    expect(steps.activity).toMatchObject({ status: 'done', reason: 'question_open', refused: [] });
    const [item] = await engine.pending.list({ kinds: ['question'] });
    expect(item).toMatchObject({
      questions: [{ field: 'department', code: 'several_options' }],
      form: { values: { department: null, billable: 'pro_bono' }, fields: [{ options: [option('Sales')] }, { options: RATES }] },
    });
    const answer = (value: string) => engine.pending.answer(item?.id ?? '', { department: value });
    expect(await answer('Nobody')).toMatchObject({ refused: [{ field: 'department', code: 'options_not_loaded' }] });
    expect(await answer('Support')).toMatchObject({ status: 'done' });
    expect(asked).toEqual([
      ['contacts', []],
      ['contacts', ['Nobody']],
      ['contacts', ['Support']],
    ]);
    expect(logged()).toMatchObject([{ properties: { department: 'Support', billable_status: 'pro_bono' } }]);
  });

  it('that nobody loads, or that fail, leave their fields out, which is told; the call is logged', async () => {
    const codes = async (formOptions: EngineOptions<typeof schema>['formOptions']) => {
      const { engine, logged } = await hubspotAlice({ logForms, ...(formOptions && { formOptions }) });
      const { steps } = await engine.handleConversation(CALL);
      expect([logged().length, await engine.pending.list()]).toEqual([1, []]);
      for (const { remedy } of steps.activity.refused) expect(remedy).not.toBe('');
      return steps.activity.refused.map(({ field, code }) => `${field} ${code}`);
    };
    expect(await codes(undefined)).toEqual(['department no_loader', 'billable no_loader']);
    const loaders = { department: () => Promise.reject(new Error('down')) };
    expect(await codes({ loaders, account })).toEqual(['department load_failed']);
  });
});

it('asks for a required tie that there was none of, and takes one that there is by now', async () => {
  const fields: LogForm['fields'] = [
    { key: 'ticket', title: 'Ticket', type: 'selection', required: true, options: { association: 'tickets' }, writes: 'association' },
  ];
  const { crm, clock, engine, alice, ticket, logged } = await hubspotAlice({ logForms: { call: { kind: 'call', fields } } });
  crm.dissociate(alice, ticket);
  await engine.handleConversation(CALL);
  const [item] = await engine.pending.list();
  expect(item).toMatchObject({ questions: [{ field: 'ticket', code: 'missing', options: [] }] });
  const answer = () => engine.pending.answer(item?.id ?? '', { ticket });
  expect(await answer()).toMatchObject({ status: 'skipped', refused: [{ field: 'ticket', code: 'not_offered' }] });
  crm.associate(alice, ticket);
  clock.advance(60_000);
  await engine.pause('maintenance');
  const before = crm.calls.length;
  expect((await answer()).status).not.toBe('done');
  expect(crm.calls.length).toBe(before);
  await engine.resume();
  expect(await answer()).toMatchObject({ status: 'done' });
  expect(logged()).toMatchObject([{ tickets: [ticket] }]);
});

it('logs the call where options can not be had, and says why', async () => {
  const fields: LogForm['fields'] = [
    { key: 'deal', title: 'Deal', type: 'selection', options: { association: 'deals:No such label' }, writes: 'association' },
  ];
  const { engine, logged } = await hubspotAlice({ logForms: { call: { kind: 'call', fields } } });
  const { steps } = await engine.handleConversation(CALL);
  expect(steps.activity).toMatchObject({
    status: 'done',
    refused: [{ field: 'deal', code: expect.any(String), remedy: expect.any(String) }],
  });
  expect([logged().length, await engine.pending.list()]).toEqual([1, []]);
});

it('logs the call of a lead, which is tied to nothing in Salesforce', async () => {
  const fields: LogForm['fields'] = [
    { key: 'deal', title: 'Opportunity', type: 'selection', options: { association: 'Opportunity' }, writes: 'association' },
  ];
  const { engine, tasks, lead } = await salesforceAlice({ logForms: { call: { kind: 'call', fields } } });
  const call = { ...CALL, contact: { kind: 'phone', phone: '+14155550199' } } as const;
  const { steps } = await engine.handleConversation(call);
  expect(steps.activity).toMatchObject({ status: 'done', refused: [] });
  expect([tasks(), await engine.pending.list()]).toMatchObject([[{ WhoId: lead, WhatId: null }], []]);
});

it('logs the call without a value of the settings that the CRM refuses: it would hold up every log', async () => {
  const fields: LogForm['fields'] = [
    { key: 'billable', title: 'Billable?', type: 'text', default: 'Billable', writes: { activityField: 'Billable__c' } },
    { key: 'follow_up', title: 'Follow up?', type: 'checkbox', default: true, writes: { activityField: 'Follow_Up__c' } },
  ];
  const Task = ({ Billable__c }: Readonly<Record<string, unknown>>) =>
    Billable__c === 'Billable' ? { message: 'Nothing is billable.', field: 'Billable__c' } : null;
  const { engine, tasks } = await salesforceAlice({ logForms: { call: { kind: 'call', fields } } }, { validationRules: { Task } });
  const { steps } = await engine.handleConversation(CALL);
  expect(steps.activity).toMatchObject({ status: 'done', refused: [{ field: 'Billable__c', code: 'validation_rule' }] });
  expect(tasks()).toMatchObject([{ Billable__c: null, Follow_Up__c: true }]);
});

it('ties a task of Salesforce to neither of two that exclude each other, until somebody says to which', async () => {
  const fields: LogForm['fields'] = [
    { key: 'account', title: 'Account', type: 'selection', options: { association: 'Account' }, writes: 'association' },
    { key: 'case', title: 'Case', type: 'selection', options: { association: 'Case' }, writes: 'association' },
  ];
  const form: LogForm = { kind: 'call', fields, exclusive: [{ fields: ['account', 'case'] }] };
  const { engine, tasks, printer } = await salesforceAlice({ logForms: { call: form } });
  await engine.handleConversation(CALL);
  expect(tasks()).toMatchObject([{ WhatId: null }]);
  const [item] = await engine.pending.list();
  expect(item).toMatchObject({ questions: [{ field: 'account', code: 'one_tie_only', fields: ['account', 'case'] }] });
  expect(await engine.pending.answer(item?.id ?? '', { case: printer })).toMatchObject({ status: 'done' });
  expect(tasks()).toMatchObject([{ WhatId: printer }]);
});

it('the settings take no form of another kind, and no unknown key', () => {
  const call = { kind: 'message', fields: [] };
  expect(() => parseSettings(schema, { logForms: { call } })).toThrow(
    expect.objectContaining({ issues: [expect.objectContaining({ path: ['logForms', 'call', 'kind'], code: 'wrong_form_kind' })] }),
  );
  expect(() => parseSettings(schema, { logForms: { fax: call } })).toThrow(
    expect.objectContaining({ issues: [expect.objectContaining({ code: 'unknown_key' })] }),
  );
});
