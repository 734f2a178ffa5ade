import type { Conversation } from '../../core/conversation/conversation.ts';
import type { BoundSubmission } from '../../core/forms/bound-submission.ts';
import { isLive } from '../../core/link/link.ts';
import type { Row, StoredLink } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { type FoundContact, findContact } from '../find-contact.ts';
import type { Session } from '../session.ts';
import { NO_RECORD_REMEDY } from '../step.ts';

export interface LogActivityOptions {
  readonly contactId?: string;
  /** The record to log on, where it is not the contact's own. */
  readonly record?: { readonly object: string; readonly id: string };
  /** Further records that it belongs to: a company, a deal, a ticket. They count when the activity is made. */
  readonly associations?: readonly { readonly object: string; readonly id: string }[];
  /**
   * A form that was filled in for it (`bindSubmission`): it ties records and fills fields of the activity. Without `record` it is
   * logged on the record that the form was for. The same submission once more changes nothing; another one moves what it says.
   */
  readonly submission?: BoundSubmission;
}

interface RecordOf {
  readonly object: string;
  readonly id: string;
}

/** Where an activity goes; without a record, why not. */
export interface ActivityPlace {
  /** Whose it is; null: nobody's, or that of several. */
  readonly row: Row | null;
  /** Whose it is, where it is that of several: ids of contacts. */
  readonly people?: readonly string[];
  readonly record: RecordOf | null;
  readonly associations: readonly RecordOf[];
  readonly lack: { readonly status: 'skipped' | 'pending'; readonly reason: string; readonly remedy: string };
}

const DAY_MS = 86_400_000;
/** What waits for a record is given up then: its text is not kept for ever. */
const WAIT_MAX_MS = 30 * DAY_MS;

export async function placeOf(
  context: Context,
  session: Session,
  conversation: Conversation,
  { contactId, record: given, associations = [], waits = false, submission }: LogActivityOptions & { readonly waits?: boolean },
): Promise<ActivityPlace> {
  const answered = submission?.record;
  const named = given ?? (answered && { object: answered.object, id: answered.recordId });
  const found = await findContact(context, conversation, contactId);
  const row = found.found === 'one' ? found.row : null;
  if (named !== undefined) {
    const { record, holder } = await presentRecord(context, named);
    return { row: holder ?? row, record, associations, lack: lackOf(found) };
  }
  if (found.found === 'several') {
    const place = await placeOfSeveral(context, found);
    return { ...place, associations: [...associations, ...place.associations], lack: lackOf(found) };
  }
  const record = row === null ? null : recordOf(context, row.links);
  const { unlinkedContact = 'skip' } = context.options;
  const isYoung = session.storeNow() - Date.parse(conversation.startedAt) < WAIT_MAX_MS;
  // One whose record was deleted or turned down gets no other one.
  const mayGetOne = row !== null && (unlinkedContact === 'wait' || row.links.every(({ state }) => state === 'creating'));
  const isAwaited = waits && unlinkedContact !== 'skip' && mayGetOne && isYoung;
  return { row, record, associations, lack: isAwaited ? { ...lackOf(found), status: 'pending' } : lackOf(found) };
}

const LACKS = {
  one: { reason: 'no_link', remedy: NO_RECORD_REMEDY },
  none: { reason: 'unknown_caller', remedy: "No contact has this number: pull it first, or set `unknownCaller: 'create'`." },
  removed: { reason: 'contact_not_found', remedy: 'There is no contact with the given id: it may have been removed.' },
  several: {
    reason: 'ambiguous',
    remedy:
      'Several contacts share this number: correct all but one, name the contact (`contactId`), or say in `severalContacts` whose it is.',
  },
} as const;

const lackOf = ({ found }: FoundContact): ActivityPlace['lack'] => ({ status: 'skipped', ...LACKS[found] });

/** Only what the settings say: nobody is chosen in silence. */
async function placeOfSeveral(context: Context, { ids }: { readonly ids: readonly string[] }): Promise<Omit<ActivityPlace, 'lack'>> {
  const { severalContacts = 'skip' } = context.options;
  const nobody = { row: null, record: null, associations: [] };
  if (severalContacts === 'skip') return nobody;
  const linked = (await context.store.load({ ids })).flatMap((row) => {
    const record = row.removed === true ? null : recordOf(context, row.links);
    return record === null ? [] : [{ row, record }];
  });
  const [first, ...others] = linked.toSorted((a, b) => (a.record.id < b.record.id ? -1 : 1));
  if (first === undefined) return nobody;
  if (others.length === 0) return { ...first, associations: [] };
  if (severalContacts !== 'all' || context.connector.capabilities.activity.severalPeople !== true) return nobody;
  const people = linked.map(({ row }) => row.id);
  return { row: null, people, record: first.record, associations: others.map(({ record }) => record) };
}

/**
 * A record that the host named may have been merged into another one since, or have become one of another object. Whose it is tells
 * whose activity it is, where the number does not.
 */
async function presentRecord({ store }: Context, record: RecordOf): Promise<{ readonly record: RecordOf; readonly holder: Row | null }> {
  const { object, id } = record;
  const rows = await store.load({ records: { object, ids: [id] } });
  const isOf = (link: StoredLink) => link.object === object && link.recordId === id;
  const holder = rows.find(({ removed, links }) => removed !== true && links.some((link) => isOf(link) && isLive(link.state))) ?? null;
  if (holder !== null) return { record, holder };
  const left = rows.flatMap(({ links }) => links.filter(isOf)).find(({ body }) => body.successor !== undefined);
  return {
    record: left === undefined ? record : { object: left.body.successorObject ?? object, id: left.body.successor as string },
    holder: null,
  };
}

/**
 * The contact's record: of the first mapped object it is linked to. Without one, the record that its own was merged into or
 * became, which nobody may have pulled yet.
 */
function recordOf({ mappings }: Context, links: readonly StoredLink[]): RecordOf | null {
  for (const { crmObject } of mappings) {
    const link = links.find(({ object, state, recordId }) => object === crmObject && state === 'active' && recordId !== null);
    if (link !== undefined) return { object: crmObject, id: link.recordId as string };
  }
  if (links.some(({ state }) => isLive(state))) return null;
  const left = links.findLast(({ state, body }) => state === 'superseded' && body.successor !== undefined);
  return left === undefined ? null : { object: left.body.successorObject ?? left.object, id: left.body.successor as string };
}
