import type { Activity } from '../../../core/activity/activity.ts';
import { CrmSyncError } from '../../../errors.ts';
import type { Association } from '../../../ports/connector.ts';
import { toId18 } from '../record-id.ts';

const isPerson = ({ object }: Association): boolean => object === 'Contact' || object === 'Lead';

/**
 * What a task belongs to beside its own record: it holds one person (`WhoId`) and one other record (`WhatId`).
 *
 * One of a lead holds no other record at all.
 *
 * @throws CrmSyncError `too_many_associations`, `invalid_combination`, `invalid_record_id`, category `configuration`: none is left out in silence.
 */
export function otherTies({ record, associations = [] }: Pick<Activity, 'record' | 'associations'>): readonly Association[] {
  const others = new Map(associations.map((one) => [checkedId(one), one]));
  others.delete(toId18(record.id) ?? record.id);
  const ties = [...others.values()];
  const taken = [record, ...ties].filter(isPerson).length;
  if ([record, ...ties].some(({ object }) => object === 'Lead') && ties.length > 0) throw tiedLead();
  if (taken <= 1 && ties.length + 1 - taken <= 1) return ties;
  throw new CrmSyncError('A task of Salesforce belongs to one person and one other record at most.', {
    code: 'too_many_associations',
    category: 'configuration',
    remedy: 'Name one record beside the contact, such as the opportunity or the case.',
    at: { object: 'Task' },
  });
}

const tiedLead = (): CrmSyncError =>
  new CrmSyncError('A task of a lead belongs to no other record of Salesforce.', {
    code: 'invalid_combination',
    category: 'configuration',
    remedy: 'Leave the other record out, or log it on the contact that the lead becomes.',
    at: { object: 'Task', field: 'WhatId' },
  });

function checkedId({ object, id }: Association): string {
  const known = toId18(id);
  if (known !== null) return known;
  throw new CrmSyncError('An activity is to be tied to something that is no record id of Salesforce.', {
    code: 'invalid_record_id',
    category: 'configuration',
    remedy: 'Give the id of the record: 15 or 18 letters and digits, as they stand in its URL in Salesforce.',
    at: { object },
  });
}
