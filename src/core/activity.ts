import type { Channel, Direction, Outcome } from './conversation.ts';

/** A conversation as every CRM can log it; a connector's codec turns it into its own object (Task, Call, …). */
export interface Activity {
  /** `<source>:<id>` of the conversation: what keeps the activity single. */
  readonly key: string;
  readonly channel: Channel;
  readonly direction: Direction;
  /** Cut to the CRM's limit. */
  readonly subject: string;
  /** Plain text: summary, parties, times, links. Cut to the CRM's limit. */
  readonly body: string;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly durationSeconds?: number;
  /** E.164 where possible, else as received. */
  readonly from?: string;
  readonly to?: string;
  readonly summary?: string;
  readonly recordingUrl?: string;
  readonly outcome: Outcome;
  readonly disposition?: string;
  readonly successful?: boolean;
  /** The record it is logged on. */
  readonly record: { readonly object: string; readonly id: string };
  /** CRM user id of the owner; absent: the connected user. */
  readonly owner?: string;
}

/** How much the CRM's activity holds, in characters; a connector states it as data. */
export interface ActivityLimits {
  readonly subjectMax: number;
  readonly bodyMax: number;
}
