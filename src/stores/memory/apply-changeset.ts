import { isLive, type Version } from '../../core/link/link.ts';
import type { Millis } from '../../core/values/value.ts';
import type { Changeset, Committed, EntryChange, RowChange, StoredLink } from '../../ports/store.ts';
import { checkChangeset, idOf, resolveContact, setsFields } from '../semantics/check-changeset.ts';
import { contactHolds, entryHolds, linkHolds, linksHold } from '../semantics/expectations.ts';
import { unstorableField } from '../semantics/unstorable-field.ts';
import { frozenCopy } from './frozen-copy.ts';
import { type Bound, entriesOf } from './workspace.ts';

function rowHolds({ workspace, connection }: Bound, row: RowChange): boolean {
  const id = idOf(row);
  const contact = workspace.contacts.get(id);
  if (row.kind === 'insert' ? contact !== undefined : !contactHolds(row, contact)) return false;
  if (row.kind === 'delete' || row.kind === 'erase') {
    const linksOf = (rows: readonly { readonly link: StoredLink }[]) => rows.map(({ link }) => link);
    if (row.here !== undefined && !linksHold(row.here, linksOf(connection.links.of(id)))) return false;
    if (row.elsewhere !== undefined && !linksHold(row.elsewhere, linksOf(workspace.linksElsewhere(id, connection)))) return false;
  }
  const exists = row.kind === 'insert' || contact !== undefined;
  return (row.links ?? []).every((change) => linkHolds(change, connection.links.get(change.id)?.link, { id, exists }));
}

/** Whether every record, and every contact with an object, would have at most one live link afterwards. */
function linksStayUnique({ connection }: Bound, rows: readonly RowChange[]): boolean {
  const erased = new Set(rows.filter((row) => row.kind === 'erase').map(idOf));
  const changed = new Set(rows.flatMap((row) => (row.links ?? []).map(({ id }) => id)));
  const leaves = (link: StoredLink) => changed.has(link.id) || erased.has(link.contactId);
  const claimed = new Set<string>();
  for (const row of rows)
    for (const link of row.links ?? []) {
      if (link.remove === true || !isLive(link.state)) continue;
      const claims = [JSON.stringify(['contact', link.object, idOf(row)])];
      if (link.recordId !== null) claims.push(JSON.stringify(['record', link.object, link.recordId]));
      if (claims.some((claim) => claimed.has(claim)) || connection.links.isTaken(link, idOf(row), leaves)) return false;
      for (const claim of claims) claimed.add(claim);
    }
  return true;
}

function applyLinks({ workspace, connection }: Bound, row: RowChange, stamp: Version): void {
  const contactId = idOf(row);
  const contact = workspace.contacts.get(contactId);
  const after = row.kind === 'delete' ? null : (contact?.version ?? null);
  for (const { expected: _, remove, seen, ...link } of row.links ?? []) {
    if (remove === true) {
      connection.links.delete(link.id);
      continue;
    }
    const { entity } = contact ?? connection.links.get(link.id)!;
    connection.links.put({ entity, link: frozenCopy({ ...link, contactId, seen: seen === 'after' ? after : seen, version: stamp }) });
  }
}

function applyRow(bound: Bound, row: RowChange, stamp: Version): void {
  const { contacts } = bound.workspace;
  const id = idOf(row);
  const before = contacts.get(id);
  if (row.kind === 'insert') contacts.put(Object.freeze({ id, entity: row.entity, fields: frozenCopy(row.set), version: stamp }));
  else if (row.kind === 'update' && before && setsFields(row))
    contacts.put(Object.freeze({ ...before, fields: frozenCopy({ ...before.fields, ...row.set }), version: stamp }));
  applyLinks(bound, row, stamp);
  if (row.kind === 'delete') contacts.delete(id);
}

function applyEntry(bound: Bound, { scope, kind, key, put }: EntryChange, stamp: Version, ids: readonly string[]): void {
  const entries = entriesOf(bound, scope);
  if (put === 'delete') entries.delete(kind, key);
  else if (put !== undefined) {
    const contactId = resolveContact(put.contactId, ids);
    entries.put(frozenCopy({ scope, kind, key, body: put.body, version: stamp, dueAt: put.dueAt ?? null, contactId }));
  }
}

/** Looks at everything first, then applies everything: between the two nothing can fail. */
export function applyChangeset(
  bound: Bound,
  changes: Changeset,
  { at, nextStamp }: { readonly at: Millis; readonly nextStamp: () => Version },
): Committed {
  const { rows, entries } = changes;
  checkChangeset(changes);
  const holds =
    rows.every((row) => rowHolds(bound, row)) &&
    entries.every((change) => entryHolds(change, entriesOf(bound, change.scope).get(change.kind, change.key))) &&
    linksStayUnique(bound, rows);
  if (!holds) return { status: 'moved' };
  const refused = rows.flatMap((row, index) => {
    const problem = row.kind === 'insert' || row.kind === 'update' ? unstorableField(row.set ?? {}) : null;
    return problem ? [{ index, ...problem }] : [];
  });
  if (refused.length > 0) return { status: 'refused', rows: refused };

  const stamp = nextStamp();
  const ids = rows.map(idOf);
  for (const row of rows) applyRow(bound, row, stamp);
  for (const change of entries) applyEntry(bound, change, stamp, ids);
  for (const row of rows) if (row.kind === 'erase') bound.workspace.erase(row.contactId);
  return { status: 'done', at, version: stamp, ids };
}
