import { shortHash } from '../base/hash.ts';
import { dayIn } from '../values/dates.ts';
import { type Conversation, conversationKey } from './conversation.ts';

/** Whether the messages of a thread make an activity a day, or each of them its own. */
export type SmsThreads = 'by_day' | 'by_message';

/** One message of a thread, and not a whole one, which has no other thread than itself. */
export const isThreadMessage = ({ channel, id, threadId }: Conversation): boolean =>
  (channel === 'sms' || channel === 'whatsapp') && threadId !== undefined && threadId !== '' && threadId !== id;

/**
 * The activity that a conversation belongs to: its own, or that of its thread and day with that person, for several people may
 * write to one thread. Who it is stands there as a hash: keys are seen by more people than numbers.
 */
export function activityKey(
  conversation: Conversation,
  { smsThreads, timeZone }: { readonly smsThreads: SmsThreads; readonly timeZone: string },
): string {
  if (smsThreads === 'by_message' || !isThreadMessage(conversation)) return conversationKey(conversation);
  const { source, threadId, startedAt } = conversation;
  return `${source}:thread:${threadId}:${dayIn(Date.parse(startedAt), timeZone)}:${personOf(conversation)}`;
}

/** The thread with that person on all days; null: it is no message of one. */
export const threadKey = (conversation: Conversation): string | null =>
  isThreadMessage(conversation) ? `${conversation.source}:thread:${conversation.threadId}:${personOf(conversation)}` : null;

const personOf = ({ contact }: Conversation): string => shortHash(contact.phone ?? contact.email ?? contact.raw ?? '', 8);

/** Sorts the messages of a thread, those of one moment too. */
export const messageOrder = ({ startedAt, id }: Conversation): string => `${new Date(startedAt).toISOString()} ${id}`;
