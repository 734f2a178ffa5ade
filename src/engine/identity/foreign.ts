import { foreignFields } from '../../core/foreign-fields.ts';
import { planName } from '../../core/plan-fingerprint.ts';
import type { Row } from '../../ports/store.ts';
import { type Context, fieldsOf } from '../context.ts';
import type { Permit } from '../permit.ts';

/** Rows tell their links elsewhere only where another connection is there to be kept apart: alone, nothing more is read. */
export const lookElsewhere = ({ keptApart }: Permit): { readonly elsewhere?: true } => (keptApart.size > 0 ? { elsewhere: true } : {});

/** What another CRM gave to a contact, and is not sent to this one (R25). */
export function foreignOf(
  context: Context,
  { keptApart }: Permit,
  { fields, elsewhere = [] }: Row,
): { readonly foreign?: readonly string[] } {
  const links = elsewhere.flatMap(({ connection, plan, body }) => {
    const mapped = keptApart.get(connection)?.fields?.[planName(plan)];
    return mapped === undefined ? [] : [{ body, fields: mapped }];
  });
  return links.length === 0 ? {} : { foreign: foreignFields(fieldsOf(context, fields), links) };
}
