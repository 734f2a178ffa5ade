import { describe, expectTypeOf, test } from 'vitest';
import { defineAnalysis, parseAnalysis } from '../../src/core/analysis/analysis.ts';
import { planAnalysis } from '../../src/core/analysis/plan-analysis.ts';
import type { DocumentSchema } from '../../src/core/base/standard-schema.ts';
import { compileMapping } from '../../src/core/mapping/compile.ts';
import { defineMapping, mappingSchema, parseMapping, safeParseMapping } from '../../src/core/mapping/mapping.ts';
import type { Analysis, AnyRule, CompiledMapping, FieldRule, Mapping } from '../../src/core/mapping/mapping-types.ts';
import { defineCompanySchema, defineContactSchema, parseContactSchema } from '../../src/core/schema/schema.ts';
import type { Schema } from '../../src/core/schema/schema-types.ts';
import { type ConnectionSettings, parseSettings } from '../../src/core/settings.ts';
import { PERSON_FIELDS, personTemplate } from '../../src/core/suggest/person-template.ts';
import { suggestMapping } from '../../src/core/suggest/suggest-mapping.ts';
import type { Parsed } from '../../src/core/values/value.ts';

const schema = defineContactSchema({
  lead_status: { type: 'enum', options: ['New', 'Qualified'] },
  email: { type: 'string' },
  score: { type: 'number' },
});
type S = typeof schema;
const untyped = parseContactSchema({ fields: {} });

describe('a mapping', () => {
  test('of every kind of rule is accepted', () => {
    const mapping = defineMapping(schema, {
      crmObject: 'Contact',
      filter: { all: [{ field: 'Account.Type', eq: 'Customer' }, { not: { field: 'Email', blank: true } }] },
      matchKey: ['phone_number', 'email'],
      fields: [
        { crm: ['MobilePhone', 'Phone'], field: 'phone_number', direction: 'inbound' },
        {
          crm: ['FirstName', 'LastName'],
          field: 'first_name',
          direction: 'inbound',
          join: ' ',
          transform: 'title_case',
          conflict: 'newest',
        },
        { crm: 'Status', field: 'lead_status', direction: 'both', conflict: 'local', blank: 'keep', valueMap: { Open: 'New' } },
        { crm: 'Email', field: 'email', direction: 'outbound', transform: 'trim', overflow: 'truncate' },
      ],
    });
    expectTypeOf(mapping).toEqualTypeOf<Mapping<S>>();
  });

  test('names fields of the schema', () => {
    defineMapping(schema, {
      crmObject: 'Contact',
      fields: [
        // @ts-expect-error misspelt field
        { crm: 'Email', field: 'emial', direction: 'both' },
        {
          crm: 'Email',
          // @ts-expect-error misspelt field: the error is on that property
          field: 'emial',
          direction: 'inbound',
        },
        { crm: 'Email', field: 'email', direction: 'both' },
      ],
    });
    defineMapping(schema, {
      crmObject: 'Contact',
      fields: [],
      // @ts-expect-error misspelt match key
      matchKey: 'emial',
    });
    // @ts-expect-error misspelt match key in a list
    defineMapping(schema, { crmObject: 'Contact', fields: [], matchKey: ['email', 'emial'] });
  });

  test('has the keys that its directions have', () => {
    const rule = (rule: FieldRule<S>) => rule;
    // @ts-expect-error an outbound rule has nothing to decide
    rule({ crm: 'Email', field: 'email', direction: 'outbound', conflict: 'crm' });
    // @ts-expect-error an outbound rule joins nothing
    rule({ crm: 'Email', field: 'email', direction: 'outbound', join: ' ' });
    // @ts-expect-error a transform cannot be read backwards
    rule({ crm: 'Email', field: 'email', direction: 'both', transform: 'trim' });
    // @ts-expect-error a rule that writes has one CRM field
    rule({ crm: ['Email', 'Email2'], field: 'email', direction: 'outbound' });
    // @ts-expect-error a rule that writes has one CRM field
    rule({ crm: ['Email'], field: 'email', direction: 'both' });
    // @ts-expect-error overflow is about what is written
    rule({ crm: 'Email', field: 'email', direction: 'inbound', overflow: 'truncate' });
    // @ts-expect-error no such direction
    rule({ crm: 'Email', field: 'email', direction: 'in' });
    rule({ crm: 'Email', field: 'email', direction: 'both', conflict: 'merge', firstLink: 'manual', blank: { inbound: 'keep' } });
    rule({ crm: 'Score', field: 'score', direction: 'both', conflict: { policy: 'highest' } });
    // @ts-expect-error two numbers make no text
    rule({ crm: 'Score', field: 'score', direction: 'both', conflict: 'merge' });
    // @ts-expect-error an outbound rule decides nothing at a first link
    rule({ crm: 'Email', field: 'email', direction: 'outbound', firstLink: 'crm' });
    // @ts-expect-error no such policy
    rule({ crm: 'Email', field: 'email', direction: 'both', conflict: 'crm_wins' });
    // @ts-expect-error no such key
    rule({ crm: 'Email', field: 'email', direction: 'both', colour: 'red' });
    // @ts-expect-error a value map gives single values
    rule({ crm: 'Email', field: 'email', direction: 'inbound', valueMap: { a: null } });
    // @ts-expect-error no direction
    rule({ crm: 'Email', field: 'email' });
  });

  test('has no other keys', () => {
    // @ts-expect-error misspelt key
    defineMapping(schema, { crmObject: 'Contact', fields: [], matchKeys: ['email'] });
    // @ts-expect-error no object
    defineMapping(schema, { fields: [] });
    // @ts-expect-error a time is text
    defineMapping(schema, { crmObject: 'Contact', fields: [], filter: { field: 'A', since: 1 } });
  });

  test('takes its fields from the schema, and not the schema from its fields', () => {
    expectTypeOf(defineMapping<S>)
      .parameter(0)
      .toEqualTypeOf<S>();
    // @ts-expect-error a mapping of other fields
    expectTypeOf(defineMapping(defineContactSchema({}), { crmObject: 'C', fields: [{ crm: 'E', field: 'email', direction: 'both' }] }));
  });

  test('from JSON has the type of its schema', () => {
    expectTypeOf(parseMapping(schema, {})).toEqualTypeOf<Mapping<S>>();
    expectTypeOf(safeParseMapping(schema, {})).toEqualTypeOf<Parsed<Mapping<S>>>();
    expectTypeOf(parseMapping(untyped, {}).fields[0]!).toExtend<AnyRule>();
  });

  test('is typed or not: a typed one fits an untyped parameter', () => {
    expectTypeOf<Mapping<S>>().toExtend<Mapping>();
    expectTypeOf<CompiledMapping<S>>().toExtend<CompiledMapping>();
    expectTypeOf<Mapping['fields'][number]>().toExtend<AnyRule>();
    expectTypeOf(compileMapping(schema, parseMapping(schema, {}))).toEqualTypeOf<CompiledMapping<S>>();
    expectTypeOf(compileMapping(untyped, parseMapping(untyped, {}))).toExtend<CompiledMapping>();
    const compileAny = (one: Schema, mapping: Mapping) => compileMapping(one, mapping);
    expectTypeOf(compileAny).returns.toExtend<CompiledMapping>();
    // @ts-expect-error a mapping of another schema
    compileMapping(defineContactSchema({}), parseMapping(schema, {}));
  });

  test('has a schema for others that knows nothing of our validator', () => {
    expectTypeOf(mappingSchema(schema)).toEqualTypeOf<DocumentSchema<Mapping<S>>>();
    const result = mappingSchema(schema)['~standard'].validate({});
    if ('value' in result) expectTypeOf(result.value).toEqualTypeOf<Mapping<S>>();
    else expectTypeOf(result.issues[0]!.path).toEqualTypeOf<readonly (string | number)[]>();
    expectTypeOf(mappingSchema(schema).toJsonSchema()).toEqualTypeOf<Record<string, unknown>>();
  });
});

test('a mapping of companies names fields of their schema', () => {
  const company = defineCompanySchema({ industry: { type: 'string' } });
  const mapping = defineMapping(company, {
    crmObject: 'Account',
    matchKey: ['domain', 'name'],
    fields: [
      { crm: 'Name', field: 'name', direction: 'both' },
      { crm: 'Website', field: 'domain', direction: 'inbound' },
      { crm: 'Industry', field: 'industry', direction: 'both' },
    ],
  });
  expectTypeOf(mapping).toEqualTypeOf<Mapping<typeof company>>();
  expectTypeOf(compileMapping(company, mapping)).toEqualTypeOf<CompiledMapping<typeof company>>();
  // @ts-expect-error a company has no phone number, unless its schema says so
  defineMapping(company, { crmObject: 'Account', fields: [{ crm: 'Phone', field: 'phone_number', direction: 'inbound' }] });
  // @ts-expect-error a mapping of another schema
  compileMapping(schema, mapping);
});

describe('analysis rules', () => {
  test('of every kind are accepted', () => {
    const rules = defineAnalysis(schema, [
      { from: 'status', field: 'lead_status', mode: 'overwrite', valueMap: { hot: 'Qualified' } },
      { from: 'email', field: 'email', mode: 'fill_if_empty', transform: 'lower_case' },
      { from: 'notes', field: 'email', mode: 'merge' },
      { from: 'asked', field: 'do_not_call', mode: 'overwrite' },
    ]);
    expectTypeOf(rules).toEqualTypeOf<Analysis<S>>();
  });

  test('merge text only, and never write the phone number', () => {
    defineAnalysis(schema, [
      // @ts-expect-error a number cannot be merged
      { from: 'score', field: 'score', mode: 'merge' },
      // @ts-expect-error an option cannot be merged
      { from: 'status', field: 'lead_status', mode: 'merge' },
      // @ts-expect-error the phone number finds the contact
      { from: 'phone', field: 'phone_number', mode: 'overwrite' },
      // @ts-expect-error misspelt field
      { from: 'email', field: 'emial', mode: 'overwrite' },
      // @ts-expect-error no such mode
      { from: 'email', field: 'email', mode: 'append' },
      // @ts-expect-error no such key
      { from: 'email', field: 'email', mode: 'merge', join: ' ' },
    ]);
  });

  test('typed ones fit where any are wanted', () => {
    expectTypeOf<Analysis<S>>().toExtend<Analysis>();
    expectTypeOf(parseAnalysis(schema, [])).toEqualTypeOf<Analysis<S>>();
    planAnalysis({ schema, rules: parseAnalysis(schema, []), conversation: { analysis: { a: [1] } }, contact: { fields: {} } });
  });
});

test('settings have the type of their schema, and every part may be left out', () => {
  expectTypeOf(parseSettings(schema, {})).toEqualTypeOf<ConnectionSettings<S>>();
  expectTypeOf<Record<never, never>>().toExtend<ConnectionSettings<S>>();
  expectTypeOf<ConnectionSettings<S>>().toExtend<ConnectionSettings>();
  expectTypeOf<NonNullable<ConnectionSettings<S>['mappings']>[number]>().toEqualTypeOf<Mapping<S>>();
  const settings: ConnectionSettings<S> = {
    activities: { call: true },
    // @ts-expect-error no such setting
    propagates: true,
  };
  expectTypeOf(settings).toExtend<ConnectionSettings>();
});

describe('a suggestion', () => {
  const { fields, candidates } = suggestMapping(schema, []);

  test('is what a mapping of the schema takes, as a whole and one by one', () => {
    expectTypeOf(fields).toEqualTypeOf<readonly FieldRule<S>[]>();
    expectTypeOf(defineMapping(schema, { crmObject: 'Contact', fields })).toEqualTypeOf<Mapping<S>>();
    expectTypeOf(candidates.lead_status[0]!.rule).toEqualTypeOf<FieldRule<S>>();
  });

  test('has the fields of the schema and no other', () => {
    // @ts-expect-error: misspelt
    candidates.lead_statsu;
  });

  test('of a schema from JSON has any', () => expectTypeOf(suggestMapping(untyped, []).fields).toExtend<readonly AnyRule[]>());
});

describe('a template', () => {
  const { schema: people, mappings } = personTemplate({
    crmObject: 'Contact',
    fields: [{ crm: 'Title', field: 'job_title', direction: 'both' }],
  });

  test('knows its fields', () => {
    expectTypeOf(people.fields.job_title.type).toEqualTypeOf<'string'>();
    // @ts-expect-error: no template has this field
    personTemplate({ crmObject: 'Contact', fields: [{ crm: 'Title', field: 'title', direction: 'both' }] });
  });

  test('fits a schema with fields of your own', () => {
    const own = defineContactSchema({ ...PERSON_FIELDS, vip: { type: 'boolean' } });
    expectTypeOf(mappings[0]).toExtend<Mapping<typeof own>>();
    expectTypeOf(mappings[0]).not.toExtend<Mapping<S>>();
  });
});
