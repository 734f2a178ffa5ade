export { appendMerger } from './mergers/append-merger.ts';
export { memoryStore } from './stores/memory.ts';
export { type ClockCapability, clockContract } from './testing/contracts/clock.ts';
export {
  type ConnectorCapability,
  type ConnectorContractCase,
  type ConnectorUnderTest,
  type CrmFault,
  type CrmFields,
  type CrmRecord,
  type CrmUnderTest,
  type CrmValues,
  connectorContract,
  type HeldRequest,
  type RequestKind,
} from './testing/contracts/connector.ts';
export { contactStoreContract, type StoreCapability, type StoreUnderTest } from './testing/contracts/contact-store.ts';
export type { ContractCase, Make } from './testing/contracts/contract-case.ts';
export { type MergerCapability, mergerContract } from './testing/contracts/merger.ts';
export { type ConversationOptions, conversation } from './testing/conversation.ts';
export type { SeenCall } from './testing/fake-calls.ts';
export type { ListeningFake } from './testing/fake-server.ts';
export { type FaultyFetch, type FaultyFetchOptions, faultyFetch } from './testing/faulty-fetch.ts';
export type { LabelSpec } from './testing/hubspot/associations/types.ts';
export type { WebhookEvent } from './testing/hubspot/events.ts';
export {
  type FakeHubSpot,
  type FakeHubSpotOptions,
  type FakeHubSpotRecord,
  fakeHubSpot,
  type HubSpotChangeOptions,
} from './testing/hubspot/fake-hubspot.ts';
export type { FakeHubSpotOAuth } from './testing/hubspot/oauth.ts';
export type { Owner, OwnerSpec } from './testing/hubspot/owners.ts';
export type {
  Automation as HubSpotAutomation,
  ConditionalRule,
  PropertyRule,
  ValidationRule as HubSpotValidationRule,
} from './testing/hubspot/portal.ts';
export type { PipelineSpec, StageSpec } from './testing/hubspot/schema/pipelines.ts';
export type { PropertySpec } from './testing/hubspot/schema/property-spec.ts';
export type { HubSpotFault } from './testing/hubspot/service-context.ts';
export { type ManualClock, manualClock } from './testing/manual-clock.ts';
export { type RecordedEvents, recordEvents } from './testing/record-events.ts';
export type { LeadConversion } from './testing/salesforce/convert.ts';
export {
  type ChangeOptions,
  type FakeRecord,
  type FakeSalesforce,
  type FakeSalesforceOptions,
  fakeSalesforce,
} from './testing/salesforce/fake-salesforce.ts';
export type { FakeOAuth } from './testing/salesforce/oauth.ts';
export type { Automation, DuplicateRule, ValidationRule } from './testing/salesforce/org.ts';
export type { Denial } from './testing/salesforce/schema/denial.ts';
export type { FieldSpec } from './testing/salesforce/schema/field-spec.ts';
export type { SalesforceFault } from './testing/salesforce/service-context.ts';
export type { Broken } from './testing/simulation/broken.ts';
export type { ConnectorParts, MakeConnector } from './testing/simulation/crm-of-people.ts';
export type { MakeEngine, SimulatedEngine, SimulatedEngineOptions } from './testing/simulation/engine.ts';
export { type BrokenPromise, type SimulationOptions, type SimulationReport, simulate } from './testing/simulation/simulate.ts';
export type { SimulationTotals } from './testing/simulation/totals.ts';
