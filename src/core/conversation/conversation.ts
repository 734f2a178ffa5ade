import type { Json } from '../values/value.ts';

export type Channel = 'call' | 'sms' | 'chat' | 'whatsapp' | 'email' | 'voicemail' | 'fax' | 'other';
export type Direction = 'inbound' | 'outbound' | 'unknown';
export type Outcome = 'completed' | 'voicemail' | 'no_answer' | 'busy' | 'failed' | 'canceled' | 'transferred' | 'unknown';
export type Sentiment = 'positive' | 'neutral' | 'negative' | 'unknown';

/** A side of a conversation as the platform gave it, plus what could be made of it. */
export interface Party {
  /** Exactly as received: `(866)123-4567`, `sip:al@example.com`, `+266696687`. */
  readonly raw?: string;
  /** E.164; absent when it is no number that can be matched. */
  readonly phone?: string;
  readonly extension?: string;
  readonly kind: 'phone' | 'short_code' | 'extension' | 'sip' | 'client' | 'email' | 'anonymous' | 'unknown';
  readonly email?: string;
  /** Caller-id name: for display, never a match key. */
  readonly name?: string;
  /** The platform's own id of this contact or user. */
  readonly externalId?: string;
}

export interface TranscriptTurn {
  readonly role: 'agent' | 'contact' | 'tool' | 'system';
  readonly text: string;
  readonly offsetSeconds?: number;
  /** ISO 8601 UTC. */
  readonly at?: string;
}

/**
 * A finished call, SMS thread or chat with its analysis, from any platform. Plain JSON, so that it goes through
 * queues. Times are ISO 8601 UTC, durations seconds.
 */
export interface Conversation {
  /** The platform's id, as text. `<source>:<id>` is the key that makes every effect happen once. */
  readonly id: string;
  /** `retell`, `vapi`, … or the host's own word. */
  readonly source: string;
  /** Chat or SMS thread, parent call. */
  readonly threadId?: string;
  readonly channel: Channel;
  readonly direction: Direction;
  /** The person the CRM knows. */
  readonly contact: Party;
  /** Our side. */
  readonly agent: Party;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  /** The platform gave no start; `startedAt` is the time of the event. */
  readonly startedAtEstimated?: boolean;
  /** ISO 8601 UTC. */
  readonly endedAt?: string;
  /** Seconds, rounded to 3 decimals. 0 is a duration; absent is unknown or not a call. */
  readonly durationSeconds?: number;
  /** Plain text, which heads the activity. */
  readonly summary?: string;
  /** What one of your own people wrote about it. */
  readonly note?: string;
  /** Goes into the activity only where `activityText.transcript` says so. */
  readonly transcript?: string | readonly TranscriptTurn[];
  /** A link to the recording; with `recordingExpiresAt` where it does not last. */
  readonly recordingUrl?: string;
  /** ISO 8601 UTC: the link dies then, so it is not stored as permanent. */
  readonly recordingExpiresAt?: string;
  /** How it ended, in one word for all platforms. */
  readonly outcome: Outcome;
  /** The platform's own word: `user_hangup`, `customer-ended-call`. */
  readonly disposition?: string;
  /** Absent is unknown. */
  readonly successful?: boolean;
  readonly sentiment?: Sentiment;
  /** Flat name → value: the only input of analysis rules. A key that is absent brings no new value. */
  readonly analysis: Readonly<Record<string, Json>>;
  /** Id or name of the AI agent. */
  readonly agentId?: string;
  /** Human user, for the owner of the activity. */
  readonly userId?: string;
  /** Host-supplied context, untouched. */
  readonly metadata?: Readonly<Record<string, Json>>;
  /** False for a `call_ended` without analysis: never analysed. */
  readonly final: boolean;
  readonly revision?: string | number;
}

/** What keeps every effect of a conversation single. */
export const conversationKey = ({ source, id }: Pick<Conversation, 'source' | 'id'>): string => `${source}:${id}`;
