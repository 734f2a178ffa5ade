import { COMPANY_UNKNOWN } from '../../core/mapping/company-tie.ts';
import type { InboundPlan } from '../../core/sync/inbound-types.ts';
import type { RecordPlan } from '../../core/sync/plan-types.ts';
import type { EntryChange } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { tellClosed } from '../ended-conflicts.ts';
import type { GoneOutcome } from '../gone.ts';
import type { DeletedChanges } from '../removal/on-deleted.ts';
import { rewrittenField } from '../rewritten.ts';
import type { RunRecorder } from '../run-recorder.ts';

/** A record that the host's table refused, with its neighbours committed without it. */
export interface RefusedRecord {
  readonly recordId: string;
  /** The store's code. Its message may quote values, so nobody is told it. */
  readonly code: string;
}

interface CommittedPage {
  readonly object: string;
  readonly flow: 'pull' | 'push';
  /** Fetched by id just now. */
  readonly fresh: boolean;
  readonly plan: InboundPlan;
  /** Ids of the contacts that were made, in the order of the plan's `creates`. */
  readonly created: readonly string[];
  readonly gone: readonly GoneOutcome[];
  /** Records that were seen as gone by a snapshot that proves nothing. */
  readonly stale: readonly string[];
  /** Conflicts that ended with their record or contact, among other entries. */
  readonly closed: readonly EntryChange[];
  /** By record that is left of a merge: the contact that has it. */
  readonly heirs: ReadonlyMap<string, string>;
  readonly deleted: Pick<DeletedChanges, 'removed' | 'flagged'>;
  readonly refused: readonly RefusedRecord[];
}

/** Counts and tells what a committed page did. A push counts its contacts itself. */
export function report(
  context: Context,
  run: RunRecorder,
  { object, flow, fresh, plan, created, gone, stale, closed, heirs, deleted, refused }: CommittedPage,
): void {
  for (const record of plan.records) {
    if (flow === 'pull') countRecord(run, record, fresh);
    tell(context, record, flow, object);
  }
  for (const [index, contactId] of created.entries())
    context.notify({
      type: 'contact.changed',
      contactId,
      fields: plan.creates[index]?.changes.map(({ field }) => field) ?? [],
      cause: flow,
    });
  for (const { recordId, contactId, field, crm, code, message, remedy } of plan.refused) {
    if (code === COMPANY_UNKNOWN) {
      run.note({ code, object, message: `${crm}: of some records the company is not here; they are tied once it is.` });
      continue; // most companies may be left out by a filter: that is nobody's mistake
    }
    run.error({
      object,
      ...(recordId !== null && { recordId }),
      ...(contactId !== null && { contactId }),
      field,
      code,
      message: `${crm}: ${message}`,
      remedy,
    });
    context.notify({ type: 'field.refused', object, recordId, contactId, field, error: { code, remedy } });
  }
  if (flow === 'pull' && fresh) for (const _ of stale) run.skip('write_in_flight'); // else counted when fetched again
  for (const outcome of gone) reportGone(context, run, { object, flow, heirs }, outcome);
  tellClosed(context, closed);
  for (const contactId of deleted.removed) context.notify({ type: 'contact.removed', contactId, cause: 'record_deleted' });
  const { onDelete } = context.options;
  if (typeof onDelete === 'object')
    for (const contactId of deleted.flagged) context.notify({ type: 'contact.changed', contactId, fields: [onDelete.flag], cause: flow });
  for (const { recordId, code } of refused) {
    const remedy = 'Look at the constraints of the contacts table; the record is tried again later.';
    if (flow === 'pull') run.count('failed');
    run.failed({ object, recordId, code, message: 'The contacts table refused this record.', remedy });
    context.notify({ type: 'record.failed', run: run.source.run ?? null, object, recordId, error: { code, remedy } });
  }
  for (const crm of new Set(
    plan.conflicts.flatMap(({ open, event, crm: key }) => (open === 'rewritten' && event === 'found' ? [key] : [])),
  ))
    run.note({ code: 'field_rewritten', object, message: rewrittenField(crm) });
  run.found({
    conflicts: plan.conflicts.filter(({ event }) => event === 'found').length,
    drift: plan.records.reduce((sum, { drift }) => sum + drift.length, 0),
  });
}

function countRecord(run: RunRecorder, record: RecordPlan, fresh: boolean): void {
  if (record.action === 'skip') run.skip(record.reason);
  else if (record.action === 'refetch') {
    if (fresh) run.skip('write_in_flight'); // else it is counted when it has been fetched again
  } else if (record.action === 'create') run.count('created');
  else if (record.action === 'update' || (record.action === 'link' && record.isNew)) run.count('updated');
  else run.count('unchanged');
}

function tell(context: Context, record: RecordPlan, cause: 'pull' | 'push', object: string): void {
  if (record.action === 'update')
    context.notify({ type: 'contact.changed', contactId: record.contactId, fields: record.changes.map(({ field }) => field), cause });
  if (record.action === 'skip' && record.link !== undefined && record.contactId !== undefined)
    context.notify({ type: 'link.changed', object, recordId: record.recordId, contactId: record.contactId, state: record.link.state });
  for (const { event, id, recordId, contactId, field, winner, reason } of record.conflicts)
    if (event === 'found') context.notify({ type: 'conflict', id, object, recordId, contactId, field, winner, reason });
    else if (event === 'closed') context.notify({ type: 'conflict.closed', id, object, recordId, contactId, field, reason });
}

type GonePlace = Pick<CommittedPage, 'object' | 'flow' | 'heirs'>;

function reportGone(context: Context, run: RunRecorder, { object, flow, heirs }: GonePlace, outcome: GoneOutcome): void {
  const { recordId, contactId, became, reason, successor, failure } = outcome;
  if (failure !== undefined) {
    if (flow === 'pull') run.count('failed');
    run.failed({ object, recordId, code: failure.code, message: 'The record could not be read.', remedy: failure.remedy });
    context.notify({ type: 'record.failed', run: run.source.run ?? null, object, recordId, error: failure });
    return;
  }
  if (flow === 'pull') {
    if (became === null) run.skip(reason);
    else run.count('updated');
  }
  if (became === null || contactId === null) return;
  const left = successor && { successor: { ...successor, contactId: heirs.get(successor.recordId) ?? null } };
  context.notify({ type: 'link.changed', object, recordId, contactId, state: became, ...left });
}
