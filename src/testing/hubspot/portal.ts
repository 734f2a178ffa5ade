import type { Millis } from '../../core/values/value.ts';
import { type AssociationTypes, createAssociationTypes, type LabelSpec } from './associations/types.ts';
import { createDatabase, type Database, type Source } from './database.ts';
import { APP_ID, createEvents, type Events } from './events.ts';
import type { PropertyProblem } from './failure.ts';
import { createLater, type Later } from './later.ts';
import { createOwners, type Owner, type Owners } from './owners.ts';
import { type Pipeline, type PipelineSpec, pipelinesOf } from './schema/pipelines.ts';
import type { PropertySpec } from './schema/property-spec.ts';
import { createSchema, type Schema } from './schema/schema.ts';

type Properties = Readonly<Record<string, string | null>>;

/** Refuses a record as a rule of the portal would, or lets it pass with null. Runs on every write. */
export type ValidationRule = (properties: Properties) => PropertyProblem | null;
/** What a workflow of the portal writes after a record was saved; null for nothing. It sets off no other. */
export type Automation = (properties: Properties) => Readonly<Record<string, unknown>> | null;

/** "Where `property` is one of `values`, `requires` must be filled." */
export interface ConditionalRule {
  readonly property: string;
  readonly values: readonly string[];
  readonly requires: readonly string[];
}

/** A rule as the account's administrators see it: `{ ruleType: 'ALPHANUMERIC', ruleArguments: ['NUMERIC_ONLY'] }`. */
export interface PropertyRule {
  readonly ruleType: string;
  readonly ruleArguments: readonly string[];
}

type ByObject<T> = Readonly<Record<string, T>>;

export interface PortalOptions {
  /** Custom properties by object and name, or HubSpot's own with the portal's options. An object that is not built in becomes a custom object. */
  readonly properties?: ByObject<Readonly<Record<string, PropertySpec>>>;
  /** Properties that the connected app may not see, as `contacts.ssn`. Default none. */
  readonly hidden?: readonly string[];
  /** Default 147893286. */
  readonly portalId?: number;
  /** IANA zone of the account: when the daily limit starts anew. Default `US/Eastern`. */
  readonly timeZone?: string;
  /** Pipelines beside HubSpot's own, for `deals` and `tickets`. */
  readonly pipelines?: ByObject<readonly PipelineSpec[]>;
  /** Association labels of the portal. */
  readonly labels?: readonly LabelSpec[];
  /** How long a search does not show a change. Default 0; integrators report up to 30,000. */
  readonly indexLagMs?: Millis;
  /** How long after a write HubSpot works out `hs_calculated_*`, which moves the record's stamp again. Default 0: in the same write. */
  readonly calculationLagMs?: Millis;
  /** What the "Create record" form requires. The API minds it from 2026-09 on. */
  readonly requiredOnCreate?: ByObject<readonly string[]>;
  /** The API minds them from 2026-09 on. */
  readonly conditionallyRequired?: ByObject<readonly ConditionalRule[]>;
  readonly validationRules?: ByObject<ValidationRule>;
  /** What the API of property validations tells of those rules, by object and property. Default nothing. */
  readonly propertyRules?: ByObject<ByObject<readonly PropertyRule[]>>;
  /** They run right after the request that saved, with a stamp of their own. */
  readonly automations?: ByObject<Automation>;
  /** The portal takes part in "primary ID preservation": a merge keeps the id of the primary record. Default false: a new id. */
  readonly mergeKeepsPrimaryId?: boolean;
  /** A read by the id of a record that was merged away gives its successor. Default true; false: 404. */
  readonly mergedIdsResolve?: boolean;
  /** Unique properties may be made on calls, communications and notes. Default true; HubSpot does not document it. */
  readonly uniqueActivityProperties?: boolean;
}

/** One HubSpot account: its objects, its records, its clock. */
export interface Portal {
  readonly id: number;
  readonly uiDomain: string;
  readonly timeZone: string;
  readonly schema: Schema;
  readonly database: Database;
  readonly types: AssociationTypes;
  readonly owners: Owners;
  /** The connected user. */
  readonly user: Owner;
  readonly pipelines: ByObject<readonly Pipeline[]>;
  readonly events: Events;
  readonly later: Later;
  readonly settings: PortalOptions;
  /** Addresses of contacts that were erased: no contact may have them again. */
  readonly blocked: Set<string>;
  readonly now: () => Millis;
}

export function createPortal(options: PortalOptions, clock: () => Millis): Portal {
  const later = createLater(clock);
  const { now } = later;
  const id = options.portalId ?? 147_893_286;
  const schema = createSchema(options.properties ?? {}, options.hidden ?? [], { portalId: id, at: now() });
  const { requiredOnCreate, conditionallyRequired, validationRules, propertyRules, automations } = options;
  for (const rules of [requiredOnCreate, conditionallyRequired, validationRules, propertyRules, automations]) {
    for (const object of Object.keys(rules ?? {}))
      if (schema.named(object) === undefined) throw new TypeError(`fakeHubSpot: a rule is for ${object}, which the portal has not.`);
  }
  const owners = createOwners();
  return {
    id,
    uiDomain: 'app-eu1.hubspot.com',
    timeZone: options.timeZone ?? 'US/Eastern',
    schema,
    database: createDatabase(now, options.indexLagMs ?? 0),
    types: createAssociationTypes(schema, options.labels ?? []),
    owners,
    user: owners.add({ email: 'integration@example.com', firstName: 'Integration', lastName: 'User' }, now()),
    pipelines: pipelinesOf(options.pipelines ?? {}),
    events: createEvents(id),
    later,
    settings: options,
    blocked: new Set(),
    now,
  };
}

/** Work that applies as a whole or not at all, with what webhooks would tell of it. */
export function transaction<T>({ database, events }: Portal, work: () => T): T {
  const savepoint = database.savepoint();
  const mark = events.mark();
  try {
    const result = work();
    savepoint.release();
    return result;
  } catch (error) {
    savepoint.rollback();
    events.forgetSince(mark);
    throw error;
  }
}

/** The connected app, a person in the browser, a formula, a workflow, a merge. */
export const apiSource: Source = { sourceType: 'INTEGRATION', sourceId: String(APP_ID) };
export const personSource: Source = { sourceType: 'CRM_UI', sourceId: 'userId:882761034' };
export const formulaSource: Source = { sourceType: 'CALCULATED', sourceId: '' };
export const workflowSource: Source = { sourceType: 'AUTOMATION_PLATFORM', sourceId: 'enrollmentId:1;actionExecutionIndex:0' };
export const mergeSource: Source = { sourceType: 'MERGE_OBJECTS', sourceId: '' };
