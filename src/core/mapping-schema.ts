import * as z from 'zod';
import { filterSchema } from './filter.ts';
import { type AnyRule, CONFLICT_POLICIES, type Mapping } from './mapping-types.ts';
import { CRM_PATH } from './paths.ts';
import { fieldSchema, valueMapProblem, valueMapSchema } from './rule-schema.ts';
import { definitionOf } from './schema.ts';
import type { Schema } from './schema-types.ts';

type Problem = (path: readonly (string | number)[], message: string, code: string, remedy: string) => void;

const crmField = z.string().regex(CRM_PATH).max(200);

/** The strict form of a mapping: unknown keys are mistakes, and every problem is told at once. */
export function mappingDocument(schema: Schema): z.ZodType<Mapping> {
  const common = { field: fieldSchema(schema), blank: z.enum(['clear', 'keep']).optional(), valueMap: valueMapSchema.optional() };
  const conflict = z.enum(CONFLICT_POLICIES).optional();
  const overflow = z.enum(['refuse', 'truncate']).optional();
  const transform = z.string().min(1).max(100).optional();
  const rule = z.discriminatedUnion('direction', [
    z.strictObject({
      ...common,
      direction: z.literal('inbound'),
      crm: z.union([crmField, z.array(crmField).min(1).max(10)]),
      join: z.string().max(20).optional(),
      transform,
      conflict,
    }),
    z.strictObject({ ...common, direction: z.literal('outbound'), crm: crmField, transform, overflow }),
    z.strictObject({ ...common, direction: z.literal('both'), crm: crmField, conflict, overflow }),
  ]);
  const key = fieldSchema(schema);
  return z
    .strictObject({
      crmObject: z
        .string()
        .regex(/^[A-Za-z][A-Za-z0-9_]*$/)
        .max(100),
      fields: z.array(rule).min(1).max(500),
      filter: filterSchema.optional(),
      matchKey: z.union([key, z.array(key).min(1).max(5)]).optional(),
    })
    .check(
      z.superRefine(
        (value, context) => {
          const problem: Problem = (path, message, code, remedy) =>
            context.addIssue({ code: 'custom', path: [...path], message, params: { code, remedy } });
          checkRules(schema, value.fields as readonly AnyRule[], problem);
          checkMatchKeys(schema, value as Mapping, problem);
        },
        { when: ({ value }) => isReadable(value) },
      ),
    ) as unknown as z.ZodType<Mapping>;
}

/** The rules can be looked at together, even where some of them have problems of their own. */
function isReadable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('fields' in value) || !Array.isArray(value.fields)) return false;
  return value.fields.every(
    (rule) => typeof rule === 'object' && rule !== null && typeof rule.field === 'string' && typeof rule.direction === 'string',
  );
}

function checkRules(schema: Schema, rules: readonly AnyRule[], problem: Problem): void {
  const readInto = new Map<string, number>();
  const writtenFrom = new Map<string, number>();
  for (const [index, rule] of rules.entries()) {
    const path = ['fields', index];
    const paths = typeof rule.crm === 'string' ? [rule.crm] : Array.isArray(rule.crm) ? (rule.crm as readonly string[]) : [];
    const definition = definitionOf(schema, rule.field);
    if (rule.direction !== 'outbound') {
      const earlier = readInto.get(rule.field);
      if (earlier !== undefined)
        problem(
          [...path, 'field'],
          `${rule.field} is read by fields.${earlier} already`,
          'two_readers',
          'List the CRM fields in one rule: the first that is filled counts.',
        );
      readInto.set(rule.field, index);
    }
    if (rule.direction !== 'inbound') {
      const [crm = ''] = paths;
      const earlier = writtenFrom.get(crm);
      if (earlier !== undefined)
        problem([...path, 'crm'], `${crm} is written by fields.${earlier} already`, 'two_writers', 'Keep one of the two.');
      writtenFrom.set(crm, index);
      if (crm.includes('.'))
        problem(
          [...path, 'crm'],
          `${crm} belongs to a parent record and can not be written through this one`,
          'parent_not_writable',
          "Use direction 'inbound', or map the parent object itself.",
        );
    }
    if ('join' in rule && rule.join !== undefined && paths.length < 2)
      problem([...path, 'join'], '`join` needs several CRM fields', 'join_needs_several', 'List several CRM fields, or leave `join` out.');
    if (new Set(paths).size < paths.length)
      problem([...path, 'crm'], 'names a CRM field twice', 'duplicate_crm_field', 'Keep one of the two.');
    const misfit = definition === undefined ? null : valueMapProblem(rule.valueMap, definition, rule.direction !== 'inbound');
    if (misfit !== null)
      problem([...path, 'valueMap'], misfit, 'value_map_misfit', 'Map each CRM value to a value of its own that the field holds.');
  }
}

function checkMatchKeys(schema: Schema, { matchKey = 'phone_number', fields }: Mapping, problem: Problem): void {
  const names: readonly string[] = typeof matchKey === 'string' ? [matchKey] : matchKey;
  for (const [index, name] of names.entries()) {
    const path = typeof matchKey === 'string' ? ['matchKey'] : ['matchKey', index];
    if (names.indexOf(name) < index) problem(path, `names ${name} twice`, 'duplicate_match_key', 'Keep one of the two.');
    const type = definitionOf(schema, name)?.type;
    if (type !== undefined && type !== 'string')
      problem(path, `must be a text field, ${name} is ${type}`, 'match_key_not_text', 'Match by a text field.');
    const rules = (fields as readonly AnyRule[]).map((rule, at) => ({ rule, at })).filter(({ rule }) => rule.field === name);
    const [outbound] = rules;
    if (outbound !== undefined && rules.every(({ rule }) => rule.direction === 'outbound'))
      problem(
        ['fields', outbound.at, 'direction'],
        `${name} finds contacts and must be read from the CRM`,
        'match_key_not_read',
        "Use direction 'inbound' or 'both', or leave the rule out: the CRM's own field is used then.",
      );
  }
}
