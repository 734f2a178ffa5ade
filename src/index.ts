// Core: pure functions over plain data.
export type { Activity, ActivityLimits, ActivityPart } from './core/activity/activity.ts';
export { type ComposedText, composeText } from './core/activity/activity-parts.ts';
export { type ActivityPlan, type ActivitySkipReason, type PlanActivityOptions, planActivity } from './core/activity/plan-activity.ts';
export type { TextFormat } from './core/activity/text-format.ts';
export { defineAnalysis, lintAnalysis, parseAnalysis, safeParseAnalysis } from './core/analysis/analysis.ts';
export { BUILT_IN_RESULTS, type BuiltInResult, type ResultSource } from './core/analysis/built-in-results.ts';
export {
  type DynamicVariableOptions,
  RESERVED_VARIABLES,
  toDynamicVariables,
  type VoicePlatform,
} from './core/analysis/dynamic-variables.ts';
export type { GivenResults, Replaceable } from './core/analysis/given-results.ts';
export { type AnalysisInput, type AnalysisPlan, analysisHash, planAnalysis } from './core/analysis/plan-analysis.ts';
export type { DocumentSchema } from './core/base/standard-schema.ts';
export { checkMapping, type MappingToCheck } from './core/checks/check-mapping.ts';
export { diagnose } from './core/checks/diagnose.ts';
export type { Finding } from './core/checks/finding.ts';
export { type LintMappingOptions, lintMapping } from './core/checks/lint-mapping.ts';
export { planSchemaChange, type SchemaChange, type SchemaUses } from './core/checks/schema-change.ts';
export { type ContactSort, comparePlaces, type Place } from './core/contacts/contact-order.ts';
export type { ListOptions } from './core/contacts/list-query.ts';
export { searchFilter } from './core/contacts/search-filter.ts';
export {
  type Channel,
  type Conversation,
  conversationKey,
  type Direction,
  type Outcome,
  type Party,
  type Sentiment,
  type TranscriptTurn,
} from './core/conversation/conversation.ts';
export type { SmsThreads } from './core/conversation/thread-day.ts';
export { type Domain, type DomainReason, normalizeDomain } from './core/domain/domain.ts';
export { isFreeMailDomain } from './core/domain/free-mail.ts';
export { type ConvertedManifest, fromAppConnectManifest } from './core/forms/app-connect/manifest.ts';
export { type AssociationName, readAssociationName } from './core/forms/association-name.ts';
export type { AutomaticQuestion } from './core/forms/bind-automatic.ts';
export { bindSubmission } from './core/forms/bind-submission.ts';
export type { BoundAnswer, BoundSubmission, BoundWrite, WritePlace } from './core/forms/bound-submission.ts';
export { type ChosenMatch, chooseMatch, type MatchReason, type MatchToChoose } from './core/forms/choose-match.ts';
export { defineLogForm, logFormSchema, parseLogForm, safeParseLogForm } from './core/forms/define-log-form.ts';
export type { FormInput, FormMatch, LoadFailure } from './core/forms/form-input.ts';
export { type FormCapabilities, lintForm } from './core/forms/lint-form.ts';
export {
  type AccountOptions,
  type AnsweredField,
  type AnswerOf,
  type AnswerTarget,
  type AssociationOptions,
  type CheckboxField,
  type ContactTypeOption,
  type ExclusiveGroup,
  type FieldByKey,
  FORM_CONTEXTS,
  FORM_KINDS,
  type FormContext,
  type FormKind,
  type FormMetadata,
  type LoadedOption,
  type LogField,
  type LogForm,
  type LogOption,
  type NoteField,
  type OptionSource,
  type OptionValue,
  SEVERAL_POLICIES,
  type SelectionField,
  type SeveralPolicy,
  type TextField,
  type TypeOptions,
} from './core/forms/log-form.ts';
export type { LogForms } from './core/forms/log-forms.ts';
export { matchOptionNames } from './core/forms/match-option-names.ts';
export { type ResolveInput, resolveLogForm } from './core/forms/resolve-log-form.ts';
export type { OpenQuestion, ResolvedField, ResolvedForm, ResolvedOption, ValueSource } from './core/forms/resolved-form.ts';
export { parseSubmission, safeParseSubmission } from './core/forms/submission-schema.ts';
export type {
  CheckedPolicy,
  ConflictReason,
  ConflictTimes,
  Policies,
  PolicyAnswer,
  PolicyFunction,
  PolicyInput,
} from './core/link/conflict-types.ts';
export type { Flip } from './core/link/flips.ts';
export type { Agreed, Entity, Held, KnownTimes, Link, LinkBody, LinkState, OpenConflict, Pair, Sent, Version } from './core/link/link.ts';
export { compileMapping } from './core/mapping/compile.ts';
export {
  type ContactCondition,
  type ContactFilter,
  type ContactFilterOptions,
  compileContactFilter,
  parseContactFilter,
  safeParseContactFilter,
} from './core/mapping/contact-filter.ts';
export {
  type Condition,
  type ConditionOn,
  type FieldReader,
  type Filter,
  type FilterOf,
  filterFields,
  matchesFilter,
} from './core/mapping/filter.ts';
export { defineMapping, mappingSchema, type ParseMappingOptions, parseMapping, safeParseMapping } from './core/mapping/mapping.ts';
export type {
  Analysis,
  AnalysisRule,
  AnyRule,
  BlankChoice,
  BlankPolicy,
  BothRule,
  CompiledCreate,
  CompiledMapping,
  CompiledRule,
  CompileOptions,
  ConflictChoice,
  ConflictPolicy,
  CreateSettings,
  CrmRecord,
  FieldRule,
  FirstLinkPolicy,
  InboundRule,
  Mapping,
  MappingDirection,
  NamedPolicy,
  OutboundRule,
  Transform,
  Transforms,
  UpdateMode,
} from './core/mapping/mapping-types.ts';
export { TRANSFORMS } from './core/mapping/transforms.ts';
export { type Resolution, resolveUpdate } from './core/mapping/update.ts';
export { coercePhone, normalizePhone, type Phone, type PhoneOptions, type PhoneReason } from './core/phone/phone.ts';
export type { MergePrice, MergingSettings, MergingTotals } from './core/runs/merging.ts';
export type { Counts, Flow, HistoryEntry, Run, RunError, RunNote } from './core/runs/run.ts';
export { type CoerceOptions, coerceValue } from './core/schema/coerce.ts';
export { type Compatibility, compatible } from './core/schema/compatibility.ts';
export { CONTACT_FACTS, type ContactFact, type Conversations, type FilteredContact, factReader } from './core/schema/contact-facts.ts';
export {
  CRM_FIELD_TYPES,
  type CrmFieldType,
  type DescribedField,
  type DescribedObject,
  type DescribedOption,
  type DescribedParent,
} from './core/schema/described.ts';
export { type FormatTarget, type Formatted, formatValue } from './core/schema/format.ts';
export { PLACEHOLDERS } from './core/schema/placeholder.ts';
export {
  completeFields,
  defineCompanySchema,
  defineContactSchema,
  emptyFields,
  parseCompanySchema,
  parseContactSchema,
  parseFieldPatch,
  safeParseCompanySchema,
  safeParseContactSchema,
} from './core/schema/schema.ts';
export type {
  BuiltInCompanyFields,
  BuiltInFields,
  CompanySchema,
  ContactSchema,
  EnumField,
  EnumOption,
  FieldDefinition,
  FieldDefinitions,
  FieldName,
  FieldPatch,
  FieldsOf,
  FieldType,
  PlainField,
  Schema,
  StringField,
  ValueOf,
} from './core/schema/schema-types.ts';
export type { Segment, SegmentEvent } from './core/segments/segment.ts';
export {
  type ActivityTextSettings,
  type ConnectionSettings,
  type ParseSettingsOptions,
  parseSettings,
  safeParseSettings,
  settingsSchema,
} from './core/settings.ts';
export { COMPANY_FIELDS, type CompanyTemplate, type CompanyTemplateSchema } from './core/suggest/company-template.ts';
export type { SuggestionReason } from './core/suggest/likeness.ts';
export { PERSON_FIELDS, type PersonSchema, type PersonTemplate } from './core/suggest/person-template.ts';
export { type MappingCandidate, type MappingSuggestion, suggestMapping } from './core/suggest/suggest-mapping.ts';
export type { BrakeSettings, Losses } from './core/sync/brake.ts';
export { type CompanyMatchKeys, companyMatchKeys, sameCompanyBy } from './core/sync/company-match.ts';
export { type ConflictInput, type ConflictResolution, resolveConflict } from './core/sync/conflict.ts';
export { planInbound } from './core/sync/inbound.ts';
export type { InboundInput, InboundPlan } from './core/sync/inbound-types.ts';
export { type ContactPlan, type OutboundInput, type OutboundPlan, planOutbound } from './core/sync/outbound.ts';
export { type FieldVersion, overwrittenBy, type WrittenOver } from './core/sync/overwritten.ts';
export { type CreateInput, type CreatePlan, planCreate } from './core/sync/plan-create.ts';
export type {
  Conflict,
  EndReason,
  FieldChange,
  LinkPlan,
  MatchValues,
  PlannedContact,
  PlannedLink,
  RecordPlan,
  RefusedField,
  SkipReason,
} from './core/sync/plan-types.ts';
export { decideField, type FieldDecision, type FieldReason, type FieldState } from './core/sync/three-way.ts';
export type { Coerced, CoercionCode, Fields, Json, Millis, Parsed, Value } from './core/values/value.ts';
export type { DeletionQuestion } from './engine/brake.ts';
// Engine: load, plan, commit.
export { type Capability, capabilitiesOf } from './engine/capability.ts';
export type { CheckOptions } from './engine/check.ts';
export type { Companies, Company, CompanyPage, FoundByDomain } from './engine/companies.ts';
export type { ConflictDecision, ConflictRecord } from './engine/conflict-entry.ts';
export type { Conflicts, ListConflictsOptions } from './engine/conflicts.ts';
export type { ConnectionState } from './engine/connection.ts';
export type { Contact } from './engine/contact.ts';
export type { ByPhoneOptions, ContactPage, Contacts, FoundByPhone } from './engine/contacts.ts';
export type { LogActivityOptions } from './engine/conversation/activity-place.ts';
export type { BackfillOptions } from './engine/conversation/backfill-analysis.ts';
export type { HandleOptions } from './engine/conversation/handle-conversation.ts';
export type { ContactCreated, CreateContactOptions } from './engine/create/create-contact.ts';
export type { ConflictAnswer } from './engine/decide-conflict.ts';
export type { DescribeFieldsOptions } from './engine/describe-fields.ts';
export type { EditPush } from './engine/edit/push-edited.ts';
export type { ContactEdit, EditResult, UpdateOptions } from './engine/edit/update-contacts.ts';
export { CrmSyncEngine, type PreviewConversation, type PreviewOptions, type Runs } from './engine/engine.ts';
export type { ErasedPerson } from './engine/erasure/unsuppress.ts';
export { type AccountLists, type AccountListsOptions, type AccountLoader, accountLists } from './engine/forms/account-lists.ts';
export { type LoadedOptions, type LoadOptionsInput, loadOptions } from './engine/forms/load-options.ts';
export type { OptionLoader, OptionsPage, OptionsRequest } from './engine/forms/option-loader.ts';
export type { FieldExplanation } from './engine/history.ts';
export type { Ambiguity } from './engine/identity/ambiguous.ts';
export type { FormerlyTheirs } from './engine/identity/last-holder.ts';
export type { CrmLookUp } from './engine/identity/look-up-in-crm.ts';
export type { RecordRef } from './engine/identity/record-ref.ts';
export type { LookUpOptions } from './engine/look-up/look-up.ts';
export type { Match, MatchOrigin } from './engine/look-up/match.ts';
export type { CompanyOptions, EngineOptions, FlowOptions, PullOptions, PushOptions, SyncOptions } from './engine/options.ts';
export type { Pending, PendingItem, PendingKind, PendingPage } from './engine/pending-list.ts';
export type { Preview, PreviewedContact } from './engine/preview.ts';
export type { LeftRecord } from './engine/removal/left-records.ts';
export type { Compared } from './engine/segments/compare.ts';
export type { ListEventsOptions, SegmentEvents } from './engine/segments/segments.ts';
export type { Status } from './engine/status.ts';
export type { ConversationResult, Step, StepChange, StepRefusal } from './engine/step.ts';
export { CrmSyncError, type CrmSyncErrorOptions, type ErrorCategory, type ErrorPlace, type Issue, isCrmSyncError } from './errors.ts';
export { type RestAnswer, type RestClient, type RestClientOptions, type RestRequest, restClient } from './http/rest-client.ts';
// Ports: what a host can replace.
export type { Clock } from './ports/clock.ts';
export type {
  Account,
  ActivityRecord,
  ActivityText,
  Association,
  Call,
  Capabilities,
  CheckQuery,
  CompleteConnector,
  CrmConnector,
  Fetched,
  FieldTime,
  FindQuery,
  FoundRecords,
  Owner,
  Page,
  ReadQuery,
  RequestSeen,
  Write,
  Wrote,
} from './ports/connector.ts';
export type { Members, MembersQuery } from './ports/members.ts';
export type { MergeAnswer, Merged, MergeItem, MergeRequest, Merger, MergeUsage } from './ports/merger.ts';
export { combineObservers, type Observer, onEvents, type SyncEvent, type SyncEventType } from './ports/observer.ts';
export type { Related, RelatedQuery } from './ports/related.ts';
export {
  type BoundStore,
  type Changeset,
  CONVERSATIONS,
  type Committed,
  type ContactRef,
  type ContactStore,
  type EntriesQuery,
  type Entry,
  type EntryChange,
  LEASE_KIND,
  type Leased,
  type LeaseRequest,
  type LinkChange,
  type LinkElsewhere,
  type ListQuery,
  type LoadQuery,
  type RefusedRow,
  type Row,
  type RowChange,
  type ScanQuery,
  type Scope,
  type StoredLink,
} from './ports/store.ts';
export type { AccessToken, Auth, AuthCall, TokenStore, Tokens } from './ports/tokens.ts';
