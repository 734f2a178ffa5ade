import { type CrmSyncError, type ErrorCategory, isCrmSyncError } from '../../errors.ts';
import type { Finding } from './finding.ts';

type Who = Finding['who'];

/** Who usually has to act. Of each category, for codes that are not named below. */
const BY_CATEGORY: Readonly<Record<ErrorCategory, Who>> = {
  configuration: 'developer',
  authentication: 'crm_user',
  permission: 'crm_admin',
  rate_limit: 'nobody',
  validation: 'crm_admin',
  not_found: 'crm_admin',
  conflict: 'crm_user',
  duplicate: 'crm_user',
  network: 'developer',
  server: 'nobody',
  store: 'developer',
  merge: 'developer',
  webhook: 'developer',
};

/** Codes whose remedy is somebody else's than their category says. */
const BY_CODE: Readonly<Record<string, Who>> = {
  // What is missing is missing in the CRM.
  field_not_visible: 'crm_admin',
  grant_not_enabled: 'crm_admin',
  // A value, which its owner corrects in the record.
  bad_record_id: 'crm_user',
  invalid_combination: 'crm_user',
  invalid_email: 'crm_user',
  invalid_reference: 'crm_user',
  number_too_large: 'crm_user',
  record_deleted: 'crm_user',
  // What is sent, or how.
  bad_request: 'developer',
  converted_lead: 'developer',
  record_refused: 'developer',
  request_refused: 'developer',
  request_too_large: 'developer',
  too_long: 'developer',
  wrong_type: 'developer',
  // What lies between us and the CRM.
  broken_answer: 'developer',
  unexpected_answer: 'developer',
};

/** Where it happened says something about these; a CRM that can't be reached, or nobody signed in to, is so everywhere. */
const HAS_PLACE: ReadonlySet<ErrorCategory> = new Set(['configuration', 'permission', 'validation', 'not_found', 'conflict', 'duplicate']);

/**
 * What went wrong, as a settings page or a support person needs it: what to do, and who can. A failure that passes by
 * itself is a warning. Of an error that is not ours nothing is shown, for its text may hold anything.
 *
 * @example
 * diagnose(new CrmSyncError('Refused.', { code: 'token_revoked', category: 'authentication', remedy: 'Connect again.' })).who //=> 'crm_user'
 * diagnose(new Error('Tel. +14155550123')).message //=> 'Something failed outside this package.'
 */
export function diagnose(error: unknown): Finding {
  if (!isCrmSyncError(error))
    return {
      level: 'error',
      code: 'unexpected',
      message: 'Something failed outside this package.',
      remedy: "Look into the app's log at this time: a port of its own, such as the store, has thrown an error that is not a CrmSyncError.",
      who: 'developer',
      at: {},
    };
  return {
    level: error.retryable ? 'warning' : 'error',
    code: error.code,
    message: error.message,
    remedy: error.remedy,
    who: whoOf(error),
    at: HAS_PLACE.has(error.category) ? placeOf(error) : {},
  };
}

function whoOf({ code, category, retryable }: CrmSyncError): Who {
  if (Object.hasOwn(BY_CODE, code)) return BY_CODE[code]!;
  // Another copy of this package may know a category that this one does not.
  const usual: Who = Object.hasOwn(BY_CATEGORY, category) ? BY_CATEGORY[category] : 'developer';
  return retryable && usual === 'crm_user' ? 'nobody' : usual;
}

const placeOf = ({ at: { object, field } }: CrmSyncError): Finding['at'] => ({
  ...(object === undefined ? {} : { object }),
  ...(field === undefined ? {} : { field }),
});
