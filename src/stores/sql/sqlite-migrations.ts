import type { Migration } from './migration.ts';

/** Where the steps that were taken are noted: the file may be the host's, so `user_version` is not ours to use. */
export const MIGRATIONS_TABLE = `create table if not exists crm_sync_migrations (
  version integer primary key,
  applied_at text not null default (strftime('%Y-%m-%dT%H:%M:%fZ'))
)`;

const matchKeyIndex = (field: string) =>
  `create index crm_sync_contacts_${field} on crm_sync_contacts (workspace, json_extract(fields, '$.${field}'))
    where json_extract(fields, '$.${field}') is not null`;

export const sqliteMigrations: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `create table crm_sync_contacts (
        workspace text not null,
        id text not null,
        entity text not null,
        version text not null,
        fields text not null,
        primary key (workspace, id)
      )`,
      ...['phone_number', 'email', 'domain', 'name'].map(matchKeyIndex),
      `create table crm_sync_links (
        workspace text not null,
        connection text not null,
        id text not null,
        object text not null,
        contact_id text not null,
        entity text not null,
        record_id text,
        state text not null,
        seen text,
        plan text not null,
        due_at integer,
        synced_at integer not null,
        version text not null,
        body text not null,
        primary key (workspace, connection, id)
      )`,
      `create unique index crm_sync_links_live_contact on crm_sync_links (workspace, contact_id, connection, object)
        where state in ('creating', 'active', 'ambiguous', 'missing', 'left_filter')`,
      `create unique index crm_sync_links_live_record on crm_sync_links (workspace, connection, object, record_id)
        where record_id is not null and state in ('creating', 'active', 'ambiguous', 'missing', 'left_filter')`,
      `create index crm_sync_links_past_record on crm_sync_links (workspace, connection, object, record_id)
        where record_id is not null and state not in ('creating', 'active', 'ambiguous', 'missing', 'left_filter')`,
      // links of a contact; and in the order of contacts all that a scan looks at, so that it reads no row of links
      `create index crm_sync_links_contact on crm_sync_links
        (workspace, contact_id, connection, object, state, entity, seen, plan, due_at)`,
      `create table crm_sync_entries (
        workspace text not null,
        connection text not null,
        kind text not null,
        key text not null,
        version text not null,
        due_at integer,
        contact_id text,
        body text not null,
        primary key (workspace, connection, kind, key)
      )`,
      `create index crm_sync_entries_due on crm_sync_entries (workspace, connection, kind, key, due_at) where due_at is not null`,
      `create index crm_sync_entries_contact on crm_sync_entries (workspace, contact_id) where contact_id is not null`,
    ],
  },
  {
    version: 2,
    statements: [
      // contacts whose active link has not seen their version: narrow rows, for a mark in the link would rewrite all its indexes
      `create table crm_sync_unseen (
        workspace text not null,
        connection text not null,
        object text not null,
        contact_id text not null,
        primary key (workspace, connection, object, contact_id)
      ) without rowid`,
      `insert into crm_sync_unseen select l.workspace, l.connection, l.object, l.contact_id from crm_sync_links l where l.state = 'active'
        and not exists (select 1 from crm_sync_contacts c where c.workspace = l.workspace and c.id = l.contact_id and c.version = l.seen)`,
      `create index crm_sync_links_due on crm_sync_links (workspace, connection, object, entity, due_at, contact_id)
        where state = 'active' and due_at is not null`,
      `create index crm_sync_links_plan on crm_sync_links (workspace, connection, object, entity, plan, contact_id)
        where state = 'active'`,
    ],
  },
  {
    version: 3,
    statements: [
      // One index for both: the links of a contact, in the order in which scans look at them, and that one of them at most is live.
      // Two nulls are different to a unique index, so that past links do not count.
      'drop index crm_sync_links_contact',
      'drop index crm_sync_links_live_contact',
      `create unique index crm_sync_links_contact on crm_sync_links (workspace, contact_id, connection, object, entity,
        case when state in ('creating', 'active', 'ambiguous', 'missing', 'left_filter') then 1 end)`,
    ],
  },
  {
    version: 4,
    statements: [
      // an email address is one in any case of its letters
      'drop index crm_sync_contacts_email',
      `create index crm_sync_contacts_email on crm_sync_contacts (workspace, lower(json_extract(fields, '$.email')))
        where lower(json_extract(fields, '$.email')) is not null`,
    ],
  },
];
