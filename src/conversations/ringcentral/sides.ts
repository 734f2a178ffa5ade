import type { Direction, Party } from '../../core/conversation/conversation.ts';
import { present } from '../../core/values/present.ts';
import { filled } from '../payload/filled.ts';
import type { RawObject } from '../payload/object-of.ts';
import { partyOf } from '../payload/party.ts';
import { fromAndTo, type PayloadOptions, type Sides, sidesOf } from '../payload/sides.ts';
import type { RingCentralParty } from './wire.ts';

type Given = RingCentralParty | undefined;

/** An id or a number as text; undefined where digits were lost on the way. */
export const textOf = (value: string | number | undefined): string | undefined =>
  typeof value === 'number' ? (Number.isSafeInteger(value) ? String(value) : undefined) : filled(value)?.trim();

export function directionOf(written: string | undefined): Direction | undefined {
  const direction = written?.toLowerCase();
  return direction === 'inbound' || direction === 'outbound' ? direction : undefined;
}

/** Both sides of a record. A colleague has only an extension, and a caller who withheld the number has neither. */
export function ringCentralSides(raw: RawObject, written: string | undefined, from: Given, to: Given, options: PayloadOptions): Sides {
  const direction = directionOf(written);
  const sides = sidesOf(raw, { direction, addresses: fromAndTo(addressOf(from), addressOf(to)) }, options);
  const [contact, agent] =
    sides.direction === 'inbound' ? [from, to] : sides.direction === 'outbound' ? [to, from] : [undefined, undefined];
  return { ...sides, contact: completed(sides.contact, contact, options), agent: completed(sides.agent, agent, options) };
}

const addressOf = (party: Given): string | undefined => textOf(party?.phoneNumber) ?? textOf(party?.extensionNumber);

function completed(party: Party, given: Given, { defaultCountry }: PayloadOptions): Party {
  if (given === undefined) return party;
  const details = present<Partial<Party>>({ name: filled(given.name), externalId: textOf(given.extensionId) });
  const extension = textOf(given.extensionNumber);
  if (party.raw === undefined) return { ...party, ...details, kind: 'anonymous' };
  if (party.raw !== addressOf(given)) return { ...party, ...details }; // the host knew better
  if (textOf(given.phoneNumber) === undefined) return { ...details, raw: party.raw, kind: 'extension', extension: party.raw };
  const found = party.phone === undefined ? withCountryCode(party, defaultCountry) : party;
  return { ...found, ...details, ...(extension === undefined || found.extension !== undefined ? {} : { extension }) };
}

/** The digits of a number have its country code, also where the `+` is left out. */
function withCountryCode(party: Party, defaultCountry: string | undefined): Party {
  if (!/^\d{11,15}$/.test(party.raw ?? '')) return party;
  const found = partyOf(`+${party.raw}`, defaultCountry === undefined ? {} : { defaultCountry });
  return found.kind === 'phone' ? { ...found, raw: party.raw! } : party;
}
