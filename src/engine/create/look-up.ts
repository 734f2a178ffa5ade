import { domainSpellings } from '../../core/domain/domain-spellings.ts';
import { isLive } from '../../core/link/link.ts';
import { isSharedKey } from '../../core/link/shared-key.ts';
import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import { kindOfField } from '../../core/schema/field-reader.ts';
import { matchText } from '../../core/sync/match-text.ts';
import type { MatchValues } from '../../core/sync/plan-types.ts';
import type { Millis } from '../../core/values/value.ts';
import type { Fetched, FoundRecords } from '../../ports/connector.ts';
import type { Row } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { hasKey, matchValues } from '../match-keys.ts';
import { keepingRecords } from '../removal/kept-records.ts';
import type { Session } from '../session.ts';

/** A contact to look for in the CRM. */
export interface Wanted {
  readonly contactId: string;
  readonly keys: MatchValues;
}

export type Present = Extract<Fetched, { state: 'present' }>;

export interface LookedUp {
  /** By contact: the records that have its id. */
  readonly byId: ReadonlyMap<string, readonly Present[]>;
  /** By contact: the records that have one of its match keys. */
  readonly byKeys: ReadonlyMap<string, readonly Present[]>;
  /** Every record that the CRM had accepted before this time of its own clock would have been found. */
  readonly completeUntil: Millis;
  /** Our clock before the first request. */
  readonly requestedAt: Millis;
}

/** Which records of the CRM may be those of these contacts: by the contact's id where a field holds it, and by match keys. */
export async function lookUp(context: Context, session: Session, mapping: CompiledMapping, wanted: readonly Wanted[]): Promise<LookedUp> {
  const { crmObject: object, crmFields: fields, create } = mapping;
  const requestedAt = context.clock.now();
  let completeUntil = Number.POSITIVE_INFINITY;
  const find = async (by: string, values: readonly string[]): Promise<FoundRecords['found']> => {
    if (values.length === 0) return [];
    const answer = await context.connector.find({ object, by, values: [...new Set(values)], fields }, session.call);
    completeUntil = Math.min(completeUntil, answer.completeUntil);
    return answer.found;
  };

  const byId = new Found();
  if (create.idField !== null)
    for (const { value, record } of await find(
      create.idField.name,
      wanted.map(({ contactId }) => contactId),
    ))
      byId.add(value, record);
  const byKeys = new Found();
  for (const rule of mapping.matchKeys) {
    const { field } = rule;
    const spelt = spellings(
      mapping,
      field,
      wanted.flatMap(({ keys }) => keys[field] ?? []),
    );
    const found = await find(BY[field] ?? (rule.crm[0] as string), [...spelt.keys()]);
    for (const { contactId, keys } of wanted)
      for (const { value, record } of found)
        if (spelt.has(value) && spelt.get(value) === matchText(mapping.entity, field, keys[field]) && !isOther(mapping, keys, record))
          byKeys.add(contactId, record);
  }
  return { byId: byId.records, byKeys: byKeys.records, completeUntil, requestedAt };
}

/**
 * By each way that a CRM may spell a value: the value as it is compared. A web site is spelt in many, and looked for as it stands; a
 * name as it is written here, and without its signs.
 */
const spellings = ({ entity }: CompiledMapping, field: string, values: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    values.flatMap((value) => {
      const text = matchText(entity, field, value) ?? value;
      const spelt =
        kindOfField({ entity, field }) === 'domain' ? domainSpellings(value) : isSharedKey(entity, field) ? [value, text] : [value];
      return spelt.map((spelling) => [spelling, text] as const);
    }),
  );

/** A record with a domain of its own is another company's, whatever name they share. */
function isOther(mapping: CompiledMapping, keys: MatchValues, record: Fetched): boolean {
  if (mapping.entity !== 'company' || record.state !== 'present' || keys['domain'] === undefined) return false;
  const { domain } = matchValues(mapping, { id: record.id, fields: record.values });
  return domain !== undefined && domain !== keys['domain'];
}

/** Keys that a connector finds in every field of their kind. */
const BY: Readonly<Record<string, string>> = { phone_number: '$phone', email: '$email' };

class Found {
  readonly records = new Map<string, Present[]>();

  /** Each record once. */
  add(contactId: string, record: Fetched): void {
    if (record.state !== 'present') return;
    const known = this.records.get(contactId) ?? [];
    if (known.every(({ id }) => id !== record.id)) this.records.set(contactId, [...known, record]);
  }
}

/** By record: the contact that has it, of those that are asked about. */
export async function holdersOf(context: Context, object: string, recordIds: readonly string[]): Promise<ReadonlyMap<string, Row>> {
  const holders = new Map<string, Row>();
  if (recordIds.length === 0) return holders;
  const wanted = new Set(recordIds);
  for (const row of await keepingRecords(context, await context.store.load({ records: { object, ids: [...wanted] } })))
    for (const link of row.links)
      if (link.object === object && link.recordId !== null && wanted.has(link.recordId) && isLive(link.state))
        holders.set(link.recordId, row);
  return holders;
}

/** Each has a key that is its own alone, and they differ: what else they share says nothing. */
const areApart = ({ entity, matchKeys }: CompiledMapping, keys: MatchValues, { fields }: Row): boolean =>
  matchKeys.some(({ field }) => {
    const theirs = matchText(entity, field, fields[field]);
    return !isSharedKey(entity, field) && keys[field] !== undefined && theirs !== null && theirs !== keys[field];
  });

/** Contacts that share one of these match keys with another contact: nobody can say whose record would be meant. */
export async function sharing(context: Context, mapping: CompiledMapping, wanted: readonly Wanted[]): Promise<ReadonlySet<string>> {
  const shared = new Set<string>();
  for (const { field } of mapping.matchKeys) {
    const values = [...new Set(wanted.flatMap(({ keys }) => keys[field] ?? []))];
    if (values.length === 0) continue;
    const rows = await context.store.load({ keys: { entity: mapping.entity, field, values } });
    for (const { contactId, keys } of wanted) {
      const isApart = (row: Row) => isSharedKey(mapping.entity, field) && areApart(mapping, keys, row);
      if (
        rows.some(
          (row) =>
            row.id !== contactId && keys[field] !== undefined && hasKey(mapping.entity, row.fields, field, keys[field]) && !isApart(row),
        )
      )
        shared.add(contactId);
    }
  }
  return shared;
}
