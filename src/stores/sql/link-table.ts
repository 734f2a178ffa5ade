import type { Entity, LinkBody, LinkState, Version } from '../../core/link/link.ts';
import type { LinkElsewhere, ScanQuery, StoredLink } from '../../ports/store.ts';
import type { BoundScope } from '../semantics/check-scope.ts';
import { type Dialect, type Query, type SqlRow, toMillis, type WriteRows } from './dialect.ts';

/** A link and what its contact is, which outlives the contact. */
export interface LinkRow {
  readonly entity: Entity;
  readonly link: StoredLink;
}

/** What the checks of a commit need of a link. */
export interface LinkVersion {
  readonly contactId: string;
  readonly object: string;
  readonly entity: Entity;
  readonly state: LinkState;
  readonly seen: Version | null;
  readonly version: Version;
}

export interface LinkTable<Transaction> {
  /** By contact, each in the order of link ids. */
  ofContacts(transaction: Transaction, scope: BoundScope, contactIds: readonly string[]): Promise<ReadonlyMap<string, readonly LinkRow[]>>;
  contactsWithRecords(
    transaction: Transaction,
    scope: BoundScope,
    object: string,
    recordIds: readonly string[],
  ): Promise<readonly string[]>;
  linked(transaction: Transaction, scope: BoundScope, query: ScanQuery): Promise<readonly string[]>;
  versions(transaction: Transaction, scope: BoundScope, ids: readonly string[]): Promise<ReadonlyMap<string, LinkVersion>>;
  /** The links of these ids go, then these rows come: as sets, so that two links may swap their records. */
  replace(
    transaction: Transaction,
    scope: BoundScope,
    links: { readonly ids: readonly string[]; readonly rows: readonly LinkRow[] },
    version: Version,
  ): Promise<void>;
  /** Notes the active links, of every connection, that have not seen these versions of their contacts (null: it is gone). */
  markUnseen(
    transaction: Transaction,
    workspace: string,
    contacts: readonly { readonly id: string; readonly version: Version | null }[],
  ): Promise<void>;
  clearUnseen(transaction: Transaction, scope: BoundScope, links: readonly Pick<StoredLink, 'object' | 'contactId'>[]): Promise<void>;
  erase(transaction: Transaction, workspace: string, contactIds: readonly string[]): Promise<void>;
  /** By contact: links of the workspace's other connections. */
  elsewhere(
    transaction: Transaction,
    scope: BoundScope,
    contactIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly (LinkRow & { readonly link: LinkElsewhere })[]>>;
}

function byContact<R extends LinkRow>(rows: readonly R[]): ReadonlyMap<string, readonly R[]> {
  const grouped = new Map<string, R[]>();
  for (const row of rows) {
    const known = grouped.get(row.link.contactId);
    if (known) known.push(row);
    else grouped.set(row.link.contactId, [row]);
  }
  return grouped;
}

export const toLinkRow = (row: SqlRow): LinkRow => ({
  entity: row['entity'] as Entity,
  link: {
    id: row['id'] as string,
    object: row['object'] as string,
    contactId: row['contact_id'] as string,
    recordId: row['record_id'] as string | null,
    state: row['state'] as LinkState,
    seen: row['seen'] as Version | null,
    plan: row['plan'] as string,
    dueAt: toMillis(row['due_at']),
    syncedAt: Number(row['synced_at']),
    version: row['version'] as Version,
    body: JSON.parse(row['body'] as string) as LinkBody,
  },
});

const toColumns = ({ entity, link }: LinkRow) => [
  link.id,
  link.object,
  link.contactId,
  entity,
  link.recordId,
  link.state,
  link.seen,
  link.plan,
  link.dueAt,
  link.syncedAt,
  JSON.stringify(link.body),
];

export function linkTable<Transaction>(
  { links }: Dialect,
  query: Query<Transaction>,
  write: WriteRows<Transaction>,
): LinkTable<Transaction> {
  return {
    async ofContacts(transaction, { workspace, connection }, contactIds) {
      const rows = await query(transaction, links.byContacts, [workspace, connection, JSON.stringify(contactIds)]);
      return byContact(rows.map(toLinkRow));
    },
    async contactsWithRecords(transaction, { workspace, connection }, object, recordIds) {
      const rows = await query(transaction, links.byRecords, [workspace, connection, object, JSON.stringify(recordIds)]);
      return rows.map((row) => row['contact_id'] as string);
    },
    async linked(transaction, { workspace, connection }, { object, entity, limit, after }) {
      const values = [workspace, connection, object, entity, limit];
      const rows =
        after === null
          ? await query(transaction, links.linked('start'), values)
          : await query(transaction, links.linked('after'), [...values, after]);
      return rows.map((row) => row['id'] as string);
    },
    async versions(transaction, { workspace, connection }, ids) {
      const rows = await query(transaction, links.versions, [workspace, connection, JSON.stringify(ids)]);
      return new Map(
        rows.map((row) => [
          row['id'] as string,
          {
            contactId: row['contact_id'] as string,
            object: row['object'] as string,
            entity: row['entity'] as Entity,
            state: row['state'] as LinkState,
            seen: row['seen'] as Version | null,
            version: row['version'] as Version,
          },
        ]),
      );
    },
    async replace(transaction, { workspace, connection }, { ids, rows }, version) {
      if (ids.length > 0) await query(transaction, links.delete, [workspace, connection, JSON.stringify(ids)]);
      if (rows.length > 0) await write(transaction, links.insert, [workspace, connection, version], rows.map(toColumns));
    },
    async markUnseen(transaction, workspace, contacts) {
      await query(transaction, links.markUnseen, [workspace, JSON.stringify(contacts.map(({ id, version }) => [id, version ?? '']))]);
    },
    async clearUnseen(transaction, { workspace, connection }, settled) {
      const names = settled.map(({ object, contactId }) => [object, contactId]);
      await query(transaction, links.clearUnseen, [workspace, connection, JSON.stringify(names)]);
    },
    async erase(transaction, workspace, contactIds) {
      await query(transaction, links.eraseUnseen, [workspace, JSON.stringify(contactIds)]);
      await query(transaction, links.erase, [workspace, JSON.stringify(contactIds)]);
    },
    async elsewhere(transaction, { workspace, connection }, contactIds) {
      const rows = await query(transaction, links.elsewhere, [workspace, connection, JSON.stringify(contactIds)]);
      return byContact(
        rows.map((row) => {
          const { entity, link } = toLinkRow(row);
          return { entity, link: { ...link, connection: row['connection'] as string } };
        }),
      );
    },
  };
}
