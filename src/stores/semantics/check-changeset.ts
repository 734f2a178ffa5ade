import { invariant } from '../../errors.ts';
import type { Changeset, ContactRef, RowChange } from '../../ports/store.ts';

/** The id that a row names: its own, or the one it suggests. */
export const idOf = (row: RowChange): string => (row.kind === 'insert' ? row.suggestedId : row.contactId);

/** True where a row sets at least one field, and so changes the contact's version. */
export const setsFields = (row: RowChange): boolean =>
  (row.kind === 'insert' || row.kind === 'update') && row.set !== undefined && Object.keys(row.set).length > 0;

function allDifferent(names: readonly string[], what: string): void {
  invariant(new Set(names).size === names.length, `a changeset names ${what} twice`);
}

function checkRow(row: RowChange): void {
  const links = row.links ?? [];
  invariant(
    links.every(({ remove, expected }) => remove !== true || expected !== null),
    'a link that is new is removed',
  );
  if (row.kind === 'erase') invariant(links.length === 0, 'a row that erases a contact carries links');
  if (row.kind !== 'update' || row.expected !== undefined) return;
  invariant(!setsFields(row), 'a row without an expected version sets a field');
  invariant(
    links.every((link) => link.expected !== null),
    'a row without an expected version inserts a link',
  );
}

/**
 * Refuses a changeset that no planner may make. It is a bug of the caller and not a race, so it throws.
 *
 * @throws Error that names the broken invariant.
 */
export function checkChangeset({ rows, entries }: Changeset): void {
  allDifferent(rows.map(idOf), 'a contact');
  allDifferent(
    rows.flatMap((row) => (row.links ?? []).map((link) => link.id)),
    'a link',
  );
  allDifferent(
    entries.map(({ scope, kind, key }) => `${scope}\0${kind}\0${key}`),
    'an entry',
  );
  for (const row of rows) checkRow(row);
  for (const { put } of entries) {
    const reference = typeof put === 'object' ? put.contactId : null;
    if (typeof reference === 'object' && reference !== null)
      invariant(rows[reference.row] !== undefined, 'an entry refers to a row that the changeset does not have');
  }
}

/** The contact that a reference means, once every row has its id. */
export function resolveContact(reference: ContactRef | null | undefined, ids: readonly string[]): string | null {
  if (typeof reference === 'string') return reference;
  return reference === null || reference === undefined ? null : ids[reference.row]!;
}
