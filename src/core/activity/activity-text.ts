import { countCharacters, cutText } from '../base/text.ts';
import type { Channel, Conversation, Direction, Outcome, Party, TranscriptTurn } from '../conversation/conversation.ts';
import { isThreadMessage, messageOrder } from '../conversation/thread-day.ts';
import { cleanText, oneLine } from '../values/clean-text.ts';
import { dayIn } from '../values/dates.ts';
import { clockText, durationText, timeText } from '../values/time-text.ts';
import { isWebLink } from '../values/web-link.ts';
import type { ActivityLimits, ActivityPart } from './activity.ts';
import { addressOf, shownAddress } from './shown-address.ts';

const NOUNS: Record<Channel, string> = {
  call: 'call',
  sms: 'SMS',
  chat: 'chat',
  whatsapp: 'WhatsApp chat',
  email: 'email',
  voicemail: 'voicemail',
  fax: 'fax',
  other: 'conversation',
};
const DIRECTIONS: Record<Direction, string> = { inbound: 'Inbound', outbound: 'Outbound', unknown: 'Not known' };
const PREPOSITIONS: Record<Direction, string> = { inbound: 'from', outbound: 'to', unknown: 'with' };
const OUTCOMES: Record<Outcome, string | null> = {
  completed: 'Completed',
  voicemail: 'Voicemail',
  no_answer: 'No answer',
  busy: 'Busy',
  failed: 'Failed',
  canceled: 'Canceled',
  transferred: 'Transferred',
  unknown: null,
};
const SPEAKERS: Record<TranscriptTurn['role'], string> = { agent: 'Agent', contact: 'Contact', tool: 'Tool', system: 'System' };

export interface ActivityTextOptions {
  /** Name of the contact, empty where it is not known. */
  readonly name: string;
  /** In the CRM's words. */
  readonly disposition: string | undefined;
  /** IANA zone that times are told in. */
  readonly timeZone: string;
  readonly transcript: boolean;
  /** The words of single messages. */
  readonly messages: boolean;
  /** Where the whole conversation can be read. */
  readonly link: string | undefined;
  readonly limits: ActivityLimits;
}

/** A text for the CRM, and whether it had to be cut. */
export interface CutText {
  readonly text: string;
  readonly cut: boolean;
}

/** `Inbound call, Alice Smith`; without a name `Outbound call to +14155550123`. */
export function activitySubject(conversation: Conversation, { name, limits }: ActivityTextOptions): CutText {
  const { channel, direction, contact } = conversation;
  const noun = NOUNS[channel];
  const kind = direction === 'unknown' ? `${noun.charAt(0).toUpperCase()}${noun.slice(1)}` : `${DIRECTIONS[direction]} ${noun}`;
  const address = addressOf(contact);
  const unnamed = address === undefined ? kind : `${kind} ${PREPOSITIONS[direction]} ${address}`;
  return cutTo(name === '' ? unnamed : `${kind}, ${name}`, limits.subjectMax, '…');
}

const KNOWN = {} as const;
const FILLER = { isFiller: true } as const;

function sidePart(name: 'from' | 'to', label: string, party: Party): ActivityPart {
  const isKnown = party.kind === 'anonymous' || addressOf(party) !== undefined;
  return { name, text: `${label}: ${shownAddress(party)}`, ...(isKnown ? KNOWN : FILLER) };
}

/** The labelled lines; one whose fact is not known is left out, except what every log must tell. */
function factParts(conversation: Conversation, { disposition, timeZone, link }: ActivityTextOptions): ActivityPart[] {
  const { channel, direction, contact, agent, durationSeconds, startedAt, startedAtEstimated, sentiment } = conversation;
  const isDirected = direction !== 'unknown';
  const parts: ActivityPart[] = [{ name: 'direction', text: `Direction: ${DIRECTIONS[direction]}`, ...(isDirected ? KNOWN : FILLER) }];
  if (durationSeconds !== undefined) parts.push({ name: 'duration', text: `Duration: ${durationText(durationSeconds)}` });
  else if (channel === 'call') parts.push({ name: 'duration', text: 'Duration: not known', ...FILLER });
  if (!isDirected) parts.push(sidePart('from', 'Contact', contact), sidePart('to', 'Agent', agent));
  else {
    const [from, to] = direction === 'inbound' ? [contact, agent] : [agent, contact];
    parts.push(sidePart('from', 'From', from), sidePart('to', 'To', to));
  }
  const started = `Started: ${timeText(startedAt, timeZone)}`;
  parts.push(
    startedAtEstimated === true ? { name: 'started', text: `${started}, estimated`, ...FILLER } : { name: 'started', text: started },
  );
  const outcome = OUTCOMES[conversation.outcome];
  if (outcome !== null) parts.push({ name: 'outcome', text: `Outcome: ${outcome}` });
  if (disposition !== undefined) parts.push({ name: 'disposition', text: `Disposition: ${disposition}` });
  if (sentiment !== undefined && sentiment !== 'unknown') parts.push({ name: 'sentiment', text: `Sentiment: ${sentiment}` });
  const recording = recordingLine(conversation, timeZone);
  if (recording !== undefined) parts.push({ name: 'recording', text: recording });
  if (link !== undefined) parts.push({ name: 'link', text: `Whole conversation: ${link}` });
  return parts;
}

function recordingLine({ recordingUrl, recordingExpiresAt }: Conversation, timeZone: string): string | undefined {
  if (recordingUrl === undefined || !isWebLink(recordingUrl)) return undefined;
  const until = recordingExpiresAt === undefined ? '' : ` (link expires ${timeText(recordingExpiresAt, timeZone)})`;
  return `Recording: ${recordingUrl}${until}`;
}

function transcriptText({ transcript }: Conversation): string {
  if (transcript === undefined) return '';
  if (typeof transcript === 'string') return freeText(transcript);
  return transcript.map(({ role, text }) => `${SPEAKERS[role]}: ${oneLine(text)}`).join('\n');
}

/** What somebody has said or written: a line of it that looks like the one for our key is none. */
const freeText = (text: string): string => cleanText(text).replace(/^(?=\s*Ref:)/gm, '> ');

/**
 * What an activity's text is made of: summary, note, labelled lines, and the transcript where asked for. Made from data
 * alone, so that the same conversation always gives the same parts.
 */
export function activityParts(conversation: Conversation, options: ActivityTextOptions): readonly ActivityPart[] {
  const transcript = options.transcript ? transcriptText(conversation) : '';
  const parts: ActivityPart[] = [
    ...(isThreadMessage(conversation) ? messageParts(conversation, options) : []),
    { name: 'summary', text: freeText(conversation.summary ?? '') },
    { name: 'note', text: freeText(conversation.note ?? '') },
    ...factParts(conversation, options),
    { name: 'transcript', text: transcript === '' ? '' : `Transcript:\n${transcript}` },
  ];
  return parts.filter(({ text }) => text !== '');
}

/**
 * A message in one line: when, from whom, and its words. Platforms tell what became of a message without its words, which then
 * stay as they are.
 */
function messageParts(conversation: Conversation, { timeZone, messages }: ActivityTextOptions): readonly ActivityPart[] {
  const { direction, startedAt, outcome, transcript = '', summary = '' } = conversation;
  const speaker = direction === 'unknown' ? '' : ` ${SPEAKERS[direction === 'inbound' ? 'contact' : 'agent']}`;
  const words = oneLine(typeof transcript === 'string' ? transcript : transcript.map(({ text }) => text).join(' ')) || oneLine(summary);
  const name = `message ${messageOrder(conversation)}`;
  const head = `${clockText(startedAt, timeZone)}${speaker}`;
  const failed = outcome === 'failed' ? ' (not delivered)' : '';
  if (!messages) return [{ name, text: `${head}${failed}` }];
  if (words !== '') return [{ name, text: `${head}: ${words}${failed}` }];
  const wordless = { name, text: `${head}: (no text)`, ...FILLER };
  return failed === '' ? [wordless] : [wordless, { name: `${name} failed`, text: `${head}:${failed}` }];
}

/**
 * What one message brings to the activity of its thread and day: itself, and the head that all of them share, of which the first
 * one that is logged counts.
 */
export function threadParts(conversation: Conversation, options: ActivityTextOptions): readonly ActivityPart[] {
  const { contact, agent, startedAt } = conversation;
  const { timeZone, link } = options;
  const head: ActivityPart[] = [
    sidePart('from', 'Contact', contact),
    sidePart('to', 'Agent', agent),
    { name: 'started', text: `Day: ${dayIn(Date.parse(startedAt), timeZone)} (${timeZone})` },
    ...(link === undefined ? [] : [{ name: 'link', text: `Whole conversation: ${link}` }]),
  ];
  return [...head.map((part) => ({ ...part, ...FILLER })), ...messageParts(conversation, options)];
}

/** Cut by characters, the mark included; where not even the mark and a character fit, nothing is left of the text. */
function cutTo(text: string, max: number, mark: string): CutText {
  if (countCharacters(text) <= max) return { text, cut: false };
  const room = max - countCharacters(mark);
  return { text: room > 0 ? `${cutText(text, room).trimEnd()}${mark}` : '', cut: true };
}
