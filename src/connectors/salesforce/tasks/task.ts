import type { Activity } from '../../../core/activity/activity.ts';
import { composeText, partsOf } from '../../../core/activity/activity-parts.ts';
import { keyText, referencePart } from '../../../core/activity/activity-reference.ts';
import { fitText } from '../../../core/base/text.ts';
import type { DescribedField } from '../../../core/schema/described.ts';
import type { Value } from '../../../core/values/value.ts';
import type { ActivityRecord } from '../../../ports/connector.ts';
import { ACTIVITY_LIMITS } from '../limits.ts';
import { toId18 } from '../record-id.ts';
import type { KeyPlace } from './activity-key.ts';
import { otherTies } from './ties.ts';

interface TaskContext {
  /** Fields of Task as described. */
  readonly fields: ReadonlyMap<string, DescribedField>;
  /** A status that means done, in the org's own words; null where none is known. */
  readonly closedStatus: string | null;
  readonly timeZone: string;
  readonly place: KeyPlace;
}

/**
 * An activity as a completed Task. Fields that the connected user can't create are left out, as are call fields of
 * anything that is no call.
 *
 * Source: Salesforce Object Reference, Task; `WhatId` must be empty where `WhoId` is a lead.
 *
 * @throws CrmSyncError `too_many_associations`, `invalid_record_id`.
 */
export function taskOf(activity: Activity, { fields, closedStatus, timeZone, place }: TaskContext): ActivityRecord {
  const isCall = activity.channel === 'call' || activity.channel === 'voicemail';
  const isPerson = activity.record.object === 'Contact' || activity.record.object === 'Lead';
  const max = fields.get('Description')?.length ?? ACTIVITY_LIMITS.bodyMax;
  const parts = [...partsOf(activity), ...(place.kind === 'field' ? [] : [referencePart(activity.key)])];
  const text = { field: 'Description', format: 'plain', max, parts } as const;
  const wanted: Record<string, Value | undefined> = {
    Subject: activity.subject,
    Description: composeText(parts, text).text,
    Status: closedStatus ?? undefined,
    Priority: hasOption(fields.get('Priority'), 'Normal') ? 'Normal' : undefined,
    ActivityDate: dayIn(activity.startedAt, timeZone),
    [isPerson ? 'WhoId' : 'WhatId']: toId18(activity.record.id) ?? activity.record.id,
    OwnerId: toId18(activity.owner) ?? activity.owner,
    ...(isCall
      ? {
          TaskSubtype: hasOption(fields.get('TaskSubtype'), 'Call') ? 'Call' : undefined,
          CallType: ['Inbound', 'Outbound'].find(
            (type) => type.toLowerCase() === activity.direction && hasOption(fields.get('CallType'), type),
          ),
          CallDurationInSeconds: activity.durationSeconds === undefined ? undefined : Math.max(0, Math.round(activity.durationSeconds)),
          CallDisposition: activity.disposition,
        }
      : {}),
    ...(place.kind === 'field' ? { [place.field]: keyText(activity.key, place.length) } : {}),
  };
  const ties = otherTies(activity);
  const usable = Object.entries(wanted).flatMap(([name, value]): [string, Value][] => {
    const field = fields.get(name);
    if (value === undefined || value === '' || !field?.creatable) return [];
    return [[name, typeof value === 'string' && field.length !== undefined ? fitText(value, field.length) : value]];
  });
  return {
    object: 'Task',
    values: Object.fromEntries(usable),
    createOnly: usable.map(([name]) => name).filter((name) => name === 'TaskSubtype' || fields.get(name)?.updatable !== true),
    ...(usable.some(([name]) => name === text.field) ? { text } : {}),
    ...(ties.length > 0 ? { associations: ties } : {}),
    ...(place.kind === 'field' && place.unique ? { uniqueKey: { field: place.field, value: keyText(activity.key, place.length) } } : {}),
  };
}

const hasOption = (field: DescribedField | undefined, value: string): boolean =>
  field?.options === undefined || field.options.some((option) => option.value === value);

/** The calendar day of an instant in a zone, `YYYY-MM-DD`. */
export function dayIn(instant: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(
    new Date(instant),
  );
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
}
