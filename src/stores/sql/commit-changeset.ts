import type { Version } from '../../core/link/link.ts';
import type { Fields, Millis } from '../../core/values/value.ts';
import type { Changeset, Committed, EntryChange, LinkChange, RefusedRow, RowChange } from '../../ports/store.ts';
import { idOf, resolveContact, setsFields } from '../semantics/check-changeset.ts';
import type { BoundScope } from '../semantics/check-scope.ts';
import { contactHolds, entryHolds, linkHolds, linksHold } from '../semantics/expectations.ts';
import type { ContactTable, Kept, StoredContact } from './contact-table.ts';
import { type EntryRow, type EntryTable, nameOf } from './entry-table.ts';
import type { LinkRow, LinkTable } from './link-table.ts';

/** Ends a transaction that may have written something: thrown so that it rolls back, caught where the commit began. */
export class Undone extends Error {
  readonly answer: Exclude<Committed, { status: 'done' }>;

  constructor(answer: Exclude<Committed, { status: 'done' }>) {
    super('The commit was rolled back.');
    this.answer = answer;
  }
}

const MOVED = { status: 'moved' } as const;

export interface Tables<Transaction> {
  readonly contacts: ContactTable<Transaction>;
  readonly links: LinkTable<Transaction>;
  readonly entries: EntryTable<Transaction>;
}

interface Context<Transaction> extends Tables<Transaction> {
  readonly transaction: Transaction;
  readonly scope: BoundScope;
  readonly stamp: Version;
}

/** A contact once its row was applied. */
interface Applied {
  readonly id: string;
  /** Null: it is not there (any more). */
  readonly version: Version | null;
  /** As it was before, or as it was inserted. */
  readonly contact: (Pick<StoredContact, 'entity'> & Partial<Pick<StoredContact, 'version'>>) | undefined;
  readonly stored?: Fields;
}

type Indexed<K extends RowChange['kind']> = { readonly index: number; readonly row: Extract<RowChange, { kind: K }> };

const ofKind = <K extends RowChange['kind']>(rows: readonly RowChange[], kind: K): readonly Indexed<K>[] =>
  rows.flatMap((row, index) => (row.kind === kind ? [{ index, row: row as Indexed<K>['row'] }] : []));

const isRemoval = (row: RowChange) => row.kind === 'delete' || row.kind === 'erase';

async function applyContacts<Transaction>(context: Context<Transaction>, rows: readonly RowChange[]): Promise<readonly Applied[]> {
  const { contacts, transaction, scope, stamp } = context;
  const inserts = ofKind(rows, 'insert');
  const others = rows.filter((row) => row.kind !== 'insert');
  const found = others.length === 0 ? [] : await contacts.find(transaction, scope.workspace, { ids: others.map(idOf) });
  const before = new Map(found.map((contact) => [contact.id, contact]));
  if (!others.every((row) => contactHolds(row, before.get(idOf(row))))) throw new Undone(MOVED);

  const kept = new Map<number, Kept>();
  const keep = (indexed: readonly { readonly index: number }[], outcomes: readonly Kept[]) => {
    for (const [position, { index }] of indexed.entries()) kept.set(index, outcomes[position]!);
  };
  const gone = rows.filter(isRemoval).map(idOf);
  if (gone.length > 0) await contacts.delete(transaction, scope.workspace, gone);
  const updates = ofKind(rows, 'update').filter(({ row }) => setsFields(row));
  if (updates.length > 0) {
    const list = updates.map(({ row }) => ({ contact: before.get(row.contactId)!, set: row.set! }));
    keep(updates, await contacts.update(transaction, scope.workspace, list, stamp));
  }
  if (inserts.length > 0) {
    const list = inserts.map(({ row: { suggestedId, entity, set } }) => ({ suggestedId, entity, set }));
    keep(inserts, await contacts.insert(transaction, scope.workspace, list, stamp));
  }

  const refused: RefusedRow[] = [];
  for (const [index, outcome] of kept)
    if (outcome.status === 'refused') refused.push({ index, code: outcome.code, message: outcome.message });
  if (refused.length > 0) throw new Undone({ status: 'refused', rows: refused.sort((a, b) => a.index - b.index) });

  return rows.map((row, index): Applied => {
    const outcome = kept.get(index);
    const contact = row.kind === 'insert' ? row : before.get(row.contactId);
    if (outcome?.status === 'done') return { ...outcome, contact };
    return { id: idOf(row), version: isRemoval(row) ? null : (before.get(idOf(row))?.version ?? null), contact };
  });
}

async function applyLinks<Transaction>(
  context: Context<Transaction>,
  rows: readonly RowChange[],
  applied: readonly Applied[],
): Promise<void> {
  const { links, transaction, scope, stamp } = context;
  const removals = rows.flatMap((row) => (row.kind === 'delete' || row.kind === 'erase' ? [row] : []));
  for (const [where, read] of [
    ['here', links.ofContacts],
    ['elsewhere', links.elsewhere],
  ] as const) {
    const looked = removals.filter((row) => row[where] !== undefined);
    const found: ReadonlyMap<string, readonly LinkRow[]> =
      looked.length === 0 ? new Map() : await read(transaction, scope, looked.map(idOf));
    const holds = (row: (typeof looked)[number]) =>
      linksHold(
        row[where],
        (found.get(row.contactId) ?? []).map(({ link }) => link),
      );
    if (!looked.every(holds)) throw new Undone(MOVED);
  }

  const erased = rows.filter((row) => row.kind === 'erase').map(idOf);
  if (erased.length > 0) await links.erase(transaction, scope.workspace, erased);
  const changes = rows.flatMap((row, index) => (row.links ?? []).map((change) => ({ change, of: applied[index]! })));
  if (changes.length === 0) return;

  // That a link which is new was not there yet is what its primary key says.
  const ids = changes.filter(({ change }) => change.expected !== null).map(({ change }) => change.id);
  const before: Awaited<ReturnType<typeof links.versions>> = ids.length === 0 ? new Map() : await links.versions(transaction, scope, ids);
  const holds = changes.every(({ change, of }) =>
    linkHolds(change, before.get(change.id), { id: of.id, exists: of.contact !== undefined }),
  );
  if (!holds) throw new Undone(MOVED);
  const toRow = (change: LinkChange, { id, version, contact }: Applied): LinkRow => {
    const { entity } = contact ?? before.get(change.id)!;
    const { expected: _, remove: __, seen, ...link } = change;
    return { entity, link: { ...link, contactId: id, seen: seen === 'after' ? version : seen, version: stamp } };
  };
  const waited = changes.flatMap(({ change, of }) => {
    const link = before.get(change.id);
    return link?.state === 'active' && link.seen !== of.contact?.version ? [link] : [];
  });
  if (waited.length > 0) await links.clearUnseen(transaction, scope, waited);
  const kept = changes.filter(({ change }) => change.remove !== true);
  await links.replace(transaction, scope, { ids, rows: kept.map(({ change, of }) => toRow(change, of)) }, stamp);
}

/**
 * Notes which contacts have a version now that an active link has not seen, behind the links of the same commit, which
 * mostly have. A contact of a host's table that was written has a version of its own making, and scans look at it there.
 */
async function markUnseen<Transaction>(
  { links, transaction, scope, stamp }: Context<Transaction>,
  rows: readonly RowChange[],
  applied: readonly Applied[],
): Promise<void> {
  const moved = applied.filter(({ version }, index) => {
    const { kind, links: changes = [] } = rows[index]!;
    if (kind === 'delete' || (kind === 'update' && version === stamp)) return true;
    const isSeen = (seen: LinkChange['seen']) => version !== null && (seen === 'after' || seen === version);
    return changes.some(({ state, seen, remove }) => state === 'active' && remove !== true && !isSeen(seen));
  });
  if (moved.length > 0) await links.markUnseen(transaction, scope.workspace, moved);
}

async function applyEntries<Transaction>(
  context: Context<Transaction>,
  { rows, entries: changes }: Changeset,
  ids: readonly string[],
): Promise<void> {
  const { entries, transaction, scope, stamp } = context;
  if (changes.length > 0) {
    // That an entry which is put was not there yet is what its primary key says.
    const looked = changes.filter(({ expected, put }) => expected !== null || typeof put !== 'object');
    const before: Awaited<ReturnType<typeof entries.versions>> =
      looked.length === 0 ? new Map() : await entries.versions(transaction, scope, looked);
    const versioned = (change: EntryChange) => {
      const version = before.get(nameOf(change));
      return version === undefined ? undefined : { version };
    };
    if (!changes.every((change) => entryHolds(change, versioned(change)))) throw new Undone(MOVED);
    const gone = changes.filter(({ put }) => put === 'delete');
    if (gone.length > 0) await entries.delete(transaction, scope, gone);
    const put = changes.flatMap(({ scope: of, kind, key, put }): readonly EntryRow[] =>
      typeof put === 'object'
        ? [{ scope: of, kind, key, body: put.body, dueAt: put.dueAt ?? null, contactId: resolveContact(put.contactId, ids) }]
        : [],
    );
    const replaced = put.filter((row) => before.has(nameOf(row)));
    if (put.length > 0) await entries.put(transaction, scope, { rows: put, replaced }, stamp);
  }
  const erased = rows.filter((row) => row.kind === 'erase').map(idOf);
  if (erased.length > 0) await entries.erase(transaction, scope.workspace, erased);
}

/**
 * Checks and applies a changeset inside a transaction.
 *
 * @throws Undone where the transaction must roll back; its `answer` is the commit's.
 */
export async function commitChangeset<Transaction>(
  context: Context<Transaction> & { readonly at: Millis },
  changes: Changeset,
): Promise<Committed> {
  const applied = await applyContacts(context, changes.rows);
  const ids = applied.map(({ id }) => id);
  await applyLinks(context, changes.rows, applied);
  await markUnseen(context, changes.rows, applied);
  await applyEntries(context, changes, ids);
  const stored = applied.flatMap((one, index) => (one.stored === undefined ? [] : [[index, one.stored] as const]));
  return {
    status: 'done',
    at: context.at,
    version: context.stamp,
    ids,
    ...(stored.length > 0 && { stored: Object.fromEntries(stored) }),
  };
}
