import type { Entity } from '../../core/link/link.ts';
import type { CompiledMapping, CrmRecord } from '../../core/mapping/mapping-types.ts';
import type { InboundPlan } from '../../core/sync/inbound-types.ts';
import { matchText } from '../../core/sync/match-text.ts';
import type { MatchValues, PlannedContact } from '../../core/sync/plan-types.ts';
import type { Millis } from '../../core/values/value.ts';
import type { Call, Fetched } from '../../ports/connector.ts';
import type { EntryChange, LoadQuery, Row } from '../../ports/store.ts';
import { type Context, fieldsOf } from '../context.ts';
import { erasedRecords } from '../erasure/suppressions.ts';
import type { KnownFlips } from '../flips.ts';
import { successorsOf } from '../gone.ts';
import { lookElsewhere, tellForeign } from '../identity/foreign.ts';
import { contestedSuccessions, hasKeys, inheritedLinks } from '../inheritance.ts';
import { type Claims, keysOf, loadClaims, matchValues } from '../match-keys.ts';
import type { Permit } from '../permit.ts';
import { loadSuccessions, type Recheck } from '../recheck.ts';
import { keepingRecords } from '../removal/kept-records.ts';
import { planKnowing } from './plan-knowing.ts';

export interface PagePlanInput {
  readonly call: Call;
  readonly permit: Permit;
  readonly mapping: CompiledMapping;
  /** Each record once. */
  readonly records: readonly Fetched[];
  /** Store time of the snapshot. */
  readonly readAt: Millis;
  /** Fetched by id just now. */
  readonly fresh: boolean;
  /** By record: the contact that the host gave it; null: a new one. */
  readonly assigned?: Readonly<Record<string, string | null>>;
}

export interface PagePlan {
  readonly plan: InboundPlan;
  /** Contacts that the page is about, by id. */
  readonly rows: ReadonlyMap<string, Row>;
  readonly claims: Claims;
  /** Match keys of all records. */
  readonly values: ReadonlyMap<string, MatchValues>;
  /** Match keys of the records that had no link. */
  readonly unlinked: ReadonlyMap<string, MatchValues>;
  /** To be fetched before anything else of theirs is planned. */
  readonly fetchFirst: readonly Recheck[];
  /** Expected by the commit where it makes anything new. */
  readonly fence: readonly EntryChange[];
  /** Earlier flips of contacts whose plan has one. */
  readonly flips: KnownFlips;
}

/** Loads who the records may belong to, and decides. */
export async function planPage(context: Context, input: PagePlanInput): Promise<PagePlan> {
  const { mapping, records: fetched, readAt, fresh, assigned = {}, permit } = input;
  const { crmObject: object, entity } = mapping;
  const rows = new Map<string, Row>();
  const load = async (query: LoadQuery): Promise<ReadonlySet<string>> => {
    const loaded = await keepingRecords(context, await context.store.load({ ...query, ...lookElsewhere(permit) }));
    for (const row of loaded) rows.set(row.id, row);
    return new Set(loaded.map(({ id }) => id));
  };
  await load({ records: { object, ids: fetched.map(({ id }) => id) } });
  const postponed = successorsOf(mapping, fetched, rows);
  const records = fetched.flatMap((record) => (record.state === 'present' && !postponed.has(record.id) ? [toCrmRecord(record)] : []));

  const known = contactsByRecord(mapping, rows);
  const values = new Map(records.map((record) => [record.id, matchValues(mapping, record)]));
  const unlinked = new Map([...values].filter(([id]) => !known.has(id)));
  const successions = await loadSuccessions(context, object, [...unlinked.keys()]);
  for (const from of new Set([...successions.values()].map((one) => one.predecessorObject ?? object))) {
    const ofObject = [...successions.values()].filter((one) => (one.predecessorObject ?? object) === from);
    await load({ records: { object: from, ids: ofObject.map(({ predecessor }) => predecessor) } });
  }

  // A contact that has the very keys of its record is its own only candidate: nothing has to be looked up.
  const wanted = [...values].flatMap(([id, keys]) => (hasKeys(known.get(id), keys) ? [] : [keys]));
  const claims = await loadClaims(context, [...new Set(wanted.flatMap((keys) => keysOf(entity, keys)))]);
  const { erased, fence } = await erasedRecords(context, mapping, unlinked);
  for (const { field } of mapping.matchKeys) {
    const texts = new Set(wanted.flatMap((keys) => keys[field] ?? []));
    if (texts.size === 0) continue;
    const found = await load({ keys: { entity, field, values: [...texts] } });
    // Who was read before the claims, and has given the key up since, must not pass for its holder (R19).
    const compared = new Set([...texts].map((text) => matchText(entity, field, text)));
    const isAsked = ({ fields }: Row) => compared.has(matchText(entity, field, fields[field]));
    const stale = [...rows.values()].filter((row) => isAsked(row) && !found.has(row.id));
    if (stale.length === 0) continue;
    const there = await load({ ids: stale.map(({ id }) => id) });
    // One is gone without a trace, erased since it was met, and so is what was concluded from it: all is looked at again (R21).
    if (stale.some(({ id }) => !there.has(id))) return planPage(context, input);
  }
  await load({ ids: Object.values(assigned).filter((id) => id !== null) });
  for (const row of await makersOf(context, object, claimantsOf(entity, { claims, unlinked, rows }))) rows.set(row.id, row);

  const fetchFirst = contestedSuccessions(mapping, { rows, records, successions, values });
  const contested = new Set(fetchFirst.flatMap(({ recordId, predecessor }) => (predecessor === undefined ? [] : [recordId])));
  const stored = [...rows.values()].flatMap((row) => row.links.filter((link) => link.object === object));
  const links = [...stored, ...inheritedLinks(mapping, { rows, records, successions, values })];
  const telling = await tellForeign(context, { permit, mapping }, [...rows.values()]);
  const contacts = telling.map((row) => ({ ...toContact(context, row), ...(row.foreign !== undefined && { foreign: row.foreign }) }));
  const plannable = records.filter(({ id }) => !contested.has(id));
  const question = { mapping, records: plannable, contacts, links, now: readAt, fresh, assigned, erased };
  const { plan, flips } = await planKnowing(context, input.call, question);
  return { plan, rows, claims, values, unlinked, fetchFirst, fence, flips };
}

/** Who had a match key of a record without a link, and may have another one now. */
function claimantsOf(entity: Entity, { claims, unlinked, rows }: Pick<PagePlan, 'claims' | 'unlinked' | 'rows'>): readonly string[] {
  const ids = [...unlinked.values()].flatMap((keys) => keysOf(entity, keys)).flatMap((key) => claims.get(key)?.contactId ?? []);
  return [...new Set(ids)].filter((id) => !rows.has(id));
}

/** Those of them whose record is being made: it may be one of these, whatever key they have by now. */
async function makersOf({ store }: Context, object: string, ids: readonly string[]): Promise<readonly Row[]> {
  const rows = ids.length === 0 ? [] : await store.load({ ids });
  return rows.filter(({ links }) => links.some((link) => link.object === object && link.state === 'creating'));
}

const toCrmRecord = ({ id, values, modifiedAt }: Extract<Fetched, { state: 'present' }>): CrmRecord => ({ id, fields: values, modifiedAt });

const toContact = (context: Context, row: Row): PlannedContact => ({
  id: row.id,
  version: row.version,
  ...(row.removed === true ? { removed: true, fields: {} } : { fields: fieldsOf(context, row.fields) }),
});

function contactsByRecord({ crmObject }: CompiledMapping, rows: ReadonlyMap<string, Row>): ReadonlyMap<string, Row> {
  const known = new Map<string, Row>();
  for (const row of rows.values())
    for (const { object, recordId, state } of row.links) {
      const isLeft = state === 'declined' || (state === 'tombstone' && row.removed === true);
      if (object === crmObject && recordId !== null && !isLeft) known.set(recordId, row);
    }
  return known;
}
