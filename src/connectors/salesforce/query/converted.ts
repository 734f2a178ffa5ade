import type { Call, Write, Wrote } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { CONVERTED_TO } from '../limits.ts';
import { toId18 } from '../record-id.ts';
import { isActivity, related } from '../write/batch.ts';

/** Every lead's id starts with it. */
export const LEAD_PREFIX = '00Q';
/** What Salesforce may answer a task that names a converted lead. */
const MAY_BE_CONVERTED = new Set(['converted_lead', 'invalid_combination', 'not_found', 'no_access']);

export interface Conversions {
  /** Outcomes, those of leads that became a contact replaced. */
  readonly wrote: readonly Wrote[];
  /** Tasks to send again with the contact instead of its lead, by position. */
  readonly again: ReadonlyMap<number, Write>;
}

/**
 * What refused writes turn out to be once their leads are looked up: an update of a converted lead is `gone` to its contact,
 * a task on one goes to the contact. Without evidence an outcome stays as it is.
 */
export async function conversionsOf(
  context: Context,
  { writes, wrote }: { readonly writes: readonly Write[]; readonly wrote: readonly Wrote[] },
  call: Call,
  deadline: number,
): Promise<Conversions> {
  const leads = new Map<number, string>();
  for (const [index, write] of writes.entries()) {
    const lead = wrote[index]?.outcome === 'refused' ? leadAtFault(write, wrote[index].code) : null;
    if (lead !== null) leads.set(index, lead);
  }
  // An answer is there already that holds without it: a look-up that fails changes nothing.
  const contacts = await convertedContacts(context, [...leads.values()], call, deadline).catch(() => new Map<string, string>());
  const again = new Map<number, Write>();
  const outcomes = [...wrote];
  for (const [index, lead] of leads) {
    const [contact, write] = [contacts.get(lead), writes[index]!];
    if (contact === undefined) continue;
    if (write.object === 'Lead') outcomes[index] = { outcome: 'gone', successor: contact, successorObject: CONVERTED_TO };
    else again.set(index, { ...write, values: { ...write.values, WhoId: contact } });
  }
  return { wrote: outcomes, again };
}

function leadAtFault({ object, id, values, associations = [] }: Write, code: string): string | null {
  if (object === 'Lead') return code === 'converted_lead' ? toId18(id) : null;
  const who = !isActivity(object) ? null : toId18(values['WhoId'] ?? related(associations)['WhoId']);
  return who?.startsWith(LEAD_PREFIX) && MAY_BE_CONVERTED.has(code) ? who : null;
}

/**
 * The contacts that these leads became, by lead: 200 at most. None costs no request.
 *
 * @throws CrmSyncError where Salesforce does not tell.
 */
export async function convertedContacts(
  context: Context,
  leadIds: readonly string[],
  call: Call,
  deadline?: number,
): Promise<ReadonlyMap<string, string>> {
  if (leadIds.length === 0) return new Map();
  const list = [...new Set(leadIds)].map((id) => `'${id}'`).join(',');
  const q = `SELECT Id, ConvertedContactId FROM Lead WHERE IsConverted = TRUE AND Id IN (${list})`;
  const { body } = await context.client.read({ path: '/query', query: { q }, operation: '/query' }, call, deadline);
  return new Map(rowsOf(body).flatMap(pairOf));
}

const rowsOf = (body: unknown): readonly unknown[] =>
  typeof body === 'object' && body !== null && 'records' in body && Array.isArray(body.records) ? body.records : [];

function pairOf(row: unknown): [lead: string, contact: string][] {
  const { Id, ConvertedContactId } = (typeof row === 'object' && row !== null ? row : {}) as Record<string, unknown>;
  const [lead, contact] = [toId18(Id), toId18(ConvertedContactId)];
  return lead === null || contact === null ? [] : [[lead, contact]];
}
