import { type InboundPlan, joinPlans, planInbound } from '../core/inbound.ts';
import type { Version } from '../core/link.ts';
import type { CompiledMapping, CrmRecord } from '../core/mapping-types.ts';
import type { PlannedContact, PlannedLink } from '../core/plan-types.ts';
import type { Millis } from '../core/value.ts';
import type { Fetched } from '../ports/connector.ts';
import type { EntryChange, Row, RowChange } from '../ports/store.ts';
import { tryCommit, untilCommitted } from './commit.ts';
import { type Context, fieldsOf } from './context.ts';
import { goneChanges } from './gone.ts';
import { editTimes } from './history.ts';
import { KIND } from './kinds.ts';
import { changesOf, type KnownEntries, waitingKeys } from './page-changes.ts';
import { type RefusedRecord, report } from './page-report.ts';
import { failedEntry, releaseWaiting } from './recheck.ts';
import type { RunRecorder } from './runs.ts';
import { adoptStoredValues } from './stored-values.ts';

export interface PageInput {
  readonly mapping: CompiledMapping;
  /** Each record once. */
  readonly records: readonly Fetched[];
  /** Store time of the snapshot. */
  readonly readAt: Millis;
  /** Fetched by id just now. */
  readonly fresh: boolean;
  /** Committed with the rows: the checkpoint, the lease's token, entries that are done with. */
  readonly entries: () => readonly EntryChange[];
  readonly flow: 'pull' | 'push';
  /** Called before planning again after a lost race: finds out whether this run may go on. */
  readonly onRace?: () => Promise<void>;
  /** How often these records were tried before, by record id. */
  readonly attempts?: ReadonlyMap<string, number>;
}

export interface PageResult {
  readonly plan: InboundPlan;
  /** Records whose snapshot was too old to be planned. */
  readonly refetch: readonly string[];
  /** Contacts as the page left them, by record: what a push goes on with. */
  readonly rows: ReadonlyMap<string, Row>;
  /** Version of everything the commit put; null: there was nothing to commit. */
  readonly version: Version | null;
}

type Present = Extract<Fetched, { state: 'present' }>;

/**
 * One page: load who the records may belong to, plan, commit rows and checkpoint together (P1); again from the start if
 * anything moved in between. Counts are taken from the plan that was committed. Records that the host's table refuses are
 * left out, queued to be tried again, and the rest goes on (R13).
 */
export async function applyPage(context: Context, run: RunRecorder, input: PageInput): Promise<PageResult> {
  const refusedRecords: RefusedRecord[] = [];
  for (;;) {
    const records = input.records.filter(({ id }) => refusedRecords.every(({ recordId }) => recordId !== id));
    let races = 0;
    const attempt = async () => {
      if (races > 0) await input.onRace?.();
      races += 1;
      return attemptPage(context, run, { ...input, records }, refusedRecords);
    };
    const { result, changes, committed, refused } = await tryCommit(context, run.session, attempt);
    if (refused === null) {
      if (committed !== null) await adoptStoredValues(context, input.mapping, changes, committed);
      report(context, run, input.mapping.crmObject, input.flow, result.plan, result.gone.outcomes, refusedRecords);
      const refetch = result.plan.records.filter(({ action }) => action === 'refetch').map(({ recordId }) => recordId);
      return { plan: result.plan, refetch, rows: result.rows, version: committed?.version ?? null };
    }
    const named = refused.map(({ index, code, message }) => ({ recordId: recordOfRow(changes.rows[index], result.rows), code, message }));
    const known = named.filter((record): record is RefusedRecord => record.recordId !== null);
    if (known.length > 0) refusedRecords.push(...known);
    else if (records.length > 1) return bisect(context, run, { ...input, records });
    else
      refusedRecords.push({
        recordId: records[0]?.id ?? '',
        code: refused[0]?.code ?? 'store_refused',
        message: refused[0]?.message ?? 'The store refused the record.',
      });
  }
}

/** The table can't say which row it refuses: the halves are committed by themselves, the checkpoint after both. */
async function bisect(context: Context, run: RunRecorder, input: PageInput): Promise<PageResult> {
  const middle = Math.ceil(input.records.length / 2);
  const none = () => [];
  const first = await applyPage(context, run, { ...input, records: input.records.slice(0, middle), entries: none });
  const second = await applyPage(context, run, { ...input, records: input.records.slice(middle), entries: none });
  const { committed } = await untilCommitted(context, run.session, async () => ({
    result: null,
    changes: { rows: [], entries: input.entries() },
  }));
  return {
    plan: joinPlans(first.plan, second.plan),
    refetch: [...first.refetch, ...second.refetch],
    rows: new Map([...first.rows, ...second.rows]),
    version: committed?.version ?? null,
  };
}

async function attemptPage(context: Context, run: RunRecorder, input: PageInput, refused: readonly RefusedRecord[]) {
  const at = run.session.storeNow();
  const { plan, rows, known } = await planPage(context, input);
  const attempts = (recordId: string) => (input.attempts?.get(recordId) ?? 0) + 1;
  const gone = goneChanges(input.mapping, input.records, rows, at, attempts);
  const page = changesOf({ context, mapping: input.mapping, plan, rows, known, source: run.source, at, flow: input.flow });
  const released = await releaseWaiting(context, [...gone.releasedKeys, ...movedKeys(plan, rows)], at);
  const retries = refused.map(({ recordId, code }) => failedEntry(input.mapping.crmObject, recordId, code, attempts(recordId), at));
  const entries = onePerKey([...input.entries(), ...page.entries, ...gone.entries, ...released, ...retries]);
  return { result: { plan, rows, gone }, changes: { rows: [...page.rows, ...gone.rows], entries } };
}

/** A queue entry may be asked for twice in one page (done with, and needed again): the later word counts. */
function onePerKey(entries: readonly EntryChange[]): readonly EntryChange[] {
  const byKey = new Map<string, EntryChange>();
  for (const entry of entries) {
    const name = `${entry.scope} ${entry.kind} ${entry.key}`;
    const earlier = byKey.get(name);
    byKey.set(name, earlier === undefined ? entry : { ...entry, expected: earlier.expected });
  }
  return [...byKey.values()];
}

/** Old and new values of match keys that the page changes: records may wait for either (R20). */
function movedKeys(plan: InboundPlan, rows: ReadonlyMap<string, Row>): readonly string[] {
  return plan.updates.flatMap(({ contactId, keys }) =>
    Object.entries(keys).flatMap(([field, value]) => [`${field}:${rows.get(contactId)?.fields[field] ?? ''}`, `${field}:${value}`]),
  );
}

function recordOfRow(row: RowChange | undefined, rows: ReadonlyMap<string, Row>): string | null {
  const [link] = row?.links ?? [];
  return link?.recordId ?? (row?.kind === 'update' ? (rows.get(row.contactId)?.links[0]?.recordId ?? null) : null);
}

/** Loads what the page needs and decides. Also what a preview shows. */
export async function planPage(
  context: Context,
  { mapping, records, readAt, fresh }: Pick<PageInput, 'mapping' | 'records' | 'readAt' | 'fresh'>,
) {
  const present = records.filter((record): record is Present => record.state === 'present');
  const crmRecords = present.map(toCrmRecord);
  const rows = await loadRows(context, mapping, crmRecords, records);
  const contacts = [...rows.values()].map((row) => toContact(context, row));
  const links = [...rows.values()].flatMap((row) => row.links.filter(({ object }) => object === mapping.crmObject));
  const input = { mapping, records: crmRecords, contacts, links: links as readonly PlannedLink[], now: readAt, fresh };
  const first = planInbound(input);
  const plan = needsTimes(mapping, first)
    ? planInbound({
        ...input,
        editedAt: await editTimes(
          context,
          first.conflicts.map(({ contactId }) => contactId),
        ),
      })
    : first;
  return { plan, rows, known: await loadKnown(context, mapping, plan) };
}

const toCrmRecord = ({ id, values, modifiedAt }: Present): CrmRecord => ({ id, fields: values, modifiedAt });

const toContact = (context: Context, row: Row): PlannedContact => ({
  id: row.id,
  version: row.version,
  ...(row.removed === true ? { removed: true, fields: {} } : { fields: fieldsOf(context, row.fields) }),
});

/** `newest` decides by times, which live in the history: read only for contacts that turn out to be in conflict. */
const needsTimes = (mapping: CompiledMapping, { conflicts }: InboundPlan): boolean =>
  conflicts.some(({ crm }) => mapping.rules.some(({ key, conflict }) => key === crm && conflict === 'newest'));

/** Contacts linked to the records, and those that have one of their match keys. */
async function loadRows(
  context: Context,
  mapping: CompiledMapping,
  crmRecords: readonly CrmRecord[],
  records: readonly Fetched[],
): Promise<ReadonlyMap<string, Row>> {
  const rows = new Map<string, Row>();
  const linked = await context.store.load({ records: { object: mapping.crmObject, ids: records.map(({ id }) => id) } });
  for (const row of linked) rows.set(row.id, row);
  for (const rule of mapping.matchKeys) {
    const values = new Set<string>();
    for (const record of crmRecords) {
      const remote = rule.readRemote(record);
      const value = remote === undefined ? null : rule.toLocal(remote);
      if (value?.ok === true && typeof value.value === 'string') values.add(value.value);
    }
    if (values.size === 0) continue;
    for (const row of await context.store.load({ keys: { entity: mapping.entity, field: rule.field, values: [...values] } }))
      rows.set(row.id, row);
  }
  return rows;
}

/** The versions of the claims that inserts expect, and the notes of records that waited for a match. */
async function loadKnown(context: Context, mapping: CompiledMapping, { records }: InboundPlan): Promise<KnownEntries> {
  const claimed = records.flatMap((plan) =>
    'keys' in plan && plan.keys !== undefined && plan.action !== 'skip' ? Object.entries(plan.keys) : [],
  );
  const keys = claimed.map(([field, value]) => `${field}:${value}`);
  const claims = keys.length === 0 ? [] : await context.store.entries({ scope: 'workspace', kind: KIND.claim, keys, limit: keys.length });
  const noted = records.flatMap((plan) => waitingKeys(mapping, plan));
  const waiting =
    noted.length === 0 ? [] : await context.store.entries({ scope: 'connection', kind: KIND.waiting, keys: noted, limit: noted.length });
  return {
    claims: new Map(claims.map(({ key, version }) => [key, version])),
    waiting: new Map(waiting.map(({ key, version }) => [key, version])),
  };
}
