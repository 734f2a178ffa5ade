import type { StoredRecord } from '../database.ts';
import type { Org } from '../org.ts';
import { toWire } from '../wire-value.ts';
import { type Column, parentOf } from './column.ts';

/** A record in the answer of a query or search. */
export interface Row {
  readonly attributes: { readonly type: string; readonly url: string };
  readonly [field: string]: unknown;
}

/** Columns of one level: a name leads to a field, or to the columns behind a lookup. */
type Tree = Map<string, Column | { readonly lookup: string; readonly children: Tree }>;

/**
 * How a record becomes a row: every column is there, null where it is blank; a lookup that is blank, or whose parent the
 * connected user may not see, is null as a whole.
 */
export function projection(org: Org, columns: readonly Column[], base: string): (record: StoredRecord) => Row {
  const tree: Tree = new Map();
  for (const column of columns) {
    let level = tree;
    for (const name of column.names.slice(0, -1)) {
      const known = level.get(name);
      const branch = known !== undefined && 'children' in known ? known : { lookup: name, children: new Map() as Tree };
      level.set(name, branch);
      level = branch.children;
    }
    level.set(column.names.at(-1)!, column);
  }
  const rowOf = (record: StoredRecord, level: Tree, type: string): Row => {
    const row: Record<string, unknown> = {};
    for (const [name, branch] of level) {
      if (!('children' in branch)) {
        row[name] =
          branch.field.name === 'Type' && type === 'Name' ? record.schema.name : toWire(branch.field, record.values[branch.field.name]);
        continue;
      }
      const lookup = record.schema.relationship(branch.lookup);
      const parent = lookup === undefined ? undefined : parentOf(org, record, lookup.name);
      const parentType = lookup !== undefined && lookup.referenceTo.length > 1 ? 'Name' : (parent?.schema.name ?? '');
      row[name] = parent === undefined ? null : rowOf(parent, branch.children, parentType);
    }
    return { attributes: { type, url: `${base}/sobjects/${record.schema.name}/${record.id}` }, ...row };
  };
  return (record) => rowOf(record, tree, record.schema.name);
}
