import type { InboundInput, InboundPlan } from './inbound-types.ts';
import { PagePlanner } from './page-planner.ts';
import type { Conflict, RecordPlan, RefusedField } from './plan-types.ts';

/**
 * What a page of CRM records means for the contacts at hand. Decides, does nothing: who belongs to whom (link first, then
 * match keys), what each field becomes, and why. Planning the same page on the result changes nothing.
 */
export function planInbound(input: InboundInput): InboundPlan {
  return planOf(new PagePlanner(input).plan());
}

/** Two halves of a page as one plan. */
export const joinPlans = (first: InboundPlan, second: InboundPlan): InboundPlan => planOf([...first.records, ...second.records]);

function planOf(records: readonly RecordPlan[]): InboundPlan {
  const creates: InboundPlan['creates'][number][] = [];
  const updates: InboundPlan['updates'][number][] = [];
  const unchanged: InboundPlan['unchanged'][number][] = [];
  const skipped: InboundPlan['skipped'][number][] = [];
  const refused: RefusedField[] = [];
  const conflicts: Conflict[] = [];
  for (const plan of records) {
    if (plan.action === 'create') creates.push(plan);
    else if (plan.action === 'update') updates.push(plan);
    else if (plan.action === 'unchanged' || plan.action === 'link') unchanged.push(plan);
    else if (plan.action === 'skip') skipped.push(plan);
    if (plan.refused.length > 0) refused.push(...plan.refused);
    if (plan.conflicts.length > 0) conflicts.push(...plan.conflicts);
  }
  return { records, creates, updates, unchanged, skipped, refused, conflicts };
}
