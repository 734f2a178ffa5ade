import type { Party } from '../../core/conversation/conversation.ts';
import { normalizePhone, type Phone } from '../../core/phone/phone.ts';

const KINDS = {
  phone: 'phone',
  short_code: 'short_code',
  sip: 'sip',
  client: 'client',
  email: 'email',
  anonymous: 'anonymous',
  unknown: 'unknown',
  unparseable: 'unknown',
  invalid: 'unknown',
} as const satisfies Record<Phone['kind'], Party['kind']>;

/**
 * A side of a conversation from the address that the platform gave: as received, and what could be made of it.
 * No address is a side that is not known, which is not the same as a caller who withheld the number.
 */
export function partyOf(address: string | undefined, options: { readonly defaultCountry?: string }): Party {
  const raw = address ?? '';
  if (raw.trim() === '') return { kind: 'unknown' };
  const phone = normalizePhone(raw, options);
  const kind = KINDS[phone.kind];
  if (phone.kind === 'email') return { raw, kind, email: phone.address };
  if (phone.kind !== 'phone') return { raw, kind };
  return { raw, kind, phone: phone.e164, ...(phone.extension === undefined ? {} : { extension: phone.extension }) };
}
