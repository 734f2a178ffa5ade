import { type CompleteConnector, CrmSyncEngine, defineContactSchema, PERSON_FIELDS, suggestMapping } from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { salesforce } from 'crm-sync-engine/salesforce';
import { fakeHubSpot, fakeSalesforce, manualClock, memoryStore } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';

const START = '2026-01-05T09:00:00Z';
const schema = defineContactSchema({ ...PERSON_FIELDS, company_industry: { type: 'string' } });

const engineOf = (connector: CompleteConnector, clock: ReturnType<typeof manualClock>) =>
  new CrmSyncEngine({ workspace: 'acme', connection: 'acme-crm', store: memoryStore({ clock }), schema, connector, clock });

function org(options: Parameters<typeof fakeSalesforce>[0] = {}) {
  const clock = manualClock(START);
  const crm = fakeSalesforce({ clock, ...options });
  return { crm, engine: engineOf(salesforce({ ...crm.options, clock }), clock) };
}
function portal(options: Parameters<typeof fakeHubSpot>[0] = {}) {
  const clock = manualClock(START);
  const crm = fakeHubSpot({ clock, ...options });
  return { crm, engine: engineOf(hubspot({ ...crm.options, clock }), clock) };
}
const dotted = (fields: readonly { readonly name: string }[]): readonly string[] =>
  fields.map(({ name }) => name).filter((name) => name.includes('.'));

describe("the fields of a Salesforce Contact's parents", () => {
  it('are described where they are asked for, in one call for each object', async () => {
    const { crm, engine } = org();
    const own = await engine.describeFields('Contact');
    expect(dotted(own)).toEqual([]);
    const before = crm.calls.length;
    const some = await engine.describeFields('Contact', { parents: ['Account'] });
    expect(crm.calls.length - before).toBe(1);
    expect(dotted(some)).toContain('Account.Name');
    expect(dotted(some).every((name) => name.startsWith('Account.'))).toBe(true);
    expect(some.filter(({ name, updatable, creatable }) => name.includes('.') && (updatable || creatable))).toEqual([]);
    const all = await engine.describeFields('Contact', { parents: true });
    expect(dotted(all)).toEqual(expect.arrayContaining(['Account.Website', 'ReportsTo.Email', 'CreatedBy.Name']));
    const objects = new Set(dotted(all).map((name) => name.split('.')[0]));
    expect(objects.size).toBeGreaterThan(2);
    const after = crm.calls.length;
    await engine.describeFields('Contact', { parents: true });
    expect(crm.calls.length).toBe(after); // the connector keeps them for a while
  });

  it('are suggested for fields that are called after the company, and a pull reads them', async () => {
    const { crm, engine } = org();
    const account = crm.add('Account', { Name: 'Acme', Industry: 'Banking' });
    crm.add('Contact', { LastName: 'Smith', Phone: '+14155550123', AccountId: account.id });
    const { fields } = suggestMapping(schema, await engine.describeFields('Contact', { parents: ['Account'] }));
    expect(fields.filter(({ field }) => field.startsWith('company'))).toEqual([
      { crm: 'Account.Name', field: 'company_name', direction: 'inbound' },
      { crm: 'Account.Industry', field: 'company_industry', direction: 'inbound' },
    ]);
    const clock = manualClock(START);
    const connector = salesforce({ ...crm.options, clock });
    const next = new CrmSyncEngine({
      ...{ workspace: 'acme', connection: 'acme-crm', store: memoryStore({ clock }), schema, connector, clock },
      mappings: [{ crmObject: 'Contact', fields }],
    });
    await next.pull();
    const [contact] = await next.contacts.list();
    expect(contact?.fields).toMatchObject({ company_name: 'Acme', company_industry: 'Banking' });
  });
});

describe("the fields of a HubSpot contact's company", () => {
  it('are described where they are asked for, in one call', async () => {
    const { crm, engine } = portal();
    expect(dotted(await engine.describeFields('contacts'))).toEqual([]);
    const before = crm.calls.length;
    const fields = await engine.describeFields('contacts', { parents: true });
    expect(crm.calls.length - before).toBe(1);
    expect(dotted(fields)).toEqual(expect.arrayContaining(['company.name', 'company.domain', 'company.industry']));
    const suggested = suggestMapping(schema, fields).fields;
    expect(suggested).toContainEqual({ crm: 'company.industry', field: 'company_industry', direction: 'inbound' });
    expect(suggested).toContainEqual({ crm: 'company', field: 'company_name', direction: 'both' });
  });

  it('are those of a deal too, and a company has none', async () => {
    const { engine } = portal();
    expect(dotted(await engine.describeFields('deals', { parents: true }))).toContain('company.name');
    expect(dotted(await engine.describeFields('companies', { parents: true }))).toEqual([]);
  });

  it('are none where the app may not see companies; other troubles are told', async () => {
    const { engine } = portal({ scopes: ['oauth', 'crm.schemas.contacts.read', 'crm.objects.contacts.read'] });
    const fields = await engine.describeFields('contacts', { parents: true });
    expect(fields.length).toBeGreaterThan(5);
    expect(dotted(fields)).toEqual([]);
    const failing = portal();
    await failing.engine.describeFields('contacts');
    failing.crm.fault({ on: '*', what: 'disconnected', times: Number.POSITIVE_INFINITY });
    await expect(failing.engine.describeFields('contacts', { parents: true })).rejects.toMatchObject({ category: 'authentication' });
  });
});
