import { type Issue, refusedDocument } from '../errors.ts';
import { compatible } from './compatibility.ts';
import type { DescribedField } from './described.ts';
import { deepFreeze } from './freeze.ts';
import { parseDocument } from './issues.ts';
import { mappingDocument } from './mapping-schema.ts';
import type { AnyRule, Mapping } from './mapping-types.ts';
import { definitionOf } from './schema.ts';
import type { Schema } from './schema-types.ts';
import { type DocumentSchema, documentSchema } from './standard-schema.ts';
import { listNames, nearestName } from './text.ts';
import type { Parsed } from './value.ts';

export interface ParseMappingOptions {
  /** The fields of the CRM object as described: unknown, read-only and unfitting ones are problems then. */
  readonly describedFields?: readonly DescribedField[];
}

/** A mapping from JSON, or every problem at once with its path, our own code and what to do. */
export function safeParseMapping<S extends Schema>(
  schema: S,
  json: unknown,
  { describedFields }: ParseMappingOptions = {},
): Parsed<Mapping<S>> {
  const parsed = parseDocument(mappingDocument(schema), json);
  if (!parsed.ok) return parsed;
  const issues = describedFields === undefined ? [] : misfits(schema, parsed.value, describedFields);
  return issues.length === 0 ? { ok: true, value: deepFreeze(parsed.value) as Mapping<S> } : { ok: false, issues };
}

/** @throws CrmSyncError `invalid_document` with every problem. */
export function parseMapping<S extends Schema>(schema: S, json: unknown, options: ParseMappingOptions = {}): Mapping<S> {
  const parsed = safeParseMapping(schema, json, options);
  if (!parsed.ok) throw refusedDocument('The mapping', parsed.issues);
  return parsed.value;
}

/**
 * One CRM object and how its fields relate to a contact's: checked by the compiler, and at once at run time.
 *
 * @throws CrmSyncError `invalid_document` with every problem.
 */
export const defineMapping = <S extends Schema>(schema: S, mapping: Mapping<NoInfer<S>>): Mapping<S> => parseMapping(schema, mapping);

/** The form of a mapping for this schema, for settings pages and other validators. */
export const mappingSchema = <S extends Schema>(schema: S): DocumentSchema<Mapping<S>> => documentSchema(mappingDocument(schema));

/** What does not fit the CRM as it is: told before anything runs. */
function misfits(schema: Schema, mapping: Mapping, described: readonly DescribedField[]): Issue[] {
  const byName = new Map(described.map((field) => [field.name, field]));
  const knowsPaths = described.some(({ name }) => name.includes('.'));
  return (mapping.fields as readonly AnyRule[]).flatMap((rule, index) => {
    const paths = typeof rule.crm === 'string' ? [rule.crm] : rule.crm;
    return paths.flatMap((path, at): Issue[] => {
      const where = ['fields', index, 'crm', ...(typeof rule.crm === 'string' ? [] : [at])];
      const field = byName.get(path);
      if (field === undefined) return path.includes('.') && !knowsPaths ? [] : [unknownField(path, where, [...byName.keys()])];
      const definition = definitionOf(schema, rule.field);
      const isMapped = rule.valueMap !== undefined || ('transform' in rule && rule.transform !== undefined);
      const issues: Issue[] = [];
      if (rule.direction !== 'inbound' && !field.updatable)
        issues.push({
          path: where,
          code: 'read_only',
          message: `${path} can not be written by the connected user`,
          remedy: "Make it writable in the CRM, or use direction 'inbound'.",
        });
      if (definition !== undefined && (field.type === 'unsupported' || (!isMapped && compatible(field.type, definition.type) === 'no')))
        issues.push({
          path: where,
          code: 'incompatible_type',
          message: `${path} is ${field.type}, which does not fit the ${definition.type} field ${rule.field}`,
          remedy: 'Map another CRM field, or change the type of the field.',
        });
      return issues;
    });
  });
}

function unknownField(path: string, where: readonly (string | number)[], names: readonly string[]): Issue {
  const nearest = nearestName(path, names);
  const remedy =
    nearest === undefined
      ? `Use one of ${listNames(names)}, or let the connected user see the field.`
      : `Did you mean \`${nearest}\`? Else let the connected user see the field.`;
  return { path: where, code: 'unknown_crm_field', message: `${path} is no field that the connected user sees`, remedy };
}
