import { EMPTY_BODY, type Entity, isLive } from '../core/link/link.ts';
import { remoteOf } from '../core/link/pair.ts';
import type { CompiledMapping, CrmRecord } from '../core/mapping/mapping-types.ts';
import { readRemotes } from '../core/sync/plan-fields.ts';
import type { MatchValues, PlannedLink } from '../core/sync/plan-types.ts';
import type { Row, StoredLink } from '../ports/store.ts';
import { hasKey } from './match-keys.ts';
import type { Recheck, Succession } from './recheck.ts';

interface Inheritance {
  readonly rows: ReadonlyMap<string, Row>;
  readonly records: readonly CrmRecord[];
  /** By record: what is queued of it, with one that was merged into it, or became it. */
  readonly successions: ReadonlyMap<string, Succession>;
  /** Match keys by record. */
  readonly values: ReadonlyMap<string, MatchValues>;
}

/** As they are written: a contact whose record says the very same. */
export const hasKeys = (row: Row | undefined, keys: MatchValues): boolean =>
  row !== undefined && Object.entries(keys).every(([field, value]) => row.fields[field] === value);

/** As values are compared. */
const isKnownBy = (entity: Entity, { fields }: Row, keys: MatchValues): boolean =>
  Object.entries(keys).every(([field, value]) => hasKey(entity, fields, field, value));

/**
 * A record that others were merged into, and whose match keys belong to a contact with another record: that one may have been
 * merged, too, and its contact is then the heir. Both are fetched together, once; a record that is still there is a
 * neighbour with the same number.
 */
export function contestedSuccessions(
  { crmObject: object, entity }: CompiledMapping,
  { rows, successions, values }: Inheritance,
): readonly Recheck[] {
  return [...successions.values()].flatMap((succession): Recheck[] => {
    const keys = values.get(succession.recordId) ?? {};
    if (succession.attempts > 0 || Object.keys(keys).length === 0) return [];
    const rivals = [...rows.values()]
      .filter((row) => isKnownBy(entity, row, keys))
      .flatMap(({ links }) => links.filter((link) => link.object === object && isLive(link.state)))
      .flatMap(({ recordId }) => (recordId === null ? [] : [recordId]));
    if (rivals.length === 0) return [];
    return [{ ...succession, attempts: 1 }, ...rivals.map((recordId): Recheck => ({ object, recordId, code: 'successor', attempts: 0 }))];
  });
}

/**
 * The record that others were merged into, or became, goes on as the record of one of their contacts (P11): of the one that
 * has its match keys, whose number no other contact could take, else of the queued predecessor's. A pair that the new record
 * shows too stays agreed, so that an edit which never reached the old record goes to it; for every other field the two meet
 * for the first time (R18).
 */
export function inheritedLinks(mapping: CompiledMapping, { rows, records, successions, values }: Inheritance): readonly PlannedLink[] {
  const { crmObject: object, entity } = mapping;
  return records.flatMap((record): PlannedLink[] => {
    const succession = successions.get(record.id);
    if (succession === undefined) return [];
    const heirs = [...rows.values()].filter(
      (row) => handedOver(row, succession, object).length > 0 && !row.links.some((link) => link.object === object && isLive(link.state)),
    );
    const ofPredecessor = (row: Row) => handedOver(row, succession, object).find(({ recordId }) => recordId === succession.predecessor);
    const keys = values.get(record.id) ?? {};
    const owner = Object.keys(keys).length === 0 ? undefined : heirs.find((row) => isKnownBy(entity, row, keys));
    const heir = owner ?? heirs.find((row) => ofPredecessor(row) !== undefined);
    const left = heir && (ofPredecessor(heir) ?? handedOver(heir, succession, object)[0]);
    if (heir === undefined || left === undefined) return [];
    const remotes = readRemotes(mapping, record);
    const base = Object.fromEntries(Object.entries(left.body.base).filter(([key, pair]) => remotes[key] === remoteOf(pair)));
    // `missing`: the link becomes active in the plan, whatever else there is to do.
    const common = { id: '', object, contactId: heir.id, recordId: record.id, state: 'missing', plan: left.plan } as const;
    return [{ ...common, seen: null, dueAt: null, syncedAt: 0, body: { ...EMPTY_BODY, base } }];
  });
}

/** The links of a contact whose records went over to this one. */
const handedOver = ({ links }: Row, { recordId, predecessorObject }: Succession, object: string): readonly StoredLink[] =>
  links.filter((link) => link.object === (predecessorObject ?? object) && link.body.successor === recordId);
