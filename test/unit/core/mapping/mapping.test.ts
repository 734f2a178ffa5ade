import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineMapping, mappingSchema, parseMapping, safeParseMapping } from '../../../../src/core/mapping/mapping.ts';
import type { AnyRule } from '../../../../src/core/mapping/mapping-types.ts';
import type { DescribedField } from '../../../../src/core/schema/described.ts';
import { defineContactSchema } from '../../../../src/core/schema/schema.ts';
import { CrmSyncError } from '../../../../src/errors.ts';
import { told } from '../told.ts';

const schema = defineContactSchema({
  lead_status: { type: 'enum', options: ['New', 'Working', 'Qualified'] },
  email: { type: 'string' },
  notes: { type: 'string', maxLength: 20 },
  score: { type: 'number' },
  vip: { type: 'boolean' },
  born_on: { type: 'date' },
});
const PHONE = { crm: 'Phone', field: 'phone_number', direction: 'inbound' } as const;
const mapping = (fields: readonly unknown[], more: object = {}) => ({ crmObject: 'Contact', fields: [PHONE, ...fields], ...more });
/** Problems of a document as `path code`. */
const problems = (json: unknown, describedFields?: readonly DescribedField[]): string[] => {
  const parsed = safeParseMapping(schema, json, describedFields && { describedFields });
  return parsed.ok ? [] : told(parsed.issues).toSorted();
};
const remedies = (json: unknown, describedFields?: readonly DescribedField[]): string[] => {
  const parsed = safeParseMapping(schema, json, describedFields && { describedFields });
  return parsed.ok ? [] : parsed.issues.map(({ remedy }) => remedy);
};

describe('a mapping', () => {
  const full = {
    crmObject: 'Contact',
    matchKey: ['phone_number', 'email'],
    filter: { all: [{ field: 'Account.Type', eq: 'Customer' }, { not: { field: 'Email', blank: true } }] },
    fields: [
      { crm: ['MobilePhone', 'Phone'], field: 'phone_number', direction: 'inbound' },
      {
        crm: ['FirstName', 'LastName'],
        field: 'first_name',
        direction: 'inbound',
        join: ' ',
        transform: 'title_case',
        conflict: 'newest',
        blank: 'keep',
      },
      { crm: 'Email', field: 'email', direction: 'both', conflict: 'local' },
      { crm: 'Status__c', field: 'lead_status', direction: 'both', valueMap: { Open: 'New', Won: 'Qualified' }, overflow: 'truncate' },
      { crm: 'Account.Score__c', field: 'score', direction: 'inbound' },
      { crm: 'Notes__c', field: 'notes', direction: 'outbound', overflow: 'truncate', transform: 'trim' },
      { crm: 'Description', field: 'notes', direction: 'outbound' },
    ],
  };

  it('says of a list on a rule that writes which rules may have one', () => {
    const rule = { crm: ['Email', 'Email2'], field: 'email', direction: 'outbound' };
    expect(remedies(mapping([rule]))).toEqual(["Name one field, or use direction 'inbound'."]);
  });

  it.each([
    [{ direction: 'inbound', overflow: 'truncate' }, '`overflow` is about text that is written, and the rule only reads'],
    [{ direction: 'outbound', conflict: 'crm' }, '`conflict` has nothing to decide: an outbound rule never takes the value of the CRM'],
    [
      { direction: 'outbound', firstLink: 'crm' },
      '`firstLink` has nothing to decide: an outbound rule leaves both values as they are at a first link',
    ],
    [{ direction: 'outbound', join: ' ' }, '`join` is for rules that only read'],
    [
      { direction: 'both', transform: 'trim' },
      '`transform` cannot be read backwards, as a rule for both directions needs; a `valueMap` can',
    ],
    [{ direction: 'both', join: ' ' }, '`join` is for rules that only read'],
  ])('says why a rule can not have a key: %j', (rule, message) => {
    expect(safeParseMapping(schema, mapping([{ crm: 'Email', field: 'email', ...rule }]))).toMatchObject({
      ok: false,
      issues: [{ code: 'misplaced_key', message, remedy: 'Leave it out, or change the direction of the rule.' }],
    });
  });

  it('says which policies there are, and that the host may have its own', () => {
    const rule = { crm: 'Email', field: 'email', direction: 'both', conflict: 'longest' };
    expect(safeParseMapping(schema, mapping([rule]))).toMatchObject({
      ok: false,
      issues: [
        {
          code: 'unknown_value',
          message: 'must be one of `crm`, `local`, `newest`, `merge`, `manual`',
          remedy: "Use one of these, or `{ policy: 'name' }` for a function of your own in `policies`.",
        },
      ],
    });
  });

  it('says how records are made: with a field for our id, and defaults', () => {
    const both = { crm: 'Status__c', field: 'lead_status', direction: 'both' } as const;
    const create = { idField: 'Our_Id__c', defaults: { LastName: 'Unknown', Score__c: 0, Vip__c: false } };
    expect(parseMapping(schema, mapping([both], { create })).create).toEqual(create);
    expect(problems(mapping([both], { create: { idField: 'Status__c', defaults: { Status__c: 'New' } } }))).toEqual([
      'create.defaults.Status__c id_field_taken',
      'create.idField id_field_taken',
    ]);
    expect(problems(mapping([both], { create: { idField: 'Account.Name', defaults: { 'Account.Name': 'x' }, other: 1 } }))).toEqual([
      'create.defaults.Account.Name parent_not_writable',
      'create.idField parent_not_writable',
      'create.other unknown_key',
    ]);
  });

  it('is plain data, frozen to the last part, and holds on to nothing it was made of', () => {
    const json = structuredClone(full);
    const made = parseMapping(schema, json);
    json.fields[0]!.crm = 'Fax';
    expect(made).toEqual(full);
    for (const part of [made, made.fields, made.fields[0], made.fields[0]!.crm, made.filter, made.matchKey])
      expect(Object.isFrozen(part)).toBe(true);
    expect(Object.isFrozen(json)).toBe(false);
  });

  it('goes through JSON unchanged', () => {
    const made = parseMapping(schema, full);
    expect(parseMapping(schema, JSON.parse(JSON.stringify(made)))).toEqual(made);
  });

  it('is checked at once where it is defined, and every problem is told in one error', () => {
    const wrong = {
      crmObject: 'Contact',
      fields: [
        { ...PHONE, field: 'phone' },
        { ...PHONE, direction: 'in' },
        { ...PHONE, blank: 'never' },
      ],
    };
    const define = () => defineMapping(schema, wrong as never);
    expect(define).toThrow(CrmSyncError);
    expect(define).toThrow(/The mapping has 3 problems:\n {2}fields\.0\.field: .+\n {2}fields\.1\.direction: .+\n {2}fields\.2\.blank: /);
    expect(define).toThrow(expect.objectContaining({ code: 'invalid_document', category: 'configuration' }));
  });

  it('can be read again for another schema of the same fields', () => {
    const other = defineContactSchema({ email: { type: 'string' } });
    expect(
      safeParseMapping(
        other,
        defineMapping(schema, { crmObject: 'Contact', fields: [{ crm: 'Email', field: 'email', direction: 'both' }] }),
      ).ok,
    ).toBe(true);
  });
});

describe('a document is refused', () => {
  const field = (rule: object) => mapping([rule]);
  const email = (more: object) => field({ crm: 'Email', field: 'email', direction: 'inbound', ...more });
  it.each<readonly [rule: string, json: unknown, expected: readonly string[]]>([
    ['that is no object', null, [' wrong_type']],
    ['without its parts', {}, ['crmObject missing', 'fields missing']],
    ['without a rule', { crmObject: 'Contact', fields: [] }, ['fields too_short']],
    ['with an unknown key', mapping([], { direction: 'both' }), ['direction unknown_key']],
    ['with an object that is no name', mapping([], { crmObject: "Contact'" }), ['crmObject invalid_crm_object']],
    ['with an unknown key of a rule', email({ colour: 'red' }), ['fields.1.colour unknown_key']],
    ['with a misspelt field', email({ field: 'emial' }), ['fields.1.field unknown_field']],
    ['with a field of the language', email({ field: 'constructor' }), ['fields.1.field unknown_field']],
    ['with an unknown direction', email({ direction: 'in' }), ['fields.1.direction unknown_value']],
    ['without a direction', email({ direction: undefined }), ['fields.1.direction missing']],
    ['with a CRM field that would end a quoted text', email({ crm: "Email' OR ''='" }), ['fields.1.crm invalid_crm_field']],
    ['with a CRM field with blanks', email({ crm: ['Email', 'Other Email'] }), ['fields.1.crm.1 invalid_crm_field']],
    ['with __proto__ in a path', email({ crm: 'Account.__proto__.Name' }), ['fields.1.crm invalid_crm_field']],
    ['with a path over six parents', email({ crm: 'A.b.c.d.e.f.g' }), ['fields.1.crm invalid_crm_field']],
    ['with an empty list of CRM fields', email({ crm: [] }), ['fields.1.crm too_short']],
    ['with one CRM field twice in a list', email({ crm: ['Email', 'Email'] }), ['fields.1.crm.1 duplicate_crm_field']],
    ['with join and one CRM field', email({ join: ' ' }), ['fields.1.join join_needs_several']],
    ['with an unknown policy', email({ conflict: 'crm_wins' }), ['fields.1.conflict unknown_value']],
    ['with overflow on a rule that only reads', email({ overflow: 'truncate' }), ['fields.1.overflow misplaced_key']],
    ['with conflict on a rule that only writes', email({ direction: 'outbound', conflict: 'crm' }), ['fields.1.conflict misplaced_key']],
    ['with join on a rule that only writes', email({ direction: 'outbound', join: ' ' }), ['fields.1.join misplaced_key']],
    [
      'with two such keys',
      email({ direction: 'outbound', join: ' ', conflict: 'crm' }),
      ['fields.1.join unknown_key', 'fields.1.conflict unknown_key'],
    ],
    ['with a transform in both directions', email({ direction: 'both', transform: 'trim' }), ['fields.1.transform misplaced_key']],
    ['that writes to several CRM fields', email({ direction: 'outbound', crm: ['Email', 'Email2'] }), ['fields.1.crm wrong_type']],
    ['that reads and writes several CRM fields', email({ direction: 'both', crm: ['Email'] }), ['fields.1.crm wrong_type']],
    ['that writes to a parent', email({ direction: 'outbound', crm: 'Account.Email' }), ['fields.1.crm parent_not_writable']],
    ['that reads and writes a parent', email({ direction: 'both', crm: 'Account.Email' }), ['fields.1.crm parent_not_writable']],
    [
      'with __proto__ in a value map',
      JSON.parse(
        `{ "crmObject": "Contact", "fields": [{ "crm": "Email", "field": "email", "direction": "inbound", "valueMap": { "__proto__": "x" } }] }`,
      ),
      ['fields.0.valueMap.__proto__ reserved_name'],
    ],
    [
      'with a policy that is no function of the host',
      email({ direction: 'both', conflict: { policy: '' } }),
      ['fields.1.conflict.policy too_short'],
    ],
    ['with a first link that writes', email({ direction: 'both', firstLink: 'local' }), ['fields.1.firstLink unknown_value']],
    ['with a first link where nothing comes in', email({ direction: 'outbound', firstLink: 'crm' }), ['fields.1.firstLink misplaced_key']],
    ['with blanks of a way that there is not', email({ direction: 'both', blank: { up: 'keep' } }), ['fields.1.blank.up unknown_key']],
    [
      'that merges a number',
      mapping([{ crm: 'Opt', field: 'do_not_call', direction: 'both', conflict: 'merge' }]),
      ['fields.1.conflict merge_needs_text'],
    ],
    [
      'that merges its match key',
      mapping([{ crm: 'Email', field: 'email', direction: 'both', conflict: 'merge' }], { matchKey: 'email' }),
      ['fields.1.conflict match_key_merged'],
    ],
    ['with a filter that is none', mapping([], { filter: { field: 'Email' } }), ['filter missing']],
    [
      'with a filter on no CRM field',
      mapping([], { filter: { not: { field: 'E mail', blank: true } } }),
      ['filter.not.field invalid_crm_field'],
    ],
  ])('%s', (_, json, expected) => expect(problems(json)).toEqual([...expected].toSorted()));

  it('with every problem at once, across rules and within them', () => {
    const json = {
      crmObject: 'Contact 1',
      colour: 'red',
      matchKey: ['email', 'email', 'score', 'nobody'],
      fields: [
        { crm: 'Phone', field: 'phone_numbr', direction: 'inbound' },
        'Email',
        { crm: 'Email', field: 'email', direction: 'outbound', conflict: 'crm' },
        { crm: 'Email', field: 'notes', direction: 'both', valueMap: { a: 'x', b: 'x' } },
        { crm: 'X', field: 'notes', direction: 'inbound', valueMap: null },
      ],
    };
    expect(problems(json)).toEqual(
      [
        'colour unknown_key',
        'crmObject invalid_crm_object',
        'fields.0.field unknown_field',
        'fields.1 wrong_type',
        'fields.2.conflict misplaced_key',
        'fields.2.direction match_key_not_read',
        'fields.3.crm two_writers',
        'fields.3.valueMap value_map_misfit',
        'fields.4.field two_readers',
        'fields.4.valueMap wrong_type',
        'matchKey.1 duplicate_match_key',
        'matchKey.2 match_key_not_text',
        'matchKey.3 unknown_field',
      ].toSorted(),
    );
  });

  it('with the name that was probably meant', () => {
    expect(remedies(mapping([{ crm: 'Email', field: 'emial', direction: 'both' }]))).toEqual([
      'Did you mean `email`? Else add the field to the schema.',
    ]);
  });

  test.prop([fc.anything(), fc.array(fc.anything()), fc.anything(), fc.anything()])(
    'and never with an exception, whatever it is',
    (json, fields, matchKey, part) => {
      for (const one of [json, { crmObject: part, fields, matchKey, filter: part }])
        expect(safeParseMapping(schema, one, { describedFields: [] }).ok).toBe(false);
    },
  );
  const odd = fc.oneof(fc.anything(), fc.constantFrom('inbound', 'both', 'email', 'Email', ['Email'], { Open: 'New' }));
  test.prop([
    fc.array(fc.record({ crm: odd, field: odd, direction: odd, valueMap: odd, join: odd, blank: odd }, { requiredKeys: [] }), {
      maxLength: 4,
    }),
    odd,
  ])('nor do rules of any shape throw', (fields, matchKey) => {
    expect(() => safeParseMapping(schema, { crmObject: 'Contact', fields, matchKey }, { describedFields: [] })).not.toThrow();
  });
});

describe('two rules', () => {
  type Case = Exclude<`${AnyRule['direction']} and ${AnyRule['direction']}`, never>;
  const rules = (pair: string, [first, second]: readonly [object, object]) => {
    const [a, b] = pair.split(' and ');
    return mapping([
      { ...first, direction: a },
      { ...second, direction: b },
    ]);
  };
  const [two, writes, reverses] = ['fields.2.field two_readers', 'fields.2.crm two_writers', 'fields.2.direction split_directions'];

  const ONE_FIELD: Readonly<Record<Case, readonly string[]>> = {
    'inbound and inbound': [two],
    'inbound and outbound': [],
    'inbound and both': [two],
    'outbound and inbound': [],
    'outbound and outbound': [],
    'outbound and both': [],
    'both and inbound': [two],
    'both and outbound': [],
    'both and both': [two],
  };
  it.each(Object.keys(ONE_FIELD) as Case[])('of one field and two CRM fields, %s', (pair) => {
    expect(
      problems(
        rules(pair, [
          { crm: 'A', field: 'email' },
          { crm: 'B', field: 'email' },
        ]),
      ),
    ).toEqual(ONE_FIELD[pair]);
  });

  const ONE_CRM_FIELD: Readonly<Record<Case, readonly string[]>> = {
    'inbound and inbound': [],
    'inbound and outbound': [],
    'inbound and both': [],
    'outbound and inbound': [],
    'outbound and outbound': [writes],
    'outbound and both': [writes],
    'both and inbound': [],
    'both and outbound': [writes],
    'both and both': [writes],
  };
  it.each(Object.keys(ONE_CRM_FIELD) as Case[])('of two fields and one CRM field, %s', (pair) => {
    expect(
      problems(
        rules(pair, [
          { crm: 'A', field: 'email' },
          { crm: 'A', field: 'notes' },
        ]),
      ),
    ).toEqual(ONE_CRM_FIELD[pair]);
  });

  const SAME: Readonly<Record<Case, readonly string[]>> = {
    'inbound and inbound': [two],
    'inbound and outbound': [reverses],
    'inbound and both': [two],
    'outbound and inbound': [reverses],
    'outbound and outbound': [writes],
    'outbound and both': [writes],
    'both and inbound': [two],
    'both and outbound': [writes],
    'both and both': [two, writes],
  };
  it.each(Object.keys(SAME) as Case[])('of one field and one CRM field, %s', (pair) => {
    const rule = { crm: 'A', field: 'email' };
    expect(problems(rules(pair, [rule, rule]))).toEqual([...SAME[pair]].toSorted());
  });
});

describe('a match key', () => {
  const keyed = (matchKey: unknown, fields: readonly object[]) => ({ crmObject: 'Contact', matchKey, fields });
  const email = { crm: 'Email', field: 'email', direction: 'inbound' };
  it.each<readonly [rule: string, json: unknown, expected: readonly string[]]>([
    ['may be left to the connector', keyed(undefined, [email]), []],
    ['may be another field', keyed('email', [email]), []],
    ['may be a list', keyed(['phone_number', 'email'], [email]), []],
    ['may go both ways', keyed('email', [{ ...email, direction: 'both' }]), []],
    ['may be written to a second CRM field too', keyed('email', [email, { crm: 'Email2', field: 'email', direction: 'outbound' }]), []],
    ['cannot be written only', keyed('email', [{ ...email, direction: 'outbound' }]), ['fields.0.direction match_key_not_read']],
    [
      'cannot be written only, the default neither',
      keyed(undefined, [{ ...PHONE, direction: 'outbound' }]),
      ['fields.0.direction match_key_not_read'],
    ],
    ['of another mapping may be written only', keyed('email', [email, { ...PHONE, direction: 'outbound' }]), []],
    ['is a field of the schema', keyed('mail', [email]), ['matchKey unknown_field']],
    ['is text', keyed('score', [email]), ['matchKey match_key_not_text']],
    ['is no enum', keyed(['lead_status'], [email]), ['matchKey.0 match_key_not_text']],
    ['is listed once', keyed(['email', 'email'], [email]), ['matchKey.1 duplicate_match_key']],
    ['is at least one', keyed([], [email]), ['matchKey too_short']],
    ['is a name', keyed(5, [email]), ['matchKey wrong_type']],
  ])('%s', (_, json, expected) => expect(problems(json)).toEqual(expected));
});

describe('a value map', () => {
  const mapped = (field: string, direction: string, valueMap: object) => problems(mapping([{ crm: 'X', field, direction, valueMap }]));
  const [fits, misfit] = [[], ['fields.1.valueMap value_map_misfit']];
  it.each<readonly [rule: string, field: string, direction: string, valueMap: object, expected: readonly string[]]>([
    ['gives options of the field', 'lead_status', 'inbound', { a: 'New', b: 'New' }, fits],
    ['gives no other options', 'lead_status', 'inbound', { a: 'Old' }, misfit],
    ['gives options in their spelling', 'lead_status', 'inbound', { a: 'new' }, misfit],
    ['gives numbers to a number', 'score', 'inbound', { low: 1, high: 10.5 }, fits],
    ['gives no text to a number', 'score', 'inbound', { low: '1' }, misfit],
    ['gives true and false', 'vip', 'both', { Gold: true, None: false }, fits],
    ['gives no text to a boolean', 'vip', 'both', { Gold: 'yes' }, misfit],
    ['gives days', 'born_on', 'inbound', { never: '1900-01-01' }, fits],
    ['gives no day that does not exist', 'born_on', 'inbound', { never: '1900-02-29' }, misfit],
    ['gives text', 'notes', 'inbound', { a: 'A' }, fits],
    ['gives no text that is too long', 'notes', 'inbound', { a: 'x'.repeat(21) }, misfit],
    ['gives no blank', 'notes', 'inbound', { a: '' }, misfit],
    ['is one to one where it is read backwards', 'lead_status', 'both', { a: 'New', b: 'New' }, misfit],
    ['is one to one where it is only read backwards', 'lead_status', 'outbound', { a: 'New', b: 'New' }, misfit],
    ['gives single values', 'notes', 'inbound', { a: null }, ['fields.1.valueMap.a wrong_type']],
  ])('%s', (_, field, direction, valueMap, expected) => expect(mapped(field, direction, valueMap)).toEqual(expected));
});

describe('with the CRM as described', () => {
  const described = (name: string, type: DescribedField['type'], more: Partial<DescribedField> = {}): DescribedField => ({
    ...{ name, label: name, type, creatable: true, updatable: true, nullable: true, required: false, filterable: true, unique: false },
    ...more,
  });
  const fields = [
    described('Phone', 'phone'),
    described('Email', 'email'),
    described('Score__c', 'number'),
    described('Formula__c', 'string', { updatable: false }),
    described('Address', 'unsupported'),
    described('IsVip__c', 'boolean'),
  ];
  const withPaths = [...fields, described('Account.Name', 'string')];
  const inbound = (crm: string | string[], field: string, more: object = {}) => mapping([{ crm, field, direction: 'inbound', ...more }]);

  it.each<[rule: string, json: unknown, expected: readonly string[], known?: readonly DescribedField[]]>([
    ['what fits is accepted', inbound('Email', 'email'), []],
    ['an unknown CRM field is told', inbound('Emial', 'email'), ['fields.1.crm unknown_crm_field']],
    ['in a list, with its position', inbound(['Email', 'Emial'], 'email'), ['fields.1.crm.1 unknown_crm_field']],
    ['a type that does not fit is told', inbound('Email', 'score'), ['fields.1.crm incompatible_type']],
    ['unless a transform makes another value of it', inbound('Phone', 'score', { transform: 'digits' }), []],
    ['or a value map does', inbound('IsVip__c', 'score', { valueMap: { true: 1, false: 0 } }), []],
    ['but what cannot be read is told anyway', inbound('Address', 'notes', { transform: 'trim' }), ['fields.1.crm incompatible_type']],
    ['a field that is read may be read-only', inbound('Formula__c', 'notes'), []],
    ['one that is written may not', mapping([{ crm: 'Formula__c', field: 'notes', direction: 'outbound' }]), ['fields.1.crm read_only']],
    ['nor one that is both', mapping([{ crm: 'Formula__c', field: 'notes', direction: 'both' }]), ['fields.1.crm read_only']],
    ['a path is taken on trust where none is described', inbound('Account.Name', 'notes'), []],
    ['and is known where it is described', inbound('Account.Name', 'notes'), [], withPaths],
    ['and unknown where others are', inbound('Account.Nam', 'notes'), ['fields.1.crm unknown_crm_field'], withPaths],
    ['a filter on an unknown field is told', mapping([], { filter: { not: { field: 'Stage', eq: 'x' } } }), ['filter unknown_crm_field']],
    ['a filter on a known one is not', mapping([], { filter: { field: 'Email', blank: false } }), []],
  ])('%s', (_, json, expected, known = fields) => expect(problems(json, known)).toEqual(expected));

  it('the name that was probably meant is told', () => {
    expect(remedies(inbound('Emial', 'email'), fields)).toEqual(['Did you mean `Email`? Else let the connected user see the field.']);
  });

  it('problems of the document and of the CRM are told together, and none twice', () => {
    const json = mapping(
      [
        { crm: 'Emial', field: 'emial', direction: 'inbound' },
        { crm: 'E mail', field: 'email', direction: 'inbound' },
        { crm: 'Formula__c', field: 'notes', direction: 'both', colour: 'red' },
        { crm: 'Formula__c', field: 'notes', direction: 'outbound' },
        'Email',
      ],
      { filter: { field: 'Stage', blank: true }, colour: 'red' },
    );
    expect(problems(json, fields)).toEqual(
      [
        'colour unknown_key',
        'fields.1.crm unknown_crm_field',
        'fields.1.field unknown_field',
        'fields.2.crm invalid_crm_field',
        'fields.3.colour unknown_key',
        'fields.3.crm read_only',
        'fields.4.crm read_only',
        'fields.4.crm two_writers',
        'fields.5 wrong_type',
        'filter unknown_crm_field',
      ].toSorted(),
    );
  });
});

describe('as a schema for others', () => {
  const standard = mappingSchema(schema)['~standard'];
  it('is Standard Schema, version 1', () => {
    expect(standard).toMatchObject({ version: 1, vendor: 'crm-sync-engine' });
    const json = mapping([]);
    expect(standard.validate(json)).toEqual({ value: json });
    expect(standard.validate(mapping([{ ...PHONE, field: 'x' }]))).toEqual({
      issues: [expect.objectContaining({ path: ['fields', 1, 'field'], message: expect.any(String), code: 'unknown_field' })],
    });
  });

  it('gives a JSON Schema that is JSON, allows no other keys and lists the fields', () => {
    const json = mappingSchema(schema).toJsonSchema();
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(json).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      required: ['crmObject', 'fields'],
      additionalProperties: false,
      properties: { crmObject: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_]*$' } },
    });
    const rules = (json as { properties: { fields: { items: { oneOf: { properties: Record<string, unknown> }[] } } } }).properties.fields
      .items.oneOf;
    expect(rules.map(({ properties }) => Object.keys(properties).toSorted())).toEqual([
      ['blank', 'conflict', 'crm', 'direction', 'field', 'firstLink', 'join', 'transform', 'valueMap'],
      ['blank', 'crm', 'direction', 'field', 'overflow', 'transform', 'valueMap'],
      ['blank', 'conflict', 'crm', 'direction', 'field', 'firstLink', 'overflow', 'valueMap'],
    ]);
    expect(rules[0]!.properties['field']).toEqual({ type: 'string', enum: Object.keys(schema.fields) });
  });
});

const STRINGS = ['email', 'notes', 'first_name', 'last_name'] as const;
const path = fc.constantFrom('A', 'B__c', 'Account.Name', 'Account.Owner.Name', 'E1');
const object = fc.constantFrom('Contact', 'Lead', 'contacts', 'Person__c');
const optional = { blank: fc.constantFrom('clear', 'keep'), valueMap: fc.dictionary(fc.string(), fc.constantFrom('x', 'y')) };
const inboundRule = (field: string) =>
  fc.record(
    {
      ...optional,
      field: fc.constant(field),
      direction: fc.constant('inbound'),
      crm: fc.oneof(path, fc.uniqueArray(path, { minLength: 2, maxLength: 4 })),
      transform: fc.constantFrom('trim', 'own'),
      conflict: fc.constantFrom('crm', 'local', 'newest'),
    },
    { requiredKeys: ['field', 'direction', 'crm'] },
  );
test.prop([fc.tuple(...STRINGS.map(inboundRule)), object])('any sound mapping goes through JSON unchanged', (fields, crmObject) => {
  const given = { crmObject, fields };
  fc.pre(fields.every(({ valueMap = {} }) => !Object.hasOwn(valueMap, '__proto__')));
  const before = structuredClone(given);
  const made = parseMapping(schema, given);
  expect(made).toEqual(given);
  expect(given).toEqual(before);
  expect(parseMapping(schema, JSON.parse(JSON.stringify(made)))).toEqual(made);
});
