import type { Finding } from '../../../core/checks/finding.ts';
import { findingsOf, findingsOfAll, fine, type Part, parentNotVisible } from '../../../core/checks/findings.ts';
import type { Call, CheckQuery } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import type { ObjectInfo } from '../describe.ts';
import { isCampaign } from '../query/campaigns.ts';
import { selectFields } from '../query/selection.ts';
import { checkCampaigns } from '../read/check-campaigns.ts';
import { keyPlace } from '../tasks/activity-key.ts';
import { checkLimits } from './limits.ts';
import { checkUser } from './user.ts';

/**
 * What the org says of the connected user: how many calls are left, who it is, what it may do. Costs two calls, and one for
 * each object and parent that is described, and for the campaigns of an object: what was described before no longer counts, so
 * that a repair shows at once.
 */
export async function checkOrg(context: Context, { reads, writes, activities }: CheckQuery, call: Call): Promise<readonly Finding[]> {
  context.describer.forget();
  const limits = await findingsOf(call.signal, () => checkLimits(context.client, call));
  // The user info endpoint refuses a dead session and a missing scope alike: only after another answer it is the scope.
  const isSignedIn = limits.some(({ code }) => code.startsWith('api_calls_'));
  const { client, describer, activityKeyField } = context;
  const parts: Part[] = [() => checkUser(client, { isSignedIn }, call)];
  for (const [object, fields] of Object.entries(reads)) {
    parts.push(() => checkParents(context, { object, fields }, call));
    if (fields.some(isCampaign)) parts.push(() => checkMemberships(context, { object, fields }, call));
  }
  for (const object of Object.keys(writes)) parts.push(async () => objectFindings(await describer.object(object, call)));
  if (activities) parts.push(async () => activityFindings(await describer.object('Task', call), activityKeyField));
  const rest = await findingsOfAll(call.signal, parts);
  return [...rest, ...limits];
}

/** Whether records of the object can be in campaigns, and those campaigns are there. */
async function checkMemberships(
  context: Context,
  { object, fields }: { readonly object: string; readonly fields: readonly string[] },
  call: Call,
): Promise<readonly Finding[]> {
  await selectFields(context.describer, object, fields, call);
  await checkCampaigns(context, { fields }, 0, call);
  return [];
}

/** Describe shows an object's own fields: what is reached through a parent (`Account.Name`) is looked up there. */
async function checkParents(
  { describer }: Context,
  { object, fields }: { readonly object: string; readonly fields: readonly string[] },
  call: Call,
): Promise<readonly Finding[]> {
  const paths = fields.filter((path) => path.includes('.') && !isCampaign(path));
  const { filterFields: readable } = await selectFields(describer, object, paths, call);
  return paths.filter((path) => !readable.has(path)).map((path) => parentNotVisible(object, path));
}

function objectFindings({ described: { name }, updatable }: ObjectInfo): readonly Finding[] {
  if (updatable) return [];
  const message = `The connected user may not edit ${name}: nothing is written.`;
  const remedy = `Give it the object permission "Edit" on ${name}, or map its fields inbound only.`;
  return [{ level: 'error', code: 'object_read_only', message, remedy, who: 'crm_admin', at: { object: name } }];
}

/** What makes a Task tell of a conversation. */
const TASK_FIELDS = ['Subject', 'Description', 'ActivityDate', 'WhoId'];

/** Whether conversations can be logged, and whether one that was logged can be told by its key. */
export function activityFindings(task: ObjectInfo, keyField: string | undefined): readonly Finding[] {
  const at = { object: 'Task' };
  if (!task.creatable) {
    const message = 'The connected user may not create tasks: no conversation is logged.';
    return [
      {
        level: 'error',
        code: 'activity_not_creatable',
        message,
        remedy: 'Give it the permission to create activities ("Edit Tasks").',
        who: 'crm_admin',
        at,
      },
    ];
  }
  const hidden = TASK_FIELDS.filter((name) => task.fields.get(name)?.creatable !== true);
  return [
    ...(hidden.length === 0 ? [fine('activity_creatable', 'Conversations can be logged as tasks.', at)] : []),
    ...hidden.map(
      (name): Finding => ({
        level: 'warning',
        code: 'activity_field_not_visible',
        message: `The connected user may not write ${name} of a task: activities are logged without it.`,
        remedy: `Give it edit access to ${name} of activities.`,
        who: 'crm_admin',
        at: { ...at, field: name },
      }),
    ),
    keyFinding(task, keyField),
  ];
}

/** Only a unique field lets a lost answer be followed by the same request again. */
function keyFinding(task: ObjectInfo, keyField: string | undefined): Finding {
  const place = keyPlace(task, keyField);
  const at = { object: 'Task', field: place.field };
  if (keyField !== undefined && place.field !== keyField)
    return {
      level: 'warning',
      code: 'activity_key_field_unusable',
      message: `The connected user may not write or search ${keyField}, or it is no text field: the key of a conversation goes to ${place.field} instead.`,
      remedy: `Make ${keyField} a text field on Activity, External ID and unique, and give the connected user edit access to it.`,
      who: 'crm_admin',
      at: { object: 'Task', field: keyField },
    };
  if (place.kind === 'field' && place.unique)
    return fine('activity_key_unique', `${place.field} holds the key of a conversation and is unique.`, at);
  return {
    level: 'advice',
    code: 'activity_key_not_unique',
    message: `The key of a conversation goes to ${place.field}, which is not unique: after a lost answer the next request waits until the org was searched.`,
    remedy: 'Make a text field of 255 characters on Activity, External ID and unique, and name it in `activityKeyField`.',
    who: 'crm_admin',
    at,
  };
}
