import { EMPTY_BODY } from '../../core/link/link.ts';
import type { Millis } from '../../core/values/value.ts';
import type { Row } from '../../ports/store.ts';
import { untilCommitted } from '../commit.ts';
import { erasedRecords } from '../erasure/suppressions.ts';
import { applyPage } from '../pull/page.ts';
import { doneCreate, loadCreates } from './entry.ts';
import { holdersOf, type Present } from './look-up.ts';
import { type CreatePlace, isWithoutRecord } from './place.ts';

interface Adoption {
  readonly contactId: string;
  readonly record: Present;
  /** Store time of the snapshot. */
  readonly readAt: Millis;
  /** Whether the record is that of the contact as it is now. */
  readonly isOf: (row: Row) => boolean;
}

/**
 * `taken`: another contact has the record; `erased`: it is of a person who was erased (R21); `moved`: the contact has another
 * record by now, is gone, or is not the record's.
 */
export type Adopted = 'linked' | 'taken' | 'erased' | 'moved';

/**
 * Gives a contact without a record one that is there already. Nothing was agreed on between them, so each field is planned
 * as at any first link (R18): no filled CRM field is overwritten.
 */
export async function adopt({ context, run, permit, mapping }: CreatePlace, adoption: Adoption): Promise<Adopted> {
  const { contactId, record, readAt, isOf } = adoption;
  const object = mapping.crmObject;
  let turns = 0;
  const { result } = await untilCommitted<Adopted>(context, run.session, async () => {
    turns += 1;
    if (turns > 1) await permit.renew();
    const [row] = await context.store.load({ ids: [contactId] });
    if (row === undefined || !isOf(row) || !isWithoutRecord(context, object, row)) return { result: 'moved', changes: null };
    const holder = (await holdersOf(context, object, [record.id])).get(record.id);
    if (holder !== undefined) return { result: holder.id === contactId ? 'moved' : 'taken', changes: null };
    const { erased, fence } = await erasedRecords(context, mapping, new Map([[record.id, {}]]));
    if (erased.has(record.id)) return { result: 'erased', changes: null };
    const known = (await loadCreates(context, object, [contactId])).get(contactId);
    const done = doneCreate({ known });
    const link = {
      id: context.ids(),
      object,
      recordId: record.id,
      state: 'active',
      seen: null,
      plan: mapping.planFingerprint,
      dueAt: null,
      syncedAt: 0, // nothing was agreed on yet, so that no snapshot is too old
      body: EMPTY_BODY,
      expected: null,
    } as const;
    return {
      result: 'linked',
      changes: {
        rows: [{ kind: 'update', contactId, expected: row.version, links: [link] }],
        entries: [...permit.fences(), ...fence, ...(done === null ? [] : [done])],
      },
    };
  });
  if (result !== 'linked') return result;
  await applyPage(context, run, { mapping, records: [record], readAt, fresh: true, flow: 'push', permit, entries: () => [] });
  return result;
}
