import type { HistoryEntry } from '../../core/runs/run.ts';
import type { Fields, Millis } from '../../core/values/value.ts';
import type { CrmSyncError } from '../../errors.ts';
import type { Changeset, EntryChange, Row, RowChange } from '../../ports/store.ts';
import { withUnknownCompany } from '../companies/tied-companies.ts';
import { type Context, fieldsOf } from '../context.ts';
import { historyEntry } from '../history.ts';
import { formerNumberEntries } from '../identity/former-numbers.ts';
import { releaseWaiting } from '../identity/waiting.ts';
import { claimsOf, keysOf, loadClaims, movedKeys } from '../match-keys.ts';
import { onePerKey } from '../recheck.ts';
import { companyNotFound, contactNotFound, keyTaken } from './refusals.ts';
import { type KeyMove, takenKeys } from './taken-keys.ts';

/** What one contact is to become: checked values, canonical. */
export interface Edit {
  readonly contactId: string;
  readonly values: Fields;
}

interface Planned {
  readonly row: Row;
  readonly changes: HistoryEntry['changes'];
  readonly set: Fields;
  readonly move: KeyMove;
}

export interface EditPlan {
  readonly changes: Changeset;
  /** The fields that change, by contact; none: it is so already. */
  readonly changed: ReadonlyMap<string, readonly string[]>;
  readonly refused: ReadonlyMap<string, CrmSyncError>;
}

/** Loads the contacts and plans all edits together, in a few calls to the store, however many they are. */
export async function planEdits(
  context: Context,
  edits: readonly Edit[],
  { by, at }: { readonly by: string; readonly at: Millis },
): Promise<EditPlan> {
  const { entity } = context.schema;
  const rows = new Map((await context.store.load({ ids: edits.map(({ contactId }) => contactId) })).map((row) => [row.id, row]));
  const refused = new Map<string, CrmSyncError>();
  const planned: Planned[] = [];
  for (const { contactId, values } of edits) {
    const row = rows.get(contactId);
    if (row === undefined || row.removed === true || row.entity !== entity) refused.set(contactId, contactNotFound(contactId, entity));
    else planned.push(planOne(context, row, values));
  }
  for (const contactId of await withUnknownCompany(context, edits)) refused.set(contactId, companyNotFound(contactId));
  const moves = planned.map(({ move }) => move);
  const claims = await loadClaims(context, [...new Set(moves.flatMap(({ taken }) => keysOf(entity, taken)))]);
  for (const [contactId, field] of await takenKeys(context, moves)) refused.set(contactId, keyTaken(contactId, field, entity));

  const passing = planned.filter(({ row, changes }) => changes.length > 0 && !refused.has(row.id));
  const taken = passing.flatMap(({ move }) => keysOf(entity, move.taken));
  const left = passing.flatMap(({ move }) => keysOf(entity, move.left));
  const entries: EntryChange[] = await releaseWaiting(context, [...left, ...taken], at, taken);
  const former = passing.flatMap(({ row, move }) => {
    const number = move.left['phone_number'];
    return number === undefined ? [] : [{ contactId: row.id, number }];
  });
  entries.push(...(await formerNumberEntries(context, former, at)));
  const source = { flow: 'manual', by } as const;
  for (const { row, changes, move } of passing)
    entries.push(
      ...claimsOf(claims, entity, move.taken, row.id, at),
      historyEntry(context, row.id, { at: new Date(at).toISOString(), source, changes }),
    );
  const updates = passing.map(({ row, set }): RowChange => ({ kind: 'update', contactId: row.id, expected: row.version, set }));
  const changed = new Map(planned.map(({ row, changes }) => [row.id, changes.map(({ field }) => field)]));
  // Two of them may get one key where several may have it, as the name of a company.
  return { changes: { rows: updates, entries: onePerKey(entries) }, changed, refused };
}

function planOne(context: Context, row: Row, values: Fields): Planned {
  const before = fieldsOf(context, row.fields);
  const changes = Object.entries(values)
    .filter(([field, after]) => before[field] !== after)
    .map(([field, after]) => ({ field, before: before[field] ?? null, after, rule: 'manual', reason: 'manual' }));
  const set = Object.fromEntries(changes.map(({ field, after }) => [field, after]));
  return { row, changes, set, move: { contactId: row.id, ...movedKeys(context, before, set) } };
}
