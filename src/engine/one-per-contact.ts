import type { RowChange } from '../ports/store.ts';

type Update = Extract<RowChange, { kind: 'update' }>;

/** A contact may lose one record and get another in one page: a commit names it once. */
export function onePerContact(rows: readonly RowChange[]): readonly RowChange[] {
  const updates = new Map<string, number>();
  const merged: RowChange[] = [];
  for (const row of rows) {
    const index = row.kind === 'update' ? updates.get(row.contactId) : undefined;
    if (index !== undefined) merged[index] = together(merged[index] as Update, row as Update);
    else {
      if (row.kind === 'update') updates.set(row.contactId, merged.length);
      merged.push(row);
    }
  }
  return merged;
}

const together = (first: Update, second: Update): Update => ({
  ...second,
  ...first,
  set: { ...second.set, ...first.set },
  links: [...(first.links ?? []), ...(second.links ?? [])],
});
