import { sql } from 'drizzle-orm';
import { boolean, integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/** The product's own table, as it was before any CRM: columns for what every person has, JSON for the rest. */
export const people = pgTable('people', {
  id: uuid().primaryKey().defaultRandom(),
  orgId: text('org_id').notNull(),
  phone: text(),
  givenName: text('given_name'),
  familyName: text('family_name'),
  optedOut: boolean('opted_out').notNull().default(false),
  attributes: jsonb().$type<Readonly<Record<string, string | number | boolean | null>>>().notNull().default({}),
  /** Drizzle counts every update of the product, too. */
  version: integer()
    .notNull()
    .default(1)
    .$onUpdate(() => sql`version + 1`),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});

export type Person = typeof people.$inferSelect;

/** What a migration of the product has made. */
export const PEOPLE_TABLE = `
  create table if not exists people (
    id uuid primary key default gen_random_uuid(),
    org_id text not null,
    phone text,
    given_name text,
    family_name text,
    opted_out boolean not null default false,
    attributes jsonb not null default '{}',
    version integer not null default 1,
    created_at timestamptz not null default now()
  );
  create index if not exists people_phone on people (org_id, phone)`;
