import type { FieldPatch, Schema } from '../../core/schema/schema-types.ts';
import { type CrmSyncError, isCrmSyncError } from '../../errors.ts';
import { type Contact, contactOf } from '../contact.ts';
import type { Context } from '../context.ts';
import type { FlowOptions } from '../options.ts';
import { Session } from '../session.ts';
import { editContacts } from './edit-contacts.ts';
import { type EditPush, pushEdited } from './push-edited.ts';
import { contactNotFound } from './refusals.ts';

export interface UpdateOptions extends Pick<FlowOptions, 'timeLimitMs' | 'signal'> {
  /** Who edits; kept in the history. */
  readonly by: string;
  /** Sends it at once, instead of with the next push. Time limit and signal are about this. */
  readonly push?: boolean;
}

/** One contact and what to write. */
export interface ContactEdit<S extends Schema> {
  readonly id: string;
  /** Null or blank clears a field. */
  readonly fields: FieldPatch<S>;
}

/** What became of one edit. */
export type EditResult<S extends Schema> =
  | {
      readonly id: string;
      /** `unchanged`: the contact was so already. */
      readonly status: 'done' | 'unchanged';
      /** As it is now. */
      readonly contact: Contact<S>;
      /** How the CRM took it; null where no push was asked for. */
      readonly push: EditPush | null;
    }
  /** Nothing of it was kept. `error` is what the edit of one contact would have thrown. */
  | { readonly id: string; readonly status: 'refused'; readonly error: CrmSyncError };

export async function updateContacts<S extends Schema>(
  context: Context,
  edits: readonly ContactEdit<S>[],
  { by, push = false, ...limits }: UpdateOptions,
): Promise<readonly EditResult<S>[]> {
  const edited = await editContacts(context, new Session(context), edits, by);
  const kept = [...new Set(edits.flatMap(({ id }, index) => (isCrmSyncError(edited[index]) ? [] : [id])))];
  const pushed = push && kept.length > 0 ? await pushEdited(context, kept, limits) : null;
  const rows = new Map((await loadAll(context, kept)).map((row) => [row.id, row]));
  return edits.map(({ id }, index): EditResult<S> => {
    const outcome = edited[index] as (typeof edited)[number];
    if (isCrmSyncError(outcome)) return { id, status: 'refused', error: outcome };
    const row = rows.get(id);
    if (row === undefined || row.removed === true) return { id, status: 'refused', error: contactNotFound(id, context.schema.entity) }; // removed since
    const status = (outcome as readonly string[]).length > 0 ? 'done' : 'unchanged';
    return { id, status, contact: contactOf(context, row), push: pushed?.get(id) ?? null };
  });
}

const LOADED_MAX = 500;

async function loadAll({ store }: Context, ids: readonly string[]) {
  const rows = [];
  for (let start = 0; start < ids.length; start += LOADED_MAX)
    rows.push(...(await store.load({ ids: ids.slice(start, start + LOADED_MAX) })));
  return rows;
}
