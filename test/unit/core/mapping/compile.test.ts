import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckedPolicy, PolicyAnswer } from '../../../../src/core/link/conflict-types.ts';
import { compileMapping } from '../../../../src/core/mapping/compile.ts';
import { parseMapping } from '../../../../src/core/mapping/mapping.ts';
import type { AnyRule, CompileOptions, CrmRecord, Mapping } from '../../../../src/core/mapping/mapping-types.ts';
import { CRM_FIELD_TYPES, type CrmFieldType, type DescribedField, type DescribedObject } from '../../../../src/core/schema/described.ts';
import { defineContactSchema } from '../../../../src/core/schema/schema.ts';
import type { FieldDefinitions } from '../../../../src/core/schema/schema-types.ts';
import type { Value } from '../../../../src/core/values/value.ts';
import { isCrmSyncError } from '../../../../src/errors.ts';
import { expectWords } from '../told.ts';

const FIELDS = {
  lead_status: { type: 'enum', options: ['New', 'Qualified'] },
  email: { type: 'string' },
  notes: { type: 'string' },
  score: { type: 'number' },
  vip: { type: 'boolean' },
  born_on: { type: 'date' },
  seen_at: { type: 'datetime' },
} as const satisfies FieldDefinitions;
const schema = defineContactSchema(FIELDS);
const PHONE = { crm: 'Phone', field: 'phone_number', direction: 'inbound' } as const;
const US: CompileOptions = { defaultCountry: 'US' };

const mapped = (rules: readonly AnyRule[], more: Partial<Mapping> = {}): Mapping =>
  parseMapping(schema, { crmObject: 'Contact', fields: [PHONE, ...rules], ...more });
const compiled = (rules: readonly AnyRule[], options: CompileOptions = US, more: Partial<Mapping> = {}) =>
  compileMapping(schema, mapped(rules, more), options);
/** The rule under test, beside the phone number's. */
const ruleOf = (rule: AnyRule, options: CompileOptions = US) => compiled([rule], options).rules[1]!;
const record = (fields: Readonly<Record<string, unknown>>): CrmRecord => ({ id: '1', fields });
const described = (
  ...fields: readonly (readonly [name: string, type: CrmFieldType, more?: Partial<DescribedField>])[]
): DescribedObject => ({
  name: 'Contact',
  label: 'Contact',
  fields: [['Phone', 'phone'] as const, ...fields].map(([name, type, more]) => ({
    ...{ name, label: name, type, creatable: true, updatable: true, nullable: true, required: false, filterable: true, unique: false },
    ...more,
  })),
});
const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!isCrmSyncError(error)) return String(error);
    expectWords(error);
    return `${error.category} ${error.code}`;
  }
};

describe('a compiled mapping', () => {
  it('names what to read: every rule, outbound ones too, and the filter; sorted, each once', () => {
    const { crmFields } = compiled(
      [
        { crm: ['Email', 'Account.Email'], field: 'email', direction: 'inbound' },
        { crm: 'Notes', field: 'notes', direction: 'outbound' },
      ],
      US,
      { filter: { any: [{ field: 'Email', blank: false }, { not: { field: 'Account.Type', eq: 'x' } }] } },
    );
    expect(crmFields).toEqual(['Account.Email', 'Account.Type', 'Email', 'Notes', 'Phone']);
  });

  it('reads the field of our id too, unless the connected user does not see it', () => {
    const create = { idField: 'Our_Id__c' };
    const read = (object?: DescribedObject) => compiled([], object ? { ...US, described: object } : US, { create }).crmFields;
    expect(read()).toEqual(['Our_Id__c', 'Phone']);
    expect(read(described(['Our_Id__c', 'string']))).toEqual(['Our_Id__c', 'Phone']);
    expect(read(described())).toEqual(['Phone']);
  });

  it('sends those whom its filter over contacts is about, with days that begin where the workspace is; else everybody', () => {
    const pushFilter = { field: 'seen_at', since: '2026-01-05' } as const;
    expect(compiled([], { ...US, timeZone: 'Europe/Berlin' }, { pushFilter }).pushFilter).toEqual({
      field: 'seen_at',
      since: '2026-01-04T23:00:00.000Z',
    });
    expect(compiled([]).pushFilter).toBeNull();
  });

  it('knows what a new record must have as far as the CRM is described', () => {
    const object = described(['LastName', 'string', { required: true }], ['Email', 'email'], ['Code__c', 'string', { required: true }]);
    expect(compiled([], { ...US, described: object }).create).toMatchObject({ required: ['LastName', 'Code__c'], requiredOneOf: [] });
    const groups = [['email', 'lastname']];
    expect(compiled([], { ...US, described: { ...object, requiredOneOf: groups } }).create.requiredOneOf).toEqual(groups);
    expect(compiled([]).create).toEqual({ idField: null, defaults: {}, required: [], requiredOneOf: [] });
  });

  it('brings defaults into every rule', () => {
    expect(ruleOf({ crm: 'Email', field: 'email', direction: 'both' })).toMatchObject({
      ...{ key: 'Email', crm: ['Email'], field: 'email', definition: FIELDS.email },
      ...{ direction: 'both', conflict: 'crm', firstLink: 'crm', blank: { inbound: 'clear', outbound: 'clear' }, unusable: null },
    });
    const own = { crm: 'Email', field: 'email', direction: 'both', conflict: 'local', blank: 'keep' } as const;
    expect(ruleOf(own)).toMatchObject({ conflict: 'local', blank: { inbound: 'keep', outbound: 'keep' } });
  });

  it("takes the mapping's word for blanks and first links where a rule has none, each way by itself", () => {
    const more = { firstLink: 'apart', blank: { inbound: 'keep' } } as const;
    const rules: AnyRule[] = [
      { crm: 'Email', field: 'email', direction: 'both' },
      { crm: 'Notes', field: 'notes', direction: 'both', firstLink: 'manual', blank: { outbound: 'keep' } },
      { crm: 'Name', field: 'last_name', direction: 'inbound', blank: 'clear' },
    ];
    const made = compileMapping(schema, mapped(rules, more), US).rules.map(({ key, firstLink, blank }) => [key, firstLink, blank]);
    expect(made.slice(-3)).toEqual([
      ['Email', 'apart', { inbound: 'keep', outbound: 'clear' }],
      ['Notes', 'manual', { inbound: 'keep', outbound: 'keep' }],
      ['Name', 'apart', { inbound: 'clear', outbound: 'clear' }],
    ]);
  });

  it("asks the host's policy in the field's own type, and takes no answer that the field can not hold", () => {
    const answers: Record<string, unknown> = {
      fits: { value: ' x ' },
      none: undefined,
      odd: { value: {} },
      unknown: 'both',
      keep: 'manual',
    };
    const policies = {
      own: ({ local }: { local: Value }) => (local === 'throws' ? fail() : (answers[String(local)] as PolicyAnswer)),
    };
    const fail = (): never => {
      throw new Error('personal');
    };
    const rule = { crm: 'Email', field: 'email', direction: 'both', conflict: { policy: 'own' } } as const;
    const { conflict } = compileMapping(schema, mapped([rule]), { ...US, policies }).rules.find(({ key }) => key === 'Email')!;
    const asked = (local: string) => (conflict as CheckedPolicy)({ field: 'email', local, remote: 'y' });
    expect(['fits', 'none', 'odd', 'unknown', 'keep', 'throws'].map(asked)).toEqual([
      { value: ' x ' },
      'unusable',
      'unusable',
      'unusable',
      'manual',
      'unusable',
    ]);
    expect(() => compileMapping(schema, mapped([rule]), US)).toThrowError(expect.objectContaining({ code: 'unknown_policy' }));
  });

  it('leaves the mapping as it was', () => {
    const mapping = mapped([{ crm: ['A', 'B'], field: 'email', direction: 'inbound' }], { filter: { field: 'A', eq: 1 } });
    const before = structuredClone(mapping);
    const made = compileMapping(schema, mapping, US);
    made.readRecord(record({ Phone: '4155550123', A: 'x' }));
    made.toCrm({ email: 'x' });
    expect(mapping).toEqual(before);
    expect(made.filter).toEqual(before.filter);
  });

  it('keeps each rule under a key of its own, those that write under the CRM field', () => {
    const rules: AnyRule[] = [
      { crm: 'Name', field: 'first_name', direction: 'inbound', transform: 'first_word' },
      { crm: 'Name', field: 'notes', direction: 'inbound' },
      { crm: ['Email', 'Email2'], field: 'email', direction: 'inbound' },
      { crm: 'Name', field: 'last_name', direction: 'outbound' },
    ];
    expect(compiled(rules).rules.map(({ key }) => key)).toEqual(['Phone', 'Name>first_name', 'Name>notes', 'Email|Email2', 'Name']);
    expect(compiled(rules.slice(0, 2)).rules.map(({ key }) => key)).toEqual(['Phone', 'Name', 'Name>notes']);
  });

  it('has no two rules with one pair of values: a CRM field that is read twice reaches both fields', () => {
    const { fields } = compiled([
      { crm: 'Name', field: 'first_name', direction: 'inbound', transform: 'first_word' },
      { crm: 'Name', field: 'notes', direction: 'inbound' },
    ]).readRecord(record({ Name: 'Ann Smith' }));
    expect(fields).toEqual({ first_name: 'Ann', notes: 'Ann Smith' });
  });

  it.each<readonly [code: string, work: () => unknown]>([
    ['configuration unknown_transform', () => ruleOf({ crm: 'X', field: 'notes', direction: 'inbound', transform: 'shout' })],
    ['configuration unknown_transform', () => ruleOf({ crm: 'X', field: 'notes', direction: 'outbound', transform: 'toString' })],
    ['configuration unknown_country', () => compiled([], { defaultCountry: 'us' })],
    ['configuration unknown_time_zone', () => compiled([], { timeZone: 'Mars/Olympus' })],
    [
      'configuration unknown_field',
      () => compileMapping(defineContactSchema({}), mapped([{ crm: 'X', field: 'notes', direction: 'both' }])),
    ],
  ])('is not made with %s', (code, work) => expect(codeOf(work)).toBe(code));
});

describe('the match key', () => {
  const matchFields = { phone_number: 'Phone', email: 'Email' };
  const keys = (mapping: object, options: CompileOptions = { matchFields }) =>
    compileMapping(schema, parseMapping(schema, { crmObject: 'Contact', ...mapping }), options).matchKeys.map(({ field, crm }) => [
      field,
      ...crm,
    ]);
  const name: AnyRule = { crm: 'FirstName', field: 'first_name', direction: 'inbound' };
  const mobile: AnyRule = { crm: ['MobilePhone', 'HomePhone'], field: 'phone_number', direction: 'inbound' };

  it('is the phone number, read from the field that the connector names', () => {
    expect(keys({ fields: [name] })).toEqual([['phone_number', 'Phone']]);
    const made = compileMapping(schema, parseMapping(schema, { crmObject: 'Contact', fields: [name] }), { matchFields, ...US });
    expect(made.crmFields).toEqual(['FirstName', 'Phone']);
    expect(made.readRecord(record({ Phone: '(415) 555-0123' })).fields).toEqual({ phone_number: '+14155550123' });
  });
  it('is only read from there: what the connector names is not written', () => {
    const made = compileMapping(schema, parseMapping(schema, { crmObject: 'Contact', fields: [name] }), { matchFields });
    expect(made.toCrm({ phone_number: '+14155550123' })).toEqual({ values: {}, refused: [] });
  });
  it('is read from where the mapping says, and from nowhere else', () => {
    expect(keys({ fields: [mobile] })).toEqual([['phone_number', 'MobilePhone', 'HomePhone']]);
    const made = compileMapping(schema, parseMapping(schema, { crmObject: 'Contact', fields: [name, mobile] }), { matchFields });
    expect(made.crmFields).toEqual(['FirstName', 'HomePhone', 'MobilePhone']);
  });
  it('may be several, in order', () => {
    expect(keys({ fields: [name, mobile], matchKey: ['email', 'phone_number'] })).toEqual([
      ['email', 'Email'],
      ['phone_number', 'MobilePhone', 'HomePhone'],
    ]);
  });
  it('is read by the rule that reads, where another one writes the field too', () => {
    const rules = [
      { crm: 'Phone2', field: 'phone_number', direction: 'outbound' },
      { crm: 'Mobile', field: 'phone_number', direction: 'both' },
    ];
    expect(keys({ fields: rules })).toEqual([['phone_number', 'Mobile']]);
  });
  it('is read from the field that the connector names, where a rule only writes it', () => {
    const mapping: Mapping = { crmObject: 'Contact', fields: [{ crm: 'Phone2', field: 'phone_number', direction: 'outbound' }] };
    expect(compileMapping(schema, mapping, { matchFields }).matchKeys.map(({ crm }) => crm)).toEqual([['Phone']]);
  });
  it('is missing where neither names a field, which is told once the CRM is there', () => {
    expect(keys({ fields: [name] }, {})).toEqual([]);
    expect(keys({ fields: [name] }, { matchFields: Object.create({ phone_number: 'Phone' }) })).toEqual([]);
    expect(codeOf(() => keys({ fields: [name] }, { described: described(['FirstName', 'string']) }))).toBe(
      'configuration match_key_not_mapped',
    );
    expect(() => keys({ fields: [name] }, { described: described(['FirstName', 'string']) })).toThrow(
      expect.objectContaining({
        message: 'No CRM field is mapped to `phone_number`, by which contacts are found.',
        at: { object: 'Contact' },
      }),
    );
  });
});

describe('reading a CRM value', () => {
  const read = (crm: string | string[], fields: Readonly<Record<string, unknown>>, more: object = {}, options: CompileOptions = US) =>
    ruleOf({ crm, field: 'email', direction: 'inbound', ...more } as AnyRule, options).readRemote(record(fields));

  it.each<[rule: string, crm: string | string[], fields: object, expected: unknown, more?: object]>([
    ['one field as it is', 'Email', { Email: ' a ' }, ' a '],
    ['one field that is null', 'Email', { Email: null }, null],
    ['one field that is missing is absent', 'Email', {}, undefined],
    ['a path, flat', 'Account.Name', { 'Account.Name': 'Acme' }, 'Acme'],
    ['a path, nested', 'Account.Name', { Account: { Name: 'Acme' } }, 'Acme'],
    ['a path over an empty parent is null', 'Account.Name', { Account: null }, null],
    ['a path over a hidden parent is absent', 'Account.Name', {}, undefined],
    ['of several the first that is filled', ['A', 'B', 'C'], { A: null, B: 'b', C: 'c' }, 'b'],
    ['of several the first that is more than blanks', ['A', 'B'], { A: ' ', B: 'b' }, 'b'],
    ['of several the first that is there', ['A', 'B'], { B: 'b' }, 'b'],
    ['of several that are blank: null', ['A', 'B'], { A: '', B: null }, null],
    ['of several, one blank and the others hidden: null', ['A', 'B'], { A: null }, null],
    ['of several that are all hidden: absent', ['A', 'B'], {}, undefined],
    ['joined, the filled ones', ['A', 'B', 'C'], { A: 'a', B: '', C: 7 }, 'a 7', { join: ' ' }],
    ['joined without any: null', ['A', 'B'], { A: '', B: null }, null, { join: ' ' }],
    ['joined with all hidden: absent', ['A', 'B'], {}, undefined, { join: ' ' }],
    ['false and 0 are filled', ['A', 'B'], { A: 0, B: 'b' }, 0],
  ])('%s', (_, crm, fields, expected, more = {}) => expect(read(crm, { ...fields }, more)).toBe(expected));

  const phones = parseMapping(schema, { crmObject: 'Contact', fields: [{ ...PHONE, crm: ['Phone', 'Mobile', 'Other'] }] });
  it.each<readonly [rule: string, fields: object, remote: Value, local: unknown]>([
    ['the first that fits', { Phone: 'n/a', Mobile: '4155550123' }, '4155550123', '+14155550123'],
    ['not a withheld number before a real one', { Phone: 'anonymous', Mobile: '4155550123' }, '4155550123', '+14155550123'],
    ['the first that is filled, where none fits', { Phone: null, Mobile: '12', Other: '13' }, '12', 'not_a_phone_number'],
  ])('of several phone fields, %s', (_, fields, remote, local) => {
    const [rule] = compileMapping(schema, phones, US).rules;
    expect(rule!.readRemote(record({ ...fields }))).toBe(remote);
    const result = rule!.toLocal(remote);
    expect(result.ok ? result.value : result.code).toBe(local);
  });

  it('a time in the spelling of the API is the same instant, where the CRM describes it as one', () => {
    const at = { At: '2025-03-15T10:30:00.000+0000' };
    const rule: AnyRule = { crm: 'At', field: 'seen_at', direction: 'both' };
    expect(ruleOf(rule, { described: described(['At', 'datetime']) }).readRemote(record(at))).toBe('2025-03-15T10:30:00.000Z');
    expect(ruleOf(rule).readRemote(record(at))).toBe(at.At);
    expect(ruleOf(rule, { described: described(['At', 'string']) }).readRemote(record(at))).toBe(at.At);
    expect(ruleOf(rule, { described: described(['At', 'datetime']) }).readRemote(record({ At: 'soon' }))).toBe('soon');
  });

  it.each(['Asia/Tokyo', 'America/Los_Angeles'])('a day is shifted by no zone: %s', (timeZone) => {
    const rule = ruleOf(
      { crm: 'Birthdate', field: 'born_on', direction: 'both' },
      { timeZone, described: described(['Birthdate', 'date']) },
    );
    for (const Birthdate of ['2025-03-15', '2025-03-15T00:00:00.000Z', '2025-03-15T23:59:59.000+0000'])
      expect(rule.readRemote(record({ Birthdate }))).toBe('2025-03-15');
  });
});

describe('CRM value → field value', () => {
  const local = (rule: object, remote: Value, options: CompileOptions = US) => {
    const result = ruleOf({ crm: 'X', direction: 'inbound', field: 'notes', ...rule } as AnyRule, options).toLocal(remote);
    return result.ok ? result.value : result.code;
  };
  const STATUS = { field: 'lead_status', valueMap: { Open: 'New', Won: 'Qualified' } };
  it.each<[rule: string, settings: object, remote: Value, expected: unknown, options?: CompileOptions]>([
    ['text stays', {}, ' a ', ' a '],
    ['blank is null', {}, '  ', null],
    ['a number from text', { field: 'score' }, '42', 42],
    ['a boolean from text', { field: 'vip' }, 'true', true],
    ['a day from an instant, in the zone', { field: 'born_on' }, '2025-03-15T03:00:00Z', '2025-03-14', { timeZone: 'America/Los_Angeles' }],
    ['an instant with an offset', { field: 'seen_at' }, '2025-03-15T10:30:00.000+0000', '2025-03-15T10:30:00.000Z'],
    ['an option in any case', { field: 'lead_status' }, 'qualified', 'Qualified'],
    ['no other option', { field: 'lead_status' }, 'Open', 'unknown_option'],
    ['a mapped value', STATUS, 'Open', 'New'],
    ['a mapped value in any case', STATUS, 'OPEN', 'New'],
    ['a value that is not mapped goes through', STATUS, 'Qualified', 'Qualified'],
    ['a mapped boolean', { field: 'lead_status', valueMap: { true: 'Qualified' } }, true, 'Qualified'],
    ['null is never mapped', { field: 'lead_status', valueMap: { null: 'New' } }, null, null],
    ['a transform', { field: 'first_name', transform: 'first_word' }, 'Ann Smith', 'Ann'],
    ['valueMap before transform', { valueMap: { a: 'ann smith' }, transform: 'title_case' }, 'A', 'Ann Smith'],
    ['transform before the type', { field: 'score', transform: 'digits' }, 'No. 42', 42],
    ['a transform of the host', { transform: 'shout' }, 'a', 'A!', { transforms: { shout: (value) => `${String(value).toUpperCase()}!` } }],
    ['a transform of the host instead of ours', { transform: 'trim' }, ' a ', 'own', { transforms: { trim: () => 'own' } }],
    ['a transform that throws', { transform: 'broken' }, 'a', 'not_text', { transforms: { broken: () => JSON.parse('secret') } }],
    ['a transform without an answer', { transform: 'broken' }, 'a', 'not_text', { transforms: { broken: () => undefined as never } }],
  ])('%s', (_, settings, remote, expected, options = US) => expect(local(settings, remote, options)).toBe(expected));

  it('a phone number with the default country, and none without', () => {
    const number = (options: CompileOptions) => compiled([], options).rules[0]!.toLocal('(415) 555-0123');
    expect(number(US)).toEqual({ ok: true, value: '+14155550123' });
    expect(number({})).toMatchObject({ ok: false, code: 'not_a_phone_number' });
  });

  it('labels of the CRM name options of the field, mapped values or not', () => {
    const options = { described: described(['X', 'picklist', { options: [{ value: 'q1', label: 'Qualified' }] }]) };
    expect(local({ field: 'lead_status' }, 'q1', options)).toBe('Qualified');
    expect(local(STATUS, 'q1', options)).toBe('Qualified');
    expect(local({ field: 'lead_status' }, 'q1')).toBe('unknown_option');
  });

  it('a mapped value is no longer of the CRM type', () => {
    expect(local({ field: 'score', valueMap: { true: 1, false: 0 } }, true, { described: described(['X', 'boolean']) })).toBe(1);
    expect(local({ field: 'score' }, true, { described: described(['X', 'boolean']) })).toBe('unsupported_type');
  });
});

describe('field value → CRM value', () => {
  const remote = (rule: object, value: Value, type?: CrmFieldType, more: Partial<DescribedField> = {}, options: CompileOptions = US) => {
    const crm = type === undefined ? {} : { described: described(['X', type, more]) };
    const result = ruleOf({ crm: 'X', direction: 'outbound', field: 'notes', ...rule } as AnyRule, { ...options, ...crm }).toRemote(value);
    if (!result.ok) return result.code;
    return result.truncated === true ? [result.value, 'truncated'] : result.value;
  };
  const STATUS = { field: 'lead_status', valueMap: { Open: 'New', Won: 'Qualified' } };
  it('is the same where the CRM is not described', () => {
    expect(remote({}, 'a')).toBe('a');
    expect(remote({}, null)).toBe(null);
    expect(remote(STATUS, 'New')).toBe('Open');
    expect(remote({ transform: 'upper_case' }, 'a')).toBe('A');
  });
  it('is formatted for the CRM field', () => {
    expect(remote({ field: 'score' }, 42, 'string')).toBe('42');
    expect(remote({ field: 'vip' }, true, 'picklist', { options: [{ value: 'Yes', label: 'Yes' }] })).toBe('Yes');
    expect(remote({ field: 'seen_at' }, '2025-03-15T03:00:00.000Z', 'date', {}, { timeZone: 'America/Los_Angeles' })).toBe('2025-03-14');
    expect(remote({}, null, 'string', { nullable: false })).toBe('not_nullable');
  });
  it('is refused or cut where it is too long', () => {
    expect(remote({}, 'abcdef', 'text', { length: 3 })).toBe('too_long');
    expect(remote({ overflow: 'truncate' }, 'abcdef', 'text', { length: 3 })).toEqual(['abc', 'truncated']);
    expect(remote({ overflow: 'truncate', direction: 'both' }, 'abcdef', 'text', { length: 3 })).toEqual(['abc', 'truncated']);
  });
  it('is mapped backwards, then formatted as the word of the CRM', () => {
    const options = { restricted: true, options: [{ value: 'Open', label: 'Open' }] };
    expect(remote(STATUS, 'New', 'picklist', options)).toBe('Open');
    expect(remote(STATUS, 'Qualified', 'picklist', options)).toBe('unknown_option');
    expect(remote({ field: 'score', valueMap: { true: 1, false: 0 } }, 1, 'boolean')).toBe(true);
    expect(remote({ field: 'vip', valueMap: { '1': true, '0': false } }, false, 'number')).toBe(0);
  });
  it('is transformed before it is mapped', () => {
    expect(remote({ transform: 'trim', valueMap: { Open: 'New' } }, ' New ', 'string')).toBe('Open');
    expect(
      remote({ field: 'vip', transform: 'word' }, true, 'string', {}, { transforms: { word: (value) => (value ? 'VIP' : null) } }),
    ).toBe('VIP');
    expect(remote({ transform: 'broken' }, 'a', 'string', {}, { transforms: { broken: () => ({}) as never } })).toBe('not_text');
  });
  it('is transformed by rules that only write, as what is read is by rules that only read', () => {
    const rule = (direction: AnyRule['direction']) => ruleOf({ crm: 'X', field: 'notes', direction, transform: 'upper_case' } as AnyRule);
    const upper = { ok: true, value: 'A' };
    const same = { ok: true, value: 'a' };
    expect([rule('inbound').toLocal('a'), rule('inbound').toRemote('a')]).toEqual([upper, same]);
    expect([rule('outbound').toLocal('a'), rule('outbound').toRemote('a')]).toEqual([same, upper]);
  });
  it('comes back as it was, mapped or not', () => {
    const rule = ruleOf({ crm: 'X', direction: 'both', ...STATUS } as AnyRule);
    for (const value of ['New', 'Qualified', null]) {
      const out = rule.toRemote(value);
      expect(out.ok && rule.toLocal(out.value)).toEqual({ ok: true, value });
    }
  });
});

describe('a whole record', () => {
  const mapping = compiled([
    { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
    { crm: 'Score', field: 'score', direction: 'both' },
    { crm: 'Notes', field: 'notes', direction: 'outbound' },
    { crm: 'Hidden', field: 'vip', direction: 'inbound' },
  ]);
  it('brings what it holds: absent fields and outbound ones are not in it, refused ones are named', () => {
    const { fields, refused } = mapping.readRecord(record({ Phone: '4155550123', FirstName: null, Score: 'soon', Notes: 'x' }));
    expect(fields).toEqual({ phone_number: '+14155550123', first_name: null });
    expect(refused).toEqual([expect.objectContaining({ field: 'score', crm: 'Score', code: 'not_a_number' })]);
    expect(JSON.stringify(refused)).not.toContain('soon');
  });
  it('is written from what goes out: fields that are not given are not in it', () => {
    expect(mapping.toCrm({ first_name: 'Ann', score: 7 })).toStrictEqual({ values: { Score: 7 }, refused: [] });
    expect(mapping.toCrm({ score: null, notes: 'x' })).toEqual({ values: { Score: null, Notes: 'x' }, refused: [] });
  });
  it('names what cannot be written', () => {
    const short = compiled([{ crm: 'Notes', field: 'notes', direction: 'outbound' }], {
      described: described(['Notes', 'text', { length: 2 }]),
    });
    expect(short.toCrm({ notes: 'abc' })).toEqual({
      values: {},
      refused: [expect.objectContaining({ field: 'notes', crm: 'Notes', code: 'too_long' })],
    });
  });

  const everything: readonly AnyRule[] = [
    { crm: ['A', 'B.c', 'D'], field: 'notes', direction: 'inbound', join: ' ' },
    { crm: ['A', 'B.c'], field: 'score', direction: 'inbound', valueMap: { a: 1 } },
    { crm: 'A', field: 'lead_status', direction: 'both', valueMap: { a: 'New' } },
    { crm: 'B.c', field: 'born_on', direction: 'inbound' },
    { crm: 'D', field: 'seen_at', direction: 'both' },
    { crm: 'E', field: 'vip', direction: 'both' },
    { crm: 'E', field: 'email', direction: 'inbound', transform: 'host' },
  ];
  const crm = described(['A', 'picklist'], ['B.c', 'date'], ['D', 'datetime'], ['E', 'boolean']);
  const odd = fc.oneof(
    fc.anything({ withDate: true, withBigInt: true, withNullPrototype: true, withTypedArray: true }),
    fc.constantFrom('2025-03-15', '2025-03-15T10:30:00+0000', 'a', 'A', ' ', 'true'),
  );
  test.prop([fc.record({ Phone: odd, A: odd, B: odd, 'B.c': odd, D: odd, E: odd }, { requiredKeys: [] }), fc.boolean()])(
    'of any kind is read without an exception, and left as it was',
    (fields, isDescribed) => {
      const made = compiled(everything, { ...US, timeZone: 'Asia/Tokyo', ...(isDescribed && { described: crm }) });
      const keys = Object.keys(fields);
      const read = made.readRecord(record(fields));
      expect(Object.keys(fields)).toEqual(keys);
      const known = new Set(made.rules.map(({ field }) => field));
      for (const field of [...Object.keys(read.fields), ...read.refused.map((refused) => refused.field)]) expect(known).toContain(field);
      expect(() => made.toCrm(read.fields)).not.toThrow();
      expect(made.readRecord(record(fields))).toEqual(read);
    },
  );
});

describe('a rule is unusable', () => {
  type Direction = AnyRule['direction'];
  const reason = (rule: object, object: DescribedObject) => {
    const made = ruleOf({ crm: 'X', field: 'notes', direction: 'inbound', ...rule } as AnyRule, { described: object });
    return (
      made.unusable &&
      [made.unusable.code, made.unusable.inbound && 'inbound', made.unusable.outbound && 'outbound'].filter(Boolean).join(' ')
    );
  };
  const HIDDEN = 'field_not_visible inbound outbound';
  const UNFIT = 'incompatible_type inbound outbound';
  const CASES = {
    usable: described(['X', 'string']),
    hidden: described(),
    unfit: described(['X', 'unsupported']),
    readOnly: described(['X', 'string', { updatable: false }]),
  } as const;
  const EXPECTED: Readonly<Record<Direction, Record<keyof typeof CASES, string | null>>> = {
    inbound: { usable: null, hidden: HIDDEN, unfit: UNFIT, readOnly: null },
    outbound: { usable: null, hidden: HIDDEN, unfit: UNFIT, readOnly: 'read_only outbound' },
    both: { usable: null, hidden: HIDDEN, unfit: UNFIT, readOnly: 'read_only outbound' },
  };
  describe.each(Object.keys(EXPECTED) as Direction[])('%s', (direction) => {
    it.each(Object.keys(CASES) as (keyof typeof CASES)[])('where the CRM field is %s', (name) => {
      expect(reason({ direction }, CASES[name])).toBe(EXPECTED[direction][name]);
    });
  });

  it('names the field that a misspelt one was meant to be', () => {
    const rule = { crm: 'Emial', field: 'email', direction: 'both' } as AnyRule;
    expect(ruleOf(rule, { described: described(['Email', 'string']) }).unusable?.remedy).toMatch(/^Did you mean `Email`\? Else: /);
  });

  it.each<readonly [rule: string, settings: object, object: DescribedObject, expected: string | null]>([
    ['a path where the CRM describes none', { crm: 'Account.Name' }, described(), null],
    ['a path that the CRM describes', { crm: 'Account.Name' }, described(['Account.Name', 'string']), null],
    ['a path that is not among those described', { crm: 'Account.Nam' }, described(['Account.Name', 'string']), HIDDEN],
    ['of several CRM fields one that is seen', { crm: ['X', 'Y'] }, described(['Y', 'string']), null],
    ['of several CRM fields none that is seen', { crm: ['X', 'Y'] }, described(), HIDDEN],
    ['of several CRM fields one that fits', { crm: ['X', 'Y'], field: 'score' }, described(['X', 'email'], ['Y', 'number']), null],
    ['of several CRM fields none that fits', { crm: ['X', 'Y'], field: 'score' }, described(['X', 'email'], ['Y', 'date']), UNFIT],
    ['a type that a value map bridges', { field: 'score', valueMap: { true: 1 } }, described(['X', 'boolean']), null],
    ['a type that a transform bridges', { field: 'score', transform: 'digits' }, described(['X', 'phone']), null],
    ['a type that nothing bridges', { transform: 'trim' }, described(['X', 'unsupported']), UNFIT],
  ])('%s', (_, settings, object, expected) => expect(reason(settings, object)).toBe(expected));

  it('and then absent: nothing is cleared by it, and nothing written', () => {
    const made = compiled([{ crm: 'X', field: 'notes', direction: 'both' }], { described: CASES.hidden });
    expect(made.readRecord(record({ X: null })).fields).toEqual({});
    expect(made.toCrm({ notes: 'a' })).toEqual({
      values: {},
      refused: [expect.objectContaining({ field: 'notes', code: 'field_not_visible' })],
    });
  });

  it('but a read-only field is still read', () => {
    const made = compiled([{ crm: 'X', field: 'notes', direction: 'both' }], { described: CASES.readOnly });
    expect(made.readRecord(record({ X: 'a' })).fields).toEqual({ notes: 'a' });
    expect(made.toCrm({ notes: 'a' })).toMatchObject({
      values: {},
      refused: [{ crm: 'X', field: 'notes', code: 'read_only', message: 'The CRM field cannot be written.' }],
    });
  });

  it.each(CRM_FIELD_TYPES)('or not, but reading and writing a field of type %s never throws', (type) => {
    for (const field of Object.keys(FIELDS)) {
      const rule = ruleOf({ crm: 'X', field, direction: 'both' }, { described: described(['X', type]) });
      for (const value of ['a', '7', 7, true, '2025-03-15', '2025-03-15T10:30:00.000Z', null]) {
        expect(() => rule.toLocal(value)).not.toThrow();
        expect(() => rule.toRemote(value)).not.toThrow();
      }
    }
  });

  it('but a filter cannot be: nobody could say which records are meant', () => {
    const filtered = (field: string, object: DescribedObject) =>
      codeOf(() => compiled([], { described: object }, { filter: { not: { field, eq: 'x' } } }));
    expect(filtered('Stage', described())).toBe('permission filter_field_not_visible');
    expect(filtered('Stage', described(['Stage', 'picklist']))).toBeUndefined();
    expect(filtered('Account.Stage', described())).toBeUndefined();
    expect(() => compiled([], { described: described() }, { filter: { field: 'Stage', eq: 'x' } })).toThrow(
      expect.objectContaining({
        message: 'The filter looks at `Stage`, which the connected user does not see.',
        at: { object: 'Contact' },
      }),
    );
  });
});

describe('fingerprints', () => {
  const BASE: readonly AnyRule[] = [
    { crm: 'Email', field: 'email', direction: 'both' },
    { crm: 'Status', field: 'lead_status', direction: 'inbound' },
    { crm: 'Notes', field: 'notes', direction: 'outbound' },
  ];
  const prints = (rules = BASE, options: CompileOptions = US, more: Partial<Mapping> = {}, fields: FieldDefinitions = FIELDS) => {
    const { readFingerprint, planFingerprint } = compileMapping(defineContactSchema(fields as typeof FIELDS), mapped(rules, more), options);
    return { readFingerprint, planFingerprint };
  };
  const changed = (index: number, change: object) => BASE.map((rule, at) => (at === index ? ({ ...rule, ...change } as AnyRule) : rule));
  const [neither, plan, both] = ['', 'plan', 'read plan'];

  it.each<[what: string, expected: string, ...Parameters<typeof prints>]>([
    ['nothing', neither, BASE],
    ['the order of rules', neither, BASE.toReversed()],
    [
      'a default that is written out',
      neither,
      changed(0, { conflict: 'crm', blank: 'clear', overflow: 'refuse' }),
      { ...US, timeZone: 'UTC' },
      { matchKey: 'phone_number' },
    ],
    ['a default that is written out for all rules', neither, BASE, US, { firstLink: 'crm', blank: 'clear' }],
    ['the first link of all rules', plan, BASE, US, { firstLink: 'apart' }],
    ['the first link of a rule', plan, changed(0, { firstLink: 'manual' })],
    ['a tie to a company that no rule is about', neither, BASE, { ...US, companyField: 'score' }],
    ['a tie to a company by what a rule reads', both, BASE, { ...US, companyField: 'email' }],
    ['a list of one CRM field', neither, changed(1, { crm: ['Status'] })],
    ['labels and descriptions', neither, BASE, US, {}, { ...FIELDS, email: { type: 'string', label: 'E-mail', description: 'x' } }],
    ['a field that is not mapped', neither, BASE, US, {}, { ...FIELDS, other: { type: 'string' } }],
    [
      'what the CRM describes',
      neither,
      BASE,
      { ...US, described: described(['Email', 'email'], ['Status', 'picklist'], ['Notes', 'text']) },
    ],
    ['a new outbound rule', plan, [...BASE, { crm: 'Vip', field: 'vip', direction: 'outbound' }]],
    ['an outbound rule less', plan, BASE.slice(0, 2)],
    ['the transform of an outbound rule', plan, changed(2, { transform: 'trim' })],
    ['the overflow of a rule', plan, changed(2, { overflow: 'truncate' })],
    ['the policy of a rule', plan, changed(0, { conflict: 'local' })],
    ['the blank policy of a rule', plan, changed(0, { blank: 'keep' })],
    ['a rule that now writes too', plan, changed(1, { direction: 'both' })],
    ['the type of an outbound field', plan, BASE, US, {}, { ...FIELDS, notes: { type: 'string', maxLength: 5 } }],
    ['a new inbound rule', both, [...BASE, { crm: 'Vip', field: 'vip', direction: 'inbound' }]],
    ['an inbound rule less', both, BASE.filter((_, index) => index !== 1)],
    ['the CRM field of a rule', both, changed(0, { crm: 'Email2' })],
    ['the field of a rule', both, changed(1, { field: 'first_name' })],
    ['a second CRM field', both, changed(1, { crm: ['Status', 'Status2'] })],
    ['the order of CRM fields', both, [...BASE, { crm: ['B', 'A'], field: 'vip', direction: 'inbound' }]],
    ['a value map', both, changed(1, { valueMap: { a: 'New' } })],
    ['the transform of an inbound rule', both, changed(1, { transform: 'trim' })],
    ['the options of a field', both, BASE, US, {}, { ...FIELDS, lead_status: { type: 'enum', options: ['New', 'Qualified', 'Lost'] } }],
    ['the type of a field', both, BASE, US, {}, { ...FIELDS, email: { type: 'string', maxLength: 80 } }],
    ['a filter', both, BASE, US, { filter: { field: 'A', eq: 1 } }],
    ['the match key', both, BASE, US, { matchKey: ['phone_number', 'email'] }],
    ['the object', both, BASE, US, { crmObject: 'Lead' }],
    ['the default country', both, BASE, { defaultCountry: 'GB' }],
    ['the time zone', both, BASE, { ...US, timeZone: 'Asia/Tokyo' }],
  ])('are changed by %s: %s', (_, expected, ...parameters) => {
    const [before, after] = [prints(), prints(...parameters)];
    const moved = [before.readFingerprint !== after.readFingerprint && 'read', before.planFingerprint !== after.planFingerprint && 'plan'];
    expect(moved.filter(Boolean).join(' ')).toBe(expected);
  });

  it('of one rule know what it makes of a value: the zone for days and times, the country for a number', () => {
    const rules: readonly AnyRule[] = [
      { crm: 'Email', field: 'email', direction: 'both' },
      { crm: 'Born', field: 'born_on', direction: 'both' },
      { crm: 'Seen', field: 'seen_at', direction: 'both' },
    ];
    const changedBy = (options: CompileOptions) => {
      const [before, after] = [compiled(rules), compiled(rules, { ...US, ...options })];
      return before.rules.filter(({ identity }, index) => identity !== after.rules[index]?.identity).map(({ field }) => field);
    };
    expect(changedBy({ timeZone: 'Asia/Tokyo' })).toEqual(['born_on', 'seen_at']);
    expect(changedBy({ timeZone: 'UTC' })).toEqual([]);
    expect(changedBy({ defaultCountry: 'GB' })).toEqual(['phone_number']);
  });

  it('know a match key from where it is read', () => {
    const made = (matchFields: Record<string, string>) =>
      compileMapping(schema, parseMapping(schema, { crmObject: 'Contact', fields: BASE }), { matchFields }).readFingerprint;
    expect(made({ phone_number: 'Phone' })).not.toBe(made({ phone_number: 'MobilePhone' }));
  });
});
