import type { Channel, Conversation, Party } from '../conversation/conversation.ts';
import { activityKey, isThreadMessage, messageOrder, type SmsThreads } from '../conversation/thread-day.ts';
import { cleanText, oneLine } from '../values/clean-text.ts';
import { present } from '../values/present.ts';
import type { Fields } from '../values/value.ts';
import { isWebLink } from '../values/web-link.ts';
import type { Activity, ActivityLimits } from './activity.ts';
import { composeText } from './activity-parts.ts';
import { activityParts, activitySubject, threadParts } from './activity-text.ts';
import { addressOf } from './shown-address.ts';

export interface PlanActivityOptions {
  /** The CRM record to log on. */
  readonly record: { readonly object: string; readonly id: string };
  /** Further records that it belongs to: a company, a deal, a ticket. */
  readonly associations?: readonly { readonly object: string; readonly id: string }[];
  /** Names the subject; without it the number does. */
  readonly contact?: { readonly fields: Fields };
  readonly limits: ActivityLimits;
  /** Channels to log: those that are true. Absent: the caller has decided, every channel is logged. */
  readonly switches?: Readonly<Partial<Record<Channel, boolean>>>;
  /** Also log a conversation that has ended and is not analysed yet; its analysis updates the activity. Default false. */
  readonly provisional?: boolean;
  /** CRM user id by the conversation's `userId`, or else by its `agentId`. */
  readonly owners?: Readonly<Record<string, string>>;
  /** The CRM's word by the platform's own: `user_hangup` → `Connected`. A word that is not listed goes through unchanged. */
  readonly dispositions?: Readonly<Record<string, string>>;
  /** Contacts whose conversations are never logged: E.164, or an address exactly as the platform gives it. */
  readonly blockList?: readonly string[];
  /** Conversations with a colleague, or between our own numbers. Default `skip`. */
  readonly internalCalls?: 'skip' | 'log';
  /** IANA zone that the body tells times in. Default UTC. */
  readonly timeZone?: string;
  /** Append the transcript to the body. Default false. */
  readonly transcript?: boolean;
  /** The words of single messages of SMS and WhatsApp threads. Default true: they are what a message is. */
  readonly messages?: boolean;
  /** Whether the messages of a thread make an activity a day, or each of them its own. Default `by_day`, in `timeZone`. */
  readonly smsThreads?: SmsThreads;
  /**
   * Where the whole conversation can be read: a web address in which `{id}`, `{source}` and `{threadId}` stand for those of
   * the conversation, percent-encoded.
   */
  readonly link?: string;
}

export type ActivitySkipReason = 'channel_off' | 'not_final' | 'blocked_number' | 'internal_call';

export type ActivityPlan =
  | {
      readonly action: 'log';
      readonly activity: Activity;
      /** What was longer than the CRM's activity holds; the text says so too. */
      readonly cut: readonly ('subject' | 'body')[];
    }
  | { readonly action: 'skip'; readonly reason: ActivitySkipReason; readonly remedy: string };

const REMEDIES: Readonly<Record<ActivitySkipReason, string>> = {
  channel_off: 'Turn the channel on in `activities`.',
  not_final: 'Nothing to do: it is logged when its analysis arrives. To log it at once, ask for provisional activities.',
  blocked_number: 'Take the number off `blockList` if its conversations are to be logged.',
  internal_call: 'Nothing to do: both sides are your own numbers. To log such calls, set `internalCalls` to `log`.',
};

/**
 * What is written to the CRM about a conversation, or why nothing is. Decides, does nothing. The same input gives the
 * same activity, so that a redelivered conversation changes nothing.
 *
 * @throws CrmSyncError `unknown_time_zone`, category `configuration`.
 */
export function planActivity(conversation: Conversation, options: PlanActivityOptions): ActivityPlan {
  const reason = skipReason(conversation, options);
  if (reason !== null) return { action: 'skip', reason, remedy: REMEDIES[reason] };
  const {
    record,
    associations = [],
    contact,
    limits,
    owners = {},
    dispositions = {},
    timeZone = 'UTC',
    transcript = false,
    messages = true,
    smsThreads = 'by_day',
  } = options;
  const isOfThread = smsThreads === 'by_day' && isThreadMessage(conversation);
  const shown = isOfThread ? threadOf(conversation) : conversation;
  const link = linkTo(shown, options.link);
  const disposition = dispositionOf(conversation, dispositions);
  const text = { name: nameOf(contact?.fields), disposition, timeZone, transcript, messages, link, limits };
  const subject = activitySubject(shown, text);
  const parts = isOfThread ? threadParts(conversation, text) : activityParts(conversation, text);
  const body = composeText(parts, { format: 'plain', max: limits.bodyMax });
  const cut = (['subject', 'body'] as const).filter((part) => (part === 'subject' ? subject : body).cut);
  const activity = present<Activity>({
    key: activityKey(conversation, { smsThreads, timeZone }),
    channel: shown.channel,
    direction: shown.direction,
    subject: subject.text,
    body: body.text,
    parts,
    startedAt: shown.startedAt,
    endedAt: shown.endedAt,
    durationSeconds: shown.durationSeconds,
    ...sidesOf(shown),
    summary: filled(cleanText(shown.summary ?? '')),
    recordingUrl: lastingRecording(shown),
    outcome: shown.outcome,
    disposition: isOfThread ? undefined : disposition,
    successful: shown.successful,
    record: { object: record.object, id: record.id },
    associations: associations.length === 0 ? undefined : associations.map(({ object, id }) => ({ object, id })),
    order: isOfThread ? messageOrder(conversation) : undefined,
    owner: ownerOf(conversation, owners),
  });
  return { action: 'log', activity, cut };
}

/** What is said of a thread by one of its messages: what only concerns the message is left out. */
function threadOf({ source, threadId = '', channel, contact, agent, startedAt, analysis, final }: Conversation): Conversation {
  return { id: threadId, source, threadId, channel, direction: 'unknown', contact, agent, startedAt, outcome: 'unknown', analysis, final };
}

function skipReason(
  conversation: Conversation,
  { switches, provisional = false, internalCalls = 'skip', blockList = [] }: PlanActivityOptions,
) {
  const { channel, contact, agent, final } = conversation;
  if (switches !== undefined && (!Object.hasOwn(switches, channel) || switches[channel] !== true)) return 'channel_off';
  if (!final && !provisional) return 'not_final';
  if (internalCalls === 'skip' && isInternal(contact, agent)) return 'internal_call';
  const addresses = [contact.phone, contact.email, contact.raw].filter((address) => address !== undefined);
  return addresses.some((address) => blockList.includes(address)) ? 'blocked_number' : null;
}

/** A colleague's extension, or our own number on both sides. */
const isInternal = (contact: Party, agent: Party): boolean =>
  contact.kind === 'extension' || (contact.phone !== undefined && contact.phone === agent.phone);

function nameOf(fields: Fields = {}): string {
  const parts = ['first_name', 'last_name'].map((field) => (Object.hasOwn(fields, field) ? fields[field] : null));
  return oneLine(parts.filter((part) => typeof part === 'string').join(' '));
}

function sidesOf({ direction, contact, agent }: Conversation): { readonly from?: string | undefined; readonly to?: string | undefined } {
  if (direction === 'unknown') return {};
  const [from, to] = direction === 'inbound' ? [contact, agent] : [agent, contact];
  return { from: addressOf(from), to: addressOf(to) };
}

const lookUp = (words: Readonly<Record<string, string>>, word: string | undefined): string | undefined =>
  word !== undefined && Object.hasOwn(words, word) ? words[word] : undefined;
const filled = (text: string): string | undefined => (text === '' ? undefined : text);

const dispositionOf = ({ disposition }: Conversation, words: Readonly<Record<string, string>>): string | undefined =>
  filled(oneLine(lookUp(words, disposition) ?? disposition ?? ''));

const ownerOf = ({ userId, agentId }: Conversation, owners: Readonly<Record<string, string>>): string | undefined =>
  lookUp(owners, userId) ?? lookUp(owners, agentId);

const lastingRecording = ({ recordingUrl, recordingExpiresAt }: Conversation): string | undefined =>
  recordingUrl !== undefined && recordingExpiresAt === undefined && isWebLink(recordingUrl) ? recordingUrl : undefined;

function linkTo({ id, source, threadId = '' }: Conversation, template: string | undefined): string | undefined {
  const members: Readonly<Record<string, string>> = { id, source, threadId };
  // A lone half of a character can't be encoded; such an id is nothing that a page could be found by.
  const url = template?.replaceAll(/\{(id|source|threadId)\}/g, (_, name: string) =>
    encodeURIComponent(members[name]!.replaceAll(/\p{Surrogate}/gu, '\uFFFD')),
  );
  return url !== undefined && isWebLink(url) ? url : undefined;
}
