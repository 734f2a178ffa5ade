import type { Channel } from '../../core/conversation/conversation.ts';
import type { Analysis, Mapping } from '../../core/mapping/mapping-types.ts';
import { safeParseContactSchema } from '../../core/schema/schema.ts';
import type { ContactSchema, FieldDefinition } from '../../core/schema/schema-types.ts';
import { type Issue, refusedDocument } from '../../errors.ts';
import { objectOf } from '../payload/object-of.ts';
import { convertAnalysis, convertSyncMappings } from './crm-config-mappings.ts';
import { Report } from './crm-config-report.ts';

export interface RetellCrmConfigOptions {
  /** The CRM object that contacts are. Default by provider: `Contact` for Salesforce, `contacts` for HubSpot. */
  readonly crmObject?: string;
}

export interface ConvertedRetellConfig {
  readonly schema: ContactSchema;
  /** Plain JSON: what `parseSettings` reads. */
  readonly settings: {
    readonly mappings: readonly Mapping[];
    readonly analysis: Analysis;
    readonly activities: Readonly<Partial<Record<Channel, true>>>;
  };
  /** Everything that could not be carried over, with its place in the configuration and what to do about it. */
  readonly report: readonly Issue[];
}

const OBJECTS = [
  { provider: 'salesforce', crmObject: 'Contact', phoneField: 'Phone' },
  { provider: 'hubspot', crmObject: 'contacts', phoneField: 'phone' },
] as const;

/** Members that say which organization or app this is, and how it is connected: no settings. */
const IDENTITY = [
  'org_id',
  'app_id',
  'provider',
  'type',
  'name',
  'created_timestamp',
  'user_modified_timestamp',
  'connection_status',
  'auth_config',
  'tenant_id',
  'tenant_type',
  'tenant_url',
];
const CONFIG_KEYS = [...IDENTITY, 'app', 'crm_config', 'custom_fields', 'crm_analysis_data_mappings'];

/**
 * Turns an organization's CRM configuration at Retell into a contact schema and the settings of a connection. Give the
 * answer of `get-crm-config` with the answer of `get-app` as its member `app` (or spread into it), which has the sync
 * mappings. A field that is mapped both ways becomes one rule of direction `both`, and the CRM wins a conflict: Retell
 * does not document who does there.
 *
 * Source: retell-sdk 5.66, resources/crm.d.ts (CRMConfig) and resources/app.d.ts (AppResponse.CRMConfig); Retell, "Map CRM
 * fields".
 *
 * @throws CrmSyncError `invalid_document`, category `configuration`, where the configuration is no object.
 */
export function fromRetellCrmConfig(config: unknown, options: RetellCrmConfigOptions = {}): ConvertedRetellConfig {
  const document = objectOf(config);
  if (document === undefined) throw refusedDocument('The CRM configuration of Retell', [NO_OBJECT]);
  const report = new Report();
  const app = objectOf(document['app']) ?? document;
  const sync = objectOf(app['crm_config']) ?? {};
  const syncAt = app === document ? ['crm_config'] : ['app', 'crm_config'];
  const schema = convertFields(document['custom_fields'], report);
  const known = OBJECTS.find(({ provider }) => String(app['provider']).toLowerCase().includes(provider));
  const mappings = convertSyncMappings(sync, { at: syncAt, schema, known, crmObject: options.crmObject ?? known?.crmObject, report });
  const analysis = convertAnalysis(document['crm_analysis_data_mappings'], { at: ['crm_analysis_data_mappings'], schema, report });
  reportSettings(document, sync, syncAt, report);
  const activities = sync['sync_conversation_activity'] === true ? ({ call: true, sms: true, chat: true } as const) : {};
  return { schema, settings: { mappings, analysis, activities }, report: report.issues };
}

const NO_OBJECT: Issue = {
  path: [],
  code: 'wrong_type',
  message: 'must be an object',
  remedy: "Give the answer of Retell's get-crm-config.",
};

function convertFields(list: unknown, report: Report): ContactSchema {
  const fields = new Map<string, FieldDefinition>();
  for (const [index, field] of report.objects(list, ['custom_fields'])) {
    const at = ['custom_fields', index];
    report.others(field, ['name', 'type', 'label', 'description', 'options'], at);
    const { name, type, label, description, options } = field;
    if (typeof name !== 'string') report.add([...at, 'name'], 'missing', 'has no name', 'Name the field in snake_case.');
    else if (fields.has(name))
      report.add([...at, 'name'], 'duplicate_name', 'is defined twice', 'Keep one of the two; the first was taken.');
    else {
      const filled = Object.entries({ label, description }).filter(([, text]) => (text ?? '') !== '');
      const definition = { type, ...Object.fromEntries(filled), ...(type === 'enum' ? { options: options ?? [] } : {}) };
      const parsed = safeParseContactSchema({ fields: { [name]: definition } });
      if (parsed.ok) fields.set(name, definition as FieldDefinition);
      else for (const issue of parsed.issues) report.issues.push({ ...issue, path: [...at, ...issue.path.slice(2)] });
    }
  }
  const schema = safeParseContactSchema({ fields: Object.fromEntries(fields) });
  if (!schema.ok) throw refusedDocument('The custom fields', schema.issues); // each of them was read alone before
  return schema.value;
}

/** What has another place here, or none. */
function reportSettings(
  document: Readonly<Record<string, unknown>>,
  sync: Readonly<Record<string, unknown>>,
  syncAt: readonly string[],
  report: Report,
): void {
  const { contact_columns_order: columns, last_sync_timestamp: synced } = document;
  if (columns !== undefined)
    report.add(['contact_columns_order'], 'display_only', 'is only about display', 'Keep the order of columns in your own settings page.');
  if (synced !== undefined)
    report.add(['last_sync_timestamp'], 'not_portable', 'is a position of Retell', 'Nothing to do: the first pull reads every record.');
  if (sync['sync_new_contacts'] === true)
    report.add(
      [...syncAt, 'sync_new_contacts'],
      'not_carried_over',
      'is no setting here',
      'Create the missing records in the CRM, and pull them.',
    );
  report.others(document, [...CONFIG_KEYS, 'contact_columns_order', 'last_sync_timestamp'], []);
  const syncKeys = ['inbound_sync_mappings', 'outbound_sync_mappings', 'sync_conversation_activity', 'sync_new_contacts'];
  report.others(sync, syncKeys, syncAt);
}
