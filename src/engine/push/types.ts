import type { Version } from '../../core/link/link.ts';
import type { ContactPlan } from '../../core/sync/outbound.ts';
import type { Millis } from '../../core/values/value.ts';
import type { Wrote } from '../../ports/connector.ts';
import type { LinkChange, StoredLink } from '../../ports/store.ts';

export type WritePlan = Extract<ContactPlan, { action: 'write' }>;

/** A write whose intent is committed. */
export interface IntendedWrite {
  readonly op: string;
  /** When it is over, whatever becomes of it. */
  readonly until: Millis;
  readonly plan: WritePlan;
  readonly link: StoredLink;
  /** What was committed before the request. */
  readonly intent: LinkChange;
  /** One field is tried alone: the others are still to come. */
  readonly isPartial: boolean;
  /** Contact version that the plan was made for: nothing newer is claimed to be seen (R11). */
  readonly version: Version;
}

/** What the CRM did with it. */
export interface WriteOutcome {
  readonly write: IntendedWrite;
  readonly wrote: Wrote;
}
