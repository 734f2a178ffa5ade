import type { Activity } from '../../core/activity/activity.ts';
import { keyText } from '../../core/activity/activity-reference.ts';
import { answeredTies, answeredValues, type RefusedAnswer } from '../../core/forms/activity-answers.ts';
import type { BoundSubmission } from '../../core/forms/bound-submission.ts';
import type { DescribedObject } from '../../core/schema/described.ts';
import { CrmSyncError } from '../../errors.ts';
import type { ActivityRecord } from '../../ports/connector.ts';
import type { Context } from '../context.ts';
import type { Session } from '../session.ts';
import { loadActivity } from './activity-entry.ts';
import { boundAfter, type Submitted, submissionHash } from './bound.ts';

interface SubmittedOptions {
  /** Of the conversation. */
  readonly of: string;
  readonly submission: BoundSubmission;
  /** Without the submission's ties. */
  readonly activity: Activity;
  readonly isAutomatic: boolean;
}

export interface Checked {
  readonly submitted: Submitted;
  /** What the CRM would not take: found out before anything is written. It is not in `submitted`. */
  readonly refused: readonly RefusedAnswer[];
}

/** The answers as this CRM takes them, compared with what it describes. Changes nothing. */
export async function checkSubmission(
  context: Context,
  session: Session,
  { of, submission, activity, isAutomatic }: SubmittedOptions,
): Promise<Checked> {
  const { ties, cleared } = answeredTies(submission);
  const stored = await loadActivity(context, activity.key);
  const isUpdate = stored !== null && stored.entry.id !== null;
  const loggedAs = stored === null ? {} : { loggedAs: stored.entry.object };
  const untied = { ...activity, ...loggedAs };
  const submitted = { of, hash: submissionHash(submission.writes), ties, cleared, values: {}, isAutomatic };
  const after = isUpdate ? boundAfter(stored.entry.bound, submitted).ties : ties;
  const { form, refused } = await formWith(context, session, untied, { after, ties, isUpdate });
  const described = await context.connector.describe(form.object, session.call);
  const { timeZone } = context.options;
  const { values, refused: refusedValues } = answeredValues(submission, 'activityField', {
    object: form.object,
    fields: described.fields,
    isUpdate,
    reserved: reservedOf(form, described, activity),
    ...(timeZone !== undefined && { timeZone }),
  });
  const taken = refused.length === 0 ? { ties, cleared } : { ties: {}, cleared: [] };
  return { submitted: { ...submitted, ...taken, values }, refused: [...refused, ...refusedValues] };
}

type Ties = Submitted['ties'];

/** The form with the ties, and why the CRM can't have them. */
async function formWith(
  { connector }: Context,
  { call }: Session,
  activity: Activity,
  { after, ties, isUpdate }: { readonly after: Ties; readonly ties: Ties; readonly isUpdate: boolean },
): Promise<{ readonly form: ActivityRecord; readonly refused: readonly RefusedAnswer[] }> {
  const keys = Object.keys(ties);
  const refuse = (reason: Omit<RefusedAnswer, 'field'>) => keys.map((field) => ({ field, ...reason }));
  if (keys.length > 0 && isUpdate && connector.capabilities.reties !== true)
    return { form: await connector.activityRecord(activity, call), refused: refuse(NO_RETIES) };
  const associations = [...(activity.associations ?? []), ...Object.values(after)];
  try {
    return { form: await connector.activityRecord({ ...activity, associations }, call), refused: [] };
  } catch (error) {
    if (keys.length === 0 || !(error instanceof CrmSyncError) || error.category !== 'configuration') throw error;
    const { code, message, remedy } = error;
    return { form: await connector.activityRecord(activity, call), refused: refuse({ code, message, remedy }) };
  }
}

const NO_RETIES = {
  code: 'capability_missing',
  message: 'The activity is logged already, and the connector can not change what it is tied to.',
  remedy: 'Give the answer when the activity is made, or use a connector with `capabilities.reties`.',
};

/** The text, and wherever the key stands by which the activity is found again. */
function reservedOf({ values, text, uniqueKey }: ActivityRecord, { fields }: DescribedObject, { key }: Activity): readonly string[] {
  const isKey = (name: string, value: unknown): boolean =>
    value === keyText(key, fields.find((field) => field.name === name)?.length ?? Number.MAX_SAFE_INTEGER) || value === keyText(key, 255);
  const keyed = Object.entries(values).flatMap(([name, value]) => (isKey(name, value) ? [name] : []));
  return [...(text === undefined ? [] : [text.field]), ...(uniqueKey === undefined ? [] : [uniqueKey.field]), ...keyed];
}
