import {
  COMPANY_FIELDS,
  type CompanyTemplate,
  type CompleteConnector,
  CrmSyncEngine,
  checkMapping,
  compileMapping,
  defineCompanySchema,
  defineContactSchema,
  lintMapping,
  parseCompanySchema,
  parseMapping,
  planCreate,
  planInbound,
  suggestMapping,
} from 'crm-sync-engine';
import { companyTemplate, hubspot } from 'crm-sync-engine/hubspot';
import { accountTemplate, salesforce } from 'crm-sync-engine/salesforce';
import { fakeHubSpot, fakeSalesforce, manualClock, memoryStore } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';

const START = '2026-01-05T09:00:00Z';
const ACME = { name: 'Acme', domain: 'acme.com', industry: 'Banking', employees: 70, city: 'Berlin', state: 'BE', country: 'DE' };

const EDIT = { employees: 80, city: 'Hamburg', state: 'HH', country: null };

interface Deployed {
  readonly connector: CompleteConnector;
  readonly calls: () => number;
  /** The fields of the records of the object, in the order in which they were made. */
  readonly records: () => readonly Readonly<Record<string, unknown>>[];
}
interface Case {
  readonly template: CompanyTemplate;
  /** A CRM as it is delivered, with the record of ACME in it. */
  readonly make: (clock: ReturnType<typeof manualClock>) => Deployed;
  /** The record of ACME, as the CRM has it. */
  readonly record: Readonly<Record<string, string | number>>;
  /** What a new record for ACME gets. */
  readonly created: Readonly<Record<string, string | number>>;
  /** The record of ACME after EDIT was pushed. */
  readonly pushed: Readonly<Record<string, string | number | null>>;
}

const ACCOUNT = {
  ...{ Name: 'Acme', Website: 'https://www.acme.com/de/', Industry: 'Banking', NumberOfEmployees: 70 },
  ...{ BillingCity: 'Berlin', BillingState: 'BE', BillingCountry: 'DE' },
};
const COMPANY = {
  name: 'Acme',
  domain: 'acme.com',
  industry: 'BANKING',
  numberofemployees: '70',
  city: 'Berlin',
  state: 'BE',
  country: 'DE',
};

function org(clock: ReturnType<typeof manualClock>): Deployed {
  const crm = fakeSalesforce({ clock });
  crm.add('Account', ACCOUNT);
  return {
    connector: salesforce({ ...crm.options, clock }),
    calls: () => crm.calls.length,
    records: () => crm.list('Account').map(({ fields }) => fields),
  };
}

function portal(clock: ReturnType<typeof manualClock>): Deployed {
  const crm = fakeHubSpot({ clock });
  crm.add('companies', COMPANY);
  clock.advance(60_000); // the search sees it
  return {
    connector: hubspot({ ...crm.options, clock }),
    calls: () => crm.calls.length,
    records: () => crm.list('companies').map(({ properties }) => properties),
  };
}

const CASES: Readonly<Record<string, Case>> = {
  'Accounts of Salesforce': {
    template: accountTemplate,
    make: org,
    record: ACCOUNT,
    created: { ...ACCOUNT, Website: 'acme.com' },
    pushed: { ...ACCOUNT, NumberOfEmployees: 80, BillingCity: 'Hamburg', BillingState: 'HH', BillingCountry: null },
  },
  'companies of HubSpot': {
    template: companyTemplate,
    make: portal,
    record: { ...COMPANY, industry: 'Banking', numberofemployees: 70 },
    created: { ...COMPANY, numberofemployees: 70 },
    pushed: { ...COMPANY, numberofemployees: '80', city: 'Hamburg', state: 'HH', country: '' },
  },
};

describe.each(Object.entries(CASES))('the template for %s', (_, { template, make, record, created, pushed }) => {
  const { schema, mappings } = template;
  const [mapping] = mappings;
  const deployment = () => {
    const clock = manualClock(START);
    const crm = make(clock);
    const engine = new CrmSyncEngine({
      ...{
        workspace: 'acme',
        connection: 'acme-crm',
        store: memoryStore({ clock }),
        schema: defineContactSchema({}),
        connector: crm.connector,
      },
      companies: template,
      clock,
    });
    return { clock, crm, engine };
  };
  const described = async () => {
    const { crmObject } = mapping;
    return { name: crmObject, label: crmObject, fields: await deployment().engine.describeFields(crmObject) };
  };

  it('is plain data that a settings page can store, and reads as it is', () => {
    expect(schema).toEqual(defineCompanySchema(COMPANY_FIELDS));
    expect(parseCompanySchema(JSON.parse(JSON.stringify(schema)))).toEqual(schema);
    expect(Object.keys(schema.fields)).toEqual(Object.keys(ACME));
    expect(parseMapping(schema, JSON.parse(JSON.stringify(mapping)))).toEqual(mapping);
    expect([schema.fields, mapping.fields, mapping.fields[0]].every((part) => Object.isFrozen(part))).toBe(true);
    expect(accountTemplate.schema).toBe(companyTemplate.schema);
  });

  it('fits the CRM as it is delivered: the checks have nothing to say against it', async () => {
    const found = checkMapping({ schema, mapping, described: await described() });
    expect(found.filter(({ level }) => level === 'error' || level === 'warning')).toEqual([]);
    expect(found.map(({ code }) => code)).toContain('mapping_fits');
    expect(lintMapping(schema, mapping, { describedFields: (await described()).fields })).toEqual([]);
  });

  it('is what is suggested for the fields that the CRM shows', async () => {
    const { fields } = suggestMapping(schema, (await described()).fields);
    expect(fields.map(({ crm, field }) => [crm, field])).toEqual(mapping.fields.map(({ crm, field }) => [crm, field]));
    const directions = Object.fromEntries(fields.map(({ field, direction }) => [field, direction]));
    for (const { field, direction } of mapping.fields)
      if (direction === 'both') expect([field, directions[field]]).toEqual([field, 'both']);
  });

  it('fills every field of a company, and a new record of it', async () => {
    const compiled = compileMapping(schema, mapping, { described: await described() });
    const { records } = planInbound({ mapping: compiled, records: [{ id: 'r1', fields: record }], contacts: [], now: START });
    expect(records).toMatchObject([{ action: 'create', fields: ACME, refused: [] }]);
    const contact = { id: 'c1', fields: ACME };
    expect(planCreate({ mapping: compiled, contact, now: Date.parse(START) })).toMatchObject({
      action: 'create',
      values: created,
      refused: [],
      keys: { domain: 'acme.com', name: 'Acme' },
    });
  });

  it('keeps companies in step as it is: each edit goes back, and nothing comes of it twice', async () => {
    const { clock, crm, engine } = deployment();
    expect(await engine.pull()).toMatchObject({ status: 'done', counts: { created: 1, failed: 0 }, notes: [] });
    const { company } = await engine.companies.byDomain('acme.com');
    expect(company?.fields).toMatchObject({ ...ACME, industry: expect.stringMatching(/^banking$/i) });
    await engine.companies.update(company!.id, EDIT, { by: 'test' });
    expect(await engine.push()).toMatchObject({ status: 'done', counts: { updated: 1, failed: 0 }, notes: [] });
    expect(crm.records()[0]).toMatchObject(pushed);
    clock.advance(60_000);
    expect((await engine.pull()).counts).toMatchObject({ created: 0, updated: 0, failed: 0 });
    const calls = crm.calls();
    expect((await engine.push()).counts.processed).toBe(0);
    expect(crm.calls()).toBe(calls);
  });

  it('makes a record for a company that has none, once', async () => {
    const { clock, crm, engine } = deployment();
    await engine.pull();
    await engine.companies.create({ name: 'Globex', domain: 'https://www.globex.com/about', employees: 5 }, { by: 'test' });
    clock.advance(60_000);
    expect(await engine.push({ createMissing: mapping.crmObject })).toMatchObject({ counts: { created: 1, failed: 0 }, notes: [] });
    expect(crm.records()).toHaveLength(2);
    const [name, domain] = mapping.fields.map((rule) => rule.crm as string);
    expect(crm.records().at(-1)).toMatchObject({ [name!]: 'Globex', [domain!]: 'globex.com' });
    clock.advance(60_000);
    await engine.push({ createMissing: mapping.crmObject });
    expect(crm.records()).toHaveLength(2);
  });

  it('has nothing that its engine finds fault with', async () => {
    const found = await deployment().engine.check();
    expect(found.filter(({ level, at }) => level !== 'ok' && at.object === mapping.crmObject && level !== 'advice')).toEqual([]);
  });
});
