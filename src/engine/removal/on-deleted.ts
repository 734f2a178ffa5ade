import { isLive } from '../../core/link/link.ts';
import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import type { HistoryEntry } from '../../core/runs/run.ts';
import type { RecordPlan } from '../../core/sync/plan-types.ts';
import type { Millis } from '../../core/values/value.ts';
import type { EntryChange, LinkElsewhere, Row, RowChange, StoredLink } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import type { GoneChanges } from '../gone.ts';
import { historyEntry } from '../history.ts';
import { onePerContact } from '../one-per-contact.ts';
import type { Source } from '../run-recorder.ts';
import { cancelledWork } from './cancelled-work.ts';
import { removedEntry } from './kept-records.ts';
import { leftRecords } from './left-records.ts';

interface DeletedInput {
  readonly mapping: CompiledMapping;
  readonly rows: ReadonlyMap<string, Row>;
  readonly gone: GoneChanges;
  /** Records that a push found deleted: their links were closed then, and this is left to do. */
  readonly foundByPush: readonly string[];
  readonly plans: readonly RecordPlan[];
  /** What else the page does. */
  readonly page: readonly RowChange[];
  readonly source: Source;
  /** The store's clock. */
  readonly at: Millis;
}

export interface DeletedChanges {
  /** All rows of the page and of what is gone, a contact once. */
  readonly rows: readonly RowChange[];
  readonly entries: readonly EntryChange[];
  /** Contacts that go. */
  readonly removed: readonly string[];
  /** Contacts whose flag was set or taken back. */
  readonly flagged: readonly string[];
}

/** What the setting `onDelete` makes of contacts whose record was deleted in the CRM, or is there again. */
export async function onDeleted(context: Context, input: DeletedInput): Promise<DeletedChanges> {
  const { onDelete = 'unlink' } = context.options;
  const flag = typeof onDelete === 'object' ? onDelete.flag : null;
  const deleted = deletedOf(input);
  const removed = onDelete === 'delete' ? await removable(context, input, deleted) : new Map<string, Removable>();
  const back = input.plans.flatMap((plan) => (isRevived(plan, input) ? [plan] : []));
  const flags = new Map<string, boolean>();
  if (flag !== null) {
    for (const { row } of deleted) if (row.fields[flag] !== true) flags.set(row.id, true);
    for (const { contactId } of back) if (input.rows.get(contactId)?.fields[flag] === true) flags.set(contactId, false);
  }
  const entries: EntryChange[] = [];
  const note = (contactId: string, recordId: string, event: NonNullable<HistoryEntry['event']>) => {
    const after = flags.get(contactId);
    const changes =
      flag === null || after === undefined ? [] : [{ field: flag, before: !after, after, rule: 'onDelete', reason: event as string }];
    const source = { flow: 'pull', ...input.source, object: input.mapping.crmObject, recordId } as const;
    entries.push(historyEntry(context, contactId, { at: new Date(input.at).toISOString(), source, event, changes }));
  };
  for (const { row, recordId } of deleted) note(row.id, recordId, 'record_deleted');
  for (const { contactId, recordId } of back) note(contactId, recordId, 'record_restored');
  for (const [id, { links, elsewhere }] of removed) {
    const note = removedEntry(id, { withRecord: true, records: leftRecords(context, { links, elsewhere }) });
    entries.push(...(await cancelledWork(context, id, input.at)), note);
  }
  const all = [...input.page, ...input.gone.rows, ...deleted.filter(({ isFact }) => isFact).map(({ row }) => untouched(row))];
  return {
    rows: onePerContact(all).map((row) => carriedOut(row, { removed, flags, flag })),
    entries,
    removed: [...removed.keys()],
    flagged: [...flags.keys()],
  };
}

interface Deleted {
  readonly row: Row;
  readonly recordId: string;
  /** Its link was closed before. */
  readonly isFact: boolean;
}

function deletedOf({ gone, rows, foundByPush, mapping }: DeletedInput): readonly Deleted[] {
  const now = gone.outcomes.flatMap(({ became, contactId, recordId }): Deleted[] => {
    const row = became === 'tombstone' && contactId !== null ? rows.get(contactId) : undefined;
    return row === undefined ? [] : [{ row, recordId, isFact: false }];
  });
  const before = foundByPush.flatMap((recordId): Deleted[] => {
    const row = [...rows.values()].find(({ links }) =>
      links.some((link) => link.object === mapping.crmObject && link.recordId === recordId),
    );
    return row === undefined || row.removed === true ? [] : [{ row, recordId, isFact: true }];
  });
  return [...now, ...before];
}

/** All links that a contact had when it was found to have no record: it goes only while they are the very ones. */
interface Removable {
  readonly links: readonly StoredLink[];
  readonly elsewhere: readonly LinkElsewhere[];
}

/** Contacts that have no other record in any CRM of the workspace (R25). */
async function removable(
  { store }: Context,
  { page, mapping }: DeletedInput,
  deleted: readonly Deleted[],
): Promise<ReadonlyMap<string, Removable>> {
  const ids = deleted.map(({ row }) => row.id);
  const loaded = ids.length === 0 ? [] : await store.load({ ids, elsewhere: true });
  const others = new Map(loaded.map(({ id, elsewhere = [] }) => [id, elsewhere]));
  return new Map(
    deleted.flatMap(({ row, recordId }): [string, Removable][] => {
      const elsewhere = others.get(row.id) ?? [];
      const here = row.links.filter((link) => link.object !== mapping.crmObject || link.recordId !== recordId);
      const isNeeded = [...here, ...elsewhere].some(({ state }) => isLive(state));
      const getsAnother = page.some((change) => change.kind === 'update' && change.contactId === row.id);
      return isNeeded || getsAnother ? [] : [[row.id, { links: row.links, elsewhere }]];
    }),
  );
}

type Revived = Extract<RecordPlan, { action: 'update' | 'link' }>;

function isRevived(plan: RecordPlan, { rows, mapping }: DeletedInput): plan is Revived {
  if ((plan.action !== 'update' && plan.action !== 'link') || plan.link.state !== 'active') return false;
  const links = rows.get(plan.contactId)?.links ?? [];
  return links.some(({ object, recordId, state }) => object === mapping.crmObject && recordId === plan.recordId && state === 'tombstone');
}

const untouched = (row: Row): RowChange => ({ kind: 'update', contactId: row.id, expected: row.version });

interface Decided {
  readonly removed: ReadonlyMap<string, Removable>;
  readonly flags: ReadonlyMap<string, boolean>;
  readonly flag: string | null;
}

function carriedOut(change: RowChange, { removed, flags, flag }: Decided): RowChange {
  if (change.kind !== 'update') return change;
  const { contactId, expected, links = [] } = change;
  const going = removed.get(contactId);
  if (going !== undefined)
    return {
      kind: 'delete',
      contactId,
      links,
      here: going.links.map(({ version }) => version),
      elsewhere: going.elsewhere.map(({ version }) => version),
      ...(expected !== undefined && { expected }),
    };
  const flagged = flags.get(contactId);
  return flag === null || flagged === undefined ? change : { ...change, set: { ...change.set, [flag]: flagged } };
}
