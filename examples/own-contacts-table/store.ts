import { type ContactRow, type ContactTable, hostStore, type SqlRow, type SqlValue } from 'crm-sync-engine/stores/host';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { type Person, people } from './people.ts';

type Tx = Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0];

const COLUMNS = { phone_number: 'phone', first_name: 'givenName', last_name: 'familyName', do_not_call: 'optedOut' } as const;
const isColumn = (name: string): name is keyof typeof COLUMNS => Object.hasOwn(COLUMNS, name);

const toRow = ({ id, version, attributes, phone, givenName, familyName, optedOut }: Person): ContactRow => ({
  id,
  version: String(version),
  fields: { ...attributes, phone_number: phone, first_name: givenName, last_name: familyName, do_not_call: optedOut },
});

/** Fields that have a column go there, the others into the JSON beside what it holds already. */
function toData(fields: ContactRow['fields'], before: ContactRow['fields'] = {}) {
  const all = Object.entries({ ...before, ...fields });
  const data: Record<string, unknown> = { attributes: Object.fromEntries(all.filter(([name]) => !isColumn(name))) };
  for (const [name, value] of Object.entries(fields))
    if (isColumn(name)) data[COLUMNS[name]] = name === 'do_not_call' ? value === true : value;
  return data as Partial<Person>;
}

const columnOf = (field: string) => (isColumn(field) ? sql`${people[COLUMNS[field]]}` : sql`${people.attributes} ->> ${field}`);

/** Values of a field are looked for as they are; an email address, which comes in lower case too, in any case of its letters. */
const comparedOf = (field: string) => (field === 'email' ? sql`lower(${columnOf(field)})` : columnOf(field));

const contacts: ContactTable<Tx> = {
  columns: { table: 'people', id: 'id', workspace: 'org_id', version: 'version' },
  async find(tx, { workspace, ids, field, values }) {
    const isWanted = ids !== undefined ? inArray(people.id, [...ids]) : inArray(comparedOf(field), [...values]);
    const rows = await tx
      .select()
      .from(people)
      .where(and(eq(people.orgId, workspace), isWanted));
    return rows.map(toRow);
  },
  async insert(tx, { workspace, rows }) {
    const made = await tx
      .insert(people)
      .values(rows.map(({ fields }) => ({ ...toData(fields), orgId: workspace })))
      .returning({ id: people.id });
    return made.map(({ id }) => id);
  },
  async update(tx, { workspace, rows }) {
    const written: string[] = [];
    for (const { id, expectedVersion, fields, before } of rows) {
      const isSame = and(eq(people.orgId, workspace), eq(people.id, id), eq(people.version, Number(expectedVersion)));
      const { rowCount } = await tx.update(people).set(toData(fields, before)).where(isSame);
      if (rowCount === 1) written.push(id);
    }
    return written;
  },
};

/** Drizzle numbers values itself: it gets the text in pieces. */
const toSql = (text: string, values: readonly SqlValue[]) =>
  sql.join(text.split(/\$(\d+)/).map((piece, index) => (index % 2 === 0 ? sql.raw(piece) : sql`${values[Number(piece) - 1]}`)));

/** Links, checkpoints, queues and history are in our `crm_sync_*` tables, written in the same Drizzle transaction. */
export const storeOn = (db: NodePgDatabase) =>
  hostStore<Tx>({
    dialect: 'postgres',
    transaction: (work) => db.transaction(work),
    query: async (tx, text, values) => (await tx.execute(toSql(text, values))).rows as SqlRow[],
    contacts,
  });
