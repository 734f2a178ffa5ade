import type { FieldsOf, Schema } from '../core/schema/schema-types.ts';
import type { Row } from '../ports/store.ts';
import { type Context, fieldsOf } from './context.ts';

/** A contact as the host sees it. */
export interface Contact<S extends Schema> {
  readonly id: string;
  /** Every field of the schema; unset is null. */
  readonly fields: FieldsOf<S>;
  /** Opaque; differs after any change. */
  readonly version: string;
  /** Its records in this connection's CRM. */
  readonly links: readonly { readonly object: string; readonly recordId: string | null; readonly state: string }[];
}

export function contactOf<S extends Schema>(context: Context, row: Row): Contact<S> {
  const links = row.links.map(({ object, recordId, state }) => ({ object, recordId, state }));
  return { id: row.id, fields: fieldsOf(context, row.fields) as FieldsOf<S>, version: row.version, links };
}
