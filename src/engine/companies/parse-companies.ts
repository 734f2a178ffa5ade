import { deepFreeze } from '../../core/base/freeze.ts';
import { safeParseMapping } from '../../core/mapping/mapping.ts';
import type { Analysis, AnyRule, Mapping } from '../../core/mapping/mapping-types.ts';
import { itemsOf, membersOf } from '../../core/mapping/rule-schema.ts';
import { definitionOf } from '../../core/schema/schema.ts';
import type { Schema } from '../../core/schema/schema-types.ts';
import { CrmSyncError, type Issue, refusedDocument } from '../../errors.ts';
import type { CompanyOptions } from '../options.ts';

interface OfContacts {
  readonly schema: Schema;
  readonly mappings: readonly Mapping[];
  readonly analysis: Analysis;
}

/**
 * The options of companies, checked together with those of contacts: links and checkpoints are kept by CRM object, and the field
 * that names the company holds nothing but an id of ours.
 *
 * @throws CrmSyncError `invalid_document` with every problem in `issues`; `missing_option` without a company schema.
 */
export function parseCompanies({ schema, mappings, contactField, ...others }: CompanyOptions, contacts: OfContacts): CompanyOptions {
  if (schema?.entity !== 'company')
    throw new CrmSyncError('`companies.schema` is no schema of companies.', {
      code: 'missing_option',
      category: 'configuration',
      remedy: 'Give the engine a `companies.schema`: what `defineCompanySchema` or `parseCompanySchema` answers.',
    });
  const parsed = itemsOf(mappings).map((mapping) => safeParseMapping(schema, mapping));
  const issues: Issue[] = [
    ...Object.keys(others).map((key) => issue([key], 'unknown_key', 'is not known', 'Leave it out, or correct its spelling.')),
    ...parsed.flatMap((one, index) => (one.ok ? [] : one.issues.map((each) => ({ ...each, path: ['mappings', index, ...each.path] })))),
    ...repeatedObjects(itemsOf(mappings), contacts.mappings),
    ...(contactField === undefined ? [] : tieIssues(contactField, contacts)),
  ];
  if (!Array.isArray(mappings)) issues.push(issue(['mappings'], 'missing', 'is missing', 'Give a list of mappings, which may be empty.'));
  if (issues.length > 0) throw refusedDocument('`companies`', issues);
  const read = parsed.flatMap((one) => (one.ok ? [one.value] : []));
  return { schema, mappings: deepFreeze(read), ...(contactField !== undefined && { contactField }) };
}

const issue = (path: Issue['path'], code: string, message: string, remedy: string): Issue => ({ path, code, message, remedy });

function repeatedObjects(mappings: readonly unknown[], ofContacts: readonly Mapping[]): readonly Issue[] {
  const objects = mappings.map((mapping) => membersOf(mapping)['crmObject']);
  return objects.flatMap((object, index) => {
    const path = ['mappings', index, 'crmObject'];
    if (objects.indexOf(object) < index)
      return [issue(path, 'duplicate_mapping', 'is mapped before', 'Put all its fields into one mapping.')];
    if (!ofContacts.some(({ crmObject }) => crmObject === object)) return [];
    return [issue(path, 'duplicate_mapping', 'is mapped to contacts too', 'Map a CRM object to contacts or to companies.')];
  });
}

/** Whatever else touches the field could only break the tie. */
function tieIssues(field: string, { schema, mappings, analysis }: OfContacts): readonly Issue[] {
  const definition = definitionOf(schema, field);
  if (definition?.type !== 'string' || field === 'phone_number' || definition.maxLength !== undefined)
    return [
      issue(
        ['contactField'],
        definition === undefined ? 'unknown_field' : 'not_a_text_field',
        'is no text field of contacts',
        'Add a field of type `string`, without a length, to the schema of contacts, and name it here.',
      ),
    ];
  const isOfTie = (rule: AnyRule): boolean => rule.field === field;
  const plain = 'Map one CRM field to it as it is: the id of a company is made of the id of its record.';
  return [
    ...mappings.flatMap(({ crmObject, fields, matchKey = [] }): Issue[] => [
      ...fields.filter(isOfTie).flatMap((rule) => {
        const isPlain = typeof rule.crm === 'string' && rule.valueMap === undefined && !('transform' in rule) && !('join' in rule);
        const isMerged = 'conflict' in rule && typeof rule.conflict === 'string' && rule.conflict === 'merge';
        return isPlain && !isMerged ? [] : [issue(['contactField'], 'tie_not_plain', `is changed by a rule of ${crmObject}`, plain)];
      }),
      ...([matchKey].flat().includes(field)
        ? [issue(['contactField'], 'tie_is_match_key', `is a match key of ${crmObject}`, 'Find contacts by a field of their own.')]
        : []),
    ]),
    ...(analysis.some((rule) => rule.field === field)
      ? [
          issue(
            ['contactField'],
            'tie_is_analysed',
            'is set by an analysis rule',
            'Take the rule out: no conversation tells an id of ours.',
          ),
        ]
      : []),
  ];
}
