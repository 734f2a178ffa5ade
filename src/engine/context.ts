import { compileMapping } from '../core/compile.ts';
import type { CompiledMapping, Mapping } from '../core/mapping-types.ts';
import { completeFields } from '../core/schema.ts';
import type { Schema } from '../core/schema-types.ts';
import type { Fields } from '../core/value.ts';
import type { Clock } from '../ports/clock.ts';
import type { CrmConnector } from '../ports/connector.ts';
import type { Merger } from '../ports/merger.ts';
import type { SyncEvent } from '../ports/observer.ts';
import type { BoundStore } from '../ports/store.ts';
import type { EngineOptions } from './options.ts';
import type { Session } from './session.ts';

type EventWithoutPlace = SyncEvent extends infer E ? (E extends SyncEvent ? Omit<E, 'workspace' | 'connection'> : never) : never;

/** What every flow of one engine shares. Holds no state of a run. */
export interface Context {
  readonly workspace: string;
  readonly connection: string;
  readonly schema: Schema;
  readonly options: EngineOptions<Schema>;
  readonly mappings: readonly Mapping[];
  readonly store: BoundStore;
  readonly connector: CrmConnector;
  readonly merger: Merger | null;
  readonly clock: Clock;
  readonly ids: () => string;
  readonly notify: (event: EventWithoutPlace) => void;
}

/** The mapping of an object against the CRM as described now: hidden fields become absent, targets bring their limits. */
export async function compiled(context: Context, session: Session, mapping: Mapping): Promise<CompiledMapping> {
  const described = await context.connector.describe(mapping.crmObject, session.call);
  return compile(context, mapping, described);
}

/** Without the CRM: enough to know match keys and fingerprints. */
export function compile(context: Context, mapping: Mapping, described?: Awaited<ReturnType<CrmConnector['describe']>>): CompiledMapping {
  const { defaultCountry, timeZone, transforms } = context.options;
  return compileMapping(context.schema, mapping, {
    matchFields: context.connector.capabilities.matchFields,
    ...(defaultCountry !== undefined && { defaultCountry }),
    ...(timeZone !== undefined && { timeZone }),
    ...(transforms !== undefined && { transforms }),
    ...(described !== undefined && { described }),
  });
}

/** A stored contact's fields, every field of the schema present: what is not stored is null. */
export const fieldsOf = (context: Context, fields: Fields): Fields => completeFields(context.schema, fields);
