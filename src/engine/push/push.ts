import type { CompiledMapping, Mapping } from '../../core/mapping/mapping-types.ts';
import type { Run } from '../../core/runs/run.ts';
import type { Millis } from '../../core/values/value.ts';
import type { Row } from '../../ports/store.ts';
import { requireCapability } from '../capability.ts';
import { partsOf } from '../companies/company-context.ts';
import { companiesOfContacts } from '../companies/tied-companies.ts';
import { tieable } from '../companies/ties.ts';
import { compile, compiled } from '../compiled.ts';
import { mergeConflicts } from '../conflict-merges.ts';
import type { Context } from '../context.ts';
import { createMissing, creatingMappings } from '../create/create-missing.ts';
import { contactsAsked } from '../create/entry.ts';
import { settleCreates } from '../create/settle.ts';
import type { Lease } from '../lease.ts';
import type { PushOptions } from '../options.ts';
import { Permit } from '../permit.ts';
import type { RunRecorder } from '../run-recorder.ts';
import { recorded } from '../runs.ts';
import { inWriteBatches, withoutBulk } from '../send-writes.ts';
import { noteUnusable } from '../unusable.ts';
import { PushBatch } from './batch.ts';

/** Contacts → CRM: only linked contacts with something to send, only changed fields, in the CRM's largest batches. */
export async function push(context: Context, options: PushOptions): Promise<Run> {
  creatingMappings(context, options.createMissing); // refused before a run is recorded
  requireCapability(context, 'write', 'push()');
  return recorded(context, 'push', options, async (run, lease) => {
    const ended = await pushInto(context, run, lease, options);
    if (ended === 'done') await mergeConflicts(context, run);
    return ended;
  });
}

/** Companies before contacts: a contact that gets a record, or another company, finds its company in the CRM. */
export async function pushInto(context: Context, run: RunRecorder, lease: Lease | null, options: PushOptions): Promise<'done' | 'paused'> {
  const creating = creatingMappings(context, options.createMissing);
  for (const part of partsOf(context)) {
    const given = part.schema === context.schema ? options : await forCompanies(context, options);
    const made = creating.find((mapping) => part.mappings.includes(mapping)) ?? null;
    if ((await pushPart(part, run, lease, given, made)) === 'paused') return 'paused';
  }
  return 'done';
}

/** A push of some contacts takes their companies along. */
async function forCompanies(context: Context, options: PushOptions): Promise<PushOptions> {
  const { contactIds } = options;
  return contactIds === undefined ? options : { ...options, contactIds: await companiesOfContacts(context, contactIds) };
}

async function pushPart(
  context: Context,
  run: RunRecorder,
  lease: Lease | null,
  options: PushOptions,
  creating: Mapping | null,
): Promise<'done' | 'paused'> {
  if (options.contactIds?.length === 0) return 'done';
  const permit = await Permit.ask(context, run.session, lease);
  const isAny = options.createMissing === true && context.schema.entity === 'contact' && context.mappings.length > 1;
  for (const mapping of context.mappings) {
    const object = { mapping, ready: readyMapping(context, run, permit, mapping) };
    const making = mapping === creating ? (isAny ? 'rest' : 'all') : isAny && creating !== null ? 'asked' : 'none';
    if ((await pushNew(context, run, permit, object, { contactIds: options.contactIds, making })) === 'paused') return 'paused';
    if ((await pushChanged(context, run, permit, object, options)) === 'paused') return 'paused';
  }
  return 'done';
}

/** A mapping, and the same against the CRM as described: asked for only once there is something to do. */
interface PushedObject {
  readonly mapping: Mapping;
  readonly ready: () => Promise<CompiledMapping>;
}

interface NewRecords {
  readonly contactIds: readonly string[] | undefined;
  /** For everybody who has none, but for those for whom another object was asked, only for whom this one was asked, or for nobody. */
  readonly making: 'all' | 'rest' | 'asked' | 'none';
}

/** Creates that were left open, and records for contacts that have none, where they are asked for. */
async function pushNew(
  context: Context,
  run: RunRecorder,
  permit: Permit,
  { mapping: { crmObject: object }, ready }: PushedObject,
  { contactIds, making }: NewRecords,
): Promise<'done' | 'paused'> {
  const isMade = making === 'all' || making === 'rest';
  // A push of one contact settles nobody else's.
  if ((contactIds === undefined || isMade) && !(await settleCreates(context, run, permit, { ready, object }))) return 'paused';
  if (making === 'none') return 'done';
  const asked = isMade ? null : await contactsAsked(context, object);
  if (asked?.size === 0) return 'done';
  const ids = asked === null ? contactIds : (contactIds ?? [...asked]).filter((id) => asked.has(id));
  return createMissing(context, run, { permit, object, ready, contactIds: ids, isAny: making === 'rest' });
}

async function pushChanged(
  whole: Context,
  run: RunRecorder,
  permit: Permit,
  { mapping, ready }: PushedObject,
  options: PushOptions,
): Promise<'done' | 'paused'> {
  if (mapping.fields.every(({ direction }) => direction === 'inbound')) return 'done';
  // A job ends long after the records of its `both` fields were read (R24).
  const context = mapping.fields.some(({ direction }) => direction === 'both') ? withoutBulk(whole) : whole;
  for await (const rows of pagesToSend(context, run, compile(context, mapping), options)) {
    const described = await ready();
    const batchOf = (of: Context, as: CompiledMapping) => new PushBatch(of, run, permit, as, { readAll: options.all === true });
    for (const { by, batch } of inBatches(context, rows, (some) => batchOf(context, described).toRead(some))) {
      if (!(await permit.goesOn())) return 'paused';
      await run.session.step(async () => {
        await permit.keep();
        await batchOf(by, await tieable(context, described, batch)).send(batch);
      });
    }
    run.progress(mapping.crmObject);
    run.assertHealthy();
  }
  return 'done';
}

/** What has to be read first is written within seconds (R24), and so in batches that are read as fast; the rest may go by a job. */
function inBatches(context: Context, rows: readonly Row[], toRead: (rows: readonly Row[]) => ReadonlySet<string>) {
  const batches = (by: Context, some: readonly Row[]) => inWriteBatches(by.connector, some).map((batch) => ({ by, batch }));
  if (context.connector.writeBulk === undefined) return batches(context, rows);
  const read = toRead(rows);
  const [soon, rest] = [rows.filter(({ id }) => read.has(id)), rows.filter(({ id }) => !read.has(id))];
  return [...batches(withoutBulk(context), soon), ...batches(context, rest)];
}

/** An idle push makes no call at all. */
function readyMapping(context: Context, run: RunRecorder, permit: Permit, mapping: Mapping): () => Promise<CompiledMapping> {
  return async () => {
    await permit.checkAccount();
    const ready = await compiled(context, run.session, mapping);
    noteUnusable(run, ready);
    return ready;
  };
}

/** Something may be left to send: the contact, the mapping, or the time of a retry has moved on (R11). */
export function isPending(
  { links, version }: Row,
  { object, plan, now }: { readonly object: string; readonly plan: string; readonly now: Millis },
): boolean {
  const link = links.find((one) => one.object === object && one.state === 'active');
  return link !== undefined && (link.seen !== version || link.plan !== plan || (link.dueAt !== null && link.dueAt <= now));
}

/** Contacts of the object with something to send, or all that have a record, in the order of their ids. */
async function* pagesToSend(
  context: Context,
  run: RunRecorder,
  mapping: CompiledMapping,
  { contactIds, all = false }: PushOptions,
): AsyncGenerator<readonly Row[]> {
  const { crmObject: object, planFingerprint: plan } = mapping;
  const { writeBatchMax, bulk } = context.connector.capabilities;
  const limit = bulk?.max ?? writeBatchMax;
  const isWanted = (row: Row) =>
    all
      ? row.links.some((link) => link.object === object && link.state === 'active')
      : isPending(row, { object, plan, now: run.session.storeNow() });
  if (contactIds !== undefined) {
    const ids = [...new Set(contactIds)];
    for (let start = 0; start < ids.length; start += limit) {
      const rows = (await context.store.load({ ids: ids.slice(start, start + limit) })).filter(isWanted);
      if (rows.length > 0) yield rows;
    }
    return;
  }
  for (let after: string | null = null; ; ) {
    const now = run.session.storeNow();
    const rows: readonly Row[] = await context.store.scan({
      entity: context.schema.entity,
      object,
      want: all ? 'linked' : 'pending',
      plan,
      now,
      after,
      limit,
    });
    const last = rows.at(-1);
    if (last === undefined) return;
    const wanted = all ? rows.filter(isWanted) : rows;
    if (wanted.length > 0) yield wanted;
    after = last.id;
  }
}
