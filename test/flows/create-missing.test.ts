import { defineMapping } from 'crm-sync-engine';
import { salesforce } from 'crm-sync-engine/salesforce';
import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { connectorAround, dumpOf, dying } from './harness.ts';
import { CUSTOM_FIELDS, callsOf, contactMapping, deployment, schema } from './support.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SCOPE = { workspace: 'acme', connection: 'acme-salesforce' };
const ID_FIELD = { type: 'string', length: 40, externalId: true, unique: true } as const;
const FIELDS = { Contact: { ...CUSTOM_FIELDS.Contact, Our_Id__c: ID_FIELD } };

const create = { defaults: { LastName: 'Unknown' } };
const plain = defineMapping(schema, { ...contactMapping, create });
const withId = defineMapping(schema, { ...contactMapping, create: { ...create, idField: 'Our_Id__c' } });

type There = ReturnType<typeof deployment>;
const start = (mapping = plain) => deployment({ mappings: [mapping] }, { fields: FIELDS });

/** A contact that the host made itself. */
async function add({ store }: There, id: string, fields: Readonly<Record<string, string>>) {
  const row = { kind: 'insert', entity: 'contact', suggestedId: id, set: fields } as const;
  expect(await store.bind(SCOPE).commit({ rows: [row], entries: [] })).toMatchObject({ status: 'done' });
}
const phoneOf = (index: number) => `+1415555${String(1_000 + index)}`;
const linkOf = async ({ store }: There, id: string) => (await store.bind(SCOPE).load({ ids: [id] }))[0]?.links ?? [];
const push = ({ engine }: There) => engine.push({ createMissing: true });

describe('push({ createMissing: true })', () => {
  it('makes a record with every value that the mapping can give, links it, and has nothing left to do', async () => {
    const there = start(withId);
    await add(there, 'c1', { phone_number: phoneOf(1), first_name: 'Ann', email: 'ann@example.com', interaction_summary: 'Called.' });
    expect(await push(there)).toMatchObject({ status: 'done', counts: { processed: 1, created: 1 } });
    expect(there.crm.list('Contact').map(({ fields }) => fields)).toMatchObject([
      {
        Phone: phoneOf(1),
        FirstName: 'Ann',
        LastName: 'Unknown',
        Email: 'ann@example.com',
        Notes__c: 'Called.',
        Our_Id__c: 'c1',
      },
    ]);
    const [record] = there.crm.list('Contact');
    expect(await linkOf(there, 'c1')).toMatchObject([{ state: 'active', recordId: record?.id, dueAt: null, body: { sent: [] } }]);
    there.clock.advance(HOUR);
    expect(await callsOf(there.crm, () => push(there))).toEqual([]);
    expect(await there.engine.pull()).toMatchObject({ counts: { created: 0, updated: 1, failed: 0 } }); // the default last name
    expect(await callsOf(there.crm, () => push(there))).toEqual([]);
    expect(await there.engine.contacts.explain('c1', 'email')).toBeDefined();
  });

  it('is asked for: an ordinary push makes nothing', async () => {
    const there = start();
    await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
    expect(await callsOf(there.crm, () => there.engine.push())).toEqual([]);
    expect(there.crm.list('Contact')).toEqual([]);
  });

  it('makes a record for a caller whom nobody knew', async () => {
    const there = deployment({ mappings: [plain], unknownCaller: 'create' }, { fields: FIELDS });
    const result = await there.engine.handleConversation(
      conversation({ phone: '+14155550177', analysis: { email: 'new@example.com', customer_notes: 'Wants a demo' } }),
    );
    expect(there.crm.list('Contact')).toEqual([]);
    await there.engine.push({ createMissing: true, contactIds: [result.contactId as string] });
    expect(there.crm.list('Contact').map(({ fields }) => fields)).toMatchObject([{ Phone: '+14155550177', Email: 'new@example.com' }]);
  });

  it('links the record that is there already, and overwrites none of its fields', async () => {
    const there = start();
    const { id } = there.crm.add('Contact', { FirstName: 'Annabel', LastName: 'Lee', Phone: '(415) 555-1001', Lead_Status__c: 'Working' });
    await add(there, 'c1', { phone_number: phoneOf(1), first_name: 'Ann', lead_status: 'New', interaction_summary: 'Called.' });
    expect(await push(there)).toMatchObject({ counts: { created: 0, updated: 2, failed: 0 } }); // linked, then its notes sent
    expect(there.crm.list('Contact').map(({ fields }) => fields)).toMatchObject([
      { FirstName: 'Annabel', Lead_Status__c: 'Working', Notes__c: 'Called.' },
    ]);
    expect(await linkOf(there, 'c1')).toMatchObject([{ state: 'active', recordId: id }]);
    expect((await there.engine.contacts.get('c1'))?.fields).toMatchObject({ first_name: 'Annabel', lead_status: 'Working' });
  });

  it('of two records with the number links neither, says so, and does not ask again before a day is over', async () => {
    const there = start();
    for (const LastName of ['Lee', 'Poe']) there.crm.add('Contact', { LastName, Phone: '(415) 555-1001' });
    await add(there, 'c1', { phone_number: phoneOf(1) });
    const run = await push(there);
    expect(run).toMatchObject({ counts: { failed: 1, created: 0 }, errors: [{ code: 'ambiguous', contactId: 'c1' }] });
    expect(await callsOf(there.crm, () => push(there))).toEqual([]);
    there.clock.advance(DAY + HOUR);
    expect((await callsOf(there.crm, () => push(there))).length).toBeGreaterThan(0);
    expect(there.crm.list('Contact')).toHaveLength(2);
  });

  it('makes no second record for two contacts that share a number, nor where the record is another contact’s', async () => {
    const there = start();
    await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
    await add(there, 'c2', { phone_number: phoneOf(1), last_name: 'Poe' });
    expect(await push(there)).toMatchObject({ counts: { failed: 2, created: 0 } });
    expect(there.crm.list('Contact')).toEqual([]);
  });

  it('refuses before any call what the CRM requires and nothing fills; the other contacts go on', async () => {
    const there = start(defineMapping(schema, { ...contactMapping, create: {} }));
    await add(there, 'c1', { phone_number: phoneOf(1), first_name: 'Ann' });
    await add(there, 'c2', { first_name: 'Ben', last_name: 'Lee' });
    await add(there, 'c3', { phone_number: phoneOf(3), last_name: 'Poe' });
    const run = await push(there);
    expect(run.counts).toMatchObject({ created: 1, failed: 2 });
    expect(run.errors).toMatchObject([
      { contactId: 'c1', code: 'required_field_missing', field: 'LastName' },
      { contactId: 'c2', code: 'no_match_key' },
    ]);
    expect(there.crm.list('Contact').map(({ fields }) => fields['LastName'])).toEqual(['Poe']);
  });

  it('makes the record without a value that the CRM can not take, and holds that field', async () => {
    const there = start();
    await add(there, 'c1', { phone_number: phoneOf(1), email: 'no address' }); // Salesforce says so
    await add(there, 'c2', { phone_number: phoneOf(2), email: `${'a'.repeat(90)}@example.com` }); // we know before
    const run = await push(there);
    expect(run.counts).toMatchObject({ created: 2, failed: 0 });
    expect(run.errors).toMatchObject([
      { contactId: 'c2', field: 'email', code: 'too_long' },
      { contactId: 'c1', field: 'email', code: 'invalid_email' },
    ]);
    expect(there.crm.list('Contact').map(({ fields }) => fields['Email'])).toEqual([null, null]);
    expect(await callsOf(there.crm, () => push(there))).toEqual([]);
    for (const id of ['c1', 'c2']) await there.engine.contacts.update(id, { email: `${id}@example.com` }, { by: 'test' });
    await push(there);
    expect(
      there.crm
        .list('Contact')
        .map(({ fields }) => fields['Email'])
        .toSorted(),
    ).toEqual(['c1@example.com', 'c2@example.com']);
  });

  it('makes no record without a value that the CRM requires and can not take', async () => {
    const there = start(defineMapping(schema, { ...contactMapping, create: {} }));
    await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'L'.repeat(81) });
    expect((await push(there)).errors).toMatchObject([{ code: 'too_long', field: 'last_name' }, { code: 'required_field_missing' }]);
    await there.engine.contacts.update('c1', { last_name: 'Lee' }, { by: 'test' });
    expect(await push(there)).toMatchObject({ counts: { created: 1 } });
  });

  it('does not make a record again that was deleted in the CRM, nor for a contact with a record of another mapped object', async () => {
    const lead = defineMapping(schema, {
      crmObject: 'Lead',
      fields: [{ crm: 'Phone', field: 'phone_number', direction: 'inbound' }],
    });
    const there = deployment({ mappings: [plain, lead] }, { fields: FIELDS });
    const { id } = there.crm.add('Contact', { LastName: 'Lee', Phone: '(415) 555-1001' });
    there.crm.add('Lead', { LastName: 'Poe', Company: 'Acme', Phone: '(415) 555-1002' });
    await there.engine.pull();
    there.clock.advance(HOUR);
    there.crm.remove(id);
    await there.engine.pull();
    expect(await push(there)).toMatchObject({ counts: { processed: 0 } });
    expect(there.crm.list('Contact')).toEqual([]);
  });

  it('makes 450 records in three requests, after looking for them in few', async () => {
    const there = start();
    for (let index = 0; index < 450; index += 1) await add(there, `c${String(index).padStart(3, '0')}`, { phone_number: phoneOf(index) });
    const calls = await callsOf(there.crm, async () => {
      expect(await push(there)).toMatchObject({ counts: { processed: 450, created: 450 } });
    });
    expect(calls.filter((operation) => operation.startsWith('POST'))).toHaveLength(3);
    expect(await callsOf(there.crm, () => push(there))).toEqual([]);
    expect(there.crm.list('Contact')).toHaveLength(450);
  });

  it('of another object, when its name is given', async () => {
    const lead = defineMapping(schema, {
      crmObject: 'Lead',
      fields: [
        { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
        { crm: 'LastName', field: 'last_name', direction: 'inbound' },
      ],
      create: { defaults: { Company: 'Not known' } },
    });
    const there = deployment({ mappings: [plain, lead] }, { fields: FIELDS });
    await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
    await there.engine.push({ createMissing: 'Lead' });
    expect(there.crm.list('Lead').map(({ fields }) => fields)).toMatchObject([{ LastName: 'Lee', Company: 'Not known' }]);
    await expect(there.engine.push({ createMissing: 'Case' })).rejects.toMatchObject({ code: 'no_mapping' });
    await there.engine.push({ createMissing: true });
    expect(there.crm.list('Contact')).toEqual([]);
  });

  it('is previewed without a trace', async () => {
    const there = start();
    await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
    const before = await dumpOf(there.store);
    const preview = await there.engine.preview('push', { createMissing: true });
    expect(preview.writes).toMatchObject([{ object: 'Contact', id: null, values: { LastName: 'Lee', Phone: phoneOf(1) } }]);
    for (const index of [2, 3, 4]) await add(there, `c${index}`, { phone_number: phoneOf(index) });
    expect((await there.engine.preview('push', { createMissing: true, limit: 2 })).writes).toHaveLength(2);
    expect((await dumpOf(there.store)).entries).toEqual(before.entries);
    expect(there.crm.list('Contact')).toEqual([]);
  });
});

describe('a lost answer makes no second record (R4)', () => {
  const cases = [
    ['with a unique field for our id', withId],
    ['without one', plain],
  ] as const;

  it.each(cases)('%s: the record is found afterwards and linked', async (_, mapping) => {
    const there = start(mapping);
    await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee', interaction_summary: 'Called.' });
    there.crm.fault({ on: mapping === withId ? 'upsert Contact' : 'POST Contact', what: 'lost_ack' });
    expect(await push(there)).toMatchObject({ counts: { skipped: 1 }, skips: { write_in_flight: 1 } });
    expect(await linkOf(there, 'c1')).toMatchObject([{ state: 'creating', recordId: null }]);
    expect(await callsOf(there.crm, () => push(there))).toEqual([]); // it may still take effect
    await there.engine.contacts.update('c1', { interaction_summary: 'Called twice.' }, { by: 'test' });
    there.clock.advance(HOUR);
    expect(await push(there)).toMatchObject({ counts: { created: 1, updated: 1 } });
    const [record, ...others] = there.crm.list('Contact');
    expect(others).toEqual([]);
    expect(record?.fields).toMatchObject({ LastName: 'Lee', Notes__c: 'Called twice.' });
    expect(await linkOf(there, 'c1')).toMatchObject([{ state: 'active', recordId: record?.id }]);
    there.clock.advance(HOUR);
    await there.engine.pull();
    expect(await callsOf(there.crm, () => push(there))).toEqual([]);
  });

  it.each(cases)('%s: a request that never arrived is sent again', async (_, mapping) => {
    const there = start(mapping);
    await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
    there.crm.fault({ on: mapping === withId ? 'upsert Contact' : 'POST Contact', what: 'network' });
    expect(await push(there)).toMatchObject({ skips: { write_in_flight: 1 } });
    expect(there.crm.list('Contact')).toEqual([]);
    there.clock.advance(HOUR);
    expect(await push(there)).toMatchObject({ counts: { created: 1 } });
    expect(there.crm.list('Contact')).toHaveLength(1);
  });

  it('a pull that meets the record while its answer is open takes it for nobody else’s', async () => {
    const there = start();
    await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
    there.crm.fault({ on: 'POST Contact', what: 'lost_ack' });
    await push(there);
    there.clock.advance(60_000);
    await there.engine.pull();
    expect(await there.engine.contacts.list()).toHaveLength(1);
    there.clock.advance(HOUR);
    await push(there);
    await there.engine.pull();
    expect(await there.engine.contacts.list()).toHaveLength(1);
    expect(await linkOf(there, 'c1')).toMatchObject([{ state: 'active', recordId: there.crm.list('Contact')[0]?.id }]);
    expect(there.crm.list('Contact')).toHaveLength(1);
  });

  it('killed at any call, a push that is started again ends with one record per contact', async () => {
    for (let at = 1; ; at += 1) {
      let deadAt = 0;
      for (const moment of ['before', 'after'] as const) {
        const there = start();
        for (const index of [1, 2, 3]) await add(there, `c${index}`, { phone_number: phoneOf(index), last_name: `Lee ${index}` });
        const { around, isDead } = dying(at, moment);
        const connector = connectorAround(salesforce({ ...there.crm.options, clock: there.clock }), around);
        await there
          .engineOf({ connector })
          .push({ createMissing: true })
          .catch(() => undefined);
        if (isDead()) deadAt = at;
        there.clock.advance(HOUR);
        await push(there);
        there.clock.advance(HOUR);
        await push(there);
        expect(there.crm.list('Contact').map(({ fields }) => fields['LastName'])).toEqual(['Lee 1', 'Lee 2', 'Lee 3']);
        for (const index of [1, 2, 3]) expect(await linkOf(there, `c${index}`)).toMatchObject([{ state: 'active' }]);
      }
      if (deadAt === 0) break;
    }
  });
});

describe('push({ all: true })', () => {
  it('reads every linked record and sends what differs, also where nothing was known to have changed', async () => {
    const there = start();
    for (let index = 0; index < 3; index += 1)
      there.crm.add('Contact', { LastName: `Lee ${index}`, Phone: phoneOf(index), Lead_Status__c: 'New' });
    await there.engine.pull();
    there.clock.advance(HOUR);
    expect(await callsOf(there.crm, () => there.engine.push())).toEqual([]);
    const [first] = there.crm.list('Contact');
    there.crm.edit(first?.id ?? '', { Lead_Status__c: 'Working' });
    const run = await there.engine.push({ all: true });
    expect(run.counts).toMatchObject({ processed: 3, failed: 0 });
    expect((await there.engine.contacts.list()).map(({ fields }) => fields.lead_status).toSorted()).toEqual(['New', 'New', 'Working']);
  });
});
