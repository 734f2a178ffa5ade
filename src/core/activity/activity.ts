import type { Channel, Direction, Outcome } from '../conversation/conversation.ts';

/** A conversation as every CRM can log it; a connector's codec turns it into its own object (Task, Call, …). */
export interface Activity {
  /** `<source>:<id>` of the conversation, `<source>:thread:…` of a thread's day: what keeps the activity single. */
  readonly key: string;
  readonly channel: Channel;
  readonly direction: Direction;
  /** One line, cut to the CRM's limit. */
  readonly subject: string;
  /** Plain text: summary, then a line each for direction, parties, times and links. Cut to the CRM's limit. */
  readonly body: string;
  /** What the body is made of, none of it cut: for a connector that composes the text by itself (`composeText`). */
  readonly parts?: readonly ActivityPart[];
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly durationSeconds?: number;
  /** E.164 where possible, else as received. Absent when withheld, not known, or the direction is not known. */
  readonly from?: string;
  readonly to?: string;
  /** Whole, not cut. */
  readonly summary?: string;
  /** Only a link that stays: one that expires stands in the body, with its end. */
  readonly recordingUrl?: string;
  readonly outcome: Outcome;
  /** In the CRM's words where `dispositions` names one, else the platform's. */
  readonly disposition?: string;
  readonly successful?: boolean;
  /** The record it is logged on. */
  readonly record: { readonly object: string; readonly id: string };
  /** Further records that it belongs to: a company, a deal, a ticket. They count when it is made, and not for an update. */
  readonly associations?: readonly { readonly object: string; readonly id: string }[];
  /**
   * Where several conversations make one activity, as the messages of a thread do: sorts this one among them. What is one field for
   * all of them is the earliest one's, whichever comes first.
   */
  readonly order?: string;
  /** The CRM object that it is logged as already: it stays one, whatever the settings say now. */
  readonly loggedAs?: string;
  /** CRM user id of the owner; absent: the connected user. */
  readonly owner?: string;
}

/** How much the CRM's activity holds, in characters; a connector states it as data. */
export interface ActivityLimits {
  readonly subjectMax: number;
  readonly bodyMax: number;
  /** One activity may belong to several people. */
  readonly severalPeople?: true;
}

/** A piece of an activity's text that is ours, told from the others by its name. */
export interface ActivityPart {
  /** `summary`, `duration`, `transcript`, … */
  readonly name: string;
  /** Plain text, whole. */
  readonly text: string;
  /** Only says that something is not known: it never takes the place of what is. */
  readonly isFiller?: true;
}
