import { CrmSyncEngine, type Run } from 'crm-sync-engine';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { recordEvents } from 'crm-sync-engine/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CRMS, schema } from './crms.ts';
import { holdable, hostile, prototypesAreClean } from './strings.ts';

interface Person {
  readonly text: string;
  /** Held by the CRM under a name and a text of its own; null where the CRM refused it. */
  readonly recordId: string | null;
  readonly phone: string;
  contactId: string;
}

describe.each(Object.entries(CRMS))('hostile values between contacts and %s', (_, make) => {
  const crm = make();
  const { names, clock, connector, mapping } = crm;
  const events = recordEvents();
  const engine = new CrmSyncEngine({
    workspace: 'acme',
    connection: 'acme-crm',
    schema,
    mappings: [mapping],
    store: memoryStore({ clock }),
    connector,
    defaultCountry: 'US',
    observer: events,
    clock,
  });
  const people = new Map<string, Person>();
  const strange = new Map<string, string>();
  let pushed: Run;
  let records = 0;

  const tryAdd = (values: Readonly<Record<string, unknown>>): string | null => {
    try {
      return crm.add(values);
    } catch {
      return null; // longer than the field, or no value of it: the CRM never holds such a record
    }
  };

  beforeAll(async () => {
    for (const [index, [name, text]] of hostile.entries()) {
      const phone = `+1415200${String(index).padStart(4, '0')}`;
      const held = holdable(text);
      const plain = { [names.last_name]: `Plain ${index}`, [names.phone_number]: phone };
      const fits = held.length <= crm.textMax ? { [names.text]: held } : {};
      const recordId =
        tryAdd({ ...plain, ...fits, [names.last_name]: held, [names.first_name]: held }) ?? tryAdd({ ...plain, ...fits }) ?? tryAdd(plain);
      people.set(name, { text, recordId, phone, contactId: '' });
      const odd = tryAdd({ [names.last_name]: `Odd ${index}`, [names.phone_number]: held });
      if (odd !== null) strange.set(name, odd);
    }
    records = crm.count(names.object);
    expect(await engine.pull()).toMatchObject({ status: 'done' });
    clock.advance(3_600_000);
    for (const person of people.values()) {
      person.contactId = (await engine.contacts.byPhone(person.phone)).contact?.id ?? '';
      await engine.contacts.update(person.contactId, { notes: person.text }, { by: 'test' });
    }
    pushed = await engine.push();
  });
  afterAll(() => expect(prototypesAreClean()).toBe(true));

  it.each(hostile)('%s in the CRM is the very same text in the contact', async (name) => {
    const { recordId, contactId } = people.get(name)!;
    const values = crm.values(recordId ?? '');
    const contact = await engine.contacts.get(contactId);
    const shown = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value : null);
    expect(contact?.fields).toMatchObject({
      first_name: shown(values[names.first_name]),
      last_name: shown(values[names.last_name]),
      text: shown(values[names.text]),
    });
  });

  it.each(hostile)('%s as a phone number makes a contact of a number or none', async (name, text) => {
    const recordId = strange.get(name);
    if (recordId === undefined) return expect(holdable(text).length).toBeGreaterThan(40); // the CRM refused it itself
    const { contact } = await engine.contacts.byPhone(text);
    if (contact !== null) expect(contact.fields.phone_number).toMatch(/^\+\d+$/);
    else expect((await engine.pull({ records: [{ object: names.object, id: recordId }] })).skips).toEqual({ no_match_key: 1 });
  });

  it.each(hostile)('%s in the contact is the very same text in the CRM', (name, text) => {
    const { recordId } = people.get(name)!;
    const notes = crm.values(recordId ?? '')[names.notes] ?? '';
    if (text.length > 65_536 && crm.name === 'hubspot') expect(notes).toBe('');
    else expect(notes).toBe(crm.name === 'salesforce' || text.trim() === '' ? holdable(text).trim() : holdable(text)); // Salesforce trims
  });

  it('goes out in bodies of the same structure, whatever the text', () => {
    const writes = crm.sent.filter(({ method, url }) => /\/composite\/sobjects$|\/batch\/update$/.test(url.pathname) && method !== 'GET');
    expect(writes.length).toBeGreaterThan(0);
    for (const { body, url, status } of writes) {
      expect([url.search, status < 300]).toEqual(['', true]);
      const parsed = JSON.parse(body) as Record<string, readonly Record<string, unknown>[]>;
      const rows = parsed['records'] ?? parsed['inputs'] ?? [];
      for (const row of rows) {
        const values = (row['properties'] ?? row) as Record<string, unknown>;
        const expected = crm.name === 'salesforce' ? ['attributes', 'id', names.notes] : [names.notes];
        expect(Object.keys(values)).toEqual(expected);
      }
    }
  });

  it('that the CRM can not hold is refused for its own contact, with a code and a remedy', () => {
    const tooLong = crm.name === 'hubspot' ? 2 : 0;
    expect(pushed).toMatchObject({ status: 'done', counts: { failed: tooLong } });
    expect(pushed.errors.map(({ code, remedy }) => [code, remedy !== ''])).toEqual(
      Array.from({ length: tooLong }, () => ['too_long', true]),
    );
  });

  it('as an email address is held with its reason, and the other fields go on', async () => {
    for (const [index, person] of [...people.values()].entries())
      await engine.contacts.update(person.contactId, { email: person.text, notes: `after ${index}` }, { by: 'test' });
    clock.advance(60_000);
    const contactIds = [...people.values()].map(({ contactId }) => contactId);
    const errors: Run['errors'][number][] = [];
    // A part at a time: a run where most records fail for one reason stops, for that is no bad record but a bad setting.
    for (let start = 0; start < contactIds.length; start += 40) {
      const run = await engine.push({ contactIds: contactIds.slice(start, start + 40) });
      expect(run.status).toBe('done');
      errors.push(...run.errors);
    }
    for (const [index, { recordId }] of [...people.values()].entries()) {
      const values = crm.values(recordId ?? '');
      expect(values[names.notes]).toBe(`after ${index}`);
      expect(values[names.email] ?? '').toMatch(/^$|^[^\s@]+@[^\s@]+$/);
    }
    expect(errors.length).toBeGreaterThan(50);
    for (const { code, remedy } of errors)
      expect([code, remedy !== '']).toEqual([expect.stringMatching(/^(invalid_email|too_long)$/), true]);
    clock.advance(60_000);
    expect(await engine.push()).toMatchObject({ counts: { processed: 0 } });
  });

  it('makes no record, and stands in no error, event or run', async () => {
    expect(crm.count(names.object)).toBe(records);
    const told = JSON.stringify([events.events, await engine.runs.list()]);
    for (const [, text] of hostile) {
      const json = JSON.stringify(text).slice(1, -1);
      if (text.trim().length > 8) expect(told.includes(json.slice(0, 200)), json.slice(0, 40)).toBe(false);
    }
  });
});
