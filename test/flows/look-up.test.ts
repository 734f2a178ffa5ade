import {
  type BoundSubmission,
  bindSubmission,
  type CrmConnector,
  chooseMatch,
  defineLogForm,
  type LogForm,
  type Match,
  parseLogForm,
  resolveLogForm,
} from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { conversation, type FakeHubSpotOptions, fakeHubSpot, manualClock } from 'crm-sync-engine/testing';
import { describe, expect, it, vi } from 'vitest';
import { ALL_SCOPES } from '../../src/testing/hubspot/scopes.ts';
import { callsOf, deployment, engineFor } from './support.ts';
import { WORLDS } from './world.ts';
import { hubspotCrm } from './world-hubspot.ts';

const NUMBER = '+14155550123';
const callForm = defineLogForm({
  kind: 'call',
  fields: [
    { key: 'deal', title: 'Deal', type: 'selection', options: { association: 'deals', openFirst: true }, writes: 'association' },
    { key: 'ticket', title: 'Ticket', type: 'selection', options: { association: 'tickets' }, whenSeveral: 'skip', writes: 'association' },
  ],
});

/** The submission, or a failed test that says why there is none. */
function submitted(form: LogForm, match: Match | undefined, answers: object): BoundSubmission {
  const bound = bindSubmission(form, { match: match ?? null, context: 'inboundCall' }, answers);
  if (!bound.ok) throw new Error(JSON.stringify(bound.issues));
  return bound.value;
}

/** An engine on a HubSpot account with deals and tickets; nobody is pulled yet. */
function onHubSpot(portal: FakeHubSpotOptions = {}) {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const properties = {
    contacts: {
      hs_lead_status: { type: 'enumeration', fieldType: 'radio', options: ['New', 'Working', 'Qualified'] },
      conversation_notes: { type: 'string', fieldType: 'textarea' },
    },
  } as const;
  const crm = fakeHubSpot({ clock, properties, tokenSeconds: 1_000_000, ...portal });
  const { connection, mapping } = hubspotCrm;
  const there = engineFor({ connection, clock, connectorOf: () => hubspot({ ...crm.options, clock }), mapping }, {});
  const contact = (firstname: string, phone = '(415) 555-0123'): string => {
    const { id } = crm.add('contacts', { firstname, lastname: 'Smith', phone });
    clock.advance(60_000);
    return id;
  };
  const tied = (to: string, object: string, values: object): string => {
    const { id } = crm.add(object, { ...values });
    crm.associate(to, id);
    clock.advance(60_000);
    return id;
  };
  const deal = (to: string, dealname: string, dealstage = 'contractsent') =>
    tied(to, 'deals', { dealname, dealstage, pipeline: 'default' });
  const ticket = (to: string, subject: string) => tied(to, 'tickets', { subject, hs_pipeline: '0', hs_pipeline_stage: '1' });
  return { ...there, crm, contact, deal, ticket };
}

describe('a call of a HubSpot contact', () => {
  it('comes with its deals and tickets, which fill the form and tie the log', async () => {
    const { engine, crm, contact, deal, ticket } = onHubSpot();
    const alice = contact('Alice');
    const won = deal(alice, 'Pilot', 'closedwon');
    const renewal = deal(alice, 'Renewal');
    const upgrade = deal(alice, 'Upgrade', 'qualifiedtobuy');
    const broken = ticket(alice, 'Cannot log in');
    await engine.pull();

    const [match, ...others] = await engine.lookUp('415-555-0123', { forms: [callForm] });
    expect(others).toEqual([]);
    expect(match).toMatchObject({
      record: { object: 'contacts', recordId: alice, label: 'Alice Smith' },
      contact: { fields: { first_name: 'Alice', phone_number: NUMBER } },
      contactType: 'contacts',
      origin: 'contact',
      createdAt: '2026-01-05T09:00:00.000Z',
      options: {
        deals: [
          { const: upgrade, title: 'Upgrade', description: 'Qualified To Buy', open: true },
          { const: renewal, title: 'Renewal', description: 'Contract Sent', open: true },
          { const: won, title: 'Pilot', description: 'Closed Won', open: false },
        ],
        tickets: [{ const: broken, title: 'Cannot log in', description: 'New', open: true }],
      },
    });
    expect(JSON.parse(JSON.stringify(match))).toEqual(match);

    const input = { match: match as Match, context: 'inboundCall' } as const;
    const shown = resolveLogForm(callForm, input);
    expect(shown.values).toEqual({ deal: null, ticket: broken });
    expect(shown.questions).toMatchObject([{ field: 'deal', code: 'several_options' }]);
    const submission = submitted(callForm, match, { deal: renewal });
    expect(await engine.logActivity(conversation({ phone: NUMBER }), { submission })).toMatchObject({ status: 'done', refused: [] });
    expect(crm.list('calls')).toMatchObject([{ associations: { contacts: [alice], deals: [renewal], tickets: [broken] } }]);
  });

  it('costs the same however many matches there are, and nothing where nobody asks for options', async () => {
    const { engine, crm, contact, deal, ticket } = onHubSpot();
    const ids = [contact('Alice')];
    deal(ids[0]!, 'Renewal');
    ticket(ids[0]!, 'Broken');
    await engine.lookUp(NUMBER, { forms: [callForm] }); // learns of the objects
    const one = await callsOf(crm, () => engine.lookUp(NUMBER, { forms: [callForm] }));
    for (let index = 0; index < 19; index += 1) ids.push(contact(`Guest ${index}`));
    for (const id of ids) deal(id, 'Another');
    const many = await callsOf(crm, async () => expect(await engine.lookUp(NUMBER, { forms: [callForm] })).toHaveLength(20));
    expect(many).toEqual(one);
    expect(one.filter((operation) => operation !== 'search contacts')).toEqual([
      'read contacts',
      'readAssociations contacts',
      'readAssociations contacts',
      'read deals',
      'read tickets',
    ]);
    expect(new Set(await callsOf(crm, () => engine.lookUp(NUMBER)))).toEqual(new Set(['search contacts', 'read contacts']));
  });

  it('whose deals the app may not see has its tickets all the same', async () => {
    const { engine, contact, ticket } = onHubSpot({ scopes: ALL_SCOPES.filter((scope) => !scope.includes('deals')) });
    const broken = ticket(contact('Alice'), 'Broken');
    const [match] = await engine.lookUp(NUMBER, { forms: [callForm] });
    expect(match?.options).toMatchObject({ deals: { failed: true, code: 'missing_scopes' }, tickets: [{ const: broken }] });
    const { fields, values } = resolveLogForm(callForm, { match: match as Match, context: 'inboundCall' });
    expect(fields.map(({ optionsAre }) => optionsAre)).toEqual(['failed', 'ready']);
    expect(values).toEqual({ deal: null, ticket: broken });
  });

  it('whose deals meet the limit of the account has its tickets all the same', async () => {
    const { engine, crm, contact, deal, ticket } = onHubSpot();
    const alice = contact('Alice');
    deal(alice, 'Renewal');
    const broken = ticket(alice, 'Broken');
    crm.fault({ on: 'read deals', what: 'daily_limit' });
    const [match] = await engine.lookUp(NUMBER, { forms: [callForm] });
    expect(match?.options).toMatchObject({ deals: { failed: true, code: 'daily_limit' }, tickets: [{ const: broken }] });
    crm.verify();
  });

  it('whose options take too long is answered in time: what has come is there, the rest has failed', async () => {
    const { engineOf, connectorOf, contact, deal, ticket } = onHubSpot();
    const alice = contact('Alice');
    deal(alice, 'Renewal');
    const broken = ticket(alice, 'Broken');
    const time = new AbortController();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(time.signal);
    const slow = connectorOf();
    const engine = engineOf({
      connector: {
        ...slow,
        async *related(query, call) {
          for await (const answer of slow.related!(query, call)) if (answer.to === 'tickets') yield answer;
          time.abort(new DOMException('The time is over.', 'TimeoutError'));
          await new Promise(() => {}); // and minds no signal
        },
      },
    });
    const [match] = await engine.lookUp(NUMBER, { forms: [callForm], timeLimitMs: 1_500 });
    expect(match?.options).toMatchObject({ deals: { failed: true, code: 'out_of_time' }, tickets: [{ const: broken }] });
    expect(timeout).toHaveBeenCalledWith(1_500);
    timeout.mockRestore();
  });
});

describe('a call of a Salesforce contact', () => {
  const form = defineLogForm({
    kind: 'call',
    fields: [
      {
        key: 'opportunity',
        title: 'Opportunity',
        type: 'selection',
        options: { association: 'Opportunity', openFirst: true },
        writes: 'association',
      },
      { key: 'case', title: 'Case', type: 'selection', options: { association: 'Case' }, whenSeveral: 'skip', writes: 'association' },
    ],
    exclusive: [{ fields: ['opportunity', 'case'] }],
  });
  function onSalesforce() {
    const there = deployment();
    const { crm, clock } = there;
    const account = crm.add('Account', { Name: 'Acme' }).id;
    const contact = (FirstName: string) =>
      crm.add('Contact', { FirstName, LastName: 'Smith', Phone: '(415) 555-0123', AccountId: account }).id;
    const opportunity = (Name: string, StageName: string) => {
      clock.advance(60_000);
      return crm.add('Opportunity', { Name, StageName, CloseDate: '2026-12-31', AccountId: account }).id;
    };
    return { ...there, account, contact, opportunity };
  }

  it('comes with its opportunities and cases, open ones first and with the labels of their stages, and ties one of them', async () => {
    const { engine, crm, contact, opportunity } = onSalesforce();
    const alice = contact('Alice');
    const won = opportunity('Pilot', 'Closed Won');
    const renewal = opportunity('Renewal', 'Prospecting');
    const printer = crm.add('Case', { Subject: 'Printer', Status: 'New', ContactId: alice }).id;
    await engine.pull();
    const [match, ...others] = await engine.lookUp(NUMBER, { forms: [form] });
    expect(others).toEqual([]);
    expect(match).toMatchObject({
      record: { object: 'Contact', recordId: alice, label: 'Alice Smith' },
      options: {
        Opportunity: [
          { const: renewal, title: 'Renewal', description: 'Prospecting', open: true },
          { const: won, title: 'Pilot', description: 'Closed Won', open: false },
        ],
        Case: [{ const: printer, title: expect.stringContaining('Printer'), description: 'New', open: true }],
      },
    });
    expect(resolveLogForm(form, { match: match as Match, context: 'inboundCall' }).questions).toMatchObject([{ field: 'opportunity' }]);
    const submission = submitted(form, match, { opportunity: renewal, case: 'none' });
    expect(await engine.logActivity(conversation({ phone: NUMBER }), { submission })).toMatchObject({ status: 'done', refused: [] });
    expect(crm.list('Task')).toMatchObject([{ fields: { WhoId: alice, WhatId: renewal } }]);
  });

  it('costs one search and one request for the options, however many matches there are', async () => {
    const { engine, crm, contact, opportunity } = onSalesforce();
    contact('Alice');
    opportunity('Renewal', 'Prospecting');
    await engine.lookUp(NUMBER, { forms: [form] }); // learns of the objects
    const one = await callsOf(crm, async () => expect(await engine.lookUp(NUMBER, { forms: [form] })).toHaveLength(1));
    for (let index = 0; index < 19; index += 1) contact(`Guest ${index}`);
    const many = await callsOf(crm, async () => expect(await engine.lookUp(NUMBER, { forms: [form] })).toHaveLength(20));
    expect(many).toEqual(one);
    expect(one).toHaveLength(3); // the search, what it found as it is now, and all options
  });

  it('that is a lead has none of them, and says why', async () => {
    const { engine, crm } = onSalesforce();
    crm.add('Lead', { FirstName: 'Al', LastName: 'Smith', Company: 'Acme', Phone: '415.555.0123' });
    const [match] = await engine.lookUp(NUMBER, { forms: [form], objects: ['Lead'] });
    expect(match).toMatchObject({
      contactType: 'Lead',
      options: { Opportunity: [], Case: [] },
      because: { Case: { code: 'lead_without_ties' } },
    });
    const { notes, values } = resolveLogForm(form, { match: match as Match, context: 'inboundCall' });
    expect([values, notes.map(({ code }) => code)]).toEqual([{ opportunity: null, case: null }, ['never_tied', 'never_tied']]);
    expect(submitted(form, match, {}).writes).toEqual([]);
  });
});

describe.each(WORLDS)('whoever calls, on $name', (world) => {
  const open = (...[options]: Parameters<typeof world.deployment>) => {
    const there = world.deployment(options);
    const add = (firstName: string, phone = '(415) 555-0123') => {
      const { id } = there.crm.add({ firstName, lastName: 'Smith', phone, status: 'New' });
      there.clock.advance(60_000); // a search does not show at once what was just made
      return id;
    };
    return { ...there, add };
  };
  const told = (matches: readonly Match[]) =>
    matches.map(({ record, contact, origin }) => [record?.label ?? contact?.fields.first_name, origin]);

  it('is found here and in the CRM, in one order: contacts here, records of other contacts, records of nobody', async () => {
    const { engine, crm, add } = open();
    const alice = add('Alice');
    const bob = add('Bob', '(415) 555-0199');
    await engine.pull();
    await engine.contacts.update(
      (await engine.contacts.byPhone('+14155550199')).contact!.id,
      { phone_number: '+14155550177' },
      { by: 'test' },
    );
    crm.edit(bob, { phone: NUMBER });
    const carol = add('Carol', '1-415-555-0123');
    const dan = add('Dan', '415.555.0123');
    const matches = await engine.lookUp('(415) 555 0123');
    expect(told(matches)).toEqual([
      ['Alice Smith', 'contact'],
      ['Bob Smith', 'linked_record'],
      ['Dan Smith', 'record'],
      ['Carol Smith', 'record'],
    ]);
    expect(matches.map(({ record }) => record?.recordId)).toEqual([alice, bob, dan, carol]);
    expect(matches.map(({ contact }) => contact?.fields.first_name ?? null)).toEqual(['Alice', 'Bob', null, null]);
    expect(await engine.lookUp('+1 415 555 0123')).toEqual(matches);
    expect(await engine.contacts.list()).toHaveLength(2); // nobody was imported
  });

  it.each(['+14155550123', '(415) 555-0123', '415.555.0123', '1 415 555 0123', '4155550123', '+1 (415) 555-0123'])(
    'is found however the number is spelled here and there: %s',
    async (spelling) => {
      const { engine, add } = open();
      const ids = [add('Alice', spelling), add('Bob', '415-555-0123')];
      add('Carol', '415-555-0124');
      for (const asked of [spelling, NUMBER])
        expect((await engine.lookUp(asked)).map(({ record }) => record?.recordId).toSorted()).toEqual(ids.toSorted());
    },
  );

  it('is nobody where nobody has the number', async () => {
    const { engine, add } = open();
    add('Alice', '(415) 555-0199');
    await engine.pull();
    expect(await engine.lookUp(NUMBER)).toEqual([]);
    expect(await engine.lookUp('anonymous')).toEqual([]);
    expect(await engine.lookUp('')).toEqual([]);
  });

  it('is whom a contact here stands for, where it has no record', async () => {
    const { engine, crm, add } = open();
    const id = add('Alice');
    await engine.pull();
    crm.remove(id);
    await world.hearOfDeletion(engine, id);
    expect(await engine.lookUp(NUMBER)).toMatchObject([
      { record: null, contact: { fields: { first_name: 'Alice' } }, contactType: null, options: {} },
    ]);
  });

  it('is one match, with the record that is left, where a merge in the CRM was not pulled yet', async () => {
    const { engine, crm, add } = open();
    const alice = add('Alice');
    await engine.pull();
    const survivor = crm.merge(add('Alicia'), alice).id;
    const matches = await engine.lookUp(NUMBER);
    expect(matches).toMatchObject([
      { record: { object: world.object, recordId: survivor }, contact: { fields: { first_name: 'Alice' } }, origin: 'contact' },
    ]);
    expect(matches).toHaveLength(1);
  });

  it('is no record that was deleted in the CRM, although no pull has noticed', async () => {
    const { engine, crm, add } = open();
    const bob = add('Bob');
    await engine.pull();
    crm.remove(bob);
    expect(await engine.lookUp(NUMBER)).toMatchObject([{ record: null, contact: { fields: { first_name: 'Bob' } } }]);
  });

  it('keeps a record whose number was changed in the CRM, with what it is called there', async () => {
    const { engine, crm, add } = open();
    const alice = add('Alice');
    await engine.pull();
    crm.edit(alice, { phone: '+14155550177', firstName: 'Alicia' });
    const before = crm.calls.length;
    expect(await engine.lookUp(NUMBER)).toMatchObject([{ record: { recordId: alice, label: 'Alicia Smith' }, origin: 'contact' }]);
    expect(crm.calls.length - before).toBeLessThanOrEqual(4);
  });

  it('is told with what could not be searched, and is an error where nobody is known', async () => {
    const { engine, add } = open();
    add('Alice');
    await engine.pull();
    await engine.pause('maintenance');
    const matches = await engine.lookUp(NUMBER);
    expect(matches).toMatchObject([
      { record: { label: 'Alice Smith' }, origin: 'contact', unasked: [{ object: world.object, code: 'connection_paused' }] },
    ]);
    expect(chooseMatch(matches, 'last_updated')).toEqual({ match: null, reason: 'incomplete' });
    await expect(engine.lookUp('+14155550124')).rejects.toMatchObject({ code: 'connection_paused' });
  });

  it('is who is known here, where the CRM takes too long', async () => {
    const there = open();
    there.add('Alice');
    await there.engine.pull();
    const engine = there.engineOf({ connector: { ...there.connectorOf(), find: () => new Promise(() => {}) } });
    expect(await engine.lookUp(NUMBER, { timeLimitMs: 50 })).toMatchObject([
      { record: { label: 'Alice Smith' }, unasked: [{ object: world.object, code: 'out_of_time' }] },
    ]);
    await expect(engine.lookUp('+14155550124', { timeLimitMs: 50 })).rejects.toMatchObject({ code: 'out_of_time', retryable: true });
  });

  it('is not waited for by who has given up', async () => {
    const there = open();
    const controller = new AbortController();
    const engine = there.engineOf({ connector: { ...there.connectorOf(), find: () => new Promise(() => {}) } });
    const looking = engine.lookUp(NUMBER, { signal: controller.signal });
    controller.abort(new Error('hung up'));
    await expect(looking).rejects.toThrow('hung up');
    await expect(engine.lookUp(NUMBER, { signal: controller.signal })).rejects.toThrow('hung up');
  });

  it('at a switchboard is fifty of them, and that is not everybody', async () => {
    const { engine, add } = open();
    for (let index = 0; index < 51; index += 1) add(`First${index}`);
    const matches = await engine.lookUp(NUMBER);
    expect(matches).toHaveLength(50);
    expect(matches[0]?.unasked).toEqual([{ object: world.object, code: 'too_many_records' }]);
  });

  it('is chosen among several by a policy', async () => {
    const there = open();
    const { engine, crm, add } = there;
    const zoe = add('Zoe');
    const alice = add('Alice');
    const bob = add('Bob');
    crm.edit(bob, { status: 'Working' });
    there.clock.advance(60_000);
    crm.edit(zoe, { status: 'Working' });
    const chosen = (policy: Parameters<typeof chooseMatch>[1], matches: readonly Match[]) => {
      const { match, reason } = chooseMatch(matches, policy);
      return [match?.record?.recordId ?? null, reason];
    };
    const matches = await engine.lookUp(NUMBER);
    expect(chosen('earliest_created', matches)).toEqual([zoe, 'policy']);
    expect(chosen('last_updated', matches)).toEqual([zoe, 'policy']);
    expect(chosen('alphabetical', matches)).toEqual([alice, 'policy']);
    expect(chosen('ask', matches)).toEqual([null, 'ask']);
    expect(chosen('skip', matches)).toEqual([null, 'skip']);
    expect(chosen('last_updated', await engine.lookUp('+14155550199'))).toEqual([null, 'nobody']);
  });
});

it('of contacts and leads at once is looked for in both, mapped or not', async () => {
  const { engine, crm, clock } = deployment();
  const contact = crm.add('Contact', { FirstName: 'Alice', LastName: 'Smith', Phone: '(415) 555-0123' }).id;
  clock.advance(60_000);
  const lead = crm.add('Lead', { FirstName: 'Al', LastName: 'Smith', Company: 'Acme', MobilePhone: '415.555.0123' }).id;
  await engine.pull();
  const matches = await engine.lookUp(NUMBER, { objects: ['Lead', 'Contact', 'Lead', 'Nobody__c'] });
  expect(matches).toMatchObject([
    { record: { object: 'Contact', recordId: contact, label: 'Alice Smith' }, contactType: 'Contact', origin: 'contact' },
    { record: { object: 'Lead', recordId: lead, label: 'Al Smith' }, contactType: 'Lead', contact: null, origin: 'record' },
  ]);
  for (const { unasked } of matches) expect(unasked).toEqual([{ object: 'Nobody__c', code: 'object_not_visible' }]);
});

it('that is a lead is whom it was converted to, although no pull has noticed', async () => {
  const lead = { crmObject: 'Lead', fields: [{ crm: 'Phone', field: 'phone_number', direction: 'inbound' }] } as const;
  const { engine, crm } = deployment({ mappings: [{ ...lead, crmObject: 'Contact' }, lead] });
  const { id } = crm.add('Lead', { FirstName: 'Al', LastName: 'Smith', Company: 'Acme', Phone: NUMBER });
  await engine.pull();
  const { contact } = crm.convertLead(id);
  expect(await engine.lookUp(NUMBER)).toMatchObject([
    { record: { object: 'Contact', recordId: contact.id }, contact: { links: [{ object: 'Lead' }] }, origin: 'contact' },
  ]);
});

describe('deals and leads at once', () => {
  const form = parseLogForm({
    kind: 'call',
    fields: ['deals', 'leads'].map((association) => ({
      key: association,
      title: association,
      type: 'selection',
      options: { association },
      writes: 'association',
    })),
  });

  it.each(WORLDS)('come from a connector that has both, in one question for all matches ($name)', async (world) => {
    const there = world.deployment();
    const ids = ['Alice', 'Bob'].map((firstName) => there.crm.add({ firstName, lastName: 'Smith', phone: NUMBER, status: 'New' }).id);
    there.clock.advance(60_000);
    const asked: unknown[] = [];
    const related: CrmConnector['related'] = async function* (query) {
      asked.push(query);
      for (const of of query.ids) for (const to of query.to) yield { of, to, options: [{ const: `${to} of ${of}`, title: to }] };
    };
    const connector = { ...there.connectorOf(), related, capabilities: { ...there.connectorOf().capabilities, relatedBatchMax: 10 } };
    const matches = await there.engineOf({ connector }).lookUp(NUMBER, { forms: [form, form] });
    expect(asked).toEqual([{ object: world.object, ids: expect.arrayContaining(ids), to: ['deals', 'leads'], limit: 100 }]);
    for (const match of matches) {
      const id = match.record!.recordId;
      expect(resolveLogForm(form, { match, context: 'inboundCall' }).values).toEqual({ deals: `deals of ${id}`, leads: `leads of ${id}` });
    }
  });

  it('and what a connector knows of a contact beside records comes under the key of its field', async () => {
    const there = WORLDS[0]!.deployment();
    there.crm.add({ firstName: 'Alice', lastName: 'Smith', phone: NUMBER, status: 'New' });
    const asked: unknown[] = [];
    const related: CrmConnector['related'] = async function* ({ ids, to }) {
      asked.push(to);
      for (const of of ids) for (const name of to) yield { of, to: name, options: [{ const: 'billable', title: 'Billable' }] };
    };
    const fields = ['rate', 'mood'].map((key) => ({ key, title: key, type: 'selection', contactDependent: true }));
    const rates = parseLogForm({ kind: 'call', fields });
    const capabilities = { ...there.connectorOf().capabilities, relatedBatchMax: 10, relatedFields: ['rate', 'other'] };
    const engine = there.engineOf({ connector: { ...there.connectorOf(), related, capabilities } });
    const [match] = await engine.lookUp(NUMBER, { forms: [rates] });
    expect(asked).toEqual([['rate']]);
    const { values, notes } = resolveLogForm(rates, { match: match as Match, context: 'inboundCall' });
    expect([values, notes.map(({ code, path }) => `${path[0]} ${code}`)]).toEqual([
      { rate: 'billable', mood: null },
      ['mood options_not_published'],
    ]);
  });

  it('are asked for in batches of what the connector takes, and what one does not answer has failed', async () => {
    const there = WORLDS[0]!.deployment();
    const ids = ['Alice', 'Bob', 'Carol'].map(
      (firstName) => there.crm.add({ firstName, lastName: 'Smith', phone: NUMBER, status: 'New' }).id,
    );
    const sizes: number[] = [];
    const related: CrmConnector['related'] = async function* (query) {
      sizes.push(query.ids.length);
      for (const of of query.ids) yield { of, to: 'deals', options: [], more: true };
    };
    const connector = { ...there.connectorOf(), related, capabilities: { ...there.connectorOf().capabilities, relatedBatchMax: 2 } };
    const matches = await there.engineOf({ connector }).lookUp(NUMBER, { forms: [form] });
    expect(sizes).toEqual([2, 1]);
    expect(matches.map(({ record }) => record?.recordId).toSorted()).toEqual(ids.toSorted());
    for (const match of matches)
      expect(match).toMatchObject({ options: { deals: [], leads: { failed: true, code: 'not_answered' } }, more: ['deals'] });
  });
});
