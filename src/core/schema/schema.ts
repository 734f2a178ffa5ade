import { type Issue, refusedDocument } from '../../errors.ts';
import { listNames, nearestName } from '../base/text.ts';
import { isBlank } from '../values/blank.ts';
import type { Fields, Parsed, Value } from '../values/value.ts';
import { fieldReader, kindOfField } from './field-reader.ts';
import { isObject, readSchema } from './read-schema.ts';
import type { CheckedFields } from './schema-names.ts';
import type {
  BuiltInCompanyFields,
  BuiltInFields,
  CompanySchema,
  ContactSchema,
  FieldDefinition,
  FieldDefinitions,
  Schema,
} from './schema-types.ts';

const CONTACT = 'The contact schema';
const COMPANY = 'The company schema';

function orThrow<T>(what: string, parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  throw refusedDocument(what, parsed.issues);
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
export const defineContactSchema = <const F extends FieldDefinitions>(fields: F & CheckedFields<F, BuiltInFields>): ContactSchema<F> =>
  orThrow(CONTACT, readSchema('contact', { fields }, 'refused')) as ContactSchema<F>;

/**
 * Reads a schema from untrusted JSON: `{ fields: { name: definition } }`, which is also what a schema turns into as
 * JSON. Built-in fields may be left out; where they are given, only `label` and `description` may differ. Any other
 * key is refused, and all problems are told at once.
 *
 * @example
 * safeParseContactSchema({ fields: { lead_status: { type: 'enum', options: [] } } }).issues[0].path //=> ['fields', 'lead_status', 'options']
 */
export const safeParseContactSchema = (json: unknown): Parsed<ContactSchema> =>
  readSchema('contact', json, 'allowed') as Parsed<ContactSchema>;

/**
 * As `safeParseContactSchema`, for callers that can't go on without the schema.
 *
 * @throws CrmSyncError `invalid_document` with every problem in `issues`.
 *
 * @example
 * parseContactSchema({ fields: { score: { type: 'number' } } }).fields.score //=> { type: 'number' }
 */
export const parseContactSchema = (json: unknown): ContactSchema => orThrow(CONTACT, safeParseContactSchema(json));

/**
 * The schema of a company from its custom fields; `name` and `domain` are built in. Everything else is as with
 * `defineContactSchema`.
 *
 * @throws CrmSyncError `invalid_document` with every problem in `issues`.
 *
 * @example
 * Object.keys(defineCompanySchema({ industry: { type: 'string' } }).fields) //=> ['name', 'domain', 'industry']
 */
export const defineCompanySchema = <const F extends FieldDefinitions>(
  fields: F & CheckedFields<F, BuiltInCompanyFields>,
): CompanySchema<F> => orThrow(COMPANY, readSchema('company', { fields }, 'refused')) as CompanySchema<F>;

/**
 * As `safeParseContactSchema`, for companies. The schema of a contact is refused.
 *
 * @example
 * safeParseCompanySchema({ entity: 'company', fields: { tier: { type: 'enum', options: ['A', 'B'] } } }).ok //=> true
 * safeParseCompanySchema({ entity: 'contact', fields: {} }).issues[0].code //=> 'other_entity'
 */
export const safeParseCompanySchema = (json: unknown): Parsed<CompanySchema> =>
  readSchema('company', json, 'allowed') as Parsed<CompanySchema>;

/**
 * As `safeParseCompanySchema`, for callers that can't go on without the schema.
 *
 * @throws CrmSyncError `invalid_document` with every problem in `issues`.
 *
 * @example
 * parseCompanySchema({ fields: { employees: { type: 'number' } } }).fields.employees //=> { type: 'number' }
 */
export const parseCompanySchema = (json: unknown): CompanySchema => orThrow(COMPANY, safeParseCompanySchema(json));

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
 * Reads an edit by hand: field names and values as a form sends them. Values become canonical: `phone_number` E.164,
 * a company's `domain` the host; null or blank clears a field, undefined leaves it alone. All problems are told at once.
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
    const of = { entity: schema.entity, field: name, definition: field };
    const result = fieldReader(of, options)(raw);
    if (!result.ok) issues.push({ path: [name], code: result.code, message: result.message, remedy: result.remedy });
    else if (kindOfField(of) === 'phone' && result.value === null && !isBlank(raw)) {
      const message = 'The phone number was withheld by the caller.';
      issues.push({ path: [name], code: 'not_a_phone_number', message, remedy: 'Give a phone number, or null to clear the field.' });
    } else values.push([name, result.value]);
  }
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value: Object.fromEntries(values) };
}
