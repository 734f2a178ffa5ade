import { emailsOf, type StoredRecord, type Values } from './database.ts';
import { HubSpotFailure, invalid, invalidProperties, type PropertyProblem } from './failure.ts';
import type { Portal } from './portal.ts';
import type { ObjectType } from './schema/object-type.ts';

/** A record that is about to be saved. */
export interface Candidate {
  readonly type: ObjectType;
  /** Null for a new one. */
  readonly record: StoredRecord | null;
  readonly values: Values;
  /** Names of the values that this write sets. */
  readonly changed: readonly string[];
}

/**
 * Everything that may stop a write after its values were read. The test itself meets only the rules of uniqueness.
 *
 * @param enforced - The rules of the portal's administrators, which the API minds from 2026-09 on.
 * @throws HubSpotFailure for the first kind of rule that refuses.
 */
export function checkRules(
  portal: Portal,
  candidate: Candidate,
  { asApi, enforced }: { readonly asApi: boolean; readonly enforced: boolean },
): void {
  if (asApi && candidate.record === null) checkRequired(candidate);
  if (asApi && candidate.type.name === 'calls') checkCallSource(candidate);
  const problems = [
    ...(enforced ? adminProblems(portal, candidate) : []),
    ...(asApi ? ruleProblems(portal, candidate) : []),
    ...uniqueProblems(portal, candidate),
  ];
  if (problems.length > 0) throw invalidProperties(problems, portal.id);
  checkEmails(portal, candidate);
}

const isBlank = (values: Values, name: string): boolean => (values[name] ?? '') === '';

function checkRequired({ type, values }: Candidate): void {
  const missing = type.required.filter((name) => isBlank(values, name));
  const none = type.requiredOneOf.length > 0 && type.requiredOneOf.every((name) => isBlank(values, name));
  if (missing.length === 0 && !none) return;
  throw invalid(`Error creating ${type.code}. Some required properties were not set.`, { properties: none ? type.requiredOneOf : missing });
}

/** HubSpot fetches the recording of such a call from the app, which it must be able to name. */
function checkCallSource({ values }: Candidate): void {
  if (isBlank(values, 'hs_call_source')) return;
  const missing = ['hs_call_app_id', 'hs_call_external_id', 'hs_call_external_account_id'].filter((name) => isBlank(values, name));
  if (missing.length > 0)
    throw invalid('hs_call_source can only be set together with the properties that identify the call in the app.', {
      properties: missing,
    });
}

/** Source: HubSpot changelog, "CRM API write validation enforcement". */
function adminProblems({ settings }: Portal, { type, record, values, changed }: Candidate): readonly PropertyProblem[] {
  const onCreate = record === null ? (settings.requiredOnCreate?.[type.name] ?? []) : [];
  const required = onCreate.filter((name) => isBlank(values, name)).map((name) => mustBeProvided(name, 'MISSING_REQUIRED_PROPERTY'));
  const conditional = (settings.conditionallyRequired?.[type.name] ?? [])
    .filter(({ property, values: triggers }) => changed.includes(property) && triggers.includes(values[property] ?? ''))
    .flatMap(({ requires }) => requires.filter((name) => isBlank(values, name)))
    .map((name) => mustBeProvided(name, 'MISSING_CONDITIONAL_REQUIRED_PROPERTY'));
  return [...required, ...conditional];
}

const mustBeProvided = (name: string, code: string): PropertyProblem => ({ name, code, message: `A value for ${name} must be provided` });

function ruleProblems({ settings }: Portal, { type, values }: Candidate): readonly PropertyProblem[] {
  const rule = settings.validationRules?.[type.name];
  const problem = rule?.(Object.fromEntries([...type.properties.keys()].map((name) => [name, values[name] ?? null]))) ?? null;
  return problem === null ? [] : [problem];
}

function uniqueProblems({ database }: Portal, { type, record, values, changed }: Candidate): readonly PropertyProblem[] {
  const problems: PropertyProblem[] = [];
  for (const name of changed) {
    if (type.properties.get(name)?.hasUniqueValue !== true || isBlank(values, name)) continue;
    const holder = database.holder(type, name, values[name]!);
    if (holder !== undefined && holder !== record)
      problems.push({ name, code: 'CONFLICTING_UNIQUE_VALUE', message: `${holder.id} already has that value.` });
  }
  return problems;
}

/** No two contacts share an address, main or additional. */
function checkEmails({ database, blocked, id }: Portal, { type, record, values, changed }: Candidate): void {
  if (type.name !== 'contacts' || !(changed.includes('email') || changed.includes('hs_additional_emails'))) return;
  for (const email of emailsOf(values)) {
    if (blocked.has(email))
      throw invalidProperties([{ name: 'email', code: 'INVALID_EMAIL', message: 'email has been GDPR blacklisted' }], id);
    const holder = database.holder(type, 'email', email);
    if (holder !== undefined && holder !== record)
      throw new HubSpotFailure(409, `Contact already exists. Existing ID: ${holder.id}`, { category: 'CONFLICT' });
  }
}
