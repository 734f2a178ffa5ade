import type { Entity, Version } from '../../core/link/link.ts';
import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import type { Losses } from '../../core/sync/brake.ts';
import { joinPlans } from '../../core/sync/inbound.ts';
import type { InboundPlan } from '../../core/sync/inbound-types.ts';
import type { Millis, Value } from '../../core/values/value.ts';
import { CrmSyncError } from '../../errors.ts';
import type { Fetched } from '../../ports/connector.ts';
import type { EntryChange, RefusedRow, RowChange } from '../../ports/store.ts';
import { tryCommit, untilCommitted } from '../commit.ts';
import { recheckEmployees, releaseUntied, untiedIn } from '../companies/untied.ts';
import type { Context } from '../context.ts';
import { type GoneOutcome, goneChanges } from '../gone.ts';
import { formerNumberEntries, type LeftNumber } from '../identity/former-numbers.ts';
import { holderOf } from '../identity/record-ref.ts';
import { loadWaiting, noLongerWaiting, releaseNoted, releaseWaiting } from '../identity/waiting.ts';
import { KIND } from '../kinds.ts';
import { keyOf } from '../match-keys.ts';
import { failures, onePerKey, queuedOf, recheckEntry } from '../recheck.ts';
import { onDeleted } from '../removal/on-deleted.ts';
import type { RunRecorder } from '../run-recorder.ts';
import { adoptStoredValues } from '../stored-values.ts';
import { changesOf } from './page-changes.ts';
import { type PagePlan, type PagePlanInput, planPage } from './plan-page.ts';
import { type RefusedRecord, report } from './report.ts';

export interface PageInput extends Omit<PagePlanInput, 'call'> {
  /** Committed with the rows: the checkpoint, the run, entries that are done with. */
  readonly entries: () => readonly EntryChange[];
  readonly flow: 'pull' | 'push';
  /** Called before planning again after a lost race: finds out whether this run may go on. */
  readonly onRace?: () => Promise<void>;
}

export interface PageResult {
  readonly plan: InboundPlan;
  /** Some records could not be judged: they are queued to be fetched again. */
  readonly mustRefetch: boolean;
  /** Version of everything the commit put; null: there was nothing to commit. */
  readonly version: Version | null;
}

/**
 * One page: load who the records may belong to, plan, commit rows and checkpoint together (P1); again from the start if
 * anything moved in between. Counts are taken from the plan that was committed. Records that the host's table refuses are
 * left out, queued to be tried again, and the rest goes on (R13).
 */
export async function applyPage(context: Context, run: RunRecorder, input: PageInput): Promise<PageResult> {
  const left: RefusedRecord[] = [];
  // Bound: each turn ends, or leaves out at least one record more.
  for (;;) {
    const records = input.records.filter(({ id }) => left.every(({ recordId }) => recordId !== id));
    const attempt = retried(input, () => attemptPage(context, run, { ...input, records }, left));
    const { result, changes, committed, refused } = await tryCommit(context, run.session, attempt);
    if (refused === null) {
      if (committed !== null) await adoptStoredValues(context, input.mapping, changes, committed);
      const { plan, gone, deleted } = result;
      report(context, run, {
        object: input.mapping.crmObject,
        flow: input.flow,
        fresh: input.fresh,
        plan,
        created: (committed?.ids ?? []).filter((_, index) => changes?.rows[index]?.kind === 'insert'),
        gone: gone.outcomes,
        stale: gone.stale,
        closed: onePerKey([...gone.entries, ...deleted.entries]),
        heirs: await heirsOf(context, gone.outcomes),
        deleted,
        refused: left,
      });
      const mustRefetch = gone.stale.length > 0 || plan.records.some(({ action }) => action === 'refetch');
      return { plan, mustRefetch, version: committed?.version ?? null };
    }
    const named = namedRecords(refused, changes.rows).filter(({ recordId }) => records.some(({ id }) => id === recordId));
    const [only, ...others] = records;
    if (named.length > 0) left.push(...named);
    else if (others.length > 0) return bisect(context, run, { ...input, records });
    else if (only !== undefined) left.push({ recordId: only.id, code: refused[0]?.code ?? 'store_refused' });
    else throw refusedPage(input.mapping.crmObject);
  }
}

/** By the record that is left of a merge: the contact that has it. */
async function heirsOf(context: Context, outcomes: readonly GoneOutcome[]): Promise<ReadonlyMap<string, string>> {
  const heirs = new Map<string, string>();
  for (const { became, successor } of outcomes) {
    const holder = became === 'superseded' && successor !== undefined ? await holderOf(context, successor) : undefined;
    if (holder !== undefined && successor !== undefined) heirs.set(successor.recordId, holder.id);
  }
  return heirs;
}

/** The table can't say which row it refuses: the halves are committed by themselves, the checkpoint after both. */
async function bisect(context: Context, run: RunRecorder, input: PageInput): Promise<PageResult> {
  const middle = Math.ceil(input.records.length / 2);
  const half = (records: PageInput['records']) => applyPage(context, run, { ...input, records, entries: () => [] });
  const first = await half(input.records.slice(0, middle));
  const second = await half(input.records.slice(middle));
  const entries = () => [...input.permit.fences(), ...input.entries()];
  const attempt = retried(input, async () => ({ result: null, changes: { rows: [], entries: entries() } }));
  const { committed } = await untilCommitted(context, run.session, attempt);
  return {
    plan: joinPlans(first.plan, second.plan),
    mustRefetch: first.mustRefetch || second.mustRefetch,
    version: committed?.version ?? null,
  };
}

/** The attempt, which asks before every turn but the first whether the run may go on. */
function retried<T>({ permit, onRace }: PageInput, attempt: () => Promise<T>): () => Promise<T> {
  let turns = 0;
  return async () => {
    turns += 1;
    if (turns > 1) {
      await permit.renew();
      await onRace?.();
    }
    return attempt();
  };
}

async function attemptPage(context: Context, run: RunRecorder, input: PageInput, refused: readonly RefusedRecord[]) {
  const { mapping, permit } = input;
  const at = run.session.storeNow();
  const planned = await planPage(context, { ...input, call: run.session.call });
  const { plan, rows } = planned;
  const failed = await failures(context, mapping.crmObject, [
    ...refused.map(({ recordId }) => recordId),
    ...input.records.flatMap(({ id, state }) =>
      state === 'unreadable' || state === 'missing' || (input.fresh && state !== 'present') ? [id] : [],
    ),
    ...plan.records.flatMap(({ recordId, action }) => (action === 'refetch' && input.fresh ? [recordId] : [])),
  ]);
  const objects = context.mappings.map(({ crmObject }) => crmObject);
  const gone = goneChanges({ mapping, objects, records: input.records, rows, run: run.source.run ?? null, snapshot: input, at, failed });
  const goneIds = input.records.flatMap(({ id, state }) =>
    (state === 'deleted' || state === 'merged') && !gone.stale.includes(id) ? [id] : [],
  );
  // Any record may have waited: one that is as its contact again brings nothing new, and yet waits no more.
  const waiting = await loadWaiting(context, mapping.crmObject, [...goneIds, ...plan.records.map(({ recordId }) => recordId)]);
  const untied = untiedIn(context, mapping.crmObject, input.records);
  const page = changesOf({ context, mapping, planned, waiting, untied, source: run.source, at, flow: input.flow });
  const claimed = page.entries.flatMap(({ kind, key, put }) => (kind === KIND.claim && put !== undefined ? [key] : []));
  const released = [
    ...(await releaseWaiting(context, [...gone.releasedKeys, ...leftKeys(mapping.entity, planned)], at, claimed)),
    ...releaseNoted(page.entries, gone.releasedKeys, at),
  ];
  const retries = refused.map(({ recordId, code }) => failed(recordId, code, at));
  const toFetch = [
    ...plan.records.flatMap((one) => (one.action === 'refetch' ? [{ recordId: one.recordId, code: one.reason }] : [])),
    ...gone.stale.map((recordId) => ({ recordId, code: 'stale' })),
  ];
  // Queued in the page's own commit, so that no crash loses it. One that was read with others is fetched at once; one
  // that was just fetched is waiting for somebody's write, and comes later.
  const refetches = toFetch.map(({ recordId, code }) =>
    input.fresh ? failed(recordId, code, at) : recheckEntry({ object: mapping.crmObject, recordId, code, attempts: 0 }, at),
  );
  const foundByPush = await deletedByPush(context, mapping, input.records, gone.outcomes);
  const deleted = await onDeleted(context, {
    mapping,
    rows,
    gone,
    foundByPush,
    plans: plan.records,
    page: page.rows,
    source: run.source,
    at,
  });
  const weighed = await run.brake.assertFew(mapping, lossesOf(plan, gone.outcomes), foundByPush.length, at);
  const contested = planned.fetchFirst.map((recheck) => recheckEntry(recheck, at));
  // A successor's entry comes after a release of the same record: it knows whose contact it takes over.
  const former = await formerNumberEntries(context, leftNumbers(planned), at);
  const noted = goneIds.flatMap((id) => waiting.get(id) ?? []).flatMap((note) => noLongerWaiting(context, note));
  const entries = [
    ...input.entries(),
    ...planned.fence,
    ...weighed,
    ...page.entries,
    ...former,
    ...noted,
    ...released,
    ...(await employeesOf(context, planned, gone.outcomes, at)),
    ...contested,
    ...gone.entries,
    ...deleted.entries,
    ...refetches,
    ...retries,
  ];
  const changes = { rows: deleted.rows, entries: onePerKey([...permit.fences(), ...entries]) };
  return { result: { plan, rows, gone, deleted }, changes };
}

/** Contacts to look at again for what becomes of their companies: these have a record now, or have none any more. */
async function employeesOf(
  { employees }: Context,
  { plan, unlinked }: PagePlan,
  gone: readonly GoneOutcome[],
  at: Millis,
): Promise<EntryChange[]> {
  if (employees === undefined) return [];
  const linked = plan.records.flatMap(({ recordId, action }) =>
    unlinked.has(recordId) && (action === 'create' || action === 'update' || action === 'link') ? [recordId] : [],
  );
  const left = gone.flatMap(({ contactId, became }) =>
    contactId !== null && (became === 'tombstone' || became === 'superseded') ? [contactId] : [],
  );
  return [...(await releaseUntied(employees, linked, at)), ...(await recheckEmployees(employees, left, at))];
}

/** Records that a push found deleted: what becomes of their contacts is decided here, where the brake is asked first. */
async function deletedByPush(
  context: Context,
  { crmObject: object }: CompiledMapping,
  records: readonly Fetched[],
  gone: readonly GoneOutcome[],
): Promise<readonly string[]> {
  if ((context.options.onDelete ?? 'unlink') === 'unlink') return [];
  const known = gone.filter(({ reason, became, contactId }) => reason === 'deleted' && became === null && contactId !== null);
  const ids = known.map(({ recordId }) => recordId).filter((id) => records.some((record) => record.id === id));
  return (await queuedOf(context, object, ids)).filter(({ code }) => code === 'deleted').map(({ recordId }) => recordId);
}

/** What the brake counts of a page: each record once. */
function lossesOf({ updates }: InboundPlan, gone: readonly GoneOutcome[]): Losses {
  const isClear = ({ before, after }: { readonly before: Value; readonly after: Value }) => before !== null && after === null;
  return {
    deleted: gone.filter(({ isLost }) => isLost).length,
    cleared: updates.filter(({ changes }) => changes.some(isClear)).length,
  };
}

/** Old and new values of match keys that the page changes: records may wait for either (R20). */
function leftKeys(entity: Entity, { plan, rows }: PagePlan): readonly string[] {
  return plan.updates.flatMap(({ contactId, keys }) =>
    Object.entries(keys).flatMap(([field, value]) => [
      keyOf(entity, field, String(rows.get(contactId)?.fields[field] ?? '')),
      keyOf(entity, field, value),
    ]),
  );
}

/** Contacts that get another number. */
const leftNumbers = ({ plan, rows }: PagePlan): readonly LeftNumber[] =>
  plan.updates.flatMap(({ contactId, keys }) => {
    const number = rows.get(contactId)?.fields['phone_number'];
    return Object.hasOwn(keys, 'phone_number') && typeof number === 'string' ? [{ contactId, number }] : [];
  });

/** The records of refused rows, as far as the store names rows and those are of records. */
function namedRecords(refused: readonly RefusedRow[], changes: readonly RowChange[]): readonly RefusedRecord[] {
  return refused.flatMap(({ index, code }) =>
    (changes[index]?.links ?? []).flatMap(({ recordId }) => (recordId === null ? [] : [{ recordId, code }])),
  );
}

const refusedPage = (object: string): CrmSyncError =>
  new CrmSyncError('The contact store refused a commit without any contact.', {
    code: 'store_refused',
    category: 'store',
    remedy: 'Look at the constraints of the tables that hold links and entries.',
    at: { object },
  });
