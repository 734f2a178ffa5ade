import { CONVERSATIONS } from '../../ports/store.ts';
import type { ListWords, Operand } from './list-words.ts';

const of = (type: string, value: string): Operand => ({
  text: `case ${type} when 'text' then ${value} end`,
  number: `case when ${type} in ('integer', 'real') then ${value} end`,
  boolean: `case when ${type} in ('true', 'false') then ${type} end`,
  isBlank: `coalesce(${value}, '') = ''`,
});

/**
 * Of `crm_sync_contacts` in SQLite, whose `lower` knows the letters of ASCII and whose text is in the order of its bytes.
 *
 * Source: SQLite documentation, JSON Functions And Operators; Built-In Scalar SQL Functions.
 */
export const sqliteListWords: ListWords = {
  mark: (number) => `?${number}`,
  json(value, bind) {
    const read = `json_extract(${bind(JSON.stringify(value))}, '$')`;
    return { text: read, number: read };
  },
  field(name, bind) {
    const path = bind(`$.${JSON.stringify(name)}`);
    return of(`json_type(c.fields, ${path})`, `json_extract(c.fields, ${path})`);
  },
  conversations(member) {
    const path = `'$."${CONVERSATIONS.member}".${member}'`;
    return of(`json_type(e.body, ${path})`, `json_extract(e.body, ${path})`);
  },
  lower: (text) => `lower(${text})`,
  hasOthersThanAscii: (text) => `length(cast(${text} as blob)) <> length(${text})`,
  isIn: (part, text) => `instr(${text}, ${part}) > 0`,
  beginsWithDay: (text) => `${text} glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'`,
  ordered: (text) => text,
  id: 'c.id',
  from: (bind, { workspace, entity }) => `from crm_sync_contacts c where c.workspace = ${bind(workspace)} and c.entity = ${bind(entity)}`,
  links: 'crm_sync_links',
  // the planner would rather walk all entries of the kind
  entries: 'crm_sync_entries e indexed by crm_sync_entries_contact',
};
