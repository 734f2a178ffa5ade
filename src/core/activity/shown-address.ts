import type { Party } from '../conversation/conversation.ts';
import { oneLine } from '../values/clean-text.ts';

/** How a party is reached, as it is sent to the CRM; undefined where it is withheld or not known. */
export const addressOf = (party: Party): string | undefined => {
  if (party.kind === 'anonymous') return undefined;
  const address = oneLine(party.phone ?? party.email ?? party.raw ?? '');
  return address === '' ? undefined : address;
};

/** As people read it. */
export const shownAddress = (party: Party): string => {
  if (party.kind === 'anonymous') return 'withheld';
  const address = addressOf(party);
  if (address === undefined) return 'not known';
  const { phone, extension } = party;
  return phone === undefined || extension === undefined ? address : `${address} ext. ${oneLine(extension)}`;
};
