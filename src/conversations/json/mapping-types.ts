import type { Channel, Direction, Outcome, Sentiment, TranscriptTurn } from '../../core/conversation/conversation.ts';

/** Where something stands in the payload: `call.id`, `items[0].text`, `custom["lead score"]`; `$` is all of it. */
export type JsonPath = string;

export interface At {
  /** Several: the first that has a value. */
  readonly path: JsonPath | readonly JsonPath[];
  /** A payload that has nothing usable there is refused, with the path. Default false: it is left out. */
  readonly required?: boolean;
}
export interface Constant<T> {
  readonly value: T;
}

/** Text; a number is written out. */
export type TextPart = JsonPath | At | Constant<string>;
/** A single value of any kind, as it is. */
export type ValuePart = JsonPath | At | Constant<string | number | boolean>;
export type TruthPart = JsonPath | (At & { readonly map?: Readonly<Record<string, boolean>> }) | Constant<boolean>;
/**
 * One of our words. `map` is from the platform's word to ours; a word that is not in it counts if it is one of ours
 * (`No Answer` is `no_answer`), and any other is `otherwise`.
 */
export type WordPart<W extends string> =
  | JsonPath
  | (At & { readonly map?: Readonly<Record<string, W>>; readonly otherwise?: W })
  | Constant<W>;

export type TimeFormat = 'iso' | 'epoch_seconds' | 'epoch_milliseconds' | 'rfc_2822';
/** `iso` by default. */
export type TimePart =
  | JsonPath
  | (At & {
      readonly format?: TimeFormat;
      /** IANA zone of ISO times that name none. Without it such a time is not read: it would be a guess. */
      readonly timeZone?: string;
    });
export type DurationUnit = 'seconds' | 'milliseconds' | 'minutes';
export type DurationPart = At & { readonly unit: DurationUnit };

/** A path alone is the address: a number, a SIP or email address. */
export type PartyPart =
  | JsonPath
  | {
      readonly address?: TextPart;
      readonly extension?: TextPart;
      readonly email?: TextPart;
      /** For display, never a match key. */
      readonly name?: TextPart;
      /** The platform's own id of the person. */
      readonly externalId?: TextPart;
    };

/** A path alone is the whole text. `turns` is a list, and the paths beside it start at each of its items. */
export type TranscriptPart =
  | JsonPath
  | {
      readonly turns: JsonPath;
      readonly text: JsonPath;
      /** Turns whose role is none of ours are left out. */
      readonly role: WordPart<TranscriptTurn['role']>;
      readonly at?: TimePart;
      /** From the start of the conversation. */
      readonly offset?: DurationPart;
    };

/** Named values. `null` and what is missing are left out; `false`, `0` and empty text stay. */
export interface ValuesPart {
  /** Objects whose members are taken as they are; a later one replaces members of an earlier one. */
  readonly objects?: JsonPath | readonly JsonPath[];
  /** Single values by the name they get. They replace members of `objects`. */
  readonly fields?: Readonly<Record<string, ValuePart>>;
}

/** A number and its text are equal here: forms and templates write everything as text. */
export type Condition =
  | { readonly path: JsonPath; readonly equals: string | number | boolean }
  | { readonly path: JsonPath; readonly in: readonly (string | number | boolean)[] }
  /** Whether anything but null stands there. */
  | { readonly path: JsonPath; readonly exists: boolean };

/**
 * How the webhook of a platform becomes a conversation. Plain JSON, so that it can be stored, and edited by whoever
 * composes the webhook. What is not mapped is absent.
 */
export interface ConversationMapping {
  /** The platform in one word: part of the key that makes every effect happen once. */
  readonly source: string;
  /** Payloads that are a conversation; others are ignored as `other_event`. Several must all hold. Default: each is one. */
  readonly when?: Condition | readonly Condition[];
  /** Where the name of the event stands, for reports about ignored ones. */
  readonly event?: JsonPath;
  /** The payload is the last of its conversation; others are ignored as `not_final`. Default: each is. */
  readonly final?: Condition | readonly Condition[];
  /** The platform's own id. Always required: a payload without it is refused. */
  readonly id: JsonPath | At;
  readonly threadId?: TextPart;
  readonly channel: WordPart<Channel>;
  readonly direction?: WordPart<Direction>;
  /** The person the CRM knows. */
  readonly contact?: PartyPart;
  /** Our side. */
  readonly agent?: PartyPart;
  /** Instead of `contact` and `agent`: `direction` says which of the two is the contact. */
  readonly from?: PartyPart;
  readonly to?: PartyPart;
  readonly startedAt?: TimePart;
  readonly endedAt?: TimePart;
  readonly duration?: DurationPart;
  readonly summary?: TextPart;
  /** What one of your own people wrote about it. */
  readonly note?: TextPart;
  readonly transcript?: TranscriptPart;
  readonly recordingUrl?: TextPart;
  /** Default: what a signed link says itself. */
  readonly recordingExpiresAt?: TimePart;
  readonly outcome?: WordPart<Outcome>;
  /** The platform's own word for the end. */
  readonly disposition?: TextPart;
  readonly successful?: TruthPart;
  readonly sentiment?: WordPart<Sentiment>;
  readonly analysis?: ValuesPart;
  readonly agentId?: TextPart;
  readonly userId?: TextPart;
  readonly metadata?: ValuesPart;
  /** What orders deliveries of one conversation: a time of change, or a number. */
  readonly revision?: TextPart;
}
