import type { LogForm } from '../core/forms/log-form.ts';
import { matchOptionsName } from '../core/forms/options-of.ts';
import { crmFieldsOf } from '../core/mapping/compile-rule.ts';
import { filterFields } from '../core/mapping/filter.ts';
import type { AnyRule, Mapping } from '../core/mapping/mapping-types.ts';
import type { ConnectionSettings } from '../core/settings.ts';
import { type Issue, refusedDocument } from '../errors.ts';
import type { CrmConnector } from '../ports/connector.ts';
import { gapsOf } from '../ports/connector-gaps.ts';
import { type Capability, capabilitiesOf, comesWith } from './capability.ts';

/**
 * What the settings ask of a connector must be there.
 *
 * @throws CrmSyncError `capability_missing`, or `incomplete_connector` where the connector contradicts itself; with every
 *   problem in `issues`.
 */
export function checkCapabilities(
  connector: CrmConnector,
  { mappings = [], activities = {}, logForms = {}, unlinkedContact }: ConnectionSettings,
  ofCompanies: readonly Mapping[] = [],
): void {
  const gaps = gapsOf(connector);
  if (gaps.length > 0)
    throw refusedDocument(`The connector ${connector.provider}`, gaps, {
      code: 'incomplete_connector',
      remedy: 'Correct the connector: each of `issues` names what it must have, and why.',
    });
  const can = capabilitiesOf(connector);
  const channels = Object.entries(activities).filter(([, isOn]) => isOn === true);
  const needs = [
    ...mappings.flatMap((mapping, index) => mappingNeeds(mapping, ['mappings', index])),
    ...ofCompanies.flatMap((mapping, index) => mappingNeeds(mapping, ['companies', 'mappings', index])),
    ...channels.map(([channel]): Need => ({ path: ['activities', channel], capability: 'activities', otherwise: 'turn the channel off' })),
    ...(['call', 'message'] as const).flatMap((kind) => formNeeds(logForms[kind], ['logForms', kind])),
    ...(unlinkedContact === 'create' ? [{ path: ['unlinkedContact'], capability: 'create', otherwise: 'wait for a record' } as const] : []),
  ];
  const issues = needs.filter(({ capability }) => !can.has(capability)).map(issueOf);
  if (issues.length > 0)
    throw refusedDocument(`What is asked of the connector ${connector.provider}`, issues, {
      code: 'capability_missing',
      remedy: 'Use a connector that has what `issues` name, or change each place as it says.',
    });
}

interface Need {
  readonly path: Issue['path'];
  readonly capability: Capability;
  /** What to do with a connector that lacks it. */
  readonly otherwise: string;
}

const issueOf = ({ path, capability, otherwise }: Need): Issue => ({
  path,
  code: 'capability_missing',
  message: `needs the capability \`${capability}\`, which the connector lacks`,
  remedy: `Use a connector with ${comesWith(capability)}, or ${otherwise}.`,
});

function mappingNeeds(mapping: Mapping, at: Issue['path']): readonly Need[] {
  const rules: readonly AnyRule[] = mapping.fields;
  const filtered = mapping.filter === undefined ? [] : filterFields(mapping.filter);
  return [
    ...rules.flatMap((rule, index) => ruleNeeds(rule, [...at, 'fields', index])),
    ...filtered.filter(isPath).map((): Need => ({ path: [...at, 'filter'], capability: 'parents', otherwise: OWN_FIELD })),
    ...(mapping.create === undefined ? [] : [{ path: [...at, 'create'], capability: 'create', otherwise: 'remove it' } as const]),
  ];
}

/** Options that come with a record are asked for where nobody looks the number up before. */
function formNeeds(form: LogForm | undefined, at: Issue['path']): readonly Need[] {
  return (form?.fields ?? []).flatMap((field, index): Need[] =>
    field.type === 'selection' && matchOptionsName(field) !== undefined
      ? [{ path: [...at, 'fields', index, 'options'], capability: 'associations', otherwise: 'list the options in the form' }]
      : [],
  );
}

function ruleNeeds(rule: AnyRule, at: Issue['path']): readonly Need[] {
  const paths = crmFieldsOf(rule).flatMap((path, index): Need[] => {
    const where = typeof rule.crm === 'string' ? [...at, 'crm'] : [...at, 'crm', index];
    return isPath(path) ? [{ path: where, capability: 'parents', otherwise: OWN_FIELD }] : [];
  });
  if (rule.direction === 'inbound') return paths;
  return [...paths, { path: [...at, 'direction'], capability: 'write', otherwise: "use direction 'inbound'" }];
}

const isPath = (field: string): boolean => field.includes('.');
const OWN_FIELD = 'name a field of the record itself';
