import { EMPTY_BODY, type LinkBody } from '../../core/link/link.ts';
import { agreedOn } from '../../core/link/pair.ts';
import type { Mapping } from '../../core/mapping/mapping-types.ts';
import type { LinkChange, Row, StoredLink } from '../../ports/store.ts';
import { untilCommitted } from '../commit.ts';
import { compile } from '../compiled.ts';
import type { Context } from '../context.ts';
import { endedWith, tellClosed } from '../ended-conflicts.ts';
import { changeOf } from '../link-change.ts';
import { keyOf, matchFields } from '../match-keys.ts';
import { onePerKey } from '../recheck.ts';
import { Session } from '../session.ts';
import { mappingOf, type RecordRef, rowOf } from './record-ref.ts';
import { releasedRecheck } from './released.ts';
import { releaseWaiting } from './waiting.ts';

/**
 * Says that a record is not this contact's, whether they are linked or only share a match key. What was about to be written
 * or decided is given up; the record is looked at again by the next pull, and is not given to this contact any more.
 *
 * @throws CrmSyncError `contact_not_found`, `no_mapping`.
 */
export async function unassign(context: Context, contactId: string, record: RecordRef): Promise<void> {
  const { object, recordId } = record;
  const mapping = mappingOf(context, object);
  const session = new Session(context);
  const { result, committed } = await untilCommitted(context, session, async () => {
    const row = await rowOf(context, contactId);
    const link = row.links.find((one) => one.object === object && one.recordId === recordId);
    if (link?.state === 'declined') return { result: [], changes: null };
    const at = session.storeNow();
    const keys = [...matchFields(context)].flatMap((field) => {
      const value = row.fields[field];
      return typeof value === 'string' ? [keyOf(row.entity, field, value)] : [];
    });
    const ended = link === undefined ? null : endedWith(link, { run: null, at });
    const base = link === undefined ? {} : leftOf(context, mapping, row, link.body);
    const links = [{ ...declined(context, record, link, base), syncedAt: at }];
    // The record itself may be one of those that wait for a key of the contact.
    const released = onePerKey([...(await releaseWaiting(context, keys, at)), releasedRecheck(record, at)]);
    const entries = [...(ended?.entries ?? []), ...released];
    return { result: ended?.entries ?? [], changes: { rows: [{ kind: 'update', contactId, expected: row.version, links }], entries } };
  });
  tellClosed(context, result);
  if (committed !== null) context.notify({ type: 'link.changed', object, recordId, contactId, state: 'declined' });
}

function declined(
  context: Context,
  { object, recordId }: RecordRef,
  link: StoredLink | undefined,
  base: LinkBody['base'],
): Omit<LinkChange, 'syncedAt'> {
  const given = { state: 'declined', dueAt: null, body: { ...EMPTY_BODY, base } } as const;
  if (link !== undefined) return { ...changeOf(link), ...given };
  return { ...given, id: context.ids(), object, recordId, expected: null, seen: null, plan: '' };
}

/** What the contact has from the record is still that CRM's (R25). All else that was agreed on is whoever's the record is (R21). */
function leftOf(context: Context, mapping: Mapping, { fields }: Row, { base }: LinkBody): LinkBody['base'] {
  return Object.fromEntries(
    compile(context, mapping).rules.flatMap(({ key, field }) => {
      const pair = agreedOn(base, key);
      return pair === undefined || pair.ours === true || pair.local !== (fields[field] ?? null) ? [] : [[key, pair.local] as const];
    }),
  );
}
