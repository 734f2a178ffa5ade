import {
  type CompleteConnector,
  CrmSyncEngine,
  defineAnalysis,
  defineContactSchema,
  defineMapping,
  type EngineOptions,
  type Mapping,
} from 'crm-sync-engine';
import { salesforce } from 'crm-sync-engine/salesforce';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import {
  appendMerger,
  type FakeSalesforceOptions,
  fakeSalesforce,
  type ManualClock,
  manualClock,
  recordEvents,
  type SeenCall,
} from 'crm-sync-engine/testing';

export const schema = defineContactSchema({
  lead_status: { type: 'enum', options: ['New', 'Working', 'Qualified'] },
  email: { type: 'string' },
  company_name: { type: 'string' },
  interaction_summary: { type: 'string', description: 'A running summary of all conversations. Keep the most recent prominent.' },
});

export const CUSTOM_FIELDS = {
  Contact: {
    Lead_Status__c: { type: 'picklist', options: ['New', 'Working', 'Qualified'], restricted: true },
    Notes__c: { type: 'textarea', length: 32_000 },
  },
} as const;

/** The mapping of the walk-through: inbound, both ways and outbound. */
export const contactMapping = defineMapping(schema, {
  crmObject: 'Contact',
  fields: [
    { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
    { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
    { crm: 'LastName', field: 'last_name', direction: 'inbound' },
    { crm: 'Account.Name', field: 'company_name', direction: 'inbound' },
    { crm: 'Lead_Status__c', field: 'lead_status', direction: 'both', conflict: 'newest' },
    { crm: 'Email', field: 'email', direction: 'both' },
    { crm: 'Notes__c', field: 'interaction_summary', direction: 'outbound' },
  ],
});

export const analysis = defineAnalysis(schema, [
  { from: 'lead_qualification_status', field: 'lead_status', mode: 'overwrite' },
  { from: 'email', field: 'email', mode: 'fill_if_empty' },
  { from: 'customer_notes', field: 'interaction_summary', mode: 'merge' },
]);

interface Parts {
  readonly connection: string;
  readonly clock: ManualClock;
  readonly connectorOf: () => CompleteConnector;
  readonly mapping: Mapping<typeof schema>;
}

/** A store and an engine for one CRM, on one clock that moves only when told. */
export function engineFor({ connection, clock, connectorOf, mapping }: Parts, options: Partial<EngineOptions<typeof schema>>) {
  const events = recordEvents();
  const store = options.store ?? memoryStore({ clock });
  let number = 0;
  const engineOf = (more: Partial<EngineOptions<typeof schema>> = {}) =>
    new CrmSyncEngine({
      workspace: 'acme',
      connection,
      schema,
      connector: connectorOf(),
      merger: appendMerger(),
      mappings: [mapping],
      analysis,
      activities: { call: true },
      defaultCountry: 'US',
      observer: events,
      clock,
      ids: () => {
        number += 1;
        return `id-${String(number).padStart(6, '0')}`;
      },
      ...options,
      store,
      ...more,
    });
  return { clock, events, store, connectorOf, engine: engineOf(), engineOf };
}

/** One deployment on Salesforce alone; what is to hold on every CRM takes its deployment from a world. */
export function deployment(options: Partial<EngineOptions<typeof schema>> = {}, org: FakeSalesforceOptions = {}) {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const crm = fakeSalesforce({ fields: CUSTOM_FIELDS, clock, ...org });
  const connectorOf = () => salesforce({ ...crm.options, clock });
  return { crm, ...engineFor({ connection: 'acme-salesforce', clock, connectorOf, mapping: contactMapping }, options) };
}

/** The requests to the CRM's API that `work` costs, token requests apart. */
export async function callsOf(crm: { readonly calls: readonly SeenCall[] }, work: () => Promise<unknown>): Promise<readonly string[]> {
  const before = crm.calls.length;
  await work();
  return crm.calls.slice(before).flatMap((call) => (call.token ? [] : [call.operation]));
}
