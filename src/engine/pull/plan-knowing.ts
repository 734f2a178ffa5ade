import { type InboundInput, type InboundPlan, planInbound } from '../../core/inbound.ts';
import type { Context } from '../context.ts';
import { type KnownFlips, loadFlips } from '../flips.ts';
import { editTimes } from '../history.ts';

/** What is known beside the page is read only where its plan turns out to need it, and then it is planned again. */
export async function planKnowing(
  context: Context,
  given: InboundInput,
): Promise<{ readonly plan: InboundPlan; readonly flips: KnownFlips }> {
  const first = planInbound(given);
  const flipped = first.records.flatMap((record) => (record.flips.length > 0 && 'contactId' in record ? (record.contactId ?? []) : []));
  const flips = await loadFlips(context, flipped);
  const known =
    flipped.length === 0 ? {} : { flips: Object.fromEntries([...new Set(flipped)].map((id) => [id, flips.get(id)?.flips ?? []])) };
  // `newest` decides by times, which live in the history.
  const timed = first.conflicts.filter(({ crm }) => given.mapping.rules.some(({ key, conflict }) => key === crm && conflict === 'newest'));
  if (flipped.length === 0 && timed.length === 0) return { plan: first, flips };
  const times = timed.length === 0 ? {} : { editedAt: await editTimes(context, [...new Set(timed.map(({ contactId }) => contactId))]) };
  return { plan: planInbound({ ...given, ...known, ...times }), flips };
}
