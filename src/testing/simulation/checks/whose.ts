import { conversationKey } from '../../../core/conversation/conversation.ts';
import type { Broken } from '../broken.ts';
import type { Seen } from './seen.ts';

/** A conversation is that of the contact whose number it was when it began, however late it comes (R20). */
export function whose({ there, entries }: Seen): readonly Broken[] {
  const { ledger, departures, conversations } = there;
  const spans = ledger.numberSpans();
  return entries('applied').flatMap(({ key, contactId }): Broken[] => {
    const its = conversations.find(({ conversation }) => key.startsWith(`${conversationKey(conversation)}#`))?.conversation;
    if (its === undefined || contactId === null) return [];
    const at = Date.parse(its.startedAt);
    const owners = spans.filter(({ number, from, until }) => number === its.contact.phone && from[0] <= at && until[1] >= at);
    const [owner] = owners;
    const isSure = owner !== undefined && owners.length === 1 && owner.from[1] <= at && owner.until[0] > at;
    if (!isSure || owner.contactId === contactId || !departures.isHere(owner.contactId)) return [];
    const message = `conversation ${its.id} was applied to contact ${contactId}, and the number was ${owner.contactId}'s then`;
    return [{ promise: 'R20', message, about: [conversationKey(its), contactId, owner.contactId] }];
  });
}
