import type { Finding } from '../../../core/checks/finding.ts';
import { callsLeft, findingsOfAll, fine, type Part, parentNotVisible } from '../../../core/checks/findings.ts';
import { hearUsage } from '../../../http/hear-usage.ts';
import type { Call, CheckQuery } from '../../../ports/connector.ts';
import { EXTERNAL_ID } from '../activities/activity-key.ts';
import type { Context } from '../context.ts';
import type { ObjectInfo } from '../describe.ts';
import { selectProperties } from '../query/selection.ts';
import { checkAccount } from './account.ts';
import { checkRules } from './rules.ts';
import { mayRead, mayWrite } from './scopes.ts';

/**
 * What the account says of the app: whose it is, which scopes its token has, which rules it will meet, how many calls are
 * left. Costs one or two calls, up to three for each object, two for its companies and two for activities. What was
 * described before no longer counts, so that a repair shows at once.
 */
export async function checkPortal(
  context: Context,
  { objects, reads, writes, activities }: CheckQuery,
  call: Call,
): Promise<readonly Finding[]> {
  const { client, describer } = context;
  describer.forget();
  const heard = hearUsage(call);
  const parts: Part[] = [() => checkAccount(context, heard.call)];
  for (const object of objects) parts.push(() => mayRead(client, object, heard.call));
  for (const [object, fields] of Object.entries(reads)) parts.push(() => checkCompanies(context, { object, fields }, heard.call));
  for (const [object, fields] of Object.entries(writes)) {
    parts.push(() => mayWrite(client, object, heard.call));
    parts.push(() => checkRules(client, { object, fields }, heard.call));
  }
  if (activities) {
    parts.push(() => mayWrite(client, 'calls', heard.call));
    parts.push(async () => activityFindings(await describer.object('calls', heard.call)));
  }
  const findings = await findingsOfAll(call.signal, parts);
  const usage = heard.usage();
  // Tokens of OAuth apps are told no limit of the day.
  return usage === undefined ? findings : [...findings, callsLeft(usage, 'the day')];
}

/** Membership of a list is a path too, and no property. */
const LIST = /^lists\./;

/** Properties of the company that a record belongs to (`company.name`). */
async function checkCompanies(
  { client, describer }: Context,
  { object, fields }: { readonly object: string; readonly fields: readonly string[] },
  call: Call,
): Promise<readonly Finding[]> {
  const paths = fields.filter((path) => path.includes('.') && !LIST.test(path));
  if (paths.length === 0) return [];
  const { company } = await selectProperties(describer, object, paths, call);
  const hidden = paths.filter((path) => !company.some((each) => each.path === path)).map((path) => parentNotVisible(object, path));
  return company.length === 0 ? hidden : [...hidden, ...(await mayRead(client, 'companies', call))];
}

/** What makes a call tell of a conversation. */
const CALL_FIELDS = ['hs_timestamp', 'hs_call_title', 'hs_call_body', EXTERNAL_ID];

/** Whether the account describes what a logged call needs. */
export function activityFindings({ fields }: ObjectInfo): readonly Finding[] {
  const missing = CALL_FIELDS.filter((name) => fields.get(name)?.creatable !== true);
  if (missing.length === 0) return [fine('activity_creatable', 'Conversations can be logged as calls.', { object: 'calls' })];
  return missing.map((name) => ({
    level: 'warning',
    code: 'activity_field_not_visible',
    message: `HubSpot does not let the app write ${name} of a call: conversations are logged without it.`,
    remedy: `Restore the property ${name} of calls in HubSpot, and check the permissions of the app.`,
    who: 'crm_admin',
    at: { object: 'calls', field: name },
  }));
}
