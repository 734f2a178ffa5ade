import type { Conversation } from '../core/conversation.ts';
import type { Row } from '../ports/store.ts';
import type { Context } from './context.ts';

export type FoundContact =
  | { readonly found: 'one'; readonly row: Row }
  | { readonly found: 'none'; readonly phone: string | null }
  /** The contact that the host named is not there (any more). */
  | { readonly found: 'removed' }
  | { readonly found: 'several'; readonly ids: readonly string[] };

/** Whose conversation this is: the given contact, else by number, else by email where the schema has one. */
export async function findContact(context: Context, { contact }: Conversation, contactId?: string): Promise<FoundContact> {
  if (contactId !== undefined) {
    const [row] = await context.store.load({ ids: [contactId] });
    return row === undefined || row.removed === true ? { found: 'removed' } : { found: 'one', row };
  }
  const keys = [
    ['phone_number', contact.phone],
    ['email', Object.hasOwn(context.schema.fields, 'email') ? contact.email : undefined],
  ] as const;
  for (const [field, value] of keys) {
    if (value === undefined) continue;
    const rows = await context.store.load({ keys: { entity: 'contact', field, values: [value] } });
    const [row] = rows;
    if (rows.length > 1) return { found: 'several', ids: rows.map(({ id }) => id) };
    if (row !== undefined) return { found: 'one', row };
  }
  return { found: 'none', phone: contact.phone ?? null };
}
