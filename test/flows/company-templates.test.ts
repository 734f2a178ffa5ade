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

interface Case {
  readonly template: CompanyTemplate;
  readonly connect: (clock: ReturnType<typeof manualClock>) => CompleteConnector;
  /** The record of ACME, as the CRM has it. */
  readonly record: Readonly<Record<string, string | number>>;
  /** What a new record for ACME gets. */
  readonly created: Readonly<Record<string, string | number>>;
}

const CASES: Readonly<Record<string, Case>> = {
  'Accounts of Salesforce': {
    template: accountTemplate,
    connect: (clock) => salesforce({ ...fakeSalesforce({ clock }).options, clock }),
    record: {
      ...{ Name: 'Acme', Website: 'https://www.acme.com/de/', Industry: 'Banking', NumberOfEmployees: 70 },
      ...{ BillingCity: 'Berlin', BillingState: 'BE', BillingCountry: 'DE' },
    },
    created: {
      ...{ Name: 'Acme', Website: 'acme.com', Industry: 'Banking', NumberOfEmployees: 70 },
      ...{ BillingCity: 'Berlin', BillingState: 'BE', BillingCountry: 'DE' },
    },
  },
  'companies of HubSpot': {
    template: companyTemplate,
    connect: (clock) => hubspot({ ...fakeHubSpot({ clock }).options, clock }),
    record: { name: 'Acme', domain: 'acme.com', industry: 'Banking', numberofemployees: 70, city: 'Berlin', state: 'BE', country: 'DE' },
    created: { name: 'Acme', domain: 'acme.com', industry: 'BANKING', numberofemployees: 70, city: 'Berlin', state: 'BE', country: 'DE' },
  },
};

describe.each(Object.entries(CASES))('the template for %s', (_, { template, connect, record, created }) => {
  const { schema, mappings } = template;
  const [mapping] = mappings;
  const described = async () => {
    const clock = manualClock(START);
    const connector = connect(clock);
    const engine = new CrmSyncEngine({
      ...{ workspace: 'acme', connection: 'acme-crm', store: memoryStore({ clock }), schema: defineContactSchema({}), connector, clock },
    });
    const fields = await engine.describeFields(mapping.crmObject);
    return { name: mapping.crmObject, label: mapping.crmObject, fields };
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
});
