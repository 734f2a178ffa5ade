import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import { planName } from '../../core/mapping/plan-fingerprint.ts';
import { doubtfulFields, foreignFields } from '../../core/sync/foreign-fields.ts';
import type { LinkElsewhere, Row } from '../../ports/store.ts';
import { type Context, fieldsOf } from '../context.ts';
import { givenByCrm } from '../history.ts';
import type { Permit } from '../permit.ts';

/** Rows tell their links elsewhere only where another connection is there to be kept apart: alone, nothing more is read. */
export const lookElsewhere = ({ keptApart }: Permit): { readonly elsewhere?: true } => (keptApart.size > 0 ? { elsewhere: true } : {});

/** A row, with the fields that another CRM gave it: they are not sent to this one (R25). */
export type TellingRow = Row & { readonly foreign?: readonly string[] };

export interface Telling {
  readonly permit: Permit;
  /** By which this CRM's records are planned. */
  readonly mapping: CompiledMapping;
}

/** Which fields of these rows another CRM gave. Reads the history of a contact only where its links leave it open. */
export async function tellForeign(context: Context, telling: Telling, rows: readonly Row[]): Promise<readonly TellingRow[]> {
  const { permit } = telling;
  if (permit.keptApart.size === 0) return rows;
  // Another connection may have mapped an object only after this flow began.
  if (rows.some(({ elsewhere = [] }) => elsewhere.some((link) => mappedBy(permit, link) === undefined))) await permit.seeOthers();
  return Promise.all(rows.map((row) => tellOne(context, telling, row)));
}

const mappedBy = ({ keptApart }: Permit, { connection, plan }: LinkElsewhere): Readonly<Record<string, string>> | undefined =>
  keptApart.get(connection)?.fields?.[planName(plan)];

async function tellOne(context: Context, { permit, mapping }: Telling, row: Row): Promise<TellingRow> {
  const elsewhere = (row.elsewhere ?? []).flatMap((link) => {
    const fields = mappedBy(permit, link);
    return fields === undefined ? [] : [{ body: link.body, fields }];
  });
  if (elsewhere.length === 0) return row;
  const fields = fieldsOf(context, row.fields);
  const foreign = foreignFields(fields, elsewhere);
  const doubtful = doubtfulFields(fields, foreign, ownLinks(mapping, row));
  if (doubtful.length === 0) return { ...row, foreign };
  const given = await givenByCrm(context, row.id, doubtful, fields);
  return { ...row, foreign: foreign.filter((field) => !doubtful.includes(field) || given.has(field)) };
}

function ownLinks({ crmObject, rules }: CompiledMapping, { links }: Row) {
  const fields = Object.fromEntries(rules.map(({ key, field }) => [key, field]));
  return links.flatMap(({ object, state, body }) => (object === crmObject && state === 'active' ? [{ body, fields }] : []));
}
