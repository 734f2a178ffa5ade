import type { Held } from '../../core/link/link.ts';
import { type ContactPlan, heldField } from '../../core/sync/outbound.ts';
import type { Millis } from '../../core/values/value.ts';
import type { Wrote } from '../../ports/connector.ts';
import { TOO_LATE } from '../../ports/too-late.ts';
import type { WriteOutcome } from './types.ts';

/** A row lock or the like is tried again at once, this often. */
const RETRIES_MAX = 1;
/** So often a record is read again that was read too long ago: once while the CRM lets nobody in, and once after it. */
export const READS_MAX = 3;

/**
 * What to do about refused records, so that one refused field does not keep the others back (R12): the field is held and the
 * rest is sent again; where the CRM doesn't say which field it was, they are sent one at a time.
 */
export class Refusals {
  readonly #again = new Set<string>();
  /** Mapping keys still to be tried alone, by contact. */
  readonly #alone = new Map<string, string[]>();
  readonly #retries = new Map<string, number>();
  readonly #reads = new Map<string, number>();

  consider({ write, wrote }: WriteOutcome): void {
    const { contactId, sent } = write.plan;
    const keys = Object.keys(sent);
    if (isTooLate(wrote)) this.#countedAgain(contactId, this.#reads, READS_MAX);
    else if (wrote.outcome === 'refused' && wrote.retryable) this.#countedAgain(contactId, this.#retries, RETRIES_MAX);
    else if (this.#alone.has(contactId)) this.#next(contactId);
    else if (wrote.outcome === 'refused') {
      if (keys.length > 1 && (wrote.field === undefined || !keys.includes(wrote.field))) this.#alone.set(contactId, [...keys]);
      this.#again.add(contactId);
    }
  }

  /** A field that was to be tried alone may have nothing to send any more; a record may have been read too long ago. */
  considerUnsent(plans: readonly ContactPlan[]): void {
    for (const { action, contactId } of plans) {
      if (action === 'none' && this.#alone.has(contactId)) this.#next(contactId);
      if (action === 'read') this.#countedAgain(contactId, this.#reads, READS_MAX);
    }
  }

  /** The fields that this outcome puts on hold; none while it is not clear which one is at fault. */
  heldBy({ write, wrote }: WriteOutcome, now: Millis): Readonly<Record<string, Held>> {
    if (wrote.outcome !== 'refused' || wrote.retryable) return {};
    const keys = Object.keys(write.plan.sent);
    const key = keys.length === 1 ? keys[0] : keys.find((candidate) => candidate === wrote.field);
    return key === undefined ? {} : { [key]: heldField(wrote, write.plan.sent[key]?.local ?? null, now) };
  }

  /** Contacts to plan again in this run. */
  takeAgain(): readonly string[] {
    const ids = [...this.#again];
    this.#again.clear();
    return ids;
  }

  /** False while the fault is still being looked for, or the write is about to be tried again. */
  isConclusive({ write, wrote }: WriteOutcome): boolean {
    if (wrote.outcome === 'not_sent' || (wrote.outcome === 'refused' && wrote.retryable)) return !this.#again.has(write.plan.contactId);
    if (wrote.outcome !== 'refused') return true;
    const keys = Object.keys(write.plan.sent);
    return keys.length === 1 || (wrote.field !== undefined && keys.includes(wrote.field));
  }

  /** One field of the contact is tried at a time. */
  isPartial(contactId: string): boolean {
    return this.#alone.has(contactId);
  }

  /** Where single fields are tried: the one of this round, by contact. */
  only(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries([...this.#alone].map(([contactId, keys]) => [contactId, keys.slice(0, 1)]));
  }

  /** On to the next single field; after the last one, a round looks at all of them once more. */
  #next(contactId: string): void {
    const keys = this.#alone.get(contactId) ?? [];
    keys.shift();
    if (keys.length === 0) this.#alone.delete(contactId);
    this.#again.add(contactId);
  }

  /** The same once more, as long as it was not tried too often. */
  #countedAgain(contactId: string, tries: Map<string, number>, most: number): void {
    const before = tries.get(contactId) ?? 0;
    tries.set(contactId, before + 1);
    if (before < most) this.#again.add(contactId);
  }
}

/** Nothing was sent, for what it is based on was read too long ago. */
export const isTooLate = (wrote: Wrote): boolean => wrote.outcome === 'not_sent' && wrote.code === TOO_LATE;
