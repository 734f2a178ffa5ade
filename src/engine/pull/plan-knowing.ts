import { planInbound } from '../../core/sync/inbound.ts';
import type { InboundInput, InboundPlan } from '../../core/sync/inbound-types.ts';
import type { Call } from '../../ports/connector.ts';
import type { Context } from '../context.ts';
import { type KnownFlips, loadFlips } from '../flips.ts';
import { editTimes } from '../history.ts';

interface Known {
  readonly plan: InboundPlan;
  readonly flips: KnownFlips;
}

/** What is known beside the page is read only where its plan turns out to need it, and then it is planned again. */
export async function planKnowing(context: Context, call: Call, given: InboundInput): Promise<Known> {
  const first = planInbound(given);
  const flipped = first.records.flatMap((record) => (record.flips.length > 0 && 'contactId' in record ? (record.contactId ?? []) : []));
  const flips = await loadFlips(context, flipped);
  const earlier = flipped.length === 0 ? {} : { flips: Object.fromEntries(flipped.map((id) => [id, flips.get(id)?.flips ?? []])) };
  // `newest`, a policy of the host and a person decide by times, and every record of two edits tells them: those of edits here
  // live in the history. Where two values meet for the first time and the CRM's is taken, there may be many, and none was asked.
  const timed = first.conflicts.filter(({ reason, winner }) => reason !== 'rewritten' && (reason !== 'first_link' || winner === null));
  if (flipped.length === 0 && timed.length === 0) return { plan: first, flips };
  const times = timed.length === 0 ? {} : { editedAt: await editTimes(context, [...new Set(timed.map(({ contactId }) => contactId))]) };
  const input = { ...given, ...earlier, ...times };
  return { plan: await planTimed(context, call, input, planInbound(input)), flips };
}

/** Where the record's stamp proves nothing, a CRM that keeps the history of fields is asked for their own times (R24). */
async function planTimed({ connector }: Context, call: Call, input: InboundInput, plan: InboundPlan): Promise<InboundPlan> {
  const open = plan.conflicts.filter(({ reason, times }) => reason === 'undecided_times' && times?.local != null);
  if (open.length === 0 || connector.fieldTimes === undefined) return plan;
  const keys = new Set(open.map(({ crm }) => crm));
  const fields = [...new Set(input.mapping.rules.filter(({ key }) => keys.has(key)).flatMap(({ crm }) => crm))];
  const ids = [...new Set(open.map(({ recordId }) => recordId))];
  const { fetchBatchMax } = connector.capabilities;
  const remoteEditedAt: Record<string, Record<string, string>> = Object.create(null);
  for (let start = 0; start < ids.length; start += fetchBatchMax) {
    const query = { object: input.mapping.crmObject, ids: ids.slice(start, start + fetchBatchMax), fields };
    for (const { id, field, at } of await connector.fieldTimes(query, call)) remoteEditedAt[id] = { ...remoteEditedAt[id], [field]: at };
  }
  return planInbound({ ...input, remoteEditedAt });
}
