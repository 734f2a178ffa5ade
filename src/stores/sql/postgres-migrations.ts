import type { Migration } from './migration.ts';

/** Fields that contacts are matched by most; any other field may be matched by too, without an index of ours. */
export const INDEXED_KEYS = ['phone_number', 'email', 'domain', 'name'] as const;
/** An index entry takes 2,700 bytes at most: longer values share one, and are compared in full afterwards. */
export const KEY_LENGTH = 200;

const LIVE = `state in ('creating', 'active', 'ambiguous', 'missing', 'left_filter')`;
const PAST = LIVE.replace('in', 'not in');

/** The tables in a schema, whose name is given quoted and with its dot (`"crm".`), or where the connection looks first (`''`). */
export const postgresMigrations = (schema: string): readonly Migration[] => [
  {
    version: 1,
    statements: [
      `create table ${schema}crm_sync_migrations (
        version integer primary key,
        applied_at timestamptz not null default now()
      )`,
      // keys are columns and no expressions of an index, so that an update which leaves them alone writes no index
      `create table ${schema}crm_sync_contacts (
        workspace text collate "C" not null,
        id text collate "C" not null,
        entity text not null,
        version text not null,
        fields jsonb not null,
        ${INDEXED_KEYS.map((key) => `${key} text generated always as (left(fields ->> '${key}', ${KEY_LENGTH})) stored`).join(',\n        ')},
        primary key (workspace, id)
      )`,
      ...INDEXED_KEYS.map(
        (key) => `create index crm_sync_contacts_${key} on ${schema}crm_sync_contacts (workspace, ${key}) where ${key} is not null`,
      ),
      // times are milliseconds since 1970, as JavaScript counts them
      `create table ${schema}crm_sync_links (
        workspace text collate "C" not null,
        connection text collate "C" not null,
        id text collate "C" not null,
        object text collate "C" not null,
        contact_id text collate "C" not null,
        entity text not null,
        record_id text collate "C",
        state text not null,
        seen text,
        plan text not null,
        due_at double precision,
        synced_at double precision not null,
        version text not null,
        body text not null,
        primary key (workspace, connection, id)
      )`,
      `create unique index crm_sync_links_live_contact on ${schema}crm_sync_links (workspace, contact_id, connection, object) where ${LIVE}`,
      `create unique index crm_sync_links_live_record on ${schema}crm_sync_links (workspace, connection, object, record_id)
        where record_id is not null and ${LIVE}`,
      `create index crm_sync_links_past_record on ${schema}crm_sync_links (workspace, connection, object, record_id)
        where record_id is not null and ${PAST}`,
      `create index crm_sync_links_contact on ${schema}crm_sync_links (workspace, contact_id, connection, object)`,
      `create table ${schema}crm_sync_entries (
        workspace text collate "C" not null,
        connection text collate "C" not null,
        kind text collate "C" not null,
        key text collate "C" not null,
        version text not null,
        due_at double precision,
        contact_id text collate "C",
        body text not null,
        primary key (workspace, connection, kind, key)
      )`,
      `create index crm_sync_entries_due on ${schema}crm_sync_entries (workspace, connection, kind, key, due_at) where due_at is not null`,
      `create index crm_sync_entries_contact on ${schema}crm_sync_entries (workspace, contact_id) where contact_id is not null`,
      `insert into ${schema}crm_sync_migrations (version) values (1)`,
    ],
  },
  {
    version: 2,
    statements: [
      `alter table ${schema}crm_sync_links alter column plan type text collate "C"`,
      // contacts whose active link has not seen their version: narrow rows, for a mark in the link would rewrite all its indexes
      `create table ${schema}crm_sync_unseen (
        workspace text collate "C" not null,
        connection text collate "C" not null,
        object text collate "C" not null,
        contact_id text collate "C" not null,
        primary key (workspace, connection, object, contact_id)
      )`,
      `insert into ${schema}crm_sync_unseen select l.workspace, l.connection, l.object, l.contact_id from ${schema}crm_sync_links l
        where l.state = 'active' and not exists (
          select 1 from ${schema}crm_sync_contacts c where c.workspace = l.workspace and c.id = l.contact_id and c.version = l.seen)`,
      // `nulls first`: see `postgresPending`
      `create index crm_sync_links_due on ${schema}crm_sync_links (workspace, connection, object, entity, due_at, contact_id)
        where state = 'active' and due_at is not null`,
      `create index crm_sync_links_plan on ${schema}crm_sync_links (workspace, connection, object, entity, plan, contact_id nulls first)
        where state = 'active'`,
      `insert into ${schema}crm_sync_migrations (version) values (2)`,
    ],
  },
  {
    version: 3,
    statements: [
      // One index for both: the links of a contact, and that one of them at most is live. Two nulls are different to a unique index,
      // so that past links do not count.
      `drop index ${schema}crm_sync_links_contact`,
      `drop index ${schema}crm_sync_links_live_contact`,
      `create unique index crm_sync_links_contact on ${schema}crm_sync_links (workspace, contact_id, connection, object,
        (case when ${LIVE} then 1 end))`,
      `insert into ${schema}crm_sync_migrations (version) values (3)`,
    ],
  },
  {
    version: 4,
    statements: [
      // An email address is one in any case of its letters: those of ASCII, whatever the database's own collation makes of others.
      `alter table ${schema}crm_sync_contacts drop column email`,
      `alter table ${schema}crm_sync_contacts add column email text collate "C"
        generated always as (left(lower((fields ->> 'email') collate "C"), ${KEY_LENGTH})) stored`,
      `create index crm_sync_contacts_email on ${schema}crm_sync_contacts (workspace, email) where email is not null`,
      `insert into ${schema}crm_sync_migrations (version) values (4)`,
    ],
  },
];
