import { EMPTY_BODY } from '../core/link.ts';
import type { Millis } from '../core/value.ts';
import { untilCommitted } from './commit.ts';
import { doneCreate, loadCreates } from './create-entry.ts';
import type { Present } from './create-look-up.ts';
import { type CreatePlace, isWithoutRecord } from './create-place.ts';
import { matchValues } from './match-keys.ts';
import { applyPage } from './page.ts';

interface Adoption {
  readonly contactId: string;
  readonly record: Present;
  /** Store time of the snapshot. */
  readonly readAt: Millis;
  /** The CRM named the record: it is taken only if one of its match keys is the contact's. */
  readonly onlyIfSameKey?: boolean;
}

/**
 * Gives a contact without a record one that is there already. Nothing was agreed on between them, so each field is planned
 * as at any first link (R18): no filled CRM field is overwritten.
 *
 * @returns False where the contact got another record meanwhile, is gone, or has no key in common with this one.
 */
export async function adopt({ context, run, permit, mapping }: CreatePlace, adoption: Adoption): Promise<boolean> {
  const { contactId, record, readAt, onlyIfSameKey = false } = adoption;
  const object = mapping.crmObject;
  const keys = Object.entries(matchValues(mapping, { id: record.id, fields: record.values }));
  let turns = 0;
  const { result: isLinked } = await untilCommitted(context, run.session, async () => {
    turns += 1;
    if (turns > 1) await permit.renew();
    const [row] = await context.store.load({ ids: [contactId] });
    const isSame = !onlyIfSameKey || keys.some(([field, value]) => row?.fields[field] === value);
    if (row === undefined || !isSame || !isWithoutRecord(context, object, row)) return { result: false, changes: null };
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
      result: true,
      changes: {
        rows: [{ kind: 'update', contactId, expected: row.version, links: [link] }],
        entries: [...permit.fences(), ...(done === null ? [] : [done])],
      },
    };
  });
  if (!isLinked) return false;
  await applyPage(context, run, { mapping, records: [record], readAt, fresh: true, flow: 'push', permit, entries: () => [] });
  return true;
}
