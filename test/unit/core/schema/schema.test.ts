import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  completeFields,
  defineContactSchema,
  definitionOf,
  emptyFields,
  parseContactSchema,
  parseFieldPatch,
  safeParseContactSchema,
} from '../../../../src/core/schema/schema.ts';
import { BUILT_IN_FIELDS, type FieldDefinition, type FieldDefinitions } from '../../../../src/core/schema/schema-types.ts';
import { CrmSyncError } from '../../../../src/errors.ts';
import { told } from '../told.ts';

const schema = defineContactSchema({
  lead_status: { type: 'enum', options: ['New', { value: 'w', label: 'Won' }], label: 'Status' },
  notes: { type: 'string', maxLength: 20, description: 'Keep recent details.' },
  score: { type: 'number' },
  born_on: { type: 'date' },
  seen_at: { type: 'datetime' },
  vip: { type: 'boolean' },
});
/** Problems of a document as `path code`. */
const problems = (json: unknown): string[] => {
  const parsed = safeParseContactSchema(json);
  return parsed.ok ? [] : told(parsed.issues);
};
const defined = (fields: object): unknown => {
  try {
    return (defineContactSchema as (fields: object) => unknown)(fields);
  } catch (error) {
    return error instanceof CrmSyncError ? told(error.issues) : error;
  }
};

describe('a schema', () => {
  it('has the built-in fields first, then the custom ones in order', () => {
    expect(schema.entity).toBe('contact');
    expect(Object.keys(schema.fields)).toEqual([
      ...Object.keys(BUILT_IN_FIELDS),
      'lead_status',
      'notes',
      'score',
      'born_on',
      'seen_at',
      'vip',
    ]);
  });

  it('is frozen to the last option, and does not hold on to what it was made of', () => {
    const options = ['New'];
    const made = defineContactSchema({ lead_status: { type: 'enum', options } });
    options.push('Late');
    expect(made.fields.lead_status.options).toEqual(['New']);
    for (const part of [made, made.fields, made.fields.lead_status, made.fields.lead_status.options, made.fields.phone_number])
      expect(Object.isFrozen(part)).toBe(true);
    expect(Object.isFrozen(options)).toBe(false);
    expect(Object.isFrozen(BUILT_IN_FIELDS.phone_number)).toBe(false);
  });

  it('goes through JSON unchanged', () => {
    expect(parseContactSchema(JSON.parse(JSON.stringify(schema)))).toEqual(schema);
  });

  it('from JSON may leave the built-in fields out, or describe them in other words', () => {
    const parsed = parseContactSchema({ fields: { first_name: { type: 'string', label: 'Vorname' }, score: { type: 'number' } } });
    expect(parsed.fields).toEqual({
      ...BUILT_IN_FIELDS,
      first_name: { type: 'string', label: 'Vorname' },
      score: { type: 'number' },
    });
    expect(Object.keys(parsed.fields)).toEqual([...Object.keys(BUILT_IN_FIELDS), 'score']);
    expect(parseContactSchema(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
  });

  it('has no member that JSON would lose', () => {
    const made = defineContactSchema({ score: { type: 'number', label: undefined } as never });
    expect(Object.keys(made.fields.score)).toEqual(['type']);
  });
});

describe('names', () => {
  it.each(['a', 'lead_status', 'address_2', 'a1', 'x_contact', 'phone_number_2'])('%s is allowed', (name) => {
    expect(problems({ fields: { [name]: { type: 'string' } } })).toEqual([]);
  });
  const notSnakeCase = [
    'Lead',
    'leadStatus',
    'lead-status',
    'lead status',
    'lead__status',
    '_lead',
    'lead_',
    '1st',
    'größe',
    '',
    'a.b',
    "a'b",
  ];
  const kept = [
    'contact',
    'contact_id',
    'contacted_at',
    'external',
    'external_id',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
  ];
  it.each([...notSnakeCase, ...kept])('%s is refused', (name) => {
    const expected = [`fields.${name} invalid_name`];
    expect(problems({ fields: { [name]: { type: 'string' } } })).toEqual(expected);
    expect(defined({ [name]: { type: 'string' } })).toEqual(expected);
  });
  it('__proto__ is refused wherever it stands', () => {
    expect(problems(JSON.parse('{"fields":{"__proto__":{"type":"string"}}}'))).toEqual(['fields.__proto__ reserved_name']);
    expect(problems(JSON.parse('{"fields":{"a":{"type":"string","__proto__":{}}}}'))).toEqual(['fields.a.__proto__ reserved_name']);
    expect(problems(JSON.parse('{"__proto__":{},"fields":{}}'))).toEqual(['__proto__ reserved_name']);
    expect(({} as Record<string, unknown>)['type']).toBeUndefined();
  });
  it.each(Object.keys(BUILT_IN_FIELDS) as (keyof typeof BUILT_IN_FIELDS)[])('%s is built in', (name) => {
    const { type } = BUILT_IN_FIELDS[name];
    expect(defined({ [name]: { type } })).toEqual([`fields.${name} built_in_field`]);
    expect(problems({ fields: { [name]: { type, description: 'ours' } } })).toEqual([]);
    expect(problems({ fields: { [name]: { type: 'date' } } })).toEqual([`fields.${name} built_in_field`]);
  });
  it('a built-in field holds what it holds', () => {
    expect(problems({ fields: { phone_number: { type: 'string', maxLength: 5 } } })).toEqual(['fields.phone_number built_in_field']);
  });
});

describe('a document is refused with every problem at once', () => {
  it.each<readonly [json: unknown, problems: readonly string[]]>([
    [null, [' wrong_type']],
    [[], [' wrong_type']],
    ['{}', [' wrong_type']],
    [{}, ['fields missing']],
    [{ fields: [] }, ['fields wrong_type']],
    [{ lead_status: { type: 'string' } }, ['fields missing', 'lead_status unknown_key']],
    [{ entity: 'deal', fields: {} }, ['entity unknown_value']],
    [{ fields: { a: 'string' } }, ['fields.a wrong_type']],
    [{ fields: { a: null } }, ['fields.a wrong_type']],
    [{ fields: { a: {} } }, ['fields.a.type missing']],
    [{ fields: { a: { type: 'text' } } }, ['fields.a.type unknown_value']],
    [{ fields: { a: { type: 'string', maxLength: 0 } } }, ['fields.a.maxLength too_small']],
    [{ fields: { a: { type: 'string', maxLength: 1.5 } } }, ['fields.a.maxLength wrong_type']],
    [{ fields: { a: { type: 'number', maxLength: 5 } } }, ['fields.a.maxLength unknown_key']],
    [{ fields: { a: { type: 'string', label: 7 } } }, ['fields.a.label wrong_type']],
    [{ fields: { a: { type: 'enum' } } }, ['fields.a.options missing']],
    [{ fields: { a: { type: 'enum', options: [] } } }, ['fields.a.options too_short']],
    [{ fields: { a: { type: 'enum', options: ['x', ' '] } } }, ['fields.a.options.1 blank']],
    [{ fields: { a: { type: 'enum', options: ['x', 7] } } }, ['fields.a.options.1 wrong_type']],
    [{ fields: { a: { type: 'enum', options: ['x', { label: 'X' }] } } }, ['fields.a.options.1.value missing']],
    [{ fields: { a: { type: 'enum', options: ['x', { value: 'x' }] } } }, ['fields.a.options.1 duplicate_option']],
    [
      { fields: { Bad: { type: 'enum', options: ['x', 'x', 7] }, contact_b: { typ: 'string' }, good: { type: 'date' } }, version: 1 },
      [
        'fields.Bad.options.2 wrong_type',
        'fields.contact_b.type missing',
        'version unknown_key',
        'fields.Bad invalid_name',
        'fields.Bad.options.1 duplicate_option',
        'fields.contact_b invalid_name',
      ],
    ],
  ])('%j', (json, expected) => expect(problems(json)).toEqual(expected));

  it('each problem says in our words what to do', () => {
    const parsed = safeParseContactSchema({ fields: { a: { type: 'text' }, b: { type: 'enum', options: [7] } } });
    expect(parsed).toMatchObject({
      issues: [
        { message: expect.stringContaining('`datetime`'), remedy: expect.stringContaining('Use one of') },
        { message: 'must be text or an object', remedy: 'Give text or an object here.' },
      ],
    });
  });

  it('a definition without end is refused', () => {
    const definition: Record<string, unknown> = { type: 'string' };
    definition['label'] = definition;
    expect(problems({ fields: { phone_number: definition } })).toEqual([expect.stringMatching(/ too_deep$/)]);
  });

  it('nesting that would exhaust the stack is refused', () => {
    const deep = JSON.parse(`${'{"fields":'.repeat(5000)}1${'}'.repeat(5000)}`);
    expect(problems(deep)).toEqual([expect.stringMatching(/ too_deep$/)]);
  });

  it('thrown as one error that names every path', () => {
    const bad = { fields: { a: { type: 'enum', options: [] }, Bad: { type: 'string' } } };
    expect(() => parseContactSchema(bad)).toThrow(/^The contact schema has 2 problems:\n {2}fields\.a\.options: .+\n {2}fields\.Bad: .+$/);
  });
});

const names = fc
  .stringMatching(/^[abd-z][a-z0-9]{0,5}(_[a-z0-9]{1,5}){0,2}$/)
  .filter((name) => problems({ fields: { [name]: { type: 'string' } } }).length === 0);
const words = fc.record({ label: fc.string(), description: fc.string() }, { requiredKeys: [] });
const optionValues = fc.uniqueArray(
  fc.string().filter((text) => text.trim() !== ''),
  { minLength: 1, maxLength: 4 },
);
const definitions: fc.Arbitrary<FieldDefinition> = fc
  .tuple(
    words,
    fc.oneof(
      fc.record({ type: fc.constant('string' as const), maxLength: fc.integer({ min: 1 }) }, { requiredKeys: ['type'] }),
      fc.record({ type: fc.constantFrom('number' as const, 'boolean' as const, 'date' as const, 'datetime' as const) }),
      fc.record({ type: fc.constant('enum' as const), options: optionValues }),
    ),
  )
  .map(([described, definition]) => ({ ...definition, ...described }) as FieldDefinition);

test.prop([fc.dictionary(names, definitions, { maxKeys: 4 })])('every schema goes through JSON unchanged', (fields: FieldDefinitions) => {
  const parsed = parseContactSchema({ fields });
  expect(parseContactSchema(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
});

test.prop([fc.oneof(fc.anything(), fc.record({ fields: fc.dictionary(fc.string(), fc.anything()) }))])(
  'no document makes it throw',
  (json) => {
    const parsed = safeParseContactSchema(json);
    if (!parsed.ok) expect(parsed.issues.length).toBeGreaterThan(0);
  },
);

describe('the fields of a contact', () => {
  const empty = { phone_number: null, first_name: null, last_name: null, do_not_call: null, score: null };
  it('all empty', () => {
    expect(emptyFields(defineContactSchema({ score: { type: 'number' } }))).toEqual(empty);
  });

  it('complete: unset is null, unknown is dropped, false and 0 stay', () => {
    const stored = { do_not_call: false, score: 0, last_name: undefined, removed_field: 'x' };
    expect(completeFields(defineContactSchema({ score: { type: 'number' } }), stored)).toEqual({ ...empty, do_not_call: false, score: 0 });
  });

  it('names of the language are no fields', () => {
    expect(definitionOf(schema, 'toString')).toBeUndefined();
    expect(definitionOf(schema, '__proto__')).toBeUndefined();
    expect(definitionOf(schema, 'score')).toEqual({ type: 'number' });
  });
});

describe('an edit by hand', () => {
  const patched = (patch: unknown, options = {}): unknown => {
    const parsed = parseFieldPatch(schema, patch, options);
    return parsed.ok ? parsed.value : told(parsed.issues);
  };

  it('becomes canonical values; null and blank clear, undefined leaves alone', () => {
    expect(
      patched(
        {
          phone_number: '(415) 555-0123',
          score: '7',
          lead_status: 'won',
          born_on: '2025-03-15',
          seen_at: '2025-03-15T09:00',
          notes: '',
          vip: null,
          first_name: undefined,
        },
        { defaultCountry: 'US', timeZone: 'Europe/Berlin' },
      ),
    ).toEqual({
      phone_number: '+14155550123',
      score: 7,
      lead_status: 'w',
      born_on: '2025-03-15',
      seen_at: '2025-03-15T08:00:00.000Z',
      notes: null,
      vip: null,
    });
  });

  it.each<readonly [patch: unknown, problems: readonly string[]]>([
    [null, [' wrong_type']],
    [['score'], [' wrong_type']],
    [{ phone_number: '555-0123' }, ['phone_number not_a_phone_number']],
    [{ phone_number: 'anonymous' }, ['phone_number not_a_phone_number']],
    [
      { score: 'many', lead_status: 'Lost', frist_name: 'A', notes: 'x'.repeat(21), born_on: '2025-02-30' },
      ['score not_a_number', 'lead_status unknown_option', 'frist_name unknown_field', 'notes too_long', 'born_on no_such_day'],
    ],
    [JSON.parse('{"__proto__": 1, "toString": 2}'), ['__proto__ unknown_field', 'toString unknown_field']],
  ])('%j is refused with every problem', (patch, expected) => expect(patched(patch)).toEqual(expected));

  it('an empty list of a form clears, as a blank does', () =>
    expect(patched({ notes: [], lead_status: [''] })).toEqual({ notes: null, lead_status: null }));

  it('a misspelt name is answered with the one that was meant', () => {
    expect(parseFieldPatch(schema, { frist_name: 'A', colour: 'red' })).toMatchObject({
      issues: [{ remedy: 'Did you mean `first_name`?' }, { remedy: expect.stringContaining('`lead_status`') }],
    });
  });
});
