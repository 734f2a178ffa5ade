import { type Changeset, type ContactStore, CrmSyncEngine, defineContactSchema, defineMapping, type Filter } from 'crm-sync-engine';
import { salesforce } from 'crm-sync-engine/salesforce';
import { type FakeSalesforceOptions, fakeSalesforce, manualClock, memoryStore } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';

const MINUTE = 60_000;
const schema = defineContactSchema({});

function deployment({
  filter,
  org = {},
  crmObject = 'Contact',
}: {
  filter?: (path: string) => Filter;
  org?: FakeSalesforceOptions;
  crmObject?: 'Contact' | 'Lead';
} = {}) {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const cut = { now: false };
  const crm = fakeSalesforce({ clock, ...org });
  const person = (FirstName: string, Phone: string) =>
    crm.add(crmObject, { FirstName, LastName: 'Lee', Phone, ...(crmObject === 'Lead' && { Company: 'Acme' }) }).id;
  const [ann, bea] = [person('Ann', '+14155550100'), person('Bea', '+14155550101')];
  const spring = crm.add('Campaign', { Name: 'Spring' }).id;
  const path = `campaigns.campaign_${spring}`;
  const join = (id: string, CampaignId = spring) => crm.add('CampaignMember', { CampaignId, [`${crmObject}Id`]: id }).id;
  const mapping = defineMapping(schema, {
    crmObject,
    filter: filter?.(path) ?? { field: path, eq: true },
    fields: [
      { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'FirstName', field: 'first_name', direction: 'both' },
    ],
  });
  const engine = new CrmSyncEngine({
    workspace: 'acme',
    connection: 'acme-salesforce',
    schema,
    mappings: [mapping],
    store: cutting(memoryStore({ clock }), cut),
    connector: salesforce({ ...crm.options, clock }),
    clock,
  });
  const people = async () =>
    Object.fromEntries((await engine.contacts.list()).map(({ fields, links }) => [fields.first_name, links[0]?.state]));
  const later = (ms = 15 * MINUTE) => clock.advance(ms);
  return { clock, cut, crm, engine, person, ann, bea, spring, path, join, people, later };
}

/** Loses what a comparison of members has found, where it is told so. */
const cutting = (store: ContactStore, cut: { readonly now: boolean }): ContactStore => ({
  ...store,
  bind(scope) {
    const bound = store.bind(scope);
    const commit = (changes: Changeset) =>
      cut.now && changes.entries.some(({ kind }) => kind === 'members')
        ? Promise.reject(new Error('store is down'))
        : bound.commit(changes);
    return new Proxy(bound, { get: (target, name) => (name === 'commit' ? commit : Reflect.get(target, name)?.bind?.(target)) });
  },
});

describe('a mapping that is filtered by a Salesforce campaign', () => {
  it('imports its members only, reading no one else, and who joins later with the next pull', async () => {
    const { crm, engine, bea, join, ann, people, later } = deployment();
    join(ann);
    later();
    expect(await engine.pull()).toMatchObject({ status: 'done', counts: { processed: 1, created: 1 } });
    later();
    join(bea);
    expect((await engine.pull()).counts).toMatchObject({ created: 1, failed: 0 });
    expect(await people()).toEqual({ Ann: 'active', Bea: 'active' });
    later();
    expect((await engine.pull()).counts).toMatchObject({ created: 0, updated: 0, failed: 0 });
    later();
    crm.forgetCalls();
    await engine.pull();
    expect(crm.calls.length).toBeLessThanOrEqual(3);
  });

  it('lets go of who leaves with the next pull, sends nothing to them, and takes them back', async () => {
    const { crm, engine, ann, bea, join, people, later } = deployment();
    const member = join(ann);
    join(bea);
    later();
    await engine.pull();
    crm.remove(member);
    later();
    expect(await engine.pull()).toMatchObject({ status: 'done', counts: { failed: 0 } });
    expect(await people()).toEqual({ Ann: 'left_filter', Bea: 'active' });
    const contact = (await engine.contacts.list()).find(({ fields }) => fields.first_name === 'Ann');
    await engine.contacts.update(contact?.id ?? '', { first_name: 'Anna' }, { by: 'test' });
    await engine.push();
    expect(crm.record(ann).fields['FirstName']).toBe('Ann');
    join(ann);
    later();
    await engine.pull();
    expect(Object.values(await people())).toEqual(['active', 'active']);
  });

  it('compares again where a comparison was cut before it was stored', async () => {
    const { cut, crm, engine, ann, join, people, later } = deployment();
    const member = join(ann);
    later();
    await engine.pull();
    crm.remove(member);
    later();
    cut.now = true;
    await expect(engine.pull()).rejects.toThrow();
    expect(await people()).toEqual({ Ann: 'active' });
    cut.now = false;
    await engine.pull();
    expect(await people()).toEqual({ Ann: 'left_filter' });
  });

  it('tells who left from who was deleted', async () => {
    const { crm, engine, ann, bea, join, people, later } = deployment();
    const member = join(ann);
    join(bea);
    later();
    await engine.pull();
    crm.remove(member);
    crm.remove(bea);
    later();
    await engine.pull();
    expect(await people()).toEqual({ Ann: 'left_filter', Bea: 'tombstone' });
  });

  it('notices that one leaves while another one joins', async () => {
    const { crm, engine, ann, bea, join, people, later } = deployment();
    const member = join(ann);
    later(60 * MINUTE);
    await engine.pull();
    later(60 * MINUTE);
    await engine.pull();
    crm.remove(member);
    join(bea);
    later(60 * MINUTE);
    await engine.pull();
    expect(await people()).toEqual({ Ann: 'left_filter', Bea: 'active' });
  });

  it('goes by the other conditions too', async () => {
    const { crm, engine, ann, bea, join, people, later } = deployment({
      filter: (path) => ({
        all: [
          { field: path, eq: true },
          { field: 'Title', eq: 'Buyer' },
        ],
      }),
    });
    join(ann);
    join(bea);
    crm.edit(ann, { Title: 'Buyer' });
    later();
    await engine.pull();
    expect(await people()).toEqual({ Ann: 'active' });
    crm.edit(bea, { Title: 'Buyer' });
    later();
    await engine.pull();
    expect(await people()).toEqual({ Ann: 'active', Bea: 'active' });
  });

  it('takes those who are in none of two campaigns, where it asks for that', async () => {
    const setup = deployment({ filter: (path) => ({ not: { any: [{ field: path, eq: true }] } }) });
    const { crm, engine, ann, join, people, later } = setup;
    const member = join(ann);
    later();
    await engine.pull();
    expect(await people()).toEqual({ Bea: 'active' });
    crm.remove(member);
    join(setup.bea);
    later();
    await engine.pull();
    expect(await people()).toEqual({ Bea: 'left_filter' });
    await engine.pull({ full: true }); // that somebody left who is no contact yet is told by a full read
    expect(await people()).toEqual({ Ann: 'active', Bea: 'left_filter' });
  });

  it('works for leads', async () => {
    const { crm, engine, ann, bea, join, people, later } = deployment({ crmObject: 'Lead' });
    const member = join(ann);
    later();
    await engine.pull();
    join(bea);
    crm.remove(member);
    later();
    await engine.pull();
    expect(await people()).toEqual({ Ann: 'left_filter', Bea: 'active' });
  });

  it('whose campaign was deleted stops, and leaves every link as it is', async () => {
    const { crm, engine, ann, join, spring, people, later } = deployment();
    join(ann);
    later();
    await engine.pull();
    crm.remove(spring);
    later();
    await expect(engine.pull()).rejects.toMatchObject({ code: 'campaign_not_found' });
    await expect(engine.pull({ full: true })).rejects.toMatchObject({ code: 'campaign_not_found' });
    expect(await people()).toEqual({ Ann: 'active' });
  });

  it('imports nobody where the campaign is hidden', async () => {
    const { crm, engine, ann, join, spring, people } = deployment();
    join(ann);
    crm.unshare(spring);
    await expect(engine.pull()).rejects.toMatchObject({ code: 'campaign_not_found' });
    expect(await people()).toEqual({});
  });

  it('imports a few members as a sample', async () => {
    const { engine, ann, bea, person, join, people, later } = deployment();
    for (const FirstName of ['Cid', 'Dee']) person(FirstName, `+1415555${FirstName === 'Cid' ? '0102' : '0103'}`);
    join(bea);
    later();
    await engine.pull({ sample: 1 });
    expect(await people()).toEqual({ Bea: 'active' });
    expect(ann).not.toBe(bea);
  });
});

describe('a campaign that is read into a field', () => {
  it('says of each record whether it is a member, without a filter', async () => {
    const clock = manualClock('2026-01-05T09:00:00Z');
    const crm = fakeSalesforce({ clock });
    const [ann] = ['Ann', 'Bea'].map(
      (FirstName, index) => crm.add('Contact', { FirstName, LastName: 'Lee', Phone: `+1415555010${index}` }).id,
    );
    const spring = crm.add('Campaign', { Name: 'Spring' }).id;
    const engine = new CrmSyncEngine({
      workspace: 'acme',
      connection: 'acme-salesforce',
      schema: defineContactSchema({ in_spring: { type: 'boolean' } }),
      mappings: [
        {
          crmObject: 'Contact',
          fields: [
            { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
            { crm: `campaigns.campaign_${spring}`, field: 'in_spring', direction: 'inbound' },
          ],
        },
      ],
      store: memoryStore({ clock }),
      connector: salesforce({ ...crm.options, clock }),
      clock,
    });
    const members = async () => (await engine.contacts.list()).map(({ fields }) => [fields.phone_number, fields.in_spring]);
    await engine.pull();
    expect(await members()).toEqual(
      expect.arrayContaining([
        ['+14155550100', false],
        ['+14155550101', false],
      ]),
    );
    crm.add('CampaignMember', { CampaignId: spring, ContactId: ann });
    clock.advance(60 * MINUTE);
    await engine.pull();
    expect(await members()).toEqual(
      expect.arrayContaining([
        ['+14155550100', true],
        ['+14155550101', false],
      ]),
    );
    const found = await engine.contacts.byPhone('+14155550199', { crm: true });
    expect(found.crm?.problem ?? null).toBeNull();
  });

  it('comes along when somebody unknown calls', async () => {
    const { crm, engine, person, join, ann, bea, people, later } = deployment();
    join(ann);
    join(bea);
    later();
    await engine.pull();
    join(person('Cid', '+1.415-555.0102'));
    person('Dee', '+1 (415) 555-0103');
    await engine.contacts.byPhone('+14155550102', { crm: true });
    await engine.contacts.byPhone('+14155550103', { crm: true });
    expect(await people()).toEqual({ Ann: 'active', Bea: 'active', Cid: 'active' });
    expect(crm.list('Contact')).toHaveLength(4);
  });
});

describe('what a campaign costs', () => {
  it('grows with pages of its members, not with the members: 3,000 of them, and three calls where nothing has changed', async () => {
    const { crm, engine, person, join, later } = deployment();
    const members = Array.from({ length: 3_000 }, (_, index) => join(person('Member', `+1212555${String(index).padStart(4, '0')}`)));
    later(60 * MINUTE);
    crm.forgetCalls();
    expect((await engine.pull()).counts).toMatchObject({ created: 3_000 });
    const first = crm.calls.length;
    expect(first).toBeLessThanOrEqual(12);
    later(45 * MINUTE);
    crm.forgetCalls();
    await engine.pull();
    expect(crm.calls).toHaveLength(3);
    for (const member of members.slice(0, 150)) crm.remove(member);
    later();
    crm.forgetCalls();
    expect((await engine.pull()).counts).toMatchObject({ processed: 150 });
    expect(crm.calls.length).toBeLessThanOrEqual(9);
  });
});

describe('a campaign that does not fit', () => {
  it.each([
    ['of an object that has no members', 'Account', (id: string) => `campaigns.campaign_${id}`, 'object_without_campaigns'],
    ['with an id that is none', 'Contact', () => 'campaigns.campaign_611', 'campaign_not_found'],
    ['with the id of something else', 'Contact', () => 'campaigns.campaign_003Fk0000000008', 'campaign_not_found'],
    ['that is not there', 'Contact', () => 'campaigns.campaign_701Fk0000zzzzzz', 'campaign_not_found'],
  ])('%s is named by the check and stops a pull', async (_, crmObject, pathOf, code) => {
    const clock = manualClock('2026-01-05T09:00:00Z');
    const crm = fakeSalesforce({ clock });
    const { id } = crm.add('Campaign', { Name: 'Spring' });
    const engine = new CrmSyncEngine({
      workspace: 'acme',
      connection: 'acme-salesforce',
      schema,
      mappings: [
        {
          crmObject,
          filter: { field: pathOf(id), eq: true },
          fields: [{ crm: 'Phone', field: 'phone_number', direction: 'inbound' }],
        },
      ],
      store: memoryStore({ clock }),
      connector: salesforce({ ...crm.options, clock }),
      clock,
    });
    const findings = await engine.check();
    expect(findings).toContainEqual(expect.objectContaining({ level: 'error', code }));
    await expect(engine.pull()).rejects.toMatchObject({ code, category: 'configuration' });
  });
});
