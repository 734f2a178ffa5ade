import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import { readRemotes } from '../../core/sync/plan-fields.ts';
import type { MatchValues } from '../../core/sync/plan-types.ts';
import { sentKeys } from '../../core/sync/sent-keys.ts';
import type { Wrote } from '../../ports/connector.ts';
import type { EntryChange, StoredLink } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { erasedRecords } from '../erasure/suppressions.ts';
import type { Permit } from '../permit.ts';
import type { RunRecorder } from '../run-recorder.ts';
import { acknowledgeCreates, type CreateOutcome, openLink } from './acknowledge.ts';
import { TAKEN } from './candidates.ts';
import { doneCreate, overdueCreates, postponedCreate, type StoredCreate } from './entry.ts';
import { holdersOf, type LookedUp, lookUp } from './look-up.ts';
import { CreateReport } from './report.ts';

/** The CRM can't tell yet: asked again so much later. */
const AGAIN_MS = 5 * 60 * 1000;

interface OpenCreate {
  readonly create: StoredCreate;
  readonly op: string;
  readonly link: StoredLink;
  readonly keys: MatchValues;
}

/**
 * Creates whose answer was lost, and which can't take effect any more: the record is looked for, and only where the CRM
 * would have shown it, or an upsert can't make a second one, may it be made again (R4).
 *
 * @returns False where time ran out.
 */
export async function settleCreates(
  context: Context,
  run: RunRecorder,
  permit: Permit,
  { ready, object }: { readonly ready: () => Promise<CompiledMapping>; readonly object: string },
): Promise<boolean> {
  const limit = context.connector.capabilities.fetchBatchMax;
  // Bound: what is looked at is settled, or comes back later than now.
  for (const now = run.session.storeNow(); ; ) {
    const due = await overdueCreates(context, { object, now, limit });
    if (due.length === 0) return true;
    if (!(await permit.goesOn())) return false;
    const mapping = await ready();
    await run.session.step(() => settlePage(context, run, mapping, due));
  }
}

async function settlePage(context: Context, run: RunRecorder, mapping: CompiledMapping, due: readonly StoredCreate[]): Promise<void> {
  const object = mapping.crmObject;
  const rows = new Map((await context.store.load({ ids: due.map(({ contactId }) => contactId) })).map((row) => [row.id, row]));
  const open = due.flatMap((create): OpenCreate[] => {
    const op = create.entry.state === 'open' ? create.entry.op : '';
    const link = openLink(rows.get(create.contactId), op);
    return link === undefined ? [] : [{ create, op, link, keys: sentKeys(mapping, link.body) }];
  });
  const found = await lookUp(
    context,
    run.session,
    mapping,
    open.map(({ create, keys }) => ({ contactId: create.contactId, keys })),
  );
  const all = [...found.byId.values(), ...found.byKeys.values()].flat().map(({ id }) => id);
  const holders = await holdersOf(context, object, all);
  // The record of an erased person is nobody else's, whatever number it has by now (R21).
  const { erased } = await erasedRecords(context, mapping, new Map(all.map((id) => [id, {}])));
  const isFree = (recordId: string, contactId: string) => !erased.has(recordId) && (holders.get(recordId)?.id ?? contactId) === contactId;

  const outcomes: CreateOutcome[] = [];
  const later: EntryChange[] = [];
  const told = new CreateReport(context, run, object);
  for (const { create, op, link, keys } of open) {
    const { contactId, entry } = create;
    const wrote = outcomeOf(mapping, { link, contactId, keys }, found, (recordId) => isFree(recordId, contactId));
    if (wrote === null) {
      later.push(postponedCreate(create, run.session.storeNow() + AGAIN_MS));
      if (canBeFound(mapping, keys)) told.skipped('write_in_flight');
      else told.refused(contactId, NOT_FINDABLE);
    } else
      outcomes.push({
        contactId,
        op,
        hash: entry.state === 'asked' ? '' : entry.hash,
        version: null,
        keys,
        wrote,
        isFinal: true,
        isFound: true,
      });
  }
  const settledByOthers = due
    .filter((create) => open.every((one) => one.create !== create))
    .flatMap((known) => doneCreate({ known }) ?? []);
  const entries = [...later, ...settledByOthers];
  // Moved: somebody else is settling them.
  if (entries.length > 0) await context.store.commit({ rows: [], entries });
  report(told, mapping, outcomes, await acknowledgeCreates(context, run, mapping, outcomes));
}

/** What the look-up says of a create; null: nothing yet. */
function outcomeOf(
  mapping: CompiledMapping,
  { link: { body }, contactId, keys }: Pick<OpenCreate, 'link' | 'keys'> & { readonly contactId: string },
  found: LookedUp,
  isFree: (recordId: string) => boolean,
): Wrote | null {
  const records = (found.byId.get(contactId) ?? found.byKeys.get(contactId) ?? []).filter(({ id }) => isFree(id));
  const [record, ...others] = records;
  if (record !== undefined && others.length === 0)
    return { outcome: 'done', id: record.id, created: true, values: readRemotes(mapping, { id: record.id, fields: record.values }) };
  if (record !== undefined) return AMBIGUOUS;
  const until = Math.max(...body.sent.map((sent) => sent.until));
  const isCertain = mapping.create.idField?.unique === true || (found.completeUntil > until && canBeFound(mapping, keys));
  return isCertain ? NOT_MADE : null;
}

/** The mapping may have lost, since the record was sent, whatever finds it: that nothing was found then says nothing. */
const canBeFound = ({ create }: CompiledMapping, keys: MatchValues): boolean => create.idField !== null || Object.keys(keys).length > 0;

const NOT_MADE: Wrote = { outcome: 'not_sent', code: 'not_made', remedy: 'The record was not made: the next push makes it.' };
const NOT_FINDABLE = {
  code: 'not_findable',
  message: 'Nobody can tell whether the record was made: no match key of the mapping was sent with it.',
  remedy: 'Give the mapping back the match key or the `create.idField` that it had: it waits until the record can be looked for.',
};
const AMBIGUOUS: Wrote = {
  outcome: 'refused',
  code: 'ambiguous',
  remedy: 'Several records of the CRM have the match keys of the contact: merge them, or correct the key of all but one.',
  retryable: false,
};

function report(
  told: CreateReport,
  mapping: CompiledMapping,
  outcomes: readonly CreateOutcome[],
  settled: Awaited<ReturnType<typeof acknowledgeCreates>>,
): void {
  for (const { contactId, wrote } of outcomes) {
    const state = settled.get(contactId);
    if (wrote.outcome === 'done' && state === 'created')
      told.created(
        contactId,
        wrote.id,
        mapping.rules.map(({ key }) => key),
      );
    else if (state === 'taken') told.failed(contactId, TAKEN);
    else if (wrote.outcome === 'refused') told.failed(contactId, { ...wrote, message: 'Nobody can tell which record was made.' });
  }
}
