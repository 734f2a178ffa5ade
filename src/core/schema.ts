import * as z from 'zod';
import { type Issue, refusedDocument } from '../errors.ts';
import { isBlank } from './blank.ts';
import { coerceValue } from './coerce.ts';
import { deepFreeze } from './freeze.ts';
import { parseDocument } from './issues.ts';
import { lazy } from './lazy.ts';
import { coercePhone } from './phone.ts';
import { type CheckedFields, nameProblem } from './schema-names.ts';
import { BUILT_IN_FIELDS, type ContactSchema, type FieldDefinition, type FieldDefinitions, type Schema } from './schema-types.ts';
import { listNames, nearestName } from './text.ts';
import type { Fields, Parsed, Value } from './value.ts';

const described = lazy(() => ({ label: z.string().optional(), description: z.string().optional() }));
const filled = lazy(() =>
  z.string().refine((text) => text.trim() !== '', {
    message: 'is blank',
    params: { code: 'blank', remedy: 'Give the option a value: an empty field needs none.' },
  }),
);
const option = lazy(() => z.union([filled(), z.strictObject({ value: filled(), label: z.string().optional() })]));
const definition = lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('string'), maxLength: z.int().min(1).optional(), ...described() }),
    z.strictObject({ type: z.enum(['number', 'boolean', 'date', 'datetime']), ...described() }),
    z.strictObject({ type: z.literal('enum'), options: z.array(option()).min(1), ...described() }),
  ]),
);
const schemaDocument = lazy(() => z.strictObject({ entity: z.literal('contact').optional(), fields: z.record(z.string(), definition()) }));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isBuiltIn = (name: string): name is keyof typeof BUILT_IN_FIELDS => Object.hasOwn(BUILT_IN_FIELDS, name);

/** A built-in field may be described in other words; what it holds is fixed. */
function changesBuiltIn(name: keyof typeof BUILT_IN_FIELDS, raw: unknown): boolean {
  if (!isObject(raw)) return false; // reported by the shape
  const others = Object.keys(raw).filter((key) => key !== 'label' && key !== 'description' && key !== 'type' && raw[key] !== undefined);
  return raw['type'] !== BUILT_IN_FIELDS[name].type || others.length > 0;
}

function nameIssues(path: readonly (string | number)[], name: string, raw: unknown, builtIns: 'allowed' | 'refused'): Issue[] {
  if (builtIns === 'allowed' && isBuiltIn(name)) {
    if (!changesBuiltIn(name, raw)) return [];
    const message = 'is built in: only its label and description can be given';
    return [{ path, code: 'built_in_field', message, remedy: `Give it the type \`${BUILT_IN_FIELDS[name].type}\`, or leave it out.` }];
  }
  const problem = nameProblem(name);
  return problem === undefined ? [] : [{ path, code: isBuiltIn(name) ? 'built_in_field' : 'invalid_name', ...problem }];
}

function optionIssues(path: readonly (string | number)[], raw: unknown): Issue[] {
  if (!isObject(raw) || !Array.isArray(raw['options'])) return [];
  const values = raw['options'].map((one: unknown) => (isObject(one) ? one['value'] : one));
  return values.flatMap((value, index) =>
    typeof value === 'string' && values.indexOf(value) < index
      ? {
          path: [...path, 'options', index],
          code: 'duplicate_option',
          message: 'is the same option once more',
          remedy: 'Remove it, or give it a value of its own.',
        }
      : [],
  );
}

/** The same data without members that are undefined, which JSON does not have. */
const plain = <T>(data: T): T => JSON.parse(JSON.stringify(data)) as T;

function buildSchema(custom: FieldDefinitions): ContactSchema {
  const builtIn = Object.fromEntries(
    Object.entries<FieldDefinition>(BUILT_IN_FIELDS).map(([name, fixed]) => [name, { ...fixed, ...custom[name] }]),
  );
  return deepFreeze(plain({ entity: 'contact', fields: { ...builtIn, ...custom, ...builtIn } })) as ContactSchema;
}

function readSchema(json: unknown, builtIns: 'allowed' | 'refused'): Parsed<ContactSchema> {
  const shape = parseDocument(schemaDocument(), json);
  const raw = isObject(json) && isObject(json['fields']) ? json['fields'] : {};
  const others = Object.entries(raw)
    .filter(([name]) => name !== '__proto__') // reported with the shape
    .flatMap(([name, one]) => [...nameIssues(['fields', name], name, one, builtIns), ...optionIssues(['fields', name], one)]);
  const issues = [...(shape.ok ? [] : shape.issues), ...others];
  if (!shape.ok || issues.length > 0) return { ok: false, issues };
  return { ok: true, value: buildSchema(shape.value.fields as FieldDefinitions) };
}

function orThrow<T>(parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  throw refusedDocument('The contact schema', parsed.issues);
}

/**
 * The schema of a contact from its custom fields; `phone_number`, `first_name`, `last_name` and `do_not_call` are
 * built in. Names are snake_case and start neither with `contact` nor with `external`. The compiler checks names and
 * keys; both are checked again at run time. The schema is frozen plain data.
 *
 * Source: Retell AI, "Map CRM fields", Custom Fields.
 *
 * @throws CrmSyncError `invalid_document` with every problem in `issues`.
 *
 * @example
 * Object.keys(defineContactSchema({ email: { type: 'string' } }).fields) //=> ['phone_number', 'first_name', 'last_name', 'do_not_call', 'email']
 */
export const defineContactSchema = <const F extends FieldDefinitions>(fields: F & CheckedFields<F>): ContactSchema<F> =>
  orThrow(readSchema({ fields }, 'refused')) as ContactSchema<F>;

/**
 * Reads a schema from untrusted JSON: `{ fields: { name: definition } }`, which is also what a schema turns into as
 * JSON. Built-in fields may be left out; where they are given, only `label` and `description` may differ. Any other
 * key is refused, and all problems are told at once.
 *
 * @example
 * safeParseContactSchema({ fields: { lead_status: { type: 'enum', options: [] } } }).issues[0].path //=> ['fields', 'lead_status', 'options']
 */
export const safeParseContactSchema = (json: unknown): Parsed<ContactSchema> => readSchema(json, 'allowed');

/**
 * As `safeParseContactSchema`, for callers that can't go on without the schema.
 *
 * @throws CrmSyncError `invalid_document` with every problem in `issues`.
 *
 * @example
 * parseContactSchema({ fields: { score: { type: 'number' } } }).fields.score //=> { type: 'number' }
 */
export const parseContactSchema = (json: unknown): ContactSchema => orThrow(safeParseContactSchema(json));

/** Every field of the schema, unset. */
export const emptyFields = (schema: Schema): Record<string, null> =>
  Object.fromEntries(Object.keys(schema.fields).map((name) => [name, null]));

/**
 * Exactly the fields of the schema: what is not set is null, what is unknown is left out.
 *
 * @example
 * completeFields({ entity: 'contact', fields: { email: { type: 'string' }, score: { type: 'number' } } }, { score: 0, old: 1 }) //=> { email: null, score: 0 }
 */
export const completeFields = (schema: Schema, fields: Readonly<Record<string, Value | undefined>>): Record<string, Value> =>
  Object.fromEntries(Object.keys(schema.fields).map((name) => [name, (Object.hasOwn(fields, name) ? fields[name] : null) ?? null]));

/** Returns the definition of a field of the schema, or nothing for an unknown name such as `toString`. */
export const definitionOf = (schema: Schema, name: string): FieldDefinition | undefined =>
  Object.hasOwn(schema.fields, name) ? (schema.fields as FieldDefinitions)[name] : undefined;

/**
 * Reads an edit by hand: field names and values as a form sends them. Values become canonical, `phone_number` E.164;
 * null or blank clears a field, undefined leaves it alone. All problems are told at once.
 *
 * @example
 * parseFieldPatch(defineContactSchema({ score: { type: 'number' } }), { phone_number: '(415) 555-0123', score: '7' }, { defaultCountry: 'US' }) //=> { ok: true, value: { phone_number: '+14155550123', score: 7 } }
 * parseFieldPatch(defineContactSchema({}), { frist_name: 'Alice' }).issues[0].code //=> 'unknown_field'
 */
export function parseFieldPatch(
  schema: Schema,
  patch: unknown,
  options: { readonly defaultCountry?: string; readonly timeZone?: string } = {},
): Parsed<Fields> {
  if (!isObject(patch))
    return {
      ok: false,
      issues: [{ path: [], code: 'wrong_type', message: 'must be an object', remedy: 'Give field names and their values.' }],
    };
  const issues: Issue[] = [];
  const values: [string, Value][] = [];
  for (const [name, raw] of Object.entries(patch)) {
    if (raw === undefined) continue;
    const field = definitionOf(schema, name);
    if (field === undefined) {
      const names = Object.keys(schema.fields);
      const meant = nearestName(name, names);
      const remedy = meant === undefined ? `Use one of ${listNames(names)}.` : `Did you mean \`${meant}\`?`;
      issues.push({ path: [name], code: 'unknown_field', message: 'is not a field of the schema', remedy });
      continue;
    }
    const result = name === 'phone_number' ? coercePhone(raw, options) : coerceValue(raw, field, options);
    if (!result.ok) issues.push({ path: [name], code: result.code, message: result.message, remedy: result.remedy });
    else if (name === 'phone_number' && result.value === null && !isBlank(raw)) {
      const message = 'The phone number was withheld by the caller.';
      issues.push({ path: [name], code: 'not_a_phone_number', message, remedy: 'Give a phone number, or null to clear the field.' });
    } else values.push([name, result.value]);
  }
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value: Object.fromEntries(values) };
}
