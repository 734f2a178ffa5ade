import { type InboundPlan, planInbound } from '../core/inbound.ts';
import { EMPTY_BODY, isLive } from '../core/link.ts';
import type { CompiledMapping, CrmRecord } from '../core/mapping-types.ts';
import { readRemotes } from '../core/plan-fields.ts';
import type { MatchValues, PlannedContact, PlannedLink } from '../core/plan-types.ts';
import type { Millis } from '../core/value.ts';
import type { Fetched } from '../ports/connector.ts';
import type { LoadQuery, Row, StoredLink } from '../ports/store.ts';
import { type Context, fieldsOf } from './context.ts';
import { successorsOf } from './gone.ts';
import { editTimes } from './history.ts';
import { type Claims, keysOf, loadClaims, matchValues } from './match-keys.ts';
import { loadPredecessors, type Predecessor } from './recheck.ts';

export interface PagePlanInput {
  readonly mapping: CompiledMapping;
  /** Each record once. */
  readonly records: readonly Fetched[];
  /** Store time of the snapshot. */
  readonly readAt: Millis;
  /** Fetched by id just now. */
  readonly fresh: boolean;
}

export interface PagePlan {
  readonly plan: InboundPlan;
  /** Contacts that the page is about, by id. */
  readonly rows: ReadonlyMap<string, Row>;
  readonly claims: Claims;
  /** Match keys of the records that had no link. */
  readonly unlinked: ReadonlyMap<string, MatchValues>;
}

/** Loads who the records may belong to, and decides. */
export async function planPage(context: Context, { mapping, records: fetched, readAt, fresh }: PagePlanInput): Promise<PagePlan> {
  const object = mapping.crmObject;
  const rows = new Map<string, Row>();
  const load = async (query: LoadQuery) => {
    for (const row of await context.store.load(query)) rows.set(row.id, row);
  };
  await load({ records: { object, ids: fetched.map(({ id }) => id) } });
  const postponed = successorsOf(mapping, fetched, rows);
  const records = fetched.flatMap((record) => (record.state === 'present' && !postponed.has(record.id) ? [toCrmRecord(record)] : []));

  const known = contactsByRecord(mapping, rows);
  const values = new Map(records.map((record) => [record.id, matchValues(mapping, record)]));
  const unlinked = new Map([...values].filter(([id]) => !known.has(id)));
  const predecessors = await loadPredecessors(context, object, [...unlinked.keys()]);
  for (const of of new Set([...predecessors.values()].map((predecessor) => predecessor.object))) {
    const ids = [...predecessors.values()].flatMap((predecessor) => (predecessor.object === of ? [predecessor.recordId] : []));
    await load({ records: { object: of, ids } });
  }

  // A contact that has the very keys of its record is its own only candidate: nothing has to be looked up.
  const wanted = [...values].flatMap(([id, keys]) => (hasKeys(known.get(id), keys) ? [] : [keys]));
  const claims = await loadClaims(context, [...new Set(wanted.flatMap(keysOf))]);
  for (const { field } of mapping.matchKeys) {
    const texts = [...new Set(wanted.flatMap((keys) => keys[field] ?? []))];
    if (texts.length > 0) await load({ keys: { entity: mapping.entity, field, values: texts } });
  }

  const stored = [...rows.values()].flatMap((row) => row.links.filter((link) => link.object === object));
  const links = [...stored, ...inheritedLinks(mapping, rows, records, predecessors)];
  const contacts = [...rows.values()].map((row) => toContact(context, row));
  const plan = await planWithTimes(context, { mapping, records, contacts, links, now: readAt, fresh });
  return { plan, rows, claims, unlinked };
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
    for (const { object, recordId } of row.links) if (object === crmObject && recordId !== null) known.set(recordId, row);
  return known;
}

const hasKeys = (row: Row | undefined, keys: MatchValues): boolean =>
  row !== undefined && Object.entries(keys).every(([field, value]) => row.fields[field] === value);

/**
 * The record that another one was merged into, or became, goes on as the record of that one's contact, which has none now
 * (P11). A pair that the new record shows too stays agreed, so that an edit which never reached the old record goes to it;
 * for every other field the two meet for the first time (R18).
 */
function inheritedLinks(
  mapping: CompiledMapping,
  rows: ReadonlyMap<string, Row>,
  records: readonly CrmRecord[],
  predecessors: ReadonlyMap<string, Predecessor>,
): readonly PlannedLink[] {
  const { crmObject: object } = mapping;
  return records.flatMap((record): PlannedLink[] => {
    const predecessor = predecessors.get(record.id);
    const [heir, left] = predecessor === undefined ? [] : handedOver(rows, predecessor, record.id);
    if (heir === undefined || left === undefined || heir.links.some((link) => link.object === object && isLive(link.state))) return [];
    const remotes = readRemotes(mapping, record);
    const base = Object.fromEntries(Object.entries(left.body.base).filter(([key, { remote }]) => remotes[key] === remote));
    // `missing`: the link becomes active in the plan, whatever else there is to do.
    const common = { id: '', object, contactId: heir.id, recordId: record.id, state: 'missing', plan: left.plan } as const;
    return [{ ...common, seen: null, dueAt: null, syncedAt: 0, body: { ...EMPTY_BODY, base } }];
  });
}

/** Whose record the predecessor was, and the link that says where it went. */
function handedOver(
  rows: ReadonlyMap<string, Row>,
  { object, recordId }: Predecessor,
  successor: string,
): readonly [heir?: Row, left?: StoredLink] {
  for (const row of rows.values()) {
    const left = row.links.find((link) => link.object === object && link.recordId === recordId && link.body.successor === successor);
    if (left !== undefined) return [row, left];
  }
  return [];
}

/** `newest` decides by times, which live in the history: read only for contacts that turn out to be in conflict. */
async function planWithTimes(context: Context, input: Parameters<typeof planInbound>[0]): Promise<InboundPlan> {
  const plan = planInbound(input);
  const isTimed = plan.conflicts.some(({ crm }) => input.mapping.rules.some(({ key, conflict }) => key === crm && conflict === 'newest'));
  if (!isTimed) return plan;
  const contactIds = plan.conflicts.map(({ contactId }) => contactId);
  return planInbound({ ...input, editedAt: await editTimes(context, contactIds) });
}
