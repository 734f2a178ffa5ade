import { EMAIL } from '../../core/link/key-text.ts';
import { LIVE_STATES } from '../../core/link/link.ts';
import type { Dialect } from './dialect.ts';
import { sqliteCode } from './sqlite-code.ts';
import { sqliteListWords } from './sqlite-list-words.ts';
import { sqlitePending } from './sqlite-pending.ts';

/** Match keys with an index of their own (see the migrations). */
const INDEXED_KEYS = ['phone_number', 'email', 'domain', 'name'];

const CONTACT = 'c.id, c.entity, c.version, c.fields';
const LINK = `l.id, l.object, l.contact_id, l.entity, l.record_id, l.state, l.seen, l.plan, l.due_at, l.synced_at, l.version, l.body`;

const SCANS = {
  all: 'from crm_sync_contacts c where c.workspace = ?1',
  unlinked: `from crm_sync_contacts c where c.workspace = ?1 and not exists (
    select 1 from crm_sync_links l where l.workspace = ?1 and l.connection = ?2 and l.contact_id = c.id and l.object = ?3)`,
} as const;

/** Each half has an index of its own: the one of live links is unique. */
const recordsOf = (live: 'in' | 'not in') => `select contact_id from crm_sync_links
  where workspace = ?1 and connection = ?2 and object = ?3 and record_id in (select value from json_each(?4))
    and state ${live} (${LIVE_STATES.map((state) => `'${state}'`).join(', ')})`;

const ENTRY_FILTERS = [
  ['keys', (n: number) => `key in (select value from json_each(?${n}))`],
  ['dueBy', (n: number) => `due_at <= ?${n}`],
  ['contactId', (n: number) => `contact_id = ?${n}`],
  ['contactIds', (n: number) => `contact_id in (select value from json_each(?${n}))`],
] as const;

/** Extended result codes of SQLite: SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE. */
const UNIQUE_VIOLATIONS = [1555, 2067];

/** Whom a text finds by a field, whose name is its value of number `n` unless it is made for it. */
function byKey(field: string) {
  const select = `select ${CONTACT} from crm_sync_contacts c where c.workspace = ?1 and c.entity = ?2`;
  // SQLite's `lower` knows ASCII letters only, as `keyText` does
  if (field === EMAIL)
    return (_: number) => `${select} and lower(json_extract(c.fields, '$.email')) in (select lower(value) from json_each(?3))
      and json_type(c.fields, '$.email') = 'text'`;
  if (INDEXED_KEYS.includes(field))
    return (_: number) => `${select} and json_extract(c.fields, '$.${field}') in (select value from json_each(?3))`;
  return (n: number) => `${select} and exists (select 1 from json_each(c.fields) f
    where f.key = ?${n} and f.type = 'text' and f.value in (select value from json_each(?3)))`;
}

/**
 * The texts for SQLite. Lists come in through `json_each`, one statement for a whole page; rows are written as values, which
 * SQLite does faster than it takes a list apart. `indexed by` stands where the
 * planner would rather avoid a sort than find few rows.
 *
 * Source: SQLite documentation, JSON Functions And Operators; The INDEXED BY Clause; The UPSERT Clause.
 */
export const sqliteDialect: Dialect = {
  // `begin immediate` has let nobody else in
  moment: "select lower(hex(randomblob(12))) as stamp, cast(round(unixepoch('subsec') * 1000) as integer) as now",
  json: { write: (text) => text, read: (text) => text },
  contacts: {
    byIds: `select ${CONTACT} from crm_sync_contacts c where c.workspace = ?1 and c.id in (select value from json_each(?2))`,
    byKey: (field) => ({ text: byKey(field)(4), takesField: !INDEXED_KEYS.includes(field) }),
    byKeyLinked: (field) => ({
      text: `select c.id as contact, c.entity as contact_entity, c.version as contact_version, c.fields, ${LINK} from (${byKey(field)(5)}) c
        left join crm_sync_links l indexed by crm_sync_links_contact on l.workspace = ?1 and l.contact_id = c.id and l.connection = ?4`,
      takesField: !INDEXED_KEYS.includes(field),
    }),
    scan: (want, from) => {
      if (want === 'pending') return sqlitePending(from);
      return `select c.id ${SCANS[want]} and c.entity = ?4 ${from === 'after' ? 'and c.id > ?6' : ''} order by c.id limit ?5`;
    },
    words: sqliteListWords,
    insert: 'insert into crm_sync_contacts (workspace, version, id, entity, fields) values (?1, ?2, ?3, ?4, ?5)',
    update: 'update crm_sync_contacts set version = ?2, fields = ?5 where workspace = ?1 and id = ?3',
    delete: 'delete from crm_sync_contacts where workspace = ?1 and id in (select value from json_each(?2))',
  },
  links: {
    byContacts: `select id, object, contact_id, entity, record_id, state, seen, plan, due_at, synced_at, version, body from crm_sync_links
      indexed by crm_sync_links_contact
      where workspace = ?1 and connection = ?2 and contact_id in (select value from json_each(?3)) order by id`,
    versions: `select id, object, contact_id, entity, state, seen, version from crm_sync_links
      where workspace = ?1 and connection = ?2 and id in (select value from json_each(?3))`,
    byRecords: `${recordsOf('in')} union all ${recordsOf('not in')}`,
    linked: (from) => `select distinct contact_id as id from crm_sync_links indexed by crm_sync_links_contact
      where workspace = ?1 and connection = ?2 and object = ?3 and entity = ?4 ${from === 'after' ? 'and contact_id > ?6' : ''}
      order by contact_id limit ?5`,
    delete: `delete from crm_sync_links where workspace = ?1 and connection = ?2 and id in (select value from json_each(?3))`,
    insert: `insert into crm_sync_links
      (workspace, connection, version, id, object, contact_id, entity, record_id, state, seen, plan, due_at, synced_at, body)
      values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)`,
    markUnseen: `insert or ignore into crm_sync_unseen (workspace, connection, object, contact_id)
      select l.workspace, l.connection, l.object, l.contact_id from json_each(?2) contact
        cross join crm_sync_links l indexed by crm_sync_links_contact on l.workspace = ?1 and l.contact_id = contact.value ->> 0
        where l.state = 'active' and l.seen is not contact.value ->> 1`,
    clearUnseen: `delete from crm_sync_unseen where workspace = ?1 and connection = ?2 and (object, contact_id) in (
      select value ->> 0, value ->> 1 from json_each(?3))`,
    eraseUnseen: `delete from crm_sync_unseen where workspace = ?1 and (connection, object, contact_id) in (
      select connection, object, contact_id from crm_sync_links indexed by crm_sync_links_contact
      where workspace = ?1 and contact_id in (select value from json_each(?2)))`,
    erase: 'delete from crm_sync_links where workspace = ?1 and contact_id in (select value from json_each(?2))',
    elsewhere: `select connection, id, object, contact_id, entity, record_id, state, seen, plan, due_at, synced_at, version, body
      from crm_sync_links indexed by crm_sync_links_contact
      where workspace = ?1 and connection <> ?2 and contact_id in (select value from json_each(?3)) order by connection, id`,
  },
  entries: {
    versions: `select e.connection, e.kind, e.key, e.version
      from json_each(?2) named cross join crm_sync_entries e
      on e.workspace = ?1 and e.connection = named.value ->> 0 and e.kind = named.value ->> 1 and e.key = named.value ->> 2`,
    query: (asked) => {
      const conditions = ['workspace = ?1', 'connection = ?2', 'kind = ?3'];
      let next = 5;
      for (const [name, condition] of ENTRY_FILTERS) if (asked[name]) conditions.push(condition(next++));
      if (asked.after) conditions.push(`key ${asked.order === 'ascending' ? '>' : '<'} ?${next}`);
      const index = asked.keys ? '' : asked.contactId || asked.contactIds ? 'contact' : asked.dueBy ? 'due' : '';
      const indexedBy = index && `indexed by crm_sync_entries_${index}`;
      return `select key, body, version, due_at, contact_id from crm_sync_entries ${indexedBy} where ${conditions.join(' and ')}
        order by key ${asked.order === 'ascending' ? 'asc' : 'desc'} limit ?4`;
    },
    delete: `delete from crm_sync_entries where workspace = ?1 and (connection, kind, key) in (
      select value ->> 0, value ->> 1, value ->> 2 from json_each(?2))`,
    insert: `insert into crm_sync_entries (workspace, version, connection, kind, key, body, due_at, contact_id)
      values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`,
    erase: 'delete from crm_sync_entries where workspace = ?1 and contact_id in (select value from json_each(?2))',
  },
  isUniqueViolation: (error) => UNIQUE_VIOLATIONS.includes(sqliteCode(error) ?? 0),
};
