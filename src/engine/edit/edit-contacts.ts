import { parseFieldPatch } from '../../core/schema/schema.ts';
import type { Fields } from '../../core/values/value.ts';
import { type CrmSyncError, isCrmSyncError, refusedDocument } from '../../errors.ts';
import type { RefusedRow } from '../../ports/store.ts';
import { tryCommit } from '../commit.ts';
import type { Context } from '../context.ts';
import type { Session } from '../session.ts';
import { type Edit, planEdits } from './plan-edits.ts';
import { rowRefused } from './refusals.ts';

/** A patch of one contact as the host gives it. */
interface Patch {
  readonly id: string;
  readonly fields: unknown;
}

/** What became of one: an error, or the fields that were changed (none: it was so already). */
export type Edited = CrmSyncError | readonly string[];

/** Contacts that are edited in one commit, at most. */
const EDITS_MAX = 200;

/**
 * Edits by hand. Each contact is edited as a whole or refused as a whole, and none holds up another. Several patches of
 * one contact count as one, the later value of a field before the earlier.
 *
 * @returns One outcome per patch, in order.
 */
export async function editContacts(context: Context, session: Session, patches: readonly Patch[], by: string): Promise<readonly Edited[]> {
  const { defaultCountry } = context.options;
  const parsed = patches.map(({ fields }) =>
    parseFieldPatch(context.schema, fields, defaultCountry === undefined ? {} : { defaultCountry }),
  );
  const values = new Map<string, Fields>();
  for (const [index, { id }] of patches.entries()) {
    const one = parsed[index];
    if (one?.ok === true) values.set(id, { ...values.get(id), ...one.value });
  }
  const edits = [...values].map(([contactId, given]): Edit => ({ contactId, values: given }));
  const outcomes = await commitAll(context, session, edits, by);
  return patches.map(({ id }, index) => {
    const one = parsed[index];
    return one?.ok === false
      ? refusedDocument('The edit of a contact', one.issues).locate({ contactId: id })
      : (outcomes.get(id) as Edited);
  });
}

/** A part at a time. A key that somebody of a later part gives up is free once that one is through: whoever was refused it tries again. */
async function commitAll(context: Context, session: Session, edits: readonly Edit[], by: string): Promise<ReadonlyMap<string, Edited>> {
  const outcomes = new Map<string, Edited>();
  for (let start = 0; start < edits.length; start += EDITS_MAX)
    for (const [id, outcome] of await commitEdits(context, session, edits.slice(start, start + EDITS_MAX), by)) outcomes.set(id, outcome);
  const refused = edits.filter(({ contactId }) => {
    const outcome = outcomes.get(contactId);
    return isCrmSyncError(outcome) && outcome.code === 'match_key_taken';
  });
  // Bound: each turn has fewer, and what fits into one commit was decided together.
  if (edits.length > EDITS_MAX && refused.length < edits.length)
    for (const [id, outcome] of await commitAll(context, session, refused, by)) outcomes.set(id, outcome);
  return outcomes;
}

async function commitEdits(context: Context, session: Session, edits: readonly Edit[], by: string): Promise<ReadonlyMap<string, Edited>> {
  if (edits.length === 0) return new Map();
  const { result, changes, refused } = await tryCommit(context, session, async () => {
    const plan = await planEdits(context, edits, { by, at: session.storeNow() });
    return { result: plan, changes: plan.changes };
  });
  const rows = changes?.rows.filter((row) => row.kind === 'update') ?? [];
  if (refused === null) {
    for (const { contactId, set = {} } of rows)
      context.notify({ type: 'contact.changed', contactId, fields: Object.keys(set), cause: 'manual' });
    return new Map(edits.map(({ contactId }) => [contactId, result.refused.get(contactId) ?? result.changed.get(contactId) ?? []]));
  }
  const bad = new Map<string, Pick<RefusedRow, 'code' | 'message'>>(refused.map((row) => [rows[row.index]?.contactId as string, row]));
  const [only] = rows;
  if (bad.size === 0 && rows.length === 1 && only !== undefined) bad.set(only.contactId, UNNAMED);
  const outcomes = new Map<string, Edited>([...bad].map(([contactId, row]) => [contactId, rowRefused(contactId, row)]));
  const rest = edits.filter(({ contactId }) => !bad.has(contactId));
  // The table can't say which it refuses: they are tried in halves.
  const half = bad.size === 0 ? Math.ceil(rest.length / 2) : rest.length;
  for (const part of [rest.slice(0, half), rest.slice(half)])
    for (const [contactId, outcome] of await commitEdits(context, session, part, by)) outcomes.set(contactId, outcome);
  return outcomes;
}

const UNNAMED = { code: 'unknown', message: 'Look at the constraints of the contacts table.' };
