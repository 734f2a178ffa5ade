import { CrmSyncEngine, defineAnalysis, defineCompanySchema, defineContactSchema, isCrmSyncError } from 'crm-sync-engine';
import { salesforce } from 'crm-sync-engine/salesforce';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { fakeSalesforce } from 'crm-sync-engine/testing';
import { describe, expect, it } from 'vitest';

const schema = defineContactSchema({ company_id: { type: 'string' }, size: { type: 'number' } });
const companies = { schema: defineCompanySchema({}), mappings: [] };
const account = { crmObject: 'Account', fields: [{ crm: 'Name', field: 'name', direction: 'inbound' }] };
const tie = { crm: 'AccountId', field: 'company_id', direction: 'both' };

/** The problems of an engine with these options, as codes by path. */
function problemsOf(options: object): Readonly<Record<string, string>> {
  try {
    new CrmSyncEngine({
      ...{ workspace: 'acme', connection: 'acme-salesforce', schema, store: memoryStore() },
      connector: salesforce(fakeSalesforce().options),
      ...options,
    });
    return {};
  } catch (error) {
    if (!isCrmSyncError(error)) throw error;
    if (error.issues.length === 0) return { '': error.code };
    for (const { remedy } of error.issues) expect(remedy).toMatch(/\w/);
    return Object.fromEntries(error.issues.map(({ path, code }) => [path.join('.'), code]));
  }
}
const contact = (...fields: readonly object[]) => ({ crmObject: 'Contact', fields });

describe('the options of companies', () => {
  it('are fine as they are meant', () => {
    const mappings = [contact(tie)];
    expect(problemsOf({ mappings, companies: { ...companies, mappings: [account], contactField: 'company_id' } })).toEqual({});
    expect(problemsOf({ companies })).toEqual({});
  });

  it.each([
    ['no schema of companies', { schema, mappings: [] }, { '': 'missing_option' }],
    ['no schema', { mappings: [] }, { '': 'missing_option' }],
    ['no mappings', { schema: companies.schema }, { mappings: 'missing' }],
    ['an unknown key', { ...companies, filed: 'x' }, { filed: 'unknown_key' }],
    ['an unknown field', { ...companies, mappings: [{ ...account, matchKey: 'nam' }] }, { 'mappings.0.matchKey': 'unknown_field' }],
    ['one object twice', { ...companies, mappings: [account, account] }, { 'mappings.1.crmObject': 'duplicate_mapping' }],
    [
      'an object of contacts',
      { ...companies, mappings: [{ ...account, crmObject: 'Contact' }] },
      { 'mappings.0.crmObject': 'duplicate_mapping' },
    ],
    ['a tie in no field', { ...companies, contactField: 'company' }, { contactField: 'unknown_field' }],
    ['a tie in a number', { ...companies, contactField: 'size' }, { contactField: 'not_a_text_field' }],
    ['a tie in the number', { ...companies, contactField: 'phone_number' }, { contactField: 'not_a_text_field' }],
  ] as const)('say at once what is wrong: %s', (_, given, problems) => {
    expect(problemsOf({ mappings: [contact(tie)], companies: given })).toEqual(problems);
  });

  it.each([
    ['a rule that maps its values', { mappings: [contact({ ...tie, valueMap: { a: 'b' } })] }, 'tie_not_plain'],
    [
      'a rule of several fields',
      { mappings: [contact({ crm: ['AccountId', 'ReportsToId'], field: 'company_id', direction: 'inbound' })] },
      'tie_not_plain',
    ],
    ['a rule that merges', { mappings: [contact({ ...tie, conflict: 'merge' })] }, 'tie_not_plain'],
    ['a match key', { mappings: [{ ...contact(tie), matchKey: ['phone_number', 'company_id'] }] }, 'tie_is_match_key'],
    ['an analysis', { analysis: defineAnalysis(schema, [{ from: 'company', field: 'company_id', mode: 'overwrite' }]) }, 'tie_is_analysed'],
  ] as const)('let nothing else touch the field of the tie: %s', (_, options, code) => {
    expect(problemsOf({ ...options, companies: { ...companies, contactField: 'company_id' } })).toEqual({ contactField: code });
  });

  it('ask no more of a connector than it can do', () => {
    const { write: _, ...reading } = salesforce(fakeSalesforce().options);
    const { writeBatchMax: __, requestTimeoutMs: ___, settleMs: ____, creates: _____, ...capabilities } = reading.capabilities;
    const { writeBulk: ______, activityRecord: _______, ...connector } = { ...reading, capabilities };
    const both = { ...account, fields: [{ crm: 'Name', field: 'name', direction: 'both' }] };
    const { bulk: ________, activity: _________, reties: __________, ...left } = capabilities;
    expect(problemsOf({ connector: { ...connector, capabilities: left }, companies: { ...companies, mappings: [both] } })).toEqual({
      'companies.mappings.0.fields.0.direction': 'capability_missing',
    });
  });
});
