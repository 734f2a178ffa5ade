import { own } from '../core/base/own.ts';
import { markOf } from '../core/link/flips.ts';
import type { OpenConflict } from '../core/link/link.ts';
import { agreed, agreedOn } from '../core/link/pair.ts';
import { parseFieldPatch } from '../core/schema/schema.ts';
import { dueAt } from '../core/sync/settle.ts';
import type { Fields, Millis, Value } from '../core/values/value.ts';
import { CrmSyncError, refusedDocument } from '../errors.ts';
import type { EntryChange, LinkChange, Row, StoredLink } from '../ports/store.ts';
import { untilCommitted } from './commit.ts';
import { partOf } from './companies/company-context.ts';
import { type ConflictRecord, conflictChanges } from './conflict-entry.ts';
import { type Context, fieldsOf } from './context.ts';
import { keyTaken } from './edit/refusals.ts';
import { takenKeys } from './edit/taken-keys.ts';
import { historyEntry } from './history.ts';
import { keyEntries } from './identity/key-entries.ts';
import { KIND } from './kinds.ts';
import { changeOf } from './link-change.ts';
import { movedKeys } from './match-keys.ts';
import type { Session } from './session.ts';

/** What the host decides: the value of one side, or another one for both. */
export type ConflictAnswer = 'crm' | 'local' | { readonly value: Value };

export async function loadConflict({ store }: Context, id: string): Promise<ConflictRecord | null> {
  const [entry] = await store.entries({ scope: 'connection', kind: KIND.conflict, keys: [id], limit: 1 });
  return entry === undefined ? null : (entry.body as unknown as ConflictRecord);
}

interface Decision {
  readonly id: string;
  readonly answer: ConflictAnswer;
  readonly by: string;
  readonly flow: 'manual' | 'merge';
  /** Decided for these two values: nothing happens where either has moved. */
  readonly seen?: { readonly local: Value; readonly remote: Value };
}

/**
 * Contact, link and record of the conflict in one commit; again from the start where anything moved in between.
 *
 * @returns null where the values are not those that it was decided for.
 */
export async function decideConflict(whole: Context, session: Session, decision: Decision): Promise<ConflictRecord | null> {
  const found = await loadConflict(whole, decision.id);
  if (found === null) throw notFound(decision.id);
  // What it changes is committed as of its own sort: match keys of companies are claimed apart from those of contacts.
  const context = partOf(whole, found.object);
  const { result, committed } = await untilCommitted(context, session, async () => {
    const record = await loadConflict(context, decision.id);
    if (record === null) throw notFound(decision.id);
    if (record.closedAt !== null) return { result: { record: sameOrClosed(context, record, decision), changed: [] }, changes: null };
    const [row] = await context.store.load({ ids: [record.contactId] });
    if (row === undefined || row.removed === true) throw notFound(decision.id);
    if (hasMoved(row, record, decision)) return { result: null, changes: null };
    return decided(context, session.storeNow(), { ...decision, record, row });
  });
  if (result === null) return null;
  const { record, changed } = result;
  const { id, object, recordId, contactId, field, reason } = record;
  if (changed.length > 0) context.notify({ type: 'contact.changed', contactId, fields: changed, cause: decision.flow });
  if (committed !== null) context.notify({ type: 'conflict.closed', id, object, recordId, contactId, field, reason });
  return record;
}

const hasMoved = (row: Row, record: ConflictRecord, { seen }: Decision): boolean =>
  seen !== undefined && ((row.fields[record.field] ?? null) !== seen.local || openOf(row, record)?.open.remote !== seen.remote);

/** The link that holds the field for this conflict, and what it knows of it. */
function openOf({ links }: Row, { id, crm }: ConflictRecord): { readonly link: StoredLink; readonly open: OpenConflict } | undefined {
  for (const link of links) {
    const open = own(link.body.open ?? {}, crm);
    if (open?.id === id) return { link, open };
  }
  return undefined;
}

/** An open conflict with its two sides as they are; null: it is over, or its contact or link is gone. */
export async function conflictSides(context: Context, id: string) {
  const record = await loadConflict(context, id);
  if (record === null || record.closedAt !== null) return null;
  const [row] = await context.store.load({ ids: [record.contactId] });
  const found = row === undefined || row.removed === true ? undefined : openOf(row, record);
  return row === undefined || found === undefined ? null : { record, row, open: found.open };
}

interface Deciding extends Decision {
  readonly record: ConflictRecord;
  readonly row: Row;
}

async function decided(context: Context, now: Millis, { record, row, answer, by, flow }: Deciding) {
  const { field, crm } = record;
  const at = new Date(now).toISOString();
  const fields = fieldsOf(context, row.fields);
  const before = fields[field] ?? null;
  const found = openOf(row, record);
  const { remote, incoming } = found === undefined ? record : crmSide(found.link, found.open, crm);
  const after = answer === 'crm' ? incoming : answer === 'local' ? before : checkedValue(context, field, answer.value);
  const set: Fields = after === before ? {} : { [field]: after };
  const entries: EntryChange[] = [...(await keyEntries(context, { contact: row.id, before: fields, set, at: now }))];
  const move = { contactId: row.id, ...movedKeys(context, fields, set) };
  for (const [contactId, key] of await takenKeys(context, [move])) throw keyTaken(contactId, key, context.schema.entity);
  if (after !== before) {
    const changes = [{ field, before, after, rule: crm, reason: 'conflict_resolved' }];
    // Of which record it is: it has come from that CRM, whoever took it (R25).
    const from = answer === 'crm' ? { object: record.object, recordId: record.recordId } : {};
    entries.push(historyEntry(context, row.id, { at, source: { flow, by, ...from }, changes }));
  }
  const decision = typeof answer === 'string' ? answer : 'value';
  const closed: ConflictRecord = {
    ...record,
    local: before,
    winner: decision,
    remote,
    incoming,
    open: null,
    closedAt: at,
    resolution: { decision, value: after, by },
  };
  entries.push(...conflictChanges(closed, { wasOpen: true }));
  const links =
    found === undefined
      ? []
      : [withoutConflict(found.link, crm, { remote, incoming, after: isSent(context, record) ? after : incoming }, now)];
  return {
    result: { record: closed, changed: Object.keys(set) },
    changes: { rows: [{ kind: 'update' as const, contactId: row.id, expected: row.version, set, links }], entries },
  };
}

type CrmSide = Pick<OpenConflict, 'remote' | 'incoming'>;

/** What the CRM shows: a field that is only rewritten there is still read, so its pair knows better. */
function crmSide({ body }: StoredLink, open: OpenConflict, key: string): CrmSide {
  const pair = agreedOn(body.base, key);
  return open.kind === 'rewritten' && pair !== undefined ? { remote: pair.remote, incoming: pair.local } : open;
}

/** A field that is only read is left as it is in the CRM, whatever is decided. */
const isSent = ({ mappings }: Context, { object, field }: ConflictRecord): boolean =>
  mappings.some(
    ({ crmObject, fields }) => crmObject === object && fields.some((rule) => rule.field === field && rule.direction !== 'inbound'),
  );

/**
 * What the CRM shows counts as agreed on from now: a decision for another value is then an edit here, which the next push
 * sends, and one for the CRM's value leaves nothing to send.
 */
function withoutConflict(
  link: StoredLink,
  key: string,
  { incoming, remote, after }: CrmSide & { readonly after: Value },
  now: Millis,
): LinkChange {
  const { open = {}, decided = {}, ...kept } = link.body;
  const { [key]: _, ...others } = open;
  const { [key]: __, ...held } = kept.held;
  const base = { ...kept.base, [key]: agreed(incoming, remote) };
  const { [key]: ___, ...undecided } = decided;
  const sending = after === incoming ? undecided : { ...undecided, [key]: markOf(after) };
  const body = {
    ...kept,
    base,
    held,
    ...(Object.keys(others).length > 0 && { open: others }),
    ...(Object.keys(sending).length > 0 && { decided: sending }),
  };
  return { ...changeOf(link), seen: null, body, dueAt: dueAt(body), syncedAt: now };
}

function checkedValue(context: Context, field: string, value: Value): Value {
  const { defaultCountry } = context.options;
  const parsed = parseFieldPatch(context.schema, { [field]: value }, defaultCountry === undefined ? {} : { defaultCountry });
  if (!parsed.ok) throw refusedDocument('The value that is to settle a conflict', parsed.issues);
  return (parsed.value as Fields)[field] ?? null;
}

/** Of two that decide at once the later one is told what the earlier one has decided. */
function sameOrClosed(context: Context, record: ConflictRecord, { answer, id }: Decision): ConflictRecord {
  const { resolution, reason, field } = record;
  const isSame =
    typeof answer === 'string'
      ? resolution?.decision === answer
      : resolution !== null && resolution.value === checkedValue(context, field, answer.value);
  if (isSame) return record;
  const how = resolution === null ? `without the host (${reason})` : `by ${resolution.by}, for ${resolution.decision}`;
  throw new CrmSyncError(`The conflict ${id} is over: it was decided ${how}.`, {
    code: 'conflict_closed',
    category: 'conflict',
    remedy: 'Look at the contact as it is now, and edit it if it is to have another value.',
    at: { contactId: record.contactId, field: record.field },
  });
}

const notFound = (id: string): CrmSyncError =>
  new CrmSyncError(`There is no conflict ${id}.`, {
    code: 'conflict_not_found',
    category: 'not_found',
    remedy: 'List the open conflicts again: the contact may have been removed, or the record pruned.',
  });

export async function pruneConflicts({ store }: Context, olderThan: Date): Promise<number> {
  let removed = 0;
  // Bound: every page begins after the one before, and the last one is empty.
  for (let after = ''; ; ) {
    const entries = await store.entries({ scope: 'connection', kind: KIND.conflict, after, limit: 500 });
    const last = entries.at(-1);
    if (last === undefined) return removed;
    const old = entries.filter(({ body }) => {
      const { closedAt } = body as unknown as ConflictRecord;
      return closedAt !== null && closedAt < olderThan.toISOString();
    });
    const changes = old.map(({ scope, kind, key, version }) => ({ scope, kind, key, expected: version, put: 'delete' as const }));
    const committed = changes.length === 0 ? null : await store.commit({ rows: [], entries: changes });
    if (committed?.status === 'done') removed += old.length;
    after = last.key;
  }
}
