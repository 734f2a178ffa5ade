import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import { conflictId } from '../../core/sync/open-conflicts.ts';
import { type FieldVersion, overwrittenBy } from '../../core/sync/overwritten.ts';
import type { Conflict } from '../../core/sync/plan-types.ts';
import type { Millis } from '../../core/values/value.ts';
import type { Entry, EntryChange } from '../../ports/store.ts';
import { untilCommitted } from '../commit.ts';
import { conflictEntries } from '../conflict-entry.ts';
import type { Context } from '../context.ts';
import { READ_AGE_MAX_MS } from '../intent.ts';
import { KIND } from '../kinds.ts';
import type { Permit } from '../permit.ts';
import { loadWrittenOver, type WrittenOverNote, writtenOverOf } from '../push/written-over.ts';
import type { RunRecorder } from '../run-recorder.ts';

/**
 * Asks the history of fields that were written whether somebody's edit went under: between our look at the CRM's value and
 * our write nobody else can be kept out (R24). Such an edit is in a conflict then, and what both sides have stays.
 */
export async function tellOverwritten(
  context: Context,
  run: RunRecorder,
  permit: Permit,
  mapping: CompiledMapping,
): Promise<'done' | 'paused'> {
  if (context.connector.fieldTimes === undefined || context.isPreview === true) return 'done';
  const limit = context.connector.capabilities.fetchBatchMax;
  // Bound: what is looked at is noted no more.
  for (let isMore = true; isMore; ) {
    const noted = await loadWrittenOver(context, mapping.crmObject, limit);
    isMore = noted.length === limit;
    if (noted.length === 0) return 'done';
    if (!(await permit.goesOn())) return 'paused';
    await run.session.step(async () => {
      const versionsOf = await readVersions(context, run, mapping, noted.map(writtenOverOf));
      await permit.keep();
      await tell(context, run, permit, { mapping, noted, versionsOf });
    });
  }
  return 'done';
}

type VersionsOf = (recordId: string, crm: string) => readonly FieldVersion[];

async function readVersions(
  { connector }: Context,
  { session }: RunRecorder,
  { crmObject: object }: CompiledMapping,
  notes: readonly WrittenOverNote[],
): Promise<VersionsOf> {
  const ids = [...new Set(notes.map(({ recordId }) => recordId))];
  const fields = [...new Set(notes.flatMap((note) => note.fields.map(({ crm }) => crm)))];
  const times = (await connector.fieldTimes?.({ object, ids, fields }, session.call)) ?? [];
  const known = new Map(times.map(({ id, field, versions = [] }) => [`${field}|${id}`, versions]));
  return (recordId, crm) => known.get(`${crm}|${recordId}`) ?? [];
}

interface Looked {
  readonly mapping: CompiledMapping;
  readonly noted: readonly Entry[];
  readonly versionsOf: VersionsOf;
}

async function tell(context: Context, run: RunRecorder, permit: Permit, { mapping, noted, versionsOf }: Looked): Promise<void> {
  const { crmObject: object } = mapping;
  const gapMs = READ_AGE_MAX_MS + (context.connector.capabilities.requestTimeoutMs ?? 0);
  const keys = noted.map(({ key }) => key);
  const { result } = await untilCommitted(context, run.session, async () => {
    const at = run.session.storeNow();
    // One that another worker has looked at, or that went with its contact, is not there any more: so nothing is kept of an
    // erased one (R21).
    const left = await context.store.entries({ scope: 'connection', kind: KIND.writtenOver, keys, limit: keys.length });
    const conflicts = left.flatMap((entry) => conflictsOf(mapping, writtenOverOf(entry), { versionsOf, gapMs, now: at }));
    const done = left.map(({ scope, kind, key, version }): EntryChange => ({ scope, kind, key, expected: version, put: 'delete' }));
    const kept = conflictEntries(conflicts, { object, run: run.source.run ?? null, at });
    return { result: conflicts, changes: { rows: [], entries: done.length === 0 ? [] : [...permit.fences(), ...done, ...kept] } };
  });
  run.found({ conflicts: result.length, drift: 0 });
  for (const { id, recordId, contactId, field, winner, reason } of result)
    context.notify({ type: 'conflict', id, object, recordId, contactId, field, winner, reason });
}

function conflictsOf(
  { rules }: CompiledMapping,
  { recordId, contactId, at, fields }: WrittenOverNote,
  { versionsOf, gapMs, now }: { readonly versionsOf: VersionsOf; readonly gapMs: Millis; readonly now: Millis },
): readonly Conflict[] {
  return fields.flatMap(({ field, crm, base, local, after }): Conflict[] => {
    const rule = rules.find(({ key }) => key === crm);
    if (rule === undefined) return [];
    const versions = versionsOf(recordId, crm).flatMap((version) => {
      const value = rule.readRemote({ id: recordId, fields: { [crm]: version.value } });
      return value === undefined ? [] : [{ at: version.at, value }];
    });
    const theirs = overwrittenBy({ before: base?.remote ?? null, after, at: Date.parse(at), gapMs }, versions);
    if (theirs === null) return [];
    const incoming = rule.toLocal(theirs.value);
    const place = {
      recordId,
      contactId,
      field,
      crm,
      base,
      local,
      remote: theirs.value,
      incoming: incoming.ok ? incoming.value : theirs.value,
    };
    const times = { local: null, remote: Date.parse(theirs.at), remoteIsExact: true };
    const id = conflictId(place, now);
    return [{ ...place, id, since: now, event: 'found', times, winner: 'local', reason: 'overwritten', open: null }];
  });
}
