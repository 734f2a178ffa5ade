import type { Mapping } from '../../core/mapping/mapping-types.ts';
import { budgetSpent } from '../budget.ts';
import { loadConnection } from '../connection.ts';
import type { Context } from '../context.ts';
import type { Session } from '../session.ts';

/** By contact field: most UTF-16 units that every CRM field holds which its text goes to as it is. */
export type CrmLengths = ReadonlyMap<string, number>;

/**
 * What the CRM's fields hold of these contact fields, as far as the CRM tells now: where it can't be asked, a text that is
 * too long is refused by the push instead, and kept. Connectors keep what was described, so that it hardly costs a call.
 */
export async function crmLengths(context: Context, session: Session, fields: ReadonlySet<string>): Promise<CrmLengths> {
  const lengths = new Map<string, number>();
  const sent = context.mappings.flatMap((mapping) => {
    const rules = sentAsTheyAre(mapping).filter(({ field }) => fields.has(field));
    return rules.length === 0 ? [] : [{ object: mapping.crmObject, rules }];
  });
  if (sent.length === 0 || !(await mayAsk(context, session))) return lengths;
  for (const { object, rules } of sent) {
    const described = await context.connector.describe(object, session.call).catch(() => null);
    for (const { crm, field } of rules) {
      const length = described?.fields.find(({ name }) => name === crm)?.length;
      if (length !== undefined) lengths.set(field, Math.min(length, lengths.get(field) ?? Number.POSITIVE_INFINITY));
    }
  }
  return lengths;
}

/** What a transform makes of a text is of any length, and a rule that cuts needs no shorter text. */
function sentAsTheyAre({ fields }: Mapping): readonly { readonly crm: string; readonly field: string }[] {
  return fields.flatMap((rule) => {
    if (rule.direction === 'inbound' || rule.overflow === 'truncate' || rule.valueMap !== undefined) return [];
    return 'transform' in rule && rule.transform !== undefined ? [] : [{ crm: rule.crm, field: rule.field }];
  });
}

async function mayAsk(context: Context, session: Session): Promise<boolean> {
  return (await loadConnection(context)).state.status === 'active' && (await budgetSpent(context, session)) === null;
}
