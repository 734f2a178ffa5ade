import type { Call } from '../../../ports/connector.ts';
import type { Client } from '../client.ts';
import { rawAt, type WireRow } from '../query/field-path.ts';
import { rowsOf } from '../query/several.ts';
import { textLiteral } from '../query/soql.ts';
import { toId18 } from '../record-id.ts';
import type { TiedObject } from './tied-object.ts';
import type { Way } from './ways.ts';

/** What a query asks for: records `ids` of `object`, and `limit` tied records of each. */
export interface WayQuery {
  readonly object: string;
  readonly ids: readonly string[];
  readonly way: Way;
  readonly tied: TiedObject;
  readonly limit: number;
}

/** One query for all records. A limit inside a subquery counts for each record: none is crowded out by another one. */
export function soqlOf({ object, ids, way, tied, limit }: WayQuery): string {
  const where = `WHERE Id IN (${ids.map((id) => `'${id}'`).join(',')})`;
  const children = (relationship: string, from = object, whose = where, filter = ''): string =>
    `SELECT Id, (SELECT ${tied.columns.join(', ')} FROM ${relationship}${filter} ORDER BY ${tied.order.join(', ')} LIMIT ${limit}) FROM ${from} ${whose}`;
  switch (way.by) {
    case 'parent':
      return `SELECT Id, ${behind(way.relationship, tied.columns).join(', ')} FROM ${object} ${where}`;
    case 'children':
      return children(way.relationship);
    case 'account':
      return children(way.relationship, 'Account', `WHERE Id IN (SELECT AccountId FROM ${object} ${where})`);
    case 'roles': {
      const played = way.role === null ? '' : ` WHERE Role = ${textLiteral(way.role)}`;
      const [columns, order] = [behind('Opportunity', tied.columns), behind('Opportunity', tied.order)];
      return `SELECT Id, (SELECT ${columns.join(', ')} FROM OpportunityContactRoles${played} ORDER BY ${order.join(', ')} LIMIT ${limit}) FROM ${object} ${where}`;
    }
  }
}

const behind = (relationship: string, names: readonly string[]): readonly string[] => names.map((name) => `${relationship}.${name}`);

/** Rows of tied records by the id of the record, or of its account, that they hang on. */
export async function tiedRows(
  client: Client,
  way: Way,
  rows: readonly WireRow[],
  call: Call,
): Promise<ReadonlyMap<string, readonly WireRow[]>> {
  const tied = new Map<string, readonly WireRow[]>();
  for (const row of rows) {
    const id = toId18(row['Id']);
    if (id === null) continue;
    if (way.by === 'parent') tied.set(id, recordsAt([row], way.relationship));
    else if (way.by === 'roles') tied.set(id, recordsAt(await rowsOf(client, row['OpportunityContactRoles'] ?? null, call), 'Opportunity'));
    else tied.set(id, await rowsOf(client, row[way.relationship] ?? null, call));
  }
  return tied;
}

/** Those that the connected user may see: a parent that is hidden is empty. */
const recordsAt = (rows: readonly WireRow[], relationship: string): readonly WireRow[] =>
  rows.flatMap((row) => {
    const parent = rawAt(row, relationship);
    return typeof parent === 'object' && parent !== null ? [parent as WireRow] : [];
  });
