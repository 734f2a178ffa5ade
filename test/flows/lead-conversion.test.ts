import { defineMapping } from 'crm-sync-engine';
import { conversation } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';
import { callsOf, deployment, schema } from './support.ts';

const MINUTE = 60_000;
const NOTES = { Notes__c: { type: 'textarea', length: 32_000 } } as const;

const mappingOf = (crmObject: 'Lead' | 'Contact', direction: 'outbound' | 'both' = 'outbound') =>
  defineMapping(schema, {
    crmObject,
    fields: [
      { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
      { crm: 'LastName', field: 'last_name', direction: 'inbound' },
      { crm: 'Notes__c', field: 'interaction_summary', direction },
    ],
  });
const ORDERS = {
  'the lead is mapped first': ['Lead', 'Contact'],
  'the contact is mapped first': ['Contact', 'Lead'],
} as const;

/** Ann is a lead that was pulled; her notes come from us. */
async function annIsLead(objects: readonly ('Lead' | 'Contact')[] = ['Lead', 'Contact'], direction?: 'both') {
  const there = deployment(
    { mappings: objects.map((object) => mappingOf(object, direction)) },
    { fields: { Lead: NOTES, Contact: NOTES } },
  );
  const { id: lead } = there.crm.add('Lead', { FirstName: 'Ann', LastName: 'Lee', Company: 'Acme', Phone: '(415) 555-0120' });
  await there.engine.pull();
  there.clock.advance(10 * MINUTE);
  const contacts = () => there.engine.contacts.list();
  const ann = (await contacts())[0]?.id ?? '';
  const say = (notes: string) => there.engine.contacts.update(ann, { interaction_summary: notes }, { by: 'test' });
  const pull = async () => {
    there.clock.advance(MINUTE);
    return there.engine.pull();
  };
  return { ...there, lead, ann, contacts, say, pull };
}

const closed = (lead: string) => ({ object: 'Lead', recordId: lead, state: 'superseded' });

describe.each(Object.entries(ORDERS))('a lead that is converted, where %s', (_, objects) => {
  it('goes on as the contact record of the same contact: later edits go there, and nothing is doubled', async () => {
    const there = await annIsLead(objects);
    const { contact } = there.crm.convertLead(there.lead);
    await there.pull();
    expect(await there.contacts()).toMatchObject([
      { id: there.ann, links: [closed(there.lead), { object: 'Contact', recordId: contact.id, state: 'active' }] },
    ]);
    await there.say('Wants a demo.');
    expect(await callsOf(there.crm, () => there.engine.push())).toEqual(['PATCH Contact']);
    expect(there.crm.record(contact.id).fields['Notes__c']).toBe('Wants a demo.');
    expect(await there.pull()).toMatchObject({ counts: { created: 0, updated: 0, failed: 0 } });
    expect(there.crm.list('Contact')).toHaveLength(1);
    expect(await there.contacts()).toHaveLength(1);
  });

  it('and is met by a push first takes the edit along', async () => {
    const there = await annIsLead(objects);
    await there.say('Wants a demo.');
    const { contact } = there.crm.convertLead(there.lead);
    expect(await there.engine.push()).toMatchObject({ counts: { failed: 1 }, errors: [{ code: 'record_gone', recordId: there.lead }] });
    expect(there.events.of('link.changed')).toMatchObject([{ object: 'Lead', state: 'superseded' }]);
    there.crm.edit(contact.id, { Phone: '(415) 555-0199' }); // nobody would find it by its number
    await there.pull();
    expect(await there.engine.push()).toMatchObject({ counts: { updated: 1 } });
    expect(there.crm.record(contact.id).fields['Notes__c']).toBe('Wants a demo.');
    expect(await there.contacts()).toMatchObject([{ id: there.ann, links: [closed(there.lead), { state: 'active' }] }]);
    expect(await callsOf(there.crm, () => there.engine.push())).toEqual([]);
  });

  it('takes an edit along that never reached the lead, unless somebody else wrote the contact meanwhile', async () => {
    const edited = async (crmEdit: string | null) => {
      const there = await annIsLead(objects);
      await there.say('First call.');
      await there.engine.push();
      there.clock.advance(10 * MINUTE);
      const { contact } = there.crm.convertLead(there.lead); // which brings the notes along
      if (crmEdit !== null) there.crm.edit(contact.id, { Notes__c: crmEdit });
      await there.say('Second call.');
      await there.engine.push();
      await there.pull();
      await there.engine.push();
      expect(await there.contacts()).toMatchObject([{ fields: { interaction_summary: 'Second call.' } }]);
      return there.crm.record(contact.id).fields['Notes__c'];
    };
    expect(await edited(null)).toBe('Second call.');
    expect(await edited('By a salesperson.')).toBe('By a salesperson.'); // a first link overwrites nothing
  });

  it('into a contact that was there with another number, which becomes the number here', async () => {
    const there = await annIsLead(objects);
    const { id: accountId } = there.crm.add('Account', { Name: 'Acme Ltd' });
    const anna = { FirstName: 'Anna', LastName: 'Lee', Phone: 'on request', AccountId: accountId };
    const { id: contactId } = there.crm.add('Contact', anna);
    await there.pull();
    there.clock.advance(10 * MINUTE);
    there.crm.edit(contactId, { Phone: '(415) 555-0199' });
    there.crm.convertLead(there.lead, { accountId, contactId });
    await there.pull();
    expect(await there.contacts()).toMatchObject([
      {
        id: there.ann,
        fields: { first_name: 'Anna', phone_number: '+14155550199' },
        links: [closed(there.lead), { recordId: contactId, state: 'active' }],
      },
    ]);
  });

  it('into a contact that belongs to somebody else moves nothing', async () => {
    const there = await annIsLead(objects);
    const { id: accountId } = there.crm.add('Account', { Name: 'Acme Ltd' });
    const { id: contactId } = there.crm.add('Contact', { LastName: 'Bell', Phone: '(415) 555-0130', AccountId: accountId });
    await there.pull();
    const before = await there.contacts();
    expect(before).toHaveLength(2);
    there.crm.convertLead(there.lead, { accountId, contactId });
    await there.pull();
    const after = await there.contacts();
    expect(after).toMatchObject(
      before.map(({ id, links }) => ({
        id,
        links: id === there.ann ? [closed(there.lead)] : links.map(({ state }) => ({ state })),
      })),
    );
    await there.say('Wants a demo.');
    expect(await callsOf(there.crm, () => there.engine.push())).toEqual([]);
  });

  it('of a contact that has a record of its own already moves nothing', async () => {
    const there = await annIsLead(objects);
    const { id: own } = there.crm.add('Contact', { LastName: 'Lee', Phone: '(415) 555-0120' });
    await there.pull();
    expect(await there.contacts()).toMatchObject([{ links: [{ object: 'Lead' }, { object: 'Contact', recordId: own }] }]);
    there.crm.convertLead(there.lead);
    await there.pull();
    const [ann] = await there.contacts();
    expect(ann?.links).toMatchObject([{ state: 'superseded' }, { recordId: own, state: 'active' }]);
    await there.say('Wants a demo.');
    await there.engine.push();
    expect(there.crm.list('Contact').map(({ fields }) => fields['Notes__c'])).toEqual(['Wants a demo.', null]);
  });
});

describe('a conversion', () => {
  it('is seen by the read before a write as well', async () => {
    const there = await annIsLead(['Lead', 'Contact'], 'both');
    await there.say('Wants a demo.');
    const { contact } = there.crm.convertLead(there.lead);
    expect(await callsOf(there.crm, () => there.engine.push())).toEqual(['queryAll']);
    await there.pull();
    await there.engine.push();
    expect(there.crm.record(contact.id).fields['Notes__c']).toBe('Wants a demo.');
    expect(await there.contacts()).toHaveLength(1);
  });

  it('is found by a full read that a converted lead was missed by', async () => {
    const there = await annIsLead();
    const { contact } = there.crm.convertLead(there.lead);
    await there.engine.pull({ full: true });
    expect(await there.contacts()).toMatchObject([{ id: there.ann, links: [closed(there.lead), { recordId: contact.id }] }]);
  });

  it('closes the link where contacts are not mapped, and nothing else', async () => {
    const there = await annIsLead(['Lead']);
    there.crm.convertLead(there.lead);
    await there.pull();
    expect(await there.contacts()).toMatchObject([{ id: there.ann, links: [closed(there.lead)] }]);
    expect((await there.engine.status()).waiting).toMatchObject({ records: 0 });
    await there.say('Wants a demo.');
    expect(await callsOf(there.crm, () => there.engine.push())).toEqual([]);
  });

  it('before the first pull imports nothing but the contact', async () => {
    const there = deployment({ mappings: [mappingOf('Lead'), mappingOf('Contact')] }, { fields: { Lead: NOTES, Contact: NOTES } });
    const { id } = there.crm.add('Lead', { LastName: 'Lee', Company: 'Acme', Phone: '(415) 555-0120' });
    const { contact } = there.crm.convertLead(id);
    expect(await there.engine.pull()).toMatchObject({ counts: { created: 1, skipped: 1 }, skips: { merged: 1 } });
    expect(await there.engine.contacts.list()).toMatchObject([{ links: [{ object: 'Contact', recordId: contact.id }] }]);
  });
});

describe('a conversation of a converted lead', () => {
  const call = (id: string) => conversation({ id, phone: '+14155550120', summary: 'Wants a demo.' });
  const tasks = (there: Awaited<ReturnType<typeof annIsLead>>) => there.crm.list('Task').map(({ fields }) => fields['WhoId']);

  it.each([
    ['that nobody has noticed', ['Lead', 'Contact'], async () => undefined],
    ['that a push has noticed', ['Lead', 'Contact'], async (there) => [await there.say('Called.'), await there.engine.push()]],
    ['that a pull has followed', ['Lead', 'Contact'], (there) => there.pull()],
    ['whose contact is not mapped', ['Lead'], (there) => there.pull()],
  ] as const satisfies readonly (readonly [
    string,
    readonly ('Lead' | 'Contact')[],
    (there: Awaited<ReturnType<typeof annIsLead>>) => Promise<unknown>,
  ])[])('is logged on the contact: of a conversion %s', async (_, objects, noticed) => {
    const there = await annIsLead(objects);
    const { contact } = there.crm.convertLead(there.lead);
    await noticed(there);
    const result = await there.engine.handleConversation(call('call-1'));
    expect(result.steps.activity).toMatchObject({ status: 'done' });
    expect(tasks(there)).toEqual([contact.id]);
    await there.pull();
    await there.engine.handleConversation(call('call-1'));
    expect(tasks(there)).toEqual([contact.id]);
  });

  it('is logged once, although its answer was lost and the lead converted before anybody looked', async () => {
    const there = await annIsLead();
    there.crm.hideField('Task.CallObject'); // no field for the key: it stands in the text
    there.crm.fault({ on: 'POST Task', what: 'lost_ack' });
    expect((await there.engine.handleConversation(call('call-1'))).complete).toBe(false);
    const { contact } = there.crm.convertLead(there.lead);
    there.clock.advance(60 * MINUTE);
    await there.engine.retryPending();
    expect(tasks(there)).toEqual([contact.id]);
  });
});
