import type { Call, Page } from '../../../ports/connector.ts';
import { toInstant } from '../codec.ts';
import type { Context } from '../context.ts';
import { BATCH_MAX, HISTORY_BATCH_MAX } from '../limits.ts';
import { compareIds, objectKind } from '../objects.ts';
import { orNoPermission } from '../optional.ts';
import { readAssociations } from '../query/associated.ts';
import { batchRead } from '../query/batch-read.ts';
import { readByIds } from '../query/read-by-id.ts';
import { PAGE_MAX, searchPage } from '../query/search.ts';
import { MERGED_IDS, mergedInto, type Selection } from '../query/selection.ts';
import type { WireRecord } from '../wire-record.ts';
import { type ChangesCheckpoint, FROM_THE_FIRST, lowestStamp } from './checkpoint.ts';

/**
 * The records whose company has changed, which moves the company's stamp and not theirs: changed companies go by id in the
 * same window as the records themselves, and for each page of them the records that are tied to them, by id too.
 *
 * A record that comes to another company, or loses its own, has a change of its own (`associatedcompanyid`).
 *
 * @returns The position behind them.
 */
export async function* recordsOfChangedCompanies(
  context: Context,
  selection: Selection,
  start: ChangesCheckpoint,
  call: Call,
): AsyncGenerator<Page, ChangesCheckpoint> {
  const { company: _, ...behind } = start;
  if (selection.company.length === 0) return behind;
  let position = start;
  // Bound: every turn ends or goes on behind a company.
  for (;;) {
    const { company = FROM_THE_FIRST } = position;
    const page = (await orNoPermission(() => pageOfCompanies(context, selection, position, call))) ?? NOTHING;
    const left = page.records.filter((id) => company.recordAfterId === null || compareIds(id, company.recordAfterId) > 0);
    for (let from = 0; from < left.length; from += BATCH_MAX) {
      const part = left.slice(from, from + BATCH_MAX);
      const requestedAt = call.now();
      const { records, merged } = await readByIds(context, selection, part, call);
      position = { ...position, company: { ...company, recordAfterId: part.at(-1)! } };
      yield { records: [...records, ...merged], requestedAt, checkpoint: position, last: false };
    }
    if (page.next === null) return behind;
    position = { ...position, company: { afterId: page.next, recordAfterId: null } };
    if (left.length === 0) yield { records: [], requestedAt: call.now(), checkpoint: position, last: false };
  }
}

interface CompanyPage {
  /** Ids of the records of these companies. */
  readonly records: readonly string[];
  /** The company behind which the next page begins; null: there is none. */
  readonly next: string | null;
}
const NOTHING: CompanyPage = { records: [], next: null };

async function pageOfCompanies(context: Context, selection: Selection, position: ChangesCheckpoint, call: Call): Promise<CompanyPage> {
  const since = lowestStamp(position, context.overlapMs);
  const changed = { propertyName: objectKind('companies').modified, operator: 'GTE', value: String(since) } as const;
  const afterId = position.company?.afterId ?? null;
  const { rows, done } = await searchPage(context.client, { object: 'companies', groups: [[changed]], afterId, limit: PAGE_MAX }, call);
  const companies = rows.map(({ id }) => id);
  return { records: await recordsOf(context, selection, { companies, since }, call), next: done ? null : companies.at(-1)! };
}

/** The records of those companies in which something has changed that is asked for, in the order of their ids. */
async function recordsOf(
  context: Context,
  { info, company }: Selection,
  { companies, since }: { readonly companies: readonly string[]; readonly since: number },
  call: Call,
): Promise<readonly string[]> {
  const properties = [...new Set(company.map(({ property }) => property.name))];
  const moved: string[] = [];
  for (let from = 0; from < companies.length; from += HISTORY_BATCH_MAX) {
    const ids = companies.slice(from, from + HISTORY_BATCH_MAX);
    const query = { object: 'companies', ids, properties: [...properties, MERGED_IDS], history: properties };
    const { rows } = await batchRead(context.client, query, call);
    moved.push(...rows.filter((row) => hasMoved(row, properties, since)).map(({ id }) => id));
  }
  if (moved.length === 0) return [];
  const { ties } = await readAssociations(context.client, { from: 'companies', to: info.kind.name, ids: moved }, call);
  return [...new Set([...ties.values()].flat().map(({ id }) => id))].sort(compareIds);
}

/**
 * Whether one of the properties has changed since. A company's stamp also moves with every activity that is logged on it,
 * which is no reason to read its records again. What the history does not tell counts as changed, and so does whatever
 * another company was merged into.
 */
export function hasMoved(row: WireRecord, properties: readonly string[], since: number): boolean {
  if (mergedInto(row).length > 0) return true;
  return properties.some((name) => {
    const changes = row.propertiesWithHistory?.[name];
    if (changes === undefined || changes.length === 0) return (row.properties[name] ?? null) !== null;
    return changes.some(({ timestamp }) => !(Date.parse(toInstant(timestamp) ?? '') < since));
  });
}
