import type { Issue } from '../../errors.ts';
import { safeParseAnalysis } from '../analysis/analysis.ts';
import { listNames } from '../base/text.ts';
import { crmFieldsOf } from '../mapping/compile-rule.ts';
import { safeParseMapping } from '../mapping/mapping.ts';
import type { Analysis, AnyRule, CompileOptions, Mapping } from '../mapping/mapping-types.ts';
import { matchKeysOf } from '../mapping/match-keys.ts';
import { itemsOf, membersOf } from '../mapping/rule-schema.ts';
import type { DescribedField } from '../schema/described.ts';
import { ENTITIES } from '../schema/entities.ts';
import type { Schema } from '../schema/schema-types.ts';
import { checkMapping } from './check-mapping.ts';
import { checkMerging } from './check-merging.ts';
import type { Finding } from './finding.ts';

/** What a linter may know beside the mapping; what is not given is not looked at. */
export interface LintMappingOptions extends Omit<CompileOptions, 'described'> {
  /** The fields of the CRM object, as `engine.describeFields(object)` answers. */
  readonly describedFields?: readonly DescribedField[];
  /** The workspace's analysis rules, as they are or as JSON. */
  readonly analysis?: unknown;
}

/**
 * Everything that is wrong with a mapping, or likely not meant, before anything runs: what `parseMapping` refuses, what
 * `checkMapping` and `engine.check()` find once the fields of the CRM are given, merges of what is no free text, and a
 * mapping that tells records apart by nothing that one person has alone. Each with a stable code and what to do; without a problem
 * nothing. Makes no call and changes nothing.
 *
 * @param mapping - As it is, or as JSON from a settings page.
 *
 * @example
 * lintMapping(defineContactSchema({}), { crmObject: 'Contact', fields: [{ crm: 'Phone', field: 'phone_number', direction: 'inbound' }] })[0].code //=> 'no_unique_identifier'
 * lintMapping(defineContactSchema({}), { crmObject: 'Contact', fields: [{ crm: 'Phone', field: 'phone', direction: 'inbound' }] })[0].code //=> 'unknown_field'
 */
export function lintMapping<S extends Schema>(
  schema: S,
  mapping: unknown,
  { describedFields, analysis, ...options }: LintMappingOptions = {},
): readonly Finding[] {
  const rules = analysis === undefined ? undefined : safeParseAnalysis(schema, analysis);
  const parsed = safeParseMapping(schema, mapping);
  const refused = rules === undefined || rules.ok ? [] : rules.issues.map((issue) => told(issue, 'analysis', {}));
  if (!parsed.ok) return [...parsed.issues.map((issue) => told(issue, '', placeIn(mapping, issue))), ...refused];
  return [...refused, ...lintRules(schema, parsed.value, { describedFields, options, analysis: rules?.ok === true ? rules.value : [] })];
}

interface Known {
  readonly describedFields: readonly DescribedField[] | undefined;
  readonly options: Omit<CompileOptions, 'described'>;
  readonly analysis: Analysis;
}

function lintRules(schema: Schema, mapping: Mapping, { describedFields, options, analysis }: Known): readonly Finding[] {
  const { crmObject } = mapping;
  const described = describedFields === undefined ? {} : { described: { name: crmObject, label: crmObject, fields: describedFields } };
  const found = checkMapping({ schema, mapping, analysis, options, ...described }).filter(({ level }) => level !== 'ok');
  return [
    ...found.map((finding) => (options.matchFields === undefined ? lessSure(finding) : finding)),
    ...checkIdentifier(schema, mapping, describedFields, options.matchFields),
    ...checkMerging({ schema, analysis, mappings: [mapping], hasMerger: true }),
  ];
}

/** A connector may read a match key that no rule reads from a field of its own. */
const lessSure = (finding: Finding): Finding => (finding.code === 'match_key_not_mapped' ? { ...finding, level: 'warning' } : finding);

function checkIdentifier(
  schema: Schema,
  mapping: Mapping,
  described: readonly DescribedField[] | undefined,
  matchFields: CompileOptions['matchFields'] = {},
): readonly Finding[] {
  const { crmObject, fields } = mapping;
  const keys = matchKeysOf(schema, mapping);
  const isCompany = schema.entity === 'company';
  const identifies = (key: string): boolean => {
    if (isCompany && key === 'domain') return fields.some((rule) => rule.field === key && rule.direction !== 'outbound');
    if (described === undefined) return !Object.hasOwn(ENTITIES[schema.entity].builtIn, key);
    const rules: readonly AnyRule[] = fields;
    const paths = [...rules.filter(({ field }) => field === key).flatMap(crmFieldsOf), matchFields[key] ?? ''];
    return described.some(({ name, type, unique }) => paths.includes(name) && (unique || type === 'email'));
  };
  if (keys.some(identifies)) return [];
  return [
    {
      level: 'advice',
      code: 'no_unique_identifier',
      message: `Records of ${crmObject} find their ${schema.entity} by ${listNames(keys)}, which several ${isCompany ? 'companies' : 'people'} may have: such records wait as \`ambiguous\`, and one without it is skipped.`,
      remedy: `Add a field that one ${isCompany ? 'company alone has, such as the domain,' : 'person alone has, such as the email,'} to \`matchKey\`, or decide by hand whose record each is.`,
      who: 'developer',
      at: { object: crmObject },
    },
  ];
}

const told = ({ path, code, message, remedy }: Issue, document: string, at: Finding['at']): Finding => ({
  level: 'error',
  code,
  message: `\`${[document, ...path].filter((part) => part !== '').join('.') || 'mapping'}\`: ${message}.`,
  remedy,
  who: 'developer',
  at,
});

/** The object and the CRM field of the rule that an issue is about, as far as they can be told. */
function placeIn(mapping: unknown, { path }: Issue): Finding['at'] {
  const { crmObject, fields } = membersOf(mapping);
  const [part, index] = path;
  const { crm } = membersOf(part === 'fields' && typeof index === 'number' ? itemsOf(fields)[index] : undefined);
  const paths = [crm].flat().filter((one) => typeof one === 'string');
  return {
    ...(typeof crmObject === 'string' ? { object: crmObject } : {}),
    ...(paths.length > 0 ? { field: paths.join('|') } : {}),
  };
}
