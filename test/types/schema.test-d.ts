import { describe, expectTypeOf, test } from 'vitest';
import { coerceValue } from '../../src/core/schema/coerce.ts';
import { defineCompanySchema, defineContactSchema, parseCompanySchema, parseContactSchema } from '../../src/core/schema/schema.ts';
import type {
  BuiltInCompanyFields,
  BuiltInFields,
  CompanySchema,
  ContactSchema,
  FieldDefinition,
  FieldName,
  FieldPatch,
  FieldsOf,
  Schema,
  ValueOf,
} from '../../src/core/schema/schema-types.ts';
import type { Coerced } from '../../src/core/values/value.ts';

const schema = defineContactSchema({
  lead_status: { type: 'enum', options: ['New', { value: 'w', label: 'Won' }] },
  email: { type: 'string', maxLength: 80, label: 'E-mail' },
  score: { type: 'number' },
  vip: { type: 'boolean' },
  born_on: { type: 'date' },
  seen_at: { type: 'datetime', description: 'Last seen' },
});

describe('a schema keeps its literal types', () => {
  test('fields by name', () => {
    expectTypeOf<FieldName<typeof schema>>().toEqualTypeOf<
      keyof BuiltInFields | 'lead_status' | 'email' | 'score' | 'vip' | 'born_on' | 'seen_at'
    >();
    expectTypeOf(schema.fields.lead_status.options).toEqualTypeOf<readonly ['New', { readonly value: 'w'; readonly label: 'Won' }]>();
    expectTypeOf(schema.fields.phone_number.type).toEqualTypeOf<'string'>();
  });

  test('values', () => {
    expectTypeOf<FieldsOf<typeof schema>>().toEqualTypeOf<{
      readonly phone_number: string | null;
      readonly first_name: string | null;
      readonly last_name: string | null;
      readonly do_not_call: boolean | null;
      readonly lead_status: 'New' | 'w' | null;
      readonly email: string | null;
      readonly score: number | null;
      readonly vip: boolean | null;
      readonly born_on: string | null;
      readonly seen_at: string | null;
    }>();
    expectTypeOf({ lead_status: 'w', score: null } as const).toExtend<FieldPatch<typeof schema>>();
    expectTypeOf({ lead_status: 'Won' } as const).not.toExtend<FieldPatch<typeof schema>>();
    expectTypeOf({ score: '7' } as const).not.toExtend<FieldPatch<typeof schema>>();
  });

  test('a typed schema fits an untyped parameter, and a schema from JSON is untyped', () => {
    expectTypeOf(schema).toExtend<Schema>();
    expectTypeOf(parseContactSchema).returns.toEqualTypeOf<ContactSchema>();
    expectTypeOf<FieldName<ContactSchema>>().toEqualTypeOf<string>();
  });

  test('no custom fields', () => {
    expectTypeOf<FieldName<ReturnType<typeof defineContactSchema<Record<never, never>>>>>().toEqualTypeOf<keyof BuiltInFields>();
  });
});

describe('the compiler refuses', () => {
  test('names', () => {
    defineContactSchema({
      // @ts-expect-error built in
      phone_number: { type: 'string' },
      // @ts-expect-error not snake_case
      leadStatus: { type: 'string' },
      // @ts-expect-error not snake_case
      Lead: { type: 'string' },
      // @ts-expect-error not snake_case
      'lead-status': { type: 'string' },
      // @ts-expect-error two underscores
      lead__status: { type: 'string' },
      // @ts-expect-error underscore at the end
      lead_: { type: 'string' },
      // @ts-expect-error underscore in front
      _lead: { type: 'string' },
      // @ts-expect-error digit in front
      '1st': { type: 'string' },
      // @ts-expect-error reserved beginning
      contact_source: { type: 'string' },
      // @ts-expect-error reserved beginning
      external_id: { type: 'string' },
      // @ts-expect-error a word of the language
      constructor: { type: 'string' },
      address_2: { type: 'string' },
      a1: { type: 'string' },
      x_contact: { type: 'string' },
    });
  });

  test('definitions', () => {
    // @ts-expect-error no such type
    defineContactSchema({ a: { type: 'text' } });
    // @ts-expect-error misspelt key
    defineContactSchema({ a: { type: 'string', maxLenght: 5 } });
    // @ts-expect-error key of another type
    defineContactSchema({ a: { type: 'number', maxLength: 5 } });
    // @ts-expect-error key of another type
    defineContactSchema({ a: { type: 'string', options: ['x'] } });
    // @ts-expect-error no options
    defineContactSchema({ a: { type: 'enum' } });
    // @ts-expect-error no option
    defineContactSchema({ a: { type: 'enum', options: [] } });
    // @ts-expect-error an option is text
    defineContactSchema({ a: { type: 'enum', options: [1] } });
    // @ts-expect-error misspelt key of an option
    defineContactSchema({ a: { type: 'enum', options: [{ value: 'x', lable: 'X' }] } });
    defineContactSchema({ a: { type: 'enum', options: ['x'] } });
  });

  test('names that are only known at run time are not checked here', () => {
    const fields: Record<string, FieldDefinition> = { email: { type: 'string' } };
    expectTypeOf(defineContactSchema(fields)).toExtend<ContactSchema>();
  });
});

describe('the schema of a company', () => {
  const company = defineCompanySchema({ tier: { type: 'enum', options: ['A', 'B'] }, phone_number: { type: 'string' } });

  test('has fields of its own, with literal types', () => {
    expectTypeOf<FieldsOf<typeof company>>().toEqualTypeOf<{
      readonly name: string | null;
      readonly domain: string | null;
      readonly tier: 'A' | 'B' | null;
      readonly phone_number: string | null;
    }>();
    expectTypeOf<FieldName<ReturnType<typeof defineCompanySchema<Record<never, never>>>>>().toEqualTypeOf<keyof BuiltInCompanyFields>();
    expectTypeOf(parseCompanySchema).returns.toEqualTypeOf<CompanySchema>();
  });

  test('is a schema, and not that of a contact', () => {
    expectTypeOf(company).toExtend<Schema>();
    expectTypeOf(company).toExtend<CompanySchema>();
    expectTypeOf(company).not.toExtend<Schema<typeof company.fields, 'contact'>>();
    expectTypeOf(schema).not.toExtend<Schema<typeof schema.fields, 'company'>>();
    expectTypeOf<ContactSchema>().not.toExtend<CompanySchema>();
  });

  test('has its names checked by the compiler', () => {
    defineCompanySchema({
      // @ts-expect-error built in
      name: { type: 'string' },
      // @ts-expect-error built in
      domain: { type: 'string' },
      // @ts-expect-error not snake_case
      Tier: { type: 'string' },
      // @ts-expect-error reserved beginning
      contact_count: { type: 'number' },
      // @ts-expect-error misspelt key
      size: { type: 'number', lable: 'Size' },
      first_name: { type: 'string' },
    });
  });
});

test('a value is coerced to the type of its definition', () => {
  expectTypeOf(coerceValue('7', schema.fields.score)).toEqualTypeOf<Coerced<number>>();
  expectTypeOf(coerceValue('new', schema.fields.lead_status)).toEqualTypeOf<Coerced<'New' | 'w'>>();
  expectTypeOf(coerceValue('x', { type: 'enum', options: ['a', 'b'] })).toEqualTypeOf<Coerced<'a' | 'b'>>();
  expectTypeOf(coerceValue('x', { type: 'string' } as FieldDefinition)).toEqualTypeOf<Coerced<string | number | boolean>>();
  expectTypeOf<ValueOf<{ type: 'enum'; options: readonly string[] }>>().toEqualTypeOf<string>();
});
