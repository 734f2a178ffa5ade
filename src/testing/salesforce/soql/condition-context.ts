import type { StoredRecord } from '../database.ts';
import type { Org } from '../org.ts';
import type { ObjectSchema } from '../schema/schema.ts';
import type { Column } from './column.ts';
import type { Path } from './syntax.ts';

export type Filter = (record: StoredRecord) => boolean;

/** What compiling a condition needs to know of its query. */
export interface ConditionContext {
  readonly org: Org;
  readonly object: ObjectSchema;
  readonly text: string;
  readonly columnOf: (path: Path) => Column;
  /** The WHERE of the query itself, where semi-joins may stand; false inside a subquery. */
  readonly isOuter: boolean;
  /** Records that the query may see at all; absent in a subquery, and in a search. */
  readonly seen?: (record: StoredRecord) => boolean;
}
