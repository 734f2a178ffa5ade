import { type Issue, refusedDocument } from '../../errors.ts';
import { deepFreeze } from '../base/freeze.ts';
import { parseDocument } from '../base/issues.ts';
import { valueAt } from '../base/json-path.ts';
import { type DocumentSchema, documentSchema } from '../base/standard-schema.ts';
import { listNames, nearestName } from '../base/text.ts';
import type { DescribedField } from '../schema/described.ts';
import { definitionOf } from '../schema/schema.ts';
import type { Schema } from '../schema/schema-types.ts';
import type { Parsed } from '../values/value.ts';
import { crmFieldsOf } from './compile-rule.ts';
import { type Filter, filterFields, filterSchema } from './filter.ts';
import { describeRuleIssue, mappingDocument } from './mapping-schema.ts';
import type { AnyRule, Mapping } from './mapping-types.ts';
import { parentRemedy } from './parent-rule.ts';
import { itemsOf, membersOf } from './rule-schema.ts';
import { isIncompatible, isVisible } from './unusable.ts';

export interface ParseMappingOptions {
  /** The fields of the CRM object as described: unknown, read-only and unfitting ones are problems then. */
  readonly describedFields?: readonly DescribedField[];
  /** The mappings of companies beside it: what is said of a parent's field then names the rule that it is written by. */
  readonly companies?: readonly unknown[];
}

/**
 * Reads a mapping from untrusted JSON: frozen plain data, or every problem at once with its path, our own code and what
 * to do. Any key that is not known is refused. A mapping turned into JSON reads as the same mapping.
 *
 * @example
 * safeParseMapping(defineContactSchema({}), { crmObject: 'Contact', fields: [{ crm: 'Phone', field: 'phone', direction: 'inbound' }] }).issues[0].path //=> ['fields', 0, 'field']
 * safeParseMapping(defineContactSchema({}), { crmObject: 'Contact', fields: [{ crm: 'Phone', field: 'phone', direction: 'inbound' }] }).issues[0].code //=> 'unknown_field'
 */
export function safeParseMapping<S extends Schema>(
  schema: S,
  json: unknown,
  { describedFields, companies }: ParseMappingOptions = {},
): Parsed<Mapping<S>> {
  const parsed = parseDocument(mappingDocument(schema), json, describeRuleIssue);
  const known = parsed.ok ? [] : parsed.issues.map((issue) => explainParent(issue, json, companies));
  const unfit = describedFields === undefined ? [] : misfits(schema, parsed.ok ? parsed.value : readable(json), describedFields);
  const misspelt = known.flatMap(({ code, path }) => (code === 'invalid_crm_field' ? [path.join('.')] : []));
  const issues = [...known, ...unfit.filter(({ path }) => !misspelt.includes(path.join('.')))];
  return parsed.ok && issues.length === 0 ? { ok: true, value: deepFreeze(parsed.value) as Mapping<S> } : { ok: false, issues };
}

/**
 * As `safeParseMapping`, for callers that can't go on without the mapping.
 *
 * @throws CrmSyncError `invalid_document` with every problem in `issues`.
 */
export function parseMapping<S extends Schema>(schema: S, json: unknown, options: ParseMappingOptions = {}): Mapping<S> {
  const parsed = safeParseMapping(schema, json, options);
  if (!parsed.ok) throw refusedDocument('The mapping', parsed.issues);
  return parsed.value;
}

/**
 * One CRM object and how its fields relate to a contact's: checked by the compiler, and at once at run time.
 *
 * @throws CrmSyncError `invalid_document` with every problem in `issues`.
 *
 * @example
 * defineMapping(defineContactSchema({}), { crmObject: 'Contact', fields: [{ crm: 'Phone', field: 'phone_number', direction: 'inbound' }] }).crmObject //=> 'Contact'
 */
export const defineMapping = <S extends Schema>(schema: S, mapping: Mapping<NoInfer<S>>): Mapping<S> => parseMapping(schema, mapping);

/** The form of a mapping for this schema, for settings pages and other validators. */
export const mappingSchema = <S extends Schema>(schema: S): DocumentSchema<Mapping<S>> =>
  documentSchema(mappingDocument(schema), (json) => safeParseMapping(schema, json));

/** Where the field is written instead, as far as the mappings of companies say. `issue`: its path leads to the CRM field in `document`. */
export function explainParent(issue: Issue, document: unknown, companies: readonly unknown[] | undefined): Issue {
  if (issue.code !== 'parent_not_writable' || companies === undefined || !issue.path.includes('fields')) return issue;
  const path = valueAt(document, issue.path.join('.'));
  return typeof path === 'string' ? { ...issue, remedy: parentRemedy(path, companies) } : issue;
}

interface Readable {
  /** In order; undefined for a rule that can't be looked at. */
  readonly fields: readonly (AnyRule | undefined)[];
  readonly filter?: Filter;
}

/** The parts of a refused mapping that can be compared with the CRM all the same. */
function readable(json: unknown): Readable {
  const { fields, filter } = membersOf(json);
  const parsed = filterSchema().safeParse(filter);
  return { fields: itemsOf(fields).map((rule) => (isReadable(rule) ? rule : undefined)), ...(parsed.success && { filter: parsed.data }) };
}

function isReadable(rule: unknown): rule is AnyRule {
  const { crm, field, direction } = membersOf(rule);
  const isNamed = [crm].flat().every((path) => typeof path === 'string');
  return isNamed && typeof field === 'string' && (direction === 'inbound' || direction === 'outbound' || direction === 'both');
}

/** What does not fit the CRM as it is: told before anything runs. */
function misfits(schema: Schema, mapping: Readable, fields: readonly DescribedField[]): Issue[] {
  const described = new Map(fields.map((field) => [field.name, field]));
  const filtered = mapping.filter === undefined ? [] : filterFields(mapping.filter);
  return [
    ...mapping.fields.flatMap((rule, index) => (rule ? ruleMisfits(schema, rule, ['fields', index, 'crm'], described) : [])),
    ...filtered.flatMap((path) => (isVisible(path, described) ? [] : [unknownField(path, ['filter'], described)])),
  ];
}

function ruleMisfits(schema: Schema, rule: AnyRule, at: Issue['path'], described: ReadonlyMap<string, DescribedField>): Issue[] {
  const definition = definitionOf(schema, rule.field);
  return crmFieldsOf(rule).flatMap((path, position): Issue[] => {
    const where = typeof rule.crm === 'string' ? at : [...at, position];
    if (!isVisible(path, described)) return [unknownField(path, where, described)];
    const field = described.get(path);
    if (field === undefined || definition === undefined) return [];
    const issues: Issue[] = [];
    if (rule.direction !== 'inbound' && !field.updatable)
      issues.push({
        path: where,
        code: 'read_only',
        message: `${path} cannot be written by the connected user`,
        remedy: "Make it writable in the CRM, or use direction 'inbound'.",
      });
    if (isIncompatible(rule, field, definition))
      issues.push({
        path: where,
        code: 'incompatible_type',
        message: `${path} is of type \`${field.type}\`, which does not fit the ${definition.type} field ${rule.field}`,
        remedy: 'Map another CRM field, or change the type of the field.',
      });
    return issues;
  });
}

function unknownField(path: string, where: Issue['path'], described: ReadonlyMap<string, DescribedField>): Issue {
  const names = [...described.keys()];
  const nearest = nearestName(path, names);
  const remedy =
    nearest === undefined
      ? `Use one of ${listNames(names)}, or let the connected user see the field.`
      : `Did you mean \`${nearest}\`? Else let the connected user see the field.`;
  return { path: where, code: 'unknown_crm_field', message: `${path} is no field that the connected user sees`, remedy };
}
