import type { Fields, Millis } from '../../core/values/value.ts';
import type { ContactRef, EntryChange } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { claimsOf, keysOf, loadClaims, movedKeys } from '../match-keys.ts';
import { formerNumberEntries } from './former-numbers.ts';
import { releaseWaiting } from './waiting.ts';

interface KeyEdit {
  readonly contact: ContactRef;
  readonly before: Fields;
  readonly set: Fields;
  /** The store's clock. */
  readonly at: Millis;
}

/** What goes with an edit of match keys here: the new ones are claimed, and records that waited for either are looked at again. */
export async function keyEntries(context: Context, { contact, before, set, at }: KeyEdit): Promise<readonly EntryChange[]> {
  const { entity } = context.schema;
  const { left, taken } = movedKeys(context, before, set);
  const takenKeys = keysOf(entity, taken);
  const claims = await loadClaims(context, takenKeys);
  const released = await releaseWaiting(context, [...keysOf(entity, left), ...takenKeys], at, takenKeys);
  const number = left['phone_number'];
  const former = number === undefined || typeof contact !== 'string' ? [] : [{ contactId: contact, number }];
  return [...claimsOf(claims, entity, taken, contact, at), ...released, ...(await formerNumberEntries(context, former, at))];
}
