import type { Policies } from '../core/link/conflict-types.ts';
import type { Analysis, Mapping, Transforms } from '../core/mapping/mapping-types.ts';
import type { FieldName, Schema } from '../core/schema/schema-types.ts';
import type { Segment } from '../core/segments/segment.ts';
import type { ConnectionSettings } from '../core/settings.ts';
import type { Clock } from '../ports/clock.ts';
import type { CrmConnector } from '../ports/connector.ts';
import type { Merger } from '../ports/merger.ts';
import type { Observer } from '../ports/observer.ts';
import type { ContactStore } from '../ports/store.ts';
import type { LoadOptionsInput } from './forms/load-options.ts';

/** Companies beside the contacts: the host's own rows, kept in step with the CRM's accounts. */
// biome-ignore lint/suspicious/noExplicitAny: see Schema
export interface CompanyOptions<S extends Schema = any, C extends Schema = any> {
  readonly schema: C;
  /** At most one per CRM object, and none of an object that contacts are mapped to. */
  readonly mappings: readonly Mapping<NoInfer<C>>[];
  /**
   * Text field of contacts that holds the id of the contact's company. A rule that maps it to the CRM's own reference (Salesforce
   * `AccountId`, HubSpot `associatedcompanyid`) ties the two, in the direction of the rule.
   */
  readonly contactField?: FieldName<NoInfer<S>>;
}

/** Live parts are options; everything else is the connection's JSON (`ConnectionSettings`). */
// biome-ignore lint/suspicious/noExplicitAny: see Schema
export interface EngineOptions<S extends Schema, C extends Schema = any>
  extends Omit<ConnectionSettings<NoInfer<S>>, 'mappings' | 'analysis' | 'segments'> {
  /** One tenant of the host: owns contacts, schema and analysis rules. */
  readonly workspace: string;
  /** One connected CRM account of the workspace: owns links, checkpoints, runs and activities. */
  readonly connection: string;
  /** The fields that every contact of the workspace has; made by `defineContactSchema`, or read by `parseContactSchema`. */
  readonly schema: S;
  /** Where everything is kept. One object serves all engines of a process. */
  readonly store: ContactStore;
  /** Without one the engine only applies analyses to contacts. */
  readonly connector?: CrmConnector;
  /** Needed where an analysis rule merges; without one, merges wait. */
  readonly merger?: Merger;
  /** Is told of everything that happens: for logs and dashboards. */
  readonly observer?: Observer;
  /** At most one for each CRM object. Without any, nothing is pulled or pushed. */
  readonly mappings?: readonly Mapping<NoInfer<S>>[];
  /** Rules from results of conversations to fields; the same for all connections of the workspace. */
  readonly analysis?: Analysis<NoInfer<S>>;
  /** Filters whose comings and goings `engine.segments.events()` tells. */
  readonly segments?: readonly Segment<NoInfer<S>>[];
  /** Absent: contacts only, and nothing is read or asked for companies. */
  readonly companies?: CompanyOptions<S, C>;
  /** Where options of `logForms` come from that neither the form nor the CRM has: as `loadOptions` takes them. */
  readonly formOptions?: Pick<LoadOptionsInput, 'loaders' | 'account'>;
  /** Functions that mappings and rules name in `transform`. */
  readonly transforms?: Transforms;
  /** Functions that mappings name in `conflict: { policy }`. */
  readonly policies?: Policies;
  /**
   * Key of the hashes by which erased people are known again; the same for all connections of the workspace, and for ever.
   * Default: a random one, kept in the store. Kept elsewhere, the store alone tells nobody who was erased.
   */
  readonly erasureKey?: string;
  /** Default: the system's clock. */
  readonly clock?: Clock;
  /** Makes unique ids. Default: UUIDs that begin with the time (version 7), which databases take fastest. */
  readonly ids?: () => string;
  /** How long a run holds its lease without renewing it, in ms. Default 120,000. */
  readonly leaseMs?: number;
}

export interface FlowOptions {
  /** Who started it; shown in `runs` and `status`. Default `manual`. */
  readonly trigger?: string;
  /** The run ends at a committed page in time; no request is started that can't be answered in time. */
  readonly timeLimitMs?: number;
  /** Cuts the request in flight; what was committed stays, and the run is `paused`. */
  readonly signal?: AbortSignal;
}

export interface SyncOptions extends FlowOptions {
  /**
   * The answer to `mass_deletion`: true lets this run unlink contacts and clear fields however many there are, a number at
   * most so many. Counting begins anew after it.
   */
  readonly allowDeletions?: boolean | number;
}

export interface PullOptions extends SyncOptions {
  /** Reads every record again, not only what changed, and looks at every known record by id: the way to find those that are gone. */
  readonly full?: boolean;
  /** CRM objects to pull; default: those of all mappings. */
  readonly objects?: readonly string[];
  /** A test sync: really imports at most so many records per object, and leaves the checkpoint alone. */
  readonly sample?: number;
  /** Pull just these records, by id: what a webhook announced. The checkpoint stays. */
  readonly records?: readonly { readonly object: string; readonly id: string }[];
}

export interface PushOptions extends SyncOptions {
  /** Only these contacts; default: all that have something to send. */
  readonly contactIds?: readonly string[];
  /**
   * Contacts without a record get one too: the one that is found by their match keys, else a new one of the object that is
   * named, or of the first mapping that says how records are made (`create`), of companies before contacts. A contact whose record was deleted in the
   * CRM, or which has a record of another mapped object, gets none.
   */
  readonly createMissing?: boolean | string;
  /** Reads every linked record and compares it again, also where nothing is known to have changed. */
  readonly all?: boolean;
}
