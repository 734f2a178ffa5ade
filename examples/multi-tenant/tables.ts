/** What the product keeps of its customers' connections; contacts and links are in the store's own tables. */
export const TABLES = `
  create table if not exists crm_connections (
    id text primary key,
    workspace text not null,
    crm text not null check (crm in ('salesforce', 'hubspot')),
    crm_account text not null,
    schema jsonb not null,
    settings jsonb not null default '{}',
    tokens jsonb,
    problem jsonb
  );
  create table if not exists crm_mappings (
    connection text not null references crm_connections (id) on delete cascade,
    object text not null,
    mapping jsonb not null,
    primary key (connection, object)
  )`;

export interface ConnectionRow {
  readonly id: string;
  readonly workspace: string;
  readonly crm: 'salesforce' | 'hubspot';
  readonly crm_account: string;
  readonly schema: unknown;
  readonly settings: object;
  readonly mappings: readonly unknown[];
}
