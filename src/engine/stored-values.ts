import { agreedOn, pairOf } from '../core/link/pair.ts';
import type { CompiledMapping } from '../core/mapping/mapping-types.ts';
import type { Changeset, RowChange } from '../ports/store.ts';
import type { Done } from './commit.ts';
import type { Context } from './context.ts';

/**
 * A host's table may keep something else than it was given: false for null, a cut text, a rounded number. What it kept is
 * what was agreed on; otherwise it would look like a local edit and be pushed.
 */
export async function adoptStoredValues(
  context: Context,
  mapping: CompiledMapping,
  { rows }: Changeset,
  { stored, ids, version }: Done,
): Promise<void> {
  if (stored === undefined) return;
  const corrected: RowChange[] = [];
  for (const [index, fields] of Object.entries(stored)) {
    const [link] = rows[Number(index)]?.links ?? [];
    if (link === undefined) continue;
    const base = { ...link.body.base };
    for (const { key, field } of mapping.rules) {
      const pair = agreedOn(base, key);
      if (pair !== undefined && Object.hasOwn(fields, field)) base[key] = pairOf({ ...pair, local: fields[field] ?? null });
    }
    const { seen: _, ...kept } = link;
    corrected.push({
      kind: 'update',
      contactId: ids[Number(index)] as string,
      links: [{ ...kept, seen: null, expected: version, body: { ...link.body, base } }],
    });
  }
  // Moved: somebody has changed the contact since, and planning it will compare with what is stored anyway.
  if (corrected.length > 0) await context.store.commit({ rows: corrected, entries: [] });
}
