import { isLive } from '../../core/link/link.ts';
import { CrmSyncError } from '../../errors.ts';
import type { Row } from '../../ports/store.ts';
import { countCalls } from '../budget.ts';
import { compiled } from '../compiled.ts';
import type { Context } from '../context.ts';
import { Permit } from '../permit.ts';
import { applyPage } from '../pull/page.ts';
import { RunRecorder } from '../run-recorder.ts';
import { Session } from '../session.ts';
import { holderOf, mappingOf, type RecordRef, rowOf } from './record-ref.ts';

/**
 * Gives a record to a contact by hand, whatever their match keys say: the record is read, and the two meet as at any first
 * link (R18). It never moves a link that is there.
 *
 * @param contactId - Null: a contact of its own, although others have its match keys.
 * @param by - Who decided; kept in the history.
 * @returns The contact's id.
 * @throws CrmSyncError `contact_not_found`, `record_not_found`, `record_taken`, `contact_has_record`, `filtered`, `erased`, `no_mapping`.
 */
export async function assign(context: Context, contactId: string | null, record: RecordRef, by: string): Promise<string> {
  const { object, recordId } = record;
  const session = new Session(context, { interactive: true });
  const run = new RunRecorder(context, session, { flow: 'pull', by });
  try {
    await assertFree(context, contactId, record);
    const permit = await Permit.ask(context, session, null);
    await permit.checkAccount();
    const mapping = await compiled(context, session, mappingOf(context, object));
    const requestedAt = context.clock.now();
    const [found] = await context.connector.fetch({ object, ids: [recordId], fields: mapping.crmFields }, session.call);
    if (found?.state !== 'present') throw notFound(record);
    const { plan } = await applyPage(context, run, {
      mapping,
      records: [found],
      readAt: session.inStoreTime(requestedAt),
      fresh: true,
      flow: 'pull',
      permit,
      entries: () => [],
      assigned: { [recordId]: contactId },
    });
    const [planned] = plan.records;
    if (planned?.action === 'skip' && planned.reason === 'filtered') throw filtered(record);
    if (planned?.action === 'skip' && planned.reason === 'erased') throw erased(record, planned.remedy);
    const holder = await holderOf(context, record);
    if (holder === undefined || (contactId !== null && holder.id !== contactId)) {
      await assertFree(context, contactId, record); // says what has happened meanwhile
      throw taken(record);
    }
    return holder.id;
  } finally {
    await countCalls(context, session);
  }
}

async function assertFree(context: Context, contactId: string | null, record: RecordRef): Promise<void> {
  mappingOf(context, record.object);
  const row = contactId === null ? null : await rowOf(context, contactId);
  const holder = await holderOf(context, record);
  if (holder !== undefined && holder.id !== contactId) throw taken(record);
  if (row !== null && hasAnother(row, record)) throw hasRecord(row, record);
}

const hasAnother = ({ links }: Row, { object, recordId }: RecordRef): boolean =>
  links.some((link) => link.object === object && isLive(link.state) && link.recordId !== recordId);

const notFound = ({ object, recordId }: RecordRef): CrmSyncError =>
  new CrmSyncError('The CRM shows no such record.', {
    code: 'record_not_found',
    category: 'not_found',
    remedy: 'Check the id, and that the connected user may see the record.',
    at: { object, recordId },
  });

const taken = ({ object, recordId }: RecordRef): CrmSyncError =>
  new CrmSyncError('The record belongs to another contact.', {
    code: 'record_taken',
    category: 'conflict',
    remedy: 'Take it from that contact first: `contacts.unlink(contactId, { object, recordId })`.',
    at: { object, recordId },
  });

const hasRecord = ({ id }: Row, { object, recordId }: RecordRef): CrmSyncError =>
  new CrmSyncError('The contact has another record of this object.', {
    code: 'contact_has_record',
    category: 'conflict',
    remedy: 'Unlink that one first, or merge the two records in the CRM.',
    at: { object, recordId, contactId: id },
  });

const erased = ({ object, recordId }: RecordRef, remedy: string): CrmSyncError =>
  new CrmSyncError('The person of this record was erased.', { code: 'erased', category: 'conflict', remedy, at: { object, recordId } });

const filtered = ({ object, recordId }: RecordRef): CrmSyncError =>
  new CrmSyncError('The filter of the mapping leaves the record out.', {
    code: 'filtered',
    category: 'conflict',
    remedy: 'Change the record so that it matches the filter of the mapping, or change the filter.',
    at: { object, recordId },
  });
