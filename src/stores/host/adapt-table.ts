import { keyText } from '../../core/link/key-text.ts';
import type { Fields } from '../../core/values/value.ts';
import { CrmSyncError } from '../../errors.ts';
import type { ListQuery, ScanQuery } from '../../ports/store.ts';
import type { BoundScope } from '../semantics/check-scope.ts';
import { Undone } from '../sql/commit-changeset.ts';
import { type ContactTable as InnerTable, type Kept, ownContactTable, type StoredContact } from '../sql/contact-table.ts';
import type { Dialect, Query, SqlRow, WriteRows } from '../sql/dialect.ts';
import { listStatement } from '../sql/list-statement.ts';
import type { ListWords } from '../sql/list-words.ts';
import { invalidTable, toContact } from './check-row.ts';
import type { ContactTable, FindContacts } from './contact-table.ts';
import type { IdColumn } from './id-column.ts';
import { scanStatement } from './scan-texts.ts';
import { writeRows } from './write-rows.ts';

export interface AdaptOptions<Transaction> {
  readonly table: ContactTable<Transaction>;
  readonly dialect: Dialect;
  readonly query: Query<Transaction>;
  readonly write: WriteRows<Transaction>;
  readonly idColumn: (transaction: Transaction) => Promise<IdColumn>;
  /** How lists speak of the table, where the columns of its fields are known. */
  readonly words?: (transaction: Transaction) => Promise<ListWords>;
}

type Scan = ScanQuery & { readonly want: Exclude<ScanQuery['want'], 'linked'> };

/** Ids and values that a method of the host is given at once, at most. */
const FOUND_MAX = 1000;

function* slices<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < list.length; start += FOUND_MAX) yield list.slice(start, start + FOUND_MAX);
}

/** The host's table as a store uses it. Companies, which it does not hold, are in ours. */
export function adaptTable<Transaction>({
  table,
  dialect,
  query,
  write,
  idColumn,
  words,
}: AdaptOptions<Transaction>): InnerTable<Transaction> {
  const ours = ownContactTable(dialect, query, write);

  async function find(transaction: Transaction, queries: Iterable<FindContacts>): Promise<readonly StoredContact[]> {
    const { spells } = await idColumn(transaction);
    const found: StoredContact[] = [];
    for (const one of queries) for (const row of await table.find(transaction, one)) found.push(toContact(row, spells));
    return found;
  }

  async function byIds(transaction: Transaction, workspace: string, ids: readonly string[]): Promise<readonly StoredContact[]> {
    const { spells } = await idColumn(transaction);
    return find(
      transaction,
      [...slices(ids.filter(spells))].map((some) => ({ workspace, ids: some })),
    );
  }

  /** What the table has kept of rows that were just written, whatever its columns and triggers made of them. */
  async function keptOf(transaction: Transaction, workspace: string, rows: readonly { readonly id: string; readonly set: Fields }[]) {
    const ids = rows.map(({ id }) => id);
    const found = new Map((await byIds(transaction, workspace, ids)).map((row) => [row.id, row]));
    return rows.map(({ id, set }): Kept => {
      const row = found.get(id);
      if (row === undefined)
        throw invalidTable('A row that was just written is not found.', 'Let `insert` answer the ids by which `find` knows the rows.');
      const stored = Object.fromEntries(Object.keys(set).map((field) => [field, row.fields[field] ?? null]));
      const isSame = Object.keys(set).every((field) => stored[field] === set[field]);
      return { status: 'done', id, version: row.version, ...(!isSame && { stored }) };
    });
  }

  /** Where versions can't be compared by the database: all with an active link are looked at. */
  async function pendingByLooking(
    transaction: Transaction,
    scope: BoundScope,
    asked: Scan,
    read: (scan: Scan) => Promise<readonly SqlRow[]>,
  ) {
    const pending: string[] = [];
    for (let { after } = asked; ; ) {
      const page = await read({ ...asked, after, limit: FOUND_MAX });
      const ids = page.map((row) => String(row['id']));
      const versions = new Map((await byIds(transaction, scope.workspace, ids)).map(({ id, version }) => [id, version]));
      for (const [index, { seen, due }] of page.entries()) {
        const id = ids[index] as string;
        if (versions.has(id) && (Number(due) === 1 || versions.get(id) !== seen)) pending.push(id);
        if (pending.length === asked.limit) return pending;
      }
      if (page.length < FOUND_MAX) return pending;
      after = ids.at(-1) as string;
    }
  }

  return {
    async find(transaction, workspace, by) {
      if ('ids' in by) {
        const found = await byIds(transaction, workspace, by.ids);
        const known = new Set(found.map(({ id }) => id));
        const others = by.ids.filter((id) => !known.has(id));
        return others.length === 0 ? found : [...found, ...(await ours.find(transaction, workspace, { ids: others }))];
      }
      const { entity, field, values } = by;
      if (entity === 'company') return ours.find(transaction, workspace, by);
      const wanted = new Set(values.map((value) => keyText(field, value)));
      const asked = [...new Set([...values, ...wanted])];
      const found = await find(
        transaction,
        [...slices(asked)].map((some) => ({ workspace, field, values: some })),
      );
      // a column may compare without regard to case
      return found.filter(({ fields }) => typeof fields[field] === 'string' && wanted.has(keyText(field, fields[field])));
    },

    async scan(transaction, scope, asked) {
      if (asked.entity === 'company') return ours.scan(transaction, scope, asked);
      const { words } = await idColumn(transaction);
      const read = (scan: Scan) => {
        const { text, values } = scanStatement(table.columns, words, scope, scan);
        return query(transaction, text, values);
      };
      if (asked.want === 'pending' && table.columns.version === undefined) return pendingByLooking(transaction, scope, asked, read);
      return (await read(asked)).map((row) => String(row['id']));
    },

    ...(words !== undefined && {
      async list(transaction: Transaction, scope: BoundScope, asked: ListQuery): Promise<readonly string[]> {
        if (asked.entity === 'company') return ours.list!(transaction, scope, asked);
        const { text, values } = listStatement(await words(transaction), scope, asked);
        return (await query(transaction, text, values)).map((row) => String(row['id']));
      },
    }),

    async insert(transaction, workspace, rows, stamp) {
      const people = rows.filter(({ entity }) => entity === 'contact');
      const companies = rows.filter(({ entity }) => entity === 'company');
      const inserted = [
        ...(await writeRows({
          rows: people,
          run: (text) => query(transaction, text, []),
          isTaken: async ({ suggestedId }) => (await byIds(transaction, workspace, [suggestedId])).length > 0,
          async write(some) {
            const given = some.map(({ suggestedId, set }) => ({ suggestedId, fields: set }));
            const ids = await table.insert(transaction, { workspace, rows: given });
            if (ids.length !== some.length)
              throw invalidTable('`insert` answered more or fewer ids than it got rows.', 'Answer the id of each row, in order.');
            return keptOf(
              transaction,
              workspace,
              some.map(({ set }, index) => ({ id: ids[index] as string, set })),
            );
          },
        })),
      ];
      const others = companies.length === 0 ? [] : [...(await ours.insert(transaction, workspace, companies, stamp))];
      return rows.map(({ entity }) => (entity === 'contact' ? inserted : others).shift() as Kept);
    },

    async update(transaction, workspace, rows, stamp) {
      const people = rows.filter(({ contact }) => contact.entity === 'contact');
      const companies = rows.filter(({ contact }) => contact.entity === 'company');
      const updated = [
        ...(await writeRows({
          rows: people,
          run: (text) => query(transaction, text, []),
          isTaken: async () => false,
          async write(some) {
            const given = some.map(({ contact: { id, version, fields }, set }) => ({
              id,
              expectedVersion: version,
              fields: set,
              before: fields,
            }));
            const written = new Set(await table.update(transaction, { workspace, rows: given }));
            if (!given.every(({ id }) => written.has(id))) throw new Undone({ status: 'moved' });
            return keptOf(
              transaction,
              workspace,
              some.map(({ contact, set }) => ({ id: contact.id, set })),
            );
          },
        })),
      ];
      const others = companies.length === 0 ? [] : [...(await ours.update(transaction, workspace, companies, stamp))];
      return rows.map(({ contact }) => (contact.entity === 'contact' ? updated : others).shift() as Kept);
    },

    async delete(transaction, workspace, ids) {
      const people = (await byIds(transaction, workspace, ids)).map(({ id }) => id);
      if (people.length > 0) {
        if (table.delete === undefined) throw notRemovable();
        await table.delete(transaction, { workspace, ids: people });
      }
      await ours.delete(transaction, workspace, ids);
    },
  };
}

const notRemovable = (): CrmSyncError =>
  new CrmSyncError('The host keeps contacts in a table of its own, which removes none for us.', {
    code: 'contacts_not_removable',
    category: 'configuration',
    remedy: 'Give the contact table a `delete`, or remove the row yourself first.',
  });
