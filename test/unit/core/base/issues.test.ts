import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { parseDocument, toIssues } from '../../../../src/core/base/issues.ts';
import { told } from '../told.ts';

const strict = z.strictObject;
const condition = z.union([
  strict({ field: z.string(), eq: z.union([z.string(), z.number(), z.null()]) }),
  strict({ field: z.string(), in: z.array(z.string()) }),
  strict({ all: z.array(z.string()) }),
]);
const rule = z.union([
  strict({ direction: z.literal('inbound'), crm: z.union([z.string(), z.array(z.string())]), join: z.string().optional() }),
  strict({ direction: z.literal('outbound'), crm: z.string(), overflow: z.enum(['refuse', 'truncate']).optional() }),
]);
/** Problems as `path code message`. */
const problems = (schema: z.ZodType, json: unknown): string[] => {
  const parsed = parseDocument(schema, json);
  if (parsed.ok) return [];
  const places = told(parsed.issues);
  return parsed.issues.map(({ message }, index) => `${places[index]}: ${message}`);
};

describe('a plain problem has our code and words', () => {
  it.each<readonly [schema: z.ZodType, json: unknown, problem: string]>([
    [z.string(), 7, ' wrong_type: must be text'],
    [z.int(), 1.5, ' wrong_type: must be a whole number'],
    [z.boolean(), 'yes', ' wrong_type: must be true or false'],
    [z.array(z.string()), ['a', null], '1 wrong_type: must be text'],
    [strict({ a: z.number() }), {}, 'a missing: is missing'],
    [strict({ a: z.literal('x') }), {}, 'a missing: is missing'],
    [strict({}), { a: { b: 1 } }, 'a unknown_key: `a` is not a known key'],
    [z.enum(['a', 'b']), 'c', ' unknown_value: must be one of `a`, `b`'],
    [z.literal(1), 2, ' unknown_value: must be one of `1`'],
    [z.number().min(1), 0, ' too_small: must be at least 1'],
    [z.number().max(1), 2, ' too_large: must be at most 1'],
    [z.array(z.string()).min(1), [], ' too_short: needs at least 1'],
    [z.string().max(2), 'abc', ' too_long: holds at most 2'],
    [z.iso.date(), 'soon', ' invalid_format: is not a valid date'],
    [z.record(z.string().min(2), z.string()), { a: 'x' }, 'a too_short: needs at least 2'],
    [z.discriminatedUnion('type', [strict({ type: z.literal('a') }), strict({ type: z.literal('b') })]), {}, 'type missing: is missing'],
    [z.string().refine(() => false, { message: 'is odd', params: { code: 'odd', remedy: 'Be even.' } }), 'a', ' odd: is odd'],
    [z.string().refine(() => false), 'a', ' invalid: Invalid input'],
    [z.number().multipleOf(2), 3, ' invalid: is not valid here'],
  ])('%#', (schema, json, problem) => expect(problems(schema, json)).toEqual([problem]));

  it('an unknown discriminator is answered with the known ones', () => {
    const schema = z.discriminatedUnion('type', [strict({ type: z.literal('a') }), strict({ type: z.literal('b') })]);
    expect(problems(schema, { type: 'c' })).toEqual(['type unknown_value: must be one of `a`, `b`']);
  });

  it('remedies of a refinement are its own', () => {
    const schema = z.string().refine(() => false, { message: 'is odd', params: { code: 'odd', remedy: 'Be even.' } });
    expect(parseDocument(schema, 'a')).toMatchObject({ issues: [{ remedy: 'Be even.' }] });
  });
});

describe('a union is answered with the problem of the form that was meant', () => {
  it.each<readonly [schema: z.ZodType, json: unknown, problems: readonly string[]]>([
    [condition, 7, [' wrong_type: must be an object']],
    [z.union([z.string(), z.array(z.string())]), 7, [' wrong_type: must be text or a list']],
    [z.union([z.string(), z.array(z.string())]), ['a', 7], ['1 wrong_type: must be text']],
    [z.union([z.literal('a'), z.number()]), true, [' wrong_type: must be `a` or a number']],
    [strict({ a: z.union([z.string(), z.number()]) }), {}, ['a missing: is missing']],
    [condition, { field: 'a', eq: {} }, ['eq wrong_type: must be text or a number or null']],
    [condition, { field: 7, eq: 'x' }, ['field wrong_type: must be text']],
    [condition, { all: [1] }, ['all.0 wrong_type: must be text']],
    [condition, { field: 'a', eq: 'x', extra: 1 }, ['extra unknown_key: `extra` is not a known key']],
    [condition, { field: 'a', equals: 1 }, ['equals unknown_key: `equals` is not a known key', ' missing: needs one of `eq`, `in`']],
    [
      z.union([strict({ a: z.boolean() }), strict({ a: z.string(), b: z.string() })]),
      { a: 1, b: 2 },
      ['a wrong_type: must be text', 'b wrong_type: must be text'],
    ],
    [rule, { direction: 'outbound', crm: ['a', 'b'] }, ['crm wrong_type: must be text']],
    [rule, { direction: 'outbound', crm: 'a', join: ' ' }, ['join unknown_key: `join` is not a known key']],
    [rule, { direction: 'inbound', crm: 'a', overflow: 'refuse' }, ['overflow unknown_key: `overflow` is not a known key']],
    [z.array(rule), [{ direction: 'inbound', crm: 7 }], ['0.crm wrong_type: must be text or a list']],
  ])('%#', (schema, json, expected) => expect(problems(schema, json)).toEqual(expected));
});

it('our own words for a problem go first', () => {
  const describeIssue = (issue: { readonly code: string }) =>
    issue.code === 'unrecognized_keys' ? { code: 'gone', remedy: 'It has moved.' } : undefined;
  expect(parseDocument(strict({ a: z.string() }), { b: 1 }, describeIssue)).toMatchObject({
    issues: [
      { path: ['a'], code: 'missing' },
      { path: ['b'], code: 'gone', message: '`b` is not a known key', remedy: 'It has moved.' },
    ],
  });
});

it('without the reported input a missing key is still told from a wrong one', () => {
  const { error } = strict({ a: z.string(), b: z.string() }).safeParse({ b: 7 });
  expect(toIssues(error!).map(({ path, code }) => `${path.join('.')} ${code}`)).toEqual(['a missing', 'b wrong_type']);
});

it('a key that the validator would pass over in silence is refused', () => {
  const schema = strict({ map: z.record(z.string(), z.string()) });
  expect(problems(schema, JSON.parse('{"map":{"__proto__":"x","a":1}}'))).toEqual([
    'map.__proto__ reserved_name: `__proto__` is not allowed as a name',
    'map.a wrong_type: must be text',
  ]);
});

it('a document nested without end is refused', () => {
  const cycle: Record<string, unknown> = {};
  cycle['not'] = cycle;
  type Nested = { readonly not?: Nested | undefined };
  const schema: z.ZodType<Nested> = z.lazy(() => strict({ not: schema.optional() }));
  expect(problems(schema, cycle)).toEqual([expect.stringMatching(/ too_deep: is nested more than 64 levels deep$/)]);
});
