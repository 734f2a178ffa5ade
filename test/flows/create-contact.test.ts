import { type BoundSubmission, bindSubmission, type ContactStore, type FormInput, type LogForm, type RowChange } from 'crm-sync-engine';
import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { hubspotAlice, salesforceAlice } from './form-deployments.ts';
import { connectorAround, contentsOf, Died, dumpOf, dying, storeAround, takingTurns } from './harness.ts';
import { type Deployment, WORLDS } from './world.ts';

const PHONE = '+14155550177';

/** A table that gives each contact another id than the engine suggests. */
const makingOwnIds = (store: ContactStore): ContactStore => ({
  specVersion: 1,
  bind(scope) {
    const bound = store.bind(scope);
    const named = (row: RowChange): RowChange => (row.kind === 'insert' ? { ...row, suggestedId: `own-${row.suggestedId}` } : row);
    return { ...bound, commit: ({ rows, entries }) => bound.commit({ rows: rows.map(named), entries }) };
  },
});
const CALL = conversation({ id: 'call-1', summary: 'Wants a demo.', contact: { kind: 'phone', phone: PHONE } });

describe.each(WORLDS)('the form for a new contact, on $name', (world) => {
  const { deployment, object, names } = world;

  const form: LogForm = {
    kind: 'new_contact',
    contactTypes: [{ const: object, title: 'Contact' }],
    fields: [
      { key: 'first', title: 'First name', type: 'text', writes: { recordField: names.firstName } },
      { key: 'last', title: 'Last name', type: 'text', required: true, writes: { recordField: names.lastName } },
      { key: 'email', title: 'Email', type: 'text', writes: { recordField: names.email } },
      { key: 'source', title: 'Source', type: 'text', writes: { recordField: names.source } },
    ],
  };

  function filled(answers: Record<string, unknown>, shape: LogForm = form): BoundSubmission {
    const bound = bindSubmission(shape, { context: 'inboundCall' }, answers);
    if (!bound.ok) throw new Error(JSON.stringify(bound.issues));
    return bound.value;
  }
  const DANA = { first: 'Dana', last: 'Dunn', email: 'dana@example.com', source: 'Web' };
  const made = ({ crm }: Deployment) =>
    crm.list().map(({ fields: { firstName, lastName, email, source } }) => ({ firstName, lastName, email, source }));
  const RECORD = { firstName: 'Dana', lastName: 'Dunn', email: 'dana@example.com', source: 'Web' };

  it('makes the contact here and its record, with what no field of ours holds too, and logs the call on it: once', async () => {
    const there = deployment();
    const { crm, engine, clock } = there;
    const step = await engine.createContact(filled(DANA), { conversation: CALL });
    const [record] = crm.list();
    expect(step).toMatchObject({
      status: 'done',
      reason: null,
      refused: [],
      record: { object, id: record?.id },
      activity: { status: 'done', record: { object: world.callObject } },
    });
    expect(made(there)).toEqual([RECORD]);
    const { contact } = await engine.contacts.byPhone(PHONE);
    expect(contact).toMatchObject({
      id: step.contactId,
      fields: { first_name: 'Dana', last_name: 'Dunn', email: 'dana@example.com', phone_number: PHONE },
    });
    expect(crm.loggedCalls()).toMatchObject([{ contactIds: [record?.id] }]);

    clock.advance(60_000);
    const writes = () => crm.calls.filter((call) => !call.token && world.isWrite(call.operation)).length;
    const before = writes();
    const again = await engine.createContact(filled(DANA), { conversation: CALL });
    expect(again).toMatchObject({ status: 'unchanged', contactId: step.contactId, record: step.record, activity: { status: 'unchanged' } });
    expect(writes()).toBe(before);
    await engine.sync();
    expect(made(there)).toEqual([RECORD]);
  });

  it('takes a number in any spelling, without a call; and one that is none is refused', async () => {
    const there = deployment();
    expect(await there.engine.createContact(filled({ last: 'Dunn' }), { phone: '(415) 555-0177' })).toMatchObject({
      status: 'done',
      activity: null,
    });
    expect((await there.engine.contacts.byPhone(PHONE)).contact?.fields.last_name).toBe('Dunn');
    const odd = await there.engine.createContact(filled({ last: 'Dunn' }), { phone: 'anonymous' });
    expect(odd).toMatchObject({ status: 'skipped', reason: 'invalid_phone', remedy: expect.any(String) });
  });

  it('is refused before anything is made: a field that the CRM has not, and nothing to find the contact by', async () => {
    const there = deployment();
    const odd = {
      ...form,
      fields: [...form.fields, { key: 'odd', title: 'Odd', type: 'text', writes: { recordField: 'nowhere__c' } }],
    } as LogForm;
    const step = await there.engine.createContact(filled({ ...DANA, odd: 'x' }, odd), { phone: PHONE });
    expect(step).toMatchObject({ status: 'skipped', reason: 'submission_refused', refused: [{ field: 'odd', code: 'field_not_visible' }] });
    const nobody = await there.engine.createContact(filled({ last: 'Dunn' }));
    expect(nobody).toMatchObject({ status: 'skipped', reason: 'no_match_key', remedy: expect.any(String) });
    expect([made(there), await there.engine.contacts.list()]).toEqual([[], []]);
    const log = { ...filled(DANA), kind: 'call' } as const;
    await expect(there.engine.createContact(log, { phone: PHONE })).rejects.toMatchObject({ code: 'wrong_form_kind' });
    const type = { ...filled(DANA), contactType: 'Planet' };
    await expect(there.engine.createContact(type, { phone: PHONE })).rejects.toMatchObject({ code: 'no_mapping' });
  });

  it('gives the contact the record that the CRM has, and writes over nothing there; or only reports it', async () => {
    const there = deployment();
    const { crm, engine, clock } = there;
    const { id } = crm.add({ firstName: 'Diana', lastName: 'Dunn', phone: PHONE });
    clock.advance(120_000); // what searches show late is shown by now
    const report = await engine.createContact(filled(DANA), { conversation: CALL, duplicates: 'report' });
    expect(report).toMatchObject({ status: 'skipped', reason: 'duplicate', record: { object, id }, activity: null });
    expect([await engine.contacts.list(), crm.loggedCalls()]).toEqual([[], []]);
    const adopt = await engine.createContact(filled(DANA), { conversation: CALL });
    expect(adopt).toMatchObject({ status: 'done', reason: 'duplicate_adopted', record: { object, id }, activity: { status: 'done' } });
    expect(made(there)).toMatchObject([{ firstName: 'Diana', lastName: 'Dunn' }]);
    const known = await engine.createContact(filled(DANA), { phone: PHONE, duplicates: 'report' });
    expect(known).toMatchObject({ status: 'skipped', reason: 'duplicate', record: { object, id } });
  });

  it('names a caller who was made without a name before', async () => {
    const there = deployment({ unknownCaller: 'create' });
    await there.engine.handleConversation(CALL);
    const step = await there.engine.createContact(filled(DANA), { conversation: CALL });
    expect(step).toMatchObject({ status: 'done', activity: { status: 'done' } });
    expect(made(there)).toEqual([RECORD]);
    expect(await there.engine.contacts.list()).toMatchObject([{ fields: { first_name: 'Dana', phone_number: PHONE } }]);
  });

  it('is not made of a person who was erased, nor anew for one who was removed since', async () => {
    const { engine } = deployment();
    const { contactId } = await engine.createContact(filled({ last: 'Dunn' }), { phone: PHONE, key: 'form-1' });
    await engine.contacts.remove(contactId ?? '', { by: 'test' });
    expect(await engine.createContact(filled({ last: 'Dunn' }), { phone: PHONE, key: 'form-1' })).toMatchObject({
      status: 'skipped',
      reason: 'contact_removed',
    });
    const other = deployment();
    const first = await other.engine.createContact(filled({ last: 'Dunn' }), { phone: PHONE });
    await other.engine.contacts.erase(first.contactId ?? '');
    expect(await other.engine.createContact(filled({ last: 'Dunn' }), { phone: PHONE })).toMatchObject({
      status: 'skipped',
      reason: 'erased',
    });
  });

  it('says what the CRM refuses, and is made once the form is corrected', async () => {
    const rule = ({ lastName }: { readonly lastName: string | null }) => (lastName === 'Nobody' ? { message: 'Nobody is nobody.' } : null);
    const there = deployment({}, { contactRule: rule });
    const step = await there.engine.createContact(filled({ ...DANA, last: 'Nobody' }), { phone: PHONE, key: 'form-1' });
    expect(step).toMatchObject({ status: 'skipped', reason: world.codes.rule, record: null, remedy: expect.any(String) });
    expect(made(there)).toEqual([]);
    expect(await there.engine.createContact(filled(DANA), { phone: PHONE, key: 'form-1' })).toMatchObject({ status: 'done' });
    expect(made(there)).toEqual([RECORD]);
    expect(await there.engine.contacts.list()).toMatchObject([{ fields: { last_name: 'Dunn' } }]);
  });

  it('waits where the answer is lost, and the same call finds what was made', async () => {
    const there = deployment();
    there.crm.fault({ on: 'create', what: 'lost_ack' });
    expect(await there.engine.createContact(filled(DANA), { conversation: CALL })).toMatchObject({ status: 'pending', activity: null });
    expect(await there.engine.createContact(filled(DANA), { conversation: CALL })).toMatchObject({ status: 'pending', activity: null });
    there.clock.advance(1_800_000);
    expect(await there.engine.createContact(filled(DANA), { conversation: CALL })).toMatchObject({
      status: 'done',
      activity: { status: 'done' },
    });
    expect([made(there), there.crm.loggedCalls().length]).toEqual([[RECORD], 1]);
  });

  it('keeps what no field of ours holds for whoever makes the record then', async () => {
    const there = deployment();
    there.crm.fault({ on: 'create', what: 'daily_limit' });
    expect(await there.engine.createContact(filled(DANA), { phone: PHONE })).toMatchObject({ status: 'pending' });
    there.clock.advance(86_400_000);
    await there.engine.push({ createMissing: true });
    expect(made(there)).toEqual([RECORD]);
  });

  const end = async (there: Deployment) => {
    const contents = await contentsOf(there.store, there.scope);
    return {
      contacts: contents.contacts.length,
      records: made(there),
      logged: there.crm.loggedCalls().map(({ contactIds }) => contactIds.length),
      queues: contents.queues,
    };
  };
  const IDLE = { waiting: [], company_waiting: [], untied: [], recheck: [], conversation: [], merge: [] };
  const FINISHED = { contacts: 1, records: [RECORD], logged: [1], queues: IDLE };

  it.each(['before', 'after'] as const)(
    'is one contact, one record and one call wherever the process dies, %s the call took effect (P5)',
    async (moment) => {
      let deaths = 0;
      for (let at = 1; ; at += 1) {
        const there = deployment();
        const process = dying(at, moment);
        const doomed = there.engineOf({
          store: storeAround(there.store, process.around),
          connector: connectorAround(there.connectorOf(), process.around),
        });
        const died = await doomed.createContact(filled(DANA), { conversation: CALL }).then(
          () => false,
          (error) => error instanceof Died,
        );
        if (!died && !process.isDead()) break;
        deaths += 1;
        for (let times = 0; times < 3; times += 1) {
          there.clock.advance(1_800_000);
          await there.engineOf().createContact(filled(DANA), { conversation: CALL });
        }
        expect(await end(there), `died at call ${at}`).toEqual(FINISHED);
      }
      expect(deaths).toBeGreaterThan(10);
    },
  );

  it.each([
    ['whose ids are ours', (store: ContactStore) => store],
    ['that makes its own ids', makingOwnIds],
  ] as const)(
    'has what no field of ours holds where somebody else makes the record after a process died, in a table %s',
    async (_, tableOf) => {
      let deaths = 0;
      for (let at = 1; ; at += 1) {
        const there = deployment();
        const store = tableOf(there.store);
        const process = dying(at, 'after');
        const doomed = there.engineOf({
          store: storeAround(store, process.around),
          connector: connectorAround(there.connectorOf(), process.around),
        });
        await doomed.createContact(filled(DANA), { phone: PHONE }).catch((error: unknown) => {
          if (!(error instanceof Died) && !process.isDead()) throw error;
        });
        if (!process.isDead()) break;
        deaths += 1;
        const engine = there.engineOf({ store });
        there.clock.advance(1_800_000);
        await engine.push({ createMissing: true });
        await engine.createContact(filled(DANA), { phone: PHONE });
        expect(made(there), `died at call ${at}`).toEqual([RECORD]);
        expect((await contentsOf(there.store, there.scope)).contacts).toHaveLength(1);
        expect((await dumpOf(there.store, there.scope)).entries['create']).toEqual([]);
      }
      expect(deaths).toBeGreaterThan(10);
    },
  );

  it.each([1, 2, 3, 4, 5, 6])(
    'is one contact, one record and one call where two workers do it at once, turn by turn (seed %i)',
    async (seed) => {
      const there = deployment();
      const turns = takingTurns(seed);
      const worker = () =>
        there.engineOf({ store: storeAround(there.store, turns.around), connector: connectorAround(there.connectorOf(), turns.around) });
      const results = await turns.run(
        () => worker().createContact(filled(DANA), { conversation: CALL }),
        () => worker().createContact(filled(DANA), { conversation: CALL }),
      );
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
      for (let times = 0; times < 2; times += 1) {
        there.clock.advance(1_800_000);
        await there.engine.createContact(filled(DANA), { conversation: CALL });
      }
      expect(await end(there)).toEqual(FINISHED);
    },
  );
});

describe('a form with several types of contact, on Salesforce', () => {
  const form: LogForm = {
    kind: 'new_contact',
    contactTypes: [
      { const: 'Contact', title: 'Contact' },
      { const: 'Lead', title: 'Lead' },
    ],
    fields: [
      { key: 'last', title: 'Last name', type: 'text', required: true, writes: { recordField: 'LastName' } },
      { key: 'company', title: 'Company', type: 'text', writes: { recordField: 'Company' } },
    ],
  };
  type Engine = Awaited<ReturnType<typeof salesforceAlice>>['engine'];
  const lead = (answers: Record<string, unknown>): BoundSubmission => {
    const bound = bindSubmission(form, { context: 'inboundCall', contactType: 'Lead' }, answers);
    if (!bound.ok) throw new Error(JSON.stringify(bound.issues));
    return bound.value;
  };

  it('makes a record of the type that was chosen, with what only that type has', async () => {
    const { crm, engine } = await salesforceAlice();
    const step = await engine.createContact(lead({ last: 'Dunn', company: 'Dunn & Co' }), { conversation: CALL });
    expect(step).toMatchObject({ status: 'done', record: { object: 'Lead' }, activity: { status: 'done' } });
    expect(crm.list('Lead').map(({ fields }) => [fields['LastName'], fields['Company']])).toContainEqual(['Dunn', 'Dunn & Co']);
    expect(crm.list('Task')).toMatchObject([{ fields: { WhoId: step.record?.id } }]);
  });

  it('is refused before anything is made where the CRM requires more of that type', async () => {
    const { crm, engine } = await salesforceAlice();
    const step = await engine.createContact(lead({ last: 'Dunn' }), { conversation: CALL });
    expect(step).toMatchObject({
      status: 'skipped',
      reason: 'required_field_missing',
      contactId: null,
      remedy: expect.stringContaining('Company'),
    });
    expect([crm.list('Lead').length, (await engine.contacts.byPhone(PHONE)).contact]).toEqual([1, null]);
  });

  it('gives no second record to a contact that has one of another type', async () => {
    const { crm, engine, alice } = await salesforceAlice();
    const step = await engine.createContact(lead({ last: 'Smith', company: 'Acme' }), { phone: '+14155550123' });
    expect(step).toMatchObject({ status: 'done', reason: 'duplicate_adopted', record: { object: 'Contact', id: alice } });
    expect(crm.list('Lead')).toHaveLength(1);
  });

  it.each([
    ['everybody', (engine: Engine) => engine.push({ createMissing: true })],
    ['the contact', (engine: Engine, id: string) => engine.push({ createMissing: true, contactIds: [id] })],
  ] as const)('is of the type that was chosen where a push of %s makes the record after the process died', async (_, push) => {
    let deaths = 0;
    for (let at = 1; ; at += 1) {
      const there = await salesforceAlice();
      const { around, isDead } = dying(at, 'after');
      const doomed = there.engineOf({ store: storeAround(there.store, around), connector: connectorAround(there.connectorOf(), around) });
      const given = lead({ last: 'Dunn', company: 'Dunn & Co' });
      await doomed.createContact(given, { phone: PHONE }).catch((error: unknown) => {
        if (!(error instanceof Died) && !isDead()) throw error;
      });
      if (!isDead()) break;
      const { contact } = await there.engine.contacts.byPhone(PHONE);
      if (contact === null) continue; // nothing is kept yet
      deaths += 1;
      there.clock.advance(1_800_000);
      await there.engine.push();
      await push(there.engine, contact.id);
      const made = (object: string) => there.crm.list(object).map(({ fields: { LastName, Company } }) => [LastName, Company]);
      expect(made('Contact'), `died at call ${at}`).toEqual([['Smith', undefined]]);
      expect(made('Lead'), `died at call ${at}`).toContainEqual(['Dunn', 'Dunn & Co']);
      expect(made('Lead')).toHaveLength(2);
    }
    expect(deaths).toBeGreaterThan(5);
  });

  it('is of the type that was chosen last', async () => {
    const { crm, engine, clock } = await salesforceAlice();
    crm.fault({ on: 'POST Lead', what: 'request_limit' });
    expect(await engine.createContact(lead({ last: 'Dunn', company: 'Dunn & Co' }), { phone: PHONE })).toMatchObject({ status: 'pending' });
    clock.advance(86_400_000);
    await engine.push();
    const corrected = { ...lead({ last: 'Dunn' }), contactType: 'Contact' };
    crm.fault({ on: 'POST Contact', what: 'request_limit' });
    expect(await engine.createContact(corrected, { phone: PHONE })).toMatchObject({ status: 'pending' });
    clock.advance(86_400_000);
    for (let times = 0; times < 2; times += 1) await engine.push({ createMissing: true });
    expect(crm.list('Contact').map(({ fields }) => fields['LastName'])).toEqual(['Smith', 'Dunn']);
    expect(crm.list('Lead')).toHaveLength(1);
  });
});

describe('the log of a contact that is made', () => {
  const form: LogForm = {
    kind: 'new_contact',
    fields: [{ key: 'last', title: 'Last name', type: 'text', required: true, writes: { recordField: 'lastname' } }],
    metadata: [{ key: 'job', path: 'caller.job', writes: { recordField: 'jobtitle' } }],
  };
  const logForm: LogForm = {
    kind: 'call',
    fields: [
      { key: 'deal', title: 'Deal', type: 'selection', dynamicOptions: true, writes: { association: 'deals' } },
      { key: 'follow_up', title: 'Follow up?', type: 'checkbox', writes: { activityField: 'needs_follow_up' } },
    ],
  };
  function filled(shape: LogForm, answers: Record<string, unknown>, more: Partial<FormInput> = {}): BoundSubmission {
    const bound = bindSubmission(shape, { context: 'inboundCall', ...more }, answers);
    if (!bound.ok) throw new Error(JSON.stringify(bound.issues));
    return bound.value;
  }

  it('has the answers to a form of its own: ties and fields, once, also where its answer is lost', async () => {
    const { crm, clock, engine, renewal, logged } = await hubspotAlice();
    const loaded = { deal: [{ const: renewal, title: 'Renewal' }] };
    const dana = filled(form, { last: 'Dunn' }, { metadata: { caller: { job: 'Buyer' } } });
    const log = filled(logForm, { deal: renewal, follow_up: false }, { loaded });
    crm.fault({ on: 'create calls', what: 'lost_ack' });
    expect(await engine.createContact(dana, { conversation: CALL, log })).toMatchObject({
      status: 'pending',
      record: { object: 'contacts' },
      activity: { status: 'pending' },
    });
    clock.advance(1_800_000);
    const step = await engine.createContact(dana, { conversation: CALL, log });
    expect(step).toMatchObject({ status: 'done', activity: { status: 'done', refused: [] } });
    expect(await engine.createContact(dana, { conversation: CALL, log })).toMatchObject({ status: 'unchanged' });
    expect(logged()).toMatchObject([{ contacts: [step.record?.id], deals: [renewal], properties: { needs_follow_up: 'false' } }]);
    expect(crm.list('contacts').filter(({ properties }) => properties['lastname'] === 'Dunn')).toMatchObject([
      { id: step.record?.id, properties: { jobtitle: 'Buyer' } },
    ]);
  });

  it('is refused before anything is made where it is no form of a log', async () => {
    const { crm, engine } = await hubspotAlice();
    const dana = filled(form, { last: 'Dunn' });
    await expect(engine.createContact(dana, { conversation: CALL, log: dana })).rejects.toMatchObject({ code: 'wrong_form_kind' });
    const odd = { ...filled(logForm, {}), writes: 'none' } as never;
    await expect(engine.createContact(dana, { conversation: CALL, log: odd })).rejects.toMatchObject({ code: 'invalid_document' });
    expect(crm.list('contacts')).toHaveLength(1);
  });

  it('is corrected after the contact was made, and the same call goes on with it', async () => {
    const { crm, engine, renewal, logged } = await hubspotAlice();
    const dana = filled(form, { last: 'Dunn' });
    const write = { key: 'odd', to: { activityField: 'nowhere' }, action: 'set', value: 'x' } as const;
    const log = filled(logForm, { deal: renewal }, { loaded: { deal: [{ const: renewal, title: 'Renewal' }] } });
    const odd = { ...log, writes: [...log.writes, write] };
    expect(await engine.createContact(dana, { conversation: CALL, log: odd })).toMatchObject({
      record: { object: 'contacts' },
      activity: { status: 'skipped', reason: 'submission_refused', refused: [{ field: 'odd', code: 'field_not_visible' }] },
    });
    expect(logged()).toEqual([]);
    expect(await engine.createContact(dana, { conversation: CALL, log })).toMatchObject({ activity: { status: 'done' } });
    expect(logged()).toMatchObject([{ deals: [renewal] }]);
    expect(crm.list('contacts')).toHaveLength(2);
  });
});
