import { EMAIL } from '../../core/link/key-text.ts';
import { LIVE_STATES } from '../../core/link/link.ts';
import type { Dialect } from './dialect.ts';
import { escapeJson, unescapeJson } from './escape-json.ts';
import { postgresListWords } from './postgres-list-words.ts';
import { INDEXED_KEYS, KEY_LENGTH } from './postgres-migrations.ts';
import { postgresPending } from './postgres-pending.ts';
import { sqlState } from './sql-state.ts';

const ENTRY_FILTERS = [
  ['keys', (n: number) => `key = any(${listed(n)})`],
  ['dueBy', (n: number) => `due_at <= $${n}`],
  ['contactId', (n: number) => `contact_id = $${n}`],
  ['contactIds', (n: number) => `contact_id = any(${listed(n)})`],
] as const;

/** A list of texts. An array and no join: each of them is then looked up by an index. */
function listed(n: number): string {
  return `array(select jsonb_array_elements_text($${n}::jsonb))`;
}

/** Columns of a list of rows, as text. */
const columns = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `r ->> ${from + index}`).join(', ');

const LINK = 'id, object, contact_id, entity, record_id, state, seen, plan, due_at, synced_at, version, body';

const UNIQUE_VIOLATION = '23505';

/**
 * The texts for PostgreSQL 13 or newer, over tables in a schema (see `postgresMigrations`). Ids and keys have the collation
 * "C", which sorts by code point.
 *
 * A commit looks at what it expects, and only then writes. At READ COMMITTED another commit could come in between, and row
 * locks would not keep it out: a contact or an entry that must not be there has no row to lock, and erasing a contact has
 * to meet entries that are just being put. SERIALIZABLE finds all of that, but as failures, and also of commits that have
 * nothing in common but a page of an index. So `moment` takes an advisory lock on the workspace until the transaction
 * ends: commits of one workspace come one after the other, those of different ones at once. Each statement behind it sees
 * what was committed before, for at READ COMMITTED every statement looks anew; `postgresStore` sets that level itself.
 *
 * The planner guesses badly as long as nobody has counted a table: for the first minute of a first import it takes a
 * workspace or a connection for a handful of rows, and reads all of them for each page. `lateral (… offset 0)` leaves it
 * no choice but to look each item of a list up by an index that begins with all that is asked. (`ctid`, where the row is,
 * stays the same while nobody else writes.)
 *
 * Source: PostgreSQL documentation, Transaction Isolation; Advisory Locks; JSON Functions and Operators; Planner Statistics.
 */
export function postgresDialect(schema = ''): Dialect {
  const CONTACTS = `${schema}crm_sync_contacts`;
  const LINKS = `${schema}crm_sync_links`;
  const UNSEEN = `${schema}crm_sync_unseen`;
  const ENTRIES = `${schema}crm_sync_entries`;
  const live = (operator: 'in' | 'not in') => `state ${operator} (${LIVE_STATES.map((state) => `'${state}'`).join(', ')})`;
  const contact = `select c.id, c.entity, c.version, c.fields::text as fields from ${CONTACTS} c where c.workspace = $1`;
  const insertContacts = `insert into ${CONTACTS} (workspace, version, id, entity, fields)
    select $1, $2, ${columns(0, 1)}, (r ->> 2)::jsonb from jsonb_array_elements($3::jsonb) r`;
  const scans = {
    // says the types of the values that it has no use for: PostgreSQL asks for them
    all: `from ${CONTACTS} c where c.workspace = $1 and $2::text is not null and $3::text is not null`,
    unlinked: `from ${CONTACTS} c left join lateral (
        select true as exists from ${LINKS} where workspace = $1 and contact_id = c.id and connection = $2 and object = $3 limit 1
      ) link on true where c.workspace = $1 and link.exists is null`,
  } as const;
  const each = (n: number, select: string) => `jsonb_array_elements_text($${n}::jsonb) wanted cross join lateral (${select} offset 0)`;
  const linksById = (select: string) => each(3, `select ${select} from ${LINKS} where workspace = $1 and connection = $2 and id = wanted`);
  const linksOf = (connections: string) =>
    each(3, `select connection, ${LINK} from ${LINKS} where workspace = $1 and ${connections} and contact_id = wanted`);
  const linksOfAny = each(2, `select connection, object, contact_id from ${LINKS} where workspace = $1 and contact_id = wanted`);
  const recordsOf = (operator: 'in' | 'not in') => {
    const record = 'workspace = $1 and connection = $2 and object = $3 and record_id = wanted';
    return `select l.contact_id from ${each(4, `select contact_id from ${LINKS} where ${record} and ${live(operator)}`)} l`;
  };
  const named = (select: string) => `jsonb_array_elements($2::jsonb) r cross join lateral (select ${select} from ${ENTRIES}
    where workspace = $1 and connection = r ->> 0 and kind = r ->> 1 and key = r ->> 2 offset 0)`;

  const byKey = (field: string, n: number) => {
    const key = INDEXED_KEYS.find((indexed) => indexed === field);
    const same = (name: string) => `c.fields -> ${name} = any(array(select jsonb_array_elements($3::jsonb)))`;
    if (key === undefined) return { text: `${contact} and c.entity = $2 and ${same(`$${n}`)}`, takesField: true };
    if (key === EMAIL) {
      const wanted = (text: string) => `array(select ${text} from jsonb_array_elements_text($3::jsonb) text)`;
      const lower = 'lower(text collate "C")';
      return {
        text: `${contact} and c.entity = $2 and c.email = any(${wanted(`left(${lower}, ${KEY_LENGTH})`)})
          and jsonb_typeof(c.fields -> 'email') = 'string' and lower((c.fields ->> 'email') collate "C") = any(${wanted(lower)})`,
        takesField: false,
      };
    }
    const starts = `array(select left(text, ${KEY_LENGTH}) from jsonb_array_elements_text($3::jsonb) text)`;
    return { text: `${contact} and c.entity = $2 and c.${key} = any(${starts}) and ${same(`'${key}'`)}`, takesField: false };
  };

  return {
    moment: `with turn as materialized (select pg_advisory_xact_lock(hashtextextended('crm_sync_engine ' || $1::text, 0)))
      select replace(gen_random_uuid()::text, '-', '') as stamp,
        floor(extract(epoch from clock_timestamp()) * 1000)::double precision as now from turn`,
    json: { write: escapeJson, read: unescapeJson },
    contacts: {
      byIds: `${contact} and c.id = any(${listed(2)})`,
      byKey: (field) => byKey(field, 4),
      byKeyLinked: (field) => {
        const { text, takesField } = byKey(field, 5);
        const linked = `(select ${LINK} from ${LINKS} where workspace = $1 and contact_id = c.id and connection = $4 offset 0)`;
        return {
          text: `select c.id as contact, c.entity as contact_entity, c.version as contact_version, c.fields, l.*
            from (${text}) c left join lateral ${linked} l on true`,
          takesField,
        };
      },
      scan: (want, from) => {
        if (want === 'pending') return postgresPending({ contacts: CONTACTS, links: LINKS, unseen: UNSEEN }, from);
        return `select c.id ${scans[want]} and c.entity = $4 ${from === 'after' ? 'and c.id > $6' : ''} order by c.id limit $5`;
      },
      words: postgresListWords(schema),
      insert: insertContacts,
      // an upsert that always meets its row, by the primary key
      update: `${insertContacts} on conflict (workspace, id) do update set version = excluded.version, fields = excluded.fields`,
      delete: `delete from ${CONTACTS} where workspace = $1 and id = any(${listed(2)})`,
    },
    links: {
      byContacts: `select l.* from ${linksOf('connection = $2')} l order by l.id`,
      versions: `select l.* from ${linksById('id, object, contact_id, entity, state, seen, version')} l`,
      byRecords: `${recordsOf('in')} union all ${recordsOf('not in')}`,
      linked: (from) => `select distinct contact_id as id from ${LINKS}
        where workspace = $1 and connection = $2 and object = $3 and entity = $4 ${from === 'after' ? 'and contact_id > $6' : ''}
        order by contact_id limit $5`,
      delete: `delete from ${LINKS} where workspace = $1 and ctid = any(array(select l.ctid from ${linksById('ctid')} l))`,
      insert: `insert into ${LINKS}
        (workspace, connection, version, id, object, contact_id, entity, record_id, state, seen, plan, due_at, synced_at, body)
        select $1, $2, $3, ${columns(0, 7)}, (r ->> 8)::double precision, (r ->> 9)::double precision, r ->> 10
        from jsonb_array_elements($4::jsonb) r`,
      markUnseen: `insert into ${UNSEEN} (workspace, connection, object, contact_id) select $1, l.connection, l.object, l.contact_id
        from jsonb_array_elements($2::jsonb) r cross join lateral (select connection, object, contact_id, state, seen from ${LINKS}
          where workspace = $1 and contact_id = r ->> 0 offset 0) l
        where l.state = 'active' and l.seen is distinct from r ->> 1 on conflict do nothing`,
      clearUnseen: `delete from ${UNSEEN} where workspace = $1 and ctid = any(array(select u.ctid from jsonb_array_elements($3::jsonb) r
        cross join lateral (select ctid from ${UNSEEN} where workspace = $1 and connection = $2 and object = r ->> 0
          and contact_id = r ->> 1 offset 0) u))`,
      eraseUnseen: `delete from ${UNSEEN} where workspace = $1 and ctid = any(array(select u.ctid from ${linksOfAny} l
        cross join lateral (select ctid from ${UNSEEN} where workspace = $1 and connection = l.connection and object = l.object
          and contact_id = l.contact_id offset 0) u))`,
      erase: `delete from ${LINKS} where workspace = $1 and contact_id = any(${listed(2)})`,
      elsewhere: `select l.* from ${linksOf('connection <> $2')} l order by l.connection, l.id`,
    },
    entries: {
      versions: `select e.* from ${named('connection, kind, key, version')} e`,
      query: (asked) => {
        const conditions = ['workspace = $1', 'connection = $2', 'kind = $3'];
        let next = 5;
        for (const [name, condition] of ENTRY_FILTERS) if (asked[name]) conditions.push(condition(next++));
        if (asked.after) conditions.push(`key ${asked.order === 'ascending' ? '>' : '<'} $${next}`);
        const whose = 5 + Number(asked.keys) + Number(asked.dueBy);
        const isTheirs = asked.contactId ? `contact_id = $${whose}` : `contact_id = any(${listed(whose)})`;
        const ofContacts = `(select * from ${ENTRIES} where workspace = $1 and ${isTheirs} offset 0) e`;
        return `select key, body, version, due_at, contact_id from ${asked.contactId || asked.contactIds ? ofContacts : ENTRIES} where ${conditions.join(' and ')}
          order by key ${asked.order === 'ascending' ? 'asc' : 'desc'} limit $4`;
      },
      delete: `delete from ${ENTRIES} where workspace = $1 and ctid = any(array(select e.ctid from ${named('ctid')} e))`,
      insert: `insert into ${ENTRIES} (workspace, version, connection, kind, key, body, due_at, contact_id)
        select $1, $2, ${columns(0, 3)}, (r ->> 4)::double precision, r ->> 5 from jsonb_array_elements($3::jsonb) r`,
      erase: `delete from ${ENTRIES} where workspace = $1 and contact_id = any(${listed(2)})`,
    },
    isUniqueViolation: (error) => sqlState(error) === UNIQUE_VIOLATION,
  };
}
