import { type InboundPlan, planInbound } from '../core/inbound.ts';
import { EMPTY_BODY, isLive } from '../core/link.ts';
import type { CompiledMapping, CrmRecord } from '../core/mapping-types.ts';
import type { MatchValues, PlannedContact, PlannedLink } from '../core/plan-types.ts';
import type { Millis } from '../core/value.ts';
import type { Fetched } from '../ports/connector.ts';
import type { Row } from '../ports/store.ts';
import { type Context, fieldsOf } from './context.ts';
import { successorsOf } from './gone.ts';
import { editTimes } from './history.ts';
import { type Claims, keysOf, loadClaims, matchValues } from './match-keys.ts';

export interface PagePlanInput {
  readonly mapping: CompiledMapping;
  /** Each record once. */
  readonly records: readonly Fetched[];
  /** Store time of the snapshot. */
  readonly readAt: Millis;
  /** Fetched by id just now. */
  readonly fresh: boolean;
  /** By record: the one that was merged into it, as far as known. */
  readonly predecessors?: ReadonlyMap<string, string>;
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
export async function planPage(context: Context, input: PagePlanInput): Promise<PagePlan> {
  const { mapping, readAt, fresh, predecessors = new Map() } = input;
  const ids = [...input.records.map(({ id }) => id), ...predecessors.values()];
  const rows = new Map<string, Row>();
  for (const row of await context.store.load({ records: { object: mapping.crmObject, ids } })) rows.set(row.id, row);

  const postponed = successorsOf(mapping, input.records, rows);
  const records = input.records.flatMap((record) => (record.state === 'present' && !postponed.has(record.id) ? [toCrmRecord(record)] : []));
  const values = new Map(records.map((record) => [record.id, matchValues(mapping, record)]));
  const known = contactsByRecord(mapping, rows);
  const wanted = new Map([...values].filter(([id, keys]) => !hasKeys(known.get(id), keys)));
  const claims = await loadClaims(context, [...new Set([...wanted.values()].flatMap(keysOf))]);
  for (const row of await loadByKeys(context, mapping, wanted)) rows.set(row.id, row);

  const stored = [...rows.values()].flatMap((row) => row.links.filter(({ object }) => object === mapping.crmObject));
  const links = [...stored, ...inheritedLinks(mapping, records, rows, predecessors)];
  const contacts = [...rows.values()].map((row) => toContact(context, row));
  const plan = await planWithTimes(context, { mapping, records, contacts, links, now: readAt, fresh });
  return { plan, rows, claims, unlinked: new Map([...wanted].filter(([id]) => !known.has(id))) };
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

/** Its contact has these very keys: nobody else is a candidate, and nothing has to be looked up. */
const hasKeys = (row: Row | undefined, keys: MatchValues): boolean =>
  row !== undefined && Object.entries(keys).every(([field, value]) => row.fields[field] === value);

async function loadByKeys(context: Context, { matchKeys, entity }: CompiledMapping, wanted: ReadonlyMap<string, MatchValues>) {
  const rows: Row[] = [];
  for (const { field } of matchKeys) {
    const values = [...new Set([...wanted.values()].flatMap((keys) => keys[field] ?? []))];
    if (values.length > 0) rows.push(...(await context.store.load({ keys: { entity, field, values } })));
  }
  return rows;
}

/** The record that another one was merged into goes on as the record of that one's contact, which has none now (P11). */
function inheritedLinks(
  { crmObject: object, planFingerprint: plan }: CompiledMapping,
  records: readonly CrmRecord[],
  rows: ReadonlyMap<string, Row>,
  predecessors: ReadonlyMap<string, string>,
): readonly PlannedLink[] {
  const isHeld = (recordId: string): boolean =>
    [...rows.values()].some(({ links }) =>
      links.some((link) => link.object === object && link.recordId === recordId && isLive(link.state)),
    );
  return records.flatMap(({ id: recordId }): PlannedLink[] => {
    const predecessor = predecessors.get(recordId);
    const heir = [...rows.values()].find(({ links }) =>
      links.some((link) => link.object === object && link.recordId === predecessor && link.body.successor === recordId),
    );
    if (predecessor === undefined || heir === undefined || isHeld(recordId)) return [];
    if (heir.links.some((link) => link.object === object && isLive(link.state))) return [];
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
