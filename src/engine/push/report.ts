import type { LinkState } from '../../core/link/link.ts';
import type { ContactPlan } from '../../core/sync/outbound.ts';
import { PUSH_FILTER } from '../../core/sync/push-filter.ts';
import type { Row } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import type { RunRecorder } from '../run-recorder.ts';
import { isTooLate, type Refusals } from './refusals.ts';
import type { WriteOutcome } from './types.ts';

/** What has become of a contact of the batch. */
type Result = 'updated' | 'unchanged' | 'failed' | Skip;
type Skip = typeof PUSH_FILTER | 'write_in_flight' | 'read_too_old' | 'deleted' | 'merged' | 'missing' | 'filtered';

/** Why nothing is sent to a record by a link that is not active. */
const CLOSED: Partial<Record<LinkState, Skip>> = {
  tombstone: 'deleted',
  superseded: 'merged',
  missing: 'missing',
  left_filter: 'filtered',
};

/** Counts and tells what one batch did: each contact once, however many rounds it took. */
export class PushReport {
  readonly #context: Context;
  readonly #run: RunRecorder;
  readonly #object: string;
  readonly #refusals: Refusals;
  readonly #results = new Map<string, Result>();

  constructor(context: Context, run: RunRecorder, object: string, refusals: Refusals) {
    this.#context = context;
    this.#run = run;
    this.#object = object;
    this.#refusals = refusals;
  }

  count(): void {
    for (const result of this.#results.values()) {
      if (result === 'updated' || result === 'unchanged' || result === 'failed') this.#run.count(result);
      else this.#run.skip(result);
    }
  }

  /** Contacts that this round sent nothing for, and fields that the CRM can't take. */
  unsent(plans: readonly ContactPlan[]): void {
    const object = this.#object;
    for (const plan of plans) {
      const { contactId } = plan;
      for (const { recordId, field, crm, code, message, remedy } of plan.refused) {
        this.#run.error({ object, ...(recordId !== null && { recordId }), contactId, field, code, message: `${crm}: ${message}`, remedy });
        this.#context.notify({ type: 'field.refused', object, recordId, contactId, field, error: { code, remedy } });
      }
      for (const crm of plan.truncated)
        this.#run.note({ code: 'truncated', object, message: `${crm}: text was cut to the CRM's length, as the mapping asks.` });
      if (plan.action === 'wait') this.#results.set(contactId, 'write_in_flight');
      if (plan.action === 'read') this.#results.set(contactId, 'read_too_old');
      const isOpen = ['read_too_old', undefined].includes(this.#results.get(contactId));
      if (plan.action === 'none' && isOpen)
        this.#results.set(contactId, plan.kept !== undefined ? PUSH_FILTER : plan.refused.length > 0 ? 'failed' : 'unchanged');
    }
  }

  /** The batch's own read, or somebody else, has closed the link: what the contact has to send is kept, and goes nowhere. */
  closed({ id, links }: Row): void {
    const state = links.find(({ object, state: one }) => object === this.#object && CLOSED[one] !== undefined)?.state;
    const skip = state === undefined ? undefined : CLOSED[state];
    if (skip !== undefined && !this.#results.has(id)) this.#results.set(id, skip);
  }

  wrote(outcomes: readonly WriteOutcome[]): void {
    const isHeldUp = outcomes.every(({ wrote }) => wrote.outcome === 'refused' && wrote.retryable);
    for (const outcome of outcomes) this.#wrote(outcome, isHeldUp);
  }

  /** @param isHeldUp - Everything that was sent with it may succeed later: of a batch, one lock. */
  #wrote(outcome: WriteOutcome, isHeldUp: boolean): void {
    const { write, wrote } = outcome;
    const { contactId, recordId: id, sent, values } = write.plan;
    const place = { object: this.#object, recordId: id ?? '', contactId };
    if (wrote.outcome === 'done') {
      this.#results.set(contactId, 'updated');
      this.#context.notify({ type: 'record.written', ...place, fields: Object.keys(values) });
    } else if (wrote.outcome === 'gone') {
      this.#results.set(contactId, 'failed');
      const remedy = 'Nothing to do: its link is closed, and the contact is kept.';
      this.#run.failed({ ...place, code: 'record_gone', message: 'The record is no longer in the CRM.', remedy });
      const { successor, successorObject = place.object } = wrote;
      const left = successor !== undefined && { successor: { object: successorObject, recordId: successor, contactId: null } };
      this.#context.notify({ type: 'link.changed', ...place, state: successor === undefined ? 'tombstone' : 'superseded', ...left });
    } else if (isTooLate(wrote)) {
      if (this.#results.get(contactId) !== 'updated') this.#results.set(contactId, 'read_too_old'); // unless a later round writes it
    } else {
      if (this.#results.get(contactId) !== 'updated')
        this.#results.set(contactId, wrote.outcome === 'unknown' ? 'write_in_flight' : 'failed');
      if (!this.#refusals.isConclusive(outcome)) return; // it is tried again in this very run
      const { code, remedy } = wrote;
      const keys = Object.keys(sent);
      const field = (wrote.outcome === 'refused' ? wrote.field : undefined) ?? (keys.length === 1 ? keys[0] : undefined);
      const error = { ...place, ...(field !== undefined && { field }), code, message: MESSAGES[wrote.outcome], remedy };
      // One lost answer or one lock is one failure, of whatever many records: it does not speak against the records.
      if (wrote.outcome === 'unknown' || isHeldUp) this.#run.error(error);
      else this.#run.failed(error);
      this.#context.notify({
        type: 'record.failed',
        run: this.#run.source.run ?? null,
        object: place.object,
        recordId: place.recordId,
        error: { code, remedy },
      });
    }
  }
}

const MESSAGES = {
  refused: 'The CRM did not take the record.',
  not_sent: 'The record was not sent.',
  unknown: 'The answer was lost: the record may have been written.',
} as const;
