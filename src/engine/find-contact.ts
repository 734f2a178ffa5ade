import type { Conversation } from '../core/conversation/conversation.ts';
import { holdersAt } from '../core/phone/number-holder.ts';
import type { Row } from '../ports/store.ts';
import type { Context } from './context.ts';
import { formerNumbers } from './identity/former-numbers.ts';
import { keyOf, loadClaims } from './match-keys.ts';

export type FoundContact =
  | { readonly found: 'one'; readonly row: Row }
  | { readonly found: 'none'; readonly phone: string | null }
  /** The contact that the host named is not there (any more). */
  | { readonly found: 'removed' }
  | { readonly found: 'several'; readonly ids: readonly string[] };

/**
 * Whose conversation this is: the given contact, else whose number it was when the conversation began (R20), else by email
 * where the schema has one.
 */
export async function findContact(context: Context, conversation: Conversation, contactId?: string): Promise<FoundContact> {
  const { contact, startedAt } = conversation;
  if (contactId !== undefined) {
    const [row] = await context.store.load({ ids: [contactId] });
    return row === undefined || row.removed === true || row.entity !== 'contact' ? { found: 'removed' } : { found: 'one', row };
  }
  const byPhone = contact.phone === undefined ? [] : await holders(context, contact.phone, Date.parse(startedAt));
  const isEmailKnown = Object.hasOwn(context.schema.fields, 'email') && contact.email !== undefined;
  const rows = byPhone.length > 0 || !isEmailKnown ? byPhone : await withKey(context, 'email', contact.email as string);
  const [row, ...others] = rows;
  if (row === undefined) return { found: 'none', phone: contact.phone ?? null };
  return others.length > 0 ? { found: 'several', ids: rows.map(({ id }) => id) } : { found: 'one', row };
}

const withKey = ({ store }: Context, field: string, value: string): Promise<readonly Row[]> =>
  store.load({ keys: { entity: 'contact', field, values: [value] } });

/** Most numbers were never anybody else's: then whoever has it now is meant, whatever the time. */
async function holders(context: Context, phone: string, at: number): Promise<readonly Row[]> {
  const owners = await withKey(context, 'phone_number', phone);
  const former = await formerNumbers(context, phone);
  if (former.length === 0) return owners;
  const rows = new Map(owners.map((row) => [row.id, row]));
  for (const row of await context.store.load({ ids: former.map(({ contactId }) => contactId) }))
    if (row.removed !== true) rows.set(row.id, row);
  const key = keyOf('contact', 'phone_number', phone);
  const claim = (await loadClaims(context, [key])).get(key);
  const ids = holdersAt({
    owners: owners.map(({ id }) => ({ contactId: id, since: claim?.contactId === id ? claim.since : null })),
    former: former.filter(({ contactId }) => rows.has(contactId)),
    at,
  });
  return ids.flatMap((id) => rows.get(id) ?? []);
}
