import type { Mapping } from '../core/mapping/mapping-types.ts';
import { completeFields } from '../core/schema/schema.ts';
import type { Schema } from '../core/schema/schema-types.ts';
import type { Fields } from '../core/values/value.ts';
import type { Clock } from '../ports/clock.ts';
import type { CompleteConnector } from '../ports/connector.ts';
import type { Merger } from '../ports/merger.ts';
import type { SyncEvent } from '../ports/observer.ts';
import type { BoundStore } from '../ports/store.ts';
import type { Capability } from './capability.ts';
import type { EngineOptions } from './options.ts';

type EventWithoutPlace = SyncEvent extends infer E ? (E extends SyncEvent ? Omit<E, 'workspace' | 'connection'> : never) : never;

/** What every flow of one engine shares. Holds no state of a run. */
export interface Context {
  readonly workspace: string;
  readonly connection: string;
  readonly schema: Schema;
  readonly options: EngineOptions<Schema>;
  readonly mappings: readonly Mapping[];
  readonly store: BoundStore;
  readonly connector: CompleteConnector;
  /** The connector without the ties of contacts to companies, where there are any. */
  readonly untied?: CompleteConnector;
  /** Of flows of companies: the contacts' own. */
  readonly employees?: Context;
  /** What the host's connector is able to do. */
  readonly can: ReadonlySet<Capability>;
  readonly merger: Merger | null;
  readonly clock: Clock;
  readonly ids: () => string;
  /** A person waits for what is done with it, unless a flow says otherwise. */
  readonly interactive: boolean;
  /** Nothing is taken in: what would stop a run is noted, so that the rest is shown. */
  readonly isPreview?: true;
  readonly notify: (event: EventWithoutPlace) => void;
}

/** A stored contact's fields, every field of the schema present: what is not stored is null. */
export const fieldsOf = (context: Context, fields: Fields): Fields => completeFields(context.schema, fields);
