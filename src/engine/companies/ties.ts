import { isLive } from '../../core/link/link.ts';
import { withoutRecordOf } from '../../core/mapping/company-tie.ts';
import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import type { Row } from '../../ports/store.ts';
import type { Context } from '../context.ts';

/** What leads from a contact to its company. */
export interface Ties {
  /** Contact field that holds the company's id. */
  readonly field: string;
  /** CRM objects of companies, in the order of their mappings. */
  readonly companyObjects: readonly string[];
  /** By CRM object of contacts: the CRM field that refers to the company's record. */
  readonly references: ReadonlyMap<string, string>;
}

/** Null: no contact is tied to any company. */
export function tiesOf({ mappings, options: { companies } }: Context): Ties | null {
  const field = companies?.contactField;
  if (companies === undefined || field === undefined) return null;
  const references = mappings.flatMap(({ crmObject, fields }) =>
    fields.flatMap((rule) => (rule.field === field && typeof rule.crm === 'string' ? [[crmObject, rule.crm] as const] : [])),
  );
  if (references.length === 0) return null;
  return { field, companyObjects: companies.mappings.map(({ crmObject }) => crmObject), references: new Map(references) };
}

/** By record: the company that has it. */
export async function companiesByRecord(
  { store }: Pick<Context, 'store'>,
  { companyObjects }: Ties,
  recordIds: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(recordIds)];
  const found = new Map<string, string>();
  if (ids.length === 0) return found;
  for (const object of companyObjects)
    for (const { id, links, removed } of await store.load({ records: { object, ids } }))
      for (const link of removed === true ? [] : links)
        if (link.object === object && link.recordId !== null && isLive(link.state) && !found.has(link.recordId))
          found.set(link.recordId, id);
  return found;
}

/** By company: its record. One that has none is not in it. */
export async function recordsByCompany(
  { store }: Pick<Context, 'store'>,
  ties: Ties,
  companyIds: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(companyIds)];
  const rows = ids.length === 0 ? [] : await store.load({ ids });
  return new Map(
    rows.flatMap((row) => {
      const recordId = recordOf(row, ties);
      return recordId === null ? [] : [[row.id, recordId] as const];
    }),
  );
}

function recordOf({ entity, links, removed }: Row, { companyObjects }: Ties): string | null {
  if (entity !== 'company' || removed === true) return null;
  for (const object of companyObjects)
    for (const link of links) if (link.object === object && link.recordId !== null && isLive(link.state)) return link.recordId;
  return null;
}

/** The mapping as it is for these contacts: those whose company has no record are written without the tie. */
export async function tieable(context: Context, mapping: CompiledMapping, rows: readonly Row[]): Promise<CompiledMapping> {
  const ties = tiesOf(context);
  if (ties === null || !ties.references.has(mapping.crmObject)) return mapping;
  const { field } = ties;
  const companyIds = new Set(rows.flatMap(({ fields }) => (typeof fields[field] === 'string' ? [fields[field]] : [])));
  const known = await recordsByCompany(context, ties, companyIds);
  const without = new Set([...companyIds].filter((id) => !known.has(id)));
  if (without.size === 0) return mapping;
  return { ...mapping, rules: mapping.rules.map((rule) => (rule.field === field ? withoutRecordOf(rule, without) : rule)) };
}
