import { safeParseAnalysis } from '../../core/analysis/analysis.ts';
import { safeParseMapping } from '../../core/mapping/mapping.ts';
import type { Analysis, AnyRule, Mapping } from '../../core/mapping/mapping-types.ts';
import type { ContactSchema } from '../../core/schema/schema-types.ts';
import type { Issue } from '../../errors.ts';
import type { Report } from './crm-config-report.ts';

type Path = Issue['path'];
interface Context {
  readonly at: Path;
  readonly schema: ContactSchema;
  readonly report: Report;
}
interface SyncContext extends Context {
  /** The provider of the app, where it is one we know. */
  readonly known: { readonly phoneField: string } | undefined;
  readonly crmObject: string | undefined;
}

/** Our names in Retell's: a problem is told where it stands in the configuration. */
const RETELL_NAMES: Readonly<Record<string, string>> = {
  crm: 'external_field_name',
  field: 'field_name',
  from: 'analysis_data_name',
  mode: 'update_mode',
};

/** Reports the problems of one entry of a list, and says whether there were none. `depth`: where the entry's own path begins. */
function accepted(issues: readonly Issue[], depth: number, at: Path, report: Report): boolean {
  for (const issue of issues) {
    const member = RETELL_NAMES[String(issue.path[depth])];
    report.issues.push({ ...issue, path: member === undefined ? at : [...at, member] });
  }
  return issues.length === 0;
}

/** The sync mappings of a Retell app as one mapping: none where there is nothing to map, or no object to map it to. */
export function convertSyncMappings(sync: Readonly<Record<string, unknown>>, context: SyncContext): readonly Mapping[] {
  const { at, report, crmObject } = context;
  const lists = { inbound: [...at, 'inbound_sync_mappings'], outbound: [...at, 'outbound_sync_mappings'] };
  const inbound = report.objects(sync['inbound_sync_mappings'], lists.inbound);
  const outbound = report.objects(sync['outbound_sync_mappings'], lists.outbound);
  if (inbound.length === 0 && outbound.length === 0) return [];
  if (crmObject === undefined) {
    const remedy = "Give `crmObject`, the CRM's name of its contacts, or the answer of get-app with its `provider`.";
    report.add(at, 'unknown_provider', 'belongs to a CRM that is not known', remedy);
    return [];
  }
  const hasPhone = inbound.some(([, mapping]) => mapping['field_name'] === 'phone_number');
  const fields: AnyRule[] = hasPhone ? [] : phoneRule(lists.inbound, context);
  for (const [index, mapping] of inbound) take(fields, mapping, 'inbound', [...lists.inbound, index], context);
  for (const [index, mapping] of outbound) take(fields, mapping, 'outbound', [...lists.outbound, index], context);
  return fields.length === 0 ? [] : [{ crmObject, fields }];
}

/** Retell always matches by the phone number; where its mapping does not stand in the list, it is added and reported. */
function phoneRule(at: Path, { known, report }: SyncContext): AnyRule[] {
  if (known === undefined) {
    report.add(at, 'match_key_missing', 'does not map `phone_number`', 'Map the CRM field that holds the phone number to `phone_number`.');
    return [];
  }
  const remedy = `Check that \`${known.phoneField}\` is the CRM field that holds the phone number.`;
  report.add(at, 'match_key_added', 'does not map `phone_number`', remedy);
  return [{ crm: known.phoneField, field: 'phone_number', direction: 'inbound' }];
}

/** Adds a mapping to the rules where they take it; the way back of a rule that is there makes it one of both directions. */
function take(
  fields: AnyRule[],
  mapping: Readonly<Record<string, unknown>>,
  direction: 'inbound' | 'outbound',
  at: Path,
  { schema, report, crmObject }: SyncContext,
): void {
  report.others(mapping, ['external_field_name', 'field_name'], at);
  const { external_field_name: crm, field_name: field } = mapping;
  const isWayBack = (rule: AnyRule) => direction === 'outbound' && rule.direction === 'inbound' && rule.crm === crm && rule.field === field;
  const found = fields.findIndex(isWayBack);
  const index = found === -1 ? fields.length : found;
  const rule = { crm, field, direction: found === -1 ? direction : 'both' } as AnyRule;
  // Whatever the rules did not suffer from before is this rule's doing, also where it is told of another one.
  const problemsOf = (rules: readonly AnyRule[]): readonly Issue[] => {
    const parsed = safeParseMapping(schema, { crmObject, fields: rules });
    return parsed.ok ? [] : parsed.issues.filter(({ path }) => path[0] === 'fields');
  };
  const nameOf = ({ path, code }: Issue): string => JSON.stringify([path, code]);
  const before = new Set(problemsOf(fields).map(nameOf));
  const issues = problemsOf(fields.toSpliced(index, 1, rule)).filter((issue) => !before.has(nameOf(issue)));
  if (accepted(issues, 2, at, report)) fields.splice(index, 1, rule);
}

/** The analysis mappings of an organization as analysis rules. */
export function convertAnalysis(list: unknown, { at, schema, report }: Context): Analysis {
  const rules: unknown[] = [];
  for (const [index, mapping] of report.objects(list, at)) {
    report.others(mapping, ['analysis_data_name', 'field_name', 'update_mode'], [...at, index]);
    const rule = { from: mapping['analysis_data_name'], field: mapping['field_name'], mode: mapping['update_mode'] };
    const parsed = safeParseAnalysis(schema, [...rules, rule]);
    const issues = parsed.ok ? [] : parsed.issues.filter(({ path }) => path[0] === rules.length);
    if (accepted(issues, 1, [...at, index], report)) rules.push(rule);
  }
  return rules as Analysis;
}
