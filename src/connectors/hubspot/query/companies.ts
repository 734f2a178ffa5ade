import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import type { Value } from '../../../core/values/value.ts';
import type { Call, Fetched } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { brokenAnswer } from '../errors.ts';
import { orNoPermission } from '../optional.ts';
import { objectsOf } from '../paths.ts';
import { type WireRecord, wireRecord } from '../wire-record.ts';
import { readAssociations } from './associated.ts';
import { type Selection, valuesOf } from './selection.ts';

const READ_BATCH_MAX = 100;
const companiesAnswer = lazy(() => z.object({ results: z.array(wireRecord()) }));

/**
 * The records with the properties of their primary company. No company: null. A company that the app may not see, or
 * associations that it may not read: absent.
 *
 * Source: HubSpot developer docs, "Associations" (primary company).
 */
export async function withCompanies(
  context: Context,
  { info, company }: Selection,
  records: readonly Fetched[],
  call: Call,
): Promise<readonly Fetched[]> {
  const ids = records.filter(({ state }) => state === 'present').map(({ id }) => id);
  if (company.length === 0 || ids.length === 0) return records;
  const companies = await orNoPermission(() => readAssociations(context.client, { from: info.kind.name, to: 'companies', ids }, call));
  if (companies === null) return records;
  const primary = new Map(
    [...companies.ties].map(([id, ties]) => [id, (ties.find((tie) => tie.primary) ?? ties.find((tie) => tie.plain) ?? ties[0])?.id]),
  );
  const wanted = [...new Set([...primary.values()].filter((id) => id !== undefined))];
  const rows =
    wanted.length === 0
      ? new Map<string, WireRecord>()
      : await orNoPermission(() =>
          readCompanies(
            context,
            wanted,
            company.map(({ property }) => property.name),
            call,
          ),
        );
  return records.map((record) => {
    if (record.state !== 'present' || !primary.has(record.id)) return record;
    const id = primary.get(record.id);
    const row = id === undefined ? null : rows?.get(id);
    return row === undefined ? record : { ...record, values: { ...record.values, ...companyValues(company, row) } };
  });
}

function companyValues(paths: Selection['company'], row: WireRecord | null): Readonly<Record<string, Value>> {
  const pairs = paths.flatMap(({ path, property }): [string, Value][] => {
    const value = row === null ? null : valuesOf(row.properties, [property])[property.name];
    return value === undefined ? [] : [[path, value]];
  });
  return Object.fromEntries(pairs);
}

async function readCompanies(
  context: Context,
  ids: readonly string[],
  properties: readonly string[],
  call: Call,
): Promise<ReadonlyMap<string, WireRecord>> {
  const resource = objectsOf('companies', 'batch', 'read');
  const rows = new Map<string, WireRecord>();
  for (let start = 0; start < ids.length; start += READ_BATCH_MAX) {
    const inputs = ids.slice(start, start + READ_BATCH_MAX).map((id) => ({ id }));
    const { body } = await context.client.read(resource, { body: { properties: [...new Set(properties)], inputs } }, call);
    const answer = companiesAnswer().safeParse(body);
    if (!answer.success) throw brokenAnswer(`POST ${resource.operation}`);
    for (const row of answer.data.results) rows.set(row.id, row);
  }
  return rows;
}
