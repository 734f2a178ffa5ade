import { type Meaning, type MeaningRow, meaningOf } from '../../http/meaning.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const ROWS = {
  INVALID_SESSION_ID: ['session_expired', 'authentication', 'never', 'Connect the Salesforce account again.'],
  INVALID_AUTH_HEADER: ['bad_access_token', 'configuration', 'never', 'The access token is malformed: check what the token store returns.'],
  INVALID_AUTH: ['bad_access_token', 'configuration', 'never', 'The access token is malformed: check what the token store returns.'],
  REQUEST_LIMIT_EXCEEDED: ['daily_limit', 'rate_limit', HOUR, "The org's API calls of the last 24 hours are used up: wait, or buy more."],
  API_DISABLED_FOR_ORG: ['api_disabled', 'permission', 'never', "The org's edition has no API: ask Salesforce for API access."],
  API_CURRENTLY_DISABLED: ['api_disabled', 'permission', 'never', 'Give the connected user the permission "API Enabled".'],
  SERVER_UNAVAILABLE: ['server_busy', 'server', MINUTE, 'Salesforce is too busy: the same call works later.'],
  UNKNOWN_EXCEPTION: [
    'server_fault',
    'server',
    'retry',
    'Salesforce failed inside: try again, and give Salesforce the request id if it lasts.',
  ],
  UNABLE_TO_LOCK_ROW: [
    'row_locked',
    'conflict',
    'retry',
    'Somebody else was writing the record or its parent: the same write works later.',
  ],
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: [
    'automation_failed',
    'validation',
    'never',
    "A trigger or flow of the org failed: its admin finds it in the org's debug log.",
  ],
  CANNOT_EXECUTE_FLOW_TRIGGER: [
    'automation_failed',
    'validation',
    'never',
    "A flow of the org failed: its admin finds it in the org's flow errors.",
  ],
  QUERY_TIMEOUT: ['query_timeout', 'server', 'retry', 'The query took too long: a filter on an indexed field makes it shorter.'],
  OPERATION_TOO_LARGE: [
    'query_too_large',
    'permission',
    'never',
    'Give the connected user "View All Data", which lifts the limit on this query.',
  ],
  INVALID_QUERY_LOCATOR: ['query_cursor_expired', 'server', 'retry', 'The query result is gone: read again from the checkpoint.'],
  MALFORMED_QUERY: [
    'bad_query',
    'configuration',
    'never',
    "Check the mapping's fields and filter: Salesforce can't read the query made of them.",
  ],
  QUERY_TOO_COMPLICATED: ['bad_query', 'configuration', 'never', 'Map fewer formula fields of this object.'],
  INVALID_QUERY_FILTER_OPERATOR: [
    'bad_query',
    'configuration',
    'never',
    "Check the mapping's filter: a field can't be compared in that way.",
  ],
  INVALID_FIELD: [
    'field_not_visible',
    'configuration',
    'never',
    'Give the connected user access to the field, or take it out of the mapping.',
  ],
  INVALID_TYPE: [
    'object_not_visible',
    'permission',
    'never',
    'Give the connected user access to the object, or take it out of the mappings.',
  ],
  INVALID_FIELD_FOR_INSERT_UPDATE: [
    'read_only_field',
    'permission',
    'never',
    'Give the connected user edit access to the field, or make it inbound in the mapping.',
  ],
  MALFORMED_ID: [
    'bad_record_id',
    'validation',
    'never',
    'A value that should be a record id is not one of the right object: check the mapping.',
  ],
  INVALID_ID_FIELD: ['bad_record_id', 'validation', 'never', 'A value that should be a record id is not one: check the mapping.'],
  INVALID_CROSS_REFERENCE_KEY: [
    'not_found',
    'not_found',
    'never',
    'The record, or one it refers to, does not exist or is hidden from the connected user.',
  ],
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: [
    'no_access',
    'permission',
    'never',
    'Give the connected user access to the parent record.',
  ],
  INSUFFICIENT_ACCESS_OR_READONLY: ['no_access', 'permission', 'never', 'Give the connected user edit access to the record.'],
  INSUFFICIENT_ACCESS: ['no_access', 'permission', 'never', 'Give the connected user access to the record.'],
  ENTITY_IS_DELETED: ['record_deleted', 'not_found', 'never', 'The record is in the recycle bin: restore it there to link it again.'],
  NOT_FOUND: ['not_found', 'not_found', 'never', 'The record, object or key field does not exist or is hidden from the connected user.'],
  ENTITY_IS_LOCKED: ['record_locked', 'conflict', HOUR, 'The record is in an approval process: it can be written when that ends.'],
  CANNOT_UPDATE_CONVERTED_LEAD: ['converted_lead', 'conflict', 'never', 'The lead was converted: write to its contact.'],
  DUPLICATE_VALUE: [
    'duplicate',
    'duplicate',
    'never',
    'Another record has this value in a unique field: link that record, or change the value.',
  ],
  DUPLICATES_DETECTED: [
    'duplicate',
    'duplicate',
    'never',
    'A duplicate rule of the org found an existing record: link that record, or change the rule.',
  ],
  DUPLICATE_EXTERNAL_ID: [
    'duplicate',
    'duplicate',
    'never',
    'Several records have this external id: make the field unique and remove the copies.',
  ],
  FIELD_CUSTOM_VALIDATION_EXCEPTION: [
    'validation_rule',
    'validation',
    'never',
    'A validation rule of the org refuses the record: its admin finds the rule by object and field.',
  ],
  FIELD_FILTER_VALIDATION_EXCEPTION: [
    'invalid_reference',
    'validation',
    'never',
    "The value does not pass the field's lookup filter: choose a record that does.",
  ],
  FIELD_INTEGRITY_EXCEPTION: [
    'invalid_combination',
    'validation',
    'never',
    'The values do not go together, such as a lead with a related record: correct the record.',
  ],
  REQUIRED_FIELD_MISSING: ['required_field_missing', 'validation', 'never', 'Map the missing field, or give it a default in Salesforce.'],
  STRING_TOO_LONG: ['too_long', 'validation', 'never', 'Shorten the text, or map the field with `overflow: "truncate"`.'],
  NUMBER_OUTSIDE_VALID_RANGE: [
    'number_too_large',
    'validation',
    'never',
    'The number has more digits than the field: correct it, or widen the field.',
  ],
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: [
    'unknown_option',
    'validation',
    'never',
    'Add the value to the picklist, or translate it with `valueMap`.',
  ],
  INVALID_EMAIL_ADDRESS: ['invalid_email', 'validation', 'never', 'Correct the email address.'],
  JSON_PARSER_ERROR: ['wrong_type', 'validation', 'never', "A value does not fit its field's type: check the mapping."],
  INVALID_TYPE_ON_FIELD_IN_RECORD: ['wrong_type', 'validation', 'never', "A value does not fit its field's type: check the mapping."],
  INACTIVE_OWNER_OR_USER: ['inactive_owner', 'validation', 'never', 'Choose an owner who is an active user.'],
  OP_WITH_INVALID_USER_TYPE_EXCEPTION: ['inactive_owner', 'validation', 'never', 'Choose an owner whose kind of user may own this record.'],
  STORAGE_LIMIT_EXCEEDED: ['storage_full', 'permission', 'never', "The org's data storage is full: free some, or buy more."],
  LIMIT_EXCEEDED: ['limit_exceeded', 'rate_limit', 5 * MINUTE, 'A limit of the org is reached: the same call works later.'],
  TOO_MANY_APEX_REQUESTS: ['concurrent_limit', 'rate_limit', MINUTE, 'Too many long requests run in the org: the same call works later.'],
  REQUEST_RUNNING_TOO_LONG: [
    'request_too_slow',
    'server',
    MINUTE,
    'The request took too long inside Salesforce: the same call may work later.',
  ],
  INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE: [
    'maintenance',
    'server',
    15 * MINUTE,
    'Salesforce is read-only for maintenance: the same write works later.',
  ],
  TXN_SECURITY_NO_ACCESS: [
    'blocked_by_policy',
    'permission',
    'never',
    'A transaction security policy of the org blocks the connected user: exempt it.',
  ],
  TXN_SECURITY_METERING_ERROR: ['blocked_by_policy', 'permission', 'never', 'Give the connected user "Exempt from Transaction Security".'],
  EXCEEDED_ID_LIMIT: ['window_too_large', 'server', 'retry', 'Too many records changed in one window: read smaller windows.'],
  INVALID_REPLICATION_DATE: [
    'bad_window',
    'configuration',
    'never',
    'The window of changes is too short or too old: read everything again.',
  ],
  MALFORMED_SEARCH: ['bad_query', 'configuration', 'never', 'Salesforce cannot read the search: look for a complete phone number.'],
  ALL_OR_NONE_OPERATION_ROLLED_BACK: [
    'rolled_back',
    'conflict',
    'retry',
    'Another record of the batch was refused: the same write works without it.',
  ],
  PROCESSING_HALTED: ['rolled_back', 'conflict', 'retry', 'Another record of the batch was refused: the same write works without it.'],
} as const satisfies Record<string, MeaningRow>;

export type VendorCode = keyof typeof ROWS;

/** Source: Salesforce REST API Developer Guide, Status Codes and Error Responses; SOAP API, StatusCode. */
export const MEANINGS: ReadonlyMap<string, Meaning> = new Map(
  Object.entries(ROWS).map(([vendorCode, row]) => [vendorCode, meaningOf(row)]),
);

/** The same code with another meaning; only the text tells them apart. */
export const CONCURRENT_LIMIT = meaningOf([
  'concurrent_limit',
  'rate_limit',
  MINUTE,
  'Too many long requests run in the org: the same call works later.',
]);
export const ROW_LOCKED: Meaning = MEANINGS.get('UNABLE_TO_LOCK_ROW')!;
export const AUTOMATION_LIMIT = meaningOf([
  'automation_limit',
  'conflict',
  'retry',
  "The org's triggers used up their limits: the same write works in a smaller batch.",
]);
export const NOT_FOR_API = meaningOf([
  'session_not_for_api',
  'permission',
  'never',
  'Allow the app and the user to use the REST API, then connect the account again.',
]);

const STATUS_ROWS: Readonly<Record<number, MeaningRow>> = {
  300: ['duplicate', 'duplicate', 'never', 'Several records have this external id: make the field unique and remove the copies.'],
  400: ['bad_request', 'validation', 'never', 'Salesforce refuses the request: check the mapping of this object.'],
  401: ['session_expired', 'authentication', 'never', 'Connect the Salesforce account again.'],
  403: ['forbidden', 'permission', 'never', 'Salesforce refuses the connected user: check its profile, IP ranges and permissions.'],
  404: ['not_found', 'not_found', 'never', 'The record, object or key field does not exist or is hidden from the connected user.'],
  406: ['edge_unavailable', 'server', 'retry', 'Salesforce could not serve the request just now: the same call works later.'],
  408: ['edge_unavailable', 'server', 'retry', 'Salesforce could not serve the request just now: the same call works later.'],
  409: ['conflict', 'conflict', 'retry', 'The record changed in between: the same call may work later.'],
  410: ['api_version_retired', 'configuration', 'never', 'Set `apiVersion` to a version that Salesforce still serves.'],
  412: ['conflict', 'conflict', 'retry', 'The record changed in between: the same call may work later.'],
  413: ['request_too_large', 'validation', 'never', 'The record is too large for one request: shorten its texts.'],
  414: ['query_too_long', 'configuration', 'never', 'Map fewer fields of this object: the query no longer fits into a URL.'],
  420: ['edge_unavailable', 'server', MINUTE, 'Salesforce is setting the instance up: the same call works later.'],
  429: ['concurrent_limit', 'rate_limit', MINUTE, 'Salesforce asks for fewer requests: the same call works later.'],
  431: ['query_too_long', 'configuration', 'never', 'Map fewer fields of this object: the query no longer fits into a URL.'],
};

/** What a status means without a code that we know. */
export function meaningOfStatus(status: number): Meaning {
  const row = STATUS_ROWS[status];
  if (row) return meaningOf(row);
  if (status >= 500) return meaningOf(['server_fault', 'server', 'retry', 'Salesforce failed inside: the same call works later.']);
  if (status >= 400)
    return meaningOf([
      'request_refused',
      'validation',
      'never',
      'Salesforce refuses the request: report it with the status in the message.',
    ]);
  return meaningOf([
    'unexpected_answer',
    'server',
    'retry',
    'Something between us and Salesforce answered: check proxies and the instance URL.',
  ]);
}
