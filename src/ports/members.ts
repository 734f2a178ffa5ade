import type { Json } from '../core/values/value.ts';

export interface MembersQuery {
  readonly object: string;
  /** A path that a filter names, such as that of a campaign or a list. */
  readonly path: string;
  /** What the last answer said is known; null: everybody is asked for. */
  readonly known: Json | null;
}

/** Of whom a path is true, where coming or going does not touch the record. */
export interface Members {
  /** Ids of all records of the object of which it is true now; null: nothing has changed since `known`. */
  readonly ids: readonly string[] | null;
  /** Flat JSON, opaque to the engine: for the next query. */
  readonly known: Json;
}
