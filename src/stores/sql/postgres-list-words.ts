import { CONVERSATIONS } from '../../ports/store.ts';
import { escapeJson } from './escape-json.ts';
import type { Bind, ListWords, Operand } from './list-words.ts';

const of = (value: string, typeOf: 'jsonb_typeof' | 'json_typeof'): Operand => ({
  text: `case ${typeOf}(${value}) when 'string' then ${value} #>> '{}' end`,
  number: `case ${typeOf}(${value}) when 'number' then (${value} #>> '{}')::double precision end`,
  boolean: `case ${typeOf}(${value}) when 'boolean' then ${value} #>> '{}' end`,
  isBlank: `coalesce(${value} #>> '{}', '') = ''`,
});

/** A table of contacts in PostgreSQL. */
export interface ListedTable {
  /** A field as `jsonb`, of the row `c`. */
  readonly field: (name: string, bind: Bind) => string;
  /** As text that is in order by code point. */
  readonly id: string;
  readonly from: ListWords['from'];
}

const own = (schema: string): ListedTable => ({
  field: (name, bind) => `(c.fields -> ${bind(name)}::text)`,
  id: 'c.id',
  from: (bind, { workspace, entity }) =>
    `from ${schema}crm_sync_contacts c where c.workspace = ${bind(workspace)} and c.entity = ${bind(entity)}`,
});

/**
 * Texts are compared and put in order by the collation "C": by code point, letters folded as far as ASCII goes, whatever the database's
 * own is. (Bodies of entries are `json`, which takes every text that JSON has.)
 *
 * Source: PostgreSQL documentation, JSON Functions and Operators; Collation Support.
 */
export function postgresListWords(schema: string, table: ListedTable = own(schema)): ListWords {
  return {
    mark: (number) => `$${number}`,
    json(value, bind) {
      const read = `(${bind(escapeJson(JSON.stringify(value)))}::text::jsonb #>> '{}')`;
      return { text: read, number: `${read}::double precision` };
    },
    field: (name, bind) => of(table.field(name, bind), 'jsonb_typeof'),
    conversations: (member) => of(`(e.body::json -> '${CONVERSATIONS.member}' -> '${member}')`, 'json_typeof'),
    lower: (text) => `lower((${text}) collate "C")`,
    hasOthersThanAscii: (text) => `octet_length(${text}) <> char_length(${text})`,
    isIn: (part, text) => `strpos(${text}, ${part}) > 0`,
    beginsWithDay: (text) => `(${text}) ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}'`,
    ordered: (text) => `(${text}) collate "C"`,
    id: table.id,
    from: table.from,
    links: `${schema}crm_sync_links`,
    entries: `${schema}crm_sync_entries e`,
  };
}
