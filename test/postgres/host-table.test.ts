import { type ContactTable, hostStore, type SqlRow, type SqlValue } from 'crm-sync-engine/stores/host';
import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { boolean, doublePrecision, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, inject, it } from 'vitest';
import type { Fields } from '../../src/core/values/value.ts';
import { contactStoreContract, type StoreCapability } from '../../src/testing/contracts/contact-store.ts';
import { type OpenSchema, openSchema } from './open-schema.ts';

/** Ids that the database makes, a version counter, a name that is cut, a boolean that is never null, and JSON for the rest. */
const people = pgTable('People', {
  id: uuid().primaryKey().defaultRandom(),
  org: text().notNull(),
  version: integer().notNull().default(1),
  phone: text(),
  givenName: text('given_name'),
  optedOut: boolean('opted_out').notNull().default(false),
  score: doublePrecision(),
  attributes: jsonb().$type<Fields>().notNull(),
});

type Tx = Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0];
type Person = typeof people.$inferSelect;

/** A statement of ours as Drizzle runs it in its transaction. */
const toSql = (statement: string, values: readonly SqlValue[]): SQL =>
  sql.join(statement.split(/(\$\d+)/).map((part) => (/^\$\d+$/.test(part) ? sql`${values[Number(part.slice(1)) - 1]}` : sql.raw(part))));

const toFields = ({ attributes, phone, givenName, optedOut, score }: Person): Fields => ({
  ...attributes,
  phone_number: phone,
  first_name: givenName,
  do_not_call: optedOut,
  score,
});
const toColumns = ({ phone_number = null, first_name = null, do_not_call = null, score = null, ...attributes }: Fields) => ({
  phone: phone_number as string | null,
  givenName: typeof first_name === 'string' ? first_name.slice(0, 20) : null,
  optedOut: do_not_call === true,
  score: score as number | null,
  attributes,
});

const table: ContactTable<Tx> = {
  columns: { table: 'People', id: 'id', workspace: 'org', version: 'version' },
  async find(tx, { workspace, ids, field, values }) {
    const isWanted =
      ids !== undefined
        ? inArray(people.id, [...ids])
        : field === 'phone_number'
          ? inArray(people.phone, [...values])
          : field === 'first_name'
            ? inArray(people.givenName, [...values])
            : field === 'email'
              ? inArray(sql`lower(${people.attributes} ->> ${field})`, [...values])
              : inArray(sql`${people.attributes} ->> ${field}`, [...values]);
    const rows = await tx
      .select()
      .from(people)
      .where(and(eq(people.org, workspace), isWanted));
    return rows.map((row) => ({ id: row.id, version: String(row.version), fields: toFields(row) }));
  },
  async insert(tx, { workspace, rows }) {
    if (rows.length === 0) return [];
    const made = await tx
      .insert(people)
      .values(rows.map(({ fields }) => ({ org: workspace, ...toColumns(fields) })))
      .returning({ id: people.id });
    return made.map(({ id }) => id);
  },
  async update(tx, { workspace, rows }) {
    const written: string[] = [];
    for (const { id, expectedVersion, before, fields } of rows) {
      const done = await tx
        .update(people)
        .set({ ...toColumns({ ...before, ...fields }), version: sql`${people.version} + 1` })
        .where(and(eq(people.org, workspace), eq(people.id, id), eq(people.version, Number(expectedVersion))))
        .returning({ id: people.id });
      written.push(...done.map((row) => row.id));
    }
    return written;
  },
  async delete(tx, { workspace, ids }) {
    await tx.delete(people).where(and(eq(people.org, workspace), inArray(people.id, [...ids])));
  },
};

describe('hostStore over a table in PostgreSQL, through Drizzle, keeps the contract of a contact store', () => {
  let schema: OpenSchema;
  beforeAll(async () => {
    schema = await openSchema(inject('postgresUrl'), { migrated: false });
    await schema.pool.query(`create table "People" (
      id uuid primary key default gen_random_uuid(), org text not null, version integer not null default 1, phone text,
      given_name text, opted_out boolean not null default false, score double precision check (score <> -1), attributes jsonb not null)`);
    await storeOf().migrate();
  });
  afterAll(() => schema[Symbol.asyncDispose]());

  const storeOf = () => {
    const db = drizzle(schema.pool);
    return hostStore<Tx>({
      dialect: 'postgres',
      transaction: (work) => db.transaction(work),
      query: async (tx, statement, values) => (await tx.execute(toSql(statement, values))).rows as SqlRow[],
      contacts: table,
    });
  };

  async function makeHostStore() {
    await schema.pool.query(
      'delete from "People"; delete from crm_sync_contacts; delete from crm_sync_links; delete from crm_sync_entries',
    );
    return { store: storeOf(), poison: { score: -1 } };
  }

  const capabilities: ReadonlySet<StoreCapability> = new Set(['removals', 'refusesRows', 'exactScans']); // not any field: jsonb holds no NUL
  const cases = contactStoreContract.filter(({ requires }) => requires.every((one) => capabilities.has(one)));
  it.each(cases)('$id $rule', ({ check }) => check(makeHostStore));
});
