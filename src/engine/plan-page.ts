import { type InboundPlan, planInbound } from '../core/inbound.ts';
import { EMPTY_BODY, isLive } from '../core/link.ts';
import type { CompiledMapping, CrmRecord } from '../core/mapping-types.ts';
import type { MatchValues, PlannedContact, PlannedLink } from '../core/plan-types.ts';
import type { Millis } from '../core/value.ts';
import type { Fetched } from '../ports/connector.ts';
import type { LoadQuery, Row } from '../ports/store.ts';
import { type Context, fieldsOf } from './context.ts';
import { successorsOf } from './gone.ts';
import { editTimes } from './history.ts';
import { type Claims, keysOf, loadClaims, matchValues } from './match-keys.ts';
import { loadPredecessors } from './recheck.ts';

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
  if (predecessors.size > 0) await load({ records: { object, ids: [...predecessors.values()] } });

  // A contact that has the very keys of its record is its own only candidate: nothing has to be looked up.
  const wanted = [...values].flatMap(([id, keys]) => (hasKeys(known.get(id), keys) ? [] : [keys]));
  const claims = await loadClaims(context, [...new Set(wanted.flatMap(keysOf))]);
  for (const { field } of mapping.matchKeys) {
    const texts = [...new Set(wanted.flatMap((keys) => keys[field] ?? []))];
    if (texts.length > 0) await load({ keys: { entity: mapping.entity, field, values: texts } });
  }

  const stored = [...rows.values()].flatMap((row) => row.links.filter((link) => link.object === object));
  const links = [...stored, ...inheritedLinks(mapping, rows, predecessors, values)];
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
 * The record that another one was merged into goes on as the record of that one's contact, which has none now (P11). Where
 * it took over from records of several contacts, it goes to the one that has its match keys.
 */
function inheritedLinks(
  { crmObject: object, planFingerprint: plan }: CompiledMapping,
  rows: ReadonlyMap<string, Row>,
  predecessors: ReadonlyMap<string, string>,
  keys: ReadonlyMap<string, MatchValues>,
): readonly PlannedLink[] {
  return [...predecessors].flatMap(([recordId, predecessor]): PlannedLink[] => {
    const heirs = [...rows.values()].filter(
      ({ links }) =>
        links.some((link) => link.object === object && link.body.successor === recordId) &&
        !links.some((link) => link.object === object && isLive(link.state)),
    );
    const heir =
      heirs.find((row) => hasKeys(row, keys.get(recordId) ?? {})) ??
      heirs.find(({ links }) => links.some((link) => link.object === object && link.recordId === predecessor));
    if (heir === undefined) return [];
    const common = { id: '', object, contactId: heir.id, recordId, state: 'active', plan } as const;
    return [{ ...common, seen: null, dueAt: null, syncedAt: 0, body: EMPTY_BODY }];
  });
}

/** `newest` decides by times, which live in the history: read only for contacts that turn out to be in conflict. */
async function planWithTimes(context: Context, input: Parameters<typeof planInbound>[0]): Promise<InboundPlan> {
  const plan = planInbound(input);
  const isTimed = plan.conflicts.some(({ crm }) => input.mapping.rules.some(({ key, conflict }) => key === crm && conflict === 'newest'));
  if (!isTimed) return plan;
  const contactIds = plan.conflicts.map(({ contactId }) => contactId);
  return planInbound({ ...input, editedAt: await editTimes(context, contactIds) });
}
