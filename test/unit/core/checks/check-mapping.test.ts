import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../../../src/core/base/freeze.ts';
import { checkMapping } from '../../../../src/core/checks/check-mapping.ts';
import type { Finding } from '../../../../src/core/checks/finding.ts';
import { compileMapping } from '../../../../src/core/mapping/compile.ts';
import type { CompiledRule, CompileOptions, Mapping } from '../../../../src/core/mapping/mapping-types.ts';
import { CRM_FIELD_TYPES, type DescribedField } from '../../../../src/core/schema/described.ts';
import { defineContactSchema } from '../../../../src/core/schema/schema.ts';
import { describedField as field } from '../../described-field.ts';

const schema = defineContactSchema({
  lead_status: { type: 'enum', options: ['New', 'Working', { value: 'won', label: 'Qualified' }] },
  email: { type: 'string' },
  notes: { type: 'string', maxLength: 200 },
  score: { type: 'number' },
  vip: { type: 'boolean' },
});

const picklist = (name: string, values: readonly string[], more: Partial<DescribedField> = {}): DescribedField =>
  field(name, 'picklist', { restricted: true, options: values.map((value) => ({ value, label: value })), ...more });

const STATUS = ['New', 'Working', 'Qualified'];
const FIELDS: readonly DescribedField[] = [
  field('Phone', 'phone'),
  field('Email', 'email'),
  field('LastName', 'string', { nullable: false, required: true }),
  field('Notes__c', 'text', { length: 255, filterable: false }),
  field('Score__c', 'number'),
  field('Age__c'),
  field('Vip__c', 'boolean'),
  field('Formula__c', 'string', { creatable: false, updatable: false }),
  field('Key__c', 'string', { unique: true }),
  field('Address', 'unsupported'),
  picklist('Status__c', STATUS),
];

const PHONE = { crm: 'Phone', field: 'phone_number', direction: 'inbound' } as const;
type Rules = Mapping<typeof schema>['fields'];

interface World {
  readonly fields?: Rules;
  readonly more?: Partial<Mapping<typeof schema>>;
  readonly described?: readonly DescribedField[];
  readonly requiredOneOf?: readonly (readonly string[])[];
  readonly options?: Omit<CompileOptions, 'described'>;
}

function findings({ fields = [], more = {}, described = FIELDS, requiredOneOf, options }: World = {}): readonly Finding[] {
  const mapping: Mapping<typeof schema> = deepFreeze({ crmObject: 'Contact', fields: [PHONE, ...fields], ...more });
  const found = checkMapping({
    schema,
    mapping,
    described: deepFreeze({ name: 'Contact', label: 'Contact', fields: described, ...(requiredOneOf && { requiredOneOf }) }),
    ...(options && { options }),
  });
  for (const { message, remedy, at } of found) {
    expect(message, 'what is the matter').toMatch(/^[A-Z`].*\.$/s);
    expect(remedy, 'one sentence of what to do').toMatch(/^[A-Z].*\.$/s);
    expect(at.object).toBe('Contact');
  }
  return found;
}
const short = ({ level, code, who, at: { field: name = '-' } }: Finding): string => `${level} ${code} ${name} ${who}`;
const codes = (world: World): readonly string[] => findings(world).map(short);
const without = (name: string): readonly DescribedField[] => FIELDS.filter((each) => each.name !== name);
const replaced = (...changed: readonly DescribedField[]): readonly DescribedField[] => [
  ...FIELDS.filter(({ name }) => !changed.some((each) => each.name === name)),
  ...changed,
];

const LAST_NAME = 'advice required_field_not_mapped LastName developer';
const FITS = 'ok mapping_fits - nobody';
const STATUS_BOTH = { crm: 'Status__c', field: 'lead_status', direction: 'both' } as const;

describe('a mapping that fits', () => {
  it('is told so, and what a new record would lack is only advice', () => {
    const rules: Rules = [STATUS_BOTH, { crm: 'Email', field: 'email', direction: 'both' }];
    expect(codes({ fields: rules })).toEqual([FITS, LAST_NAME]);
    expect(findings({ fields: rules })[0]).toMatchObject({ message: expect.stringContaining('3 rules'), at: { object: 'Contact' } });
  });

  it("with the connector's own match field, which no rule names", () =>
    expect(
      checkMapping({
        schema,
        mapping: { crmObject: 'Contact', fields: [{ crm: 'Email', field: 'email', direction: 'inbound' }] },
        described: { name: 'Contact', label: 'Contact', fields: FIELDS },
        options: { matchFields: { phone_number: 'Phone' } },
      }).map(short),
    ).toEqual([FITS, LAST_NAME]));
});

describe('a mapped field', () => {
  it.each<readonly [rule: string, fields: Rules, expected: string]>([
    ['that is hidden', [{ crm: 'Ghost__c', field: 'email', direction: 'both' }], 'warning field_not_visible Ghost__c crm_admin'],
    ['that is misspelt', [{ crm: 'Emial', field: 'email', direction: 'both' }], 'warning field_not_visible Emial developer'],
    ['of a type that never fits', [{ crm: 'Vip__c', field: 'score', direction: 'both' }], 'warning incompatible_type Vip__c developer'],
    ['that cannot be mapped', [{ crm: 'Address', field: 'email', direction: 'inbound' }], 'warning incompatible_type Address developer'],
    ['that is read-only and written', [{ crm: 'Formula__c', field: 'email', direction: 'both' }], 'warning read_only Formula__c crm_admin'],
    [
      'that is read-only and only written',
      [{ crm: 'Formula__c', field: 'email', direction: 'outbound' }],
      'warning read_only Formula__c crm_admin',
    ],
    ['that holds other values too', [{ crm: 'Age__c', field: 'score', direction: 'inbound' }], 'advice lossy_type Age__c developer'],
    [
      'of several, one of them hidden',
      [{ crm: ['Email', 'Ghost__c'], field: 'email', direction: 'inbound' }],
      'advice field_not_visible Email|Ghost__c crm_admin',
    ],
  ])('%s', (_, fields, expected) => expect(codes({ fields })).toContain(expected));

  it('that is misspelt is named as it was probably meant', () =>
    expect(findings({ fields: [{ crm: 'Emial', field: 'email', direction: 'both' }] })[0]?.remedy).toContain('Did you mean `Email`?'));

  it.each<readonly [rule: string, fields: Rules]>([
    ['read-only and only read', [{ crm: 'Formula__c', field: 'email', direction: 'inbound' }]],
    ["a parent's, which describe does not show", [{ crm: 'Account.Name', field: 'email', direction: 'inbound' }]],
    ['of another type, with a value map', [{ crm: 'Vip__c', field: 'score', direction: 'inbound', valueMap: { true: 1, false: 0 } }]],
    ['of another type, with a transform', [{ crm: 'Age__c', field: 'score', direction: 'inbound', transform: 'digits' }]],
  ])('%s is no problem', (_, fields) => expect(codes({ fields })).toEqual([FITS, LAST_NAME]));
});

describe('a day and a time', () => {
  const times = defineContactSchema({ renewal: { type: 'date' }, met_at: { type: 'datetime' } });
  const described = {
    name: 'Contact',
    label: 'Contact',
    fields: [field('Phone', 'phone'), field('Day__c', 'date'), field('Time__c', 'datetime')],
  };
  const told = (fields: Mapping<typeof times>['fields']) =>
    checkMapping({ schema: times, mapping: { crmObject: 'Contact', fields: [PHONE, ...fields] }, described })
      .filter(({ code }) => code !== 'mapping_fits')
      .map((finding) => `${short(finding)}: ${finding.message}`);

  it.each<readonly [rule: string, fields: Mapping<typeof times>['fields'], expected: readonly string[]]>([
    [
      'a time read into a day',
      [{ crm: 'Time__c', field: 'renewal', direction: 'inbound' }],
      [
        'advice time_of_day_lost Time__c developer: `Time__c` has a time of day, which the date field renewal has not: only the day is read.',
      ],
    ],
    [
      'a time and a day, both ways',
      [{ crm: 'Time__c', field: 'renewal', direction: 'both' }],
      [
        'warning time_of_day_lost Time__c developer: `Time__c` has a time of day, which the date field renewal has not: only the day is read, and a day is written as midnight.',
      ],
    ],
    [
      'a day read into a time',
      [{ crm: 'Day__c', field: 'met_at', direction: 'inbound' }],
      ['advice time_of_day_lost Day__c developer: `Day__c` is a day, and the datetime field met_at a time: it is read as midnight.'],
    ],
    [
      'a time written to a day',
      [{ crm: 'Day__c', field: 'met_at', direction: 'outbound' }],
      ['warning time_of_day_lost Day__c developer: `Day__c` is a day, and the datetime field met_at a time: only the day is written.'],
    ],
    ['a day in a day', [{ crm: 'Day__c', field: 'renewal', direction: 'both' }], []],
    ['a time that a transform makes something of', [{ crm: 'Time__c', field: 'renewal', direction: 'inbound', transform: 'trim' }], []],
  ])('%s', (_, fields, expected) => expect(told(fields)).toEqual(expected));
});

describe('options', () => {
  const status = (direction: 'inbound' | 'outbound' | 'both' = 'both', valueMap?: Record<string, string>): Rules => [
    { crm: 'Status__c', field: 'lead_status', direction, ...(valueMap && { valueMap }) },
  ];
  it.each<readonly [rule: string, options: readonly string[], fields: Rules, expected: readonly string[]]>([
    ['that the picklist lacks', ['New', 'Qualified'], status(), ['warning options_missing_in_crm Status__c crm_admin']],
    ['that the field lacks', [...STATUS, 'Lost'], status(), ['warning options_missing_in_schema Status__c developer']],
    ['that the field lacks, only read', [...STATUS, 'Lost'], status('inbound'), ['warning options_missing_in_schema Status__c developer']],
    ['that the field lacks, only written', [...STATUS, 'Lost'], status('outbound'), []],
    ['that the picklist lacks, only read', ['New'], status('inbound'), []],
    ['that stand under a label', ['new', 'WORKING', 'Qualified'], status(), []],
    ['that are translated', ['Neu', 'Working', 'Qualified'], status('both', { Neu: 'New' }), []],
  ])('%s', (_, options, fields, expected) =>
    expect(codes({ fields, described: replaced(picklist('Status__c', options)) }).filter((each) => each.includes('options_'))).toEqual(
      expected,
    ),
  );

  it('of a picklist that takes any text are no problem on the way out', () =>
    expect(codes({ fields: status(), described: replaced(picklist('Status__c', ['New'], { restricted: false })) })).toEqual([
      FITS,
      LAST_NAME,
    ]));

  it('of a picklist that can not be written are no problem on the way out', () =>
    expect(
      codes({
        fields: status(),
        described: replaced(picklist('Status__c', ['New', 'Lost'], { creatable: false, updatable: false })),
      }),
    ).not.toContain('warning options_missing_in_crm Status__c crm_admin'));

  it('of which several can be chosen together say nothing of what will come', () => {
    const many = { ...picklist('Status__c', ['Lost', 'New']), type: 'multipicklist' } as const;
    expect(codes({ fields: status('inbound'), described: replaced(many) })).toEqual([
      FITS,
      'advice lossy_type Status__c developer',
      LAST_NAME,
    ]);
    const text = { ...picklist('Status__c', ['Lost', 'New']), type: 'string' } as const;
    expect(codes({ fields: status('inbound'), described: replaced(text) })).toEqual([
      FITS,
      'advice lossy_type Status__c developer',
      LAST_NAME,
    ]);
  });

  it('of a picklist that is read as text or as a number are no matter', () => {
    const rules: Rules = [
      { crm: 'Status__c', field: 'email', direction: 'both' },
      { crm: 'Status__c', field: 'notes', direction: 'inbound' },
    ];
    expect(codes({ fields: rules })).toEqual([FITS, LAST_NAME]);
  });

  it('that are refused for another reason are not told as missing', () => {
    const described = [...FIELDS, field('Short__c', 'string', { length: 3 })];
    const rules: Rules = [{ crm: 'Short__c', field: 'lead_status', direction: 'both' }];
    expect(codes({ fields: rules, described })).toEqual([FITS, 'advice lossy_type Short__c developer', LAST_NAME]);
  });

  it('are named, and no more than ten of them', () => {
    const many = Array.from({ length: 30 }, (_, index) => `Extra ${index}`);
    const [finding] = findings({ fields: status(), described: replaced(picklist('Status__c', [...STATUS, ...many])) });
    expect(finding?.message).toContain('`Extra 0`');
    expect(finding?.message).toContain('and 20 more');
  });
});

describe('a text shorter in the CRM', () => {
  const notes = (overflow?: 'truncate' | 'refuse'): Rules => [
    { crm: 'Notes__c', field: 'notes', direction: 'outbound', ...(overflow && { overflow }) },
  ];
  const holding = (length: number) => replaced(field('Notes__c', 'text', { length }));
  it.each<readonly [length: number, overflow: 'truncate' | 'refuse' | undefined, expected: string | undefined]>([
    [199, undefined, 'warning text_shorter_in_crm Notes__c crm_admin'],
    [199, 'refuse', 'warning text_shorter_in_crm Notes__c crm_admin'],
    [199, 'truncate', 'advice text_shorter_in_crm Notes__c crm_admin'],
    [200, undefined, undefined],
  ])('than 200: %i with overflow %s', (length, overflow, expected) =>
    expect(codes({ fields: notes(overflow), described: holding(length) }).find((each) => each.includes('shorter'))).toBe(expected),
  );
  it('is told with both lengths, and what becomes of longer texts', () => {
    const [refused] = findings({ fields: notes(), described: holding(199) });
    expect(refused?.message).toBe('Notes__c holds 199 characters, and notes up to 200: longer texts are refused.');
    expect(refused?.remedy).toBe("Lengthen the CRM field, shorten the field to 199, or set `overflow: 'truncate'`.");
    const cut = findings({ fields: notes('truncate'), described: holding(199) }).find(({ code }) => code === 'text_shorter_in_crm');
    expect(cut?.message).toBe('Notes__c holds 199 characters, and notes up to 200: longer texts are cut.');
    expect(cut?.remedy).toBe('Lengthen the CRM field, shorten the field to 199.');
  });
  it('is no problem where the length is not known, or the field has none', () => {
    expect(codes({ fields: notes(), described: replaced(field('Notes__c', 'text')) })).toEqual([FITS, LAST_NAME]);
    const described = replaced(field('Email', 'email', { length: 3 }));
    expect(codes({ fields: [{ crm: 'Email', field: 'email', direction: 'outbound' }], described })).toEqual([FITS, LAST_NAME]);
  });
  it('is no problem where it is only read', () =>
    expect(codes({ fields: [{ crm: 'Notes__c', field: 'notes', direction: 'inbound' }], described: holding(10) })).toEqual([
      FITS,
      LAST_NAME,
    ]));
});

describe('a filter', () => {
  it('on a hidden field reads nothing', () =>
    expect(codes({ more: { filter: { not: { field: 'Ghost__c', blank: true } } } })).toContain(
      'error filter_field_not_visible Ghost__c crm_admin',
    ));
  it('on a field that the CRM does not search by is slow', () =>
    expect(codes({ more: { filter: { field: 'Notes__c', contains: 'x' } } })).toEqual([
      FITS,
      'advice field_not_filterable Notes__c developer',
      LAST_NAME,
    ]));
  it("on a parent's field is taken on trust", () =>
    expect(codes({ more: { filter: { field: 'Account.Type', eq: 'Customer' } } })).toEqual([FITS, LAST_NAME]));
});

describe('a match key', () => {
  it('that is hidden finds nobody', () =>
    expect(codes({ described: without('Phone') })).toEqual([
      'warning field_not_visible Phone crm_admin',
      'error match_key_unusable - crm_admin',
      LAST_NAME,
    ]));
  it('that is hidden beside another one finds somebody', () =>
    expect(
      codes({
        more: { matchKey: ['phone_number', 'email'] },
        fields: [{ crm: 'Email', field: 'email', direction: 'inbound' }],
        described: without('Phone'),
      }),
    ).not.toContain('error match_key_unusable - crm_admin'));
  it('that nothing is read into is a mistake', () =>
    expect(codes({ more: { fields: [{ crm: 'Email', field: 'email', direction: 'inbound' }] } })).toContain(
      'error match_key_not_mapped - developer',
    ));
});

describe('what a new record needs', () => {
  const create = (settings: Mapping['create']): Partial<Mapping<typeof schema>> =>
    ({ create: settings }) as Partial<Mapping<typeof schema>>;
  const key = { idField: 'Key__c' };
  const named = (direction: 'both' | 'inbound'): Rules => [{ crm: 'LastName', field: 'last_name', direction }];
  it.each<readonly [rule: string, world: World, expected: readonly string[]]>([
    ['is missing', { more: create(key) }, ['error required_field_not_mapped LastName developer', 'ok id_field_unique Key__c nobody']],
    [
      'is only read otherwise, and may be blank',
      { more: create(key), fields: named('inbound') },
      [FITS, 'advice required_field_may_be_blank LastName developer', 'ok id_field_unique Key__c nobody'],
    ],
    [
      'is read by a rule that can not be read backwards',
      { more: create(key), fields: [{ crm: 'LastName', field: 'last_name', direction: 'inbound', transform: 'trim' }] },
      ['error required_field_not_mapped LastName developer', 'ok id_field_unique Key__c nobody'],
    ],
    [
      'is written, and may be blank',
      { more: create(key), fields: named('both') },
      [FITS, 'advice required_field_may_be_blank LastName developer', 'ok id_field_unique Key__c nobody'],
    ],
    [
      'is written, with a default',
      { more: create({ ...key, defaults: { LastName: 'Caller' } }), fields: named('both') },
      [FITS, 'ok id_field_unique Key__c nobody'],
    ],
    ['has a default', { more: create({ ...key, defaults: { LastName: 'Caller' } }) }, [FITS, 'ok id_field_unique Key__c nobody']],
    [
      'has a default that does not fit',
      { more: create({ ...key, defaults: { LastName: 'Caller', Status__c: 'Lost', Score__c: 'many' } }) },
      ['error default_refused Status__c developer', 'error default_refused Score__c developer', 'ok id_field_unique Key__c nobody'],
    ],
    [
      'has defaults of every type that fit',
      { more: create({ ...key, defaults: { LastName: 'Caller', Score__c: 1, Vip__c: true } }) },
      [FITS, 'ok id_field_unique Key__c nobody'],
    ],
    [
      'has defaults of another type',
      { more: create({ ...key, defaults: { LastName: 'Caller', Vip__c: 7 } }) },
      ['error default_refused Vip__c developer', 'ok id_field_unique Key__c nobody'],
    ],
    [
      'has a default for a hidden and for a read-only field',
      { more: create({ ...key, defaults: { LastName: 'Caller', Ghost__c: 'x', Formula__c: 'x' } }) },
      ['error field_not_visible Ghost__c crm_admin', 'error read_only Formula__c crm_admin', 'ok id_field_unique Key__c nobody'],
    ],
    [
      'is none of a group',
      { more: create({ ...key, defaults: { LastName: 'Caller' } }), requiredOneOf: [['Email', 'Age__c']] },
      ['error required_field_not_mapped Email developer', 'ok id_field_unique Key__c nobody'],
    ],
    [
      'is one of a group',
      { more: create({ ...key, defaults: { LastName: 'Caller' } }), requiredOneOf: [['Email', 'LastName']] },
      [FITS, 'ok id_field_unique Key__c nobody'],
    ],
    [
      'is nothing, since nobody may create one',
      { more: create(key), described: FIELDS.map((each) => ({ ...each, creatable: false })) },
      ['error object_not_creatable - crm_admin'],
    ],
  ])('%s', (_, world, expected) => expect(codes(world)).toEqual(expected));

  it.each<readonly [rule: string, idField: string | undefined, described: readonly DescribedField[], expected: string]>([
    ['is not named', undefined, FIELDS, 'advice no_id_field - crm_admin'],
    ['is hidden', 'Ghost__c', FIELDS, 'error field_not_visible Ghost__c crm_admin'],
    ['is read-only', 'Formula__c', FIELDS, 'error read_only Formula__c crm_admin'],
    ['is no text', 'Score__c', FIELDS, 'error id_field_not_text Score__c crm_admin'],
    ['is not unique', 'Age__c', FIELDS, 'error id_field_not_unique Age__c crm_admin'],
    ['is unique', 'Key__c', FIELDS, 'ok id_field_unique Key__c nobody'],
    ['is unique text of several lines', 'Key__c', replaced(field('Key__c', 'text', { unique: true })), 'ok id_field_unique Key__c nobody'],
  ])('the field of the contact id %s', (_, idField, described, expected) =>
    expect(codes({ more: create({ defaults: { LastName: 'Caller' }, ...(idField !== undefined && { idField }) }), described })).toContain(
      expected,
    ),
  );
});

it('a finding names what is hidden, and what it was to hold', () => {
  const hidden = findings({ more: { create: { idField: 'Key_c', defaults: { LastName: 'Caller', Ghost__c: 'x' } } } as never });
  expect(hidden.map(({ message }) => message)).toEqual([
    'The connected user does not see Ghost__c, which is to hold a default: no record can be created.',
    "The connected user does not see Key_c, which is to hold the contact's id: no record can be created.",
  ]);
});

it('options that can never work are one finding, and no exception', () => {
  expect(codes({ options: { defaultCountry: 'Narnia' } })).toEqual(['error unknown_country - developer']);
  expect(codes({ fields: [{ crm: 'Email', field: 'email', direction: 'inbound', transform: 'nope' }] })).toEqual([
    'error unknown_transform - developer',
  ]);
});

describe('checkMapping says what a run does', () => {
  const names = ['Phone', 'Email', 'Other__c', 'Account.Name'] as const;
  const anyDescribed = fc
    .tuple(
      ...names.slice(0, 3).map((name) =>
        fc.option(
          fc
            .record({
              type: fc.constantFrom(...CRM_FIELD_TYPES),
              updatable: fc.boolean(),
              creatable: fc.boolean(),
              filterable: fc.boolean(),
            })
            .map((more) => field(name, more.type, more)),
        ),
      ),
    )
    .map((fields) => fields.filter((each) => each !== null));
  const anyRule = fc.record({
    crm: fc.constantFrom(...names.slice(0, 3)),
    field: fc.constantFrom('phone_number', 'email', 'score', 'vip', 'lead_status'),
    direction: fc.constantFrom('inbound', 'outbound', 'both'),
  });
  const anyMapping = fc.record({
    crmObject: fc.constant('Contact'),
    fields: fc.array(anyRule, { minLength: 1, maxLength: 4 }),
    filter: fc.option(fc.record({ field: fc.constantFrom(...names), eq: fc.constant('x') }), { nil: undefined }),
  });
  const UNUSABLE = new Set(['field_not_visible', 'incompatible_type', 'read_only']);
  const REFUSED = new Set(['filter_field_not_visible', 'match_key_not_mapped']);

  test.prop([anyMapping, anyDescribed])('the rules that it leaves out, and whether it starts at all', (mapping, fields) => {
    const plain = deepFreeze(JSON.parse(JSON.stringify(mapping))) as unknown as Mapping<typeof schema>;
    const described = deepFreeze({ name: 'Contact', label: 'Contact', fields });
    const found = checkMapping({ schema, mapping: plain, described });
    const told = found.filter(({ level, code }) => level === 'warning' && UNUSABLE.has(code)).map(({ code, at }) => `${code} ${at.field}`);
    let rules: readonly CompiledRule[] | null = null;
    try {
      ({ rules } = compileMapping(schema, plain, { described }));
    } catch {}
    expect(found.some(({ code }) => REFUSED.has(code))).toBe(rules === null);
    const left = rules?.flatMap(({ key, unusable }) => (unusable === null ? [] : [`${unusable.code} ${key}`]));
    if (left !== undefined) expect(told.toSorted()).toEqual(left.toSorted());
  });
});
