import * as z from 'zod';
import type { DescribeIssue } from '../base/issues.ts';
import { lazy } from '../base/lazy.ts';
import { ENTITIES } from '../schema/entities.ts';
import { perSchema } from '../schema/per-schema.ts';
import { definitionOf } from '../schema/schema.ts';
import type { Schema } from '../schema/schema-types.ts';
import { fieldFilterDocument } from './contact-filter.ts';
import { crmPathSchema, ownFieldSchema } from './crm-path.ts';
import { filterSchema } from './filter.ts';
import { CONFLICT_POLICIES, FIRST_LINK_POLICIES, type Mapping, type MappingDirection } from './mapping-types.ts';
import { parentRemedy } from './parent-rule.ts';
import {
  type AddProblem,
  checkTogether,
  fieldSchema,
  itemsOf,
  membersOf,
  transformSchema,
  valueMapProblem,
  valueMapSchema,
} from './rule-schema.ts';

const OBJECT_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
const objectName = lazy(() =>
  z
    .string()
    .refine((name) => name.length <= 100 && OBJECT_NAME.test(name), {
      error: 'is no name of a CRM object',
      params: { code: 'invalid_crm_object', remedy: 'Give its API name, such as `Contact`: letters, digits, underscores.' },
    })
    .meta({ pattern: OBJECT_NAME.source, maxLength: 100 }),
);

const blankPolicy = lazy(() => z.enum(['clear', 'keep']));
const blank = lazy(() =>
  z.union([blankPolicy(), z.strictObject({ inbound: blankPolicy().optional(), outbound: blankPolicy().optional() })]).optional(),
);
const firstLink = lazy(() => z.enum(FIRST_LINK_POLICIES).optional());
const conflict = lazy(() => z.union([z.enum(CONFLICT_POLICIES), z.strictObject({ policy: z.string().min(1).max(100) })]).optional());

const createSchema = lazy(() =>
  z.strictObject({
    idField: ownFieldSchema().optional(),
    defaults: z.record(ownFieldSchema(), z.union([z.string().min(1), z.number(), z.boolean()])).optional(),
  }),
);

/** The strict form of a mapping: unknown keys are mistakes, and every problem is told at once. */
export const mappingDocument = perSchema((schema): z.ZodType<Mapping> => {
  const field = fieldSchema(schema);
  const common = { field, blank: blank(), valueMap: valueMapSchema().optional() };
  const overflow = z.enum(['refuse', 'truncate']).optional();
  const transform = transformSchema().optional();
  const rule = z.discriminatedUnion('direction', [
    z.strictObject({
      ...common,
      direction: z.literal('inbound'),
      crm: z.union([crmPathSchema(), z.array(crmPathSchema()).min(1).max(10)]),
      join: z.string().max(20).optional(),
      transform,
      conflict: conflict(),
      firstLink: firstLink(),
    }),
    z.strictObject({ ...common, direction: z.literal('outbound'), crm: crmPathSchema(), transform, overflow }),
    z.strictObject({
      ...common,
      direction: z.literal('both'),
      crm: crmPathSchema(),
      conflict: conflict(),
      firstLink: firstLink(),
      overflow,
    }),
  ]);
  const document = z.strictObject({
    crmObject: objectName(),
    fields: z.array(rule).min(1).max(500),
    filter: filterSchema().optional(),
    pushFilter: fieldFilterDocument(schema).optional(),
    matchKey: z.union([field, z.array(field).min(1).max(5)]).optional(),
    firstLink: firstLink(),
    blank: blank(),
    create: createSchema().optional(),
  });
  return document.check(
    checkTogether((value, add) => {
      const { fields, matchKey, create } = membersOf(value);
      const rules = itemsOf(fields).map(readRule);
      checkRules(schema, rules, add);
      checkMatchKeys(schema, matchKey, rules, add);
      checkMerges(schema, matchKey, rules, add);
      checkCreate(create, rules, add);
    }),
  ) as z.ZodType as z.ZodType<Mapping>;
});

const MISPLACED: Readonly<Record<MappingDirection, Readonly<Record<string, string>>>> = {
  inbound: { overflow: 'is about text that is written, and the rule only reads' },
  outbound: {
    conflict: 'has nothing to decide: an outbound rule never takes the value of the CRM',
    firstLink: 'has nothing to decide: an outbound rule leaves both values as they are at a first link',
    join: 'is for rules that only read',
  },
  both: {
    transform: 'cannot be read backwards, as a rule for both directions needs; a `valueMap` can',
    join: 'is for rules that only read',
  },
};

const UNKNOWN_POLICY = {
  code: 'unknown_value',
  message: `must be one of ${CONFLICT_POLICIES.map((name) => `\`${name}\``).join(', ')}`,
  remedy: "Use one of these, or `{ policy: 'name' }` for a function of your own in `policies`.",
};

/** A key or a list that only rules of another direction have is told so, and not called unknown or wrong. */
export const describeRuleIssue: DescribeIssue = (issue, path) => {
  if (issue.code === 'invalid_type' && path.at(-1) === 'crm' && Array.isArray(issue.input))
    return { message: 'must be one field: only an inbound rule may list several', remedy: "Name one field, or use direction 'inbound'." };
  if (issue.code === 'invalid_union' && path.at(-1) === 'conflict' && typeof issue.input === 'string') return UNKNOWN_POLICY;
  if (issue.code !== 'unrecognized_keys') return undefined;
  const [key, ...others] = issue.keys;
  const { direction } = membersOf(issue.input);
  if (key === undefined || others.length > 0 || typeof direction !== 'string' || !Object.hasOwn(MISPLACED, direction)) return undefined;
  const reasons = MISPLACED[direction as MappingDirection];
  if (!Object.hasOwn(reasons, key)) return undefined;
  return { code: 'misplaced_key', message: `\`${key}\` ${reasons[key]}`, remedy: 'Leave it out, or change the direction of the rule.' };
};

/** What can be told of a rule, whatever its shape. */
interface ReadRule {
  readonly field: string | undefined;
  readonly direction: MappingDirection | undefined;
  readonly paths: readonly string[];
  readonly isList: boolean;
  readonly join: unknown;
  readonly valueMap: unknown;
  readonly conflict: unknown;
}

function readRule(raw: unknown): ReadRule {
  const { field, direction, crm, join, valueMap, conflict } = membersOf(raw);
  const isKnown = direction === 'inbound' || direction === 'outbound' || direction === 'both';
  return {
    field: typeof field === 'string' ? field : undefined,
    direction: isKnown ? direction : undefined,
    paths: [crm].flat().filter((path) => typeof path === 'string'),
    isList: Array.isArray(crm),
    join,
    valueMap,
    conflict,
  };
}

const reads = ({ direction }: ReadRule): boolean => direction === 'inbound' || direction === 'both';
const writes = ({ direction }: ReadRule): boolean => direction === 'outbound' || direction === 'both';

function checkRules(schema: Schema, rules: readonly ReadRule[], add: AddProblem): void {
  for (const [index, rule] of rules.entries()) {
    const { field, paths, isList } = rule;
    const at = ['fields', index];
    const earlier = rules.slice(0, index);
    const reader = reads(rule) && field !== undefined ? earlier.findIndex((other) => reads(other) && other.field === field) : -1;
    if (reader >= 0)
      add(
        [...at, 'field'],
        `is read by fields.${reader} already`,
        'two_readers',
        'List the CRM fields in one rule: the first that is filled counts.',
      );
    const [target] = paths;
    if (writes(rule) && target !== undefined) {
      const writer = earlier.findIndex((other) => writes(other) && other.paths[0] === target);
      if (writer >= 0) add([...at, 'crm'], `is written by fields.${writer} already`, 'two_writers', 'Keep one of the two.');
      if (target.includes('.'))
        add(
          [...at, 'crm'],
          'belongs to a parent record, which is not written through this one',
          'parent_not_writable',
          parentRemedy(target),
        );
    }
    const opposite = earlier.findIndex((other) => isOpposite(rule, other));
    if (opposite >= 0)
      add([...at, 'direction'], `reverses fields.${opposite}`, 'split_directions', "Make one rule with direction 'both' of the two.");
    if (rule.join !== undefined && paths.length < 2)
      add([...at, 'join'], 'needs several CRM fields', 'join_needs_several', 'List several CRM fields, or leave `join` out.');
    for (const [position, path] of paths.entries())
      if (paths.indexOf(path) < position)
        add([...at, 'crm', ...(isList ? [position] : [])], 'is listed twice', 'duplicate_crm_field', 'Keep one of the two.');
    const definition = field === undefined ? undefined : definitionOf(schema, field);
    const misfit = definition && valueMapProblem(rule.valueMap, definition, { isReversible: writes(rule) });
    if (misfit !== undefined)
      add([...at, 'valueMap'], misfit, 'value_map_misfit', 'Give each CRM value a value of its own that the field holds.');
  }
}

/** One field and one CRM field, once in each direction: two rules would take each other's writes for somebody else's. */
function isOpposite(a: ReadRule, b: ReadRule): boolean {
  const isPair = (a.direction === 'inbound' && b.direction === 'outbound') || (a.direction === 'outbound' && b.direction === 'inbound');
  return (
    isPair && a.field !== undefined && a.field === b.field && a.paths.length === 1 && b.paths.length === 1 && a.paths[0] === b.paths[0]
  );
}

function checkMatchKeys(schema: Schema, matchKey: unknown, rules: readonly ReadRule[], add: AddProblem): void {
  const names: readonly unknown[] = matchKey === undefined ? defaultsToCheck(schema, rules) : [matchKey].flat();
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string') continue;
    const at = Array.isArray(matchKey) ? ['matchKey', index] : ['matchKey'];
    if (names.indexOf(name) < index) {
      add(at, 'is listed twice', 'duplicate_match_key', 'Keep one of the two.');
      continue;
    }
    const type = definitionOf(schema, name)?.type;
    if (type !== undefined && type !== 'string')
      add(at, `is a ${type} field, and ${ENTITIES[schema.entity].plural} are found by text`, 'match_key_not_text', 'Choose a text field.');
    const own = rules.flatMap((rule, position) => (rule.field === name && rule.direction !== undefined ? [{ ...rule, position }] : []));
    if (own[0] !== undefined && own.every((rule) => rule.direction === 'outbound'))
      add(
        ['fields', own[0].position, 'direction'],
        `only writes the field by which ${ENTITIES[schema.entity].plural} are found`,
        'match_key_not_read',
        "Use direction 'inbound' or 'both', or leave the rule out: the CRM's own field is read then.",
      );
  }
}

/** Of several keys that go without saying one that is read is enough. */
function defaultsToCheck({ entity }: Schema, rules: readonly ReadRule[]): readonly string[] {
  const keys = ENTITIES[entity].matchKeys;
  return rules.some((rule) => reads(rule) && rule.field !== undefined && keys.includes(rule.field)) ? [] : keys;
}

/** Two texts make one; two numbers, or two keys that each find somebody, don't. */
function checkMerges(schema: Schema, matchKey: unknown, rules: readonly ReadRule[], add: AddProblem): void {
  const keys: readonly unknown[] = matchKey === undefined ? ENTITIES[schema.entity].matchKeys : [matchKey].flat();
  for (const [index, { field, conflict }] of rules.entries()) {
    if (conflict !== 'merge' || field === undefined) continue;
    const type = definitionOf(schema, field)?.type;
    const at = ['fields', index, 'conflict'];
    const remedy = "Use another policy, such as 'manual'.";
    if (type !== undefined && type !== 'string') add(at, `can merge text only, and ${field} is ${type}`, 'merge_needs_text', remedy);
    else if (keys.includes(field))
      add(at, `would make a key of two: ${ENTITIES[schema.entity].plural} are found by ${field}`, 'match_key_merged', remedy);
  }
}

/** The field of the contact's id is ours alone: no rule may write it, and it has no default. */
function checkCreate(create: unknown, rules: readonly ReadRule[], add: AddProblem): void {
  const { idField, defaults } = membersOf(create);
  if (typeof idField !== 'string') return;
  const writer = rules.findIndex((rule) => writes(rule) && rule.paths[0] === idField);
  if (writer >= 0)
    add(
      ['create', 'idField'],
      `is written by fields.${writer} too`,
      'id_field_taken',
      'Choose a CRM field that holds nothing but the id of the contact.',
    );
  if (Object.hasOwn(membersOf(defaults), idField))
    add(['create', 'defaults', idField], 'is the field of the contact id', 'id_field_taken', 'Leave the default out.');
}
