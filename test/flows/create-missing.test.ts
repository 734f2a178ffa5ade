import { defineMapping, type Mapping } from 'crm-sync-engine';
import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { connectorAround, dumpOf, dying } from './harness.ts';
import { callsOf, contactMapping, deployment, schema } from './support.ts';
import { type Deployment, WORLDS } from './world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const phoneOf = (index: number) => `+1415555${String(1_000 + index)}`;
const push = ({ engine }: Pick<Deployment, 'engine'>) => engine.push({ createMissing: true });

/** A contact that the host made itself. */
async function add({ store, scope }: Pick<Deployment, 'store' | 'scope'>, id: string, fields: Readonly<Record<string, string>>) {
  const row = { kind: 'insert', entity: 'contact', suggestedId: id, set: fields } as const;
  expect(await store.bind(scope).commit({ rows: [row], entries: [] })).toMatchObject({ status: 'done' });
}
const linkOf = async ({ store, scope }: Deployment, id: string) => (await store.bind(scope).load({ ids: [id] }))[0]?.links ?? [];

describe.each(WORLDS)('on $name', (world) => {
  const { names, idField, notesMax, object, writesOf, mapping } = world;
  const mappedWith = (create: NonNullable<Mapping<typeof schema>['create']>): Mapping<typeof schema> => ({ ...mapping, create });
  const defaults = { [names.lastName]: 'Unknown' };
  const plain = mappedWith({ defaults });
  const withId = mappedWith({ defaults, idField });
  const start = (mapped = plain, options: Parameters<typeof world.deployment>[0] = {}) =>
    world.deployment({ mappings: [mapped], ...options });

  describe('push({ createMissing: true })', () => {
    it('makes a record with every value that the mapping can give, links it, and has nothing left to do', async () => {
      const there = start(withId);
      await add(there, 'c1', { phone_number: phoneOf(1), first_name: 'Ann', email: 'ann@example.com', interaction_summary: 'Called.' });
      expect(await push(there)).toMatchObject({ status: 'done', counts: { processed: 1, created: 1 } });
      const [record] = there.crm.list();
      expect(record?.fields).toMatchObject({
        phone: phoneOf(1),
        firstName: 'Ann',
        lastName: 'Unknown',
        email: 'ann@example.com',
        notes: 'Called.',
      });
      expect(there.crm.valuesOf(record?.id ?? '')[idField]).toBe('c1');
      expect(await linkOf(there, 'c1')).toMatchObject([{ state: 'active', recordId: record?.id, dueAt: null, body: { sent: [] } }]);
      there.clock.advance(HOUR);
      expect(await callsOf(there.crm, () => push(there))).toEqual([]);
      expect(await there.engine.pull()).toMatchObject({ counts: { created: 0, updated: 1, failed: 0 } }); // the default last name
      expect(await callsOf(there.crm, () => push(there))).toEqual([]);
      expect(await there.engine.contacts.explain('c1', 'last_name')).toMatchObject([{ after: 'Unknown', source: { flow: 'pull' } }]);
    });

    it('is asked for: an ordinary push makes nothing', async () => {
      const there = start();
      await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
      expect(await callsOf(there.crm, () => there.engine.push())).toEqual([]);
      expect(there.crm.list()).toEqual([]);
    });

    it('makes a record for a caller whom nobody knew', async () => {
      const there = start(plain, { unknownCaller: 'create' });
      const result = await there.engine.handleConversation(
        conversation({ phone: '+14155550177', analysis: { email: 'new@example.com', customer_notes: 'Wants a demo' } }),
      );
      expect(there.crm.list()).toEqual([]);
      await there.engine.push({ createMissing: true, contactIds: [result.contactId as string] });
      expect(there.crm.list().map(({ fields }) => fields)).toMatchObject([{ phone: '+14155550177', email: 'new@example.com' }]);
    });

    it('links the record that is there already, and overwrites none of its fields', async () => {
      const there = start();
      const { id } = there.crm.add({ firstName: 'Annabel', lastName: 'Lee', phone: '(415) 555-1001', status: 'Working' });
      there.clock.advance(HOUR);
      await add(there, 'c1', { phone_number: phoneOf(1), first_name: 'Ann', lead_status: 'New', interaction_summary: 'Called.' });
      expect(await push(there)).toMatchObject({ counts: { created: 0, updated: 2, failed: 0 } }); // linked, then its notes sent
      expect(there.crm.list().map(({ fields }) => fields)).toMatchObject([{ firstName: 'Annabel', status: 'Working', notes: 'Called.' }]);
      expect(await linkOf(there, 'c1')).toMatchObject([{ state: 'active', recordId: id }]);
      expect((await there.engine.contacts.get('c1'))?.fields).toMatchObject({ first_name: 'Annabel', lead_status: 'Working' });
    });

    it('of two records with the number links neither, says so, and does not ask again before a day is over', async () => {
      const there = start();
      for (const lastName of ['Lee', 'Poe']) there.crm.add({ lastName, phone: '(415) 555-1001' });
      there.clock.advance(HOUR);
      await add(there, 'c1', { phone_number: phoneOf(1) });
      const run = await push(there);
      expect(run).toMatchObject({ counts: { failed: 1, created: 0 }, errors: [{ code: 'ambiguous', contactId: 'c1' }] });
      expect(await callsOf(there.crm, () => push(there))).toEqual([]);
      there.clock.advance(DAY + HOUR);
      expect((await callsOf(there.crm, () => push(there))).length).toBeGreaterThan(0);
      expect(there.crm.list()).toHaveLength(2);
    });

    it('makes no record for two contacts that share a number, nor a second one where another contact has it', async () => {
      const there = start();
      await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
      await add(there, 'c2', { phone_number: phoneOf(1), last_name: 'Poe' });
      expect(await push(there)).toMatchObject({ counts: { failed: 2, created: 0 } });
      expect(there.crm.list()).toEqual([]);

      there.crm.add({ lastName: 'Ash', phone: phoneOf(3) });
      await there.engine.pull();
      there.clock.advance(HOUR);
      const [ash] = (await there.engine.contacts.list()).filter(({ fields }) => fields.last_name === 'Ash');
      await there.engine.contacts.update(ash?.id ?? '', { phone_number: phoneOf(4) }, { by: 'test' });
      await add(there, 'c3', { phone_number: phoneOf(3), last_name: 'Elm' });
      expect((await push(there)).errors).toContainEqual(expect.objectContaining({ code: 'record_taken', contactId: 'c3' }));
      expect(there.crm.list()).toHaveLength(1);
    });

    it('refuses before any call what the CRM requires and nothing fills; the other contacts go on', async () => {
      const there = start(mappedWith({}));
      await add(there, 'c1', { phone_number: phoneOf(1) });
      await add(there, 'c2', { first_name: 'Ben', last_name: 'Lee' });
      await add(there, 'c3', { phone_number: phoneOf(3), last_name: 'Poe' });
      const run = await push(there);
      expect(run.counts).toMatchObject({ created: 1, failed: 2 });
      expect(run.errors).toMatchObject([
        { contactId: 'c1', code: 'required_field_missing' },
        { contactId: 'c2', code: 'no_match_key' },
      ]);
      expect(there.crm.list().map(({ fields }) => fields.lastName)).toEqual(['Poe']);
    });

    it('makes the record without a value that the CRM can not take, and holds that field', async () => {
      const there = start();
      await add(there, 'c1', { phone_number: phoneOf(1), email: 'no address' }); // the CRM says so
      await add(there, 'c2', { phone_number: phoneOf(2), interaction_summary: 'x'.repeat(notesMax + 1) }); // we know before
      const run = await push(there);
      expect(run.counts).toMatchObject({ created: 2, failed: 0 });
      expect(run.errors).toMatchObject([
        { contactId: 'c2', field: 'interaction_summary', code: 'too_long' },
        { contactId: 'c1', field: 'email', code: 'invalid_email' },
      ]);
      expect(there.crm.list().map(({ fields: { email, notes } }) => [email, notes])).toEqual([
        [null, null],
        [null, null],
      ]);
      expect(await callsOf(there.crm, () => push(there))).toEqual([]);
      await there.engine.contacts.update('c1', { email: 'ann@example.com' }, { by: 'test' });
      await there.engine.contacts.update('c2', { interaction_summary: 'Short.' }, { by: 'test' });
      await push(there);
      expect(
        there.crm
          .list()
          .map(({ fields: { email, notes } }) => email ?? notes)
          .toSorted(),
      ).toEqual(['Short.', 'ann@example.com']);
    });

    it('does not make a record again that was deleted in the CRM', async () => {
      const there = start();
      const { id } = there.crm.add({ lastName: 'Lee', phone: '(415) 555-1001' });
      await there.engine.pull();
      there.clock.advance(HOUR);
      there.crm.remove(id);
      await world.hearOfDeletion(there.engine, id);
      expect(await push(there)).toMatchObject({ counts: { processed: 0 } });
      expect(there.crm.list()).toEqual([]);
    });

    it('makes 450 records in as few requests as the CRM takes', async () => {
      const there = start();
      for (let index = 0; index < 450; index += 1) await add(there, `c${String(index).padStart(3, '0')}`, { phone_number: phoneOf(index) });
      const calls = await callsOf(there.crm, async () => {
        expect(await push(there)).toMatchObject({ counts: { processed: 450, created: 450 } });
      });
      expect(writesOf(calls)).toHaveLength(Math.ceil(450 / there.connectorOf().capabilities.writeBatchMax));
      expect(await callsOf(there.crm, () => push(there))).toEqual([]);
      expect(there.crm.list()).toHaveLength(450);
    });

    it('is previewed without a trace, and in bounds', async () => {
      const there = start();
      await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
      const before = await dumpOf(there.store, there.scope);
      const preview = await there.engine.preview('push', { createMissing: true });
      const values = { [names.lastName]: 'Lee', [names.phone]: phoneOf(1) };
      expect(preview.writes).toMatchObject([{ object, id: null, values }]);
      expect(await dumpOf(there.store, there.scope)).toEqual(before);
      for (const index of [2, 3, 4]) await add(there, `c${index}`, { phone_number: phoneOf(index) });
      expect((await there.engine.preview('push', { createMissing: true, limit: 2 })).writes).toHaveLength(2);
      expect((await dumpOf(there.store, there.scope)).entries).toEqual(before.entries);
      expect(there.crm.list()).toEqual([]);
    });
  });

  it('previews more than one batch, what is linked, and what is open, as the run then does it', async () => {
    const there = start();
    there.crm.add({ lastName: 'Lee', phone: phoneOf(1), status: 'Working' });
    await add(there, 'b2', { phone_number: phoneOf(2), last_name: 'Poe' });
    there.crm.fault({ on: 'create', what: 'lost_ack' });
    await push(there);
    there.clock.advance(HOUR);
    await add(there, 'b1', { phone_number: phoneOf(1), lead_status: 'New', interaction_summary: 'Called.' });
    for (let index = 3; index < 253; index += 1) await add(there, `c${index}`, { phone_number: phoneOf(index) });
    const stored = async () => ({
      ...(await dumpOf(there.store, there.scope)),
      creates: await there.store.bind(there.scope).entries({ scope: 'connection', kind: 'create', limit: 100 }),
    });
    const before = await stored();
    const preview = await there.engine.preview('push', { createMissing: true, limit: 1_000 });
    expect(await stored()).toEqual(before);
    const run = await push(there);
    expect(run).toMatchObject({ counts: { created: 251, failed: 0 } });
    expect(preview.counts).toEqual(run.counts);
  });

  describe('a lost answer makes no second record (R4)', () => {
    const cases = [
      ['with a unique field for our id', withId, 'upsert'],
      ['without one', plain, 'create'],
    ] as const;

    it.each(cases)('%s: the record is found afterwards and linked', async (_, mapped, on) => {
      const there = start(mapped);
      await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee', interaction_summary: 'Called.' });
      there.crm.fault({ on, what: 'lost_ack' });
      expect(await push(there)).toMatchObject({ counts: { skipped: 1 }, skips: { write_in_flight: 1 } });
      expect(await linkOf(there, 'c1')).toMatchObject([{ state: 'creating', recordId: null }]);
      expect(await callsOf(there.crm, () => push(there))).toEqual([]); // it may still take effect
      await there.engine.contacts.update('c1', { interaction_summary: 'Called twice.' }, { by: 'test' });
      there.clock.advance(HOUR);
      expect(await push(there)).toMatchObject({ counts: { created: 1, updated: 1 } });
      const [record, ...others] = there.crm.list();
      expect(others).toEqual([]);
      expect(record?.fields).toMatchObject({ lastName: 'Lee', notes: 'Called twice.' });
      expect(await linkOf(there, 'c1')).toMatchObject([{ state: 'active', recordId: record?.id }]);
      there.clock.advance(HOUR);
      await there.engine.pull();
      expect(await callsOf(there.crm, () => push(there))).toEqual([]);
    });

    it.each(cases)('%s: a request that never arrived is sent again', async (_, mapped, on) => {
      const there = start(mapped);
      await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
      there.crm.fault({ on, what: 'network' });
      expect(await push(there)).toMatchObject({ skips: { write_in_flight: 1 } });
      expect(there.crm.list()).toEqual([]);
      there.clock.advance(HOUR);
      expect(await push(there)).toMatchObject({ counts: { created: 1 } });
      expect(there.crm.list()).toHaveLength(1);
    });

    it('a pull that meets the record while its answer is open takes it for nobody else’s', async () => {
      const there = start();
      await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
      there.crm.fault({ on: 'create', what: 'lost_ack' });
      await push(there);
      there.clock.advance(60_000);
      await there.engine.pull();
      expect(await there.engine.contacts.list()).toHaveLength(1);
      there.clock.advance(HOUR);
      await push(there);
      await there.engine.pull();
      expect(await there.engine.contacts.list()).toHaveLength(1);
      expect(await linkOf(there, 'c1')).toMatchObject([{ state: 'active', recordId: there.crm.list()[0]?.id }]);
      expect(there.crm.list()).toHaveLength(1);
    });

    it('killed at any call, a push that is started again ends with one record per contact', async () => {
      for (let at = 1; ; at += 1) {
        let deadAt = 0;
        for (const moment of ['before', 'after'] as const) {
          const there = start();
          for (const index of [1, 2, 3]) await add(there, `c${index}`, { phone_number: phoneOf(index), last_name: `Lee ${index}` });
          const { around, isDead } = dying(at, moment);
          await there
            .engineOf({ connector: connectorAround(there.connectorOf(), around) })
            .push({ createMissing: true })
            .catch(() => undefined);
          if (isDead()) deadAt = at;
          for (let more = 0; more < 2; more += 1) {
            there.clock.advance(HOUR);
            await push(there);
          }
          expect(there.crm.list().map(({ fields }) => fields.lastName)).toEqual(['Lee 1', 'Lee 2', 'Lee 3']);
          for (const index of [1, 2, 3]) expect(await linkOf(there, `c${index}`)).toMatchObject([{ state: 'active' }]);
        }
        if (deadAt === 0) break;
      }
    });
  });

  it('push({ all: true }) reads every linked record and takes what differs, where nothing was known to have changed', async () => {
    const there = start();
    for (let index = 0; index < 3; index += 1) there.crm.add({ lastName: `Lee ${index}`, phone: phoneOf(index), status: 'New' });
    await there.engine.pull();
    there.clock.advance(HOUR);
    expect(await callsOf(there.crm, () => there.engine.push())).toEqual([]);
    const [first] = there.crm.list();
    there.crm.edit(first?.id ?? '', { status: 'Working' });
    const run = await there.engine.push({ all: true });
    expect(run.counts).toMatchObject({ processed: 3, failed: 0 });
    expect((await there.engine.contacts.list()).map(({ fields }) => fields.lead_status).toSorted()).toEqual(['New', 'New', 'Working']);
  });
});

describe.each(WORLDS)('push({ all: true }) on $name', ({ deployment }) => {
  it('counts the contacts whose records turn out to be gone', async () => {
    const there = deployment();
    const [gone, edited] = [0, 1, 2, 3].map((index) => there.crm.add({ lastName: 'Lee', phone: phoneOf(index), status: 'New' }).id);
    await there.engine.pull();
    there.clock.advance(HOUR);
    there.crm.remove(gone ?? '');
    there.crm.edit(edited ?? '', { status: 'Working' });
    const { contact } = await there.engine.contacts.byPhone(phoneOf(2));
    await there.engine.contacts.update(contact?.id ?? '', { interaction_summary: 'Called.' }, { by: 'test' });
    const preview = await there.engine.preview('push', { all: true });
    const run = await there.engine.push({ all: true });
    expect(run).toMatchObject({ counts: { processed: 4, updated: 1, unchanged: 2, skipped: 1 }, skips: { deleted: 1 } });
    expect(preview.counts).toEqual(run.counts);
  });
});

describe('of two mapped objects', () => {
  const scope = { workspace: 'acme', connection: 'acme-salesforce' };
  const lead = defineMapping(schema, {
    crmObject: 'Lead',
    fields: [
      { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'LastName', field: 'last_name', direction: 'inbound' },
    ],
    create: { defaults: { Company: 'Not known' } },
  });
  const start = () => ({ ...deployment({ mappings: [contactMapping, lead] }), scope });

  it('the one that is named gets the record, else the first that says how records are made', async () => {
    const there = start();
    await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'Lee' });
    await there.engine.push({ createMissing: 'Lead' });
    expect(there.crm.list('Lead').map(({ fields }) => fields)).toMatchObject([{ LastName: 'Lee', Company: 'Not known' }]);
    await expect(there.engine.push({ createMissing: 'Case' })).rejects.toMatchObject({ code: 'no_mapping' });
    await add(there, 'c2', { phone_number: phoneOf(2), last_name: 'Poe' });
    await push(there);
    expect(there.crm.list('Lead')).toHaveLength(2);
    expect(there.crm.list('Contact')).toEqual([]);
  });

  it('a contact that has a record of one gets none of the other', async () => {
    const there = start();
    there.crm.add('Lead', { LastName: 'Poe', Company: 'Acme', Phone: '(415) 555-1002' });
    await there.engine.pull();
    there.clock.advance(HOUR);
    expect(await there.engine.push({ createMissing: 'Contact' })).toMatchObject({ counts: { processed: 0 } });
    expect(there.crm.list('Contact')).toEqual([]);
  });

  it('a value that the CRM requires and can not take keeps the record from being made', async () => {
    const there = start();
    await add(there, 'c1', { phone_number: phoneOf(1), last_name: 'L'.repeat(81) });
    expect((await push(there)).errors).toMatchObject([{ code: 'too_long', field: 'last_name' }, { code: 'required_field_missing' }]);
    await there.engine.contacts.update('c1', { last_name: 'Lee' }, { by: 'test' });
    expect(await push(there)).toMatchObject({ counts: { created: 1 } });
  });
});

describe('a HubSpot record that no search shows yet', () => {
  const [, hubspot] = WORLDS;
  const start = () => hubspot!.deployment({ mappings: [{ ...hubspot!.mapping, create: { defaults: { lastname: 'Unknown' } } }] });

  it('is linked all the same where HubSpot names it as the owner of the email address and their numbers agree', async () => {
    const there = start();
    const { id } = there.crm.add({ lastName: 'Lee', phone: '(415) 555-1001', email: 'ann@example.com' });
    await add(there, 'c1', { phone_number: phoneOf(1), email: 'ann@example.com' });
    expect(await push(there)).toMatchObject({ counts: { created: 0, failed: 0 } });
    expect(await linkOf(there, 'c1')).toMatchObject([{ state: 'active', recordId: id }]);
    expect(there.crm.list()).toHaveLength(1);
  });

  it('is not taken for the contact’s where only the address is the same', async () => {
    const there = start();
    there.crm.add({ lastName: 'Lee', phone: '(415) 555-1009', email: 'ann@example.com' });
    await add(there, 'c1', { phone_number: phoneOf(1), email: 'ann@example.com' });
    expect(await push(there)).toMatchObject({ counts: { created: 0, failed: 1 }, errors: [{ code: 'duplicate', contactId: 'c1' }] });
    expect(await linkOf(there, 'c1')).toEqual([]);
    expect(await callsOf(there.crm, () => push(there))).toEqual([]);
  });
});
