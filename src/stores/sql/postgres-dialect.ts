import { LIVE_STATES } from '../../core/link.ts';
import type { Dialect } from './dialect.ts';
import { escapeJson, unescapeJson } from './escape-json.ts';
import { INDEXED_KEYS, KEY_LENGTH } from './postgres-migrations.ts';
import { sqlState } from './sql-state.ts';

const ENTRY_FILTERS = [
  ['keys', (n: number) => `key = any(${listed(n)})`],
  ['dueBy', (n: number) => `due_at <= $${n}`],
  ['contactId', (n: number) => `contact_id = $${n}`],
] as const;

/** A list of texts. An array and no join: the planner then looks each of them up by an index, also in a table it has no counts of. */
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
 * Source: PostgreSQL documentation, Transaction Isolation; Advisory Locks; JSON Functions and Operators.
 */
export function postgresDialect(schema = ''): Dialect {
  const CONTACTS = `${schema}crm_sync_contacts`;
  const LINKS = `${schema}crm_sync_links`;
  const ENTRIES = `${schema}crm_sync_entries`;
  const live = (operator: 'in' | 'not in') => `state ${operator} (${LIVE_STATES.map((state) => `'${state}'`).join(', ')})`;
  const contact = `select c.id, c.entity, c.version, c.fields::text as fields from ${CONTACTS} c where c.workspace = $1`;
  const scans = {
    // says the types of the values that it has no use for: PostgreSQL asks for them
    all: `from ${CONTACTS} c where c.workspace = $1 and $2::text is not null and $3::text is not null`,
    unlinked: `from ${CONTACTS} c where c.workspace = $1 and not exists (
      select 1 from ${LINKS} l where l.workspace = $1 and l.connection = $2 and l.contact_id = c.id and l.object = $3)`,
    pending: `from ${LINKS} l join ${CONTACTS} c on c.workspace = l.workspace and c.id = l.contact_id
      where l.workspace = $1 and l.connection = $2 and l.object = $3 and l.state = 'active'
        and (l.seen is null or l.seen <> c.version or l.plan <> $6 or l.due_at <= $7)`,
  } as const;
  const recordsOf = (operator: 'in' | 'not in') => `select contact_id from ${LINKS}
    where workspace = $1 and connection = $2 and object = $3 and record_id = any(${listed(4)}) and ${live(operator)}`;
  const namedEntries = `(select r ->> 0 as connection, r ->> 1 as kind, r ->> 2 as key from jsonb_array_elements($2::jsonb) r) named`;
  const isNamed = 'e.workspace = $1 and e.connection = named.connection and e.kind = named.kind and e.key = named.key';

  return {
    moment: `with turn as materialized (select pg_advisory_xact_lock(hashtextextended('crm_sync_engine ' || $1::text, 0)))
      select replace(gen_random_uuid()::text, '-', '') as stamp,
        floor(extract(epoch from clock_timestamp()) * 1000)::double precision as now from turn`,
    json: { write: escapeJson, read: unescapeJson },
    contacts: {
      byIds: `${contact} and c.id = any(${listed(2)})`,
      byKey: (field) => {
        const key = INDEXED_KEYS.find((indexed) => indexed === field);
        const same = (name: string) => `c.fields -> ${name} = any(array(select jsonb_array_elements($3::jsonb)))`;
        if (key === undefined) return { text: `${contact} and c.entity = $2 and ${same('$4')}`, takesField: true };
        const starts = `array(select left(text, ${KEY_LENGTH}) from jsonb_array_elements_text($3::jsonb) text)`;
        return { text: `${contact} and c.entity = $2 and c.${key} = any(${starts}) and ${same(`'${key}'`)}`, takesField: false };
      },
      scan: (want, from) => {
        const [id, entity, after] = want === 'pending' ? ['l.contact_id', 'l.entity', '$8'] : ['c.id', 'c.entity', '$6'];
        const behind = from === 'after' ? `and ${id} > ${after}` : '';
        return `select ${id} as id ${scans[want]} and ${entity} = $4 ${behind} order by ${id} limit $5`;
      },
      insert: `insert into ${CONTACTS} (workspace, version, id, entity, fields)
        select $1, $2, ${columns(0, 1)}, (r ->> 2)::jsonb from jsonb_array_elements($3::jsonb) r`,
      update: `update ${CONTACTS} c set version = $2, fields = (r ->> 2)::jsonb from jsonb_array_elements($3::jsonb) r
        where c.workspace = $1 and c.id = r ->> 0`,
      delete: `delete from ${CONTACTS} where workspace = $1 and id = any(${listed(2)})`,
    },
    links: {
      byContacts: `select ${LINK} from ${LINKS}
        where workspace = $1 and connection = $2 and contact_id = any(${listed(3)}) order by id`,
      versions: `select id, contact_id, entity, version from ${LINKS} where workspace = $1 and connection = $2 and id = any(${listed(3)})`,
      byRecords: `${recordsOf('in')} union all ${recordsOf('not in')}`,
      linked: (from) => `select distinct contact_id as id from ${LINKS}
        where workspace = $1 and connection = $2 and object = $3 and entity = $4 ${from === 'after' ? 'and contact_id > $6' : ''}
        order by contact_id limit $5`,
      delete: `delete from ${LINKS} where workspace = $1 and connection = $2 and id = any(${listed(3)})`,
      insert: `insert into ${LINKS}
        (workspace, connection, version, id, object, contact_id, entity, record_id, state, seen, plan, due_at, synced_at, body)
        select $1, $2, $3, ${columns(0, 7)}, (r ->> 8)::double precision, (r ->> 9)::double precision, r ->> 10
        from jsonb_array_elements($4::jsonb) r`,
      erase: `delete from ${LINKS} where workspace = $1 and contact_id = any(${listed(2)})`,
      elsewhere: `select connection, ${LINK} from ${LINKS}
        where workspace = $1 and connection <> $2 and contact_id = any(${listed(3)}) order by connection, id`,
    },
    entries: {
      versions: `select e.connection, e.kind, e.key, e.version from ${namedEntries} join ${ENTRIES} e on ${isNamed}`,
      query: (asked) => {
        const conditions = ['workspace = $1', 'connection = $2', 'kind = $3'];
        let next = 5;
        for (const [name, condition] of ENTRY_FILTERS) if (asked[name]) conditions.push(condition(next++));
        if (asked.after) conditions.push(`key ${asked.order === 'ascending' ? '>' : '<'} $${next}`);
        return `select key, body, version, due_at, contact_id from ${ENTRIES} where ${conditions.join(' and ')}
          order by key ${asked.order === 'ascending' ? 'asc' : 'desc'} limit $4`;
      },
      delete: `delete from ${ENTRIES} e using ${namedEntries} where ${isNamed}`,
      insert: `insert into ${ENTRIES} (workspace, version, connection, kind, key, body, due_at, contact_id)
        select $1, $2, ${columns(0, 3)}, (r ->> 4)::double precision, r ->> 5 from jsonb_array_elements($3::jsonb) r`,
      erase: `delete from ${ENTRIES} where workspace = $1 and contact_id = any(${listed(2)})`,
    },
    isUniqueViolation: (error) => sqlState(error) === UNIQUE_VIOLATION,
  };
}
